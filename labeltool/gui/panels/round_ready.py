"""Shown after a training round has ended: how good it is, and a button for its report."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from labeltool.domain import Changes, Progress, Round
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.session import Session
from labeltool.rounds.quality.advice.label_advice import label_advice
from labeltool.rounds.quality.advice.stop_advice import StopAdvice
from labeltool.rounds.quality.round_figures import describe_audit, finished_rounds


class RoundReadyBar(QFrame):
    """Says that a round has become ready since the window was opened, until it is closed.

    Signals:
        report_wanted: the number of the round whose report is to be shown.
    """

    report_wanted = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known = {row.id for row in self._finished()}
        self._number, self._words = 0, list[str]()
        self.icon, self.label = QLabel(), QLabel()
        self.label.setWordWrap(True)
        self.show_report, self._close = QPushButton(tr("Show report")), QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip(tr("Close this message"))
        self._close.clicked.connect(self.hide)
        self.show_report.clicked.connect(self._show_report)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.SPACING, theme.SPACING, theme.SPACING, theme.SPACING)
        layout.addWidget(self.icon)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.show_report)
        layout.addWidget(self._close)
        self.hide()
        session.changed.connect(self.follow)

    def _finished(self) -> list[Round]:
        return finished_rounds(self._session.store.rounds.all())

    @Slot(object)
    def follow(self, changes: Changes) -> None:
        """Show the newest round that became ready, whoever trained it."""
        if not changes.rounds:
            return
        fresh = [row for row in self._finished() if row.id not in self._known]
        self._known |= {row.id for row in fresh}
        if fresh:
            self._show(fresh[-1])

    def _show(self, row: Round) -> None:
        self._number = row.number
        ready = tr("Round {number} is ready.", number=row.number)
        words = [ready, translate(describe_audit(row.summary))]
        if not row.promoted:
            words.append(tr("It waits until you promote it."))
        self._words = words
        self.label.setText(" ".join(words))
        self._session.tasks.run_hidden(
            "queries", tr("Reading the report"), partial(self._advise, row.number),
            succeeded=self._show_advice,
        )  # fmt: skip
        self._recolour()
        self.show()

    def _advise(self, number: int, _progress: Progress) -> tuple[int, StopAdvice | None]:
        return number, label_advice(self._session.store, number)

    @Slot(object)
    def _show_advice(self, result: object) -> None:
        assert isinstance(result, tuple)
        number, advice = result
        if advice is not None and number == self._number:
            self.label.setText(" ".join([*self._words, translate(advice.sentence)]))

    def _recolour(self) -> None:
        self.icon.setPixmap(theme.icon("mdi6.check-circle-outline").pixmap(16, 16))
        self._close.setIcon(theme.icon("mdi6.close"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icons for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self.isHidden():
            self._recolour()

    @Slot()
    def _show_report(self) -> None:
        self.hide()
        self.report_wanted.emit(self._number)
