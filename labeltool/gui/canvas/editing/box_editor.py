"""Editing boxes: the drawing mode, and the face's box by keyboard. The mouse is in `tools`."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Signal, SignalInstance, Slot

from labeltool.gui.canvas.handles import Handle, drag_handle, is_large_enough
from labeltool.gui.canvas.items.box_items import BoxesItem
from labeltool.gui.canvas.items.marks import square
from labeltool.gui.canvas.photo_view import PhotoView


class BoxEditor(QObject):
    """Shows a box while it is drawn or changed, and says what came of it. It saves nothing.

    Boxes are x, y, width, height in image pixels, within the photo.
    """

    drawn = Signal(float, float, float, float)
    """A new box."""
    changed = Signal(float, float, float, float)
    """The new box of the displayed face."""
    too_small = Signal()
    """A box was drawn, or dragged, smaller than `MIN_BOX_PIXELS`: nothing changed."""
    drawing_changed = Signal(bool)
    """Box drawing was switched on or off."""

    def __init__(self, view: PhotoView, boxes: BoxesItem) -> None:
        super().__init__(view)
        self._view = view
        self._boxes = boxes
        self._is_drawing = False
        self._keyboard_box: QRectF | None = None

    @property
    def is_drawing(self) -> bool:
        """Whether the next drag draws a box."""
        return self._is_drawing

    @property
    def uses_keyboard(self) -> bool:
        """Whether the arrow keys move a box."""
        return self._keyboard_box is not None

    @property
    def face_box(self) -> QRectF:
        """The displayed face's box, null without a face."""
        return QRectF(self._boxes.face_box or QRectF())

    @Slot()
    def start_drawing(self) -> None:
        """Let the next drag draw a box; Escape or `stop_drawing` ends it."""
        if self._view.photo is not None and not self._is_drawing:
            self.stop_keyboard()
            self._set_drawing(True)

    @Slot()
    def stop_drawing(self) -> None:
        """Leave box drawing."""
        if self._is_drawing:
            self.stop_keyboard()
            self.show_preview(None)
            self._set_drawing(False)

    def show_preview(self, box: QRectF | None) -> None:
        """Show the box that is being drawn or changed."""
        self._boxes.set_preview(box)

    def finish_drawing(self, box: QRectF) -> None:
        """A box was drawn by the mouse; one that is too small is refused, and drawing continues."""
        self.show_preview(None)
        if is_large_enough(box):
            self._set_drawing(False)
            self._emit(self.drawn, box)
        else:
            self.too_small.emit()

    def finish_change(self, box: QRectF) -> None:
        """The face's box was changed by the mouse; one that is too small is refused."""
        if is_large_enough(box):
            self._emit(self.changed, box)
        else:
            self.too_small.emit()

    # -- keyboard -------------------------------------------------------------------------------

    @Slot()
    def start_keyboard(self) -> None:
        """Let `push` change the face's box or, while drawing, a new one in the middle of the view.

        `finish_keyboard` or `stop_keyboard` ends it.
        """
        view = self._view
        if view.photo is None:
            return
        if self._is_drawing:
            corner = QPointF(view.viewport().width(), view.viewport().height())
            visible = QRectF(view.viewport_to_image(QPointF()), view.viewport_to_image(corner))
            size = min(visible.width(), visible.height()) / 4
            box = square(visible.center(), size).intersected(view.photo_rect())
            self._set_keyboard_box(box)
        elif self._boxes.face_box is not None:
            self._set_keyboard_box(self.face_box)

    @Slot()
    def stop_keyboard(self) -> None:
        """Discard what the keyboard did; drawing, if it is on, stays on."""
        if self._keyboard_box is not None:
            self._set_keyboard_box(None)

    def push(self, handle: Handle, dx: float, dy: float) -> None:
        """Move a handle by image pixels; not if the box would become too small."""
        if self._keyboard_box is not None:
            by, photo = QPointF(dx, dy), self._view.photo_rect()
            box = drag_handle(self._keyboard_box, handle, by, photo)
            if is_large_enough(box):
                self._set_keyboard_box(box)

    def finish_keyboard(self) -> None:
        """Take the box as it is now."""
        box, is_drawing = self._keyboard_box, self._is_drawing
        self.stop_keyboard()
        if box is not None and is_drawing:
            self._set_drawing(False)
            self._emit(self.drawn, box)
        elif box is not None and box != self._boxes.face_box:
            self._emit(self.changed, box)

    @staticmethod
    def _emit(signal: SignalInstance, box: QRectF) -> None:
        signal.emit(box.x(), box.y(), box.width(), box.height())

    def _set_keyboard_box(self, box: QRectF | None) -> None:
        self._keyboard_box = box
        self.show_preview(box)

    def _set_drawing(self, on: bool) -> None:
        self._is_drawing = on
        self.drawing_changed.emit(on)
