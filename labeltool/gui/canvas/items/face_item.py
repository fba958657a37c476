"""The face as it is painted: edges, points, their numbers, and another proposal to compare with.

Scene units are image pixels; marks keep their size on the screen at every zoom. The items are given
the zoom (screen pixels per image pixel) instead of reading it from the painter, because their
bounding rectangles need it too.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from labeltool.domain import OCCLUDED
from labeltool.gui import theme
from labeltool.gui.canvas.displayed_face import Array, DisplayedFace
from labeltool.gui.canvas.items.marks import OUTLINE, REACH, WHITE, cross, diamond, pen, ticks

_NUMBER_PIXELS = (20, 12)
"""Width and height of a number on the screen, with some space around it."""

_MIN_DIFFERENCE_PIXELS = 2.0  # on the screen; a smaller move is not drawn

COMPARISON_COLOUR = QColor("#8fc7ff")


class FaceItem(QGraphicsItem):
    """All edges and points of one face in a single item: 200 points repaint in some 2 ms.

    The shape says what a point is: a disc comes from the detector, a white diamond was placed by
    hand, a cross is occluded. The hovered one is larger, selected ones have a ring, the one that
    was selected last has ticks on it, and one being dragged is hollow so that the photo is visible.
    """

    def __init__(self) -> None:
        super().__init__()
        self._face = DisplayedFace()
        self._fills: list[QColor] = []
        self._order: list[int] = []
        self._zoom = 1.0
        self._rect = QRectF()
        self._points_visible = True
        self._edges_visible = True
        self._numbers_visible = False
        self._by_group = False
        self.hovered = -1
        self.selected = -1
        self.dragged = -1
        self.chosen: frozenset[int] = frozenset()

    def set_face(self, face: DisplayedFace) -> None:
        self._face = face
        self._fills = self._colours()
        # The doubtful ones last, on top of their neighbours; those moved by hand above them.
        best_first = face.worst_first()[::-1]
        self._order = sorted(best_first, key=face.moved.__contains__)
        self.measure()

    def _colours(self) -> list[QColor]:
        if self._by_group:
            return [theme.group_colour(group) for group in self._face.group_of()]
        return theme.error_colours(self._face.error_levels())

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self.measure()

    def set_layers(self, points: bool, edges: bool, numbers: bool) -> None:
        self._points_visible = points
        self._edges_visible = edges
        self._numbers_visible = numbers
        self.measure()

    def set_by_group(self, on: bool) -> None:
        """Colour points by the region they belong to, instead of by expected error."""
        self._by_group = on
        self._fills = self._colours()
        self.update()

    def mark(self, *, hovered: int, selected: int, dragged: int, chosen: frozenset[int]) -> None:
        """Say which points stand out; -1 for none."""
        now = (hovered, selected, dragged, chosen)
        if now != (self.hovered, self.selected, self.dragged, self.chosen):
            self.hovered, self.selected, self.dragged, self.chosen = now
            self.update()

    def measure(self) -> None:
        """To be called when points have moved."""
        self.prepareGeometryChange()
        extent = self._face.extent()
        margin = (REACH + (_NUMBER_PIXELS[0] if self._numbers_visible else 0)) / self._zoom
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
        if self._edges_visible:
            self._paint_edges(painter)
        if not self._points_visible:
            return
        radius = self.radius()
        placed = set(self._face.placed())
        places = self._face.points.tolist()
        for index in self._order:
            if index != self.dragged and index in placed:
                size = radius * (1.6 if index == self.hovered else 1.0)
                self._paint_point(painter, index, QPointF(*places[index]), size)
        for index in (self.chosen - {self.dragged, self.selected}) & placed:
            self._paint_chosen(painter, index, radius)
        if self.dragged in placed:
            self._paint_dragged(painter, radius)
        elif self.selected in placed:
            self._paint_selected(painter, radius)
        if self._numbers_visible:
            self._paint_numbers(painter, radius)

    def _at(self, index: int) -> QPointF:
        return QPointF(*self._face.position(index))

    def _paint_edges(self, painter: QPainter) -> None:
        lines = self._face.lines(self._face.points)
        for edge in (pen(QColor(0, 0, 0, 70), 2.5), pen(QColor(255, 255, 255, 170), 1)):
            painter.setPen(edge)
            painter.drawLines(lines)

    def _paint_point(self, painter: QPainter, index: int, at: QPointF, radius: float) -> None:
        size = radius / self._zoom
        by_hand = index in self._face.moved
        fill = WHITE if by_hand else self._fills[index]
        line = 1.0 if radius > 2.5 else 0.7
        if self._face.visibility[index] == OCCLUDED:
            lines = cross(at, size * 1.05)
            for stroke in (pen(OUTLINE, 3.4 * line), pen(fill, 1.8 * line)):
                painter.setPen(stroke)
                painter.drawLines(lines)
            return
        painter.setBrush(fill)
        if by_hand:
            painter.setPen(pen(OUTLINE, line))
            painter.drawPolygon(diamond(at, size * 1.35))
            return
        for stroke in _disc_pens(fill.rgb(), line):
            painter.setPen(stroke)
            painter.drawEllipse(at, size, size)

    def _paint_chosen(self, painter: QPainter, index: int, radius: float) -> None:
        ring = (radius * 1.35 + 2) / self._zoom
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in (pen(OUTLINE, 2.6), pen(WHITE, 1.2)):
            painter.setPen(stroke)
            painter.drawEllipse(self._at(index), ring, ring)

    def _paint_selected(self, painter: QPainter, radius: float) -> None:
        at = self._at(self.selected)
        ring = (radius * 1.35 + 4) / self._zoom
        tick = 4 / self._zoom
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in (pen(OUTLINE, 3.5), pen(WHITE, 1.5)):
            painter.setPen(stroke)
            painter.drawEllipse(at, ring, ring)
            painter.drawLines(ticks(at, ring, ring + tick))

    def _paint_dragged(self, painter: QPainter, radius: float) -> None:
        at = self._at(self.dragged)
        ring = (radius + 3) / self._zoom
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in (pen(OUTLINE, 3), pen(WHITE, 1.2)):
            painter.setPen(stroke)
            painter.drawEllipse(at, ring, ring)
        painter.setPen(pen(WHITE, 2))
        painter.drawPoint(at)

    def _paint_numbers(self, painter: QPainter, radius: float) -> None:
        """The doubtful ones first; a number that would cover another one is left out."""
        to_screen = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        font = QFont(theme.tabular(painter.font()))
        font.setPixelSize(11)
        painter.setFont(font)
        width, height = _NUMBER_PIXELS
        taken: list[QPointF] = []
        for index in reversed(self._order):
            if not self._face.is_placed(index):
                continue
            at = to_screen.map(self._at(index)) + QPointF(radius + 3, -radius)
            if any(abs(at.x() - o.x()) < width and abs(at.y() - o.y()) < height for o in taken):
                continue
            taken.append(at)
            text = str(index + 1)
            painter.setPen(OUTLINE)
            for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                painter.drawText(at + QPointF(dx, dy), text)
            painter.setPen(WHITE)
            painter.drawText(at, text)
        painter.restore()


@cache
def _disc_pens(fill: int, line: float) -> tuple[QPen, ...]:
    """The pens that outline a disc of a colour (0xAARRGGBB), one over the other.

    A dark fill in a dark outline would vanish in hair and on dark skin: the darker the fill, the
    clearer the light ring between the two. Cached, because each face has a hundred discs.
    """
    ring = min(max((0.5 - QColor(fill).lightnessF()) / 0.2, 0.0), 1.0)
    if ring == 0:
        return (pen(OUTLINE, line),)
    light = QColor(255, 255, 255, round(220 * ring))
    return pen(OUTLINE, line * (1 + 1.6 * ring)), pen(light, line)


class ComparisonItem(QGraphicsItem):
    """Other landmarks of the same face, faintly, where they differ: how far each point moved."""

    def __init__(self) -> None:
        super().__init__()
        self._face = DisplayedFace()
        self._points: Array | None = None
        self._zoom = 1.0
        self._rect = QRectF()

    @property
    def points(self) -> Array | None:
        return self._points

    def set_points(self, points: Array | None) -> None:
        self._points = points
        self.measure()

    def set_face(self, face: DisplayedFace) -> None:
        self._face = face
        self.measure()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self.measure()

    def measure(self) -> None:
        """To be called when points have moved."""
        self.prepareGeometryChange()
        self._rect = QRectF()
        if self._points is not None and len(self._points) == len(self._face):
            seen = self._points[np.isfinite(self._points).all(1)]
            if len(seen):
                low, high = seen.min(0), seen.max(0)
                around = QRectF(QPointF(*low.tolist()), QPointF(*high.tolist()))
                margin = REACH / self._zoom
                both = around.united(self._face.extent())
                self._rect = both.adjusted(-margin, -margin, margin, margin)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        if self._points is None or self._rect.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = np.hypot(*(self._points - self._face.points).T) * self._zoom
        differing = {
            int(i)
            for i in np.flatnonzero(~(now <= _MIN_DIFFERENCE_PIXELS))
            if self._has_position(int(i))
        }
        at = [QPointF(x, y) for x, y in self._points.tolist()]
        edges = [QLineF(at[a], at[b]) for a, b in self._face.edges if differing & {a, b}
                 and self._has_position(a) and self._has_position(b)]  # fmt: skip
        moves = [QLineF(at[i], QPointF(*self._face.position(i)))
                for i in differing if self._face.is_placed(i)]  # fmt: skip
        marks = [line for i in differing for line in ticks(at[i], 0.0, 3 / self._zoom)]
        dark = QColor(0, 0, 0, 130)
        for lines, width, style in (
            (edges, 1.0, Qt.PenStyle.DashLine),
            (moves, 1.0, Qt.PenStyle.DotLine),
            (marks, 1.4, Qt.PenStyle.SolidLine),
        ):
            for stroke in (pen(dark, width + 1.6), pen(COMPARISON_COLOUR, width, style)):
                painter.setPen(stroke)
                painter.drawLines(lines)

    def _has_position(self, index: int) -> bool:
        return self._points is not None and bool(np.isfinite(self._points[index]).all())
