"""The canvas: one face on its photo, to look at and to mend by mouse and keyboard.

Nothing here saves anything: the canvas shows what it is given and says what the user did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from labeltool.gui.canvas import box_items
from labeltool.gui.canvas.box_view import BoxView
from labeltool.gui.canvas.displayed_face import DisplayedFace
from labeltool.gui.canvas.tools import (
    DrawBox,
    MovePoints,
    Tool,
    TurnPoints,
    cursor_of,
    nudge_step,
    start_tool,
)
from labeltool.gui.i18n.translate import tr
from labeltool.review.geometry import rotate_and_scale

_REACH = 14.0  # screen pixels from which a point can be taken


class Canvas(BoxView):
    """One face on its photo.

    Wheel: zoom. Middle button, or space and left button: pan. Left button on a point: select and
    move it, with the other selected ones; shift adds it to them; ctrl moves its neighbours along
    (the wheel says how many), or takes it in or out by a click. Alt: the selected point, or the
    nearest, jumps to the mouse. Left button elsewhere: rubber band, another face, the box and its
    handles. Arrows: nudge the selected points (shift: 10 pixels, ctrl: 0.1). Escape: take back the
    drag, leave what was begun, or deselect. Every other key is left to the window.
    """

    points_moved = Signal(object, object)
    """Indices, and their new positions (k, 2) in image pixels; once per drag or nudge."""
    face_clicked = Signal(int)
    """The id of another face whose box was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool: Tool | None = None
        self._tool_button = Qt.MouseButton.NoButton
        self._space_down = False
        self._snapping = False
        self._following = False
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(tr("Photo with landmarks"))

    def set_photo(
        self, image: QImage | None, text: str = "", copies: Sequence[QImage] = ()
    ) -> None:
        self._end_tool()
        if image is None:
            self.stop_drawing()
        super().set_photo(image, text, copies)

    def _face_comes(self, face: DisplayedFace, same: bool) -> None:
        tool = self._tool
        if same and isinstance(tool, MovePoints | TurnPoints):
            tool.come_from(face.points.copy())
            face.points[tool.indices] = self._face.points[tool.indices]
        elif not same:
            self._end_tool()
            self.stop_drawing()
            self._set_keyed_box(None)

    # -- points ---------------------------------------------------------------------------------

    def set_modes(self, *, snap: bool, follow: bool) -> None:
        """Whether every click lets a point jump to it, as with alt; and whether every drag of a
        point moves its neighbours along, as with ctrl."""
        self._snapping, self._following = snap, follow
        said = (tr("Snap to click"),) * snap + (tr("Neighbours move along"),) * follow
        self._panels.show_modes(said)
        self._update_cursor()

    @property
    def snapping(self) -> bool:
        """See `set_modes`."""
        return self._snapping

    @property
    def following(self) -> bool:
        """See `set_modes`."""
        return self._following

    @property
    def is_dragging(self) -> bool:
        """Whether points are in the user's hand."""
        return isinstance(self._tool, MovePoints | TurnPoints)

    def point_at(self, at: QPointF) -> int:
        """The point that a press at this viewport position takes; -1 when none is near."""
        if not self._points_shown or self.photo is None:
            return -1
        return self._face.nearest(self.viewport_to_image(at), _REACH / self.zoom)

    def snap_target(self, at: QPointF) -> int:
        """The point that jumps to a click there: the selected one, else the nearest; or -1, as on
        another face."""
        if not self._points_shown or self.other_face_at(at) is not None:
            return -1
        if len(self._chosen) == 1:
            return self._selected
        return self._face.nearest(self.viewport_to_image(at), np.inf)

    def hold_points(
        self, indices: list[int], points: npt.NDArray[np.float64], grabbed: int = -1
    ) -> None:
        """Show points at new places while they are being moved; nothing is said to anybody."""
        self._face.points[indices] = points
        self._face_item.measure()
        self._ghost_item.measure()
        self._mark(held=grabbed if grabbed >= 0 else len(self._face))
        if grabbed >= 0:
            self._show_loupe(grabbed)

    def let_go(self, indices: list[int]) -> None:
        """End a move; `indices`: the points that ended in new places."""
        self._panels.loupe.hide()
        self._mark()
        if indices:
            self._tell_moved(indices)

    def turn_selection(self, angle: float, scale: float) -> None:
        """Turn the selected points by `angle` (radians, clockwise) and scale them, around their
        middle."""
        chosen = [index for index in sorted(self._chosen) if self.is_placed(index)]
        if len(chosen) > 1 and self._tool is None:
            points = self._face.points[chosen]
            centre = (points.min(0) + points.max(0)) / 2
            self._face.points[chosen] = rotate_and_scale(points, centre, angle, scale)
            self._tell_moved(chosen)

    def _nudge(self, dx: float, dy: float) -> None:
        chosen = [index for index in sorted(self._chosen) if self.is_placed(index)]
        self._face.points[chosen] += (dx, dy)
        self._show_loupe(self._selected)
        self._tell_moved(chosen)

    def _tell_moved(self, indices: list[int]) -> None:
        self._face.moved |= frozenset(indices)
        self._face_item.set_face(self._face)
        self._ghost_item.measure()
        self._mark()
        self._show_layers()
        self.points_moved.emit(indices, self._face.points[indices].copy())

    def show_band(self, band: QRectF | None) -> None:
        """The rubber band, in image pixels."""
        self._selection_item.set_band(band)

    def frame_grip_at(self, at: QPointF) -> str:
        """What of the frame around the selected points is at a viewport position."""
        return self._selection_item.grip_at(self.viewport_to_image(at))

    @Slot()
    def stop_drawing(self) -> None:
        """Leave box drawing."""
        if self._drawing and isinstance(self._tool, DrawBox):
            self._tool = None
        super().stop_drawing()

    # -- mouse ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is None and self.photo is not None:
            self._set_keyed_box(None)
            self._tool_button = event.button()
            self._tool = start_tool(
                self, event.button(), event.position(), event.modifiers(), self._space_down
            )
            self._update_cursor()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.mousePressEvent(event)  # two quick drags are two drags

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is None:
            self._hover(event.position())
        elif event.buttons() & self._tool_button:
            self._tool.drag(event.position(), event.modifiers())
        else:
            self._end_tool()  # the release went to somebody else
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is not None and event.button() == self._tool_button:
            # Put away first: whoever hears of the result may show another face at once.
            tool, self._tool = self._tool, None
            tool.release(event.position(), event.modifiers())
            self._hover(event.position())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom; while neighbours are moved along, say how many of them."""
        turned_by = event.angleDelta().y() or event.angleDelta().x()
        if isinstance(self._tool, MovePoints) and self._tool.widen(turned_by / 120):
            event.accept()
        else:
            super().wheelEvent(event)

    def click(self, at: QPointF, *, keep: bool) -> None:
        """A click beside the points, at a viewport position: go to another face, or deselect."""
        other = self.other_face_at(at)
        if other is not None:
            self.face_clicked.emit(other)
        elif not keep:
            self.select(-1)

    def _end_tool(self) -> None:
        tool, self._tool = self._tool, None
        if tool is not None:
            tool.cancel()
            self._update_cursor()

    def _hover(self, at: QPointF) -> None:
        index = -1 if self._drawing else self.point_at(at)
        if index != self._face_item.hovered or self._face_item.held >= 0:
            self._mark(index)
        self._panels.loupe.hide()
        if index >= 0:
            spot = self.image_to_viewport(QPointF(*self.point(index)))
            self._panels.tell_about(self._face, index, spot)
        free = index < 0 and not self._drawing
        self._boxes_item.set_hovered(self.other_face_at(at) if free else None)
        self._boxes_item.set_handles(free and bool(self.box_grip_at(at)))
        self._update_cursor(at)

    def _update_cursor(self, at: QPointF | None = None) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._tool is not None:
            shape = self._tool.cursor
        elif self._space_down:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._drawing or self._snapping:
            shape = Qt.CursorShape.CrossCursor
        elif at is not None and (grip := self._grip_at(at)):
            shape = cursor_of(grip)
        elif self._boxes_item.hovered is not None:
            shape = Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)

    def _grip_at(self, at: QPointF) -> str:
        """The handle that a press there takes; points lie above the box, and below the frame."""
        return self.frame_grip_at(at) or ("" if self.point_at(at) >= 0 else self.box_grip_at(at))

    # -- keys -----------------------------------------------------------------------------------

    def wants_key(self, event: QKeyEvent) -> bool:
        """Whether this key means something here now, before any shortcut of the window."""
        return self._command(event) is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        command = self._command(event)
        if command is None:
            event.ignore()  # never to the base class: its arrows scroll
        else:
            command()
            event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and self._space_down:
            if not event.isAutoRepeat():
                self._set_space(False)
            event.accept()
        else:
            event.ignore()

    def _command(self, event: QKeyEvent) -> Callable[[], None] | None:
        if self.photo is None:
            return None
        key = event.key()  # a plain number: input methods send ones that Qt.Key does not know
        if key == Qt.Key.Key_Escape:
            return self._escape_command()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (self._keyed_box or self._drawing):
            return self._keep_box if self._keyed_box is not None else self.key_box
        if key == Qt.Key.Key_Space and not event.modifiers():
            return partial(self._set_space, True)
        step = nudge_step(event)
        if step is not None and self._keyed_box is not None:
            alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            return partial(self._push_box, *step, "rb" if alt else box_items.MOVE)
        if step is not None and self._tool is None and self.is_placed(self._selected):
            return partial(self._nudge, *step)
        return None

    def _escape_command(self) -> Callable[[], None] | None:
        if self._tool is not None:
            return self._end_tool
        if self._keyed_box is not None and not self._drawing:
            return partial(self._set_keyed_box, None)
        if self._drawing:
            return self.stop_drawing
        return partial(self.select, -1) if self._chosen else None

    def _set_space(self, down: bool) -> None:
        self._space_down = down
        self._update_cursor()

    # -- Qt ------------------------------------------------------------------------------------

    def _show_loupe(self, index: int) -> None:
        if self.photo is not None:
            at = QPointF(*self.point(index))
            self._panels.show_loupe(self.photo, at, self.image_to_viewport(at), self.zoom)

    def _may_move(self) -> bool:
        return self._tool is None

    def _zoom_changed(self) -> None:
        for item in self._items:
            item.set_zoom(self.zoom)
        self._panels.label.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._panels.place()

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.wants_key(event)
        ):
            event.accept()  # comes back as an ordinary key press instead of the window's shortcut
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Leave and self._tool is None:
            self._mark()
            self._boxes_item.set_hovered(None)
            self._boxes_item.set_handles(False)
        return super().viewportEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._set_space(False)
        super().focusOutEvent(event)
