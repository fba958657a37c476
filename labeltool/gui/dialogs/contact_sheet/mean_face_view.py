"""A small mean face, on which a landmark is chosen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from labeltool.domain import Points
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr
from pipnet.data.scheme import Scheme

MARGIN_PIXELS = 12
DOT_PIXELS = 2.5


class MeanFaceView(QWidget):
    """The mean face with its landmarks; a click chooses the nearest one.

    Signals:
        chosen: the index of a landmark.
    """

    chosen = Signal(int)

    def __init__(self, scheme: Scheme, mean: Points, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme, self._mean = scheme, mean
        self.landmark = 0
        self.setMinimumSize(180, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Mean face"))
        self.setToolTip(tr("Click a landmark to look at it on every face"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A square as wide as the list below it."""
        return QSize(220, 220)

    def select(self, landmark: int) -> None:
        """Mark a landmark as chosen."""
        self.landmark = landmark
        self.update()

    def places(self) -> Points:
        """(N, 2): where the landmarks are in the widget."""
        low, high = np.nanmin(self._mean, axis=0), np.nanmax(self._mean, axis=0)
        room = np.array([self.width(), self.height()]) - 2 * MARGIN_PIXELS
        scale = float((room / np.maximum(high - low, 1e-9)).min())
        start = (np.array([self.width(), self.height()]) - (high - low) * scale) / 2
        placed: Points = (self._mean - low) * scale + start
        return placed

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the landmark nearest to a click."""
        at = np.array([event.position().x(), event.position().y()])
        self.chosen.emit(int(np.nanargmin(np.linalg.norm(self.places() - at, axis=1))))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw edges, landmarks, and the chosen one."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, places = self.palette(), self.places()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        dots = [QPointF(*place) for place in places.tolist()]
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Dark), 1))
        for one, other in self._scheme.edges:
            painter.drawLine(dots[one], dots[other])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Text))
        for dot in dots:
            painter.drawEllipse(dot, DOT_PIXELS, DOT_PIXELS)
        chosen = dots[self.landmark]
        painter.setBrush(palette.color(QPalette.ColorRole.Accent))
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Base), 1.5))
        painter.drawEllipse(chosen, 3 * theme.SPACING / 2, 3 * theme.SPACING / 2)
