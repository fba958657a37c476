"""Unsaved moves of one face. Plain values.

Points are (N, 2) pixels of the upright image, NaN where a landmark is absent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeltool.domain import Points, Visibility


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """The landmarks as a person left them, how they can be seen (None: all that are placed), and
    the id of the proposal that they were moved from."""

    points: Points
    visibility: Visibility | None = None
    prediction: int | None = None


def touched(points: Points, proposal: Points | None) -> set[int]:
    """Indices of the points a person put where they are: those that differ from the proposal."""
    if proposal is None:
        return {int(i) for i in np.flatnonzero(np.isfinite(points).all(1))}
    same = (points == proposal) | (np.isnan(points) & np.isnan(proposal))
    return {int(i) for i in np.flatnonzero(~same.all(1))}
