"""Faces of a label file with their landmarks, as they would be imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from labeltool.domain import Points
from labeltool.exchange.mapping.landmark_map import LandmarkMap
from labeltool.exchange.preview.sample_faces import SampleFace
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.photo_cache import to_qimage
from pipnet.data.scheme import Scheme

COLUMNS, ROWS = 3, 2

NUMBERED = {False: 9, True: 40}
"""About how many landmarks get their number: on a small face, on a large one."""

DOT_PIXELS = {False: 1.8, True: 2.8}
"""The radius of a landmark, likewise."""

POINTS, EDGES, SHADOW, FIRST = "#7fd4ff", "#ffffff", "#000000", "#ffb000"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the faces are drawn. Without a `mapping` the file's own landmarks are drawn, without
    edges. `chosen`: a landmark to mark, -1 for none."""

    mapping: LandmarkMap | None = None
    shift: tuple[float, float] = (0.0, 0.0)
    turn: bool = False
    scale: bool = False
    chosen: int = -1


class FaceSheet(QWidget):
    """Up to six faces; a click enlarges one, and another click shows all again.

    `enlarged`: the face that is shown alone, None for all.
    """

    def __init__(self, scheme: Scheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._samples: Sequence[SampleFace] = ()
        self._images: list[QImage] = []
        self.drawing = Drawing()
        self.enlarged: int | None = None
        self._current = 0
        self.setMinimumSize(420, 320)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Faces of the label file"))
        self.setToolTip(tr("Click a face to enlarge it"))

    def show_samples(self, samples: Sequence[SampleFace]) -> None:
        """Show these faces."""
        self._samples = samples
        self._images = [to_qimage(sample.pixels) for sample in samples]
        self.enlarged, self._current = None, 0
        self.update()

    def draw(self, drawing: Drawing) -> None:
        """Draw the landmarks in another way."""
        self.drawing = drawing
        self.update()

    def points(self, number: int) -> Points:
        """(N, 2): the landmarks of a face in pixels of its picture; NaN where absent."""
        drawing = self.drawing
        return self._samples[number].points(
            drawing.mapping, drawing.shift, turn=drawing.turn, scale=drawing.scale
        )

    # Places

    def _cells(self) -> list[tuple[int, QRect]]:
        if self.enlarged is not None:
            return [(self.enlarged, self.rect())]
        width, height = self.width() // COLUMNS, self.height() // ROWS
        gap = theme.SPACING // 2
        return [
            (
                number,
                QRect(number % COLUMNS * width, number // COLUMNS * height, width, height).adjusted(
                    gap, gap, -gap, -gap
                ),
            )
            for number in range(len(self._samples))
        ]

    def cell(self, number: int) -> QRect:
        """Where a face is shown; empty if it is not."""
        return next((rect for shown, rect in self._cells() if shown == number), QRect())

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Enlarge a face, or show all."""
        at = event.position().toPoint()
        for number, rect in self._cells():
            if rect.contains(at):
                self._current = number
                self._enlarge(None if self.enlarged is not None else number)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Choose with the arrows, enlarge with Space or Enter, show all with Escape."""
        key, count = event.key(), len(self._samples)
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Down: COLUMNS,
        }  # fmt: skip
        if not count or (key == Qt.Key.Key_Escape and self.enlarged is None):
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enlarge(None if self.enlarged is not None else self._current)
        elif key == Qt.Key.Key_Escape:
            self._enlarge(None)
        elif Qt.Key(key) in steps:
            self._current = min(max(self._current + steps[Qt.Key(key)], 0), count - 1)
            self._enlarge(None if self.enlarged is None else self._current)
        else:
            super().keyPressEvent(event)

    def _enlarge(self, number: int | None) -> None:
        self.enlarged = number
        self.update()

    # Paint

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the faces, or that there are none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        dark = theme.is_dark(self.palette())
        painter.fillRect(self.rect(), theme.canvas_colour(dark))
        if not self._samples:
            painter.setPen(theme.canvas_text_colour(dark))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, tr("No photo of this file can be shown.")
            )
        for number, rect in self._cells():
            self._paint_face(painter, number, rect)

    def _paint_face(self, painter: QPainter, number: int, rect: QRect) -> None:
        sample, image = self._samples[number], self._images[number]
        metrics = painter.fontMetrics()
        caption = QRect(rect.left(), rect.bottom() - metrics.height(), rect.width(),
                        metrics.height())  # fmt: skip
        room = QRectF(rect.adjusted(0, 0, 0, -metrics.height() - 2))
        factor = min(room.width() / image.width(), room.height() / image.height())
        size = QPointF(image.width() * factor, image.height() * factor)
        corner = room.center() - size / 2
        target = QRectF(corner.x(), corner.y(), size.x(), size.y())
        painter.drawImage(target, image)
        used = sample.is_used(turn=self.drawing.turn, scale=self.drawing.scale)
        painter.save()
        painter.setClipRect(target)
        self._paint_landmarks(
            painter, self.points(number) * factor + np.array([corner.x(), corner.y()])
        )
        if not used:
            painter.fillRect(target, QColor(0, 0, 0, 130))
        painter.restore()
        name = sample.photo if used else tr("{photo}: left out", photo=sample.photo)
        painter.setPen(theme.canvas_text_colour(theme.is_dark(self.palette())))
        painter.drawText(
            caption, Qt.AlignmentFlag.AlignCenter,
            metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, caption.width()),
        )  # fmt: skip
        if number == self._current and self.hasFocus() and self.enlarged is None:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect)

    def _paint_landmarks(self, painter: QPainter, places: Points) -> None:
        """`places` (N, 2) in the widget."""
        large = self.enlarged is not None
        there = np.asarray(np.isfinite(places).all(axis=1))
        if self.drawing.mapping is not None:
            self._paint_edges(painter, places, there)
        painter.setPen(QPen(QColor(SHADOW), 0.8))
        radius = DOT_PIXELS[large]
        indices = np.flatnonzero(there).tolist()
        for k in indices:
            painter.setBrush(QColor(FIRST if k == 0 else POINTS))
            side = radius * 1.6 if k == 0 else radius
            painter.drawEllipse(QPointF(*places[k]), side, side)
        step = max(1, round(len(places) / NUMBERED[large]))
        for k in indices:
            if k % step == 0 or k == self.drawing.chosen:
                self._paint_number(painter, k, places[k])
        chosen = self.drawing.chosen
        if chosen in indices:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(FIRST), 2))
            painter.drawEllipse(QPointF(*places[chosen]), 3 * radius, 3 * radius)

    def _paint_edges(self, painter: QPainter, places: Points, there: NDArray[np.bool_]) -> None:
        lines = [
            (QPointF(*places[a]), QPointF(*places[b]))
            for a, b in self._scheme.edges
            if there[a] and there[b]
        ]
        for colour, width in ((QColor(0, 0, 0, 110), 2.4), (QColor(EDGES), 1.0)):
            painter.setPen(QPen(colour, width))
            for start, end in lines:
                painter.drawLine(start, end)

    def _paint_number(self, painter: QPainter, landmark: int, place: Points) -> None:
        """The number that the scheme's list shows, beside the landmark, readable on any photo."""
        painter.save()
        painter.setFont(theme.small(painter.font()))
        at = QPointF(place[0] + 4, place[1] - 3)
        painter.setPen(QColor(SHADOW))
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            painter.drawText(at + QPointF(dx, dy), str(landmark))
        painter.setPen(QColor(EDGES))
        painter.drawText(at, str(landmark))
        painter.restore()
