"""The box of the face: drawn and moved, by whatever hand; the canvas adds the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Signal, Slot
from PySide6.QtWidgets import QWidget

from labeltool.gui.canvas import box_items
from labeltool.gui.canvas.face_view import FaceView
from labeltool.gui.canvas.marks import square

_SMALLEST = 8.0  # image pixels; a smaller box was a slip of the mouse


class BoxView(FaceView):
    """A face whose box can be drawn and changed; whoever shows it is told, nothing is kept."""

    box_drawn = Signal(float, float, float, float)
    """x, y, width, height in image pixels, within the photo."""
    box_changed = Signal(float, float, float, float)
    """The new box of the face that is shown, in the same way."""
    box_refused = Signal()
    """A box was drawn, or pulled, too small to be meant: nothing changed."""
    drawing_changed = Signal(bool)
    """Box drawing was switched on or off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing = False
        self._keyed_box: QRectF | None = None

    @Slot()
    def draw_box(self) -> None:
        """Let the next drag draw a box; Escape or `stop_drawing` ends it."""
        if self.photo is not None and not self._drawing:
            self._set_keyed_box(None)
            self._set_drawing(True)

    @Slot()
    def stop_drawing(self) -> None:
        """Leave box drawing."""
        if self._drawing:
            self._set_keyed_box(None)
            self.show_drawn_box(None)
            self._set_drawing(False)

    @property
    def is_drawing_box(self) -> bool:
        return self._drawing

    @property
    def box(self) -> QRectF:
        """The face's box in image pixels, empty without a face."""
        return QRectF() if self._face.box is None else QRectF(self._face.box)

    def show_drawn_box(self, box: QRectF | None) -> None:
        """The box being drawn or changed, in image pixels."""
        self._boxes_item.set_drawn(box)

    def take_box(self, box: QRectF) -> None:
        """A box is finished."""
        self._set_drawing(False)
        self.box_drawn.emit(box.x(), box.y(), box.width(), box.height())

    def tell_box(self, box: QRectF) -> None:
        """The face's box has another place or size."""
        self.box_changed.emit(box.x(), box.y(), box.width(), box.height())

    def box_grip_at(self, at: QPointF) -> str:
        """What of the face's box is at a viewport position: see `frames.grip_at`."""
        if not self._boxes_shown or self._face.box is None or self.photo is None:
            return ""
        return box_items.grip_at(self._face.box, self.viewport_to_image(at), self.zoom)

    @Slot()
    def key_box(self) -> None:
        """Let the arrow keys move the box, alt and arrows its lower right corner; while a box is to
        be drawn, start with one in the middle. Enter keeps it, Escape leaves it."""
        if self.photo is None:
            return
        if self._drawing:
            seen = QRectF(self.viewport_to_image(QPointF()), self.viewport_to_image(self._corner()))
            size = min(seen.width(), seen.height()) / 4
            box = square(seen.center(), size).intersected(self.photo_rect())
            self._set_keyed_box(box)
        elif self._face.box is not None:
            self._set_keyed_box(QRectF(self._face.box))

    def _corner(self) -> QPointF:
        return QPointF(self.viewport().width(), self.viewport().height())

    def _set_keyed_box(self, box: QRectF | None) -> None:
        if box is not None or self._keyed_box is not None:
            self._keyed_box = box
            self.show_drawn_box(box)

    def _push_box(self, dx: float, dy: float, sides: str) -> None:
        if self._keyed_box is not None:
            by = QPointF(dx, dy)
            box = box_items.pulled(self._keyed_box, sides, by, self.photo_rect())
            if is_box(box):
                self._set_keyed_box(box)

    def _keep_box(self) -> None:
        box, drawing = self._keyed_box, self._drawing
        self._set_keyed_box(None)
        if box is not None and drawing:
            self.take_box(box)
        elif box is not None and box != self._face.box:
            self.tell_box(box)

    def _set_drawing(self, on: bool) -> None:
        self._drawing = on
        self._mark()
        self._update_cursor()
        self.drawing_changed.emit(on)

    def _update_cursor(self) -> None:
        """For the mouse: what it would do has changed."""


def is_box(box: QRectF) -> bool:
    """Whether a box is large enough to be meant."""
    return box.width() >= _SMALLEST and box.height() >= _SMALLEST
