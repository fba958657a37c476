"""The left panel: search, order and filters of the queue, their counts, and the pace."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QDateTime, QEvent, QLocale, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Filter, News, ReviewerProgress
from labeltool.gui import theme
from labeltool.gui.i18n.filter_labels import (
    ORDER_LABELS,
    REVERSED_ORDER_LABELS,
    describe_filter,
    round_name,
)
from labeltool.gui.i18n.translate import faces_words, read, tr
from labeltool.gui.panels.filter_tree import FilterTree
from labeltool.gui.panels.inspector import ElidedLabel
from labeltool.gui.panels.message_bar import format_time_left
from labeltool.gui.session import Session
from labeltool.review.facets import FacetCounts

TYPING_MS = 150
"""How long after the last letter the search begins."""


class FilterPanel(QWidget):
    """Shows the desk's filter and puts another; all figures come from the session's survey.

    Signals:
        asked: name of a command that was chosen here (save_filter, rename_filter, delete_filter).
        left: the person has typed what they search, and goes back to the faces.
    """

    asked = Signal(str)
    left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: Filter | None = None
        self.search, self.orders, self.turn = QLineEdit(), QComboBox(), QToolButton()
        self.low, self.high = self._spin(tr("Lowest score")), self._spin(tr("Highest score"))
        self.tree, self.pace = FilterTree(), QLabel()
        self.bar, self.words = QFrame(), ElidedLabel()
        self.save, self.reset = QToolButton(), QToolButton()
        self._build()
        self._typed = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typed.timeout.connect(self._typed_long_ago)
        self.search.textEdited.connect(self._type)
        for field, line in (
            (self.search, self.search), (self.low, self.low.lineEdit()),
            (self.high, self.high.lineEdit()),
        ):  # fmt: skip
            line.returnPressed.connect(self._leave)
            leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), field)
            leave.setContext(Qt.ShortcutContext.WidgetShortcut)
            leave.activated.connect(self._leave)
        self.low.valueChanged.connect(self._type)
        self.high.valueChanged.connect(self._type)
        self.orders.activated.connect(self._order)
        self.turn.clicked.connect(self._turn)
        self.tree.chosen.connect(session.show)
        self.tree.saved_menu.connect(self._saved_menu)
        self.save.clicked.connect(self._save)
        self.reset.clicked.connect(self.show_all)
        session.changed.connect(self.refresh)
        session.facets.counted.connect(self._surveyed)
        self.refresh(Changes())

    def _spin(self, words: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        spin.setRange(0, 1)
        spin.setSingleStep(0.05)
        spin.setKeyboardTracking(False)  # "0" on the way to "0.75" is no bound yet
        spin.setToolTip(words)
        spin.setAccessibleName(words)
        spin.setFont(theme.tabular(spin.font()))
        return spin

    def _build(self) -> None:
        self.search.setPlaceholderText(tr("File name"))
        self.search.setClearButtonEnabled(True)
        self.orders.setToolTip(tr("In which order"))
        self.orders.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for words in ORDER_LABELS.values():
            self.orders.addItem(tr(words))
        self.turn.setAutoRaise(True)
        self.turn.setCheckable(True)
        self.turn.setToolTip(tr("Turn the order round"))
        self.high.setValue(1)
        self.pace.setWordWrap(True)
        self.pace.setFont(theme.tabular(theme.small(self.font())))
        self.pace.setToolTip(tr("Over the last half hour of reviewing, without breaks"))
        for button in (self.save, self.reset):
            button.setAutoRaise(True)
        order, score, bar = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(self.bar)
        order.addWidget(self.orders, 1)
        order.addWidget(self.turn)
        score.addWidget(QLabel(tr("Score")))
        score.addWidget(self.low, 1)
        score.addWidget(QLabel(tr("to")))
        score.addWidget(self.high, 1)
        bar.setContentsMargins(2 * theme.SPACING, 0, 0, 0)
        bar.setSpacing(0)
        bar.addWidget(self.words, 1)
        bar.addWidget(self.save)
        bar.addWidget(self.reset)
        self.bar.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(theme.SPACING)
        layout.addWidget(self.search)
        layout.addLayout(order)
        layout.addWidget(self.bar)
        layout.addWidget(self.tree, 1)
        layout.addLayout(score)
        layout.addWidget(self.pace)

    def recolour(self) -> None:
        """Follow the palette."""
        self.tree.recolour()
        self.save.setIcon(theme.icon("mdi6.filter-plus-outline"))
        self.reset.setIcon(theme.icon("mdi6.filter-remove-outline"))
        self._show_order(self._session.desk.queue.filter)

    # What the person asks for

    @Slot()
    def _type(self) -> None:
        self._typed.start()

    @Slot()
    def _typed_long_ago(self) -> None:
        self.low.interpretText()
        self.high.interpretText()
        self._typed.stop()
        low, high = sorted((self.low.value(), self.high.value()))
        score = None if (low, high) == (0, 1) else (low, high)
        wanted = self._session.desk.queue.filter
        fresh = replace(wanted, text=self.search.text().strip(), score=score)
        if fresh != wanted:
            self._session.show(fresh)

    @Slot()
    def _leave(self) -> None:
        self._typed_long_ago()
        self.left.emit()

    @Slot()
    def _order(self) -> None:
        order = list(ORDER_LABELS)[self.orders.currentIndex()]
        self._session.show(replace(self._session.desk.queue.filter, order=order))

    @Slot()
    def _turn(self) -> None:
        self._session.show(
            replace(self._session.desk.queue.filter, descending=self.turn.isChecked())
        )

    @Slot()
    def _save(self) -> None:
        self.asked.emit("save_filter")

    @Slot()
    def show_all(self) -> None:
        """Take every part of the filter away; the order stays."""
        self._session.show_all()

    @Slot(int, QPoint)
    def _saved_menu(self, filter_id: int, place: QPoint) -> None:
        found = next((f for f in self._session.store.filters.all() if f.id == filter_id), None)
        if found is None:
            return
        if found.filter is not None and found.filter != self._session.desk.queue.filter:
            self._session.show(found.filter)
        self._session.facets.chosen_filter = filter_id
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Rename…")).triggered.connect(self._rename)
        menu.addAction(tr("Delete")).triggered.connect(self._delete)
        menu.popup(place)

    @Slot()
    def _rename(self) -> None:
        self.asked.emit("rename_filter")

    @Slot()
    def _delete(self) -> None:
        self.asked.emit("delete_filter")

    # What it shows

    @Slot(object)
    def refresh(self, _changes: Changes) -> None:
        """Show the desk's filter."""
        wanted = self._session.desk.queue.filter
        if wanted == self._shown:
            return  # as after every decision
        self._shown = None if self._typed.isActive() else wanted
        if not self._typed.isActive():
            if self.search.text().strip() != wanted.text:
                self.search.setText(wanted.text)
            low, high = wanted.score or (0.0, 1.0)
            for spin, value in ((self.low, low), (self.high, high)):
                spin.blockSignals(True)
                spin.setValue(value)
                spin.blockSignals(False)
        self._show_order(wanted)
        self.bar.setVisible(wanted.narrows)
        self.words.set_full_text(describe_filter(wanted, self._session.round_names))
        self.tree.show_filter(wanted)

    def _show_order(self, wanted: Filter) -> None:
        names = REVERSED_ORDER_LABELS if wanted.descending else ORDER_LABELS
        for place, order in enumerate(ORDER_LABELS):
            self.orders.setItemText(place, tr(names[order]))
        self.orders.setCurrentIndex(list(ORDER_LABELS).index(wanted.order))
        self.turn.setChecked(wanted.descending)
        arrow = "mdi6.sort-descending" if wanted.descending else "mdi6.sort-ascending"
        self.turn.setIcon(theme.icon(arrow))

    @Slot(object)
    def _surveyed(self, found: FacetCounts) -> None:
        self._session.round_names = {row.id: round_name(row) for row, _ in found.rounds}
        self.tree.show_survey(found)
        self.words.set_full_text(
            describe_filter(self._session.desk.queue.filter, self._session.round_names)
        )
        self.pace.setText(
            format_throughput(found.facets.left, self._session.desk.throughput.per_minute)
        )


def format_throughput(left: int, pace: float | None) -> str:
    """'12 faces a minute · 1,440 to decide, about 2 h left'."""
    if not left:
        return tr("Nothing left to decide here.")
    words = tr("{count:,} to decide", count=left)
    if pace is None:
        return words
    return tr(
        "{pace:.0f} faces a minute · {left}, {time}",
        pace=pace, left=words, time=format_time_left(60 * left / pace),
    )  # fmt: skip


class NewsBar(QFrame):
    """On opening: what others did since the last visit, and the way back to where one stopped.

    Signals:
        resumed: the person wants to go on where they stopped.
    """

    resumed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label, self.resume, self._close = QLabel(), QPushButton(), QToolButton()
        self.label.setWordWrap(True)
        self.resume.setText(tr("Continue where you stopped"))
        self.resume.clicked.connect(self._resume)
        self._close.setAutoRaise(True)
        self._close.setToolTip(tr("Close this message"))
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.SPACING, theme.SPACING, theme.SPACING, theme.SPACING)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.resume)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_news(self, visit: ReviewerProgress | None, news: News | None) -> None:
        """Show the line if there is something to say."""
        if visit is None or not news:
            return
        self.label.setText(format_news(visit, news))
        self._close.setIcon(theme.icon("mdi6.close"))
        self.show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """A new palette wants a new icon."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self.isHidden():
            self._close.setIcon(theme.icon("mdi6.close"))

    @Slot()
    def _resume(self) -> None:
        self.hide()
        self.resumed.emit()


def format_news(visit: ReviewerProgress, news: News) -> str:
    """What others did since a visit, in a sentence."""
    format_local_time = QDateTime.fromString(visit.time, Qt.DateFormat.ISODateWithMs).toLocalTime()
    when = QLocale().toString(format_local_time, QLocale.FormatType.ShortFormat)
    parts = [
        tr("{faces} decided by {reviewer}", faces=faces_words(count), reviewer=name)
        for name, count in news.decided.items()
    ]
    parts += [
        tr("{model} brought {count:,} proposals", model=read(name), count=count)
        for name, count in news.proposed.items()
    ]
    if news.photos:
        parts.append(tr("%Ln photo(s) added", "", news.photos))
    return tr("Since your last visit ({time}): {news}.", time=when, news=", ".join(parts))
