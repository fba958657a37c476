"""Rectangles on the photo: boxes of faces, the frame around selected points, the rubber band.

Scene units are image pixels; see `face_item` for how marks keep their size.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from labeltool.gui.canvas.displayed_face import DisplayedFace
from labeltool.gui.canvas.handles import (
    ROTATE_HANDLE_DISTANCE_PIXELS,
    SelectionFrame,
    handle_positions,
)
from labeltool.gui.canvas.items.marks import OUTLINE, REACH, SHADE, WHITE, corners, pen, square


def paint_handles(painter: QPainter, positions: Iterable[QPointF], zoom: float) -> None:
    """White squares with a dark rim."""
    painter.setBrush(WHITE)
    painter.setPen(pen(OUTLINE, 1.2))
    for position in positions:
        painter.drawRect(square(position, 3.5 / zoom))


class BoxesItem(QGraphicsItem):
    """The face's box as corners, other faces' boxes as thin outlines, and a preview while editing.

    Boxes of excluded faces are dashed. While the mouse is on the face's own box, it is a whole
    outline with handles.
    """

    def __init__(self) -> None:
        super().__init__()
        self._face = DisplayedFace()
        self._zoom = 1.0
        self._hovered: int | None = None
        self._is_visible = True
        self._preview: QRectF | None = None
        self._handles_visible = False
        self._rect = QRectF()

    @property
    def hovered(self) -> int | None:
        """Id of the other face under the mouse."""
        return self._hovered

    @property
    def face_box(self) -> QRectF | None:
        """The displayed face's box in image pixels."""
        return self._face.box

    def set_face(self, face: DisplayedFace) -> None:
        self._face = face
        self._hovered = None
        self._measure()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self._measure()

    def set_boxes_visible(self, visible: bool) -> None:
        """Whether the boxes of faces are drawn; the preview always is."""
        self._is_visible = visible
        self.update()

    def set_hovered(self, face_id: int | None) -> None:
        if face_id != self._hovered:
            self._hovered = face_id
            self.update()

    def set_handles_visible(self, visible: bool) -> None:
        """Whether the face's own box has its handles."""
        if visible != self._handles_visible:
            self._handles_visible = visible
            self.update()

    def set_preview(self, box: QRectF | None) -> None:
        """The box that is being drawn or changed, in place of the face's."""
        self._preview = box
        self._measure()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def _measure(self) -> None:
        self.prepareGeometryChange()
        rect = QRectF() if self._face.box is None else QRectF(self._face.box)
        for _, other in self._face.other_boxes:
            rect = rect.united(other)
        if self._preview is not None:
            rect = rect.united(self._preview)
        margin = REACH / self._zoom
        self._rect = QRectF() if rect.isNull() else rect.adjusted(-margin, -margin, margin, margin)
        self.update()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        if self._is_visible:
            self._paint_faces(painter)
        if self._preview is not None:
            for stroke in (pen(OUTLINE, 3), pen(WHITE, 1, Qt.PenStyle.DashLine)):
                painter.setPen(stroke)
                painter.drawRect(self._preview)

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
        if self._face.box is not None and self._preview is None:
            lines = corners(self._face.box, 14 / self._zoom)
            for stroke in (pen(SHADE, 3.5), pen(WHITE, 1.5)):
                painter.setPen(stroke)
                painter.drawLines(lines)
            if self._handles_visible:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(pen(WHITE, 1))
                painter.drawRect(self._face.box)
                paint_handles(painter, handle_positions(self._face.box).values(), self._zoom)


class SelectionItem(QGraphicsItem):
    """The frame around several selected points, with handles to rotate and scale them; the rubber
    band."""

    def __init__(self) -> None:
        super().__init__()
        self._frame = SelectionFrame()
        self._rubber_band: QRectF | None = None
        self._rect = QRectF()

    @property
    def frame(self) -> SelectionFrame:
        """The frame as it is drawn."""
        return self._frame

    def set_zoom(self, zoom: float) -> None:
        self._frame = SelectionFrame(self._frame.extent, zoom)
        self._measure()

    def set_extent(self, extent: QRectF) -> None:
        """The bounding box of the selected points in image pixels, null for no frame."""
        self._frame = SelectionFrame(extent, self._frame.zoom)
        self._measure()

    def set_rubber_band(self, rect: QRectF | None) -> None:
        """The rubber band in image pixels."""
        self._rubber_band = rect
        self._measure()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def _measure(self) -> None:
        self.prepareGeometryChange()
        rect, zoom = self._frame.rect, self._frame.zoom
        if not rect.isNull():
            margin = (ROTATE_HANDLE_DISTANCE_PIXELS + REACH) / zoom
            rect = rect.adjusted(-margin, -margin, margin, margin)
        if self._rubber_band is not None:
            margin = 2 / zoom
            rect = rect.united(self._rubber_band.adjusted(-margin, -margin, margin, margin))
        self._rect = rect
        self.update()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        if self._rubber_band is not None:
            painter.setBrush(QColor(255, 255, 255, 40))
            for stroke in (pen(SHADE, 2.5), pen(WHITE, 1, Qt.PenStyle.DashLine)):
                painter.setPen(stroke)
                painter.drawRect(self._rubber_band)
        rect, zoom = self._frame.rect, self._frame.zoom
        if rect.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        top, rotate_handle = QPointF(rect.center().x(), rect.top()), self._frame.rotate_handle
        for stroke in (pen(SHADE, 2.5), pen(WHITE, 1, Qt.PenStyle.DashLine)):
            painter.setPen(stroke)
            painter.drawRect(rect)
            painter.drawLine(top, rotate_handle)
        paint_handles(painter, self._frame.corners().values(), zoom)
        painter.drawEllipse(rotate_handle, 5 / zoom, 5 / zoom)
