"""How fast somebody reviews, and how long the rest takes."""

from __future__ import annotations

from collections.abc import Sequence

BREAK = 120.0
"""Seconds without a decision that are a break."""

SPAN = 1800.0
"""Seconds of reviewing that are recent."""

FASTEST = 4.0
"""Faces a second that somebody can look at: of a batch that was quicker no more count."""

ENOUGH = 5
"""Faces that make a pace."""


def pace(decisions: Sequence[tuple[float, int]]) -> float | None:
    """Faces per minute over the recent reviewing, breaks not counted; None after too few.

    Args:
        decisions: moments in seconds and numbers of faces, the newest last.
    """
    seconds, faces = 0.0, 0.0
    for (before, _), (moment, count) in zip(decisions[-2::-1], decisions[:0:-1], strict=True):
        gap = moment - before
        if 0 <= gap <= BREAK:
            seconds += gap
            faces += min(count, max(1.0, gap * FASTEST))
        if seconds > SPAN:
            break
    return 60 * faces / seconds if faces >= ENOUGH and seconds > 0 else None
