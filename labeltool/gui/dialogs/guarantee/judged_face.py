"""One face, large, with its landmarks and the tolerance as circles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from labeltool.domain import Points
from labeltool.domain.tolerance import norm_pixels
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.photo_cache import PhotoCache
from pipnet.data.scheme import Scheme

MARGIN_SHARE = 0.18
"""Of the face's extent, shown around its landmarks."""

GRAB_PIXELS = 14
"""How near to a landmark a drag begins."""

DOT_PIXELS = 2.2


class JudgedFace(QWidget):
    """Shows a face; a drag moves the nearest landmark.

    Signals:
        moved: the person moved a landmark.
        shown: the photo of the face is visible now, or that it cannot be read.
    """

    moved = Signal()
    shown = Signal()

    def __init__(self, scheme: Scheme, photos: PhotoCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme, self._photos = scheme, photos
        self._photo: Path | None = None
        self.points: Points | None = None
        self.is_moved = False
        self._tolerance = 0.08
        self._dragged: tuple[int, Points] | None = None
        self.setMinimumSize(320, 260)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("The face to judge"))
        photos.loaded.connect(self._on_loaded)

    @property
    def problem(self) -> str:
        """Why the photo cannot be shown; empty while there is no reason."""
        return "" if self._photo is None else self._photos.get(self._photo)[1]

    @property
    def is_ready(self) -> bool:
        """Whether the photo is visible."""
        return self._photo is not None and self._photos.get(self._photo)[0] is not None

    def show_face(self, photo: Path, points: Points, tolerance: float) -> None:
        """Show these landmarks, (N, 2) pixels of the upright photo. `tolerance`: share of the
        norm."""
        self._photo, self.points, self._tolerance = photo, points.copy(), tolerance
        self.is_moved, self._dragged = False, None
        self._view = _view_of(points)
        self.update()

    def set_tolerance(self, tolerance: float) -> None:
        """Another tolerance, a share of the norm."""
        self._tolerance = tolerance
        self.update()

    def clear(self) -> None:
        """Show no face."""
        self._photo = self.points = None
        self.update()

    def _on_loaded(self, photo: object) -> None:
        if photo == self._photo:
            self.update()
            self.shown.emit()

    # Places

    def _scale(self) -> float:
        """Pixels of the screen for each pixel of the photo."""
        return min(self.width() / self._view.width(), self.height() / self._view.height())

    def to_screen(self, points: Points) -> Points:
        """Pixels of the photo as places in the widget."""
        middle = np.array([self._view.center().x(), self._view.center().y()])
        placed: Points = (points - middle) * self._scale()
        return placed + np.array([self.width(), self.height()]) / 2

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Grab the nearest landmark."""
        if self.points is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = np.array([event.position().x(), event.position().y()])
        apart = np.nan_to_num(np.linalg.norm(self.to_screen(self.points) - at, axis=1), nan=1e9)
        if apart.min() <= GRAB_PIXELS:
            self._dragged = int(apart.argmin()), at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Move the landmark along."""
        if self._dragged is None or self.points is None:
            return
        index, before = self._dragged
        at = np.array([event.position().x(), event.position().y()])
        self.points[index] += (at - before) / self._scale()
        self._dragged = index, at
        self.is_moved = True
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        """Let the landmark go."""
        if self._dragged is not None:
            self._dragged = None
            if self.is_moved:
                self.moved.emit()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the photo, then circles as large as the tolerance, then landmarks."""
        painter = QPainter(self)
        dark = theme.is_dark(self.palette())
        painter.fillRect(self.rect(), theme.canvas_colour(dark))
        if self._photo is None or self.points is None:
            return
        image, problem = self._photos.get(self._photo)
        if image is None:
            painter.setPen(theme.canvas_text_colour(dark))
            text = problem or tr("Reading the photo…")
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text
            )
            return
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        scale = self._scale()
        corner = self.to_screen(np.array([[-0.5, -0.5]]))[0]
        levels = [image, *self._photos.halved_copies(self._photo)]
        wanted = image.width() * scale * self.devicePixelRatioF()
        level = next((each for each in reversed(levels) if each.width() >= wanted), image)
        painter.drawImage(
            QRectF(corner[0], corner[1], image.width() * scale, image.height() * scale), level
        )
        self._paint_marks(painter, scale)

    def _paint_marks(self, painter: QPainter, scale: float) -> None:
        assert self.points is not None
        norm = norm_pixels(self.points, self._scheme)
        radius = self._tolerance * norm * scale if np.isfinite(norm) else 0.0
        places = [
            QPointF(*place)
            for place in self.to_screen(self.points).tolist()
            if np.isfinite(place).all()
        ]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 90), 2.0), (QColor(255, 255, 255, 150), 1.0)):
            painter.setPen(QPen(colour, width))
            for place in places:
                painter.drawEllipse(place, radius, radius)
        painter.setPen(QPen(QColor(0, 0, 0, 200), 1))
        painter.setBrush(QColor("#ffd84d"))
        for place in places:
            painter.drawEllipse(place, DOT_PIXELS, DOT_PIXELS)


def _view_of(points: Points) -> QRectF:
    """What is shown of the photo, in its pixels."""
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    margin = MARGIN_SHARE * max(float((high - low).max()), 8.0)
    size = high - low + 2 * margin
    return QRectF(low[0] - margin, low[1] - margin, size[0], size[1])
