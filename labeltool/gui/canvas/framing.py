"""Which part of a face the view shows, and the same part of the next face."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Slot

from labeltool.gui.canvas.displayed_face import DisplayedFace
from labeltool.gui.canvas.photo_view import PhotoView

FACE_MARGIN = 0.15
"""Around a fitted face, as a share of its longer side."""

EDGE_PIXELS = 40
"""A point closer to the edge of the view counts as out of sight."""


class FaceFraming:
    """Moves a view in terms of the face that it displays."""

    def __init__(self, view: PhotoView, displayed_face: Callable[[], DisplayedFace]) -> None:
        self._view = view
        self._displayed_face = displayed_face
        self._remembered: tuple[float, float, float] | None = None

    @Slot()
    def fit_face(self) -> None:
        """Show the face's box and points with a margin; the whole photo when there is no face."""
        outline = self._displayed_face().outline()
        if outline.isEmpty():
            self._view.fit_photo()
        else:
            self._view.fit(outline, FACE_MARGIN)

    @property
    def remembered(self) -> tuple[float, float, float] | None:
        """What `remember` stored, for settings: the offset of the view's centre from the box's,
        x and y in box sizes, and the size of the box on the screen in logical pixels."""
        return self._remembered

    @remembered.setter
    def remembered(self, framing: tuple[float, float, float]) -> None:
        self._remembered = framing

    def remember(self) -> None:
        """Store what part of the face is visible, for `restore` on the next one."""
        box = self._displayed_face().box
        if self._view.photo is not None and box is not None and not box.isEmpty():
            size = _size(box)
            offset = (self._view.visible_centre() - box.center()) / size
            self._remembered = offset.x(), offset.y(), self._view.zoom * size

    def restore(self) -> None:
        """Show the remembered part of this face, as large; else fit it."""
        box = self._displayed_face().box
        if self._remembered is None or box is None or box.isEmpty():
            self.fit_face()
            return
        x, y, scale = self._remembered
        size = _size(box)
        self._view.look_at(box.center() + QPointF(x, y) * size, scale / size)

    def scroll_to(self, index: int) -> None:
        """Centre a point if it is out of sight."""
        face = self._displayed_face()
        edge = EDGE_PIXELS
        room = QRectF(self._view.viewport().rect()).adjusted(edge, edge, -edge, -edge)
        if face.is_placed(index) and self._view.photo is not None:
            at = QPointF(*face.position(index))
            if not room.contains(self._view.image_to_viewport(at)):
                self._view.look_at(at, self._view.zoom)


def _size(box: QRectF) -> float:
    return float((box.width() * box.height()) ** 0.5)
