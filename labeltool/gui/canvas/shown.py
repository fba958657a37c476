"""What the canvas shows of one face, and what lies where on it; no painting here.

Everything is in image pixels: (0, 0) is the centre of the top-left pixel, so a photo of w x h
pixels covers -0.5 .. w - 0.5 by -0.5 .. h - 0.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF

Array = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
"""x, y of the top-left corner, width, height, in image pixels."""


@dataclass(slots=True, eq=False)
class ShownFace:
    """One face as the canvas holds it; `points` is the canvas's own copy and follows a drag."""

    points: Array = field(default_factory=lambda: np.empty((0, 2)))  # (N, 2), NaN: missing
    scores: Array = field(default_factory=lambda: np.empty(0))  # (N,), NaN: no score
    edges: list[tuple[int, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    box: QRectF | None = None
    other_boxes: list[tuple[int, QRectF]] = field(default_factory=list)
    moved: frozenset[int] = frozenset()
    face_id: int | None = None

    def __len__(self) -> int:
        return len(self.points)

    def position(self, index: int) -> tuple[float, float]:
        """One point's x and y; NaN when it is missing."""
        x, y = self.points[index].tolist()
        return x, y

    def is_placed(self, index: int) -> bool:
        """Whether the point exists and has a position."""
        return 0 <= index < len(self) and bool(np.isfinite(self.points[index]).all())

    def name(self, index: int) -> str:
        """The landmark's name, empty where the scheme gives none."""
        return self.names[index] if index < len(self.names) else ""

    def has_scores(self) -> bool:
        """Whether any point has a score."""
        return bool(np.isfinite(self.scores).any())

    def nearest(self, at: QPointF, reach: float) -> int:
        """The point closest to `at`, no further than `reach` image pixels; -1 when none is."""
        if not len(self):
            return -1
        distance = np.hypot(self.points[:, 0] - at.x(), self.points[:, 1] - at.y())
        distance[~np.isfinite(distance)] = np.inf
        best = int(distance.argmin())
        return best if distance[best] <= reach else -1

    def other_face_at(self, at: QPointF, rim: float) -> int | None:
        """The other face whose box is at `at`: its outline (within `rim`), else its inside.

        The smallest box wins, and inside this face's own box a larger one behind it does not.
        """
        around = [item for item in self.other_boxes if _grown(item[1], rim).contains(at)]
        if not around:
            return None
        face_id, box = min(around, key=_area)
        on_outline = not _grown(box, -rim).contains(at)
        if on_outline or self.box is None or not self.box.contains(at):
            return face_id
        return face_id if _area((0, box)) < _area((0, self.box)) else None

    def extent(self) -> QRectF:
        """The rectangle around the placed points; an empty one when there are none."""
        placed = self.points[np.isfinite(self.points).all(axis=1)]
        if not len(placed):
            return QRectF()
        (left, top), (right, bottom) = placed.min(axis=0), placed.max(axis=0)
        return QRectF(left, top, right - left, bottom - top)

    def outline(self) -> QRectF:
        """The rectangle around points and box, for fitting the view."""
        return self.extent() if self.box is None else self.extent().united(self.box)


def shown_face(
    points: npt.ArrayLike | None,
    scores: npt.ArrayLike | None,
    edges: Sequence[tuple[int, int]],
    box: Box | None,
    names: Sequence[str] | None,
    other_boxes: Iterable[tuple[int, Box]],
    moved: Iterable[int],
    face_id: int | None,
) -> ShownFace:
    """Check and copy what the window hands over; raises ValueError when lengths disagree."""
    own = np.array([] if points is None else points, np.float64).reshape(-1, 2)
    count = len(own)
    given = np.full(count, np.nan) if scores is None else np.array(scores, np.float64)
    if given.shape != (count,):
        raise ValueError(f"{given.shape} scores for {count} points")
    if names is not None and points is not None and len(names) != count:
        raise ValueError(f"{len(names)} names for {count} points")
    if any(not (0 <= a < count and 0 <= b < count) for a, b in edges) and count:
        raise ValueError(f"an edge leads outside the {count} points")
    return ShownFace(
        points=own,
        scores=given,
        edges=list(edges) if count else [],
        names=list(names or ()),
        box=None if box is None else QRectF(*box),
        other_boxes=[(other, QRectF(*rect)) for other, rect in other_boxes],
        moved=frozenset(moved),
        face_id=face_id,
    )


def _grown(rect: QRectF, by: float) -> QRectF:
    return rect.adjusted(-by, -by, by, by)


def _area(item: tuple[int, QRectF]) -> float:
    return item[1].width() * item[1].height()
