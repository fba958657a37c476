"""Self-training with curriculum: labels, pseudo-labels, both, again, from easier to harder tasks.

The authors' GSSL (`train_gssl`): train on the labels; then for each of cls3, cls2, std, std, std
predict every unlabelled face with the newest network, and train a fresh network on labels and
pseudo-labels, whose task decides what they teach.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.augment import Augmentation, Augmenter
from pipnet.checkpoint import Checkpoint, load, save
from pipnet.crop import Box, tight_box
from pipnet.data import Sample
from pipnet.images import read_image
from pipnet.predict import TorchDetector
from pipnet.train import Step, TrainConfig, train

CURRICULUM = ("cls3", "cls2", "std", "std", "std")
"""The tasks of the pseudo-labels, as the authors run them."""


@dataclass(frozen=True, slots=True)
class Unlabelled:
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


def selftrain(
    fresh: Callable[[], Checkpoint],
    labelled: Sequence[Sample],
    unlabelled: Sequence[Unlabelled],
    config: SelfTrainConfig,
    out: Path,
    *,
    on_progress: OnStage = lambda stage, step: None,
) -> Checkpoint:
    """Self-train and return the last network, which is also `out/model.safetensors`.

    Every training has a folder `out/stage-K` with its pseudo-labels and network; finished ones are
    not run again, and an interrupted one goes on, when the same call is made once more.
    `out/ledger.csv` says of every pseudo-label what each task used it for.

    Args:
        fresh: makes the untrained network of each training (ImageNet backbone, new heads).
        labelled: faces with labels. unlabelled: faces without.
        on_progress: whatever it raises ends the training between two steps.

    Raises:
        ValueError: `out` holds a run on other faces.
    """
    total = 1 + len(config.tasks)
    current = _stage(
        out / "stage-0", fresh, labelled, config, Stage(0, total, "labels"), on_progress
    )
    before: NDArray[np.float64] | None = None
    for index, task in enumerate(config.tasks, start=1):
        folder = out / f"stage-{index}"
        points, scores = _pseudo_labels(folder, current, unlabelled, config.train.device)
        moved = None if before is None else _movement(before, points)
        _write_ledger(out / "ledger.csv", index, task, unlabelled, scores, points, before)
        if task == "std" and moved is not None and moved < config.converged:
            break
        samples = [
            *labelled,
            *(
                Sample(face.image, row, (tight_box(row),), task)
                for face, row in zip(unlabelled, points, strict=True)
            ),
        ]
        if config.labels_coarse and task != "std":
            samples += [replace(sample, task=task) for sample in labelled]
        before = points
        current = _stage(folder, fresh, samples, config, Stage(index, total, task), on_progress)
    save(current, out / "model.safetensors")
    return current


def _stage(
    folder: Path,
    fresh: Callable[[], Checkpoint],
    samples: Sequence[Sample],
    config: SelfTrainConfig,
    stage: Stage,
    on_progress: OnStage,
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
        augmentation=config.augmentation,
    )  # fmt: skip
    partial = folder / "finished.json.partial"
    partial.write_text(json.dumps(what), encoding="utf-8")
    os.replace(partial, finished)
    return result


def _pseudo_labels(
    folder: Path, current: Checkpoint, unlabelled: Sequence[Unlabelled], device: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Landmarks (U, N, 2) in image pixels and scores (U,); kept in the folder, computed once."""
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
    points, scores = [], []
    for face in unlabelled:
        found = detector.predict(read_image(face.image), [face.box], face.kind)[0]
        points.append(found.points)
        scores.append(found.score)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "pseudo.partial.npz"
    stacked, score = np.stack(points), np.array(scores, np.float64)
    np.savez(partial, points=stacked, scores=score)
    os.replace(partial, file)
    return stacked, score


def _movement(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Mean distance of the landmarks as a fraction of the face's box."""
    return float(_movements(before, after).mean())


def _movements(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    size = np.sqrt((after.max(1) - after.min(1)).prod(-1))  # (U,)
    result: NDArray[np.float64] = np.linalg.norm(after - before, axis=-1).mean(1) / size
    return result


def _write_ledger(
    file: Path,
    index: int,
    task: str,
    unlabelled: Sequence[Unlabelled],
    scores: NDArray[np.float64],
    points: NDArray[np.float64],
    before: NDArray[np.float64] | None,
) -> None:
    """Add the rows of a task: photo, box, task, score, movement since the task before."""
    rows = []
    if file.exists() and index > 1:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.reader(stream) if row[0].isdigit() and int(row[0]) < index]
    moved = np.full(len(points), np.nan) if before is None else _movements(before, points)
    partial = file.with_name(file.name + ".partial")
    with partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["stage", "task", "photo", "x", "y", "w", "h", "score", "moved"])
        writer.writerows(rows)
        for face, score, change in zip(unlabelled, scores, moved, strict=True):
            box = [f"{v:.2f}" for v in face.box]
            writer.writerow([index, task, face.image, *box, f"{score:.4f}", f"{change:.5f}"])
    os.replace(partial, file)
