"""The faces before and after the one on the canvas, in one row under it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Slot
from PySide6.QtGui import QHelpEvent, QHideEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from labeltool.domain import Card, Changes
from labeltool.gui import theme
from labeltool.gui.gallery.card_painter import CardPainter, Look
from labeltool.gui.gallery.exit_animation import ExitAnimation
from labeltool.gui.gallery.grid_view import card_text
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.session import Session

SIDE = 64
"""Width of a picture in logical pixels."""


class Filmstrip(QWidget):
    """Neighbours in the queue; the current one is in the middle, where there are enough."""

    def __init__(
        self, session: Session, thumbs: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._thumbs = session, thumbs
        self._painter = CardPainter(thumbs)
        self._cards: dict[int, Card] = {}
        self._drawn: list[tuple[int, QRect]] = []
        self._leaving = ExitAnimation(self, QPoint(0, -1))
        self.setFont(theme.tabular(theme.small(self.font())))
        self._painter.resize(SIDE, 1.0)
        self._cell = self._painter.size(self.font())
        self.setFixedHeight(self._cell.height() + 2 * theme.SPACING)
        self.setMinimumWidth(3 * self._cell.width())
        self.setAccessibleName(tr("Faces before and after"))
        thumbs.loaded.connect(self._loaded)
        session.changed.connect(self.refresh)

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Follow the desk."""
        place = self._session.desk.queue.index_of
        if changes.all and self.isVisible():
            gone = [(self._cards.get(i), rect) for i, rect in self._drawn if place(i) < 0]
            if len(gone) < len(self._drawn):
                self._leaving.begin([(card, rect) for card, rect in gone if card is not None])
        if changes.all or changes.photos:
            self._cards = {}
        for face_id in changes.faces:
            self._cards.pop(face_id, None)
        self.update()

    def recolour(self) -> None:
        """Follow the palette."""
        self._painter.recolour()
        self.update()

    def _shown(self) -> list[tuple[int, QRect]]:
        """Faces from left to right, and where they are."""
        queue, here = self._session.desk.queue.faces, self._session.desk.queue.index
        if here < 0:
            return []
        step = self._cell.width() + theme.SPACING
        count = max(1, (self.width() - theme.SPACING) // step)
        first = max(0, min(here - count // 2, len(queue) - count))
        ids = queue[first : first + count]
        left = (self.width() - len(ids) * step + theme.SPACING) // 2
        return [
            (face_id, QRect(QPoint(left + place * step, theme.SPACING), self._cell))
            for place, face_id in enumerate(ids)
        ]

    def _face_at(self, at: QPoint) -> int | None:
        for face_id, rect in self._shown():
            if rect.contains(at):
                return face_id
        return None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the row."""
        self._painter.resize(SIDE, self.devicePixelRatioF())
        shown = self._drawn = self._shown()
        missing = [face_id for face_id, _ in shown if face_id not in self._cards]
        if missing:
            near = {face_id for face_id, _ in shown}
            self._cards = {i: card for i, card in self._cards.items() if i in near}
            self._cards |= self._session.store.faces.cards(missing)
        cards = [self._cards[face_id] for face_id, _ in shown if face_id in self._cards]
        self._painter.prepare(cards)
        painter = QPainter(self)
        painter.setFont(self.font())
        current = self._session.desk.face
        for face_id, rect in shown:
            if event.region().intersects(rect):
                is_current = current is not None and face_id == current.id
                look = Look(is_current, is_current)
                self._painter.paint(painter, rect, self._cards.get(face_id), look, self.palette())
        self._leaving.paint(painter, self._painter, event.region())
        painter.end()
        # the nearest first
        middle = self.width() // 2
        order = sorted(shown, key=lambda item: abs(item[1].center().x() - middle))
        wanted = [self._cards[face_id] for face_id, _ in order if face_id in self._cards]
        self._thumbs.want(self, wanted, self._painter.pixels)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nobody needs its pictures now."""
        super().hideEvent(event)
        self._thumbs.leave(self)

    @Slot(object)
    def _loaded(self, faces: set[int]) -> None:
        if self.isVisible() and (not faces or not faces.isdisjoint(self._cards)):
            self.update()

    def event(self, event: QEvent) -> bool:
        """Tooltips."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            card = self._cards.get(self._face_at(event.pos()) or 0)
            if card is None:
                QToolTip.hideText()
            else:
                thumb = self._thumbs.get(card, self._painter.pixels)
                text = card_text(card, "" if thumb is None else thumb.problem)
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go to a face."""
        face_id = self._face_at(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or face_id is None:
            event.ignore()
            return
        self._session.desk.open(face_id)
        self._session.publish(Changes())
