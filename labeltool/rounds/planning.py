"""What a training round would do, and how long it would take."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labeltool.domain import N_, Counts, LeftOut, Message, Round, describe_left_out
from labeltool.domain.ledger import TASKS
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds.run_inputs import Trainable
from labeltool.rounds.starts import Start

CURRICULUM_TASKS = ("cls3", "cls2", "std")
"""What pseudo-labels train in rounds 1, 2 and from 3 on, easiest first, as in the authors' GSSL:
the score map of four times the stride, that of twice the stride, everything."""

ROUND_BUDGET_SECONDS = 600.0
"""How long a round may take on a CPU, unless the user asks for more epochs."""

MAX_USEFUL_IMAGES = 6000
"""After so many training images (labels times epochs) a round on few labels learns little more."""

MAX_EPOCHS = 300
"""After so many epochs the same few faces teach nothing new."""

WORKER_STARTUP_SECONDS = 8.0
"""How long a worker takes to load everything."""

TRAIN_TO_PREDICT_SPEED = 0.9
"""Training speed divided by prediction speed, until this machine has trained once. Prediction runs
twice per face (two crops); training freezes a part of the network and may use bfloat16."""

DEFAULT_TRAIN_FACES_PER_SECOND = {"cpu": 10.0, "mps": 60.0, "cuda": 400.0}
DEFAULT_PREDICT_FACES_PER_SECOND = {"cpu": 15.0, "mps": 50.0, "cuda": 150.0}
"""Faces a second, until the first run has measured this machine."""


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a training round would do, shown to the user before it starts.

    `options`: what the user chose; `device`: where it trains, as far as this is known before.
    `start`: the network that it starts from. `pseudo` of `pseudo_available` pseudo-labels are used,
    the most confident first. `audit`: faces that measure it; `left_out`: faces that it leaves out,
    by LeftOut. `seconds`: the estimate, of which `predict_seconds` for predicting all `faces`
    again; `is_measured`: whether it is from speeds of this machine. `memory_bytes`: of the worker,
    None if not known.
    """

    options: RoundOptions
    start: Start
    number: int
    task: str
    manual: int
    pseudo: int
    pseudo_available: int
    audit: int
    left_out: dict[str, int]
    faces: int
    epochs: int
    device: str
    seconds: float
    predict_seconds: float
    is_measured: bool
    memory_bytes: int | None
    capped: bool

    @property
    def device_name(self) -> Message:
        """The device, for the middle of a sentence."""
        return Message(N_("this CPU") if self.device == "cpu" else N_("the GPU"))

    @property
    def trained(self) -> Message:
        """What pseudo-labels train, for the middle of a sentence."""
        return Message(TASKS[self.task])

    def describe(self) -> Message:
        """The plan in a few sentences."""
        capped = N_("Epochs and pseudo-labels are capped to fit about ten minutes.")
        what = Message(
            N_(
                "Round {number} trains on {manual} and {pseudo} of {available} (these train "
                "{trained}) for {epochs}, then predicts {faces}."
            ),
            number=self.number, pseudo=self.pseudo, trained=self.trained,
            manual=Message.counted(
                self.manual, N_("1 manual label"), N_("{count} manual labels")
            ),
            available=Message.counted(
                self.pseudo_available, N_("1 pseudo-label"), N_("{count} pseudo-labels")
            ),
            epochs=Message.counted(self.epochs, N_("1 epoch"), N_("{count} epochs")),
            faces=Message.counted(self.faces, N_("1 face"), N_("{count} faces")),
        )  # fmt: skip
        time = Message(
            N_("It takes about {minutes} min on {device}."),
            minutes=max(1, round(self.seconds / 60)),
            device=self.device_name,
        )
        research = N_("Its network may be used for research only, as what it starts from.")
        unknown = N_("Its quality will be unknown: there are no judged faces to measure by.")
        return Message.join(
            what, describe_left_out(self.left_out), time, Message(capped) if self.capped else None,
            None if self.audit else Message(unknown),
            None if self.start.is_free else Message(research),
        )  # fmt: skip


def measured_speeds(
    rounds: Iterable[Round], device: str, backbone: str | None = None
) -> dict[str, Any]:
    """The speeds that earlier rounds measured on this machine, for a device, or 'auto' for the
    device that they used, and for a backbone, or None for any."""
    known: dict[str, Any] = {}
    for row in rounds:
        here = row.summary.get("host") == platform.node()
        of_it = backbone is None or row.summary.get("backbone", backbone) == backbone
        if here and of_it and device in ("auto", row.summary.get("device")):
            known |= row.summary
    if "train_images_per_second" not in known and "predict_faces_per_second" in known:
        known["train_images_per_second"] = TRAIN_TO_PREDICT_SPEED * float(
            known["predict_faces_per_second"]
        )
    return known


def plan_round(
    counts: Counts,
    trainable: Trainable,
    audit: int,
    known: Mapping[str, Any],
    options: RoundOptions,
    start: Start,
) -> RoundPlan:
    """Choose epochs and pseudo-labels so that the round fits the time budget of its device.

    Args:
        counts: of the project.
        trainable: what the round may train on.
        audit: faces that measure it.
        known: see `measured_speeds`.
        options: what the user chose. start: the network that they name.
    """
    default = "cpu" if options.device == "auto" else options.device
    where = str(known.get("device", default))
    train_speed = float(known.get("train_images_per_second", DEFAULT_TRAIN_FACES_PER_SECOND[where]))
    predict_speed = float(
        known.get("predict_faces_per_second", DEFAULT_PREDICT_FACES_PER_SECOND[where])
    )
    predict_seconds = WORKER_STARTUP_SECONDS + counts.faces / predict_speed
    capacity = max(ROUND_BUDGET_SECONDS - predict_seconds, ROUND_BUDGET_SECONDS / 3) * train_speed
    if where == "cuda":
        capacity *= 10
    manual, available = trainable.manual, trainable.pseudo
    # at least six epochs: then pseudo-labels, as many as still fit
    pseudo = int(min(available, max(capacity / 6 - manual, 0))) if options.pseudo else 0
    samples = manual + pseudo
    # few labels need more epochs to make as many steps
    enough = min(max(40, round(MAX_USEFUL_IMAGES / samples)), MAX_EPOCHS)
    best = int(min(max(capacity / samples, 3), enough))
    chosen = best if options.epochs is None else options.epochs
    number = counts.rounds + 1
    return RoundPlan(
        options=options,
        start=start,
        number=number,
        task=CURRICULUM_TASKS[min(number, len(CURRICULUM_TASKS)) - 1],
        manual=manual,
        pseudo=pseudo,
        pseudo_available=available,
        audit=audit,
        left_out=trainable.left_out | {str(LeftOut.NOT_NEEDED): available - pseudo},
        faces=counts.faces,
        epochs=chosen,
        device=where,
        seconds=chosen * samples / train_speed + predict_seconds,
        predict_seconds=predict_seconds,
        is_measured="train_images_per_second" in known,
        memory_bytes=None if known.get("memory_bytes") is None else int(known["memory_bytes"]),
        capped=options.epochs is None
        and ((options.pseudo and pseudo < available) or best < enough),
    )
