"""Frames on the photo: boxes of faces, the frame around selected points, the rubber band.

Scene units are image pixels; see `face_item` for how marks keep their size.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from labeltool.gui.canvas.displayed_face import DisplayedFace
from labeltool.gui.canvas.marks import OUTLINE, REACH, SHADE, WHITE, corners, pen, square

_AIR = 16.0  # screen pixels between selected points and the frame around them
_STALK = 26.0  # screen pixels from the frame up to the handle that turns
_GRIP = 10.0  # screen pixels around a handle that take it
_RIM = 5.0  # screen pixels on both sides of a box's outline that belong to it

TURN = "turn"
MOVE = "move"


def handles(box: QRectF) -> dict[str, QPointF]:
    """The places to take a box at by the sides that they move: l, r, t, b, and two of them."""
    middle = box.center()
    return {
        "lt": box.topLeft(), "rt": box.topRight(), "lb": box.bottomLeft(), "rb": box.bottomRight(),
        "l": QPointF(box.left(), middle.y()), "r": QPointF(box.right(), middle.y()),
        "t": QPointF(middle.x(), box.top()), "b": QPointF(middle.x(), box.bottom()),
    }  # fmt: skip


def grip_at(box: QRectF, at: QPointF, zoom: float) -> str:
    """What of a box is at a place (both image pixels): a handle's sides, MOVE on the outline, or
    nothing."""
    reach = min(_GRIP / zoom, box.width() / 6, box.height() / 6)
    for sides, place in handles(box).items():
        if max(abs(at.x() - place.x()), abs(at.y() - place.y())) <= reach:
            return sides
    rim = _RIM / zoom
    near = box.adjusted(-rim, -rim, rim, rim).contains(at)
    return MOVE if near and not box.adjusted(rim, rim, -rim, -rim).contains(at) else ""


def pulled(box: QRectF, sides: str, by: QPointF, within: QRectF) -> QRectF:
    """A box with some sides, or all of it (MOVE), moved by so many pixels.

    It stays within the photo unless it was outside before. A side that is pulled over the opposite
    one changes its role.
    """
    room = within.united(box)
    if sides == MOVE:
        x = min(max(box.left() + by.x(), room.left()), room.right() - box.width())
        y = min(max(box.top() + by.y(), room.top()), room.bottom() - box.height())
        return QRectF(x, y, box.width(), box.height())
    made = QRectF(box)
    if "l" in sides:
        made.setLeft(box.left() + by.x())
    if "r" in sides:
        made.setRight(box.right() + by.x())
    if "t" in sides:
        made.setTop(box.top() + by.y())
    if "b" in sides:
        made.setBottom(box.bottom() + by.y())
    return made.normalized().intersected(room)


def paint_handles(painter: QPainter, places: Iterable[QPointF], zoom: float) -> None:
    """White squares with a dark rim."""
    painter.setBrush(WHITE)
    painter.setPen(pen(OUTLINE, 1.2))
    for place in places:
        painter.drawRect(square(place, 3.5 / zoom))


class BoxesItem(QGraphicsItem):
    """The face's box as corners, other faces' boxes as thin frames, and a box being drawn.

    Boxes of faces that were excluded are dashed. While the face's own box is under the mouse, or
    being changed, it is a whole frame with handles.
    """

    def __init__(self) -> None:
        super().__init__()
        self._face = DisplayedFace()
        self._zoom = 1.0
        self._hovered: int | None = None
        self._faces_shown = True
        self._drawn: QRectF | None = None
        self._handles = False
        self._rect = QRectF()

    @property
    def hovered(self) -> int | None:
        return self._hovered

    def set_face(self, face: DisplayedFace) -> None:
        self._face = face
        self._hovered = None
        self._measure()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self._measure()

    def set_layer(self, shown: bool) -> None:
        """Whether faces' boxes are drawn; one that is being drawn always is."""
        self._faces_shown = shown
        self.update()

    def set_hovered(self, face_id: int | None) -> None:
        if face_id != self._hovered:
            self._hovered = face_id
            self.update()

    def set_handles(self, shown: bool) -> None:
        """Whether the face's own box shows where it can be taken."""
        if shown != self._handles:
            self._handles = shown
            self.update()

    def set_drawn(self, box: QRectF | None) -> None:
        self._drawn = box
        self._measure()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def _measure(self) -> None:
        self.prepareGeometryChange()
        rect = QRectF() if self._face.box is None else QRectF(self._face.box)
        for _, other in self._face.other_boxes:
            rect = rect.united(other)
        if self._drawn is not None:
            rect = rect.united(self._drawn)
        margin = REACH / self._zoom
        self._rect = QRectF() if rect.isNull() else rect.adjusted(-margin, -margin, margin, margin)
        self.update()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        if self._faces_shown:
            self._paint_faces(painter)
        if self._drawn is not None:
            for stroke in (pen(OUTLINE, 3), pen(WHITE, 1, Qt.PenStyle.DashLine)):
                painter.setPen(stroke)
                painter.drawRect(self._drawn)

    def _paint_faces(self, painter: QPainter) -> None:
        for face_id, box in self._face.other_boxes:
            hovered = face_id == self._hovered
            colour = QColor(255, 255, 255, 255 if hovered else 130)
            style = (
                Qt.PenStyle.DashLine if face_id in self._face.excluded else Qt.PenStyle.SolidLine
            )
            width = 2 if hovered else 1
            for stroke in (pen(SHADE, 2 * width, style), pen(colour, width, style)):
                painter.setPen(stroke)
                painter.drawRect(box)
        if self._face.box is not None and self._drawn is None:
            lines = corners(self._face.box, 14 / self._zoom)
            for stroke in (pen(SHADE, 3.5), pen(WHITE, 1.5)):
                painter.setPen(stroke)
                painter.drawLines(lines)
            if self._handles:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(pen(WHITE, 1))
                painter.drawRect(self._face.box)
                paint_handles(painter, handles(self._face.box).values(), self._zoom)


class SelectionItem(QGraphicsItem):
    """The frame around several selected points, with handles to turn and scale; the rubber band."""

    def __init__(self) -> None:
        super().__init__()
        self._around = QRectF()
        self._band: QRectF | None = None
        self._zoom = 1.0
        self._rect = QRectF()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self._measure()

    def set_around(self, points: QRectF) -> None:
        """The rectangle of the selected points in image pixels, empty for no frame."""
        self._around = points
        self._measure()

    def set_band(self, band: QRectF | None) -> None:
        """The rubber band in image pixels."""
        self._band = band
        self._measure()

    @property
    def frame(self) -> QRectF:
        """The frame in image pixels, empty without one."""
        if self._around.isNull():
            return QRectF()
        air = _AIR / self._zoom
        return self._around.adjusted(-air, -air, air, air)

    @property
    def knob(self) -> QPointF:
        """Where the handle that turns is."""
        frame = self.frame
        return QPointF(frame.center().x(), frame.top() - _STALK / self._zoom)

    def grip_at(self, at: QPointF) -> str:
        """What of the frame is at a place: TURN, a corner's sides, or nothing."""
        frame = self.frame
        if frame.isNull():
            return ""
        reach = _GRIP / self._zoom
        if max(abs(at.x() - self.knob.x()), abs(at.y() - self.knob.y())) <= reach:
            return TURN
        for sides, place in handles(frame).items():
            near = max(abs(at.x() - place.x()), abs(at.y() - place.y())) <= reach
            if near and len(sides) == 2:
                return sides
        return ""

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def _measure(self) -> None:
        self.prepareGeometryChange()
        rect = self.frame
        if not rect.isNull():
            margin = (_STALK + REACH) / self._zoom
            rect = rect.adjusted(-margin, -margin, margin, margin)
        if self._band is not None:
            margin = 2 / self._zoom
            rect = rect.united(self._band.adjusted(-margin, -margin, margin, margin))
        self._rect = rect
        self.update()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        if self._band is not None:
            painter.setBrush(QColor(255, 255, 255, 40))
            for stroke in (pen(SHADE, 2.5), pen(WHITE, 1, Qt.PenStyle.DashLine)):
                painter.setPen(stroke)
                painter.drawRect(self._band)
        frame = self.frame
        if frame.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        top = QPointF(frame.center().x(), frame.top())
        for stroke in (pen(SHADE, 2.5), pen(WHITE, 1, Qt.PenStyle.DashLine)):
            painter.setPen(stroke)
            painter.drawRect(frame)
            painter.drawLine(top, self.knob)
        corner = [place for sides, place in handles(frame).items() if len(sides) == 2]
        paint_handles(painter, corner, self._zoom)
        painter.drawEllipse(self.knob, 5 / self._zoom, 5 / self._zoom)
