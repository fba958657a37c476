"""What the canvas shows of one face, and what lies where on it; no painting here.

Everything is in image pixels: (0, 0) is the centre of the top-left pixel, so a photo of w x h
pixels covers -0.5 .. w - 0.5 by -0.5 .. h - 0.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF

from labeltool.domain import ABSENT, VISIBLE, Box, Visibility
from labeltool.domain.tolerance import ExpectedErrors
from pipnet.data.scheme import Scheme

Array = npt.NDArray[np.float64]
Groups = Sequence[tuple[str, Sequence[int]]]
"""Name and indices of each region of the face."""


@dataclass(slots=True, eq=False)
class DisplayedFace:
    """One face as the canvas holds it; `points` is the canvas's own copy and follows a drag."""

    points: Array = field(default_factory=lambda: np.empty((0, 2)))  # (N, 2), NaN: missing
    expected: ExpectedErrors | None = None  # of the N points
    edges: list[tuple[int, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    box: QRectF | None = None
    other_boxes: list[tuple[int, QRectF]] = field(default_factory=list)
    excluded: frozenset[int] = frozenset()  # those of the other faces that are none
    moved: frozenset[int] = frozenset()
    visibility: Visibility = field(default_factory=lambda: np.empty(0, np.int8))  # (N,)
    groups: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
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

    def error_levels(self) -> Array:
        """(N,) expected errors as shares of the tolerance, NaN where unknown."""
        return np.full(len(self), np.nan) if self.expected is None else self.expected.levels

    def placed(self) -> list[int]:
        """The points that have a position."""
        return [int(i) for i in np.flatnonzero(np.isfinite(self.points).all(axis=1))]

    def group_of(self) -> list[int]:
        """For each point the place of its group among the groups, -1 for none."""
        found = [-1] * len(self)
        for place, (_name, members) in enumerate(self.groups):
            for index in members:
                found[index] = place
        return found

    def group_name(self, index: int) -> str:
        """The name of a point's group, empty for none."""
        return next((name for name, members in self.groups if index in members), "")

    def lines(self, points: Array) -> list[QLineF]:
        """The edges between such of these points, (N, 2), as are placed."""
        known = set(np.flatnonzero(np.isfinite(points).all(axis=1)).tolist())
        at: list[list[float]] = points.tolist()
        return [QLineF(*at[a], *at[b]) for a, b in self.edges if {a, b} <= known]

    def worst_first(self) -> list[int]:
        """The points by falling expected error, those without one after them."""
        errors = np.nan_to_num(self.error_levels(), nan=-1.0)
        order: list[int] = np.argsort(-errors, kind="stable").tolist()
        return order

    def inside(self, rect: QRectF) -> list[int]:
        """The placed points within a rectangle."""
        x, y = self.points[:, 0], self.points[:, 1]
        within = (x >= rect.left()) & (x <= rect.right()) & (y >= rect.top()) & (y <= rect.bottom())
        return [int(i) for i in np.flatnonzero(within)]

    def around(self, indices: Iterable[int]) -> QRectF:
        """The rectangle around some points."""
        return DisplayedFace(points=self.points[sorted(indices)]).extent()

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


def regions(scheme: Scheme) -> list[tuple[str, tuple[int, ...]]]:
    """The scheme's regions, or the parts that its edges hold together where it names none."""
    if scheme.regions:
        return [(name, tuple(members)) for name, members in scheme.regions.items()]
    part = list(range(scheme.count))
    for a, b in scheme.edges:
        part = [part[a] if root == part[b] else root for root in part]
    parts: dict[int, list[int]] = {}
    for index, root in enumerate(part):
        parts.setdefault(root, []).append(index)
    joined = [tuple(members) for members in parts.values() if len(members) > 1]
    return [(f"part {number}", members) for number, members in enumerate(joined, 1)]


def make_displayed_face(
    points: npt.ArrayLike | None,
    expected: ExpectedErrors | None,
    edges: Sequence[tuple[int, int]],
    box: Box | None,
    names: Sequence[str] | None,
    other_boxes: Iterable[tuple[int, Box]],
    moved: Iterable[int],
    face_id: int | None,
    visibility: Visibility | None = None,
    groups: Groups = (),
    excluded: Iterable[int] = (),
) -> DisplayedFace:
    """Check and copy what the window hands over; raises ValueError when lengths disagree."""
    own = np.array([] if points is None else points, np.float64).reshape(-1, 2)
    count = len(own)
    if expected is not None and len(expected.shares) != count:
        raise ValueError(f"{len(expected.shares)} expected errors for {count} points")
    if names is not None and points is not None and len(names) != count:
        raise ValueError(f"{len(names)} names for {count} points")
    if any(not (0 <= a < count and 0 <= b < count) for a, b in edges) and count:
        raise ValueError(f"an edge leads outside the {count} points")
    placed = np.isfinite(own).all(axis=1)
    seen = np.where(placed, VISIBLE, ABSENT).astype(np.int8) if visibility is None else visibility
    if len(seen) != count:
        raise ValueError(f"the visibility of {len(seen)} points for {count} points")
    return DisplayedFace(
        points=own,
        expected=expected,
        edges=list(edges) if count else [],
        names=list(names or ()),
        box=None if box is None else QRectF(*box),
        other_boxes=[(other, QRectF(*rect)) for other, rect in other_boxes],
        excluded=frozenset(excluded),
        moved=frozenset(moved),
        visibility=seen,
        groups=[(name, tuple(i for i in members if i < count)) for name, members in groups],
        face_id=face_id,
    )


def _grown(rect: QRectF, by: float) -> QRectF:
    return rect.adjusted(-by, -by, by, by)


def _area(item: tuple[int, QRectF]) -> float:
    return item[1].width() * item[1].height()
