"""Which landmarks of a face are each other's mirror image, from where they lie."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Points

MAX_AXES = 600
MAX_MIRRORED = 40
"""Axes that are tried, and landmarks that are mirrored at each; more would take noticeable time
with a hundred landmarks."""

MATCH_SHARE = 0.12
"""A mirrored landmark finds its partner within this share of the size of the face."""

MIDDLE_SHARE = 0.02
"""A landmark nearer to the axis than this share of the size lies in the middle of the face."""

_SIDES = {"left": "right", "right": "left", "왼쪽": "오른쪽", "오른쪽": "왼쪽"}
_SIDE = re.compile("(?<![a-z])(?:left|right)(?![a-z])|왼쪽|오른쪽")  # not the left of "cleft"


def mirrored_name(name: str) -> str:
    """The name with left and right exchanged, in small letters."""
    return _SIDE.sub(lambda side: _SIDES[side[0]], name.lower())


def guess_pairs(points: Points, names: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs (a, b), a < b, of landmarks that are each other's mirror image.

    Names that differ in left and right alone are pairs; the others are paired by mirroring the
    face at the axis that fits best. (N, 2) points in any unit, the face upright within 45 degrees.
    """
    pairs = _named_pairs(names)
    taken = {index for pair in pairs for index in pair}
    left = [index for index in range(len(names)) if index not in taken]
    if len(left) < 2:
        return pairs
    axis = _axis_of(points, pairs) if pairs else _best_axis(points)
    found = _matches(points[left], axis)
    if not pairs and found:  # one pair alone gives an axis that is less exact than all of them
        found = _matches(points[left], _axis_of(points[left], found))
    return sorted([*pairs, *((left[a], left[b]) for a, b in found)])


def _named_pairs(names: Sequence[str]) -> list[tuple[int, int]]:
    place = {name.lower(): index for index, name in enumerate(names)}
    return [
        (index, place[other])
        for index, name in enumerate(names)
        if (other := mirrored_name(name)) != name.lower()
        and place.get(other, -1) > index
        and mirrored_name(other) == name.lower()
    ]


Axis = tuple[NDArray[np.float64], NDArray[np.float64]]
"""A point on a line, and the direction of length 1 across it, (2,) each."""


def _axis_of(points: Points, pairs: Sequence[tuple[int, int]]) -> Axis:
    """The axis between the landmarks of pairs."""
    first, second = points[[a for a, _ in pairs]], points[[b for _, b in pairs]]
    across = second - first
    across = across * np.where(across[:, :1] < 0, -1.0, 1.0)
    direction = across.sum(0)
    middle: NDArray[np.float64] = ((first + second) / 2).mean(0)
    return middle, direction / max(float(np.linalg.norm(direction)), 1e-12)


def _best_axis(points: Points) -> Axis:
    """The axis at which the mirrored landmarks come nearest to landmarks."""
    candidates = [
        (a, b)
        for a, b in itertools.combinations(range(len(points)), 2)
        if abs(points[a, 0] - points[b, 0]) > abs(points[a, 1] - points[b, 1])
    ]
    step = max(1, len(candidates) // MAX_AXES)
    axes = [_axis_of(points, [pair]) for pair in candidates[::step]]
    if not axes:
        return points.mean(0), np.array([1.0, 0.0])
    return min(axes, key=lambda axis: _misfit(points, axis))


def _misfit(points: Points, axis: Axis) -> float:
    some = points[:: 1 + len(points) // MAX_MIRRORED]
    return float(_distances(some, points, axis).min(1).mean())


def _distances(some: Points, points: Points, axis: Axis) -> NDArray[np.float64]:
    """(M, N): from the mirror image of each of some landmarks to each landmark."""
    middle, across = axis
    mirrored = some - 2 * ((some - middle) @ across)[:, None] * across
    found: NDArray[np.float64] = np.linalg.norm(mirrored[:, None] - points[None], axis=-1)
    return found


def _matches(points: Points, axis: Axis) -> list[tuple[int, int]]:
    """Landmarks that are nearest to each other's mirror image, and near enough."""
    size = max(float((points.max(0) - points.min(0)).max()), 1e-12)
    distances = _distances(points, points, axis)
    beside = np.abs((points - axis[0]) @ axis[1]) > MIDDLE_SHARE * size
    nearest, backward = distances.argmin(1), distances.argmin(0)
    return [
        (a, int(b))
        for a, b in enumerate(nearest)
        if a < b and backward[a] == b and nearest[b] == a
        and distances[a, b] <= MATCH_SHARE * size and beside[a] and beside[b]
    ]  # fmt: skip
