"""What the mouse is doing between a press and its release: pan, move points, transform them, draw
a box. Also how far an arrow key moves things.

Each tool gets positions in viewport pixels. Nothing is final before `release`; `cancel` puts
everything back as it was before the press.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent

from labeltool.gui.canvas.displayed_face import Array
from labeltool.gui.canvas.editing.box_editor import BoxEditor
from labeltool.gui.canvas.editing.hit_test import (
    BoxHandle,
    MissingPoint,
    Point,
    SelectionHandle,
    Target,
)
from labeltool.gui.canvas.editing.neighbour_weights import NeighbourWeights
from labeltool.gui.canvas.editing.point_editor import PointEditor
from labeltool.gui.canvas.handles import Handle, drag_handle
from labeltool.gui.canvas.point_selection import PointSelection
from labeltool.review.geometry import contour_tangent, rotate_and_scale

DRAG_THRESHOLD_PIXELS = 3.0
"""Screen pixels; below that a shaky click stays a click."""

ROTATION_STEP_RADIANS = math.radians(15)
"""With shift."""

MIN_SCALE = 0.02

_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_Modifier = Qt.KeyboardModifier
_NONE = _Modifier.NoModifier
_CURSORS = {
    Handle.MOVE: Qt.CursorShape.SizeAllCursor, Handle.ROTATE: Qt.CursorShape.PointingHandCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor, Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor, Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
}  # fmt: skip


class ToolHost(Protocol):
    """What tools need of the canvas. `at` is a viewport position."""

    selection: PointSelection
    point_editor: PointEditor
    box_editor: BoxEditor
    neighbours: NeighbourWeights

    @property
    def snaps_to_click(self) -> bool: ...
    @property
    def moves_neighbours(self) -> bool: ...
    @property
    def zoom(self) -> float: ...
    def photo_rect(self) -> QRectF: ...
    def image_to_viewport(self, at: QPointF) -> QPointF: ...
    def viewport_to_image(self, at: QPointF) -> QPointF: ...
    def pan(self, by: QPointF) -> None: ...
    def hit_test(self, at: QPointF) -> Target: ...
    def snap_target(self, at: QPointF) -> int: ...
    def show_rubber_band(self, rect: QRectF | None) -> None: ...
    def click_background(self, at: QPointF, *, keep_selection: bool) -> None: ...


class Tool(Protocol):
    """One press, drag and release."""

    cursor: Qt.CursorShape

    def drag(self, to: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None: ...
    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None: ...
    def cancel(self) -> None: ...


def start_tool(
    host: ToolHost,
    button: Qt.MouseButton,
    at: QPointF,
    modifiers: Qt.KeyboardModifier,
    is_space_down: bool,
) -> Tool | None:
    """The tool that a press starts, None when a press of this button means nothing."""
    is_left = button == Qt.MouseButton.LeftButton
    if button == Qt.MouseButton.MiddleButton or (is_left and is_space_down):
        return Pan(host, at)
    if not is_left:
        return None
    if host.box_editor.is_drawing:
        return DrawBox(host, at)
    target = host.hit_test(at)
    if isinstance(target, SelectionHandle):
        return TransformPoints(host, at, target.handle)
    if host.snaps_to_click or modifiers & _Modifier.AltModifier:
        index = host.snap_target(at)
        if index >= 0:
            host.selection.select(index)
            alone = bool(modifiers & _Modifier.AltModifier)
            return MovePoints(host, index, at, snap=True, alone=alone)
    if isinstance(target, MissingPoint | Point):
        return _press_point(host, target.index, at, modifiers)
    if isinstance(target, BoxHandle):
        return ChangeBox(host, at, target.handle)
    return RubberBand(host, at)


def _press_point(
    host: ToolHost, index: int, at: QPointF, modifiers: Qt.KeyboardModifier
) -> MovePoints:
    """A press on a point selects it, but keeps a selection that it belongs to."""
    control = bool(modifiers & _Modifier.ControlModifier)
    if modifiers & _Modifier.ShiftModifier:
        host.selection.add(index)
    elif index not in host.selection.indices and not control:
        host.selection.select(index)
    return MovePoints(host, index, at, with_neighbours=host.moves_neighbours or control)


def cursor_for(handle: Handle) -> Qt.CursorShape:
    """The cursor over a handle."""
    return _CURSORS[handle]


def _exceeds_threshold(start: QPointF, to: QPointF) -> bool:
    return abs(to.x() - start.x()) + abs(to.y() - start.y()) >= DRAG_THRESHOLD_PIXELS


class Pan:
    """The photo follows the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, host: ToolHost, start: QPointF) -> None:
        self._host = host
        self._last = start
        self._initial_offset = host.image_to_viewport(QPointF())

    def drag(self, to: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        self._host.pan(to - self._last)
        self._last = to

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        self.drag(at)

    def cancel(self) -> None:
        self._host.pan(self._initial_offset - self._host.image_to_viewport(QPointF()))


class MovePoints:
    """Points follow the mouse, keeping the offset at which one of them was pressed.

    A selected point moves the whole selection. `with_neighbours`: neighbours follow too, the less
    the further away they are in a mean face, and a click without a drag toggles the point's
    selection. `snap`, or a point without a position: it is placed under the mouse. Otherwise, and
    unless it moves `alone`, the points that nobody placed follow by the host's drag model. Shift
    holds a point of a contour to the contour's direction, or to the one across.
    """

    cursor = Qt.CursorShape.BlankCursor  # the point itself is the pointer, nothing hides the spot

    def __init__(
        self,
        host: ToolHost,
        index: int,
        start: QPointF,
        *,
        with_neighbours: bool = False,
        snap: bool = False,
        alone: bool = False,
    ) -> None:
        self._host = host
        self._index = index
        self._start = self._last = start
        self._base, self._restore = host.point_editor.points, host.point_editor.points
        self._with_neighbours, self._alone = with_neighbours, alone
        self._is_missing = not host.selection.is_placed(index)
        self._is_moving = self._is_missing or snap
        if self._is_moving:
            self._offset = QPointF()
            if self._is_missing:
                self._base[index] = host.viewport_to_image(start).toTuple()
        else:
            self._offset = host.image_to_viewport(QPointF(*self._base[index].tolist())) - start
        self._placed: list[int] = []
        self._response = self._compute_response()
        if self._is_moving:
            self.drag(start)

    def _compute_response(self) -> Array:
        """How each point moves by a move of the mouse, as matrices (N, 2, 2)."""
        self._placed = []
        moved, points = {self._index}, self._host.point_editor.points
        weights = np.zeros(len(points))
        if self._is_missing:
            weights[self._index] = 1.0
        else:
            if self._index in self._host.selection.indices:
                moved |= self._host.selection.indices
            if not (self._with_neighbours or self._alone):
                moved &= {int(i) for i in np.flatnonzero(np.isfinite(points).all(axis=1))}
                response = self._host.point_editor.drag_model.response(points, moved)
                if response is not None:
                    self._placed = sorted(moved)
                    return response
            weights = self._host.neighbours.weights(points, moved, self._with_neighbours)
        still: Array = weights[:, None, None] * np.eye(2)
        return still

    @property
    def indices(self) -> list[int]:
        """The points that move."""
        return [int(i) for i in np.flatnonzero(self._response.any(axis=(1, 2)))]

    def widen(self, steps: float) -> bool:
        """Let neighbours further away follow, or fewer of them; False if none follow at all."""
        if self._with_neighbours and not self._is_missing:
            self._host.neighbours.widen(steps)
            self._host.point_editor.drag(self.indices, self._base[self.indices], self._index)
            self._response = self._compute_response()
            if self._is_moving:
                self.drag(self._last)
        return self._with_neighbours

    def rebase(self, points: Array) -> None:
        """The face got new points during the drag: where they go back to on cancel."""
        self._restore = points

    def drag(self, to: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        if not self._is_moving and not _exceeds_threshold(self._start, to):
            return
        self._is_moving = True
        self._last = to
        at = self._host.viewport_to_image(to + self._offset)
        by = np.array(at.toTuple()) - self._base[self._index]
        if modifiers & _Modifier.ShiftModifier:
            by = self._held_to_contour(by)
        indices = self.indices
        points = self._base[indices] + self._response[indices] @ by
        if self._placed:
            self._host.point_editor.show_ghosts(self._base)
        self._host.point_editor.drag(indices, points, self._index)

    def _held_to_contour(self, by: Array) -> Array:
        """The part of a move along the contour that the point is on, or across it: the longer."""
        tangent = contour_tangent(
            self._base, self._index, self._host.point_editor.drag_model.curves
        )
        if tangent is None:
            return by
        along: Array = (by @ tangent) * tangent
        across: Array = by - along
        return along if np.hypot(*along) >= np.hypot(*across) else across

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        self.drag(at, modifiers)
        if not self._is_moving:
            self._click(modifiers)
        indices = self.indices
        now, before = self._host.point_editor.points[indices], self._restore[indices]
        has_moved = self._is_moving and not np.array_equal(now, before, equal_nan=True)
        self._host.point_editor.finish(indices if has_moved else [], self._placed or None)
        if self._is_missing and has_moved:
            self._host.selection.select_next_missing()

    def _click(self, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & _Modifier.ControlModifier:
            self._host.selection.toggle(self._index)
        elif not modifiers & _Modifier.ShiftModifier:
            self._host.selection.select(self._index)

    def cancel(self) -> None:
        indices = self.indices
        self._host.point_editor.drag(indices, self._restore[indices], self._index)
        self._host.point_editor.finish([])


class TransformPoints:
    """The selected points rotate around the centre of their frame, or grow and shrink from it.

    Shift rotates in steps of 15 degrees.
    """

    def __init__(self, host: ToolHost, start: QPointF, handle: Handle) -> None:
        self.cursor = cursor_for(handle)
        self._host = host
        self._rotates = handle is Handle.ROTATE
        self._indices = host.selection.placed()
        self._restore = self._base = host.point_editor.points[self._indices]
        self._centre = (self._base.min(0) + self._base.max(0)) / 2
        self._start_offset = self._offset_from_centre(start)
        self._has_moved = False

    @property
    def indices(self) -> list[int]:
        """The points that are transformed."""
        return self._indices

    def rebase(self, points: Array) -> None:
        """The face got new points during the drag: where they go back to on cancel."""
        self._restore = points[self._indices]

    def _offset_from_centre(self, at: QPointF) -> NDArray[np.float64]:
        offset: NDArray[np.float64] = (
            np.array(self._host.viewport_to_image(at).toTuple()) - self._centre
        )
        return offset

    def drag(self, to: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        start, offset = self._start_offset, self._offset_from_centre(to)
        angle, scale = 0.0, 1.0
        if self._rotates:
            angle = math.atan2(offset[1], offset[0]) - math.atan2(start[1], start[0])
            if modifiers & _Modifier.ShiftModifier:
                angle = round(angle / ROTATION_STEP_RADIANS) * ROTATION_STEP_RADIANS
        else:
            length = float(np.linalg.norm(start))
            scale = max(float(offset @ start) / length**2, MIN_SCALE)
        self._has_moved = True
        points = rotate_and_scale(self._base, self._centre, angle, scale)
        self._host.point_editor.drag(self._indices, points)

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        if self._has_moved:
            self.drag(at, modifiers)
        now = self._host.point_editor.points[self._indices]
        self._host.point_editor.finish([] if np.array_equal(now, self._restore) else self._indices)

    def cancel(self) -> None:
        self._host.point_editor.drag(self._indices, self._restore)
        self._host.point_editor.finish([])


class RubberBand:
    """Selects the points within a rectangle; with shift or ctrl it adds to the selection.

    Without a drag it is a click on the background.
    """

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, host: ToolHost, start: QPointF) -> None:
        self._host = host
        self._start = start
        self._is_dragging = False

    def drag(self, to: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        if self._is_dragging or _exceeds_threshold(self._start, to):
            self._is_dragging = True
            self._host.show_rubber_band(self._rect(to))

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        self.drag(at)
        self._host.show_rubber_band(None)
        adds = bool(modifiers & (_Modifier.ShiftModifier | _Modifier.ControlModifier))
        if self._is_dragging:
            rect = self._rect(at)
            low, high = (rect.left(), rect.top()), (rect.right(), rect.bottom())
            self._host.selection.select_within(low, high, add=adds)
        else:
            self._host.click_background(at, keep_selection=adds)

    def cancel(self) -> None:
        self._host.show_rubber_band(None)

    def _rect(self, to: QPointF) -> QRectF:
        to_image = self._host.viewport_to_image
        return QRectF(to_image(self._start), to_image(to)).normalized()


class DrawBox:
    """A rectangle between press and release, clipped to the photo."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, host: ToolHost, start: QPointF) -> None:
        self._host = host
        self._start = host.viewport_to_image(start)

    def drag(self, to: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        self._host.box_editor.show_preview(self._box(to))

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        self._host.box_editor.finish_drawing(self._box(at))

    def cancel(self) -> None:
        self._host.box_editor.stop_drawing()

    def _box(self, to: QPointF) -> QRectF:
        box = QRectF(self._start, self._host.viewport_to_image(to)).normalized()
        return box.intersected(self._host.photo_rect())


class ChangeBox:
    """The face's box moves, or one or two of its sides do."""

    def __init__(self, host: ToolHost, start: QPointF, handle: Handle) -> None:
        self.cursor = cursor_for(handle)
        self._host = host
        self._start = start
        self._handle = handle
        self._base = host.box_editor.face_box
        self._is_dragging = False

    def drag(self, to: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        if self._is_dragging or _exceeds_threshold(self._start, to):
            self._is_dragging = True
            self._host.box_editor.show_preview(self._box(to))

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        self.drag(at)
        self._host.box_editor.show_preview(None)
        if self._is_dragging:
            self._host.box_editor.finish_change(self._box(at))
        else:
            self._host.click_background(at, keep_selection=False)

    def cancel(self) -> None:
        self._host.box_editor.show_preview(None)

    def _box(self, to: QPointF) -> QRectF:
        by = (to - self._start) / self._host.zoom
        return drag_handle(self._base, self._handle, by, self._host.photo_rect())


def arrow_step(event: QKeyEvent) -> tuple[float, float] | None:
    """How far an arrow key moves points or the box, in image pixels; None for other keys."""
    if event.key() not in _ARROWS:
        return None
    pixels = 1.0
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        pixels = 0.1
    elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        pixels = 10.0
    right, down = _ARROWS[event.key()]
    return right * pixels, down * pixels
