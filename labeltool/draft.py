"""Unsaved moves of one face, and their steps back and forth. Plain values.

Points are (N, 2) pixels of the upright image, NaN where a landmark is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from labeltool.domain import Points, Visibility


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """The landmarks as a person left them, how they can be seen (None: all that are placed), and
    the id of the proposal that they were moved from."""

    points: Points
    visibility: Visibility | None = None
    prediction: int | None = None


@dataclass(slots=True)
class Steps:
    """What a face's draft was before each move, None where there was no draft."""

    done: list[Draft | None] = field(default_factory=list)
    undone: list[Draft | None] = field(default_factory=list)

    def add(self, before: Draft | None) -> None:
        """A move was made; what was undone before cannot be redone any more."""
        self.done.append(before)
        self.undone.clear()

    def back(self, now: Draft | None) -> Draft | None:
        """The draft before the last move; IndexError without one."""
        before = self.done.pop()
        self.undone.append(now)
        return before

    def forth(self, now: Draft | None) -> Draft | None:
        """The draft after the move that was undone last; IndexError without one."""
        after = self.undone.pop()
        self.done.append(now)
        return after


def touched(points: Points, proposal: Points | None) -> set[int]:
    """Indices of the points a person put where they are: those that differ from the proposal."""
    if proposal is None:
        return {int(i) for i in np.flatnonzero(np.isfinite(points).all(1))}
    same = (points == proposal) | (np.isnan(points) & np.isnan(proposal))
    return {int(i) for i in np.flatnonzero(~same.all(1))}
