"""Handles of rectangles on the photo: where they are, which one a position hits, what a drag does.

Positions and rectangles are image pixels. Hit areas have a constant size on the screen, so they
need the zoom: screen pixels per image pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Flag, auto

from PySide6.QtCore import QPointF, QRectF

MIN_BOX_PIXELS = 8.0
"""Image pixels; a drag that makes a smaller box was a slip of the mouse."""

HANDLE_RADIUS_PIXELS = 10.0
"""Screen pixels around a handle that hit it."""

OUTLINE_RADIUS_PIXELS = 5.0
"""Screen pixels on both sides of a box's outline that hit it."""

FRAME_PADDING_PIXELS = 16.0
"""Screen pixels between the selected points and the frame around them."""

ROTATE_HANDLE_DISTANCE_PIXELS = 26.0
"""Screen pixels from the selection frame up to the handle that rotates."""


class Handle(Flag):
    """What a drag changes: the sides of a rectangle, all of it, or its rotation."""

    LEFT = auto()
    RIGHT = auto()
    TOP = auto()
    BOTTOM = auto()
    MOVE = auto()
    ROTATE = auto()
    TOP_LEFT = TOP | LEFT
    TOP_RIGHT = TOP | RIGHT
    BOTTOM_LEFT = BOTTOM | LEFT
    BOTTOM_RIGHT = BOTTOM | RIGHT


CORNERS = (Handle.TOP_LEFT, Handle.TOP_RIGHT, Handle.BOTTOM_LEFT, Handle.BOTTOM_RIGHT)


def handle_positions(box: QRectF) -> dict[Handle, QPointF]:
    """The corners and the middles of the sides, corners first."""
    x, y = box.center().toTuple()
    return {
        Handle.TOP_LEFT: box.topLeft(), Handle.TOP_RIGHT: box.topRight(),
        Handle.BOTTOM_LEFT: box.bottomLeft(), Handle.BOTTOM_RIGHT: box.bottomRight(),
        Handle.LEFT: QPointF(box.left(), y), Handle.RIGHT: QPointF(box.right(), y),
        Handle.TOP: QPointF(x, box.top()), Handle.BOTTOM: QPointF(x, box.bottom()),
    }  # fmt: skip


def box_handle_at(box: QRectF, at: QPointF, zoom: float) -> Handle | None:
    """The handle of a box at a position; `Handle.MOVE` on the rest of its outline."""
    radius = min(HANDLE_RADIUS_PIXELS / zoom, box.width() / 6, box.height() / 6)
    for handle, position in handle_positions(box).items():
        if _is_within(radius, position, at):
            return handle
    margin = OUTLINE_RADIUS_PIXELS / zoom
    is_near = box.adjusted(-margin, -margin, margin, margin).contains(at)
    is_inside = box.adjusted(margin, margin, -margin, -margin).contains(at)
    return Handle.MOVE if is_near and not is_inside else None


def drag_handle(box: QRectF, handle: Handle, by: QPointF, within: QRectF) -> QRectF:
    """The box after a drag of one of its handles by so many pixels.

    It stays inside `within`, unless it was outside before. Dragging a side past the opposite one
    swaps the two.
    """
    bounds = within.united(box)
    if handle is Handle.MOVE:
        x = min(max(box.left() + by.x(), bounds.left()), bounds.right() - box.width())
        y = min(max(box.top() + by.y(), bounds.top()), bounds.bottom() - box.height())
        return QRectF(x, y, box.width(), box.height())
    dragged = QRectF(box)
    if Handle.LEFT in handle:
        dragged.setLeft(box.left() + by.x())
    if Handle.RIGHT in handle:
        dragged.setRight(box.right() + by.x())
    if Handle.TOP in handle:
        dragged.setTop(box.top() + by.y())
    if Handle.BOTTOM in handle:
        dragged.setBottom(box.bottom() + by.y())
    return dragged.normalized().intersected(bounds)


def is_large_enough(box: QRectF) -> bool:
    """Whether a box is at least `MIN_BOX_PIXELS` wide and high."""
    return box.width() >= MIN_BOX_PIXELS and box.height() >= MIN_BOX_PIXELS


@dataclass(frozen=True, slots=True)
class SelectionFrame:
    """The frame around several selected points; `extent`: their bounding box, null for no frame."""

    extent: QRectF = field(default_factory=QRectF)
    zoom: float = 1.0

    @property
    def rect(self) -> QRectF:
        """The frame with its padding, null when there is none."""
        if self.extent.isNull():
            return QRectF()
        padding = FRAME_PADDING_PIXELS / self.zoom
        return self.extent.adjusted(-padding, -padding, padding, padding)

    @property
    def rotate_handle(self) -> QPointF:
        """Position of the handle that rotates."""
        rect = self.rect
        return QPointF(rect.center().x(), rect.top() - ROTATE_HANDLE_DISTANCE_PIXELS / self.zoom)

    def corners(self) -> dict[Handle, QPointF]:
        """Positions of the handles that scale."""
        positions = handle_positions(self.rect)
        return {corner: positions[corner] for corner in CORNERS}

    def handle_at(self, at: QPointF) -> Handle | None:
        """`Handle.ROTATE`, a corner, or None."""
        if self.extent.isNull():
            return None
        radius = HANDLE_RADIUS_PIXELS / self.zoom
        for handle, position in {Handle.ROTATE: self.rotate_handle, **self.corners()}.items():
            if _is_within(radius, position, at):
                return handle
        return None


def _is_within(radius: float, position: QPointF, at: QPointF) -> bool:
    return max(abs(at.x() - position.x()), abs(at.y() - position.y())) <= radius
