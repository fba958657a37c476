"""Which points of a photo are one face, where a file has points and rectangles side by side."""

from __future__ import annotations

from collections.abc import Sequence

from pipnet.data.boxes import Box
from pipnet.data.coco import LabelError

_MAX_COMPARISONS = 20_000_000
"""Of a point with a rectangle, a fifth of a microsecond each; 200 faces of 478 points take as
many."""


def containing(point: tuple[float, float], boxes: Sequence[Box]) -> int | None:
    """The smallest box that holds a point, None if none does."""
    x, y = point
    inside = [
        (w * h, index)
        for index, (left, top, w, h) in enumerate(boxes)
        if left <= x <= left + w and top <= y <= top + h
    ]
    return min(inside)[1] if inside else None


def check_grouping(points: int, boxes: int, place: str) -> None:
    """Raise LabelError for more points and boxes on a photo than can be compared in seconds."""
    if points * boxes > _MAX_COMPARISONS:
        raise LabelError(f"{place}: {points:,} points and {boxes:,} rectangles on one photo.")


def has_repeats(names: Sequence[str]) -> bool:
    """Whether a name comes more than once, so that names cannot tell the landmarks apart."""
    return len(set(names)) < len(names)
