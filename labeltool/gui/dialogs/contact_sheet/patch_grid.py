"""A page of patches: clicks mark wrong ones, drags put the landmark in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from labeltool.domain import FINAL, Card, Points
from labeltool.gui import theme
from labeltool.gui.dialogs.contact_sheet.patches import PatchFrame, frame_of
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.photo_cache import PhotoCache
from labeltool.gui.images.thumbnails import MAX_THUMBNAIL_PIXELS, ThumbnailLoader, square
from labeltool.review.contact_sheet.landmark_pages import PAGE_FACES

GAP_PIXELS = theme.SPACING
MIN_PATCH_PIXELS = 48
DEFAULT_EXTENT, MIN_EXTENT, MAX_EXTENT = 0.4, 0.1, 1.2
"""What a patch shows, in sizes of the mean face."""

WHEEL_FACTOR = 1.2
NUDGE_PIXELS = 1.0
"""How far Alt and an arrow move a landmark, in pixels of the screen."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
_MARK_PIXELS, _GAP_PIXELS = 7, 2.5
_ICON_PIXELS = 16


@dataclass(slots=True)
class _Patch:
    """A face on the page. `at`: its landmark, x + iy in pixels of the upright photo."""

    card: Card
    frame: PatchFrame | None
    at: complex = complex(np.nan, np.nan)
    is_wrong: bool = False
    is_passed: bool = False
    image: QImage | None = None
    is_sharp: bool = False
    problem: str = ""


class PatchGrid(QWidget):
    """Sixty patches of one landmark.

    Signals:
        moved: a face, and where its landmark was put: x + iy in pixels of the upright photo.
        marked: a patch was marked wrong, or not any more.
        pointed: the patch under the mouse, or chosen by the arrows, is another one.
    """

    moved = Signal(int, object)
    marked = Signal()
    pointed = Signal()

    def __init__(
        self, thumbnails: ThumbnailLoader, mean: Points, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._thumbnails, self._mean = thumbnails, mean
        self._photos = PhotoCache(self)
        self._patches: list[_Patch] = []
        self._ahead: list[Card] = []
        self._landmark = 0
        self._columns, self.side = 10, 96
        self.extent = DEFAULT_EXTENT
        self.current = 0
        self._pressed: tuple[QPointF, complex] | None = None
        self._is_dragging = False
        self._icons: dict[str, QPixmap] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(400, 300)
        self.setAccessibleName(tr("Patches of one landmark"))
        thumbnails.loaded.connect(self._on_thumbnails)
        self._photos.loaded.connect(self._on_photo)

    # What is shown

    def show_page(
        self, landmark: int, cards: Sequence[Card], marks: Sequence[tuple[bool, bool]],
        ahead: Sequence[Card],
    ) -> None:  # fmt: skip
        """Show these faces; `marks`: whether each is passed, and wrong. `ahead`: the next page,
        whose thumbnails are made meanwhile."""
        self._landmark, self._ahead = landmark, list(ahead)
        self._patches = [
            _Patch(card, None, is_passed=passed, is_wrong=wrong)
            for card, (passed, wrong) in zip(cards, marks, strict=True)
        ]
        self.current = min(self.current, max(len(cards) - 1, 0))
        self._pressed = None
        self._lay_out()
        self.pointed.emit()

    def update_cards(self, cards: dict[int, Card], marks: dict[int, tuple[bool, bool]]) -> None:
        """Follow changes of faces that are shown; what was marked here and not stored stays."""
        for patch in self._patches:
            card = cards.get(patch.card.id)
            if card is None:
                continue
            patch.card = card
            patch.is_passed, was_wrong = marks[card.id]
            patch.is_wrong = patch.is_wrong or was_wrong
            if card.points is not None and np.isfinite(card.points[self._landmark]).all():
                patch.at = complex(*card.points[self._landmark])
        self.update()

    def answers(self) -> dict[int, bool]:
        """Of each face that is shown, whether its landmark is right."""
        return {
            patch.card.id: not patch.is_wrong
            for patch in self._patches
            if patch.frame is not None and not patch.problem
        }

    @property
    def current_card(self) -> Card | None:
        """The face under the mouse, or chosen by the arrows."""
        return self._patches[self.current].card if self._patches else None

    @property
    def current_zoom(self) -> float | None:
        """Pixels of the screen for each pixel of that face's photo."""
        frame = self._patches[self.current].frame if self._patches else None
        return None if frame is None else frame.zoom / self.devicePixelRatioF()

    def rect_of(self, place: int) -> QRect:
        """Where a patch is in the widget."""
        row, column = divmod(place, self._columns)
        step = self.side + GAP_PIXELS
        left = (self.width() - self._columns * step + GAP_PIXELS) // 2
        return QRect(left + column * step, GAP_PIXELS + row * step, self.side, self.side)

    def close_photos(self) -> None:
        """Stop reading photos."""
        self._thumbnails.cancel_requests(self)
        self._photos.close()

    # Frames and pictures

    def _lay_out(self) -> None:
        """As large as a whole page fits."""
        best = max(
            range(5, 21),
            key=lambda columns: min(
                (self.width() - GAP_PIXELS) // columns,
                (self.height() - GAP_PIXELS) // -(-PAGE_FACES // columns),
            ),
        )
        rows = -(-PAGE_FACES // best)
        room = min(self.width() // best, (self.height() - GAP_PIXELS) // rows)
        self._columns, self.side = best, max(MIN_PATCH_PIXELS, room - GAP_PIXELS)
        pixels = round(self.side * self.devicePixelRatioF())
        for patch in self._patches:
            points = patch.card.points
            patch.image, patch.is_sharp, patch.frame = None, False, None
            if points is not None:
                patch.frame = frame_of(points, self._landmark, self._mean, self.extent, pixels)
                patch.at = complex(*points[self._landmark])
        self._thumbnails.request(
            self, [patch.card for patch in self._patches] + self._ahead, MAX_THUMBNAIL_PIXELS
        )
        self._cut()
        self._sharpen()

    def _cut(self) -> None:
        """Cut the patches whose thumbnails are there."""
        for patch in self._patches:
            if patch.image is not None or patch.frame is None:
                continue
            thumb = self._thumbnails.get(patch.card, MAX_THUMBNAIL_PIXELS)
            if thumb is None:
                continue
            patch.problem = thumb.problem
            if thumb.image is not None:
                self._set_image(patch, patch.frame.cut(thumb.image, square(patch.card)))
        self.update()

    def _set_image(self, patch: _Patch, image: QImage) -> None:
        image.setDevicePixelRatio(self.devicePixelRatioF())
        patch.image = image

    @Slot(object)
    def _on_thumbnails(self, faces: set[int]) -> None:
        if not faces or any(patch.card.id in faces for patch in self._patches):
            self._cut()

    def _sharpen(self) -> None:
        """Read the photos of patches that show more than their thumbnails: of the current patch
        first, then of those that reach beyond the thumbnail."""
        wanted = [
            patch.card.photo
            for place, patch in enumerate(self._patches)
            if patch.frame is not None
            and not patch.is_sharp
            and not patch.problem
            and (
                patch.frame.leaves(square(patch.card))
                or (place == self.current and _is_coarse(patch.card, patch.frame))
            )
        ]
        if self._patches and self._patches[self.current].card.photo in wanted:
            wanted.insert(0, self._patches[self.current].card.photo)
        if wanted:
            self._photos.request(list(dict.fromkeys(wanted)))
            for photo in set(wanted):
                self._cut_from(photo)

    @Slot(object)
    def _on_photo(self, photo: Path) -> None:
        if self._cut_from(photo):
            self._sharpen()  # only so many are read at once as fit into memory

    def _cut_from(self, photo: Path) -> bool:
        """Cut the patches of a photo that is decoded; whether there are any."""
        image = self._photos.get(photo)[0]
        if image is None:
            return False
        levels = [image, *self._photos.halved_copies(photo)]
        cut = False
        for patch in self._patches:
            if patch.card.photo != photo or patch.frame is None or patch.is_sharp:
                continue
            wanted = image.width() * patch.frame.zoom
            level = next((each for each in reversed(levels) if each.width() >= wanted), image)
            self._set_image(patch, patch.frame.cut(level, (0.0, 0.0, float(image.width()))))
            patch.is_sharp = cut = True
        self.update()
        return cut

    # Mouse and keys

    def _place_at(self, at: QPointF) -> int | None:
        return next(
            (
                place
                for place in range(len(self._patches))
                if self.rect_of(place).contains(at.toPoint())
            ),
            None,
        )

    def _point_to(self, place: int) -> None:
        if place != self.current:
            self.current = place
            self.update()
            self.pointed.emit()
        self._sharpen()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin a click or a drag."""
        place = self._place_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or place is None:
            return
        self._point_to(place)
        self._pressed, self._is_dragging = (event.position(), self._patches[place].at), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag the landmark, or point to another patch."""
        if self._pressed is None:
            if (place := self._place_at(event.position())) is not None:
                self._point_to(place)
            return
        start, at = self._pressed
        way = event.position() - start
        self._is_dragging |= way.manhattanLength() >= QApplication.startDragDistance() / 2
        patch = self._patches[self.current]
        if self._is_dragging and patch.frame is not None:
            ratio = self.devicePixelRatioF()
            patch.at = at + patch.frame.to_photo(complex(way.x(), way.y()) * ratio)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Put the landmark where it was dragged to, or mark a clicked patch."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._pressed = None
        if self._is_dragging:
            self._finish_move()
        else:
            self.toggle_wrong()

    def cancel_drag(self) -> bool:
        """Put the landmark back where a drag began; False if none is dragged."""
        if self._pressed is None:
            return False
        self._patches[self.current].at = self._pressed[1]
        self._pressed = None
        self.update()
        return True

    def _finish_move(self) -> None:
        patch = self._patches[self.current]
        if patch.frame is not None:
            patch.is_wrong = False
            self.moved.emit(patch.card.id, patch.at)
            self.marked.emit()
            self.update()

    def toggle_wrong(self) -> None:
        """Mark the current patch wrong, or not any more."""
        if not self._patches or self._patches[self.current].frame is None:
            return
        patch = self._patches[self.current]
        patch.is_wrong = not patch.is_wrong
        self.marked.emit()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Show more or less of the faces."""
        self.zoom(WHEEL_FACTOR ** (event.angleDelta().y() / 120))

    def zoom(self, factor: float) -> None:
        """Show patches `factor` times as large, within limits."""
        self.extent = min(max(self.extent / factor, MIN_EXTENT), MAX_EXTENT)
        places = [patch.at for patch in self._patches]
        self._lay_out()
        for patch, at in zip(self._patches, places, strict=True):
            patch.at = at
        self.pointed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows choose a patch, with Alt they move its landmark; X marks it wrong."""
        key = Qt.Key(event.key())
        if key in _ARROWS and self._patches:
            x, y = _ARROWS[key]
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._nudge(complex(x, y))
                return
            place = self.current + x + y * self._columns
            if 0 <= place < len(self._patches):
                self._point_to(place)
        elif key == Qt.Key.Key_X:
            self.toggle_wrong()
        else:
            super().keyPressEvent(event)

    def _nudge(self, way: complex) -> None:
        patch = self._patches[self.current]
        if patch.frame is not None:
            patch.at += patch.frame.to_photo(way * NUDGE_PIXELS * self.devicePixelRatioF())
            self._finish_move()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Fit a page into the new size."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._icons.clear()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw the patches with their landmarks and marks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, patch in enumerate(self._patches):
            self._paint_patch(painter, self.rect_of(place), patch, place == self.current)

    def _paint_patch(self, painter: QPainter, rect: QRect, patch: _Patch, is_current: bool) -> None:
        palette = self.palette()
        if patch.image is not None:
            painter.drawImage(rect.topLeft(), patch.image)
        else:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Mid))
            if patch.problem:
                middle = rect.center() - QPointF(_ICON_PIXELS / 2, _ICON_PIXELS / 2).toPoint()
                painter.drawPixmap(middle, self._icon("mdi6.image-broken-variant", "#e4e4e4"))
        if patch.frame is not None and not patch.problem:
            self._paint_mark(painter, rect, patch)
        if patch.card.verdict in FINAL and not patch.card.offered:
            mark = theme.verdict_pixmap(
                patch.card.verdict, _ICON_PIXELS, self.devicePixelRatioF(), selected=False
            )
            self._paint_badge(painter, rect, mark)
        elif patch.is_wrong:
            red = theme.verdict_colour("rejected", dark=True)
            painter.setPen(QPen(red, 3, j=Qt.PenJoinStyle.MiterJoin))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5))
            self._paint_badge(painter, rect, self._icon("mdi6.close-thick", red.name()))
        elif patch.card.draft and self._is_moved(patch):
            colour = theme.verdict_colour("corrected", dark=True).name()
            self._paint_badge(painter, rect, self._icon("mdi6.pencil", colour))
        elif patch.is_passed:
            colour = theme.verdict_colour("accepted", dark=True).name()
            self._paint_badge(painter, rect, self._icon("mdi6.check", colour))
        if is_current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(
                QPen(palette.color(QPalette.ColorRole.Accent), 2, j=Qt.PenJoinStyle.MiterJoin)
            )
            painter.drawRect(QRectF(rect).adjusted(-2, -2, 2, 2))

    def _is_moved(self, patch: _Patch) -> bool:
        moved = patch.card.moved
        return moved is not None and bool(moved[self._landmark])

    def _paint_badge(self, painter: QPainter, rect: QRect, mark: QPixmap) -> None:
        """A mark in the corner, on a dark ground that shows it on any skin."""
        ground = QRect(rect.left(), rect.top(), _ICON_PIXELS + 4, _ICON_PIXELS + 4)
        painter.fillRect(ground, QColor(0, 0, 0, 170))
        painter.drawPixmap(ground.topLeft().x() + 2, ground.topLeft().y() + 2, mark)

    def _paint_mark(self, painter: QPainter, rect: QRect, patch: _Patch) -> None:
        """A fine cross with a gap in the middle, so that it hides nothing there."""
        assert patch.frame is not None
        at = patch.frame.to_patch(patch.at) / self.devicePixelRatioF()
        if not np.isfinite(at):
            return
        painter.save()
        painter.setClipRect(rect)
        middle = QPointF(rect.left() + at.real, rect.top() + at.imag)
        for colour, width in ((QColor(0, 0, 0, 200), 2.6), (QColor("#ffffff"), 1.2)):
            painter.setPen(QPen(colour, width, c=Qt.PenCapStyle.FlatCap))
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                inner = QPointF(_GAP_PIXELS * x, _GAP_PIXELS * y)
                painter.drawLine(
                    middle + inner, middle + QPointF(_MARK_PIXELS * x, _MARK_PIXELS * y)
                )
        painter.restore()

    def _icon(self, name: str, colour: str) -> QPixmap:
        key = name + colour
        if key not in self._icons:
            size = QSize(_ICON_PIXELS, _ICON_PIXELS)
            self._icons[key] = theme.icon(name, QColor(colour)).pixmap(
                size, self.devicePixelRatioF()
            )
        return self._icons[key]


def _is_coarse(card: Card, frame: PatchFrame) -> bool:
    """Whether a thumbnail has fewer pixels than the patch shows and the photo has."""
    return MAX_THUMBNAIL_PIXELS / square(card)[2] < min(1.0, frame.zoom)
