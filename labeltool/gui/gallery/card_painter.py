"""How one face looks in the gallery: thumbnail with landmarks, verdict, flag, expected error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPalette, QPen, QPixmap

from labeltool.domain import Card, Verdict
from labeltool.gui import theme
from labeltool.gui.gallery.landmark_rasterizer import PictureLandmarks, draw_landmarks
from labeltool.gui.i18n.error_words import percent_words
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.byte_cache import ByteCache
from labeltool.gui.images.thumbnails import Thumbnail, ThumbnailLoader, square
from pipnet.text import one_line

MAX_CACHE_BYTES = 64_000_000
"""Thumbnails with landmarks drawn on them, in memory."""

MIN_NAME_WIDTH_PIXELS = 144
"""Width of a thumbnail in logical pixels from which on there is room for the file name."""

MAX_BATCH_CARDS = 32
"""Drawn at once, so that the arrays stay small."""

_ICON_PIXELS = 14
_FRAME_PIXELS = theme.SPACING


def _looks_same(one: Card, other: Card) -> bool:
    """Whether two states of a face have the same landmarks: most decisions change none."""
    if one is other:
        return True
    marks = ((one.points, other.points), (one.errors, other.errors), (one.moved, other.moved))
    facts = (one.box, one.box_kind, one.tolerance), (other.box, other.box_kind, other.tolerance)
    return facts[0] == facts[1] and all(
        (None if a is None else a.tobytes()) == (None if b is None else b.tobytes())
        for a, b in marks
    )


@dataclass(frozen=True, slots=True)
class Look:
    """How a card is highlighted; `is_left_out` of a batch."""

    is_selected: bool = False
    is_current: bool = False
    is_left_out: bool = False


class CardPainter:
    """Draws cards whose thumbnails are `side` logical pixels wide."""

    def __init__(self, thumbnails: ThumbnailLoader) -> None:
        self._thumbnails = thumbnails
        self.side = 160
        self.ratio = 1.0
        self._tiles: ByteCache[int, tuple[Card, Thumbnail, QImage]] = ByteCache(
            MAX_CACHE_BYTES, lambda tile: tile[2].sizeInBytes()
        )
        self._icons: dict[tuple[str, str], QPixmap] = {}
        self._measured: tuple[QFont, int] | None = None  # how wide an error is in which font

    @property
    def pixels(self) -> int:
        """Width of a thumbnail in device pixels."""
        return round(self.side * self.ratio)

    def size(self, font: QFont) -> QSize:
        """Of a card with its frame."""
        line = max(_ICON_PIXELS, QFontMetrics(font).height())
        return QSize(self.side + 2 * _FRAME_PIXELS, self.side + line + 3 * _FRAME_PIXELS)

    def recolour(self) -> None:
        """Follow the palette."""
        self._icons.clear()

    def resize(self, side: int, ratio: float) -> None:
        """Another size; `ratio`: device pixels per logical pixel."""
        if (side, ratio) != (self.side, self.ratio):
            self.side, self.ratio = side, ratio
            self._tiles.clear()
            self._icons.clear()

    def prepare(self, cards: Sequence[Card]) -> None:
        """Draw the landmarks on the thumbnails of these cards, where that is not done yet."""
        todo: list[tuple[Card, Thumbnail]] = []
        for card in cards:
            thumb = self._thumbnails.get(card, self.pixels)
            known = self._tiles.get(card.id)
            if thumb is None or thumb.image is None:
                continue
            if known is None or known[1] is not thumb or not _looks_same(known[0], card):
                todo.append((card, thumb))
            elif known[0] is not card:
                self._tiles[card.id] = card, thumb, known[2]
        for start in range(0, len(todo), MAX_BATCH_CARDS):
            self._compose(todo[start : start + MAX_BATCH_CARDS])

    def _compose(self, todo: list[tuple[Card, Thumbnail]]) -> None:
        side = self.pixels
        pictures, marks = [], []
        for card, thumb in todo:
            assert thumb.image is not None
            image = thumb.image
            if thumb.side != side:
                image = image.scaled(
                    side, side, Qt.AspectRatioMode.IgnoreAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )  # fmt: skip
            pictures.append(np.frombuffer(image.constBits(), np.uint8).reshape(side, side, 4))
            x, y, width = square(card)
            points = np.empty((0, 2)) if card.points is None else card.points
            levels = None if card.errors is None else card.errors / card.tolerance
            marks.append(
                PictureLandmarks((points + 0.5 - (x, y)) * (side / width), levels, card.moved)
            )
        for (card, thumb), drawn in zip(todo, draw_landmarks(pictures, marks), strict=True):
            image = QImage(drawn.data, side, side, 4 * side, QImage.Format.Format_RGB32).copy()
            image.setDevicePixelRatio(self.ratio)
            self._tiles[card.id] = card, thumb, image

    def paint(
        self, painter: QPainter, rect: QRect, card: Card | None, look: Look, palette: QPalette
    ) -> None:
        """Draw a card into `rect`; nothing but the selection for a face that was deleted."""
        role, solid = QPalette.ColorRole, painter.opacity()
        picture = QRect(
            rect.left() + _FRAME_PIXELS, rect.top() + _FRAME_PIXELS, self.side, self.side
        )
        if look.is_selected:
            painter.fillRect(rect, palette.color(role.Highlight))
        if card is None:
            return
        is_dismissed = card.verdict in (Verdict.REJECTED, Verdict.EXCLUDED) and not card.offered
        if look.is_left_out or is_dismissed:
            painter.fillRect(picture, palette.color(role.Window))
            painter.setOpacity(0.4 * solid)
        self.paint_picture(painter, picture, card, palette)
        painter.setOpacity(solid)
        line = QRect(
            picture.left(), picture.bottom() + 1, picture.width(),
            rect.bottom() - picture.bottom(),
        )  # fmt: skip
        pen = palette.color(role.HighlightedText if look.is_selected else role.Text)
        self._paint_line(painter, line, card, look, pen)
        if look.is_current:
            painter.setPen(QPen(pen, 2, j=Qt.PenJoinStyle.MiterJoin))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def paint_picture(self, painter: QPainter, rect: QRect, card: Card, palette: QPalette) -> None:
        """Draw only the thumbnail with its landmarks, or in its place what is wrong."""
        tile = self._tiles.get(card.id)
        if tile is not None and tile[0].box == card.box:
            painter.drawImage(rect.topLeft(), tile[2])
            return
        painter.fillRect(rect, palette.color(QPalette.ColorRole.Window))
        empty = palette.color(QPalette.ColorRole.Mid)
        empty.setAlpha(110)
        painter.fillRect(rect, empty)
        thumb = self._thumbnails.get(card, self.pixels)
        if thumb is None or not thumb.problem:
            return
        colour = palette.color(QPalette.ColorRole.PlaceholderText)
        size = min(32, self.side // 2)
        icon = self._icon("mdi6.image-broken-variant", colour, size)
        painter.drawPixmap(rect.center() - QPoint(size // 2, size // 2), icon)
        if self.side >= MIN_NAME_WIDTH_PIXELS:
            painter.setPen(palette.color(QPalette.ColorRole.Text))
            below = rect.adjusted(
                _FRAME_PIXELS, rect.height() // 2 + size // 2 + _FRAME_PIXELS, -_FRAME_PIXELS, 0
            )
            wrapped = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
            # the line below names the file
            problem = thumb.problem.replace(one_line(card.photo.name), tr("Photo"), 1)
            painter.drawText(below, wrapped, problem)

    def _paint_line(
        self, painter: QPainter, line: QRect, card: Card, look: Look, pen: QColor
    ) -> None:
        middle = line.top() + (line.height() - _ICON_PIXELS) // 2
        left, right = line.left(), line.right() + 1
        if look.is_left_out:
            painter.drawPixmap(left, middle, self._icon("mdi6.minus-circle-outline", pen))
        else:
            mark = theme.verdict_pixmap(card.verdict, _ICON_PIXELS, self.ratio, look.is_selected)
            painter.drawPixmap(left, middle, mark)
        left += _ICON_PIXELS + _FRAME_PIXELS // 2
        painter.setPen(pen)
        error = percent_words(card.error)
        width = self._error_width(painter.font())
        centred = Qt.AlignmentFlag.AlignVCenter
        right -= width
        painter.drawText(
            QRect(right, line.top(), width, line.height()),
            centred | Qt.AlignmentFlag.AlignRight, error,
        )  # fmt: skip
        if card.error is not None and self.side >= 80:
            right -= 12
            swatch = QRectF(right, middle + _ICON_PIXELS / 2 - 3.5, 7, 7)
            painter.fillRect(swatch, theme.error_colour(card.error / card.tolerance))
            painter.drawRect(swatch)
        for is_visible, name in (
            (card.flag, "mdi6.flag"),
            (card.draft, "mdi6.pencil"),
            (card.offered and card.verdict is not Verdict.UNREVIEWED, "mdi6.new-box"),
        ):
            if is_visible and right - left > _ICON_PIXELS:
                painter.drawPixmap(left, middle, self._icon(name, pen))
                left += _ICON_PIXELS + _FRAME_PIXELS // 2
        if self.side >= MIN_NAME_WIDTH_PIXELS:
            room = QRect(left, line.top(), right - left - _FRAME_PIXELS, line.height())
            name = painter.fontMetrics().elidedText(
                one_line(card.name), Qt.TextElideMode.ElideLeft, room.width()
            )
            painter.drawText(room, centred | Qt.AlignmentFlag.AlignLeft, name)

    def _error_width(self, font: QFont) -> int:
        if self._measured is None or self._measured[0] != font:
            width = QFontMetrics(font).horizontalAdvance(percent_words(0.1))
            self._measured = font, width
        return self._measured[1]

    def _icon(self, name: str, colour: QColor, size: int = _ICON_PIXELS) -> QPixmap:
        key = name, f"{colour.name()}{size}"
        if key not in self._icons:
            self._icons[key] = theme.icon(name, colour).pixmap(QSize(size, size), self.ratio)
        return self._icons[key]
