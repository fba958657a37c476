"""Compare ways to learn from few labels and many unlabelled faces: what `docs/loop.md` reports.

`pack` cuts the faces out of the photos once, `run` trains one variant with one seed, `table`
compares the results. Every variant has the same labels, the same unlabelled faces and the same
number of training images in each round.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import bootstrap

from labeltool.rounds.planning import Recipe
from pipnet import resources
from pipnet.data.boxes import Box, tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.images import read_image
from pipnet.data.labelled_faces import load_labelled
from pipnet.data.sample import Sample
from pipnet.evaluation.evaluate import match_box
from pipnet.evaluation.metrics import curve_errors, point_errors
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, load
from pipnet.training.config import TrainConfig
from pipnet.training.trainer import train

MAX_SIDE_PIXELS = 352
"""Largest side of a packed picture."""
PREDICT_BATCH = 64
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Face:
    """A packed face: its picture, landmarks (N, 2) or NaN, detected box, data set and person."""

    image: Path
    points: NDArray[np.float64]
    box: Box
    source: str
    person: str


ON_GPU = Recipe(images=0).on("cuda")
"""How rounds train by default."""


@dataclass(frozen=True, slots=True)
class Variant:
    """How a round learns.

    `tasks`: of the pseudo-labels in rounds 1, 2, 3. `manual_share`: see `TrainConfig`. `images`:
    training images of a round, of which round 1 shows `first` of the labels alone before it makes
    pseudo-labels; `every`: all rounds do. `fresh`: whether the training on pseudo-labels starts
    from the first network again. `then_labels`: images of the labels alone at the end, with the
    pseudo-labels alone before. `mirror`, `jitter`: pseudo-labels are the means over mirrored crops,
    and over so many moved boxes. `full`: whether all layers are trained, batch norm too. `kept`:
    share of the pseudo-labels that are used, those least moved by the mirror. `stay`: share of the
    first network in the average of weights at the end of a round. `lr`, `batch`: as in TrainConfig.
    """

    pseudo: bool = True
    tasks: tuple[str, str, str] = ("std", "std", "std")
    manual_share: float | None = 0.5
    images: int = 20000
    first: int = 6000
    every: bool = False
    fresh: bool = False
    then_labels: int = 0
    mirror: bool = True
    jitter: int = 0
    kept: float = 1.0
    lr: float = ON_GPU.lr
    full: bool = True
    batch: int = ON_GPU.batch
    stay: float = 0.0


CURRICULUM = ("cls3", "cls2", "std")
CONTINUED = Variant()
VARIANTS = {
    "labels": Variant(pseudo=False),
    "continued": CONTINUED,
    "fresh": replace(CONTINUED, fresh=True),
    "labels-first": replace(CONTINUED, every=True),
    "continued-jitter": replace(CONTINUED, jitter=4),
    "fresh-jitter": replace(CONTINUED, fresh=True, jitter=4),
    "continued-quarter": replace(CONTINUED, manual_share=0.25),
    "continued-tenth": replace(CONTINUED, manual_share=0.1),
    "continued-filtered": replace(CONTINUED, kept=0.7),
    "continued-curriculum": replace(CONTINUED, tasks=CURRICULUM),
    "pseudo-then-labels": replace(CONTINUED, fresh=True, then_labels=7000),
    "before": replace(
        CONTINUED, tasks=CURRICULUM, manual_share=None, first=0, mirror=False, full=False, lr=1.4e-4
    ),
    "labels-before": replace(CONTINUED, pseudo=False, full=False, lr=1.4e-4),
}


@click.group()
def main() -> None:
    """Compare ways to learn from few labels and many unlabelled faces."""


@main.command()
@click.argument("shared", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--quality", default=80, help="Of the packed pictures (WebP).")
def pack(shared: Path, out: Path, quality: int) -> None:
    """Cut all faces of the folders in SHARED out into OUT."""
    from pipnet.inference.face_detection import load_face_detector

    find, convention = load_face_detector(), CropConvention()
    (out / "faces").mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str, NDArray[np.float64], Box, str, str]] = []
    for source in ("helen", "afw", "ytf_labelled", "ytf_unlabeled", "photos_unlabeled"):
        if source.endswith("unlabeled"):
            files = sorted(f for f in (shared / source).iterdir() if f.suffix == ".jpg")
            labelled = [(file, None) for file in files]
        else:
            where = shared / source / "afw.json" if source == "afw" else shared / source
            labelled = [(Path(face.photo), face.points) for face in load_labelled(where)]
        for file, points in labelled:
            image = read_image(file)
            boxes = [face.box for face in find(image)]
            if points is None:
                matches = list(range(len(boxes)))[: None if "photos" in source else 1]
            else:
                match = match_box(
                    tight_box(points), [convention.landmark_box(b, "detected") for b in boxes]
                )
                matches = [] if match is None else [match]
            for match in matches:
                box = boxes[match]
                near = (
                    convention.landmark_box(box, "detected")
                    if points is None
                    else tight_box(points)
                )
                patch, matrix = _cut(image, near)
                name = f"faces/{len(rows):05d}.webp"
                cv2.imwrite(str(out / name), patch[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])
                scale, shift = matrix
                moved = np.full((68, 2), np.nan) if points is None else (points - shift) * scale
                x, y, w, h = box
                rows.append(
                    (
                        name,
                        moved,
                        ((x - shift[0]) * scale, (y - shift[1]) * scale, w * scale, h * scale),
                        source,
                        file.stem.rsplit("_", 1)[0],
                    )
                )
    np.savez(
        out / "faces.npz",
        names=[r[0] for r in rows],
        points=np.stack([r[1] for r in rows]),
        boxes=[r[2] for r in rows],
        sources=[r[3] for r in rows],
        persons=[r[4] for r in rows],
    )
    click.echo(f"{len(rows)} faces")


def _cut(
    image: NDArray[np.uint8], box: Box
) -> tuple[NDArray[np.uint8], tuple[float, NDArray[np.float64]]]:
    """The pixels around a face, at most `MAX_SIDE_PIXELS` wide; scale and origin of its frame."""
    x, y, w, h = box
    size = max(w, h) * 2.2
    x0, y0 = max(0, int(x + w / 2 - size / 2)), max(0, int(y + h / 2 - size / 2))
    patch = image[y0 : int(y0 + size) + 1, x0 : int(x0 + size) + 1]
    scale = min(1.0, MAX_SIDE_PIXELS / max(patch.shape[:2]))
    if scale < 1:
        new = round(patch.shape[1] * scale), round(patch.shape[0] * scale)
        patch = cv2.resize(patch, new, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    # pixel centres: p' = (p + 0.5) * scale - 0.5
    return patch, (scale, np.array([x0, y0]) + 0.5 / scale - 0.5)


def read_pack(folder: Path) -> list[Face]:
    """All packed faces."""
    with np.load(folder / "faces.npz") as data:
        rows = zip(
            *(data[k] for k in ("names", "points", "boxes", "sources", "persons")), strict=True
        )
        return [
            Face(folder / n, p, tuple(float(v) for v in b), str(s), str(w))
            for n, p, b, s, w in rows
        ]


@dataclass(frozen=True, slots=True)
class Task:
    """Labels, unlabelled faces, and the faces of each test by name."""

    start: Checkpoint
    manual: list[Face]
    unlabelled: list[Face]
    tests: dict[str, list[Face]]


def make_task(name: str, faces: Sequence[Face], seed: int, start: Path | None, labels: int) -> Task:
    """`helen`: from renders to photos. `frames`: from photos to small video frames."""
    by_source: dict[str, list[Face]] = {}
    for face in faces:
        by_source.setdefault(face.source, []).append(face)
    held = np.random.default_rng(1).permutation(len(by_source["helen"]))
    helen = [by_source["helen"][i] for i in held]
    test, rest = helen[:250], helen[250:]
    if name == "helen":
        order = np.random.default_rng([2, seed]).permutation(len(rest))
        chosen = [rest[i] for i in order]
        return Task(
            load(start or resources.path("weights", resources.RENDERS)), chosen[:labels],
            [*chosen[labels:], *by_source["afw"]], {"helen": test},
        )  # fmt: skip
    people = sorted({face.person for face in by_source["ytf_labelled"]})
    order = np.random.default_rng(3).permutation(len(people))
    tested = {people[i] for i in order[: len(people) // 2]}
    frames = [f for f in by_source["ytf_labelled"] if f.person not in tested]
    order = np.random.default_rng([4, seed]).permutation(len(frames))
    return Task(
        load(start or resources.starter()),
        [frames[i] for i in order[:labels]],
        [*by_source["ytf_unlabeled"], *(frames[i] for i in order[labels:])],
        {"frames": [f for f in by_source["ytf_labelled"] if f.person in tested], "helen": test},
    )


def predict(
    checkpoint: Checkpoint, faces: Sequence[Face], device: str, *, mirror: bool = False
) -> NDArray[np.float64]:
    """Landmarks (F, N, 2) with detected boxes."""
    boxes = [face.box for face in faces]
    return _predict_boxes(TorchDetector(checkpoint, device), faces, boxes, "detected", mirror)


def _predict_boxes(
    detector: TorchDetector, faces: Sequence[Face], boxes: Sequence[Box], kind: str, mirror: bool
) -> NDArray[np.float64]:
    found: list[NDArray[np.float64]] = []
    for first in range(0, len(faces), PREDICT_BATCH):
        rows = slice(first, first + PREDICT_BATCH)
        images = [_read(face.image) for face in faces[rows]]
        found += [
            r.points
            for r in detector.predict_batch(
                images, boxes[rows], [kind] * len(images), mirror=mirror
            )
        ]
    return np.stack(found)


@cache
def _read(image: Path) -> NDArray[np.uint8]:
    return read_image(image)


def pseudo_labels(
    checkpoint: Checkpoint, faces: Sequence[Face], device: str, variant: Variant, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Pseudo-labels (F, N, 2), and which of them the variant uses (F,)."""
    points = predict(checkpoint, faces, device, mirror=variant.mirror)
    size = np.sqrt((points.max(1) - points.min(1)).prod(-1))
    rng = np.random.default_rng([5, seed])
    total = points.copy()
    for _ in range(variant.jitter):
        boxes = []
        for row in points:
            x, y, w, h = tight_box(row)
            a, b, c = rng.normal(0, 0.05, 3)
            boxes.append((x + w * (a - c / 2), y + h * (b - c / 2), w * (1 + c), h * (1 + c)))
        total += _predict_boxes(
            TorchDetector(checkpoint, device), faces, boxes, "landmarks", variant.mirror
        )
    used = np.ones(len(faces), bool)
    if variant.kept < 1:
        moved = np.linalg.norm(predict(checkpoint, faces, device) - points, axis=-1).mean(1) / size
        used = moved <= np.quantile(moved, variant.kept)
    return total / (1 + variant.jitter), used


def score(checkpoint: Checkpoint, task: Task, device: str) -> dict[str, Any]:
    """NME and curve NME in percent of each test, and the errors of its faces."""
    result: dict[str, Any] = {}
    for name, faces in task.tests.items():
        found, truth = predict(checkpoint, faces, device), np.stack([f.points for f in faces])
        plain = np.nanmean(point_errors(found, truth, checkpoint.scheme), 1)
        curve = np.nanmean(curve_errors(found, truth, checkpoint.scheme), 1)
        result[name] = {
            "nme": float(plain.mean() * 100),
            "curve": float(curve.mean() * 100),
            "faces": plain.tolist(),
            "faces_curve": curve.tolist(),
        }
    return result


def samples_of(
    faces: Sequence[Face],
    convention: CropConvention,
    points: NDArray[np.float64] | None = None,
    task: str = "std",
) -> list[Sample]:
    """Samples with the faces' own landmarks, or with pseudo-labels."""
    rows = [f.points for f in faces] if points is None else list(points)
    return [
        Sample(
            face.image,
            row,
            (tight_box(row), convention.landmark_box(face.box, "detected")),
            task,
            None,
            points is not None,
        )
        for face, row in zip(faces, rows, strict=True)
    ]


def run_variant(
    variant: Variant, task: Task, device: str, seed: int, report: Callable[[int, Checkpoint], None]
) -> Checkpoint:
    """All rounds of a variant; `report` is called after each."""
    convention = task.start.convention
    manual = samples_of(task.manual, convention)

    def learn(start: Checkpoint, samples: Sequence[Sample], images: int, number: int) -> Checkpoint:
        per_epoch = max(1, len(samples) // variant.batch) * variant.batch
        decay = 0.998 if variant.full else 0.99
        config = TrainConfig(
            epochs=max(1, round(images / per_epoch)), batch=variant.batch, lr=variant.lr,
            seed=seed * 100 + number, device=device, ema_decay=decay ** (variant.batch / 16),
            freeze_batch_norm=not variant.full, frozen_stages=0 if variant.full else 4,
            manual_share=variant.manual_share,
        )  # fmt: skip
        return train(start, samples, config)

    current = task.start
    for number in range(1, ROUNDS + 1):
        if not variant.pseudo:
            current = learn(current, manual, variant.images, number)
        else:
            first = variant.first if number == 1 or variant.every else 0
            if first:
                current = learn(current, manual, first, number)
            found, used = pseudo_labels(
                current, task.unlabelled, device, variant, seed * 10 + number
            )
            pseudo = samples_of(task.unlabelled, convention, found, variant.tasks[number - 1])
            pseudo = [sample for sample, is_used in zip(pseudo, used, strict=True) if is_used]
            samples = pseudo if variant.then_labels else [*manual, *pseudo]
            images = variant.images - first - variant.then_labels
            current = learn(task.start if variant.fresh else current, samples, images, number * 10)
            if variant.then_labels:
                current = learn(current, manual, variant.then_labels, number)
        if variant.stay:
            current = mix(current, task.start, variant.stay)
        report(number, current)
    return current


def mix(one: Checkpoint, other: Checkpoint, share: float) -> Checkpoint:
    """The average of two networks' weights, `share` of the other one."""
    ours, theirs = one.network.export_state(), other.network.export_state()
    state = {
        k: torch.lerp(v, theirs[k].to(v.device), share) if v.is_floating_point() else v
        for k, v in ours.items()
    }
    one.network.import_state(state)
    return one


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--task", "task_name", type=click.Choice(["helen", "frames"]), default="helen")
@click.option("--variant", "names", multiple=True, type=click.Choice(list(VARIANTS)))
@click.option("--seed", default=0)
@click.option("--labels", default=60)
@click.option("--start", type=click.Path(path_type=Path))
@click.option("--device", default="cpu")
def run(
    folder: Path,
    out: Path,
    task_name: str,
    names: tuple[str, ...],
    seed: int,
    labels: int,
    start: Path | None,
    device: str,
) -> None:
    """Train variants and write OUT/TASK-VARIANT-SEED.json after each round."""
    task = make_task(task_name, read_pack(folder), seed, start, labels)
    out.mkdir(parents=True, exist_ok=True)
    for name in names or VARIANTS:
        log = Log(out / f"{task_name}-{name}-{seed}.json", task, device)
        run_variant(VARIANTS[name], task, device, seed, log.add)


class Log:
    """The results of one variant, in a file that grows with each round."""

    def __init__(self, file: Path, task: Task, device: str) -> None:
        self._file, self._task, self._device = file, task, device
        self._began, self._rows = time.monotonic(), [score(task.start, task, device)]

    def add(self, number: int, checkpoint: Checkpoint) -> None:
        """Measure the network of a round."""
        scores = score(checkpoint, self._task, self._device)
        self._rows.append(scores | {"seconds": time.monotonic() - self._began})
        self._file.write_text(json.dumps(self._rows))
        words = [f"{test} {row['nme']:.3f} {row['curve']:.3f}" for test, row in scores.items()]
        click.echo(f"{self._file.stem} round {number}: {', '.join(words)}")


@main.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True))
@click.option("--task", "task_name", type=click.Choice(["helen", "frames"]), default="helen")
@click.option("--test", default="", help="The faces to compare on; those of the task if not given.")
@click.option("--against", default="labels", help="The variant to compare with.")
def table(results: Path, task_name: str, test: str, against: str) -> None:
    """Print what `run` wrote as a table, with paired bootstrap intervals over the faces."""
    test = test or task_name
    found: dict[str, list[Any]] = {}
    for file in sorted(results.glob(f"{task_name}-*.json")):
        rows = json.loads(file.read_text())
        if len(rows) == ROUNDS + 1:
            name = file.stem.removeprefix(f"{task_name}-").rpartition("-")[0]
            found.setdefault(name, []).append(rows)
    rounds = [f"round {number}" for number in range(1, ROUNDS + 1)]
    columns = ["variant", "seeds", "start", *rounds, f"against {against}", "round 3 against 1"]
    click.echo(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    base = np.mean([[row[test]["faces"] for row in rows] for rows in found[against]], 0)
    for name, runs in sorted(found.items()):
        errors = np.mean([[row[test]["faces"] for row in rows] for rows in runs], 0)  # (R+1, F)
        means = [f"{value * 100:.2f}" for value in errors.mean(1)]
        cells = [
            name, str(len(runs)), *means, _interval(errors[-1] - base[-1]),
            _interval(errors[-1] - errors[1]),
        ]  # fmt: skip
        click.echo(f"| {' | '.join(cells)} |")


def _interval(differences: NDArray[np.float64]) -> str:
    """The mean in percent points, and its 95 % interval."""
    if not differences.any():
        return "-"
    values = differences * 100
    interval = bootstrap((values,), np.mean, rng=np.random.default_rng(0)).confidence_interval
    return f"{values.mean():+.2f} ({interval.low:+.2f} to {interval.high:+.2f})"


if __name__ == "__main__":
    main()
