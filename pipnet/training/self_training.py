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
from pipnet.inference.pipeline import PhotoRequest, predict_photos
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, load, save
from pipnet.training.augment import Augmentation, Augmenter
from pipnet.training.config import TrainConfig
from pipnet.training.loader import OnUnreadable, warn_unreadable
from pipnet.training.trainer import Step, train

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


def self_train(
    fresh: Callable[[], Checkpoint],
    labelled: Sequence[Sample],
    unlabelled: Sequence[UnlabelledFace],
    config: SelfTrainConfig,
    out: Path,
    *,
    on_progress: OnStage = lambda stage, step: None,
    on_unreadable: OnUnreadable = warn_unreadable,
) -> Checkpoint:
    """Self-train and return the last network, which is also `out/model.safetensors`.

    Every training has a folder `out/stage-K` with its pseudo-labels and network. The same call
    resumes an interrupted run: finished trainings are not repeated. `out/ledger.csv` lists every
    pseudo-label of every task.

    Args:
        fresh: makes the untrained network of each training (ImageNet backbone, new heads).
        labelled: faces with labels. unlabelled: faces without.
        on_progress: called after every step; an exception ends the training.
        on_unreadable: called for each face that is skipped because its photo cannot be read. The
            sample of an unlabelled face has NaN points.

    Raises:
        ValueError: `out` holds a run on other faces, or no photo can be read.
    """
    total = 1 + len(config.tasks)
    stage = Stage(0, total, "labels")
    train_stage = partial(_stage, fresh, config, on_progress, on_unreadable)
    current = train_stage(out / "stage-0", labelled, stage)
    before: NDArray[np.float64] | None = None
    for index, task in enumerate(config.tasks, start=1):
        folder = out / f"stage-{index}"
        points, scores = _pseudo_labels(
            folder, current, unlabelled, config.train.device, on_unreadable
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
        current = train_stage(folder, samples, Stage(index, total, task))
    save(current, out / "model.safetensors")
    return current


def _stage(
    fresh: Callable[[], Checkpoint],
    config: SelfTrainConfig,
    on_progress: OnStage,
    on_unreadable: OnUnreadable,
    folder: Path,
    samples: Sequence[Sample],
    stage: Stage,
) -> Checkpoint:
    """One training, unless it is finished already."""
    finished, what = folder / "finished.json", {**asdict(stage), "samples": len(samples)}
    if finished.exists():
        if json.loads(finished.read_text("utf-8")) != what:
            raise ValueError(f"{folder} holds a training on other faces: give another folder")
        return load(folder / "model.safetensors")

    def progress(step: Step) -> None:
        on_progress(stage, step)

    result = train(
        fresh(), samples, config.train, out=folder, on_progress=progress,
        on_unreadable=on_unreadable, augmentation=config.augmentation,
    )  # fmt: skip
    written = folder / "finished.json.partial"
    written.write_text(json.dumps(what), encoding="utf-8")
    os.replace(written, finished)
    return result


def _pseudo_labels(
    folder: Path,
    current: Checkpoint,
    unlabelled: Sequence[UnlabelledFace],
    device: str,
    on_unreadable: OnUnreadable,
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
    detector = TorchDetector(current, device)
    points = np.full((len(unlabelled), current.scheme.count, 2), np.nan)
    scores = np.full(len(unlabelled), np.nan)
    # faces of one photo that follow each other share its pixels
    groups = [list(group) for _, group in groupby(unlabelled, key=lambda face: face.image)]
    requests = (PhotoRequest(group[0].image, partial(_boxes_of, group)) for group in groups)
    place = 0
    for group, result in zip(groups, predict_photos(detector, requests), strict=True):
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
