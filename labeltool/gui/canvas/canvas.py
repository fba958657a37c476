"""The canvas: one face on its photo, viewed and edited by mouse and keyboard.

Nothing here saves anything: the canvas shows what it is given and says what the user did.
Positions that go in and come out are image pixels, (0, 0) is the centre of the top-left pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from labeltool.domain import Box, Visibility
from labeltool.domain.tolerance import ExpectedErrors
from labeltool.gui.canvas.displayed_face import Array, Groups, make_displayed_face
from labeltool.gui.canvas.editing.box_editor import BoxEditor
from labeltool.gui.canvas.editing.hit_test import (
    BoxHandle,
    HitScene,
    SelectionHandle,
    Target,
    hit_test,
    snap_target,
)
from labeltool.gui.canvas.editing.neighbour_weights import NeighbourWeights
from labeltool.gui.canvas.editing.point_editor import PointEditor
from labeltool.gui.canvas.editing.tools import (
    DrawBox,
    MovePoints,
    Tool,
    TransformPoints,
    arrow_step,
    cursor_for,
    start_tool,
)
from labeltool.gui.canvas.face_layers import FaceLayers
from labeltool.gui.canvas.framing import FaceFraming
from labeltool.gui.canvas.handles import Handle
from labeltool.gui.canvas.items.overlays import Panels
from labeltool.gui.canvas.items.photo_item import ToneCurve
from labeltool.gui.canvas.photo_view import PhotoView
from labeltool.gui.canvas.point_selection import PointSelection
from labeltool.gui.i18n.translate import tr


class Canvas(PhotoView):
    """One face on its photo.

    Wheel: zoom. Middle button, or space and left button: pan. Left button on a point: select and
    move it, with the other selected ones; shift adds it to them; ctrl moves its neighbours too
    (the wheel sets how many), or toggles its selection by a click. Alt: the selected point, or the
    nearest, jumps to the mouse. Left button elsewhere: rubber band, another face, the box and its
    handles. Arrows: nudge the selected points (shift: 10 pixels, ctrl: 0.1). Escape: cancel the
    drag, leave the current mode, or deselect. Every other key is left to the window.

    selection: which points are selected. layers: what is drawn. framing: which part of the face is
    visible. point_editor, box_editor: changes, by whatever input. neighbours: how much they follow.
    """

    points_moved = Signal(object, object)
    """Indices, and their new positions (k, 2) in image pixels; once per drag or nudge."""
    face_clicked = Signal(int)
    """The id of another face whose box was clicked."""
    selection_changed = Signal()
    """Other points than before are selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels = Panels(self)
        self.selection = PointSelection(self._on_selection_changed)
        self.layers = FaceLayers(self.scene(), self._panels, self.selection)
        self.framing = FaceFraming(self, lambda: self.layers.face)
        self.box_editor = BoxEditor(self, self.layers.boxes)
        self.point_editor = PointEditor(
            self, self.layers, self._panels, self.selection, self._on_points_moved
        )
        self.neighbours = NeighbourWeights()
        self._tool: Tool | None = None
        self._tool_button = Qt.MouseButton.NoButton
        self._is_space_down = False
        self._snaps_to_click = False
        self._moves_neighbours = False
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(tr("Photo with landmarks"))
        self.box_editor.drawing_changed.connect(self._on_drawing_changed)
        self.zoom_changed.connect(self._on_zoom_changed)

    # -- what is displayed ----------------------------------------------------------------------

    def set_photo(
        self, image: QImage | None, text: str = "", copies: Sequence[QImage] = ()
    ) -> None:
        """Show an upright photo, or `text` in its place when it is None.

        The face stays as it is (hidden while there is no photo), so that photo and face may come
        in either order; a drag in progress ends. A photo of another size than the last one is
        fitted to the view; one of the same size keeps zoom and place. `copies`: the photo halved
        once, twice and so on, as `halved` makes them.
        """
        self._cancel_tool()
        if image is None:
            self.box_editor.stop_drawing()
        super().set_photo(image, text, copies)
        self.layers.set_has_photo(image is not None)

    def set_face(
        self,
        points: npt.ArrayLike | None,
        expected: ExpectedErrors | None,
        edges: Sequence[tuple[int, int]],
        box: Box | None,
        names: Sequence[str] | None,
        other_boxes: Iterable[tuple[int, Box]] = (),
        moved: Iterable[int] = (),
        *,
        face_id: int | None = None,
        visibility: Visibility | None = None,
        groups: Groups = (),
        excluded: Iterable[int] = (),
    ) -> None:
        """Display one face; zoom and place stay as they are.

        points: (N, 2) image pixels, any N; a row of NaN is a missing landmark, which a click places
        once it is selected. expected: expected errors of the N points, None if unknown. edges:
        pairs of indices. box: x, y, width, height in image pixels. moved: indices of points placed
        by a human. visibility: (N,) of domain.ABSENT, OCCLUDED, VISIBLE; None for all that are
        placed. groups: regions with their indices. excluded: ids of those of the other boxes that
        are no faces.
        With the `face_id` (and N) of the face displayed before, the selection stays and a drag in
        progress goes on; otherwise both end, and the comparison goes. Raises ValueError when
        lengths disagree.
        """
        face = make_displayed_face(
            points, expected, edges, box, names, other_boxes, moved, face_id,
            visibility, groups, excluded,
        )  # fmt: skip
        before = self.layers.face
        is_same = face.face_id == before.face_id and len(face) == len(before)
        tool = self._tool
        if not is_same:
            self._cancel_tool()
            self.box_editor.stop_drawing()
            self.box_editor.stop_keyboard()
        elif isinstance(tool, MovePoints | TransformPoints):
            tool.rebase(face.points.copy())
            face.points[tool.indices] = before.points[tool.indices]
        self.layers.set_face(face)
        if is_same:
            self.selection.set_points(face.points)
            self.layers.highlight_again()
        else:
            self.layers.set_comparison(None)
            self.selection.set_face(face.points)
            self.layers.highlight()
        self.layers.update_legend()

    def set_tone_curve(self, curve: ToneCurve | None) -> None:
        """What each brightness is shown as, (256,); None shows the photo as it is."""
        super().set_tone_curve(curve)
        self._panels.loupe.set_tone_curve(curve)

    def keep_loupe_off(self, panel: QWidget) -> None:
        """The loupe goes below a panel that covers a corner of the canvas now and then."""
        self._panels.covering_panel = panel

    def set_modes(self, *, snap_to_click: bool, move_neighbours: bool) -> None:
        """Whether a point jumps to every click, as with alt; and whether every drag of a point
        moves its neighbours too, as with ctrl."""
        self._snaps_to_click, self._moves_neighbours = snap_to_click, move_neighbours
        names = (
            (tr("Snap to click"),) * snap_to_click
            + (tr("Neighbours move along"),) * move_neighbours
        )  # fmt: skip
        self._panels.show_modes(names)
        self._update_cursor()

    @property
    def snaps_to_click(self) -> bool:
        """See `set_modes`."""
        return self._snaps_to_click

    @property
    def moves_neighbours(self) -> bool:
        """See `set_modes`."""
        return self._moves_neighbours

    # -- points ---------------------------------------------------------------------------------

    @property
    def points(self) -> Array:
        """A copy of the points as they are drawn now, (N, 2) image pixels."""
        return self.point_editor.points

    def point_to_viewport(self, index: int) -> QPoint:
        """Where a placed point is drawn, to the nearest viewport pixel."""
        return self.image_to_viewport(QPointF(*self.layers.face.position(index))).toPoint()

    @property
    def is_dragging(self) -> bool:
        """Whether points are being dragged."""
        return isinstance(self._tool, MovePoints | TransformPoints)

    def show_point(self, index: int) -> None:
        """Select a point, and move the view if it lies outside."""
        self.selection.select(index)
        self.framing.scroll_to(index)

    def show_next_point(self, step: int) -> None:
        """Go to the next point (1), or the previous one (-1), in the order worst first."""
        order = self.layers.face.worst_first()
        if order:
            self.show_point(self.selection.neighbour(order, step))

    def transform_selection(self, angle: float, scale: float) -> None:
        """Rotate (radians, clockwise) and scale the selected points, unless they are dragged."""
        if self._tool is None:
            self.point_editor.transform(angle, scale)

    def _on_selection_changed(self) -> None:
        self._panels.loupe.hide()
        self.layers.highlight()
        self.selection_changed.emit()

    def _on_points_moved(self, indices: list[int]) -> None:
        self.points_moved.emit(indices, self.layers.face.points[indices].copy())

    # -- for the tools --------------------------------------------------------------------------

    def hit_test(self, at: QPointF) -> Target:
        """What a press at a viewport position means."""
        return hit_test(self._hit_scene(), self.viewport_to_image(at))

    def snap_target(self, at: QPointF) -> int:
        """The point that jumps to a click at a viewport position, or -1."""
        return snap_target(self._hit_scene(), self.viewport_to_image(at), self.selection.only)

    def show_rubber_band(self, rect: QRectF | None) -> None:
        """Draw a rubber band, in image pixels."""
        self.layers.set_rubber_band(rect)

    def click_background(self, at: QPointF, *, keep_selection: bool) -> None:
        """A click off the points, at a viewport position: go to another face, or deselect."""
        other = self._hit_scene().other_face_at(self.viewport_to_image(at))
        if other is not None:
            self.face_clicked.emit(other)
        elif not keep_selection:
            self.selection.clear()

    def _hit_scene(self) -> HitScene:
        layers = self.layers
        return HitScene(
            layers.face, self.photo_rect(), self.zoom, layers.selection_frame,
            layers.points_visible, layers.boxes_visible, self.selection.missing,
        )  # fmt: skip

    # -- mouse ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is None and self.photo is not None:
            self.box_editor.stop_keyboard()
            self._tool_button = event.button()
            self._tool = start_tool(
                self, event.button(), event.position(), event.modifiers(), self._is_space_down
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
            self._cancel_tool()  # the release went to another widget
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._tool is not None and event.button() == self._tool_button:
            # Clear it first: a slot that gets the result may display another face at once.
            tool, self._tool = self._tool, None
            tool.release(event.position(), event.modifiers())
            self._hover(event.position())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom; while neighbours move too, say how many of them."""
        turned_by = event.angleDelta().y() or event.angleDelta().x()
        if isinstance(self._tool, MovePoints) and self._tool.widen(turned_by / 120):
            event.accept()
        else:
            super().wheelEvent(event)

    def _cancel_tool(self) -> None:
        tool, self._tool = self._tool, None
        if tool is not None:
            tool.cancel()
            self._update_cursor()

    def _hover(self, at: QPointF) -> None:
        scene, position = self._hit_scene(), self.viewport_to_image(at)
        is_drawing = self.box_editor.is_drawing
        index = -1 if is_drawing else scene.point_at(position)
        self.layers.hover(index)
        self._panels.loupe.hide()
        if index >= 0:
            face = self.layers.face
            self._panels.describe_point(
                face, index, self.image_to_viewport(QPointF(*face.position(index)))
            )
        if index >= 0 or is_drawing:
            self.layers.set_hovered_box(None)
        else:
            has_handle = scene.box_handle_at(position) is not None
            self.layers.set_hovered_box(scene.other_face_at(position), handles=has_handle)
        self._update_cursor(at)

    def _update_cursor(self, at: QPointF | None = None) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._tool is not None:
            shape = self._tool.cursor
        elif self._is_space_down:
            shape = Qt.CursorShape.OpenHandCursor
        elif self.box_editor.is_drawing or self._snaps_to_click:
            shape = Qt.CursorShape.CrossCursor
        elif at is not None and (handle := self._handle_at(at)) is not None:
            shape = cursor_for(handle)
        elif self.layers.boxes.hovered is not None:
            shape = Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)

    def _handle_at(self, at: QPointF) -> Handle | None:
        scene = replace(self._hit_scene(), missing=-1)
        target = hit_test(scene, self.viewport_to_image(at))
        return target.handle if isinstance(target, SelectionHandle | BoxHandle) else None

    @Slot()
    def _on_drawing_changed(self) -> None:
        if not self.box_editor.is_drawing and isinstance(self._tool, DrawBox):
            self._tool = None
        self.layers.highlight()
        self._update_cursor()

    # -- keys -----------------------------------------------------------------------------------

    def wants_key(self, event: QKeyEvent) -> bool:
        """Whether this key means something here now, before any shortcut of the window."""
        return self._command_for(event) is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        command = self._command_for(event)
        if command is None:
            event.ignore()  # never to the base class: its arrows scroll
        else:
            command()
            event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and self._is_space_down:
            if not event.isAutoRepeat():
                self._set_space_down(False)
            event.accept()
        else:
            event.ignore()

    def _command_for(self, event: QKeyEvent) -> Callable[[], None] | None:
        if self.photo is None:
            return None
        boxes = self.box_editor
        key = event.key()  # a plain number: input methods send ones that Qt.Key does not know
        if key == Qt.Key.Key_Escape:
            return self._escape_command()
        is_enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and (boxes.uses_keyboard or boxes.is_drawing):
            return boxes.finish_keyboard if boxes.uses_keyboard else boxes.start_keyboard
        if key == Qt.Key.Key_Space and not event.modifiers():
            return partial(self._set_space_down, True)
        step = arrow_step(event)
        if step is not None and boxes.uses_keyboard:
            has_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            return partial(boxes.push, Handle.BOTTOM_RIGHT if has_alt else Handle.MOVE, *step)
        can_nudge = self._tool is None and self.selection.is_placed(self.selection.last)
        if step is not None and can_nudge:
            return partial(self.point_editor.nudge, *step)
        return None

    def _escape_command(self) -> Callable[[], None] | None:
        if self._tool is not None:
            return self._cancel_tool
        if self.box_editor.is_drawing:
            return self.box_editor.stop_drawing
        if self.box_editor.uses_keyboard:
            return self.box_editor.stop_keyboard
        return self.selection.clear if self.selection.indices else None

    def _set_space_down(self, is_down: bool) -> None:
        self._is_space_down = is_down
        self._update_cursor()

    # -- Qt -------------------------------------------------------------------------------------

    @Slot()
    def _on_zoom_changed(self) -> None:
        self.layers.set_zoom(self.zoom)
        self._panels.label.hide()

    def _can_move_on_resize(self) -> bool:
        return self._tool is None

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
            self.layers.highlight()
            self.layers.set_hovered_box(None)
        return super().viewportEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._set_space_down(False)
        super().focusOutEvent(event)
