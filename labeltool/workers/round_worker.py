"""The worker process of a round: `labeltool worker FOLDER`. The only module that loads torch."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from labeltool.domain import N_, Cancelled, Message, UserError, photo_problem, with_path
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.rounds.run_tables import FaceTable
from labeltool.rounds.starts import DEFAULT_BACKBONE
from pipnet import resources
from pipnet.data.boxes import Box, overlap, tight_box
from pipnet.data.images import ImageError, read_header, size_change_error
from pipnet.data.sample import Sample, mean_face
from pipnet.data.scheme import Scheme
from pipnet.export.onnx import ExportError, export_onnx
from pipnet.inference.pipeline import PhotoRequest, predict_photos
from pipnet.inference.results import FaceLandmarks
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, CheckpointError, load, save, start_backbone
from pipnet.models.heads import PIPNet
from pipnet.models.neighbours import max_neighbours
from pipnet.training.allocator import is_out_of_memory, retain_freed_memory
from pipnet.training.config import TrainConfig
from pipnet.training.trainer import DivergedError, Step, train

FACES_PER_CHUNK = 256
"""Faces in one predictions file."""


REPORT_SECONDS = 0.2
"""Shortest time between two progress events."""


class _StopEarly(Exception):  # noqa: N818 - not an error
    """The user asked to stop the training and keep the network."""


def work(folder: RunFolder) -> int:
    """Do what a run folder asks for; the exit code is 0 unless it failed."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    try:
        retain_freed_memory()
        # one core stays with the window: spinning threads of two programs ruin each other
        torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
        photos = _Photos(folder)
        try:
            results = _run(folder, photos)
        finally:
            folder.write_problems(photos.problems)
        folder.write_results(results)
        folder.report(Event("finished"))
    except Cancelled:
        folder.report(Event("cancelled"))
    except Exception as error:  # noqa: BLE001 - any failure must reach the run folder
        traceback.print_exc()
        sys.stderr.flush()
        expected = _expected(error)
        unexpected = f"{type(error).__name__}: {error}"
        reason = expected or Message(N_("Unexpected error: {error}"), error=unexpected)
        folder.report(Event("failed", reason=reason, expected=expected is not None))
        return 1
    return 0


def _expected(error: BaseException) -> Message | None:
    """A sentence for the person who started the round; None for an unexpected error."""
    if isinstance(error, UserError):
        return error.message
    if isinstance(error, CheckpointError | ExportError):
        return Message(str(error))
    if isinstance(error, ImageError):
        return photo_problem(error, error.path)
    if isinstance(error, torch.OutOfMemoryError):
        return Message(
            N_(
                "The GPU has not enough memory. Close other programs that use it, or train on the "
                "CPU."
            )
        )
    if is_out_of_memory(error):
        return Message(N_("There is not enough memory. Close other programs, then try again."))
    if isinstance(error, DivergedError):
        return Message(
            N_("The training diverged: {error}. Look for wrong labels, then try again."),
            error=str(error),
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Message(N_("The disk is full. Free some space, then try again."))
    return None


class _Photos:
    """The photos of the run: `files`, the `sizes` that they must have, and `problems`.

    `problems`: why photos could not be used, by index in `files`.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.files, self.sizes = folder.tables.photos(), folder.tables.sizes()
        self.problems: dict[int, Message] = {}
        faces, labels = folder.tables.faces(), folder.tables.labels()
        manual = faces.ids[:0] if labels is None else labels.faces[labels.manual]
        self._labelled: set[int] = set(faces.photos[np.isin(faces.ids, manual)].tolist())
        self._index = {file: place for place, file in enumerate(self.files)}

    def skip(self, error: ImageError) -> None:
        """Record why a photo cannot be used."""
        self.problems[self._index[error.path]] = photo_problem(error)

    def check_labelled(self) -> None:
        """Raise a UserError if no photo with a manual label can be used."""
        if self._labelled <= self.problems.keys():
            raise UserError(
                N_("None of the labelled photos can be used: {reason}."),
                N_("Put them back, or point the project to where they are now."),
                reason=self.example(),
            )

    def example(self) -> Message:
        """The problem of one of the photos, with its path."""
        place, reason = next(iter(self.problems.items()))
        return with_path(reason, self.files[place])


def _run(folder: RunFolder, photos: _Photos) -> dict[str, Any]:
    spec = folder.spec()
    device = _device(spec["device"])
    folder.report(Event("started", detail=_device_name(device)))
    scheme = Scheme.from_json(spec["scheme"])
    weights = resources.starter() if spec["weights"] is None else folder.path / spec["weights"]
    checkpoint = load(weights)
    results: dict[str, Any] = {"device": device}
    reporter = _ProgressReporter(folder, spec)
    if folder.tables.labels() is not None:
        samples = _samples(folder, photos, spec["task"])
        checkpoint, speed = _train(folder, spec, checkpoint, scheme, samples, photos, reporter)
        results["train_images_per_second"] = speed
        save(checkpoint, folder.model)
    elif checkpoint.scheme.names != scheme.names:
        raise UserError(
            N_("{file} has another landmark scheme than this project."), file=weights.name
        )
    results["digest"] = hashlib.sha256(
        (folder.model if folder.model.exists() else weights).read_bytes()
    ).hexdigest()
    # for instant proposals in the window, which does not load torch
    export_onnx(checkpoint, folder.onnx)
    chunks, speed = _predict(folder, checkpoint, photos, device, reporter)
    if folder.tables.labels() is not None:
        photos.check_labelled()
    return results | {"chunks": chunks, "predict_faces_per_second": speed}


def _device(wanted: str) -> str:
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise UserError(
            N_("There is no usable CUDA device."), N_("Choose the device 'cpu' or 'auto'.")
        )
    return wanted


def _device_name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else "CPU"


class _ProgressReporter:
    """Reports progress a few times a second, with the time left in the whole run."""

    def __init__(self, folder: RunFolder, spec: dict[str, Any]) -> None:
        self._folder = folder
        self._predict_seconds = float(spec.get("predict_seconds", 0.0))
        self._began, self._reported_at = time.monotonic(), 0.0

    def begin_stage(self) -> None:
        """Restart the clock for a new stage."""
        self._began, self._reported_at = time.monotonic(), 0.0

    def report(self, stage: str, done: int, total: int, losses: dict[str, float]) -> None:
        now = time.monotonic()
        if now - self._reported_at < REPORT_SECONDS and done < total:
            self._folder.check_cancel()
            return
        self._reported_at = now
        left = (now - self._began) / max(done, 1) * (total - done)
        if stage == "train":
            left += self._predict_seconds
        self._folder.report(Event("progress", stage, done, total, round(left, 1), losses))


def _samples(folder: RunFolder, photos: _Photos, task: str) -> list[Sample]:
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


def _train(
    folder: RunFolder,
    spec: dict[str, Any],
    start: Checkpoint,
    scheme: Scheme,
    samples: list[Sample],
    photos: _Photos,
    reporter: _ProgressReporter,
) -> tuple[Checkpoint, float]:
    if spec.get("imagenet"):
        start = _from_imagenet(start, scheme, samples, spec)
    elif start.scheme.names != scheme.names:
        start = _other_scheme(start, scheme, samples)
    boxes = _detected_boxes(folder, start, samples)
    samples = [replace(s, boxes=(*s.boxes, *boxes.get(i, ()))) for i, s in enumerate(samples)]
    config = TrainConfig(
        epochs=spec["epochs"], batch=spec["batch"], lr=spec["lr"], seed=spec["seed"],
        device=_device(spec["device"]), ema_decay=0.99, freeze_batch_norm=True,
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
    return newest, done * batch / (time.monotonic() - began)


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


def _predict(
    folder: RunFolder,
    checkpoint: Checkpoint,
    photos: _Photos,
    device: str,
    reporter: _ProgressReporter,
) -> tuple[list[str], float]:
    """Predict every face and write the results in chunks; returns their names and faces/s."""
    faces = folder.tables.faces()
    detector = TorchDetector(checkpoint, device)
    began, done, total = time.monotonic(), 0, len(faces.ids)
    ids: list[int] = []
    found: list[FaceLandmarks] = []
    chunks: list[str] = []
    reporter.begin_stage()

    def flush() -> None:
        if not ids:
            return
        name = f"predictions-{len(chunks):05d}.npz"
        size = np.sqrt([f.box[2] * f.box[3] for f in found])
        folder.write_predictions(
            name,
            faces=np.array(ids, np.int64),
            points=np.stack([f.points for f in found]),
            scores=np.stack([f.scores for f in found]).astype(np.float32),
            score=np.array([f.score for f in found]),
            spread=np.array([f.spread.mean() for f in found]) / size,
        )
        chunks.append(name)
        ids.clear()
        found.clear()

    def on_batch(count: int) -> None:
        nonlocal done
        done += count
        reporter.report("predict", done, total, {})

    requests, faces_of = _requests(faces, photos)
    results = predict_photos(detector, requests, on_batch=on_batch)
    for result, indices in zip(results, faces_of, strict=True):
        if result.error is not None:
            photos.skip(result.error)
            continue
        for index, face in zip(indices, result.faces, strict=True):
            ids.append(int(faces.ids[index]))
            found.append(face)
            # the first chunks are small, so that reviewing can begin at once
            if len(ids) >= min(FACES_PER_CHUNK, 32 << len(chunks)):
                flush()
    flush()
    if total and not done:
        raise UserError(
            N_("None of the photos with faces can be used: {reason}."),
            N_("Put them back, or point the project to where they are now."),
            reason=photos.example(),
        )
    return chunks, done / max(time.monotonic() - began, 1e-3)


def _requests(
    faces: FaceTable, photos: _Photos
) -> tuple[list[PhotoRequest], list[NDArray[np.int64]]]:
    """A request for each photo with faces, and the indices of its faces in the table."""
    order = np.argsort(faces.photos, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(faces.photos[order])) + 1)
    groups = [group for group in groups if len(group)]
    requests = []
    for group in groups:
        boxes: list[tuple[Box, str]] = [
            (tuple(faces.boxes[index]), str(faces.kinds[index])) for index in group
        ]
        place = int(faces.photos[group[0]])
        requests.append(
            PhotoRequest(photos.files[place], partial(_given, boxes), photos.sizes[place])
        )
    return requests, groups


def _given(boxes: list[tuple[Box, str]], _image: NDArray[np.uint8]) -> list[tuple[Box, str]]:
    return boxes
