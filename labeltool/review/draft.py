"""Landmark edits of one face that no decision has saved yet. Plain values.

Points are (N, 2) pixels of the upright image, NaN where a landmark is absent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeltool.domain import Points, Visibility


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """The landmarks as a person left them, their visibility (None: all that are placed are
    visible), and the id of the proposal that the edits started from."""

    points: Points
    visibility: Visibility | None = None
    prediction: int | None = None


def moved_indices(points: Points, proposal: Points | None) -> set[int]:
    """Indices of the points that differ from the proposal; without one, of all that are placed."""
    if proposal is None:
        return {int(i) for i in np.flatnonzero(np.isfinite(points).all(1))}
    same = (points == proposal) | (np.isnan(points) & np.isnan(proposal))
    return {int(i) for i in np.flatnonzero(~same.all(1))}
