"""The filter panel: search, order and filters of the queue, their counts, and throughput."""

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

from labeltool.domain import Changes, Filter, News, ReviewerProgress, model_name
from labeltool.gui import theme
from labeltool.gui.i18n.filter_labels import (
    ORDER_LABELS,
    REVERSED_ORDER_LABELS,
    describe_filter,
    round_name,
)
from labeltool.gui.i18n.translate import faces_words, tr, translate
from labeltool.gui.panels.elided_label import ElidedLabel
from labeltool.gui.panels.filter_tree import FilterTree
from labeltool.gui.panels.message_bar import format_time_left
from labeltool.gui.session import Session
from labeltool.review.facets import FacetCounts
from labeltool.store.trust.costs import MeanCost

SEARCH_DEBOUNCE_MS = 150
"""The search starts this long after the last key."""


class FilterPanel(QWidget):
    """Shows and changes the desk's filter; all counts come from the session's facet counts.

    Signals:
        command_chosen: name of a command: save_filter, rename_filter or delete_filter.
        search_finished: the person left a search field with Enter or Escape.
    """

    command_chosen = Signal(str)
    search_finished = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: Filter | None = None
        self.search, self.order, self.reverse = QLineEdit(), QComboBox(), QToolButton()
        self.min_error = self._error_field(tr("Smallest expected error"))
        self.max_error = self._error_field(tr("Largest expected error"))
        self.tree, self.throughput = FilterTree(), QLabel()
        self.summary_bar, self.summary = QFrame(), ElidedLabel()
        self.save, self.reset = QToolButton(), QToolButton()
        self._build()
        self._search_timer = QTimer(self, singleShot=True, interval=SEARCH_DEBOUNCE_MS)
        self._search_timer.timeout.connect(self._apply_search)
        self.search.textEdited.connect(self._schedule_search)
        for field, line in (
            (self.search, self.search), (self.min_error, self.min_error.lineEdit()),
            (self.max_error, self.max_error.lineEdit()),
        ):  # fmt: skip
            line.returnPressed.connect(self._finish_search)
            escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), field)
            escape.setContext(Qt.ShortcutContext.WidgetShortcut)
            escape.activated.connect(self._finish_search)
        self.min_error.valueChanged.connect(self._schedule_search)
        self.max_error.valueChanged.connect(self._schedule_search)
        self.order.activated.connect(self._choose_order)
        self.reverse.clicked.connect(self._choose_direction)
        self.tree.chosen.connect(session.show)
        self.tree.saved_menu.connect(self._open_saved_menu)
        self.save.clicked.connect(self._save)
        self.reset.clicked.connect(self.show_all)
        session.changed.connect(self.refresh)
        session.facets.counted.connect(self._show_counts)
        self.refresh(Changes())

    def _error_field(self, label: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        spin.setRange(0, 100)
        spin.setSingleStep(0.5)
        spin.setDecimals(1)
        spin.setSuffix(tr(" %"))
        spin.setKeyboardTracking(False)  # "1" typed on the way to "12" is not a bound yet
        spin.setToolTip(label)
        spin.setAccessibleName(label)
        spin.setFont(theme.tabular(spin.font()))
        return spin

    def _build(self) -> None:
        self.search.setPlaceholderText(tr("File name"))
        self.search.setClearButtonEnabled(True)
        self.order.setToolTip(tr("Sort order"))
        self.order.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for label in ORDER_LABELS.values():
            self.order.addItem(tr(label))
        self.reverse.setAutoRaise(True)
        self.reverse.setCheckable(True)
        self.reverse.setToolTip(tr("Reverse the order"))
        self.max_error.setValue(100)
        self.throughput.setWordWrap(True)
        self.throughput.setFont(theme.tabular(theme.small(self.font())))
        self.throughput.setToolTip(tr("Over the last half hour of reviewing, without breaks"))
        for button in (self.save, self.reset):
            button.setAutoRaise(True)
        order, error, bar = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(self.summary_bar)
        order.addWidget(self.order, 1)
        order.addWidget(self.reverse)
        error.addWidget(QLabel(tr("Error")))
        error.addWidget(self.min_error, 1)
        error.addWidget(QLabel(tr("to")))
        error.addWidget(self.max_error, 1)
        bar.setContentsMargins(2 * theme.SPACING, 0, 0, 0)
        bar.setSpacing(0)
        bar.addWidget(self.summary, 1)
        bar.addWidget(self.save)
        bar.addWidget(self.reset)
        self.summary_bar.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(theme.SPACING)
        layout.addWidget(self.search)
        layout.addLayout(order)
        layout.addWidget(self.summary_bar)
        layout.addWidget(self.tree, 1)
        layout.addLayout(error)
        layout.addWidget(self.throughput)

    def recolour(self) -> None:
        """Redraw the icons for a new palette."""
        self.tree.recolour()
        self.save.setIcon(theme.icon("mdi6.filter-plus-outline"))
        self.reset.setIcon(theme.icon("mdi6.filter-remove-outline"))
        self._show_order(self._session.desk.queue.filter)

    # Input

    @Slot()
    def _schedule_search(self) -> None:
        self._search_timer.start()

    @Slot()
    def _apply_search(self) -> None:
        self.min_error.interpretText()
        self.max_error.interpretText()
        self._search_timer.stop()
        low, high = sorted((self.min_error.value(), self.max_error.value()))
        error = None if (low, high) == (0, 100) else (round(low / 100, 4), round(high / 100, 4))
        current = self._session.desk.queue.filter
        new = replace(current, text=self.search.text().strip(), error=error)
        if new != current:
            self._session.show(new)

    @Slot()
    def _finish_search(self) -> None:
        self._apply_search()
        self.search_finished.emit()

    @Slot()
    def _choose_order(self) -> None:
        order = list(ORDER_LABELS)[self.order.currentIndex()]
        self._session.show(replace(self._session.desk.queue.filter, order=order))

    @Slot()
    def _choose_direction(self) -> None:
        self._session.show(
            replace(self._session.desk.queue.filter, descending=self.reverse.isChecked())
        )

    @Slot()
    def _save(self) -> None:
        self.command_chosen.emit("save_filter")

    @Slot()
    def show_all(self) -> None:
        """Remove every part of the filter; the order stays."""
        self._session.show_all()

    @Slot(int, QPoint)
    def _open_saved_menu(self, filter_id: int, place: QPoint) -> None:
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
        self.command_chosen.emit("rename_filter")

    @Slot()
    def _delete(self) -> None:
        self.command_chosen.emit("delete_filter")

    # Display

    @Slot(object)
    def refresh(self, _changes: Changes) -> None:
        """Show the desk's filter."""
        current = self._session.desk.queue.filter
        if current == self._shown:
            return  # most changes are decisions, which keep the filter
        self._shown = None if self._search_timer.isActive() else current
        if not self._search_timer.isActive():
            if self.search.text().strip() != current.text:
                self.search.setText(current.text)
            low, high = current.error or (0.0, 1.0)
            for spin, share in ((self.min_error, low), (self.max_error, high)):
                spin.blockSignals(True)
                spin.setValue(100 * share)
                spin.blockSignals(False)
        self._show_order(current)
        self.summary_bar.setVisible(current.narrows)
        self.summary.set_full_text(describe_filter(current, self._session.facets.round_names))
        self.tree.show_filter(current)

    def _show_order(self, current: Filter) -> None:
        names = REVERSED_ORDER_LABELS if current.descending else ORDER_LABELS
        for place, order in enumerate(ORDER_LABELS):
            self.order.setItemText(place, tr(names[order]))
        self.order.setCurrentIndex(list(ORDER_LABELS).index(current.order))
        self.reverse.setChecked(current.descending)
        arrow = "mdi6.sort-descending" if current.descending else "mdi6.sort-ascending"
        self.reverse.setIcon(theme.icon(arrow))

    @Slot(object)
    def _show_counts(self, found: FacetCounts) -> None:
        named = [row for row, _ in found.rounds]
        if found.roles_round is not None:
            named.append(found.roles_round)
        self._session.facets.round_names = {row.id: round_name(row) for row in named}
        self.tree.show_counts(found)
        self.summary.set_full_text(
            describe_filter(self._session.desk.queue.filter, self._session.facets.round_names)
        )
        lines = [format_throughput(found.facets.left, self._session.desk.throughput.per_minute)]
        cost = self._session.store.trust.costs.today(self._session.desk.reviewer)
        if cost is not None:
            lines.append(format_cost(cost))
        self.throughput.setText("\n".join(lines))


def format_throughput(left: int, pace: float | None) -> str:
    """'12 faces a minute · 1,440 to decide, about 2 h left'; `pace` in faces a minute."""
    if not left:
        return tr("Nothing left to decide here.")
    text = tr("{count:,} to decide", count=left)
    if pace is None:
        return text
    return tr(
        "{pace:.0f} faces a minute · {left}, {time}",
        pace=pace, left=text, time=format_time_left(60 * left / pace),
    )  # fmt: skip


def format_cost(cost: MeanCost) -> str:
    """'11 s and 0.4 drags a face today'."""
    return tr(
        "{seconds} s and {drags:.1f} drags a face today",
        seconds=f"{cost.seconds:.1f}" if cost.seconds < 9.95 else f"{cost.seconds:.0f}",
        drags=cost.drags,
    )  # fmt: skip


class NewsBar(QFrame):
    """Shown on opening: what others did since the last visit, and a button to continue there.

    Signals:
        resumed: the person wants to continue with the face of the last visit.
    """

    resumed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label, self.resume, self._close = QLabel(), QPushButton(), QToolButton()
        self.label.setWordWrap(True)
        self.resume.setText(tr("Continue where you left off"))
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
        """Show the bar if others did something since the visit."""
        if visit is None or not news:
            return
        self.label.setText(format_news(visit, news))
        self._close.setIcon(theme.icon("mdi6.close"))
        self.show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icon for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self.isHidden():
            self._close.setIcon(theme.icon("mdi6.close"))

    @Slot()
    def _resume(self) -> None:
        self.hide()
        self.resumed.emit()


def format_news(visit: ReviewerProgress, news: News) -> str:
    """What others did since a visit, as a sentence."""
    format_local_time = QDateTime.fromString(visit.time, Qt.DateFormat.ISODateWithMs).toLocalTime()
    when = QLocale().toString(format_local_time, QLocale.FormatType.ShortFormat)
    parts = [
        tr("{faces} decided by {reviewer}", faces=faces_words(count), reviewer=name)
        for name, count in news.decided.items()
    ]
    parts += [
        tr("%Ln proposal(s) from {model}", "", count, model=translate(model_name(name)))
        for name, count in news.proposed.items()
    ]
    if news.photos:
        parts.append(tr("%Ln photo(s) added", "", news.photos))
    return tr("Since your last visit ({time}): {news}.", time=when, news=", ".join(parts))
