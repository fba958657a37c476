"""Self-training with curriculum: labels, pseudo-labels, both, again, from easier to harder tasks.

The authors' GSSL (`train_gssl`): train on the labels; then for each of cls3, cls2, std, std, std
predict every unlabelled face with the newest network, and train a fresh network on labels and
pseudo-labels, whose task decides what they teach.
"""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import groupby, zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, tight_box
from pipnet.data.sample import Sample
from pipnet.inference.base import Detector
from pipnet.inference.pipeline import PhotoRequest, predict_photos
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, load, save
from pipnet.training.augment import Augmentation, Augmenter
from pipnet.training.config import TrainConfig
from pipnet.training.loader import OnUnreadable, warn_unreadable
from pipnet.training.trainer import OnSmallerBatch, Step, train, warn_smaller_batch

CURRICULUM = ("cls3", "cls2", "std", "std", "std")
"""The tasks of the pseudo-labels, as the authors run them."""


@dataclass(frozen=True, slots=True)
class UnlabelledFace:
    """A face without labels: its photo, a box, and where the box comes from."""

    image: Path
    box: Box
    kind: str = "detected"


@dataclass(frozen=True, slots=True)
class SelfTrainConfig:
    """How to self-train.

    `tasks`: of the pseudo-labels, one training each. `labels_coarse`: labels also train the coarse
    score maps of a coarse task, as the paper has it; the authors' code does not do that.
    `converged`: stop once two `std` tasks in a row moved the pseudo-labels by less than this
    fraction of the face on average; 0 runs every task.
    """

    train: TrainConfig
    augmentation: Augmenter = field(default_factory=Augmentation)
    tasks: tuple[str, ...] = CURRICULUM
    labels_coarse: bool = False
    converged: float = 0.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a self-training is: training number `index` of `total`, for `task` ('labels' first)."""

    index: int
    total: int
    task: str


OnStage = Callable[[Stage, Step], None]
OnStageEpoch = Callable[[Stage, int, Checkpoint], None]


def self_train(
    fresh: Callable[[], Checkpoint],
    labelled: Sequence[Sample],
    unlabelled: Sequence[UnlabelledFace],
    config: SelfTrainConfig,
    out: Path,
    *,
    save_seconds: float | None = None,
    on_progress: OnStage = lambda stage, step: None,
    on_epoch: OnStageEpoch = lambda stage, epoch, checkpoint: None,
    on_batch: Callable[[Stage, int], object] = lambda stage, faces: None,
    on_unreadable: OnUnreadable = warn_unreadable,
    on_smaller_batch: OnSmallerBatch = warn_smaller_batch,
    make_detector: Callable[[Checkpoint], Detector] | None = None,
) -> Checkpoint:
    """Self-train and return the last network, which is also `out/model.safetensors`.

    Every training has a folder `out/stage-K` with its pseudo-labels and network. The same call
    resumes an interrupted run: finished trainings are not repeated. `out/ledger.csv` lists every
    pseudo-label of every task.

    Args:
        fresh: makes the untrained network of each training (ImageNet backbone, new heads).
        labelled: faces with labels. unlabelled: faces without.
        save_seconds, on_smaller_batch: see `train`.
        make_detector: makes what predicts the unlabelled faces; a TorchDetector by default.
        on_progress: called after every step; an exception ends the training.
        on_epoch: called after every epoch of every training, numbered from 0; an exception ends the
            self-training.
        on_batch: called with the training that follows and a number of unlabelled faces whenever so
            many were predicted for it; an exception ends the self-training.
        on_unreadable: called for each face that is skipped because its photo cannot be read. The
            sample of an unlabelled face has NaN points.

    Raises:
        ValueError: `out` holds a run on other faces, or no photo can be read.
    """
    total = 1 + len(config.tasks)
    stage = Stage(0, total, "labels")

    def train_stage(folder: Path, samples: Sequence[Sample], stage: Stage) -> Checkpoint:
        finished = _Finished(folder, stage, len(samples))
        if finished.is_there():
            return load(folder / "model.safetensors")
        result = train(
            fresh(), samples, config.train, out=folder, save_seconds=save_seconds,
            on_progress=partial(on_progress, stage), on_epoch=partial(on_epoch, stage),
            on_unreadable=on_unreadable, on_smaller_batch=on_smaller_batch,
            augmentation=config.augmentation,
        )  # fmt: skip
        finished.write()
        return result

    current = train_stage(out / "stage-0", labelled, stage)
    before: NDArray[np.float64] | None = None
    for index, task in enumerate(config.tasks, start=1):
        stage, folder = Stage(index, total, task), out / f"stage-{index}"
        detector = (
            make_detector(current) if make_detector else TorchDetector(current, config.train.device)
        )
        points, scores = _pseudo_labels(
            folder,
            detector,
            unlabelled,
            on_unreadable,
            partial(on_batch, stage),
        )
        moved = None if before is None else _movement(before, points)
        _write_ledger(out / "ledger.csv", index, task, unlabelled, scores, points, before)
        if task == "std" and moved is not None and moved < config.converged:
            break
        samples = [
            *labelled,
            *(
                Sample(face.image, row, (tight_box(row),), task)
                for face, row in zip(unlabelled, points, strict=True)
                if np.isfinite(row).all()
            ),
        ]
        if config.labels_coarse and task != "std":
            samples += [replace(sample, task=task) for sample in labelled]
        before = points
        current = train_stage(folder, samples, stage)
    save(current, out / "model.safetensors")
    return current


class _Finished:
    """The note in the folder of a training that it is finished, and on how many faces."""

    def __init__(self, folder: Path, stage: Stage, samples: int) -> None:
        self._file, self._what = folder / "finished.json", {**asdict(stage), "samples": samples}

    def is_there(self) -> bool:
        """Raises ValueError if the folder holds a training on other faces."""
        if not self._file.exists():
            return False
        if json.loads(self._file.read_text("utf-8")) != self._what:
            raise ValueError(
                f"{self._file.parent} holds a training on other faces: give another folder"
            )
        return True

    def write(self) -> None:
        written = self._file.with_name("finished.json.partial")
        written.write_text(json.dumps(self._what), encoding="utf-8")
        os.replace(written, self._file)


def _pseudo_labels(
    folder: Path,
    detector: Detector,
    unlabelled: Sequence[UnlabelledFace],
    on_unreadable: OnUnreadable,
    on_batch: Callable[[int], object],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Landmarks (U, N, 2) in image pixels and scores (U,); kept in the folder, computed once.

    NaN for a face whose photo cannot be read.
    """
    file = folder / "pseudo.npz"
    if file.exists():
        with np.load(file, allow_pickle=False) as data:
            kept, found_scores = data["points"], data["scores"]
        if len(kept) != len(unlabelled):
            raise ValueError(
                f"{file} has {len(kept)} pseudo-labels, there are {len(unlabelled)} unlabelled "
                "faces now: give another folder"
            )
        return kept, found_scores
    points = np.full((len(unlabelled), detector.scheme.count, 2), np.nan)
    scores = np.full(len(unlabelled), np.nan)
    # faces of one photo that follow each other share its pixels
    groups = [list(group) for _, group in groupby(unlabelled, key=lambda face: face.image)]
    requests = (PhotoRequest(group[0].image, partial(_boxes_of, group)) for group in groups)
    place = 0
    results = predict_photos(detector, requests, on_batch=on_batch)
    for group, result in zip(groups, results, strict=True):
        for face, found in zip_longest(group, result.faces):
            if result.error is not None:
                sample = Sample(face.image, points[place], (face.box,))
                on_unreadable(sample, result.error)
            else:
                points[place], scores[place] = found.points, found.score
            place += 1
    if np.isnan(scores).all():
        raise ValueError(f"no photo of {len(unlabelled)} faces without labels can be read")
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "pseudo.partial.npz"
    np.savez(written, points=points, scores=scores)
    os.replace(written, file)
    return points, scores


def _boxes_of(faces: Sequence[UnlabelledFace], _image: NDArray[np.uint8]) -> list[tuple[Box, str]]:
    return [(face.box, face.kind) for face in faces]


def _movement(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Mean distance of the landmarks as a fraction of the face's box; NaN if no face has both."""
    moved = _movement_per_face(before, after)
    return float(moved[np.isfinite(moved)].mean()) if np.isfinite(moved).any() else math.nan


def _movement_per_face(
    before: NDArray[np.float64], after: NDArray[np.float64]
) -> NDArray[np.float64]:
    size = np.sqrt((after.max(1) - after.min(1)).prod(-1))  # (U,)
    result: NDArray[np.float64] = np.linalg.norm(after - before, axis=-1).mean(1) / size
    return result


def _write_ledger(
    file: Path,
    index: int,
    task: str,
    unlabelled: Sequence[UnlabelledFace],
    scores: NDArray[np.float64],
    points: NDArray[np.float64],
    before: NDArray[np.float64] | None,
) -> None:
    """Add the rows of a task: photo, box, task, score, movement since the task before."""
    rows = []
    if file.exists() and index > 1:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.reader(stream) if row[0].isdigit() and int(row[0]) < index]
    moved = np.full(len(points), np.nan) if before is None else _movement_per_face(before, points)
    written = file.with_name(file.name + ".partial")
    with written.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["stage", "task", "photo", "x", "y", "w", "h", "score", "moved"])
        writer.writerows(rows)
        for face, score, change in zip(unlabelled, scores, moved, strict=True):
            box = [f"{v:.2f}" for v in face.box]
            if np.isfinite(score):
                writer.writerow([index, task, face.image, *box, f"{score:.4f}", f"{change:.5f}"])
    os.replace(written, file)
