"""What the painted marks share: pens of a constant screen size, colours, shapes."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF

REACH = 16.0
"""Screen pixels that the largest mark extends around its point."""

SHADE = QColor(0, 0, 0, 120)
OUTLINE = QColor(18, 18, 18)
WHITE = QColor(255, 255, 255)


def pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen of so many screen pixels at every zoom."""
    made = QPen(colour, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.MiterJoin)
    made.setCosmetic(True)
    return made


def diamond(at: QPointF, size: float) -> QPolygonF:
    """A diamond around a point."""
    offsets = (QPointF(0, -size), QPointF(size, 0), QPointF(0, size), QPointF(-size, 0))
    return QPolygonF([at + offset for offset in offsets])


def ticks(at: QPointF, inner: float, outer: float) -> list[QLineF]:
    """Four short lines that point at a point."""
    directions = (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1))
    return [QLineF(at + d * inner, at + d * outer) for d in directions]


def corners(box: QRectF, length: float) -> list[QLineF]:
    """The corners of a box, as two short lines each."""
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


def cross(at: QPointF, size: float) -> list[QLineF]:
    """A diagonal cross on a point."""
    return [
        QLineF(at + QPointF(-size, -size), at + QPointF(size, size)),
        QLineF(at + QPointF(-size, size), at + QPointF(size, -size)),
    ]


def square(at: QPointF, size: float) -> QRectF:
    """A square around a point, `size` from its middle to its sides."""
    return QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size)
