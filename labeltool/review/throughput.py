"""How fast somebody reviews."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

from labeltool.store import Store

BREAK_SECONDS = 120.0
"""A longer gap between two decisions is a break, which does not count."""

RECENT_SECONDS = 1800.0
"""How much reviewing time the throughput looks back on."""

MAX_FACES_PER_SECOND = 4.0
"""The most that somebody can look at. Of a faster batch, no more faces count."""

MIN_FACES = 5
"""With fewer faces there is no throughput to tell."""

MAX_DECISIONS = 500
"""How many decisions are remembered."""


class Throughput:
    """The recent decisions of one reviewer."""

    def __init__(self, store: Store, reviewer: str) -> None:
        self._store, self._reviewer = store, reviewer
        self.reload()

    def reload(self) -> None:
        """Read the decisions from the log again, as after an undo."""
        self._decisions = deque(
            self._store.reviewer_progress.recent_decisions(self._reviewer), maxlen=MAX_DECISIONS
        )

    def add(self, faces: int) -> None:
        """Add a decision on so many faces, made just now."""
        self._decisions.append((time.time(), faces))

    @property
    def per_minute(self) -> float | None:
        """Faces per minute, see `faces_per_minute`."""
        return faces_per_minute(list(self._decisions))


def faces_per_minute(decisions: Sequence[tuple[float, int]]) -> float | None:
    """Faces per minute over the recent reviewing time, without breaks; None after too few faces.

    Args:
        decisions: times in seconds and numbers of faces, the newest last.
    """
    seconds, faces = 0.0, 0.0
    for (before, _), (moment, count) in zip(decisions[-2::-1], decisions[:0:-1], strict=True):
        gap = moment - before
        if 0 <= gap <= BREAK_SECONDS:
            seconds += gap
            faces += min(count, max(1.0, gap * MAX_FACES_PER_SECOND))
        if seconds > RECENT_SECONDS:
            break
    return 60 * faces / seconds if faces >= MIN_FACES and seconds > 0 else None
