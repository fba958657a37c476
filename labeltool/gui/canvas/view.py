"""The canvas: one face on its photo, to look at and to mend.

Positions that go in and come out are image pixels, (0, 0) is the centre of the top-left pixel.
Nothing here saves anything: the canvas shows what it is given and says what the user did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from labeltool.gui.canvas.items import BoxesItem, FaceItem
from labeltool.gui.canvas.overlays import Panels
from labeltool.gui.canvas.photo_view import PhotoView
from labeltool.gui.canvas.shown import Array, Box, ShownFace, shown_face
from labeltool.gui.canvas.tools import DrawBox, MovePoint, Tool, nudge_step, start_tool

_REACH = 14.0  # screen pixels from which a point can be taken
_RIM = 4.0  # screen pixels on both sides of a box's outline that belong to it
_FACE_MARGIN = 0.15


class Canvas(PhotoView):
    """One face on its photo.

    Wheel: zoom. Middle button, or space and left button: pan. Left button: select or move a point,
    go to another face. Arrows: nudge the selected point (shift: 10 pixels, ctrl: 0.1). Escape: take
    back the drag, leave box drawing, or deselect. Every other key is left to the window.
    """

    point_moved = Signal(int, float, float)
    """Index and new position in image pixels; once per drag or nudge."""
    point_selected = Signal(int)
    """Index, or -1 when no point is selected any more."""
    box_drawn = Signal(float, float, float, float)
    """x, y, width, height in image pixels, within the photo."""
    face_clicked = Signal(int)
    """The id of another face whose box was clicked."""
    drawing_changed = Signal(bool)
    """Box drawing was switched on or off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face = ShownFace()
        self._tool: Tool | None = None
        self._tool_button = Qt.MouseButton.NoButton
        self._selected = -1
        self._drawing = False
        self._space_down = False
        self._points_shown = True
        self._boxes_shown = True
        self._boxes_item = BoxesItem()
        self._face_item = FaceItem()
        self._graphics.addItem(self._boxes_item)
        self._graphics.addItem(self._face_item)
        self._panels = Panels(self)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Photo with landmarks"))

    # -- what is shown --------------------------------------------------------------------------

    def set_photo(self, image: QImage | None, text: str = "") -> None:
        """Show an upright photo, or `text` in its place when it is None.

        The face stays as it is (hidden while there is no photo), so that photo and face may come
        in either order; a drag in progress ends. A photo of another size than the last one is
        fitted to the view; one of the same size keeps zoom and place.
        """
        self._end_tool()
        if image is None:
            self.stop_drawing()
        super().set_photo(image, text)
        self._show_layers()

    def set_face(
        self,
        points: npt.ArrayLike | None,
        scores: npt.ArrayLike | None,
        edges: Sequence[tuple[int, int]],
        box: Box | None,
        names: Sequence[str] | None,
        other_boxes: Iterable[tuple[int, Box]] = (),
        moved: Iterable[int] = (),
        *,
        face_id: int | None = None,
    ) -> None:
        """Show one face; zoom and place stay as they are.

        points: (N, 2) image pixels, any N; a row of NaN is a missing landmark, which a click puts
        down once it is selected. scores: (N,) 0..1, or None. edges: pairs of indices. box: x, y,
        width, height in image pixels. moved: indices of points placed by a human.
        With the `face_id` (and N) of the face shown before, the selection stays and a drag in
        progress goes on; otherwise both end. Raises ValueError when lengths disagree.
        """
        face = shown_face(points, scores, edges, box, names, other_boxes, moved, face_id)
        same = face.face_id == self._face.face_id and len(face) == len(self._face)
        tool = self._tool
        if isinstance(tool, MovePoint):
            if same:
                tool.come_from(*face.position(tool.index))
                face.points[tool.index] = self._face.points[tool.index]
            else:
                self._end_tool()
        self._face = face
        self._face_item.set_face(face)
        self._boxes_item.set_face(face)
        if not same:
            self.select(-1)
        self._face_item.mark(
            hovered=-1, selected=self._selected, held=self._face_item.held if same else -1
        )
        self._panels.label.hide()
        self._show_layers()

    def set_layers(self, points: bool = True, edges: bool = True, boxes: bool = True) -> None:
        """Which marks are drawn; what is hidden cannot be clicked."""
        self._points_shown = points
        self._boxes_shown = boxes
        self._face_item.set_layers(points, edges)
        self._boxes_item.set_layer(boxes)
        self._show_layers()

    def _show_layers(self) -> None:
        there = self.photo is not None
        self._face_item.setVisible(there)
        self._boxes_item.setVisible(there)
        self._panels.show_legend(self._face, there and self._points_shown)
        if not there:
            self._panels.label.hide()
            self._panels.loupe.hide()

    @Slot()
    def fit_face(self) -> None:
        """Show the face's box and points with a margin; the whole photo when there is no face."""
        outline = self._face.outline()
        if outline.isEmpty():
            self.fit_photo()
        else:
            self.fit(outline, _FACE_MARGIN)

    # -- points ---------------------------------------------------------------------------------

    @property
    def points(self) -> Array:
        """A copy of the points as they are drawn now, (N, 2) image pixels."""
        return self._face.points.copy()

    @property
    def selected(self) -> int:
        """The selected point's index, or -1."""
        return self._selected

    @Slot(int)
    def select(self, index: int) -> None:
        """Select a point, -1 for none; a missing landmark can be selected too."""
        index = index if 0 <= index < len(self._face) else -1
        if index == self._selected:
            return
        self._selected = index
        self._panels.loupe.hide()
        self._mark()
        self.point_selected.emit(index)

    @property
    def is_dragging(self) -> bool:
        """Whether a point is in the user's hand."""
        return isinstance(self._tool, MovePoint)

    def point(self, index: int) -> tuple[float, float]:
        """One point's position in image pixels; NaN when it is missing."""
        return self._face.position(index)

    def is_placed(self, index: int) -> bool:
        """Whether the point exists and has a position."""
        return self._face.is_placed(index)

    def point_to_viewport(self, index: int) -> QPoint:
        """Where a placed point is drawn, to the nearest viewport pixel."""
        return self.image_to_viewport(QPointF(*self.point(index))).toPoint()

    def point_at(self, at: QPointF) -> int:
        """The point that a press at this viewport position takes; -1 when none is near."""
        if not self._points_shown or self.photo is None:
            return -1
        return self._face.nearest(self.viewport_to_image(at), _REACH / self.zoom)

    def hold_point(self, index: int, x: float, y: float) -> None:
        """Show a point at a new place while it is being moved; nothing is said to anybody."""
        self._face.points[index] = x, y
        self._face_item.measure()
        self._face_item.mark(hovered=-1, selected=self._selected, held=index)
        self._panels.label.hide()
        self._show_loupe(index)

    def let_go(self, index: int, moved: bool) -> None:
        """End a move; `moved` says whether the point ended in a new place."""
        self._panels.loupe.hide()
        if moved:
            self._tell_moved(index)
        self._mark()

    def _nudge(self, dx: float, dy: float) -> None:
        x, y = self.point(self._selected)
        self._face.points[self._selected] = x + dx, y + dy
        self._show_loupe(self._selected)
        self._tell_moved(self._selected)

    def _tell_moved(self, index: int) -> None:
        self._face.moved |= {index}
        self._face_item.set_face(self._face)
        self._face_item.mark(hovered=-1, selected=self._selected, held=-1)
        self._show_layers()
        self.point_moved.emit(index, *self.point(index))

    # -- boxes ----------------------------------------------------------------------------------

    @Slot()
    def draw_box(self) -> None:
        """Let the next drag draw a box; Escape or `stop_drawing` ends it."""
        if self.photo is not None and not self._drawing:
            self._set_drawing(True)

    @Slot()
    def stop_drawing(self) -> None:
        """Leave box drawing."""
        if self._drawing:
            if isinstance(self._tool, DrawBox):
                self._tool = None
                self.show_drawn_box(None)
            self._set_drawing(False)

    @property
    def is_drawing_box(self) -> bool:
        return self._drawing

    def show_drawn_box(self, box: QRectF | None) -> None:
        """The box being drawn, in image pixels."""
        self._boxes_item.set_drawn(box)

    def take_box(self, box: QRectF) -> None:
        """A box is finished."""
        self._set_drawing(False)
        self.box_drawn.emit(box.x(), box.y(), box.width(), box.height())

    def _set_drawing(self, on: bool) -> None:
        self._drawing = on
        self._mark()
        self._update_cursor()
        self.drawing_changed.emit(on)

    # -- mouse ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is None and self.photo is not None:
            self._tool_button = event.button()
            self._tool = start_tool(self, event.button(), event.position(), self._space_down)
            self._update_cursor()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.mousePressEvent(event)  # two quick drags are two drags

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is None:
            self._hover(event.position())
        elif event.buttons() & self._tool_button:
            self._tool.drag(event.position())
        else:
            self._end_tool()  # the release went to somebody else
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is not None and event.button() == self._tool_button:
            # Put away first: whoever hears of the result may show another face at once.
            tool, self._tool = self._tool, None
            tool.release(event.position())
            self._hover(event.position())
        event.accept()

    def _end_tool(self) -> None:
        tool, self._tool = self._tool, None
        if tool is not None:
            tool.cancel()
            self._update_cursor()

    def other_face_at(self, at: QPointF) -> int | None:
        """The other face whose box a click at this viewport position means, if any."""
        if not self._boxes_shown or self.photo is None:
            return None
        return self._face.other_face_at(self.viewport_to_image(at), _RIM / self.zoom)

    def _hover(self, at: QPointF) -> None:
        index = -1 if self._drawing else self.point_at(at)
        if index != self._face_item.hovered:
            self._mark(index)
        self._panels.loupe.hide()
        if index >= 0:
            spot = self.image_to_viewport(QPointF(*self.point(index)))
            self._panels.tell_about(self._face, index, spot)
        free = index < 0 and not self._drawing
        self._boxes_item.set_hovered(self.other_face_at(at) if free else None)
        self._update_cursor()

    def _mark(self, hovered: int = -1) -> None:
        self._face_item.mark(hovered=hovered, selected=self._selected, held=-1)
        if hovered < 0:
            self._panels.label.hide()

    def _update_cursor(self) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._tool is not None:
            shape = self._tool.cursor
        elif self._space_down:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._drawing:
            shape = Qt.CursorShape.CrossCursor
        elif self._boxes_item.hovered is not None:
            shape = Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)

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
        if key == Qt.Key.Key_Space and not event.modifiers():
            return partial(self._set_space, True)
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.matches(QKeySequence.StandardKey.ZoomIn) or (ctrl and key == Qt.Key.Key_Equal):
            return self.zoom_in
        if event.matches(QKeySequence.StandardKey.ZoomOut):
            return self.zoom_out
        step = nudge_step(event)
        if step is not None and self._tool is None and self.is_placed(self._selected):
            return partial(self._nudge, *step)
        return None

    def _escape_command(self) -> Callable[[], None] | None:
        if self._tool is not None:
            return self._end_tool
        if self._drawing:
            return self.stop_drawing
        return partial(self.select, -1) if self._selected >= 0 else None

    def _set_space(self, down: bool) -> None:
        self._space_down = down
        self._update_cursor()

    # -- Qt ------------------------------------------------------------------------------------

    def _show_loupe(self, index: int) -> None:
        if self.photo is not None:
            at = QPointF(*self.point(index))
            self._panels.show_loupe(self.photo, at, self.image_to_viewport(at), self.zoom)

    def _zoom_changed(self) -> None:
        self._face_item.set_zoom(self.zoom)
        self._boxes_item.set_zoom(self.zoom)
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
        return super().viewportEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._set_space(False)
        super().focusOutEvent(event)
