"""The faces before and after the one on the canvas, in one row below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Slot
from PySide6.QtGui import QHelpEvent, QHideEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from labeltool.domain import Card, Changes
from labeltool.gui import theme
from labeltool.gui.gallery.card_painter import CardPainter, Look
from labeltool.gui.gallery.exit_animation import ExitAnimation
from labeltool.gui.gallery.grid_view import describe_card
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.session import Session

THUMBNAIL_PIXELS = 64
"""Width of a thumbnail in logical pixels."""


class Filmstrip(QWidget):
    """Neighbours in the queue; the current one is in the middle, where there are enough."""

    def __init__(
        self, session: Session, thumbnails: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._thumbnails = session, thumbnails
        self._painter = CardPainter(thumbnails)
        self._cards: dict[int, Card] = {}
        self._painted_cells: list[tuple[int, QRect]] = []
        self._exit_animation = ExitAnimation(self, QPoint(0, -1))
        self.setFont(theme.tabular(theme.small(self.font())))
        self._painter.resize(THUMBNAIL_PIXELS, 1.0)
        self._cell = self._painter.size(self.font())
        self.setFixedHeight(self._cell.height() + 2 * theme.SPACING)
        self.setMinimumWidth(3 * self._cell.width())
        self.setAccessibleName(tr("Faces before and after"))
        thumbnails.loaded.connect(self._on_loaded)
        session.changed.connect(self.refresh)

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Follow the desk."""
        index_of = self._session.desk.queue.index_of
        if changes.all and self.isVisible():
            gone = [
                (self._cards.get(i), rect) for i, rect in self._painted_cells if index_of(i) < 0
            ]
            if len(gone) < len(self._painted_cells):
                self._exit_animation.begin(
                    [(card, rect) for card, rect in gone if card is not None]
                )
        if changes.all or changes.photos:
            self._cards = {}
        for face_id in changes.faces:
            self._cards.pop(face_id, None)
        self.update()

    def recolour(self) -> None:
        """Follow the palette."""
        self._painter.recolour()
        self.update()

    def visible_faces(self) -> list[tuple[int, QRect]]:
        """Ids of the faces from left to right, and their cells in pixels of this widget."""
        queue, current = self._session.desk.queue.faces, self._session.desk.queue.index
        if current < 0:
            return []
        step = self._cell.width() + theme.SPACING
        count = max(1, (self.width() - theme.SPACING) // step)
        first = max(0, min(current - count // 2, len(queue) - count))
        ids = queue[first : first + count]
        left = (self.width() - len(ids) * step + theme.SPACING) // 2
        return [
            (face_id, QRect(QPoint(left + column * step, theme.SPACING), self._cell))
            for column, face_id in enumerate(ids)
        ]

    def _face_at(self, at: QPoint) -> int | None:
        for face_id, rect in self.visible_faces():
            if rect.contains(at):
                return face_id
        return None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the row."""
        self._painter.resize(THUMBNAIL_PIXELS, self.devicePixelRatioF())
        visible = self._painted_cells = self.visible_faces()
        missing = [face_id for face_id, _ in visible if face_id not in self._cards]
        if missing:
            near = {face_id for face_id, _ in visible}
            self._cards = {i: card for i, card in self._cards.items() if i in near}
            self._cards |= self._session.store.faces.cards(missing)
        cards = [self._cards[face_id] for face_id, _ in visible if face_id in self._cards]
        self._painter.prepare(cards)
        painter = QPainter(self)
        painter.setFont(self.font())
        current = self._session.desk.face
        for face_id, rect in visible:
            if event.region().intersects(rect):
                is_current = current is not None and face_id == current.id
                look = Look(is_current, is_current)
                self._painter.paint(painter, rect, self._cards.get(face_id), look, self.palette())
        self._exit_animation.paint(painter, self._painter, event.region())
        painter.end()
        # the nearest first
        middle = self.width() // 2
        order = sorted(visible, key=lambda item: abs(item[1].center().x() - middle))
        nearest = [self._cards[face_id] for face_id, _ in order if face_id in self._cards]
        self._thumbnails.request(self, nearest, self._painter.pixels)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Make no more thumbnails for it."""
        super().hideEvent(event)
        self._thumbnails.cancel_requests(self)

    @Slot(object)
    def _on_loaded(self, faces: set[int]) -> None:
        for face_id, rect in self._painted_cells if self.isVisible() else ():
            if not faces or face_id in faces:
                self.update(rect)

    def event(self, event: QEvent) -> bool:
        """Tooltips."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            card = self._cards.get(self._face_at(event.pos()) or 0)
            if card is None:
                QToolTip.hideText()
            else:
                thumb = self._thumbnails.get(card, self._painter.pixels)
                text = describe_card(card, "" if thumb is None else thumb.problem)
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
