r"""What an adjustment learned from a few labels is worth on other faces.

python scripts/adjust_study.py ytf_labelled --group "(?:test_|train_)?(.+)_\d+"
python scripts/adjust_study.py helen --weights renders-mobilenet_v2-300w.safetensors --every 3

Further tables: `--table orders`, which faces to label first, and `--table like`, whether one
correction can be carried over to the faces that are most like the corrected one.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.adjustment import fit_adjustment, shapes_of
from pipnet.cli.options import open_detector, read_samples
from pipnet.data.scheme import Scheme
from pipnet.evaluation.evaluate import Evaluation, box_of
from pipnet.evaluation.metrics import norm_distance
from pipnet.inference.face_detection import load_face_detector
from pipnet.inference.pipeline import PhotoRequest, predict_photos

DRAWS = 10
LABELS = (15, 20, 30, 60, 150)
TOLERANCE = 0.08

OPENING_SECONDS, DRAG_SECONDS = 4.0, 1.5
"""What a face costs, and each landmark of it that is not right."""

LIKE_FACES = 20
"""To so many faces a correction is carried over."""

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """F labelled faces and their proposals.

    `points`, `truth` (F, N, 2) in pixels; `norms` (F,) in pixels; `expected` (F, N): expected
    errors, shares of the norm; `groups` (F,): numbers of what may not be on both sides.
    """

    points: Floats
    truth: Floats
    norms: Floats
    expected: Floats
    groups: Rows
    scheme: Scheme

    def errors(self, placed: Floats, rows: Rows) -> Floats:
        """Distances from the truth, shares of the norm, (len(rows), N)."""
        distances: Floats = np.linalg.norm(placed - self.truth[rows], axis=-1)
        return distances / self.norms[rows][:, None]

    def in_random_order(self, seed: int) -> Rows:
        """The faces by group, the groups in random order."""
        order = np.random.default_rng(seed).permutation(self.groups.max() + 1)
        return np.argsort(np.argsort(order)[self.groups], kind="stable")

    def adjusted(self, known: Rows) -> Floats:
        """All proposals as an adjustment learned from the known faces moves them."""
        fit = fit_adjustment(self.points[known], self.truth[known], self.groups[known].tolist())
        assert fit is not None
        return fit.adjustment.apply(self.points)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--group", help="finds in a file name what may not be on both sides")
    parser.add_argument("--every", type=int, default=1, help="take each so many-th face only")
    parser.add_argument("--table", choices=("labels", "orders", "like"), default="labels")
    arguments = parser.parse_args()
    faces = read_faces(arguments)
    print(f"{len(faces.points)} faces, {faces.groups.max() + 1} groups")
    {"labels": label_table, "orders": order_table, "like": like_table}[arguments.table](faces)


def read_faces(arguments: argparse.Namespace) -> Faces:
    """Predict the labelled faces, boxes from the face detector."""
    detector = open_detector(arguments.weights, None, None, None, "cpu")
    samples = read_samples(arguments.data, detector.scheme.names)[:: arguments.every]
    boxes = load_face_detector()
    requests = [
        PhotoRequest(item.image, partial(box_of, item, detector.convention, boxes), item.size)
        for item in samples
    ]
    found = [
        (item, result.faces[0])
        for item, result in zip(samples, predict_photos(detector, iter(requests)), strict=True)
        if result.faces
    ]
    truth = np.stack([item.points for item, _face in found])
    norms = norm_distance(truth, detector.scheme)
    names = [item.image.stem for item, _face in found]
    if arguments.group:
        matches = [re.fullmatch(arguments.group, name) for name in names]
        names = [name if m is None else m[1] for name, m in zip(names, matches, strict=True)]
    return Faces(
        np.stack([face.points for _item, face in found]), truth, norms,
        np.stack([face.errors for _item, face in found]) / norms[:, None],
        np.unique(names, return_inverse=True)[1], detector.scheme,
    )  # fmt: skip


def label_table(faces: Faces) -> None:
    """Print the errors of the other faces by the number of labels."""

    def figures(rows: Rows, placed: Floats) -> tuple[float, float]:
        """NME, and the share of faces with every landmark within the tolerance, in percent."""
        result = Evaluation.of_points(placed, faces.truth[rows], faces.scheme)
        right = np.nanmax(result.curve, axis=1) <= TOLERANCE
        return 100 * float(np.nanmean(result.errors)), 100 * float(right.mean())

    print(f"{DRAWS} draws: mean (SD)")
    print(f"{'labels':>6}{'NME':>8}{'adjusted':>16}{'as told':>16}{'right':>8}{'adjusted':>10}")
    for count in LABELS:
        lines = []
        for seed in range(DRAWS):
            known = faces.in_random_order(seed)[:count]
            rest = np.flatnonzero(~np.isin(faces.groups, faces.groups[known]))
            fit = fit_adjustment(
                faces.points[known], faces.truth[known], faces.groups[known].tolist()
            )
            assert fit is not None
            before = figures(rest, faces.points[rest])
            after = figures(rest, fit.adjustment.apply(faces.points[rest]))
            told = figures(known, faces.points[known])[0] * fit.after.mean() / fit.before.mean()
            lines.append((before[0], after[0], told, before[1], after[1]))
        mean, spread = np.mean(lines, axis=0), np.std(lines, axis=0)
        print(
            f"{count:6}{mean[0]:8.2f}{mean[1]:9.2f} ({spread[1]:.2f}){mean[2]:9.2f} "
            f"({spread[2]:.2f}){mean[3]:8.1f}{mean[4]:10.1f}"
        )


def order_table(faces: Faces) -> None:
    """Print what labels bring, and cost, by the order in which faces are labelled."""
    everyone = np.arange(len(faces.points))
    wrong = (faces.errors(faces.points, everyone) > TOLERANCE).sum(1)
    seconds = OPENING_SECONDS + DRAG_SECONDS * wrong
    expected = faces.expected.mean(1)
    promised = OPENING_SECONDS + DRAG_SECONDS * (faces.expected > TOLERANCE).sum(1)
    flat = shapes_of(faces.points)[0].reshape(len(everyone), -1)

    def farthest_first(pool: Rows) -> Rows:
        """Each face the one least like those before it."""
        chosen, distance = [0], np.square(flat[pool] - flat[pool[0]]).sum(1)
        while len(chosen) < min(max(LABELS), len(pool)):
            chosen.append(int(distance.argmax()))
            distance = np.minimum(distance, np.square(flat[pool] - flat[pool[chosen[-1]]]).sum(1))
        return pool[chosen]

    orders: dict[str, Callable[[Rows], Rows]] = {
        "at random": lambda pool: np.random.default_rng(len(pool)).permutation(pool),
        "group by group": lambda pool: pool,
        "worst first": lambda pool: pool[np.argsort(-expected[pool])],
        "error per second": lambda pool: pool[np.argsort(-(expected / promised)[pool])],
        "least alike": farthest_first,
    }
    print(f"{DRAWS} draws, means: NME of the faces of other groups, minutes of labelling")
    for count in (20, 60):
        for name, order in orders.items():
            lines = []
            for seed in range(DRAWS):
                mixed = faces.in_random_order(seed)
                others = np.isin(faces.groups, faces.groups[mixed[: len(mixed) // 3]])
                test, known = everyone[others], order(mixed[~others[mixed]])[:count]
                after = faces.errors(faces.adjusted(known)[test], test)
                before = faces.errors(faces.points[test], test)
                lines.append((100 * before.mean(), 100 * after.mean(), seconds[known].sum() / 60))
            before_nme, after_nme, minutes = np.mean(lines, axis=0)
            print(f"{count:4} {name:18}{before_nme:6.2f}{after_nme:6.2f}{minutes:7.1f}")


def like_table(faces: Faces) -> None:
    """Print whether faces that are most like a corrected one are wrong where it was, and what
    becomes of their error there if they are moved as it was."""
    everyone = np.arange(len(faces.points))
    known = faces.in_random_order(0)[:60]
    print(f"{LIKE_FACES} faces of other groups for each face with a wrong landmark")
    for name, points in (("proposals", faces.points), ("adjusted", faces.adjusted(known))):
        shapes, _, sizes = shapes_of(points)
        moves = (faces.truth - points) / sizes
        errors = faces.errors(points, everyone)
        random = np.random.default_rng(0)
        for chosen_by in ("chance", "shape", "expected errors"):
            lines = []
            for face in np.flatnonzero((errors > TOLERANCE).any(1)):
                wrong = errors[face] > TOLERANCE
                others = np.flatnonzero(faces.groups != faces.groups[face])
                unlike = {
                    "chance": random.random(len(others)),
                    "shape": np.square(shapes[others] - shapes[face]).sum((1, 2)),
                    "expected errors": np.square(
                        np.log(faces.expected[others]) - np.log(faces.expected[face])
                    ).sum(1),
                }[chosen_by]
                near = others[np.argsort(unlike)[:LIKE_FACES]]
                moved = faces.errors(points[near] + moves[face] * sizes[near], near)
                lines.append(
                    (
                        (errors[near][:, wrong] > TOLERANCE).mean(), errors[near][:, wrong].mean(),
                        moved[:, wrong].mean(),
                    )
                )  # fmt: skip
            same, before, after = 100 * np.mean(lines, axis=0)
            print(
                f"{name:10} by {chosen_by:16} wrong there {same:4.1f} %, "
                f"{before:5.2f} -> {after:5.2f}"
            )


if __name__ == "__main__":
    main()
