"""The picture on which a scheme is made, with its landmarks to place and drag."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from labeltool.domain import Points
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr
from labeltool.review.geometry import rotate_and_scale
from labeltool.review.schemes.scheme_draft import DraftState

FRAME_SHARE = 0.4
"""Margin around framed landmarks, a share of the longer side of their box."""

BLANK_SIDE = 1000
"""Side of the empty picture, in pixels."""

MARGIN_PIXELS = 24
DOT_PIXELS = 3.5
CHOSEN_DOT_PIXELS = 6.0
REACH_PIXELS = 10
"""So near to a landmark a click takes it."""

MAX_ZOOM = 40.0
NUMBER_SPACE_PIXELS = 16
"""A number is drawn where the nearest other landmark is at least so far on the screen."""

EDGE, CONTOUR, NORM = "#e0e0e0", "#ffb74d", "#4dd0e1"
POINT, CHOSEN, PARTNER = "#ffffff", "#ffd740", "#f48fb1"
"""Colours that can be told from each other on any photo, with a dark rim."""


_ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
_TURNS = {
    Qt.Key.Key_BracketLeft: (-1.0, 1.0), Qt.Key.Key_BracketRight: (1.0, 1.0),
    Qt.Key.Key_BraceLeft: (0.0, 1 / 1.02), Qt.Key.Key_BraceRight: (0.0, 1.02),
}  # fmt: skip
"""Degrees and scale of the keys, the same as on the photo of the main window."""


class SchemeCanvas(QWidget):
    """Shows a draft on a picture. Positions are pixels of the picture.

    Signals:
        placed: x and y of a click beside all landmarks, while `places` is on.
        chosen: the ids that a click or Tab chose, in the order in which they were chosen.
        moved: ids and their new places (k, 2), at the end of a drag or by a key.
    """

    placed = Signal(float, float)
    chosen = Signal(object)
    moved = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.places = False
        self.state = DraftState()
        self.selection: tuple[int, ...] = ()
        self._image: QImage | None = None
        self._points: Points = np.empty((0, 2))
        self._scale, self._offset, self._is_fitted = 1.0, QPointF(), True
        self._area: QRectF | None = None  # of the picture, to fit; None: all of it
        self._drag: tuple[QPointF, Points] | None = None
        self._pan: QPointF | None = None
        self._has_moved = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Picture with landmarks"))

    # What is shown

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of the picture; of the empty one without a photo."""
        if self._image is None:
            return BLANK_SIDE, BLANK_SIDE
        return self._image.width(), self._image.height()

    def set_picture(self, image: QImage | None) -> None:
        """Show a photo, or None: nothing."""
        self._image = image
        self.fit()

    def show_draft(self, state: DraftState, points: Points, selection: Sequence[int]) -> None:
        """Show a draft with its landmarks at `points`, (N, 2)."""
        self.state, self._points, self.selection = state, points.copy(), tuple(selection)
        self._drag = None
        self.update()

    def fit(self) -> None:
        """Show all of the picture."""
        self._area = None
        self._fit_area()

    def frame(self, points: Points) -> None:
        """Show the part of the picture around landmarks, (N, 2) finite places of it."""
        (left, top), (right, bottom) = points.min(0), points.max(0)
        margin = FRAME_SHARE * max(right - left, bottom - top)
        around = QRectF(left, top, right - left, bottom - top).adjusted(
            -margin, -margin, margin, margin
        )
        area = around & QRectF(0, 0, *self.picture_size)
        self._area = None if area.isEmpty() else area
        self._fit_area()

    def _fit_area(self) -> None:
        area = self._area or QRectF(0, 0, *self.picture_size)
        room = max(self.width() - 2 * MARGIN_PIXELS, 1), max(self.height() - 2 * MARGIN_PIXELS, 1)
        self._scale = min(room[0] / area.width(), room[1] / area.height())
        self._offset = QPointF(self.width() / 2, self.height() / 2) - area.center() * self._scale
        self._is_fitted = True
        self.update()

    def to_widget(self, x: float, y: float) -> QPointF:
        """Where a place of the picture is in the widget."""
        return QPointF((x + 0.5) * self._scale, (y + 0.5) * self._scale) + self._offset

    def to_picture(self, at: QPointF) -> tuple[float, float]:
        """Which place of the picture is there in the widget."""
        inside = (at - self._offset) / self._scale
        return inside.x() - 0.5, inside.y() - 0.5

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Enlarge by a factor around a place of the widget, by default its middle."""
        at = at or QPointF(self.rect().center())
        x, y = self.to_picture(at)
        self._scale = float(np.clip(self._scale * factor, 0.01, MAX_ZOOM))
        self._offset += at - self.to_widget(x, y)
        self._is_fitted = False
        self.update()

    # Mouse

    def landmark_at(self, at: QPointF) -> int | None:
        """The id of the landmark nearest to a place of the widget, None without one near it."""
        if not len(self._points):
            return None
        distances = np.linalg.norm(self._points - self.to_picture(at), axis=1) * self._scale
        nearest = int(distances.argmin())
        return self.state.ids[nearest] if distances[nearest] <= REACH_PIXELS else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose or place a landmark; begin a drag, or pan with the middle button."""
        self.setFocus()
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan = at
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        found = self.landmark_at(at)
        adds = event.modifiers() & (
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        )
        if found is None:
            if self.places and not adds:
                self.placed.emit(*self.to_picture(at))
            elif not adds:
                self._pan = at
                self._choose(())
            return
        if adds:
            rest = tuple(k for k in self.selection if k != found)
            self._choose(rest if found in self.selection else (*rest, found))
            return
        if found not in self.selection:
            self._choose((found,))
        self._drag, self._has_moved = (at, self._points.copy()), False

    def _choose(self, ids: tuple[int, ...]) -> None:
        self.selection = ids
        self.chosen.emit(ids)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag the chosen landmarks, or pan; name what is under the mouse."""
        at = event.position()
        if self._drag is not None:
            start, points = self._drag
            by = (at - start) / self._scale
            if self._has_moved or (at - start).manhattanLength() > 2:
                self._has_moved = True
                self._points = points.copy()
                self._points[self._chosen_rows()] += (by.x(), by.y())
        elif self._pan is not None:
            self._offset += at - self._pan
            self._pan, self._is_fitted = at, False
        else:
            found = self.landmark_at(at)
            cross = Qt.CursorShape.CrossCursor if self.places else Qt.CursorShape.ArrowCursor
            self.setCursor(cross if found is None else Qt.CursorShape.PointingHandCursor)
            names = {row.id: f"{k}  {row.name}" for k, row in enumerate(self.state.landmarks, 1)}
            self.setToolTip("" if found is None else names[found])
            return
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        """End a drag."""
        self._pan = None
        if self._drag is not None:
            self._drag = None
            if self._has_moved:
                self.moved.emit(self.selection, self._points[self._chosen_rows()])

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom at the mouse."""
        self.zoom(1.2 ** (event.angleDelta().y() / 120), event.position())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep showing all of the picture, unless the person has zoomed."""
        super().resizeEvent(event)
        if self._is_fitted:
            self._fit_area()

    # Keys

    def nudge(self, x: float, y: float) -> None:
        """Move the chosen landmarks by pixels of the picture."""
        if self.selection:
            self.moved.emit(self.selection, self._points[self._chosen_rows()] + (x, y))

    def turn(self, degrees: float, scale: float) -> None:
        """Turn the chosen landmarks clockwise and scale them, around their middle."""
        if len(self.selection) > 1:
            points = self._points[self._chosen_rows()]
            turned = rotate_and_scale(points, points.mean(0), np.deg2rad(degrees), scale)
            self.moved.emit(self.selection, turned)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows move, brackets turn and scale, Tab goes on, Esc chooses nothing."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        far = 10.0 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1.0
        far = 0.1 if modifiers & Qt.KeyboardModifier.ControlModifier else far
        if key in _ARROWS:
            x, y = _ARROWS[key]
            self.nudge(x * far, y * far)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.choose_next(1 if key == Qt.Key.Key_Tab else -1)
        elif key == Qt.Key.Key_Escape and self.selection:
            self._choose(())
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(1 / 1.2 if key == Qt.Key.Key_Minus else 1.2)
        elif key in _TURNS:
            self.turn(*_TURNS[key])
        else:
            super().keyPressEvent(event)

    def choose_next(self, step: int) -> None:
        """Choose the next (1) or the previous (-1) landmark in the order."""
        ids = self.state.ids
        if ids:
            last = ids.index(self.selection[-1]) if self.selection else -1 if step > 0 else 0
            self._choose((ids[(last + step) % len(ids)],))

    def focusNextPrevChild(self, _next: bool) -> bool:  # noqa: N802
        """Keep Tab, which goes from landmark to landmark."""
        return False

    # Painting

    def _chosen_rows(self) -> list[int]:
        at = {landmark: row for row, landmark in enumerate(self.state.ids)}
        return [at[landmark] for landmark in self.selection if landmark in at]

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the picture, lines and landmarks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark = theme.is_dark(self.palette())
        painter.fillRect(self.rect(), theme.canvas_colour(dark))
        width, height = self.picture_size
        area = QRectF(self._offset, self._offset + QPointF(width, height) * self._scale)
        if self._image is None:
            painter.fillRect(area, QColor("#3a3a3a"))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scale < 4)
            painter.drawImage(area, self._image)
        dots = {
            landmark: self.to_widget(*place)
            for landmark, place in zip(self.state.ids, self._points.tolist(), strict=True)
        }
        self._paint_lines(painter, dots)
        self._paint_landmarks(painter, dots)
        if not dots:
            self._paint_hint(painter)

    def _paint_hint(self, painter: QPainter) -> None:
        text = tr("Click to place the first landmark, or start from a template.")
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = self.rect().adjusted(40, 40, -40, -40)
        box = painter.boundingRect(room, flags, text).adjusted(-12, -8, 12, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(16, 16, 16, 200))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor("#f0f0f0"))
        painter.drawText(box, flags, text)

    def _paint_lines(self, painter: QPainter, dots: dict[int, QPointF]) -> None:
        contours = [(a, b) for row in self.state.contours for a, b in pairwise(row)]
        norm = [] if self.state.norm is None else [self.state.norm]
        pens = (
            (contours, QPen(QColor(CONTOUR), 4)),
            (self.state.edges, QPen(QColor(EDGE), 1.5)),
            (norm, QPen(QColor(NORM), 1.5, Qt.PenStyle.DashLine)),
        )
        for lines, pen in pens:
            painter.setPen(pen)
            for a, b in lines:
                painter.drawLine(dots[a], dots[b])
        painter.setPen(QPen(QColor(PARTNER), 1.5, Qt.PenStyle.DotLine))
        for a, b in self.state.pairs:
            if a in self.selection or b in self.selection:
                painter.drawLine(dots[a], dots[b])

    def _paint_landmarks(self, painter: QPainter, dots: dict[int, QPointF]) -> None:
        partners = {
            other
            for a, b in self.state.pairs
            for one, other in ((a, b), (b, a))
            if one in self.selection
        }
        painter.setFont(theme.small(QFont(self.font())))
        roomy = self._have_room()
        for number, (landmark, dot) in enumerate(dots.items(), 1):
            is_chosen = landmark in self.selection
            colour = CHOSEN if is_chosen else PARTNER if landmark in partners else POINT
            radius = CHOSEN_DOT_PIXELS if is_chosen else DOT_PIXELS
            painter.setPen(QPen(QColor("#101010"), 1.5))
            painter.setBrush(QColor(colour))
            painter.drawEllipse(dot, radius, radius)
            if roomy[number - 1] or is_chosen or landmark in partners:
                for shift, ink in ((1, "#101010"), (0, colour)):
                    painter.setPen(QColor(ink))
                    painter.drawText(dot + QPointF(radius + 2 + shift, shift - 3), str(number))

    def _have_room(self) -> list[bool]:
        """Beside which landmarks a number covers no other."""
        if len(self._points) < 2:
            return [True] * len(self._points)
        apart = np.linalg.norm(self._points[:, None] - self._points[None], axis=-1)
        np.fill_diagonal(apart, np.inf)
        roomy: list[bool] = (apart.min(1) * self._scale >= NUMBER_SPACE_PIXELS).tolist()
        return roomy
