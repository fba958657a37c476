"""What is painted on the scene: the photo, the boxes, the face. Scene units are image pixels.

Marks keep their size on the screen at every zoom. The items are told the zoom (screen pixels per
image pixel) instead of reading it from the painter, because their bounding rectangles need it too.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from labeltool.gui import theme
from labeltool.gui.canvas.shown import ShownFace

_SMOOTH_BELOW = 20.0  # from this zoom on single pixels are shown as squares
_REACH = 16.0  # screen pixels that the largest mark extends around its point

_SHADE = QColor(0, 0, 0, 120)
_OUTLINE = QColor(18, 18, 18)
_WHITE = QColor(255, 255, 255)


def photo_rect(image: QImage) -> QRectF:
    """The area a photo covers, in image pixels."""
    return QRectF(-0.5, -0.5, image.width(), image.height())


def draw_photo(painter: QPainter, image: QImage, full: QRectF, exposed: QRectF) -> None:
    """Draw the part of `image` (stretched over `full`) that lies in `exposed`, image pixels.

    Only that part is handed to the painter: its engine loses its way in very large targets.
    """
    per_x, per_y = image.width() / full.width(), image.height() / full.height()
    seen = exposed.intersected(full)
    if seen.isEmpty():
        return
    # Whole source pixels, and one more around them for the smooth edge between two repaints.
    left = max(0, math.floor((seen.left() - full.left()) * per_x) - 1)
    top = max(0, math.floor((seen.top() - full.top()) * per_y) - 1)
    right = min(image.width(), math.ceil((seen.right() - full.left()) * per_x) + 1)
    bottom = min(image.height(), math.ceil((seen.bottom() - full.top()) * per_y) + 1)
    target = QRectF(
        full.left() + left / per_x,
        full.top() + top / per_y,
        (right - left) / per_x,
        (bottom - top) / per_y,
    )
    painter.drawImage(target, image, QRectF(left, top, right - left, bottom - top))


class PhotoItem(QGraphicsItem):
    """The photo, drawn from a copy halved until it is close to the size on the screen.

    Shrinking 24 megapixels at every repaint would flicker (no pixel is averaged); a halved copy
    takes some 20 ms once, and repaints then take about 1 ms.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._levels: dict[int, QImage] = {}
        self._rect = QRectF()
        self._zoom = 1.0

    def set_image(self, image: QImage | None) -> None:
        self.prepareGeometryChange()
        self._levels = {} if image is None else {0: image}
        self._rect = QRectF() if image is None else photo_rect(image)
        self.update()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        if not self._levels:
            return
        ratio = widget.devicePixelRatioF() if widget is not None else 1.0
        smooth = self._zoom < _SMOOTH_BELOW
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        draw_photo(painter, self._level(self._zoom * ratio), self._rect, option.exposedRect)

    def _level(self, zoom: float) -> QImage:
        """The photo halved as often as it can be without falling below the size shown."""
        full = self._levels[0]
        most = int(math.log2(max(1, min(full.width(), full.height()))))
        halvings = min(most, max(0, math.floor(-math.log2(zoom))))
        if halvings not in self._levels:
            self._levels[halvings] = full.scaled(
                max(1, full.width() >> halvings),
                max(1, full.height() >> halvings),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        return self._levels[halvings]


class BoxesItem(QGraphicsItem):
    """The face's box as corners, other faces' boxes as thin frames, and a box being drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._face = ShownFace()
        self._zoom = 1.0
        self._hovered: int | None = None
        self._faces_shown = True
        self._drawn: QRectF | None = None
        self._rect = QRectF()

    @property
    def hovered(self) -> int | None:
        return self._hovered

    def set_face(self, face: ShownFace) -> None:
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
        margin = _REACH / self._zoom
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
            for pen in (_pen(_OUTLINE, 3), _pen(_WHITE, 1, Qt.PenStyle.DashLine)):
                painter.setPen(pen)
                painter.drawRect(self._drawn)

    def _paint_faces(self, painter: QPainter) -> None:
        for face_id, box in self._face.other_boxes:
            hovered = face_id == self._hovered
            colour = QColor(255, 255, 255, 255 if hovered else 130)
            for pen in (_pen(_SHADE, 4 if hovered else 2), _pen(colour, 2 if hovered else 1)):
                painter.setPen(pen)
                painter.drawRect(box)
        if self._face.box is not None:
            lines = _corners(self._face.box, 14 / self._zoom)
            for pen in (_pen(_SHADE, 3.5), _pen(_WHITE, 1.5)):
                painter.setPen(pen)
                painter.drawLines(lines)


class FaceItem(QGraphicsItem):
    """All edges and points of one face in a single item: 200 points repaint in some 2 ms.

    Detector points are discs, points moved by hand are white diamonds, the hovered one is larger,
    the selected one wears a ring, the one being dragged is hollow so that the photo shows.
    """

    def __init__(self) -> None:
        super().__init__()
        self._face = ShownFace()
        self._fills: list[QColor] = []
        self._order: list[int] = []
        self._zoom = 1.0
        self._rect = QRectF()
        self._points_shown = True
        self._edges_shown = True
        self.hovered = -1
        self.selected = -1
        self.held = -1

    def set_face(self, face: ShownFace) -> None:
        self._face = face
        self._fills = [theme.confidence_colour(score) for score in face.scores.tolist()]
        # The doubtful ones last, on top of their neighbours; those moved by hand above them.
        falling = np.argsort(-np.nan_to_num(face.scores, nan=1.0), kind="stable").tolist()
        self._order = sorted(falling, key=face.moved.__contains__)
        self.measure()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self.measure()

    def set_layers(self, points: bool, edges: bool) -> None:
        self._points_shown = points
        self._edges_shown = edges
        self.update()

    def mark(self, *, hovered: int, selected: int, held: int) -> None:
        """Say which points stand out; -1 for none."""
        if (hovered, selected, held) != (self.hovered, self.selected, self.held):
            self.hovered, self.selected, self.held = hovered, selected, held
            self.update()

    def measure(self) -> None:
        """To be called when points have moved."""
        self.prepareGeometryChange()
        extent = self._face.extent()
        margin = _REACH / self._zoom
        self._rect = extent.adjusted(-margin, -margin, margin, margin)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def radius(self) -> float:
        """A point's radius in screen pixels: smaller when points get crowded on the screen."""
        extent = self._face.extent()
        size = max(extent.width(), extent.height()) * self._zoom
        return min(max(0.09 * size / math.sqrt(max(1, len(self._face))), 1.1), 4.8)

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._edges_shown:
            self._paint_edges(painter)
        if not self._points_shown:
            return
        radius = self.radius()
        for index in self._order:
            if index != self.held and self._face.is_placed(index):
                self._paint_point(painter, index, radius * (1.6 if index == self.hovered else 1.0))
        if self._face.is_placed(self.held):
            self._paint_held(painter, radius)
        elif self._face.is_placed(self.selected):
            self._paint_selected(painter, radius)

    def _at(self, index: int) -> QPointF:
        return QPointF(*self._face.position(index))

    def _paint_edges(self, painter: QPainter) -> None:
        placed = self._face.is_placed
        lines = [
            QLineF(self._at(a), self._at(b)) for a, b in self._face.edges if placed(a) and placed(b)
        ]
        for pen in (_pen(QColor(0, 0, 0, 70), 2.5), _pen(QColor(255, 255, 255, 170), 1)):
            painter.setPen(pen)
            painter.drawLines(lines)

    def _paint_point(self, painter: QPainter, index: int, radius: float) -> None:
        at = self._at(index)
        size = radius / self._zoom
        by_hand = index in self._face.moved
        fill = _WHITE if by_hand else self._fills[index]
        line = 1.0 if radius > 2.5 else 0.7
        painter.setBrush(fill)
        painter.setPen(_pen(_OUTLINE, line))
        if by_hand:
            painter.drawPolygon(_diamond(at, size * 1.35))
            return
        # A dark fill in a dark outline would vanish in hair and on dark skin: the darker the
        # fill, the clearer the light ring between the two.
        ring = min(max((0.5 - fill.lightnessF()) / 0.2, 0.0), 1.0)
        if ring > 0:
            painter.setPen(_pen(_OUTLINE, line * (1 + 1.6 * ring)))
            painter.drawEllipse(at, size, size)
            painter.setPen(_pen(QColor(255, 255, 255, round(220 * ring)), line))
        painter.drawEllipse(at, size, size)

    def _paint_selected(self, painter: QPainter, radius: float) -> None:
        at = self._at(self.selected)
        ring = (radius * 1.35 + 4) / self._zoom
        tick = 4 / self._zoom
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (_pen(_OUTLINE, 3.5), _pen(_WHITE, 1.5)):
            painter.setPen(pen)
            painter.drawEllipse(at, ring, ring)
            painter.drawLines(_ticks(at, ring, ring + tick))

    def _paint_held(self, painter: QPainter, radius: float) -> None:
        at = self._at(self.held)
        ring = (radius + 3) / self._zoom
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (_pen(_OUTLINE, 3), _pen(_WHITE, 1.2)):
            painter.setPen(pen)
            painter.drawEllipse(at, ring, ring)
        painter.setPen(_pen(_WHITE, 2))
        painter.drawPoint(at)


def _pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen of so many screen pixels at every zoom."""
    made = QPen(colour, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.MiterJoin)
    made.setCosmetic(True)
    return made


def _diamond(at: QPointF, size: float) -> QPolygonF:
    offsets = (QPointF(0, -size), QPointF(size, 0), QPointF(0, size), QPointF(-size, 0))
    return QPolygonF([at + offset for offset in offsets])


def _ticks(at: QPointF, inner: float, outer: float) -> list[QLineF]:
    ways = (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1))
    return [QLineF(at + way * inner, at + way * outer) for way in ways]


def _corners(box: QRectF, length: float) -> list[QLineF]:
    length = min(length, box.width() / 5, box.height() / 5)
    lines = []
    for corner, inward_x, inward_y in (
        (box.topLeft(), 1, 1),
        (box.topRight(), -1, 1),
        (box.bottomLeft(), 1, -1),
        (box.bottomRight(), -1, -1),
    ):
        lines.append(QLineF(corner, corner + QPointF(inward_x * length, 0)))
        lines.append(QLineF(corner, corner + QPointF(0, inward_y * length)))
    return lines
