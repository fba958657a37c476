"""The training of a round."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from labeltool.domain import N_, UserError
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.starts import DEFAULT_BACKBONE
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_progress import ProgressReporter
from labeltool.workers.run_samples import with_detected_boxes
from pipnet.data.images import ImageError
from pipnet.data.sample import Sample, mean_face
from pipnet.data.scheme import Scheme
from pipnet.models.checkpoint import Checkpoint, start_backbone
from pipnet.models.heads import PIPNet
from pipnet.models.neighbours import max_neighbours
from pipnet.training.config import TrainConfig
from pipnet.training.trainer import Step, train


class _StopEarly(Exception):  # noqa: N818 - not an error
    """The user asked to stop the training and keep the network."""


def train_round(
    folder: RunFolder,
    spec: dict[str, Any],
    start: Checkpoint,
    scheme: Scheme,
    labelled: dict[int, Sample],
    photos: RunPhotos,
    device: str,
    reporter: ProgressReporter,
) -> tuple[Checkpoint, float]:
    """Train `start` further; returns the network and images a second."""
    samples = list(labelled.values())
    if spec.get("imagenet"):
        start = _from_imagenet(start, scheme, samples, spec)
    elif start.scheme.names != scheme.names:
        start = _other_scheme(start, scheme, samples)
    samples = list(with_detected_boxes(folder, start.convention, labelled).values())
    config = TrainConfig(
        epochs=spec["epochs"], batch=spec["batch"], lr=spec["lr"], seed=spec["seed"],
        device=device, ema_decay=0.99, freeze_batch_norm=True,
        frozen_stages=4 if start.network.name.startswith("mobile") else 0,
    )  # fmt: skip
    began, done = time.monotonic(), 0
    newest = start

    def on_progress(step: Step) -> None:
        nonlocal done
        done = step.done
        reporter.report("train", step.done, step.total, step.losses)

    def on_epoch(_epoch: int, checkpoint: Checkpoint) -> None:
        nonlocal newest
        newest = checkpoint
        if folder.should_stop_early:
            raise _StopEarly

    def on_unreadable(_sample: Sample, error: ImageError) -> None:
        photos.skip(error)
        photos.check_labelled()

    reporter.begin_stage()
    with suppress(_StopEarly):
        newest = train(
            start, samples, config,
            on_progress=on_progress, on_epoch=on_epoch, on_unreadable=on_unreadable,
        )  # fmt: skip
    batch = min(config.batch, len(samples))
    busy = time.monotonic() - began - reporter.paused_seconds
    return newest, done * batch / busy


def _other_scheme(start: Checkpoint, scheme: Scheme, samples: list[Sample]) -> Checkpoint:
    """A new network for another scheme, with the backbone of the starter."""
    network = _new_network(start.network.name, start, scheme, samples)
    network.network.import_backbone(start.network.export_state())
    return network


def _from_imagenet(
    start: Checkpoint, scheme: Scheme, samples: list[Sample], spec: dict[str, Any]
) -> Checkpoint:
    """A new network whose backbone is from ImageNet; faces are cropped as for `start`."""
    backbone = spec["options"]["backbone"] or DEFAULT_BACKBONE
    network = _new_network(backbone, start, scheme, samples)
    start_backbone(network.network, Path(spec["imagenet"]))
    return network


def _new_network(
    backbone: str, start: Checkpoint, scheme: Scheme, samples: list[Sample]
) -> Checkpoint:
    try:
        mean = mean_face([s for s in samples if s.task == "std"], start.convention)
    except ValueError as error:
        raise UserError(
            N_("No manual label has all its landmarks, so training cannot start."),
            N_("Place every landmark of at least one face."),
        ) from error
    count = max_neighbours(mean, start.network.neighbours)
    network = PIPNet(backbone, scheme.count, count)
    return Checkpoint(network, scheme, mean, start.convention)
