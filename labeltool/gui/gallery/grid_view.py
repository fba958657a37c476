"""A grid of any number of faces: only visible ones are fetched and drawn."""

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
from labeltool.gui.i18n.error_words import error_words
from labeltool.gui.i18n.translate import tr, verdict_word
from labeltool.gui.images.thumbnails import ThumbnailLoader
from pipnet.text import one_line

MIN_THUMBNAIL_PIXELS, MAX_THUMBNAIL_PIXELS = 64, 320
"""Width of a thumbnail in logical pixels."""

_GAP = theme.SPACING
MAX_CACHED_CARDS = 4000

PREFETCH_DELAY_MS = 150
"""After the last repaint; then the pages before and after are loaded."""

SIDE_STEP_PIXELS = 16
"""By Ctrl and one notch of the wheel."""

Fetch = Callable[[Sequence[int]], dict[int, Card]]


class GridView(QAbstractScrollArea):
    """Thumbnails of faces in rows, with one current face and a selection.

    Signals:
        selection_changed: another selection.
        side_changed: another width of the thumbnails, by Ctrl and the wheel.
    """

    selection_changed = Signal()
    side_changed = Signal(int)

    def __init__(
        self, thumbnails: ThumbnailLoader, fetch: Fetch, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._thumbnails, self._fetch = thumbnails, fetch
        self._painter = CardPainter(thumbnails)
        self._cards: dict[int, Card | None] = {}
        self._visible: dict[int, int] = {}  # indices of the visible faces by their ids
        self._looks: dict[int, Look] = {}  # of the visible cards, as drawn last
        self._count = 0
        self._step, self._columns, self._pitch, self._margin = QSize(1, 1), 1, 1, 0
        self.selection = Selection()
        self.left_out: set[int] = set()
        self._rubber_band: QRect | None = None  # in grid coordinates, which do not scroll
        self.exit_animation = ExitAnimation(self.viewport(), QPoint(-1, 0))
        self._prefetch_timer = QTimer(self, singleShot=True, interval=PREFETCH_DELAY_MS)
        self._prefetch_timer.timeout.connect(self._prefetch)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFont(theme.tabular(theme.small(self.font())))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.viewport().setAutoFillBackground(True)
        thumbnails.loaded.connect(self._on_loaded)

    # Faces

    def set_faces(
        self, ids: Sequence[int], index_of: Callable[[int], int], animated: bool = False
    ) -> None:
        """Show these; `index_of` finds a face's index, -1 for none. The list is not copied: call
        this again when it has changed. `animated`: removed faces slide out, unless more than a page
        changed."""
        if ids is not self.selection.ids or len(ids) != self._count:
            if animated and abs(len(ids) - self._count) <= len(self._visible):
                gone = [
                    (self._cards.get(i), at) for i, at in self._visible.items() if index_of(i) < 0
                ]
                self.exit_animation.begin([(card, self.rect_of(at)) for card, at in gone if card])
            self.selection.set_faces(ids, index_of)
            self._count = len(ids)
            self._layout()

    def set_current(self, face_id: int | None, to_top: bool = False) -> None:
        """Follow the desk; a face that is not selected replaces the selection."""
        if self.selection.set_current(face_id):
            self.selection_changed.emit()
        self.update_looks()
        if face_id is not None:
            self.show_face(face_id, to_top)

    def refresh(self, changes: Changes) -> None:
        """Fetch changed faces again."""
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

    # Geometry

    @property
    def side(self) -> int:
        """Width of a thumbnail in logical pixels."""
        return self._painter.side

    @side.setter
    def side(self, wanted: int) -> None:
        wanted = min(max(wanted, MIN_THUMBNAIL_PIXELS), MAX_THUMBNAIL_PIXELS)
        if wanted == self.side:
            return
        current = self.selection.current
        was_visible = current is not None and current in self._visible
        self._painter.resize(wanted, self.devicePixelRatioF())
        self._layout()
        if was_visible and current is not None:
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

    def rect_of(self, index: int) -> QRect:
        """The card of a face, in pixels of the viewport."""
        row, column = divmod(index, self._columns)
        return QRect(
            self._margin + column * self._pitch,
            row * self._step.height() + _GAP - self.verticalScrollBar().value(),
            self._step.width() - _GAP,
            self._step.height() - _GAP,
        )

    def index_at(self, at: QPoint) -> int:
        """Index of the face at a point of the viewport, or -1."""
        for index in self._within(QRect(at, QSize(1, 1))):
            if self.rect_of(index).contains(at):
                return index
        return -1

    def _first_index(self) -> int:
        return self.verticalScrollBar().value() // self._step.height() * self._columns

    def _within(self, rect: QRect) -> list[int]:
        """Indices of the cards that a rectangle of the viewport touches."""
        step, top = self._step, self.verticalScrollBar().value()
        first = max(0, (top + rect.top() - _GAP) // step.height())
        last = max(-1, (top + rect.bottom()) // step.height())
        indices = range(
            first * self.columns, min((last + 1) * self.columns, len(self.selection.ids))
        )
        return [index for index in indices if self.rect_of(index).intersects(rect)]

    def page(self) -> list[int]:
        """Ids of the faces of which at least half is visible."""
        seen = self.viewport().rect()
        ids = self.selection.ids
        return [ids[p] for p in self._within(seen) if seen.contains(self.rect_of(p).center())]

    def show_face(self, face_id: int, to_top: bool = False) -> None:
        """Scroll until the whole card is visible, or until its row is the first one."""
        index = self.selection.index_of(face_id)
        if index < 0:
            return
        bar, rect = self.verticalScrollBar(), self.rect_of(index)
        if to_top or rect.top() < 0:
            bar.setValue(bar.value() + rect.top() - _GAP)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() + _GAP - self.viewport().height())

    def _layout(self) -> None:
        """Compute rows and columns; the face in the top left corner stays there."""
        first, bar = self._first_index(), self.verticalScrollBar()
        into = bar.value() % self._step.height() if first else bar.value()
        self._painter.resize(self.side, self.devicePixelRatioF())
        step = self._step = self._painter.size(self.font()) + QSize(_GAP, _GAP)
        width, height = self.viewport().width(), self.viewport().height()
        self._columns = max(1, (width - _GAP) // step.width())
        # the remaining width goes between the columns
        self._pitch = max(step.width(), (width - _GAP) // self._columns)
        self._margin = (self._pitch - step.width()) // 2 + _GAP
        rows = -(-len(self.selection.ids) // self._columns)
        bar.setRange(0, max(0, rows * step.height() + _GAP - height))
        bar.setPageStep(max(1, height - step.height() // 2))
        # three steps are one notch of the wheel: a row, or a page if that is smaller
        bar.setSingleStep(max(1, min(step.height(), height) // 3))
        bar.setValue(first // self._columns * step.height() + min(into, step.height()))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Compute the columns again; the current face stays visible if it was."""
        super().resizeEvent(event)
        current = self.selection.current
        was_visible = current is not None and current in self._visible
        self._layout()
        if was_visible and current is not None:
            self.show_face(current)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        """Move what is painted; only what comes into view is painted again."""
        if self._rubber_band is not None or self.exit_animation.is_running:
            self.viewport().update()
        else:
            self.viewport().scroll(dx, dy)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Ctrl and the wheel change the size."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.side += SIDE_STEP_PIXELS if event.angleDelta().y() > 0 else -SIDE_STEP_PIXELS
            event.accept()
        else:
            super().wheelEvent(event)

    # Drawing

    def _cards_at(self, indices: Iterable[int]) -> list[Card]:
        """The cards at these indices, fetched where they are not cached."""
        ids = [self.selection.ids[index] for index in indices]
        missing = [face_id for face_id in ids if face_id not in self._cards]
        if missing:
            if len(self._cards) > MAX_CACHED_CARDS:
                visible = {self.selection.ids[p] for p in self._visible.values()
                         if p < len(self.selection.ids)}  # fmt: skip
                self._cards = {i: c for i, c in self._cards.items() if i in visible}
            found = self._fetch(missing)
            self._cards |= {face_id: found.get(face_id) for face_id in missing}
        return [card for i in ids if (card := self._cards.get(i)) is not None]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the cards in the part that has to be painted."""
        with foreground_work():
            self._paint(event)
        self._request_thumbnails()

    def _paint(self, event: QPaintEvent) -> None:
        self._painter.resize(self.side, self.devicePixelRatioF())
        indices = self._within(event.rect())
        self._painter.prepare(self._cards_at(indices))
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        for index in indices:
            rect, face_id = self.rect_of(index), self.selection.ids[index]
            if not event.region().intersects(rect):
                continue
            look = self._looks[face_id] = self._look(face_id)
            card = self._cards.get(face_id)
            self._painter.paint(painter, rect, card, look, self.palette())
        self.exit_animation.paint(painter, self._painter, event.region())
        if self._rubber_band is not None:
            colour = self.palette().color(QPalette.ColorRole.Highlight)
            painter.setPen(QPen(colour, 1))
            colour.setAlpha(50)
            painter.setBrush(colour)
            painter.drawRect(self._rubber_band.translated(0, -self.verticalScrollBar().value()))
        painter.end()

    def _look(self, face_id: int) -> Look:
        selected, current = self.selection.selected, self.selection.current
        return Look(face_id in selected, face_id == current, face_id in self.left_out)

    def update_looks(self) -> None:
        """Repaint the cards whose highlight has changed."""
        self._update_faces(i for i in self._visible if self._looks.get(i) != self._look(i))

    def _update_faces(self, faces: Iterable[int]) -> None:
        """Repaint those of the faces that are visible."""
        ids = self.selection.ids
        for face_id in faces:
            index = self._visible.get(face_id, -1)
            if 0 <= index < len(ids) and ids[index] == face_id:
                self.viewport().update(self.rect_of(index))

    def _request_thumbnails(self) -> None:
        seen = self._within(self.viewport().rect())
        self._visible = {self.selection.ids[index]: index for index in seen}
        self._looks = {i: look for i, look in self._looks.items() if i in self._visible}
        self._thumbnails.request(self, self._cards_at(seen), self._painter.pixels)
        self._prefetch_timer.start()

    @Slot()
    def _prefetch(self) -> None:
        """Load the page after and the one before."""
        if not self.isVisible() or not self._visible:
            return
        first, last = min(self._visible.values()), max(self._visible.values())
        page = last - first + 1
        total = len(self.selection.ids)
        near = [*range(first, min(last + 1 + page, total)), *range(max(0, first - page), first)]
        near = [index for index in near if index < total]
        self._thumbnails.request(self, self._cards_at(near), self._painter.pixels)

    @Slot(object)
    def _on_loaded(self, faces: set[int]) -> None:
        if not self.isVisible():
            return
        if not faces:
            self.viewport().update()
        self._update_faces(faces)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Make no more thumbnails for it."""
        super().hideEvent(event)
        self._prefetch_timer.stop()
        self._thumbnails.cancel_requests(self)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Tooltips."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.index_at(event.pos())
            card = self._cards.get(self.selection.ids[index]) if index >= 0 else None
            if card is None:
                QToolTip.hideText()
            else:
                thumb = self._thumbnails.get(card, self._painter.pixels)
                text = describe_card(card, "" if thumb is None else thumb.problem)
                QToolTip.showText(event.globalPos(), text, self, self.rect_of(index))
            return True
        return super().viewportEvent(event)


def describe_card(card: Card, problem: str) -> str:
    """The text of a tooltip."""
    words = [verdict_word(card.verdict), error_words(card.error)]
    if card.flag:
        words.append(tr("flagged"))
    if card.draft:
        words.append(tr("unsaved moves"))
    if card.offered and card.verdict == "rejected":
        words.append(tr("new proposal"))
    return "\n".join(filter(None, [one_line(card.name), ", ".join(words), problem]))
