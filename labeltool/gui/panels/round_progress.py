"""The running round: progress, loss curve, pause, stop and cancel."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import RoundKind
from labeltool.gui import theme
from labeltool.gui.background.round_controller import RoundState
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.panels.message_bar import format_time_left
from labeltool.gui.panels.training.details import RoundDetails
from labeltool.gui.panels.training.ended_card import RoundEndedCard
from labeltool.gui.session import Session
from labeltool.rounds.quality.round_course import STAGES, RoundCourse
from labeltool.rounds.run_folder import Event

ASK_SECONDS = 60.0
"""Training of more seconds than this is not cancelled without a question."""

REDRAW_MS = 300
"""Shortest time between two updates of what a round reports."""

MIN_BAR_PIXELS = 240


class RoundProgressPanel(QWidget):
    """Shows a round while it runs; the card `ended`, beside it, says afterwards if it failed, was
    cancelled or left photos out."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.training = True
        self._redraw = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._redraw.timeout.connect(self._show_course)
        self._cancelled_seconds = 0.0
        self.title, self.detail, self.bar = QLabel(), QLabel(), QProgressBar()
        self.detail.setFont(theme.tabular(self.detail.font()))
        self.detail.setWordWrap(True)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.bar.setMinimumWidth(MIN_BAR_PIXELS)
        self.details = RoundDetails()
        self.fold = QToolButton()
        self.fold.setAutoRaise(True)
        self.fold.setCheckable(True)
        self.fold.setChecked(True)
        self.fold.setMinimumSize(24, 24)
        self.fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fold.setToolTip(tr("Show or hide the curves and the sample faces"))
        self.fold.setAccessibleName(tr("Details"))
        self.fold.toggled.connect(self._show_details)
        self.waiting, self.unqueue = QLabel(), QPushButton(tr("Cancel the waiting round"))
        self.notice, self._notice_icon = QLabel(), QLabel()
        self.notice.setWordWrap(True)
        self.ended = RoundEndedCard()
        self.ended.toggled.connect(self._show_details)
        self._place(self._make_buttons())
        session.round.worker_event.connect(self.show_event)
        session.round.ended.connect(self.show_end)
        session.round.queue_changed.connect(self._show_queue)
        self._show_queue()
        self.recolour()
        self.hide()

    def _place(self, buttons: QHBoxLayout) -> None:
        head, below, notice = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.fold)
        head.addWidget(self.title)
        head.addWidget(self.bar, 1)
        head.addStretch()  # takes what is left where the bar is hidden
        head.addLayout(buttons)
        below.addWidget(self.detail, 1)
        below.addWidget(self.waiting)
        below.addWidget(self.unqueue)
        notice.addWidget(self._notice_icon)
        notice.addWidget(self.notice, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(*[2 * theme.SPACING] * 4)
        rows.setSpacing(theme.SPACING)
        for row in (head, below, notice):
            row.setSpacing(2 * theme.SPACING)
            rows.addLayout(row)
        rows.addWidget(self.details)

    def _make_buttons(self) -> QHBoxLayout:
        """The row of buttons, of which `_show_buttons` shows some."""
        self.stop, self.cancel = QPushButton(tr("Stop early")), QPushButton(tr("Cancel"))
        self.stop.setToolTip(tr("Stop training now, keep what it has learned and predict"))
        self.cancel.setToolTip(tr("Cancel the round; nothing in the project changes"))
        self.pause = QPushButton(tr("Pause"))
        self.pause.setToolTip(tr("Free the processor for now; the round keeps what it has"))
        self.stop.clicked.connect(self._stop)
        self.cancel.clicked.connect(self._cancel)
        self.pause.clicked.connect(self._pause)
        buttons = QHBoxLayout()
        self._buttons = (self.pause, self.stop, self.cancel)
        for button in self._buttons:
            buttons.addWidget(button)
        return buttons

    @property
    def _course(self) -> RoundCourse:
        """What the running round has reported."""
        running = self._session.round.rounds.follower.current
        return RoundCourse() if running is None else running.course

    def show_running(self) -> None:
        """Show the round that runs, if the window is new and its session is not."""
        if self._session.round.rounds.follower.is_running:
            self._begin()

    @Slot(object)
    def show_event(self, event: Event) -> None:
        """Show what an event of the round reports, soon."""
        if event.is_final:
            return
        if event.kind == "started" or self.bar.isHidden() or self.isHidden():
            self._begin()
        elif event.kind in ("paused", "resumed"):
            self._show_paused(event.kind == "paused")
            self._show_course()
        elif not self._redraw.isActive():
            self._redraw.start()

    def _begin(self) -> None:
        """Show a round that starts or goes on."""
        training = self.training = self._session.round.rounds.follower.kind is RoundKind.TRAIN
        self._cancelled_seconds = 0.0
        self.stop.setText(tr("Stop early"))
        self.detail.clear()
        self.bar.setRange(0, 0)
        self.bar.show()
        self._show_buttons(self.pause, self.cancel, *([self.stop] if training else []))
        self.fold.setVisible(training)
        self._show_paused(self._course.is_paused)
        self._show_details()
        self._show_course()
        self.show()

    @Slot()
    def _show_course(self) -> None:
        """Show what the round has reported so far, unless it has ended."""
        course = self._course
        if self.bar.isHidden():
            return
        waits = course.waits_for is not None
        self.bar.setRange(0, max(course.total, 1) if waits else course.total)  # 0: it is busy
        self.bar.setValue(course.done)
        stage = tr(STAGES.get((course.stage, course.trains_on), course.stage))
        if course.stage == "predict" and not self.training:
            stage = tr("Predicting")
        self.bar.setFormat(tr("Waiting") if waits else f"{stage}: %p %")
        if self._session.round.state is RoundState.CANCELLING:
            self.detail.setText(tr("Cancelling…"))
        else:
            self.detail.setText(" · ".join(self._facts()))
        self.stop.setVisible(self.training and not waits and course.stage != "predict")
        self.pause.setVisible(not waits)
        for widget in (self.notice, self._notice_icon):
            widget.setVisible(course.notice is not None)
        if course.notice is not None:
            self.notice.setText(translate(course.notice))
        if self.training:
            self.details.show_course(course)

    def _facts(self) -> list[str]:
        """What is known of the round now, the most wanted first."""
        course = self._course
        if course.waits_for is not None:
            return [translate(course.waits_for), tr("It starts by itself.")]
        values = course.values
        words = [format_time_left(course.seconds_left)] if course.stage else []
        if course.is_paused:
            words, values = [tr("It stays paused when the window is closed.")], {}
        if errors := course.errors["nme"].y:
            words.append(tr("error {percent:.2f} %", percent=errors[-1]))
        if losses := course.losses["total"].y:
            words.append(tr("loss {loss:.3f}", loss=losses[-1]))
        if speed := values.get("images_per_second"):
            words.append(tr("{count:.0f} images/s", count=speed))
        if rate := values.get("learning_rate"):
            words.append(tr("learning rate {rate:.2g}", rate=rate))
        if memory := values.get("memory_bytes"):
            words.append(tr("{size:.1f} GB of memory", size=memory / 1e9))
        if course.device:
            words.append(tr("on {device}", device=course.device))
        return words

    @Slot()
    def _show_details(self) -> None:
        """Show the curves and sample faces of a training, if they are unfolded; not below the card
        of another round, which would leave the photo no room."""
        self.fold.setEnabled(self.ended.isHidden())
        is_open = self.fold.isChecked() and self.ended.isHidden()
        self.fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.details.setVisible(is_open and self.training and not self.bar.isHidden())

    def recolour(self) -> None:
        """Follow the palette."""
        self.details.recolour()
        self.ended.recolour()
        icon = theme.icon("mdi6.alert-outline")
        self._notice_icon.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatioF()))

    @Slot(object, str)
    def show_end(self, event: Event, tail: str) -> None:
        """Hide; the card says why the round failed or which photos it left out. `tail`: end of its
        log."""
        controller, was_shown = self._session.round, not self.isHidden()
        row, left_out = controller.last_ended, controller.rounds.ingest.skipped
        self._redraw.stop()
        self.hide()
        if row is None:
            return
        if event.kind == "failed":
            self.ended.show_failure(row, event, tail, left_out)
        elif event.kind == "cancelled" and row.kind is RoundKind.TRAIN and was_shown:
            seconds = self._cancelled_seconds
            self.ended.show_cancelled(row, round(seconds / 60) if seconds >= ASK_SECONDS else 0)
        elif event.kind == "finished" and left_out.photos:
            self.ended.show_left_out(row, left_out)

    def _show_paused(self, paused: bool) -> None:
        """Show whether the round pauses."""
        if self.training:
            title = tr("Training round, paused") if paused else tr("Training round")
        else:
            title = tr("Proposing landmarks, paused") if paused else tr("Proposing landmarks")
        self.title.setText(title)
        self.pause.setEnabled(True)
        self.pause.setText(tr("Resume") if paused else tr("Pause"))

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
        self.stop.setText(tr("Stopping after this step…"))
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
