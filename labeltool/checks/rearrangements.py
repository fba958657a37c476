"""Which landmarks of a scheme may have been taken for each other.

A rearrangement is a way to rename landmarks. A face whose landmarks only become like those of other
faces after one has that error, and the rearrangement is its fix.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.checks.findings import Check
from pipnet.data.scheme import Scheme


@dataclass(frozen=True, eq=False)
class Rearrangement:
    """Landmark k gets the place of landmark `order[k]`, (N,). `check`: which error that mends."""

    check: Check
    order: NDArray[np.int64]

    @property
    def landmarks(self) -> tuple[int, ...]:
        """The landmarks that it renames."""
        return tuple(np.flatnonzero(self.order != np.arange(len(self.order))).tolist())


def contours(scheme: Scheme) -> list[tuple[int, ...]]:
    """The landmarks that lines connect, part by part, in the order of the scheme's edges and
    curves; parts of fewer than two are left out."""
    part = list(range(scheme.count))

    def root(index: int) -> int:
        while part[index] != index:
            index = part[index]
        return index

    for a, b in _links(scheme):
        part[root(a)] = root(b)
    found: dict[int, list[int]] = {}
    for index in range(scheme.count):
        found.setdefault(root(index), []).append(index)
    return [tuple(indices) for indices in found.values() if len(indices) > 1]


def _links(scheme: Scheme) -> list[tuple[int, int]]:
    """The edges, and the steps along the curves."""
    steps = (step for curve in scheme.curves for step in itertools.pairwise(curve))
    return sorted({(min(a, b), max(a, b)) for a, b in (*scheme.edges, *steps) if a != b})


def rearrangements(scheme: Scheme) -> list[Rearrangement]:
    """Those that people and detectors make: sides of the face, of a part or of one pair swapped; a
    contour backwards; two neighbours exchanged."""
    made = [*_sides(scheme), *_contours(scheme)]
    distinct = {tuple(each.order.tolist()): each for each in reversed(made)}
    return list(reversed(distinct.values()))


def _sides(scheme: Scheme) -> Iterable[Rearrangement]:
    flip = scheme.flip_table
    if flip is None:
        return
    plain = np.arange(scheme.count)
    yield Rearrangement(Check.SIDES, flip)
    groups = [*contours(scheme), *scheme.pupils, *scheme.regions.values()]
    singles = [(k,) for k in range(scheme.count)]
    for group in (*groups, *singles):
        both = sorted({*group, *(int(flip[k]) for k in group)})
        order = plain.copy()
        order[both] = flip[both]
        if (order != plain).any() and not (order == flip).all():
            yield Rearrangement(Check.PAIR, order)


def _contours(scheme: Scheme) -> Iterable[Rearrangement]:
    plain = np.arange(scheme.count)
    for curve in (*scheme.curves, *contours(scheme)):
        line = list(dict.fromkeys(curve))
        order = plain.copy()
        order[line] = line[::-1]
        yield Rearrangement(Check.ORDER, order)
    for a, b in _links(scheme):
        order = plain.copy()
        order[[a, b]] = b, a
        yield Rearrangement(Check.ORDER, order)
