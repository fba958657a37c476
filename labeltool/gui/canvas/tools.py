"""What the mouse is doing between a press and its release: pan, move a point, draw a box.

Also how far an arrow key nudges. Each tool gets positions in viewport pixels. Nothing is final
before `release`; `cancel` puts everything back as it was before the press.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from labeltool.gui.canvas.view import Canvas

_DRAG_STARTS_AT = 3.0  # screen pixels; below that a shaky click stays a click
_SMALLEST_BOX = 8.0  # image pixels; a smaller box was a slip of the mouse
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Tool(Protocol):
    """One press, drag and release."""

    cursor: Qt.CursorShape

    def drag(self, to: QPointF) -> None: ...
    def release(self, at: QPointF) -> None: ...
    def cancel(self) -> None: ...


def start_tool(
    canvas: Canvas, button: Qt.MouseButton, at: QPointF, space_down: bool
) -> Tool | None:
    """The tool that a press starts; a press that is a mere click is dealt with here: None."""
    left = button == Qt.MouseButton.LeftButton
    if button == Qt.MouseButton.MiddleButton or (left and space_down):
        return Pan(canvas, at)
    if not left:
        return None
    if canvas.is_drawing_box:
        return DrawBox(canvas, at)
    index = canvas.point_at(at)
    if index < 0 and canvas.selected >= 0 and not canvas.is_placed(canvas.selected):
        index = canvas.selected  # a missing landmark is put down
    if index >= 0:
        canvas.select(index)
        return MovePoint(canvas, index, at)
    other = canvas.other_face_at(at)
    if other is None:
        canvas.select(-1)
    else:
        canvas.face_clicked.emit(other)
    return None


def nudge_step(event: QKeyEvent) -> tuple[float, float] | None:
    """How far an arrow key moves the selected point, in image pixels; None for other keys."""
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

    def drag(self, to: QPointF) -> None:
        self._canvas.pan(to - self._last)
        self._last = to

    def release(self, at: QPointF) -> None:
        self.drag(at)

    def cancel(self) -> None:
        self._canvas.pan(self._corner - self._canvas.image_to_viewport(QPointF()))


class MovePoint:
    """A point follows the mouse, keeping the offset at which it was taken.

    A point without a position is put where the mouse is.
    """

    cursor = Qt.CursorShape.BlankCursor  # the point itself is the pointer, nothing hides the spot

    def __init__(self, canvas: Canvas, index: int, start: QPointF) -> None:
        self._canvas = canvas
        self._index = index
        self._start = start
        self._before = canvas.point(index)
        self._missing = not canvas.is_placed(index)
        at = start if self._missing else canvas.image_to_viewport(QPointF(*self._before))
        self._grip = at - start
        self._moving = self._missing
        if self._missing:
            self.drag(start)

    @property
    def index(self) -> int:
        return self._index

    def come_from(self, x: float, y: float) -> None:
        """Where the point goes back to on cancel, when it got a new position during the drag."""
        self._before = (x, y)

    def drag(self, to: QPointF) -> None:
        way = to - self._start
        if not self._moving and abs(way.x()) + abs(way.y()) < _DRAG_STARTS_AT:
            return
        self._moving = True
        at = self._canvas.viewport_to_image(to + self._grip)
        self._canvas.hold_point(self._index, at.x(), at.y())

    def release(self, at: QPointF) -> None:
        self.drag(at)
        moved = self._moving and self._canvas.point(self._index) != self._before
        self._canvas.let_go(self._index, moved)

    def cancel(self) -> None:
        self._canvas.hold_point(self._index, *self._before)
        self._canvas.let_go(self._index, False)


class DrawBox:
    """A rectangle between press and release, clipped to the photo."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas, start: QPointF) -> None:
        self._canvas = canvas
        self._start = canvas.viewport_to_image(start)

    def drag(self, to: QPointF) -> None:
        self._canvas.show_drawn_box(self._box(to))

    def release(self, at: QPointF) -> None:
        box = self._box(at)
        self._canvas.show_drawn_box(None)
        if box.width() >= _SMALLEST_BOX and box.height() >= _SMALLEST_BOX:
            self._canvas.take_box(box)

    def cancel(self) -> None:
        self._canvas.show_drawn_box(None)
        self._canvas.stop_drawing()

    def _box(self, to: QPointF) -> QRectF:
        box = QRectF(self._start, self._canvas.viewport_to_image(to)).normalized()
        return box.intersected(self._canvas.photo_rect())
