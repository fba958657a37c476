"""The running round: progress, loss curve, pause, stop and cancel; or how the last one ended."""

from __future__ import annotations

from typing import Any, Literal

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMessageBox,
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

ASK_SECONDS = 60.0
"""Training of more seconds than this is not cancelled without a question."""

MAX_PLOT_POINTS = 1000
"""More points than a screen can show cost time only."""


class RoundProgressPanel(QWidget):
    """Shows a round while it runs, and afterwards if it failed, was cancelled or left photos
    out."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.training = True
        self._curve: Any = None
        self.plot: Any = None
        self._losses: list[tuple[int, float]] = []
        self._cancelled_seconds = 0.0
        self.title, self.detail, self.bar = QLabel(), QLabel(), QProgressBar()
        self.detail.setFont(theme.tabular(self.detail.font()))
        self.detail.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        buttons = self._make_buttons()
        self.waiting, self.unqueue = QLabel(), QPushButton(tr("Cancel the waiting round"))
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumHeight(140)
        left = QVBoxLayout()
        left.setSpacing(theme.SPACING)
        left.addWidget(self.title)
        left.addWidget(self.bar)
        left.addWidget(self.detail)
        left.addLayout(buttons)
        queue = QHBoxLayout()
        queue.addWidget(self.waiting)
        queue.addWidget(self.unqueue)
        queue.addStretch(1)
        left.addLayout(queue)
        left.addStretch(1)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        self._layout.addLayout(left, 2)
        self._layout.addWidget(self.log, 3)
        session.round.worker_event.connect(self.show_event)
        session.round.ended.connect(self.show_end)
        session.round.queue_changed.connect(self._show_queue)
        self._show_queue()
        self.hide()

    def _make_buttons(self) -> QHBoxLayout:
        """The row of buttons, of which `_show_buttons` shows some."""
        self.stop, self.cancel = QPushButton(tr("Stop early")), QPushButton(tr("Cancel"))
        self.stop.setToolTip(tr("Stop training after this epoch, keep the model and predict"))
        self.cancel.setToolTip(tr("Cancel the round; nothing in the project changes"))
        self.pause = QPushButton(tr("Pause"))
        self.pause.setToolTip(tr("Free the processor for now; the round keeps what it has"))
        self.open_folder = QPushButton(tr("Open folder"))
        self.open_folder.setToolTip(tr("The files of this round, with its log"))
        self.retry, self.close_button = QPushButton(tr("Try again…")), QPushButton(tr("Close"))
        self.report = QPushButton(tr("Copy diagnostics"))
        self.problems = QPushButton(tr("Photo problems…"))
        self.problems.setToolTip(tr("Which photos could not be used, and why"))
        self.stop.clicked.connect(self._stop)
        self.cancel.clicked.connect(self._cancel)
        self.pause.clicked.connect(self._pause)
        self.open_folder.clicked.connect(self._open_folder)
        self.close_button.clicked.connect(self.hide)
        buttons = QHBoxLayout()
        self._buttons = (
            self.pause, self.stop, self.cancel, self.retry, self.problems, self.open_folder,
            self.report, self.close_button,
        )  # fmt: skip
        for button in self._buttons:
            buttons.addWidget(button)
        buttons.addStretch(1)
        return buttons

    @Slot(object)
    def show_event(self, event: Event) -> None:
        """Show the progress that an event of the round reports."""
        training = self._session.round.rounds.follower.kind is RoundKind.TRAIN
        if event.kind == "started":
            self._begin(event, training)
        elif event.kind in ("paused", "resumed"):
            self._show_paused(event.kind == "paused")
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
        self._cancelled_seconds = 0.0
        self.training = training
        self.stop.setText(tr("Stop early"))
        self.detail.setText(tr("on {device}", device=event.detail) if event.detail else "")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.log.hide()
        self._show_buttons(self.pause, self.cancel, *([self.stop] if training else []))
        self._show_paused(False)
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
            self._show_buttons(
                self.retry, self.open_folder, *problems, self.report, self.close_button
            )
        elif event.kind == "cancelled" and self.training and not self.isHidden():
            self._show_cancelled()
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

    def _show_cancelled(self) -> None:
        self.title.setText(tr("The round was cancelled"))
        words = [tr("Everything is as it was before.")]
        if self._cancelled_seconds >= ASK_SECONDS:
            minutes = round(self._cancelled_seconds / 60)
            words.insert(0, tr("%Ln minute(s) of training were given up.", "", minutes))
        self.detail.setText(" ".join(words))
        self._show_buttons(self.retry, self.close_button)

    def _show_paused(self, paused: bool) -> None:
        """Show whether the round pauses."""
        if self.training:
            title = tr("Training round, paused") if paused else tr("Training round")
        else:
            title = tr("Proposing landmarks, paused") if paused else tr("Proposing landmarks")
        self.title.setText(title)
        self.pause.setEnabled(True)
        self.pause.setText(tr("Resume") if paused else tr("Pause"))
        if paused:
            self.detail.setText(tr("It stays paused when the window is closed."))

    @Slot()
    def _show_queue(self) -> None:
        """Show how many rounds wait."""
        count = len(self._session.round.queued)
        self.waiting.setText(tr("%Ln round(s) wait for the end of this one.", "", count))
        for widget in (self.waiting, self.unqueue):
            widget.setVisible(count > 0)

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
    def _pause(self) -> None:
        if not self._session.round.is_paused:
            self.pause.setEnabled(False)
            self.pause.setText(tr("Pausing after this step…"))
        self._session.round.toggle_pause()

    @Slot()
    def _cancel(self) -> None:
        seconds = self._session.round.seconds_at_stake
        answer = "cancel" if seconds < ASK_SECONDS else self.ask_cancel(seconds)
        if answer == "stop":
            self._stop()
        elif answer == "cancel":
            self._cancelled_seconds = seconds
            self.cancel.setEnabled(False)
            self.detail.setText(tr("Cancelling…"))
            self._session.round.cancel()

    def ask_cancel(self, seconds: float) -> Literal["cancel", "stop", "stay"]:
        """Ask whether to give up a training of so many seconds."""
        box = QMessageBox(self)
        box.setWindowTitle(tr("Cancel the round"))
        box.setText(tr("Give up %Ln minute(s) of training?", "", max(1, round(seconds / 60))))
        box.setInformativeText(
            tr("Cancel keeps nothing of this round. Stop early keeps its network and predicts.")
        )
        stop = box.addButton(tr("Stop early"), QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(tr("Cancel the round"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(tr("Go on"), QMessageBox.ButtonRole.RejectRole))
        stop.setVisible(self.stop.isVisible())
        box.exec()
        clicked = box.clickedButton()
        return "cancel" if clicked is cancel else "stop" if clicked is stop else "stay"

    @Slot()
    def _open_folder(self) -> None:
        if (folder := self._session.round.last_folder) is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
