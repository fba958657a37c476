"""Rings around the landmarks that a finding is about."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from labeltool.gui.canvas.displayed_face import DisplayedFace
from labeltool.gui.canvas.items.marks import OUTLINE, REACH, pen

FINDING_COLOUR = QColor("#ffb000")
RING_PIXELS = 9.0
"""Radius of a ring on the screen."""


class FindingItem(QGraphicsItem):
    """Rings of a constant screen size, below the points, so that the points stay readable."""

    def __init__(self) -> None:
        super().__init__()
        self._face = DisplayedFace()
        self._landmarks: tuple[int, ...] = ()
        self._zoom = 1.0
        self._rect = QRectF()

    @property
    def landmarks(self) -> tuple[int, ...]:
        """Indices of the landmarks with a ring."""
        return self._landmarks

    def set_face(self, face: DisplayedFace) -> None:
        """The face whose points are marked."""
        self._face = face
        self.measure()

    def set_landmarks(self, landmarks: tuple[int, ...]) -> None:
        """Which landmarks have a ring."""
        if landmarks != self._landmarks:
            self._landmarks = landmarks
            self.update()

    def set_zoom(self, zoom: float) -> None:
        """Screen pixels per image pixel."""
        self._zoom = zoom
        self.measure()

    def measure(self) -> None:
        """To be called when points have moved."""
        self.prepareGeometryChange()
        margin = REACH / self._zoom
        self._rect = self._face.extent().adjusted(-margin, -margin, margin, margin)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        """The face and the rings around it."""
        return self._rect

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        """Paint the rings."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        placed = set(self._face.placed())
        radius = RING_PIXELS / self._zoom
        for colour, width in ((OUTLINE, 4.0), (FINDING_COLOUR, 2.0)):
            painter.setPen(pen(colour, width))
            for index in self._landmarks:
                if index in placed:
                    painter.drawEllipse(QPointF(*self._face.position(index)), radius, radius)
