"""Injects known errors into good labels and counts what the checks find (docs/trust.md).

    python scripts/check_study.py FACES [--tune]

FACES holds `helen`, `afw`, `ytf_labelled` and `scut86`. The checks learn what is usual from one
half of the photos of each and are measured on the other half. With --tune the first half is split
again, as when the thresholds were chosen (the 120 photos of `scut86` excepted). Of each kind, one
error goes into each face. A cell: found and named rightly / found at all, percent of faces.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeltool.checks import geometry_checks as geometry
from labeltool.checks.check_faces import CheckedFaces, Checker
from labeltool.checks.findings import Check
from labeltool.checks.rearrangements import contours
from pipnet.data.images import read_header
from pipnet.data.labelled_faces import load_labelled
from pipnet.data.scheme import Scheme, load_scheme

Floats = NDArray[np.float64]

SETS = ("helen", "afw", "ytf_labelled", "scut86")


def scut86() -> Scheme:
    """The 86 points of SCUT-FBP5500: outline, brows, eyes, pupils, nose, outer lips."""
    regions = {
        "outline": range(22), "brows": range(22, 42), "eyes": range(42, 60),
        "nose": range(60, 73), "mouth": range(73, 86),
    }  # fmt: skip
    loops = (range(22), range(22, 32), range(32, 42), range(42, 50), range(50, 58), range(73, 86))
    edges = list(itertools.pairwise(range(60, 73)))
    for loop in loops:
        edges += zip(loop, (*loop[1:], loop[0]), strict=True)
    flip = [
        0, *range(21, 0, -1), *range(36, 31, -1), *range(41, 36, -1), *range(26, 21, -1),
        *range(31, 26, -1), *range(54, 49, -1), 57, 56, 55, *range(46, 41, -1), 49, 48, 47, 59, 58,
        *range(72, 59, -1), *range(79, 72, -1), *range(85, 79, -1),
    ]  # fmt: skip
    return Scheme(
        "scut86", tuple(f"{k:02d}" for k in range(86)), tuple(edges), tuple(flip),
        ((*range(22), 0),), (46, 50), {name: tuple(row) for name, row in regions.items()},
        (tuple(range(42, 50)), tuple(range(50, 58))),
    )  # fmt: skip


class Injector:
    """Makes errors of each kind in faces (N, 2) of a scheme, at random."""

    def __init__(self, scheme: Scheme, seed: int) -> None:
        self.scheme = scheme
        self.random = np.random.default_rng(seed)
        assert scheme.flip_table is not None
        self.flip = scheme.flip_table
        self.parts = contours(scheme)
        self.eyes = geometry.eyes(scheme)
        self.links = [e for e in scheme.edges if self.flip[e[0]] != e[1]]

    def size(self, points: Floats) -> float:
        """The size of a face, in pixels."""
        return float(geometry.sizes(points[None], self.scheme)[0])

    def direction(self) -> Floats:
        """A random unit vector (2,)."""
        angle = self.random.uniform(0, 2 * np.pi)
        return np.array([np.cos(angle), np.sin(angle)])

    def swap_sides(self, points: Floats) -> Floats:
        """All landmarks have the names of the other side."""
        return points[self.flip]

    def swap_part(self, points: Floats) -> Floats:
        """Both eyes, or both brows, are exchanged."""
        paired = [p for p in self.parts if not set(p) & {int(self.flip[k]) for k in p}]
        part = paired[self.random.integers(len(paired))]
        both = [*part, *(int(self.flip[k]) for k in part)]
        made = points.copy()
        made[both] = points[self.flip[both]]
        return made

    def swap_pair(self, points: Floats) -> Floats:
        """One landmark and its counterpart are exchanged."""
        apart = np.linalg.norm(points - points[self.flip], axis=1) > 0.15 * self.size(points)
        k = int(self.random.choice(np.flatnonzero(apart)))
        made = points.copy()
        made[[k, self.flip[k]]] = points[[self.flip[k], k]]
        return made

    def exchange_neighbours(self, points: Floats) -> Floats:
        """Two neighbours on a contour are exchanged."""
        apart = [
            (a, b) for a, b in self.links
            if np.linalg.norm(points[a] - points[b]) > 0.08 * self.size(points)
        ]  # fmt: skip
        a, b = apart[self.random.integers(len(apart))]
        made = points.copy()
        made[[a, b]] = points[[b, a]]
        return made

    def reverse(self, points: Floats) -> Floats:
        """The landmarks of a contour run backwards."""
        long = [part for part in self.parts if len(part) >= 5]
        part = list(long[self.random.integers(len(long))])
        made = points.copy()
        made[part] = points[part[::-1]]
        return made

    def eye_outside(self, points: Floats) -> Floats:
        """An eye lies beyond the outline of the face."""
        eye = list(self.eyes[self.random.integers(len(self.eyes))])
        centre, middle = points[eye].mean(0), points.mean(0)
        away = (centre - middle) / np.linalg.norm(centre - middle)
        reach = ((points - middle) @ away).max() + 0.2 * self.size(points)
        made = points.copy()
        made[eye] += away * (reach - (centre - middle) @ away)
        return made

    def far(self, points: Floats) -> Floats:
        """One landmark is off by a quarter of the size."""
        made = points.copy()
        k = int(self.random.integers(len(points)))
        made[k] += 0.25 * self.size(points) * self.direction()
        return made

    def same_place(self, points: Floats) -> Floats:
        """A landmark has the place of another one."""
        apart = [
            (a, b) for a, b in self.scheme.edges
            if np.linalg.norm(points[a] - points[b]) > 0.1 * self.size(points)
        ]  # fmt: skip
        a, b = apart[self.random.integers(len(apart))]
        made = points.copy()
        made[a] = points[b]
        return made

    def cross(self, points: Floats) -> Floats:
        """A landmark of a contour is drawn across another contour, which their lines then cross."""
        pairs = geometry.edge_pairs(self.scheme)
        size = np.array([self.size(points)])
        before = geometry.crossings(points[None], size, pairs)[0]
        while True:
            part = self.parts[self.random.integers(len(self.parts))]
            k = int(self.random.choice(part))
            others = np.setdiff1d([k for p in self.parts for k in p], part)
            nearest = np.argsort(np.linalg.norm(points[others] - points[k], axis=1))
            beyond = points[others[nearest[self.random.integers(3)]]] - points[k]
            reach = np.linalg.norm(beyond) + 0.15 * size[0]
            made = points.copy()
            made[k] += beyond / max(float(np.linalg.norm(beyond)), 1e-9) * reach
            after = geometry.crossings(made[None], size, pairs)[0]
            if ((after > 0.05) & (before == 0)).any():
                return made

    def unlike(self, points: Floats) -> Floats:
        """The face of another numbering, sheared, or scattered."""
        kind = self.random.integers(3)
        if kind == 0:
            return np.roll(points, int(self.random.integers(3, 12)), axis=0)
        if kind == 1:
            middle = points.mean(0)
            return (points - middle) @ np.array([[1.0, 0.0], [0.7, 1.0]]) + middle
        return points + self.random.normal(0, 0.12 * self.size(points), points.shape)


def outside_photo(points: Floats, size: Floats, injector: Injector) -> Floats:
    """One landmark is put beyond the nearest edge of the photo."""
    k = int(injector.random.integers(len(points)))
    reach = max(0.1 * injector.size(points), 3.0)
    x, y = points[k]
    width, height = size
    edges = {(0, -reach): x, (0, width + reach): width - x, (1, -reach): y,
             (1, height + reach): height - y}  # fmt: skip
    axis, place = min(edges, key=lambda edge: edges[edge])
    made = points.copy()
    made[k, axis] = place
    return made


def landmark_boxes(points: Floats, random: np.random.Generator) -> Floats:
    """Boxes of the faces as a detector gives them: off by some percent."""
    boxes = geometry.tight_boxes(points)
    scale = boxes[:, 2:].max(1, keepdims=True)
    return boxes + random.normal(0, 0.05, boxes.shape) * scale


def as_faces(points: Floats, sizes: Floats, photos: NDArray[np.int64], seed: int) -> CheckedFaces:
    """Faces as the checks take them, with a box each."""
    boxes = landmark_boxes(points, np.random.default_rng(seed))
    count = len(points)
    seen = np.full(points.shape[:2], 2, np.int8)
    return CheckedFaces(np.arange(count), photos, points, sizes, boxes, seen, np.ones(count, bool))


def alone(faces: CheckedFaces) -> CheckedFaces:
    """The same faces, each as if on a photo of its own."""
    return replace(faces, photos=np.arange(len(faces)))


def found(checker: Checker, faces: CheckedFaces) -> dict[int, set[Check]]:
    """The checks that found something, by face."""
    result: dict[int, set[Check]] = {}
    for finding in checker.check(faces):
        result.setdefault(finding.face_id, set()).add(finding.check)
    return result


KINDS: dict[str, tuple[set[Check], Callable[[Injector, Floats], Floats]]] = {
    "whole face swapped": ({Check.SIDES}, Injector.swap_sides),
    "both eyes or brows swapped": ({Check.PAIR}, Injector.swap_part),
    "one pair swapped": ({Check.PAIR}, Injector.swap_pair),
    "neighbours exchanged": ({Check.ORDER, Check.PAIR}, Injector.exchange_neighbours),
    "contour backwards": ({Check.ORDER, Check.PAIR}, Injector.reverse),
    "eye outside the face": ({Check.EYE}, Injector.eye_outside),
    "two in one place": ({Check.SAME_PLACE}, Injector.same_place),
    "contours crossed": ({Check.CROSSED}, Injector.cross),
    "landmark off by a quarter": ({Check.FAR}, Injector.far),
    "unlike all others": ({Check.UNLIKE}, Injector.unlike),
}
"""Errors of the landmarks: the check that names them, and how they are made."""


def study(name: str, folder: Path, *, tune: bool) -> dict[str, tuple[float, float]]:
    """For each kind, the share of faces with the right finding, and with any finding."""
    scheme = scut86() if name == "scut86" else load_scheme("300w")
    labels = load_labelled(folder / name)
    points = np.stack([face.points for face in labels])
    names = sorted({face.photo for face in labels})
    number = {photo: place for place, photo in enumerate(names)}
    photos = np.array([number[face.photo] for face in labels])
    headers = [read_header(Path(face.photo)) for face in labels]
    sizes = np.array([(header.width, header.height) for header in headers], float)
    half = np.random.default_rng(1).permutation(len(names)) % 2
    if tune and name != "scut86":
        half = np.random.default_rng(2).permutation(len(names)) % 2 + 2 * half
    learn, test = half[photos] == 0, half[photos] == (2 if tune else 1)
    if tune:
        learn, test = half[photos] == 0, half[photos] == 1
    checker = Checker.learned(points[learn], scheme)
    faces = as_faces(points[test], sizes[test], photos[test], 3)
    good = found(checker, faces)
    result = {"good labels": (0.0, len(good) / len(faces))}
    for check in Check:
        share = sum(check in checks for checks in good.values()) / len(faces)
        if share:
            result[f"  of these: {check}"] = (0.0, share)
    injector = Injector(scheme, 4)
    for kind, (wanted, inject) in KINDS.items():
        wrong = np.stack([inject(injector, face) for face in faces.points])
        result[kind] = _shares(checker, replace(alone(faces), points=wrong), wanted)
    wrong = np.stack(
        [
            outside_photo(p, s, injector)
            for p, s in zip(faces.points, faces.photo_sizes, strict=True)
        ]
    )
    result["outside the photo"] = _shares(
        checker, replace(alone(faces), points=wrong), {Check.OUTSIDE}
    )
    moved = faces.boxes.copy()
    moved[:, :2] += 0.7 * moved[:, 2:] * np.sign(injector.random.normal(size=(len(faces), 2)))
    result["box of another place"] = _shares(
        checker, replace(alone(faces), boxes=moved), {Check.BOX}
    )
    stated = faces.stated.copy()
    stated[np.arange(len(faces)), injector.random.integers(0, scheme.count, len(faces))] = 0
    result["absent but placed"] = _shares(
        checker, replace(alone(faces), stated=stated), {Check.VISIBILITY}
    )
    result["duplicate"] = _duplicates(checker, faces, injector)
    return result


def _shares(checker: Checker, faces: CheckedFaces, wanted: set[Check]) -> tuple[float, float]:
    checks = found(checker, faces)
    right = sum(bool(wanted & each) for each in checks.values())
    return right / len(faces), len(checks) / len(faces)


def _duplicates(checker: Checker, faces: CheckedFaces, injector: Injector) -> tuple[float, float]:
    """Each face a second time on its photo, jittered by 3 % of its size."""
    size = geometry.sizes(faces.points, checker.scheme)
    noise = injector.random.normal(0, 0.03, faces.points.shape) * size[:, None, None]
    count, photos = len(faces), np.repeat(np.arange(len(faces)), 2)
    twice = as_faces(
        np.stack([faces.points, faces.points + noise], 1).reshape(-1, checker.scheme.count, 2),
        np.repeat(faces.photo_sizes, 2, axis=0), photos, 5,
    )  # fmt: skip
    checks = found(checker, twice)
    right = sum(Check.DUPLICATE in each for each in checks.values())
    return right / count, right / count


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("faces", type=Path)
    parser.add_argument("--tune", action="store_true")
    options = parser.parse_args()
    tables = {name: study(name, options.faces, tune=options.tune) for name in SETS}
    rows = list(dict.fromkeys(row for table in tables.values() for row in table))
    print("| | " + " | ".join(SETS) + " |")
    print("|---|" + "---|" * len(SETS))
    for row in rows:
        cells = [tables[name].get(row) for name in SETS]
        texts = [
            "" if cell is None else f"{100 * cell[0]:.1f} / {100 * cell[1]:.1f}" for cell in cells
        ]
        print(f"| {row} | " + " | ".join(texts) + " |")


if __name__ == "__main__":
    main()
