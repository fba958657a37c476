"""Circles around landmarks, each of which holds the true place in 90 % of faces."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from labeltool.gui.canvas.displayed_face import DisplayedFace
from labeltool.gui.canvas.items.marks import pen

WORST_POINTS = 3
"""Points whose circles are drawn without being asked for, if they reach beyond the tolerance."""

MAX_CHOSEN_POINTS = 12
"""Selected points whose circles are drawn; those of more would hide the face."""

_DARK, _LIGHT = QColor(0, 0, 0, 110), QColor(255, 255, 255, 210)


class CirclesItem(QGraphicsItem):
    """Circles of the worst points, of the hovered and the selected ones, or of all.

    Points that a person has placed have none. Scene units are image pixels; lines keep their width
    on the screen.
    """

    def __init__(self) -> None:
        super().__init__()
        self._face = DisplayedFace()
        self._radii: list[float] = []
        self._worst: frozenset[int] = frozenset()
        self._marked: frozenset[int] = frozenset()
        self._dragged: frozenset[int] = frozenset()
        self._shows_all = False
        self._zoom = 1.0
        self._rect = QRectF()

    def set_face(self, face: DisplayedFace) -> None:
        self._face = face
        expected = face.expected
        radii = np.full(len(face), np.nan) if expected is None else expected.radii
        self._radii = radii.tolist()
        self._worst = frozenset()
        if expected is not None:
            limit = expected.tolerance * expected.norm
            wide = [i for i in face.worst_first() if radii[i] > limit and i not in face.moved]
            self._worst = frozenset(wide[:WORST_POINTS])
        self.measure()

    def set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self.measure()

    def set_shows_all(self, on: bool) -> None:
        """Draw the circles of all points."""
        self._shows_all = on
        self.update()

    def mark(self, hovered: int, chosen: frozenset[int], dragged: frozenset[int]) -> None:
        """Say which points are hovered (-1 for none), selected, and under a drag."""
        few = chosen if len(chosen) <= MAX_CHOSEN_POINTS else frozenset[int]()
        now = few | {hovered}, dragged
        if now != (self._marked, self._dragged):
            self._marked, self._dragged = now
            self.update()

    def measure(self) -> None:
        """To be called when points have moved."""
        self.prepareGeometryChange()
        margin = max((r for r in self._radii if r == r), default=0.0) + 2 / self._zoom
        self._rect = self._face.extent().adjusted(-margin, -margin, margin, margin)
        self.update()

    def drawn(self) -> list[int]:
        """The points whose circles are drawn, in ascending order."""
        wanted = set(range(len(self._face))) if self._shows_all else self._worst | self._marked
        without = self._face.moved | self._dragged
        return [
            i
            for i in sorted(wanted - without)
            if self._face.is_placed(i) and np.isfinite(self._radii[i])
        ]

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        circles = [(QPointF(*self._face.position(i)), self._radii[i]) for i in self.drawn()]
        for stroke in (pen(_DARK, 2.8), pen(_LIGHT, 1.2)):
            painter.setPen(stroke)
            for at, radius in circles:
                painter.drawEllipse(at, radius, radius)
