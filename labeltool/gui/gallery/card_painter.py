"""How one face looks in the gallery: its picture with landmarks, verdict, flag and score."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPalette, QPen, QPixmap

from labeltool.domain import Card, Verdict
from labeltool.gui import theme
from labeltool.gui.gallery.landmark_rasterizer import PictureLandmarks, draw_landmarks
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.thumbnails import Thumbnail, ThumbnailLoader, square
from pipnet.text import one_line

MAX_CACHE_BYTES = 64_000_000
"""Bytes of pictures with landmarks on them kept ready."""

MIN_NAME_WIDTH = 144
"""From this width on there is room for the file name."""

_ICON = 14
_FRAME = theme.SPACING


def _same_picture(one: Card, other: Card) -> bool:
    """Whether two states of a face show the same landmarks: most verdicts change none."""
    if one is other:
        return True
    marks = ((one.points, other.points), (one.scores, other.scores), (one.moved, other.moved))
    return (one.box, one.box_kind) == (other.box, other.box_kind) and all(
        (None if a is None else a.tobytes()) == (None if b is None else b.tobytes())
        for a, b in marks
    )


@dataclass(frozen=True, slots=True)
class Look:
    """How a card stands out; `left_out` of a batch."""

    selected: bool = False
    current: bool = False
    left_out: bool = False


class CardPainter:
    """Draws cards whose pictures are `side` logical pixels wide."""

    def __init__(self, thumbs: ThumbnailLoader) -> None:
        self._thumbs = thumbs
        self.side = 160
        self.ratio = 1.0
        self._tiles: OrderedDict[int, tuple[Card, Thumbnail, QImage]] = OrderedDict()
        self._icons: dict[tuple[str, str], QPixmap] = {}

    @property
    def pixels(self) -> int:
        """Width of a picture in pixels of the screen."""
        return round(self.side * self.ratio)

    def size(self, font: QFont) -> QSize:
        """Of a card with its frame."""
        line = max(_ICON, QFontMetrics(font).height())
        return QSize(self.side + 2 * _FRAME, self.side + line + 3 * _FRAME)

    def recolour(self) -> None:
        """Follow the palette."""
        self._icons.clear()

    def resize(self, side: int, ratio: float) -> None:
        """Another size; `ratio` is the screen's pixels to a logical one."""
        if (side, ratio) != (self.side, self.ratio):
            self.side, self.ratio = side, ratio
            self._tiles.clear()
            self._icons.clear()

    def prepare(self, cards: Sequence[Card]) -> None:
        """Draw the landmarks of these, all at once, where they are not yet."""
        todo: list[tuple[Card, Thumbnail]] = []
        for card in cards:
            thumb = self._thumbs.get(card, self.pixels)
            known = self._tiles.get(card.id)
            if thumb is None or thumb.image is None:
                continue
            if known is None or known[1] is not thumb or not _same_picture(known[0], card):
                todo.append((card, thumb))
            else:
                self._tiles[card.id] = card, thumb, known[2]
        # a few at a time, so that the arrays stay small
        for start in range(0, len(todo), 32):
            self._compose(todo[start : start + 32])

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
            marks.append(
                PictureLandmarks((points + 0.5 - (x, y)) * (side / width), card.scores, card.moved)
            )
        for (card, thumb), drawn in zip(todo, draw_landmarks(pictures, marks), strict=True):
            image = QImage(drawn.data, side, side, 4 * side, QImage.Format.Format_RGB32).copy()
            image.setDevicePixelRatio(self.ratio)
            self._tiles[card.id] = card, thumb, image
            self._tiles.move_to_end(card.id)
        most = max(len(todo), MAX_CACHE_BYTES // (4 * side * side))
        while len(self._tiles) > most:
            self._tiles.popitem(last=False)

    def paint(
        self, painter: QPainter, rect: QRect, card: Card | None, look: Look, palette: QPalette
    ) -> None:
        """Draw a card into `rect`; an empty place where the face is gone."""
        role, solid = QPalette.ColorRole, painter.opacity()
        picture = QRect(rect.left() + _FRAME, rect.top() + _FRAME, self.side, self.side)
        if look.selected:
            painter.fillRect(rect, palette.color(role.Highlight))
        if card is None:
            return
        gone = card.verdict in (Verdict.REJECTED, Verdict.EXCLUDED) and not card.offered
        if look.left_out or gone:
            painter.fillRect(picture, palette.color(role.Window))
            painter.setOpacity(0.4 * solid)
        self._paint_picture(painter, picture, card, palette)
        painter.setOpacity(solid)
        line = QRect(
            picture.left(), picture.bottom() + 1, picture.width(),
            rect.bottom() - picture.bottom(),
        )  # fmt: skip
        pen = palette.color(role.HighlightedText if look.selected else role.Text)
        self._paint_line(painter, line, card, look, pen)
        if look.current:
            painter.setPen(QPen(pen, 2, j=Qt.PenJoinStyle.MiterJoin))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -1, -1))

    def _paint_picture(self, painter: QPainter, rect: QRect, card: Card, palette: QPalette) -> None:
        tile = self._tiles.get(card.id)
        if tile is not None and tile[0].box == card.box:
            painter.drawImage(rect.topLeft(), tile[2])
            return
        painter.fillRect(rect, palette.color(QPalette.ColorRole.Window))
        empty = palette.color(QPalette.ColorRole.Mid)
        empty.setAlpha(110)
        painter.fillRect(rect, empty)
        thumb = self._thumbs.get(card, self.pixels)
        if thumb is None or not thumb.problem:
            return
        colour = palette.color(QPalette.ColorRole.PlaceholderText)
        size = min(32, self.side // 2)
        icon = self._icon("mdi6.image-broken-variant", colour, size)
        painter.drawPixmap(rect.center() - QPoint(size // 2, size // 2), icon)
        if self.side >= MIN_NAME_WIDTH:
            painter.setPen(palette.color(QPalette.ColorRole.Text))
            below = rect.adjusted(_FRAME, rect.height() // 2 + size // 2 + _FRAME, -_FRAME, 0)
            wrapped = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
            # the line below names the file
            problem = thumb.problem.replace(one_line(card.photo.name), tr("Photo"), 1)
            painter.drawText(below, wrapped, problem)

    def _paint_line(
        self, painter: QPainter, line: QRect, card: Card, look: Look, pen: QColor
    ) -> None:
        middle = line.top() + (line.height() - _ICON) // 2
        left, right = line.left(), line.right() + 1
        if look.left_out:
            painter.drawPixmap(left, middle, self._icon("mdi6.minus-circle-outline", pen))
        else:
            mark = theme.verdict_pixmap(card.verdict, _ICON, self.ratio, look.selected)
            painter.drawPixmap(left, middle, mark)
        left += _ICON + _FRAME // 2
        painter.setPen(pen)
        score = "-" if card.score is None else f"{card.score:.2f}"
        width = painter.fontMetrics().horizontalAdvance("0.00")
        centred = Qt.AlignmentFlag.AlignVCenter
        right -= width
        painter.drawText(
            QRect(right, line.top(), width, line.height()),
            centred | Qt.AlignmentFlag.AlignRight, score,
        )  # fmt: skip
        if card.score is not None and self.side >= 80:
            right -= 10
            swatch = QRectF(right, middle + _ICON / 2 - 3.5, 7, 7)
            painter.fillRect(swatch, theme.confidence_colour(card.score))
            painter.drawRect(swatch)
        for shown, name in (
            (card.flag, "mdi6.flag"),
            (card.draft, "mdi6.pencil"),
            (card.offered and card.verdict is not Verdict.UNREVIEWED, "mdi6.new-box"),
        ):
            if shown and right - left > _ICON:
                painter.drawPixmap(left, middle, self._icon(name, pen))
                left += _ICON + _FRAME // 2
        if self.side >= MIN_NAME_WIDTH:
            room = QRect(left, line.top(), right - left - _FRAME, line.height())
            name = painter.fontMetrics().elidedText(
                one_line(card.name), Qt.TextElideMode.ElideLeft, room.width()
            )
            painter.drawText(room, centred | Qt.AlignmentFlag.AlignLeft, name)

    def _icon(self, name: str, colour: QColor, size: int = _ICON) -> QPixmap:
        key = name, f"{colour.name()}{size}"
        if key not in self._icons:
            self._icons[key] = theme.icon(name, colour).pixmap(QSize(size, size), self.ratio)
        return self._icons[key]
