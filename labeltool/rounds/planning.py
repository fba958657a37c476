"""What a training round would do, and how long it would take."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from labeltool.domain import N_, Counts, LandmarkCounts, LeftOut, Message, Round, describe_left_out
from labeltool.domain.ledger import TASKS
from labeltool.domain.round_options import RoundOptions

if TYPE_CHECKING:  # workers import this, and these load SQLAlchemy
    from labeltool.rounds.run_inputs import Trainable
    from labeltool.rounds.starts import Start

ROUND_BUDGET_SECONDS = 600.0
"""How long a round may take on a CPU, unless the user asks for more epochs."""

MAX_USEFUL_IMAGES = 20_000
"""After so many training images a round learns little more, see docs/loop.md."""

MAX_EPOCHS = 300
"""After so many epochs the same few faces teach nothing new."""

FIRST_SHARE = 0.3
"""Share of the training images that show the labels alone, where the start network never saw this
project's labels; the pseudo-labels come after that."""

MANUAL_SHARE = 0.5
"""Share of manual labels among the training images that show both kinds."""

MIN_PSEUDO_EPOCHS = 3
"""So often each pseudo-label is shown; more of them than this allows are not used."""

FULL_EPOCHS = 60
"""Epochs of each training of a full self-training, as the authors have it."""

FULL_TASKS = 5
"""How many trainings of a full self-training use pseudo-labels."""

UNTIL_CONVERGED_BUDGETS = 3
"""A round that ends once it stops improving may take so many times the budget."""

MAX_ADJUSTMENT_FACES = 600
"""The adjustment of a network is fitted to so many of the faces that it was trained on."""

WORKER_STARTUP_SECONDS = 8.0
"""How long a worker takes to load everything."""

TRAIN_TO_PREDICT_SPEED = {"cpu": 0.4, "mps": 0.9, "cuda": 0.9}
"""Training speed divided by prediction speed, until this machine has trained once. Prediction runs
twice per face (two crops), on a CPU by ONNX Runtime; training freezes a part of the network and may
use bfloat16."""

DEFAULT_TRAIN_FACES_PER_SECOND = {"cpu": 10.0, "mps": 60.0, "cuda": 400.0}
DEFAULT_PREDICT_FACES_PER_SECOND = {"cpu": 25.0, "mps": 50.0, "cuda": 150.0}
"""Faces a second, until the first run has measured this machine."""


LEARNING_RATE = 4e-4 / math.sqrt(2)
"""For batches of 16. In those of 32 on a GPU it is the 4e-4 of docs/loop.md, see `Recipe.on`."""

NEW_HEADS_LR = 1e-3
"""Learning rate of a network whose heads are not trained yet, for batches of 16."""

GPU_BATCH_FACTOR = 2
"""On a GPU a step has so many times the images that it has on a CPU."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a round trains on a CPU, as the spec of its run folder holds it; see `on`.

    `images`: training images in all, or in each training of a full self-training if all its labels
    are trained. `first_images`: how many of them show the labels alone, before the others.
    `predict_again`: whether the network predicts the pseudo-labels after these, instead of those
    that are stored. The others: see `pipnet.training.config.TrainConfig`.
    """

    images: int
    first_images: int = 0
    predict_again: bool = False
    manual_share: float = MANUAL_SHARE
    batch: int = 16
    lr: float = LEARNING_RATE
    ema_decay: float = 0.998

    def on(self, device: str) -> Recipe:
        """The same training in the batches of a torch device.

        The learning rate grows with the square root of the batch (Malladi et al., "On the SDEs and
        scaling rules for adaptive gradient algorithms", 2022), and the moving average spans as many
        images.
        """
        factor = 1 if device == "cpu" else GPU_BATCH_FACTOR
        return replace(
            self, batch=factor * self.batch, lr=math.sqrt(factor) * self.lr,
            ema_decay=self.ema_decay**factor,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Speeds:
    """What a device does in a second: images that it trains, faces that it predicts."""

    train: float
    predict: float


@dataclass(frozen=True, slots=True)
class StartKnowledge:
    """What the networks of a project have learnt before a round.

    `fits`: the start has the project's landmarks; else its heads are new. `knows_labels`: it was
    trained on this project's labels. `proposals_know_labels`: the network whose proposals are the
    pseudo-labels was, or they are adjusted to the labels.
    """

    fits: bool = True
    knows_labels: bool = False
    proposals_know_labels: bool = False


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a training round would do, shown to the user before it starts.

    `options`: what the user chose; `device`: where it trains, as far as this is known before.
    `start`: the network that it starts from. `pseudo` of `pseudo_available` pseudo-labels are used,
    the most confident first, for `task`. `audit`: faces that measure it; `left_out`: faces that it
    leaves out, by LeftOut. `epochs`: how often it shows all labels. `seconds`: the estimate, of
    which `predict_seconds` for predicting all `faces`, and those that measure; `is_measured`:
    whether it is from speeds of this machine. `memory_bytes`: of the worker, None if not known.
    `landmarks`: those of the manual labels that are not visible.
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
    recipe: Recipe
    speeds: Speeds
    landmarks: LandmarkCounts = field(default_factory=LandmarkCounts)

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
        time = Message(
            N_("It takes about {minutes} min on {device}."),
            minutes=max(1, round(self.seconds / 60)),
            device=self.device_name,
        )
        research = N_("Its network may be used for research only, as what it starts from.")
        unknown = N_("Its quality will be unknown: there are no judged faces to measure by.")
        return Message.join(
            self._training(), self.landmarks.describe(), describe_left_out(self.left_out), time,
            Message(capped) if self.capped else None,
            None if self.audit else Message(unknown),
            None if self.start.is_free else Message(research),
        )  # fmt: skip

    def _training(self) -> Message:
        """What is trained on what."""
        manual = Message.counted(self.manual, N_("1 manual label"), N_("{count} manual labels"))
        pseudo = Message.counted(
            self.pseudo_available, N_("1 pseudo-label"), N_("{count} pseudo-labels")
        )
        epochs = Message.counted(self.epochs, N_("1 epoch"), N_("{count} epochs"))
        faces = Message.counted(self.faces, N_("1 face"), N_("{count} faces"))
        if self.options.full:
            what = Message(
                N_(
                    "Round {number} trains on {manual}, then {times} times on these and "
                    "{available}, which it predicts again each time, for {epochs} each, from "
                    "easier to harder tasks. Then it predicts {faces}."
                ),
                number=self.number, manual=manual, times=FULL_TASKS, available=pseudo,
                epochs=epochs, faces=faces,
            )  # fmt: skip
        elif self.pseudo:
            what = Message(
                N_(
                    "Round {number} trains on {manual} and {pseudo} of {available} for {epochs}, "
                    "{share} % of it on manual labels, then predicts {faces}."
                ),
                number=self.number, manual=manual, pseudo=self.pseudo, available=pseudo,
                epochs=epochs, share=round(100 * self.recipe.manual_share), faces=faces,
            )  # fmt: skip
        else:
            what = Message(
                N_("Round {number} trains on {manual} for {epochs}, then predicts {faces}."),
                number=self.number, manual=manual, epochs=epochs, faces=faces,
            )  # fmt: skip
        first = None
        if self.recipe.predict_again:
            first = Message(
                N_("The labels alone come first; then it predicts the pseudo-labels again.")
            )
        elif self.recipe.first_images:
            first = Message(N_("The labels alone come first."))
        early = None
        if self.options.until_converged:
            early = Message(N_("It ends earlier if it stops improving."))
        return Message.join(what, first, early)


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
        ratio = TRAIN_TO_PREDICT_SPEED[known.get("device", "cpu")]
        known["train_images_per_second"] = ratio * float(known["predict_faces_per_second"])
    return known


def plan_round(
    counts: Counts,
    trainable: Trainable,
    audit: int,
    known: Mapping[str, Any],
    options: RoundOptions,
    start: Start,
    learnt: StartKnowledge,
) -> RoundPlan:
    """Choose images and pseudo-labels so that the round fits the time budget of its device.

    Args:
        counts: of the project.
        trainable: what the round may train on.
        audit: faces that measure it.
        known: see `measured_speeds`.
        options: what the user chose.
        start: the network that they name.
        learnt: what the networks have learnt.
    """
    default = "cpu" if options.device == "auto" else options.device
    device = str(known.get("device", default))
    speeds = Speeds(
        float(known.get("train_images_per_second", DEFAULT_TRAIN_FACES_PER_SECOND[device])),
        float(known.get("predict_faces_per_second", DEFAULT_PREDICT_FACES_PER_SECOND[device])),
    )
    manual, available = trainable.manual, trainable.pseudo
    # all faces, the audit faces by this network and the one before, and those of the adjustment
    predicted = counts.faces + 2 * audit + min(manual + available, MAX_ADJUSTMENT_FACES)
    predict_seconds = WORKER_STARTUP_SECONDS + predicted / speeds.predict
    if options.full:
        training = _plan_full(manual, available, options, speeds)
    else:
        budget = max(ROUND_BUDGET_SECONDS - predict_seconds, ROUND_BUDGET_SECONDS / 3)
        budget *= 10 if device == "cuda" else 1
        budget *= UNTIL_CONVERGED_BUDGETS if options.until_converged else 1
        training = _plan_training(manual, available, options, learnt, speeds, budget)
    recipe = training.recipe
    if options.start == "imagenet" or not learnt.fits:
        recipe = replace(recipe, lr=NEW_HEADS_LR)
    return RoundPlan(
        options=options,
        start=start,
        number=counts.rounds + 1,
        task="std",
        manual=manual,
        pseudo=training.pseudo,
        pseudo_available=available,
        audit=audit,
        left_out=trainable.left_out | {str(LeftOut.NOT_NEEDED): available - training.pseudo},
        faces=counts.faces,
        epochs=training.epochs,
        device=device,
        seconds=training.seconds + predict_seconds,
        predict_seconds=predict_seconds,
        is_measured="train_images_per_second" in known,
        memory_bytes=None if known.get("memory_bytes") is None else int(known["memory_bytes"]),
        capped=training.capped,
        recipe=recipe,
        speeds=speeds,
        landmarks=trainable.landmarks,
    )


class _Training(NamedTuple):
    """The part of a plan that is about the training."""

    recipe: Recipe
    pseudo: int
    epochs: int
    seconds: float
    capped: bool


def _plan_training(
    manual: int,
    available: int,
    options: RoundOptions,
    start: StartKnowledge,
    speeds: Speeds,
    budget: float,
) -> _Training:
    """A training on the labels, if need be on the labels alone first, within `budget` seconds."""
    first_share = 0.0 if start.knows_labels else FIRST_SHARE
    shown = (1 - first_share) * (1 - MANUAL_SHARE) * budget * speeds.train
    pseudo = int(min(available, shown / MIN_PSEUDO_EPOCHS)) if options.pseudo else 0
    if pseudo == 0:
        first_share = 0.0
    predicts_again = first_share > 0 and not start.proposals_know_labels
    again_seconds = 2 * pseudo / speeds.predict if predicts_again else 0.0  # mirrored too
    samples = manual + pseudo
    useful = min(MAX_USEFUL_IMAGES, MAX_EPOCHS * samples)
    images = round(min(useful, max((budget - again_seconds) * speeds.train, 3 * manual)))
    is_capped = images < useful or (options.pseudo and pseudo < available)
    if options.epochs is not None:
        images = options.epochs * samples
    recipe = Recipe(
        images, round(first_share * images), predicts_again,
        # a few pseudo-labels do not take the place of many manual ones
        manual_share=max(MANUAL_SHARE, manual / samples),
    )  # fmt: skip
    seconds = images / speeds.train + again_seconds
    is_chosen = options.epochs is not None or options.until_converged
    epochs = max(1, round(images / samples))
    return _Training(recipe, pseudo, epochs, seconds, is_capped and not is_chosen)


def _plan_full(manual: int, available: int, options: RoundOptions, speeds: Speeds) -> _Training:
    """A self-training: one training on the labels, and one for each task on all."""
    epochs = options.epochs or FULL_EPOCHS
    recipe = Recipe(epochs * (manual + available))
    images = epochs * manual + FULL_TASKS * recipe.images
    seconds = images / speeds.train + FULL_TASKS * available / speeds.predict
    return _Training(recipe, available, epochs, seconds, capped=False)
