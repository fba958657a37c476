"""The running round: progress, loss curve, stop and cancel; or how the last one ended."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import N_, Message, RoundKind
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.panels.message_bar import format_time_left
from labeltool.gui.session import Session
from labeltool.rounds.run_folder import Event

STAGES = {"train": N_("Training"), "predict": N_("Predicting"), "": N_("Starting")}

MAX_PLOT_POINTS = 1000
"""More points than a screen can show cost time only."""


class RoundProgressPanel(QWidget):
    """Shows a round while it runs, and afterwards only if it failed or left photos out."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.training = True
        self._curve: Any = None
        self.plot: Any = None
        self._losses: list[tuple[int, float]] = []
        self.title, self.detail, self.bar = QLabel(), QLabel(), QProgressBar()
        self.detail.setFont(theme.tabular(self.detail.font()))
        self.detail.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.stop, self.cancel = QPushButton(tr("Stop early")), QPushButton(tr("Cancel"))
        self.stop.setToolTip(tr("Stop training after this epoch, keep the model and predict"))
        self.cancel.setToolTip(tr("Cancel the round; nothing in the project changes"))
        self.retry, self.close_button = QPushButton(tr("Try again…")), QPushButton(tr("Close"))
        self.report = QPushButton(tr("Copy diagnostics"))
        self.problems = QPushButton(tr("Photo problems…"))
        self.problems.setToolTip(tr("Which photos could not be used, and why"))
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumHeight(140)
        self.stop.clicked.connect(self._stop)
        self.cancel.clicked.connect(self._cancel)
        self.close_button.clicked.connect(self.hide)
        buttons = QHBoxLayout()
        self._buttons = (
            self.stop, self.cancel, self.retry, self.problems, self.report, self.close_button,
        )  # fmt: skip
        for button in self._buttons:
            buttons.addWidget(button)
        buttons.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(theme.SPACING)
        left.addWidget(self.title)
        left.addWidget(self.bar)
        left.addWidget(self.detail)
        left.addLayout(buttons)
        left.addStretch(1)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        self._layout.addLayout(left, 2)
        self._layout.addWidget(self.log, 3)
        session.round.worker_event.connect(self.show_event)
        session.round.ended.connect(self.show_end)
        self.hide()

    @Slot(object)
    def show_event(self, event: Event) -> None:
        """Show the progress that an event of the round reports."""
        training = self._session.round.rounds.follower.kind is RoundKind.TRAIN
        if event.kind == "started":
            self._begin(event, training)
        elif event.kind == "progress":
            if self.isHidden():
                self._begin(event, training)
            stage = tr(STAGES.get(event.stage, event.stage))
            self.bar.setRange(0, event.total)
            self.bar.setValue(event.done)
            self.bar.setFormat(f"{stage}: %p %")
            words = [format_time_left(event.seconds)]
            if event.losses:
                words.insert(0, tr("loss {loss:.3f}", loss=event.losses["total"]))
                self._losses.append((event.done, event.losses["total"]))
                self._update_plot()
            self.detail.setText(" · ".join(words))
            self.stop.setVisible(training and event.stage == "train")

    def _begin(self, event: Event, training: bool) -> None:
        self._losses = []
        self.training = training
        self.stop.setText(tr("Stop early"))
        self.title.setText(tr("Training round") if training else tr("Proposing landmarks"))
        self.detail.setText(tr("on {device}", device=event.detail) if event.detail else "")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.log.hide()
        self._show_buttons(self.cancel, *([self.stop] if training else []))
        if training:
            self._make_plot()
        if self.plot is not None:
            self.plot.setVisible(training)
        self.show()

    def _make_plot(self) -> None:
        """Add the loss curve; the plot library is loaded for the first round only."""
        if self.plot is None:
            import pyqtgraph  # noqa: PLC0415

            self.plot = pyqtgraph.PlotWidget()
            self.plot.setMinimumHeight(120)
            self.plot.setMaximumHeight(170)
            self.plot.setLabel("left", tr("loss"))
            self.plot.setLabel("bottom", tr("step"))
            self.plot.setMenuEnabled(False)
            self.plot.hideButtons()
            self._curve = self.plot.plot([], [])
            self._layout.insertWidget(1, self.plot, 3)
        self._curve.setData([], [])
        self.recolour()

    def recolour(self) -> None:
        """Redraw for a new palette."""
        if self.plot is not None:
            # the window is told of a new palette before its child widgets have it
            palette = QGuiApplication.palette()
            text = palette.color(QPalette.ColorRole.Text)
            self.plot.setBackground(palette.color(QPalette.ColorRole.Base))
            for side in ("left", "bottom"):
                self.plot.getAxis(side).setPen(text)
                self.plot.getAxis(side).setTextPen(text)
            self._curve.setPen(palette.color(QPalette.ColorRole.Link), width=2)

    def _update_plot(self) -> None:
        if self._curve is None:
            return
        rows = self._losses[:: max(1, len(self._losses) // MAX_PLOT_POINTS)]
        self._curve.setData([row[0] for row in rows], [row[1] for row in rows])

    @Slot(object, str)
    def show_end(self, event: Event, tail: str) -> None:
        """Hide, or say why the round failed or which photos it left out; `tail`: end of its log."""
        left_out = self._session.round.rounds.ingest.skipped
        problems = [self.problems] if left_out.photos else []
        if event.kind == "failed":
            self.title.setText(tr("The round failed; nothing in the project was changed"))
            self.detail.setText(translate(event.reason or Message("")))
            self._show_buttons(self.retry, *problems, self.report, self.close_button)
        elif event.kind == "finished" and problems:
            self.title.setText(
                tr("The round finished without %Ln photo(s)", "", len(left_out.photos))
            )
            words = [translate(left_out.sentence())]
            if left_out.manual:
                words.append(
                    tr("%Ln manual label(s) were not used for training.", "", left_out.manual)
                )
            self.detail.setText(" ".join(words))
            self._show_buttons(*problems, self.close_button)
        else:
            self.hide()
            return
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar.hide()
        self.log.setPlainText(tail)
        self.log.setVisible(bool(tail))
        if self.plot is not None:
            self.plot.hide()
        self.show()

    def _show_buttons(self, *shown: QPushButton) -> None:
        """Show these buttons and no others."""
        for button in self._buttons:
            button.setVisible(button in shown)
            button.setEnabled(True)

    @Slot()
    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stop.setText(tr("Stopping after this epoch…"))
        self._session.round.stop_early()

    @Slot()
    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.detail.setText(tr("Cancelling…"))
        self._session.round.cancel()
