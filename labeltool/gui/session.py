"""An open project: the object that every view knows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal, Slot

from labeltool.domain import Changes, Filter, Seen, UserError, Verdict, WriteResult
from labeltool.gui.background.auto_backup import AutoBackup
from labeltool.gui.background.box_drawing import BoxDrawing
from labeltool.gui.background.exporter import Exporter
from labeltool.gui.background.facet_counter import FacetCounter
from labeltool.gui.background.housekeeping import Housekeeping
from labeltool.gui.background.importer import Importer
from labeltool.gui.background.round_controller import RoundController
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.background.undo_redo import UndoRedo
from labeltool.gui.background.watch.adjustment_watch import AdjustmentWatch
from labeltool.gui.background.watch.face_checker import FaceChecker
from labeltool.gui.background.watch.input_watch import InputWatch
from labeltool.gui.background.write_queue import MAX_FOREGROUND_FACES, WriteQueue, face_id
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.images.photo_cache import to_rgb
from labeltool.review.desk import Desk
from labeltool.store import Store

POLL_MS = 150
"""How often the running round and other programs' writes are looked for."""

FULL_REFRESH_SECONDS = 2.0
"""The least time between two full refreshes while another program writes continuously."""


class Session(QObject):
    """An open project in a window: its parts, and the signals by which views follow its changes.

    Parts:
        desk: the face that is reviewed and the queue it is in; used by the window's thread only.
        tasks, writes: background tasks, and the queue of short writes on the window's thread.
        round: the round that runs.
        importer, exporter, boxes, undo_redo, facets, backups, checks, adjustments: see their
            classes.

    Signals:
        changed: a write succeeded; carries Changes, and every view redraws what it shows of them.
        settled: after `changed`, and if another face is shown, once that is painted; carries all
            Changes since the last time, for panels that may follow a moment later.
        failed: a UserError, for the message bar.
        message: a sentence for the message bar, and whether Undo makes sense beside it.
    """

    changed = Signal(object)
    settled = Signal(object)
    failed = Signal(object)
    message = Signal(str, bool)

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        store.set_write_timeout()
        self.store = store
        self.desk = Desk(store)
        self.tasks = TaskRunner(store, self)
        self.writes = WriteQueue(store, self.desk, self)
        self.round = RoundController(store, self.tasks, self._is_searching, self)
        self.importer = Importer(store, self.desk, self.tasks, self.writes, self.round, self)
        self.exporter = Exporter(store, self.tasks, self)
        self.boxes = BoxDrawing(store, self.desk, self.writes, self.tasks, self.round, to_rgb, self)
        self.undo_redo = UndoRedo(store, self.desk, self.writes, self.tasks, self)
        self.facets = FacetCounter(store, self.desk, self.tasks, self)
        self.backups = AutoBackup(store, self.tasks, self)
        self.checks = FaceChecker(store, self.desk, self.writes, self.tasks, self)
        self.checks.changed.connect(self.publish)
        self.changed.connect(self.checks.note_changes)
        self.adjustments = AdjustmentWatch(self.desk, self.tasks, self.round, self)
        self.adjustments.hint.connect(self.message)
        self._inputs = InputWatch(self.desk, self)
        self._housekeeping = Housekeeping(store, self.desk, self.tasks, self)
        for part in (self.tasks, self.writes):
            part.changed.connect(self.publish)
            part.failed.connect(self.failed)
            part.message.connect(self.message)
        self._other_writes = store.detect_changes()
        self._version = self._other_writes.data_version()
        self._unpublished = Changes()  # of other programs
        self._full_refresh_at = 0.0
        self._poll_timer = QTimer(self, interval=POLL_MS)
        self._poll_timer.timeout.connect(self._poll)
        self._unsettled = Changes()
        self._settled_face: int | None = None
        self._settle_timer = QTimer(self, singleShot=True, interval=0)
        self._settle_timer.timeout.connect(self._settle)

    def _is_searching(self) -> bool:
        return self.importer.is_searching

    def start(self) -> None:
        """Resume what the last window left: a running round, photos not searched yet."""
        self.round.attach()
        self._poll_timer.start()
        self.refresh_all()
        if self.store.read_only:
            self.importer.search_waiting_photos()
            return
        self._housekeeping.start()
        self._inputs.start()
        self.settled.connect(self.adjustments.note_changes)
        for round_id in self.store.rounds.to_refresh():
            self.tasks.run(
                "results", tr("Offering proposals"),
                partial(self.store.rounds.refresh_faces, round_id),
                cancel_message=tr(
                    "Cancelled: the rest is offered when the project is opened again."
                ),
            )  # fmt: skip
        self.importer.search_waiting_photos()
        self.changed.connect(self.backups.note_changes)
        self.backups.start()

    # Changes

    def refresh_all(self) -> None:
        """Show everything in a new window."""
        everything = Changes(all=True, photos=True, rounds=True, filters=True)
        self.changed.emit(everything)
        self._schedule_settle(everything)
        self.facets.schedule()

    @Slot(object)
    def publish(self, result: Changes | WriteResult) -> None:
        """Show changes in every view, and the message of a write; empty changes mean navigation."""
        result = WriteResult.of(result)
        changes = result.changes
        self.desk.refresh(changes)
        self.changed.emit(changes)
        self._schedule_settle(changes)
        if changes != Changes():
            self.facets.schedule(extend=False)
        if result.message:
            self.message.emit(translate(result.message), result.undoable)
        for face in changes.boxes:
            self.boxes.propose(face)

    def _schedule_settle(self, changes: Changes) -> None:
        self._unsettled = self._unsettled.joined(changes)
        if face_id(self.desk) == self._settled_face:
            self._settle()
        else:
            self._settle_timer.start()

    @Slot()
    def _settle(self) -> None:
        self._settled_face = face_id(self.desk)
        changes, self._unsettled = self._unsettled, Changes()
        self.settled.emit(changes)

    @Slot()
    def _poll(self) -> None:
        self._follow_other_programs()
        self.round.poll()

    def _follow_other_programs(self) -> None:
        """Show what other programs changed; many small writes refresh everything rarely."""
        version = self._other_writes.data_version()
        if version not in (-1, self._version):
            self._version = version
            self._unpublished = self._unpublished.joined(self._other_writes.changes())
        throttled = time.monotonic() - self._full_refresh_at <= FULL_REFRESH_SECONDS
        if self._unpublished == Changes() or (self._unpublished.all and throttled):
            return
        changes, self._unpublished = self._unpublished, Changes()
        if changes.all:
            self._full_refresh_at = time.monotonic()
        if changes.rounds:
            self.round.attach()
        self.publish(changes)
        self.round.predict_if_wanted()

    # The faces shown, and many at once

    def show(self, wanted: Filter) -> None:
        """Show the faces under another filter."""
        self.desk.queue.set_filter(wanted)
        self.publish(Changes())
        self.facets.schedule()

    def show_all(self) -> None:
        """Clear the filter; the order stays."""
        wanted = self.desk.queue.filter
        self.show(Filter(order=wanted.order, descending=wanted.descending))

    def decide_batch(self, verdict: Verdict, seen: Sequence[Seen]) -> None:
        """Give these faces the verdict, many of them in the background."""
        if len(seen) <= MAX_FOREGROUND_FACES:
            self.writes.submit(partial(self.desk.batches.decide, verdict, seen, _no_progress))
            return
        self.tasks.run(
            "writes", tr("Deciding on %Ln face(s)", "", len(seen)),
            partial(self.store.batches.run, self.desk.reviewer, verdict, seen),
            cancel_message=tr("Cancelled: no face was changed."),
        )  # fmt: skip

    def toggle_measured(self) -> None:
        """Measure what a face costs the reviewer, or no longer."""
        self.writes.submit(partial(self.desk.meter.set_measured, not self.desk.meter.is_on))

    def close(self) -> None:
        """Stop the timers and tasks, and close the project. A worker process keeps running."""
        self._poll_timer.stop()
        self._settle_timer.stop()
        self.importer.close()
        self.facets.close()
        self.checks.close()
        self.adjustments.close()
        self._inputs.close()
        self.writes.close()
        self._housekeeping.close()
        self.backups.close()
        self.tasks.close()
        with suppress(UserError):  # a lease ends by itself, in half a minute
            self.store.rounds.release_lease()
        for part in (self, *self.findChildren(QObject)):
            part.blockSignals(True)
            # what tasks have reported and nobody has handled yet
            QCoreApplication.removePostedEvents(part, QEvent.Type.MetaCall.value)
        self.store.close()


def _no_progress(_done: int, _total: int) -> None:
    """For what is too short to report any."""
