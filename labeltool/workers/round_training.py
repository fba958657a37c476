"""The training of a round."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from labeltool.domain import N_, UserError
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.starts import DEFAULT_BACKBONE
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_progress import ProgressReporter
from pipnet.data.boxes import Box, overlap, tight_box
from pipnet.data.images import ImageError, read_header, size_change_error
from pipnet.data.sample import Sample, mean_face
from pipnet.data.scheme import Scheme
from pipnet.models.checkpoint import Checkpoint, start_backbone
from pipnet.models.heads import PIPNet
from pipnet.models.neighbours import max_neighbours
from pipnet.training.config import TrainConfig
from pipnet.training.trainer import Step, train


class _StopEarly(Exception):  # noqa: N818 - not an error
    """The user asked to stop the training and keep the network."""


def read_samples(folder: RunFolder, photos: RunPhotos, task: str) -> list[Sample]:
    """The frozen labels as training samples, without those whose photo cannot be opened or has
    another size."""
    faces, labels = folder.tables.faces(), folder.tables.labels()
    if labels is None:
        raise UserError(N_("The run folder has no labels."))
    place = {int(face): index for index, face in enumerate(faces.ids)}
    samples = []
    for face, points, manual in zip(labels.faces, labels.points, labels.manual, strict=True):
        index = place[int(face)]
        photo = int(faces.photos[index])
        file, size = photos.files[photo], photos.sizes[photo]
        if photo not in photos.problems:
            try:
                header = read_header(file)
                now = header.width, header.height
                if size is not None and now != size:
                    raise size_change_error(file, size, now)
            except ImageError as error:
                photos.skip(error)
        if photo not in photos.problems:
            kind = "std" if manual else task
            samples.append(Sample(file, points, (tight_box(points),), kind, size))
    photos.check_labelled()
    return samples


def train_round(
    folder: RunFolder,
    spec: dict[str, Any],
    start: Checkpoint,
    scheme: Scheme,
    samples: list[Sample],
    photos: RunPhotos,
    device: str,
    reporter: ProgressReporter,
) -> tuple[Checkpoint, float]:
    """Train `start` further; returns the network and images a second."""
    if spec.get("imagenet"):
        start = _from_imagenet(start, scheme, samples, spec)
    elif start.scheme.names != scheme.names:
        start = _other_scheme(start, scheme, samples)
    boxes = _detected_boxes(folder, start, samples)
    samples = [replace(s, boxes=(*s.boxes, *boxes.get(i, ()))) for i, s in enumerate(samples)]
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


def _detected_boxes(
    folder: RunFolder, start: Checkpoint, samples: list[Sample]
) -> dict[int, tuple[Box, ...]]:
    """By sample index, the box that prediction will crop by, if it overlaps the landmarks' box."""
    faces, labels = folder.tables.faces(), folder.tables.labels()
    photos = folder.tables.photos()
    by_photo: dict[Path, list[Box]] = {}
    for photo, box, kind in zip(faces.photos, faces.boxes, faces.kinds, strict=True):
        if labels is not None:
            x, y, w, h = (float(v) for v in box)
            landmark_box = start.convention.landmark_box((x, y, w, h), str(kind))
            by_photo.setdefault(photos[photo], []).append(landmark_box)
    found: dict[int, tuple[Box, ...]] = {}
    for index, sample in enumerate(samples):
        near = [b for b in by_photo.get(sample.image, ()) if overlap(b, sample.boxes[0]) >= 0.5]
        if near:
            found[index] = (near[0],)
    return found
