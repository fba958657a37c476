"""The round of a window as one state machine: start, progress, results, end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from labeltool.domain import (
    N_,
    Changes,
    Message,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    StoreBusyError,
    UserError,
    WriteResult,
)
from labeltool.domain.round_options import RoundOptions
from labeltool.gui.background.tasks import TaskRunner, Work
from labeltool.gui.i18n.translate import tr
from labeltool.rounds.controller import Rounds
from labeltool.rounds.packs.bringing_in import bring_in
from labeltool.rounds.packs.packing import pack_round
from labeltool.rounds.planning import RoundPlan
from labeltool.rounds.proposals.other_detectors import OtherDetector
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.store import Store

RETRY_SECONDS = 30.0
"""Pause before the end of a round is written again after an error such as a full disk."""

MIN_PREDICT_FACES = 48
"""While photos are searched, prediction starts only with so many faces without a proposal."""


class RoundState(Enum):
    """What the round of a window is doing."""

    IDLE = auto()
    """No round."""
    STARTING = auto()
    """Its labels and faces are being copied into the run folder."""
    RUNNING = auto()
    """Its worker runs; this window or another program started it."""
    STOPPING_EARLY = auto()
    """The user asked the training to end and keep its network."""
    CANCELLING = auto()
    """The user asked to cancel it."""
    TAKING_IN = auto()
    """The worker has finished; its results are added, or wait for that."""
    ENDING = auto()
    """It failed or was cancelled; its end is written, or waits for that."""


class RoundController(QObject):
    """Starts the rounds of a window; `poll` follows the running one.

    Signals:
        worker_event: an Event of the running round.
        queue_changed: rounds were queued, started or cancelled.
        ended: the Event that a round ended with, and the end of its log if it failed.
    """

    worker_event = Signal(object)
    queue_changed = Signal()
    ended = Signal(object, str)

    def __init__(
        self,
        store: Store,
        tasks: TaskRunner,
        is_searching: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks
        self._is_searching = is_searching
        self.rounds = Rounds(store)
        self.state = RoundState.IDLE
        self._followed: int | None = None
        self._result_tasks = 0  # running; nothing is polled meanwhile
        self._end: tuple[Event, str] | None = None  # of the followed round, and the end of its log
        self._retry_at = 0.0
        self._predict_wanted = False
        self._unpredictable = 0  # faces on photos that the last prediction could not use
        self.queued: list[Round] = []
        """Training rounds that wait, oldest first."""
        self._is_queue_known = False
        self.last_ended: Round | None = None
        """The round that ended last."""
        self._tried: int | None = None  # the waiting round that was started last
        self._retry_start_at = 0.0

    @property
    def is_paused(self) -> bool:
        """Whether the running round pauses, or was asked to."""
        return self.rounds.follower.is_paused

    @property
    def seconds_at_stake(self) -> float:
        """For how long the running training has run, pauses included; 0 if none has begun."""
        running = self.rounds.follower.current
        if not self.trains or self._followed is None or running is None or not running.course.stage:
            return 0.0
        row = next(row for row in self._store.rounds.all() if row.id == self._followed)
        return (datetime.now(UTC) - datetime.fromisoformat(row.started)).total_seconds()

    @property
    def trains(self) -> bool:
        """Whether a network is being trained; False while results are added."""
        ending = self.state in (RoundState.TAKING_IN, RoundState.ENDING)
        return self.rounds.follower.kind is RoundKind.TRAIN and not ending

    @property
    def is_taking(self) -> bool:
        """Whether results are being written now."""
        return self._result_tasks > 0

    # Start and stop

    def attach(self) -> None:
        """Follow a running round that another program or an earlier window started."""
        self._expire_queue()
        if self.state is RoundState.IDLE and self.rounds.follower.attach():
            self._follow()

    @Slot()
    def _expire_queue(self) -> None:
        """`poll` reads the queue again; this may come after the project was closed."""
        self._is_queue_known = False

    def _read_queue(self) -> None:
        self._is_queue_known = True
        before, self.queued = self.queued, self.rounds.queued.all()
        if before != self.queued:
            self.queue_changed.emit()

    def _follow(self) -> None:
        self._followed = self.rounds.follower.round_id
        self.state = RoundState.IDLE if self._followed is None else RoundState.RUNNING

    def predict(self, detector: OtherDetector | None = None) -> None:
        """Propose landmarks for the faces without a proposal; by a `detector` for all that are
        open."""
        if detector is not None:
            start = partial(self.rounds.launcher.start_predict, detector=detector)
            self._start(tr("Starting the prediction"), start)
            return
        try:
            possible = self.rounds.launcher.can_predict()
        except UserError as error:
            self._predict_wanted = False
            self._tasks.report(error)
            return
        if possible:
            self._start(tr("Starting the prediction"), self.rounds.launcher.start_predict)
        else:
            self._tasks.run(
                "writes", tr("Placing the mean face"), self.rounds.launcher.propose_mean_face,
                cancel_message=tr("Cancelled: no round was started."),
            )  # fmt: skip

    def want_prediction(self, *, retry_unusable: bool = False) -> None:
        """Predict as soon as enough faces wait, because photos were or are being imported.

        `retry_unusable`: photos that the last prediction could not use may be repaired now.
        """
        self._predict_wanted = True
        if retry_unusable:
            self._unpredictable = 0

    def predict_if_wanted(self) -> None:
        """Predict if it is wanted and enough faces wait."""
        missing = self._store.faces.count_unpredicted() - self._unpredictable
        if not self._predict_wanted or self.is_taking or self.state is not RoundState.IDLE:
            return
        if missing >= (MIN_PREDICT_FACES if self._is_searching() else 1):
            self.predict()
        elif not self._is_searching():
            self._predict_wanted = False

    def start(self, plan: RoundPlan) -> None:
        """Start a planned training round, or queue it while another round runs."""
        if self.state is not RoundState.IDLE:
            self._tasks.run_hidden(
                "writes", tr("Queueing a round"), partial(self._queue, plan.options),
                ended=self._expire_queue,
            )  # fmt: skip
            return
        self._start(tr("Starting round {number}", number=plan.number), partial(self._freeze, plan))

    def _freeze(self, plan: RoundPlan, progress: Progress) -> WriteResult:
        return self.rounds.launcher.start_training(plan, progress)

    def _queue(self, options: RoundOptions, _progress: Progress) -> WriteResult:
        self.rounds.queued.add(options)
        queued = Message(N_("The round waits, and starts when the running one has ended."))
        return WriteResult(Changes(rounds=True), queued)

    def cancel_queued(self) -> None:
        """Cancel the round that would start last."""
        if self.queued:
            self._tasks.run_hidden(
                "writes", tr("Cancelling a waiting round"),
                partial(self._unqueue, self.queued[-1].id), ended=self._expire_queue,
            )  # fmt: skip

    def _unqueue(self, round_id: int, _progress: Progress) -> WriteResult:
        return self.rounds.queued.remove(round_id)

    def _start_next(self) -> None:
        """Start the round that waits longest, unless that failed a moment ago."""
        if not self.queued or self._store.read_only:
            return
        now, first = time.monotonic(), self.queued[0].id
        if first != self._tried or now >= self._retry_start_at:
            self._tried, self._retry_start_at = first, now + RETRY_SECONDS
            self._start(tr("Starting the next round"), self.rounds.queued.start_next)

    def pack(self, plan: RoundPlan, file: Path) -> None:
        """Write a planned training round to a file, for another machine."""
        self._tasks.run(
            "packs", tr("Packing round {number}", number=plan.number),
            partial(pack_round, self._store, self.rounds.launcher, plan, file),
            cancel_message=tr("Cancelled: nothing was packed."),
        )  # fmt: skip

    def bring_in(self, file: Path) -> None:
        """Add the results of a packed round."""
        self._start(
            tr("Bringing in results"),
            partial(bring_in, self._store, self.rounds.launcher, file),
            cancel_message=tr("Cancelled: nothing was brought in."),
        )

    def _start(
        self,
        name: str,
        work: Callable[[Progress], Changes | WriteResult | None],
        cancel_message: str = "",
    ) -> None:
        """Write the run folder in the background, which reads every face."""
        self.state = RoundState.STARTING
        cancel_message = cancel_message or tr("Cancelled: no round was started.")
        self._tasks.run("start", name, work, cancel_message=cancel_message, ended=self._started)

    @Slot()
    def _started(self) -> None:
        self.state = RoundState.IDLE
        self.rounds.follower.attach()
        self._follow()
        self._expire_queue()
        self._tasks.publish(Changes(rounds=True))

    def roll_back(self, reviewer: str, row: Round) -> None:
        """Offer the proposals of an earlier round again."""
        self._tasks.run(
            "writes", tr("Rolling back"), partial(self.rounds.promotion.roll_back, reviewer, row),
            cancel_message=tr("Cancelled: no face was changed."),
        )  # fmt: skip

    def promote(self, row: Round) -> None:
        """Take the network of a round that waits for it into use."""
        self._tasks.run(
            "writes", tr("Promoting round {number}", number=row.number),
            lambda _progress: self.rounds.promotion.promote(row),
            cancel_message=tr("Cancelled: no face was changed."),
        )  # fmt: skip

    def toggle_pause(self) -> None:
        """Ask the round to pause, which keeps what it has, or to go on."""
        follower = self.rounds.follower
        self._asked(follower.resume if follower.is_paused else follower.pause)

    def stop_early(self) -> None:
        """Ask the training to end now and keep its network."""
        if self.state is RoundState.RUNNING and self._asked(self.rounds.follower.stop_early):
            self.state = RoundState.STOPPING_EARLY

    def cancel(self) -> None:
        """Ask the round to stop without a result."""
        stoppable = self.state in (RoundState.RUNNING, RoundState.STOPPING_EARLY)
        if self._asked(self.rounds.follower.cancel) and stoppable:
            self.state = RoundState.CANCELLING

    def _asked(self, ask: Callable[[], None]) -> bool:
        """Call `ask`; False if the run folder cannot be written, which is reported."""
        try:
            ask()
        except UserError as error:
            self._tasks.report(error)
            return False
        return True

    # Progress and results

    def poll(self) -> None:
        """Handle what the round did since the last call; called a few times a second."""
        if not self._is_queue_known:
            self._read_queue()
        if self.is_taking or self.state is RoundState.STARTING:
            return
        if self.state is RoundState.IDLE:
            self._follow()
        if self.state is RoundState.IDLE:
            self._start_next()
            return
        if self._has_ended():
            self._finish(Changes(rounds=True))
            return
        for event in self.rounds.follower.poll():
            self.worker_event.emit(event)
            if event.kind == "chunk" and self.rounds.follower.kind is RoundKind.PREDICT:
                self._take(partial(self._take_chunk, event))
            elif event.is_final:
                self._end = event, self._log_of(event)
                done = event.kind == "finished"
                self.state = RoundState.TAKING_IN if done else RoundState.ENDING
        if self._end is not None and time.monotonic() >= self._retry_at:
            done = self.state is RoundState.TAKING_IN
            self._take(self._take_in if done else partial(self._write_end, self._end[0]))

    def _log_of(self, event: Event) -> str:
        """The end of the log, for an unexpected failure."""
        if event.kind != "failed" or event.expected:
            return ""
        return _log_end(self.rounds.follower.log_file(), self.rounds.follower.log_tail())

    def _take(self, work: Work) -> None:
        self._result_tasks += 1
        self._tasks.run_hidden(
            "results", tr("Taking in results"), work,
            succeeded=self._took, failed=self._not_taken, ended=self._taken,
        )  # fmt: skip

    def _take_chunk(self, event: Event, _progress: Progress) -> Changes:
        return self.rounds.ingest.add_chunk(event)

    def _take_in(self, progress: Progress) -> WriteResult | None:
        return self.rounds.ingest.add_results(progress)

    def _write_end(self, event: Event, _progress: Progress) -> Changes:
        return self.rounds.ingest.end(event)

    @Slot(object)
    def _took(self, result: object) -> None:
        done = result if isinstance(result, Changes | WriteResult) else Changes()
        if self._has_ended():
            self._finish(done)
        elif result is not None:
            self._tasks.publish(done)

    @Slot(Exception)
    def _not_taken(self, error: Exception) -> None:
        """Retry later: the results stay in the run folder, and the round stays running."""
        if isinstance(error, StoreBusyError):
            self._tasks.message.emit(tr("Waiting for another change to this project…"), False)
            return
        if self._has_ended():  # the results cannot be read
            self._end = None
            self._finish(Changes(rounds=True))
            return
        self._retry_at = time.monotonic() + RETRY_SECONDS
        self._tasks.report(error)

    def _has_ended(self) -> bool:
        """Whether the followed round is not running any more."""
        return self._followed is not None and self._followed != self.rounds.follower.round_id

    def _finish(self, result: Changes | WriteResult) -> None:
        """Report how a round ended: by its last event, or by what another program saved."""
        row = next(row for row in self._store.rounds.all() if row.id == self._followed)
        if self._end is None:
            kinds = {RoundStatus.FAILED: "failed", RoundStatus.CANCELLED: "cancelled"}
            event = Event(kinds.get(row.status, "finished"), reason=row.error)
            folder = RunFolder(row.folder)
            self.rounds.ingest.load_skipped(folder)
            tail = _log_end(folder.log, folder.log_tail()) if event.kind == "failed" else ""
            self._end = event, tail
        (event, tail), self._end = self._end, None
        self.last_ended = row
        self._unpredictable = self._not_predicted()
        if event.kind != "finished" and row.kind is RoundKind.PREDICT:
            self._predict_wanted = False  # it would fail again; the user starts it again
        self._follow()
        self._tasks.publish(result)
        self.ended.emit(event, tail)
        if event.kind == "cancelled":
            text = tr("The round was cancelled: everything is as it was before.")
            if row.kind is RoundKind.PREDICT:
                text = tr("The prediction was cancelled: proposals that came before stay.")
            self._tasks.message.emit(text, False)

    def _not_predicted(self) -> int:
        """Faces without a proposal whose photo cannot be used, or that the detector did not find:
        no worker is started for them until the photo is repaired."""
        skipped = self.rounds.ingest.skipped
        return min(skipped.faces + skipped.not_found, self._store.faces.count_unpredicted())

    @Slot()
    def _taken(self) -> None:
        self._result_tasks -= 1
        self.predict_if_wanted()


def _log_end(file: Path | None, tail: str) -> str:
    return tail and tr("{file} ends with:", file=file) + f"\n{tail}"
