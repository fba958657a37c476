"""A grid of faces of any number: only what is on the screen is fetched, made and drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QHelpEvent,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from labeltool.domain import Card, Changes
from labeltool.gui import theme
from labeltool.gui.background.thread_priority import foreground_work
from labeltool.gui.gallery.card_painter import CardPainter, Look
from labeltool.gui.gallery.exit_animation import ExitAnimation
from labeltool.gui.gallery.selection import Selection
from labeltool.gui.i18n.translate import score_words, tr, verdict_word
from labeltool.gui.images.thumbnails import ThumbnailLoader
from pipnet.text import one_line

SMALLEST, LARGEST = 64, 320
"""Widths of a picture in logical pixels."""

_GAP = theme.SPACING
_KEPT = 4000  # cards kept in memory

Fetch = Callable[[Sequence[int]], dict[int, Card]]


class GridView(QAbstractScrollArea):
    """Pictures of faces in rows, with one current face and a selection.

    Signals:
        selection_changed: another selection.
        side_changed: another width of the pictures, by Ctrl and the wheel.
    """

    selection_changed = Signal()
    side_changed = Signal(int)

    def __init__(
        self, thumbs: ThumbnailLoader, fetch: Fetch, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._thumbs, self._fetch = thumbs, fetch
        self._painter = CardPainter(thumbs)
        self._cards: dict[int, Card | None] = {}
        self._places: dict[int, int] = {}  # of the faces on the screen
        self._looks: dict[int, Look] = {}  # as they were drawn last
        self._count = 0
        self._step, self._columns, self._pitch, self._margin = QSize(1, 1), 1, 1, 0
        self.selection = Selection()
        self.left_out: set[int] = set()
        self._band: QRect | None = None  # in the grid, not on the screen
        self._leaving = ExitAnimation(self.viewport(), QPoint(-1, 0))
        self._ahead = QTimer(self, singleShot=True, interval=150)
        self._ahead.timeout.connect(self._look_ahead)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFont(theme.tabular(theme.small(self.font())))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.viewport().setAutoFillBackground(True)
        thumbs.loaded.connect(self._loaded)

    # Faces

    def set_faces(
        self, ids: Sequence[int], place: Callable[[int], int], sliding: bool = False
    ) -> None:
        """Show these; `place` finds a face's place among them, -1 without. The list is not copied:
        call this again when it has changed. `sliding`: those that are gone slide out, unless more
        than a page changed."""
        if ids is not self.selection.ids or len(ids) != self._count:
            if sliding and abs(len(ids) - self._count) <= len(self._places):
                gone = [(self._cards.get(i), at) for i, at in self._places.items() if place(i) < 0]
                self._leaving.begin([(card, self.rect_of(at)) for card, at in gone if card])
            self.selection.follow(ids, place)
            self._count = len(ids)
            self._fit()

    def set_current(self, face_id: int | None, to_top: bool = False) -> None:
        """Follow the desk; another face than the current one ends a selection it is not part of."""
        if self.selection.go_to(face_id):
            self.selection_changed.emit()
        self.update_looks()
        if face_id is not None:
            self.show_face(face_id, to_top)

    def forget(self, changes: Changes) -> None:
        """Fetch again what a change touched."""
        if changes.all or changes.photos:
            self._cards = {}
            self.viewport().update()
        for face_id in changes.faces:
            self._cards.pop(face_id, None)
        self._update_faces(changes.faces)

    def recolour(self) -> None:
        """Follow the palette."""
        self._painter.recolour()
        self.viewport().update()

    # Where things are

    @property
    def side(self) -> int:
        """Width of a picture in logical pixels."""
        return self._painter.side

    @side.setter
    def side(self, wanted: int) -> None:
        wanted = min(max(wanted, SMALLEST), LARGEST)
        if wanted == self.side:
            return
        current = self.selection.current
        seen = current is not None and current in self._places
        self._painter.resize(wanted, self.devicePixelRatioF())
        self._fit()
        if seen and current is not None:
            self.show_face(current)
        self.side_changed.emit(wanted)

    @property
    def columns(self) -> int:
        """Faces in a row."""
        return self._columns

    @property
    def rows(self) -> int:
        """Whole rows on the screen, at least one."""
        return max(1, (self.viewport().height() - _GAP) // self._step.height())

    def rect_of(self, place: int) -> QRect:
        """Where a face's card is, in pixels of the viewport."""
        row, column = divmod(place, self._columns)
        return QRect(
            self._margin + column * self._pitch,
            row * self._step.height() + _GAP - self.verticalScrollBar().value(),
            self._step.width() - _GAP,
            self._step.height() - _GAP,
        )

    def place_at(self, at: QPoint) -> int:
        """Place of the face under a point of the viewport, -1 without."""
        for place in self._within(QRect(at, QSize(1, 1))):
            if self.rect_of(place).contains(at):
                return place
        return -1

    def _first_place(self) -> int:
        return self.verticalScrollBar().value() // self._step.height() * self._columns

    def _within(self, rect: QRect) -> list[int]:
        """Places of the cards that a rectangle of the viewport touches."""
        step, top = self._step, self.verticalScrollBar().value()
        first = max(0, (top + rect.top() - _GAP) // step.height())
        last = max(-1, (top + rect.bottom()) // step.height())
        places = range(
            first * self.columns, min((last + 1) * self.columns, len(self.selection.ids))
        )
        return [place for place in places if self.rect_of(place).intersects(rect)]

    def page(self) -> list[int]:
        """Ids of the faces of which at least half can be seen."""
        seen = self.viewport().rect()
        ids = self.selection.ids
        return [ids[p] for p in self._within(seen) if seen.contains(self.rect_of(p).center())]

    def show_face(self, face_id: int, to_top: bool = False) -> None:
        """Scroll until the face is wholly on the screen, or its row the first one."""
        place = self.selection.place(face_id)
        if place < 0:
            return
        bar, rect = self.verticalScrollBar(), self.rect_of(place)
        if to_top or rect.top() < 0:
            bar.setValue(bar.value() + rect.top() - _GAP)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() + _GAP - self.viewport().height())

    def _fit(self) -> None:
        """Measure anew; the face in the top left corner stays there."""
        first, bar = self._first_place(), self.verticalScrollBar()
        into = bar.value() % self._step.height() if first else bar.value()
        self._painter.resize(self.side, self.devicePixelRatioF())
        step = self._step = self._painter.size(self.font()) + QSize(_GAP, _GAP)
        width, height = self.viewport().width(), self.viewport().height()
        self._columns = max(1, (width - _GAP) // step.width())
        # what is left over goes between the columns
        self._pitch = max(step.width(), (width - _GAP) // self._columns)
        self._margin = (self._pitch - step.width()) // 2 + _GAP
        rows = -(-len(self.selection.ids) // self._columns)
        bar.setRange(0, max(0, rows * step.height() + _GAP - height))
        bar.setPageStep(max(1, height - step.height() // 2))
        # three such steps are one notch of a wheel: a row, or what is left of a page
        bar.setSingleStep(max(1, min(step.height(), height) // 3))
        bar.setValue(first // self._columns * step.height() + min(into, step.height()))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Other columns; the current face stays on the screen if it was there."""
        super().resizeEvent(event)
        current = self.selection.current
        seen = current is not None and current in self._places
        self._fit()
        if seen and current is not None:
            self.show_face(current)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        """Move what is drawn already; only what comes into view is painted."""
        if self._band is not None or self._leaving.is_running:
            self.viewport().update()
        else:
            self.viewport().scroll(dx, dy)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Ctrl and the wheel change the size."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.side += 16 if event.angleDelta().y() > 0 else -16
            event.accept()
        else:
            super().wheelEvent(event)

    # Drawing

    def _card(self, places: Iterable[int]) -> list[Card]:
        """The cards at these places, fetched where they are not known."""
        ids = [self.selection.ids[place] for place in places]
        missing = [face_id for face_id in ids if face_id not in self._cards]
        if missing:
            if len(self._cards) > _KEPT:
                shown = {self.selection.ids[p] for p in self._places.values()
                         if p < len(self.selection.ids)}  # fmt: skip
                self._cards = {i: c for i, c in self._cards.items() if i in shown}
            found = self._fetch(missing)
            self._cards |= {face_id: found.get(face_id) for face_id in missing}
        return [card for i in ids if (card := self._cards.get(i)) is not None]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the cards of the part that is asked for."""
        with foreground_work():
            self._paint(event)
        self._want()

    def _paint(self, event: QPaintEvent) -> None:
        self._painter.resize(self.side, self.devicePixelRatioF())
        places = self._within(event.rect())
        self._painter.prepare(self._card(places))
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        for place in places:
            rect, face_id = self.rect_of(place), self.selection.ids[place]
            if not event.region().intersects(rect):
                continue
            look = self._looks[face_id] = self._look(face_id)
            card = self._cards.get(face_id)
            self._painter.paint(painter, rect, card, look, self.palette())
        self._leaving.paint(painter, self._painter, event.region())
        if self._band is not None:
            colour = self.palette().color(QPalette.ColorRole.Highlight)
            painter.setPen(QPen(colour, 1))
            colour.setAlpha(50)
            painter.setBrush(colour)
            painter.drawRect(self._band.translated(0, -self.verticalScrollBar().value()))
        painter.end()

    def _look(self, face_id: int) -> Look:
        chosen, current = self.selection.chosen, self.selection.current
        return Look(face_id in chosen, face_id == current, face_id in self.left_out)

    def update_looks(self) -> None:
        """Draw those cards anew that stand out otherwise than before."""
        self._update_faces(i for i in self._places if self._looks.get(i) != self._look(i))

    def _update_faces(self, faces: Iterable[int]) -> None:
        """Draw those of the faces anew that are on the screen."""
        ids = self.selection.ids
        for face_id in faces:
            place = self._places.get(face_id, -1)
            if 0 <= place < len(ids) and ids[place] == face_id:
                self.viewport().update(self.rect_of(place))

    def _want(self) -> None:
        seen = self._within(self.viewport().rect())
        self._places = {self.selection.ids[place]: place for place in seen}
        self._looks = {i: look for i, look in self._looks.items() if i in self._places}
        self._thumbs.want(self, self._card(seen), self._painter.pixels)
        self._ahead.start()

    @Slot()
    def _look_ahead(self) -> None:
        """Once the person rests, the page after and the one before are made too."""
        if not self.isVisible() or not self._places:
            return
        first, last = min(self._places.values()), max(self._places.values())
        page = last - first + 1
        total = len(self.selection.ids)
        near = [*range(first, min(last + 1 + page, total)), *range(max(0, first - page), first)]
        near = [place for place in near if place < total]
        self._thumbs.want(self, self._card(near), self._painter.pixels)

    @Slot(object)
    def _loaded(self, faces: set[int]) -> None:
        if not self.isVisible():
            return
        if not faces:
            self.viewport().update()
        self._update_faces(faces)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Nobody needs pictures of a grid that is not seen."""
        super().hideEvent(event)
        self._ahead.stop()
        self._thumbs.leave(self)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Tooltips."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.place_at(event.pos())
            card = self._cards.get(self.selection.ids[place]) if place >= 0 else None
            if card is None:
                QToolTip.hideText()
            else:
                thumb = self._thumbs.get(card, self._painter.pixels)
                text = card_text(card, "" if thumb is None else thumb.problem)
                QToolTip.showText(event.globalPos(), text, self, self.rect_of(place))
            return True
        return super().viewportEvent(event)


def card_text(card: Card, problem: str) -> str:
    """The face in words."""
    words = [verdict_word(card.verdict), score_words(card.score)]
    if card.flag:
        words.append(tr("flagged"))
    if card.draft:
        words.append(tr("unsaved moves"))
    if card.offered and card.verdict == "rejected":
        words.append(tr("new proposal"))
    return "\n".join(filter(None, [one_line(card.name), ", ".join(words), problem]))
