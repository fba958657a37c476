"""What the mouse is doing between a press and its release: pan, move points, turn them, draw a box.

Also how far an arrow key nudges. Each tool gets positions in viewport pixels. Nothing is final
before `release`; `cancel` puts everything back as it was before the press.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent

from labeltool.gui.canvas.box_items import MOVE, TURN, pulled
from labeltool.gui.canvas.box_view import is_box
from labeltool.gui.canvas.displayed_face import Array
from labeltool.review.geometry import rotate_and_scale

if TYPE_CHECKING:
    from labeltool.gui.canvas.canvas import Canvas

_DRAG_STARTS_AT = 3.0  # screen pixels; below that a shaky click stays a click
_TURN_STEP = math.radians(15)
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_Held = Qt.KeyboardModifier
_NONE = _Held.NoModifier
_CURSORS = {
    MOVE: Qt.CursorShape.SizeAllCursor, TURN: Qt.CursorShape.PointingHandCursor,
    "l": Qt.CursorShape.SizeHorCursor, "r": Qt.CursorShape.SizeHorCursor,
    "t": Qt.CursorShape.SizeVerCursor, "b": Qt.CursorShape.SizeVerCursor,
    "lt": Qt.CursorShape.SizeFDiagCursor, "rb": Qt.CursorShape.SizeFDiagCursor,
    "rt": Qt.CursorShape.SizeBDiagCursor, "lb": Qt.CursorShape.SizeBDiagCursor,
}  # fmt: skip


class Tool(Protocol):
    """One press, drag and release."""

    cursor: Qt.CursorShape

    def drag(self, to: QPointF, held: Qt.KeyboardModifier = _NONE) -> None: ...
    def release(self, at: QPointF, held: Qt.KeyboardModifier = _NONE) -> None: ...
    def cancel(self) -> None: ...


def start_tool(
    canvas: Canvas, button: Qt.MouseButton, at: QPointF, held: Qt.KeyboardModifier, space_down: bool
) -> Tool | None:
    """The tool that a press starts, None when a press of this button means nothing."""
    left = button == Qt.MouseButton.LeftButton
    if button == Qt.MouseButton.MiddleButton or (left and space_down):
        return Pan(canvas, at)
    if not left:
        return None
    if canvas.is_drawing_box:
        return DrawBox(canvas, at)
    grip = canvas.frame_grip_at(at)
    if grip:
        return TurnPoints(canvas, at, grip)
    if canvas.snapping or held & _Held.AltModifier:
        index = canvas.snap_target(at)
        if index >= 0:
            canvas.select(index)
            return MovePoints(canvas, index, at, snap=True)
    index = canvas.to_put_at(at)
    if index < 0:
        index = canvas.point_at(at)
    if index >= 0:
        return _take(canvas, index, at, held)
    grip = canvas.box_grip_at(at)
    return ChangeBox(canvas, at, grip) if grip else Band(canvas, at)


def _take(canvas: Canvas, index: int, at: QPointF, held: Qt.KeyboardModifier) -> Tool:
    """A press on a point selects it, or leaves a selection together that it belongs to."""
    along = canvas.following or bool(held & _Held.ControlModifier)
    if held & _Held.ShiftModifier:
        canvas.select_points({*canvas.selection, index}, index)
    elif index not in canvas.selection and not held & _Held.ControlModifier:
        canvas.select(index)
    return MovePoints(canvas, index, at, along=along)


def nudge_step(event: QKeyEvent) -> tuple[float, float] | None:
    """How far an arrow key moves the selected points, in image pixels; None for other keys."""
    if event.key() not in _ARROWS:
        return None
    step = 1.0
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        step = 0.1
    elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        step = 10.0
    right, down = _ARROWS[event.key()]
    return right * step, down * step


class Pan:
    """The photo follows the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, canvas: Canvas, start: QPointF) -> None:
        self._canvas = canvas
        self._last = start
        self._corner = canvas.image_to_viewport(QPointF())

    def drag(self, to: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        self._canvas.pan(to - self._last)
        self._last = to

    def release(self, at: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        self.drag(at)

    def cancel(self) -> None:
        self._canvas.pan(self._corner - self._canvas.image_to_viewport(QPointF()))


class MovePoints:
    """Points follow the mouse, keeping the offset at which one of them was taken.

    A selected point takes the whole selection along. `along`: neighbours follow too, the less the
    further away they are in a mean face; a click without a move takes the point out of the
    selection or into it. `snap`, or a point without a position: it is put where the mouse is.
    """

    cursor = Qt.CursorShape.BlankCursor  # the point itself is the pointer, nothing hides the spot

    def __init__(
        self, canvas: Canvas, index: int, start: QPointF, *, along: bool = False, snap: bool = False
    ) -> None:
        self._canvas = canvas
        self.index = index
        self._start = start
        self._base, self._before = canvas.points, canvas.points
        self._along = along
        self.missing = not canvas.is_placed(index)
        at = canvas.image_to_viewport(QPointF(*canvas.point(index)))
        self._grip = QPointF() if self.missing or snap else at - start
        self._last = start
        self._moving = self.missing or snap
        if self._moving:
            self._base[index] = canvas.viewport_to_image(start).toTuple()
        self._weights = self._weigh()
        if self._moving:
            self.drag(start)

    def _weigh(self) -> NDArray[np.float64]:
        if self.missing:
            weights = np.zeros(len(self._base))
            weights[self.index] = 1.0
            return weights
        taken = {self.index}
        if self.index in self._canvas.selection:
            taken |= self._canvas.selection
        return self._canvas.weights(taken, self._along)

    @property
    def indices(self) -> list[int]:
        """The points that move."""
        return [int(i) for i in np.flatnonzero(self._weights)]

    def widen(self, steps: float) -> bool:
        """Let neighbours further away follow, or fewer of them; False if none follow at all."""
        if self._along and not self.missing:
            self._canvas.widen_reach(steps)
            self._canvas.hold_points(self.indices, self._base[self.indices], self.index)
            self._weights = self._weigh()
            if self._moving:
                self.drag(self._last)
        return self._along

    def come_from(self, points: Array) -> None:
        """Where the points go back to on cancel, when the face got new ones during the drag."""
        self._before = points

    def drag(self, to: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        way = to - self._start
        if not self._moving and abs(way.x()) + abs(way.y()) < _DRAG_STARTS_AT:
            return
        self._moving = True
        self._last = to
        base_x, base_y = self._base[self.index].tolist()
        at = self._canvas.viewport_to_image(to + self._grip)
        by = np.array([at.x() - base_x, at.y() - base_y])
        chosen = self.indices
        points = self._base[chosen] + self._weights[chosen, None] * by
        self._canvas.hold_points(chosen, points, self.index)

    def release(self, at: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        self.drag(at)
        if not self._moving:
            self._click(held)
        chosen = self.indices
        now = self._canvas.points[chosen]
        moved = self._moving and not np.array_equal(now, self._before[chosen], equal_nan=True)
        self._canvas.let_go(chosen if moved else [])
        if self.missing and moved:
            self._canvas.select_next_missing()

    def _click(self, held: Qt.KeyboardModifier) -> None:
        if held & _Held.ControlModifier:
            self._canvas.select_points(self._canvas.selection ^ {self.index}, self.index)
        elif not held & _Held.ShiftModifier:
            self._canvas.select(self.index)

    def cancel(self) -> None:
        chosen = self.indices
        self._canvas.hold_points(chosen, self._before[chosen], self.index)
        self._canvas.let_go([])


class TurnPoints:
    """The selected points turn around their middle, or grow and shrink from it.

    Shift turns in steps of 15 degrees.
    """

    def __init__(self, canvas: Canvas, start: QPointF, grip: str) -> None:
        self.cursor = _CURSORS[grip]
        self._canvas = canvas
        self._turning = grip == TURN
        self._chosen = [i for i in sorted(canvas.selection) if canvas.is_placed(i)]
        self._before = self._base = canvas.points[self._chosen]
        self._centre = (self._before.min(0) + self._before.max(0)) / 2
        self._from = self._arm(start)
        self._moved = False

    @property
    def indices(self) -> list[int]:
        """The points that turn."""
        return self._chosen

    def come_from(self, points: Array) -> None:
        """Where the points go back to on cancel, when the face got new ones during the drag."""
        self._before = points[self._chosen]

    def _arm(self, at: QPointF) -> NDArray[np.float64]:
        place = self._canvas.viewport_to_image(at)
        arm: NDArray[np.float64] = np.array([place.x(), place.y()]) - self._centre
        return arm

    def drag(self, to: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        arm = self._arm(to)
        angle, scale = 0.0, 1.0
        if self._turning:
            angle = math.atan2(arm[1], arm[0]) - math.atan2(self._from[1], self._from[0])
            if held & _Held.ShiftModifier:
                angle = round(angle / _TURN_STEP) * _TURN_STEP
        else:
            length = float(np.linalg.norm(self._from))
            scale = max(float(arm @ self._from) / length**2, 0.02)
        self._moved = True
        self._canvas.hold_points(
            self._chosen, rotate_and_scale(self._base, self._centre, angle, scale)
        )

    def release(self, at: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        if self._moved:
            self.drag(at, held)
        now = self._canvas.points[self._chosen]
        self._canvas.let_go([] if np.array_equal(now, self._before) else self._chosen)

    def cancel(self) -> None:
        self._canvas.hold_points(self._chosen, self._before)
        self._canvas.let_go([])


class Band:
    """A rubber band selects the points within; with shift or ctrl it adds to the selection.

    Without a drag it is a click: on another face, or on nothing, which deselects.
    """

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, canvas: Canvas, start: QPointF) -> None:
        self._canvas = canvas
        self._start = start
        self._dragged = False

    def drag(self, to: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        way = to - self._start
        if self._dragged or abs(way.x()) + abs(way.y()) >= _DRAG_STARTS_AT:
            self._dragged = True
            self._canvas.show_band(self._rect(to))

    def release(self, at: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        self.drag(at)
        self._canvas.show_band(None)
        adding = held & (_Held.ShiftModifier | _Held.ControlModifier)
        if self._dragged:
            self._canvas.select_within(self._rect(at), bool(adding))
            return
        self._canvas.click(at, keep=bool(adding))

    def cancel(self) -> None:
        self._canvas.show_band(None)

    def _rect(self, to: QPointF) -> QRectF:
        canvas = self._canvas
        corners = canvas.viewport_to_image(self._start), canvas.viewport_to_image(to)
        return QRectF(*corners).normalized()


class DrawBox:
    """A rectangle between press and release, clipped to the photo."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas, start: QPointF) -> None:
        self._canvas = canvas
        self._start = canvas.viewport_to_image(start)

    def drag(self, to: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        self._canvas.show_drawn_box(self._box(to))

    def release(self, at: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        box = self._box(at)
        self._canvas.show_drawn_box(None)
        if is_box(box):
            self._canvas.take_box(box)
        else:
            self._canvas.box_refused.emit()

    def cancel(self) -> None:
        self._canvas.show_drawn_box(None)
        self._canvas.stop_drawing()

    def _box(self, to: QPointF) -> QRectF:
        box = QRectF(self._start, self._canvas.viewport_to_image(to)).normalized()
        return box.intersected(self._canvas.photo_rect())


class ChangeBox:
    """The face's box moves, or one or two of its sides do."""

    def __init__(self, canvas: Canvas, start: QPointF, grip: str) -> None:
        self.cursor = _CURSORS[grip]
        self._canvas = canvas
        self._start = start
        self._grip = grip
        self._before = canvas.box
        self._moving = False

    def drag(self, to: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        way = to - self._start
        if self._moving or abs(way.x()) + abs(way.y()) >= _DRAG_STARTS_AT:
            self._moving = True
            self._canvas.show_drawn_box(self._box(to))

    def release(self, at: QPointF, held: Qt.KeyboardModifier = _NONE) -> None:
        self.drag(at)
        self._canvas.show_drawn_box(None)
        box = self._box(at)
        if not self._moving:
            self._canvas.click(at, keep=False)
        elif is_box(box):
            self._canvas.tell_box(box)
        else:
            self._canvas.box_refused.emit()

    def cancel(self) -> None:
        self._canvas.show_drawn_box(None)

    def _box(self, to: QPointF) -> QRectF:
        by = (to - self._start) / self._canvas.zoom
        return pulled(self._before, self._grip, by, self._canvas.photo_rect())


def cursor_of(grip: str) -> Qt.CursorShape:
    """The cursor over a handle."""
    return _CURSORS[grip]
