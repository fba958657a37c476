"""The one object every view knows: it runs operations and says what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from labeltool.domain import (
    Box,
    Changes,
    Filter,
    Progress,
    SavedFilter,
    Seen,
    Step,
    UserError,
    Verdict,
)
from labeltool.exchange import detection_pool, photo_import
from labeltool.exchange.label_import import LabelSource
from labeltool.gui.background import exporting
from labeltool.gui.background.auto_backup import AutoBackup
from labeltool.gui.background.facet_counter import Counting
from labeltool.gui.background.importing import LabelImport, LabelsRead
from labeltool.gui.background.round_controller import RoundController
from labeltool.gui.background.tasks import Lane, Task, Work
from labeltool.gui.background.undo_redo import UndoRedo
from labeltool.gui.background.write_queue import Operation, WriteQueue
from labeltool.gui.i18n import notifications
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.images.photo_cache import to_rgb
from labeltool.project.integrity import photos_missing
from labeltool.review.desk import Desk
from labeltool.rounds.instant_prediction import Instant
from labeltool.store import FEW, Store

AT_ONCE = 500
"""Faces of a batch that is done at once, without progress."""

CALM = 2.0
"""Seconds between two readings of everything while another program writes on and on."""

VISIT_MS = 60_000
"""How often the place of the review is kept."""

TIDY_MS = 10_000
"""How often the log of the last writes is copied into the file."""


class Session(QObject):
    """An open project in the window.

    Signals:
        changed: a write succeeded; carries Changes, and every view redraws what it shows of them.
        settled: after `changed`, where another face is shown only once that is painted; carries all
            Changes since the last time, for panels that may follow a moment later.
        failed: a UserError, for the message line.
        replace_wanted: an export would replace files; carries `exporting.Refused`.
        said: a sentence for the message line, and whether Undo makes sense beside it.
        photos_moved: photos lie elsewhere now and are to be read again; `changed` follows.
        sizes_differ: labels were made on pictures of another size; carries the `LabelSource` and
            whether they are proposals, see `import_labels`.
        task_started: a Task, for the activity line.
        round_event: an Event of the running round.
        round_ended: the event a round ended with, and the end of its log if it failed.
        surveyed: a Survey: how many faces there are under the filters, a moment after a change.

    `round`: the round that runs. `decoded`: where a photo may be had that is on the screen, set by
    who shows photos. `ask_undo`: asks the person whether a large step is to be undone (or, True,
    redone), set by the window.
    `round_names`: what rounds are called, by id, and `meant_filter`: the id of the saved filter
    whose menu was opened last, set by who shows them.
    """

    changed = Signal(object)
    settled = Signal(object)
    failed = Signal(object)
    replace_wanted = Signal(object)
    said = Signal(str, bool)
    task_started = Signal(object)
    round_event = Signal(object)
    round_ended = Signal(object, str)
    surveyed = Signal(object)
    photos_moved = Signal()
    sizes_differ = Signal(object, bool)
    _found = Signal(object)

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        store.set_write_timeout()
        self.store = store
        self.desk = Desk(store)
        self._instant = Instant(store)
        self.decoded: Callable[[Path], QImage | None] = _not_decoded
        self._undo_redo = UndoRedo(self)
        self.ask_undo: Callable[[Step, bool], bool] = self._undo_redo.nobody_asked
        self.round_names: dict[int, str] = {}
        self.meant_filter: int | None = None
        self.searching = False
        lanes = "intake", "results", "writes", "instant", "start", "counts"
        self._lanes = {name: Lane(name) for name in lanes}
        self.round = RoundController(
            store, self._lanes["results"], self._run, lambda: self.searching, self
        )
        self.rounds = self.round.rounds
        self.round.changed.connect(self.announce)
        self.round.failed.connect(self.failed)
        self.round.said.connect(self.said)
        self.round.worker_event.connect(self.round_event)
        self.round.ended.connect(self.round_ended)
        self.backups = AutoBackup(self)
        self._version = store.version()
        self._others = store.detect_changes()
        self._moved = Changes()
        self._unsettled = Changes()
        self._settled_on: int | None = None
        self._settling = QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self._settle)
        self._read_all = 0.0
        self._open = True
        self._writes = WriteQueue(store, self.desk, self)
        self._writes.done.connect(self.announce)
        self._writes.failed.connect(self.failed)
        self._writes.said.connect(self.said)
        self._found.connect(self._more_faces)
        self._watch = QTimer(self, interval=150)
        self._watch.timeout.connect(self._poll)
        self._kept: tuple[int | None, Filter] | None = None
        self._counting = Counting(store, self.desk, self._lanes["counts"], self)
        self._counting.surveyed.connect(self.surveyed)
        self._counting.failed.connect(self._broke)
        self._visiting = QTimer(self, interval=VISIT_MS)
        self._visiting.timeout.connect(self._keep_visit)
        self._tidying = QTimer(self, interval=TIDY_MS)
        self._tidying.timeout.connect(self._tidy)

    def start(self) -> None:
        """Go on where the last window stopped: a running round, photos not searched yet."""
        self.round.attach()
        self._watch.start()
        self.show_all_again()
        if self.store.read_only:
            self.look_for_photos()
            return
        self._visiting.start()
        self._tidying.start()
        for round_id in self.store.rounds.unsettled():
            self._run(
                "results", tr("Offering proposals"), partial(self.store.rounds.settle, round_id),
                farewell=tr("Cancelled: the rest is offered when the project is opened again."),
            )  # fmt: skip
        self.look_for_photos()
        self.backups.start()

    def look_for_photos(self) -> None:
        """Search those that wait; say it if a photo folder is not there."""
        if not self._open:
            return
        missing = photos_missing(self.store)
        if missing is not None:
            self.failed.emit(missing)
        elif self.desk.counts.waiting and not self.store.read_only:
            self.search()

    def move_photos(self, root_id: int, folder: Path) -> None:
        """Say where the photos of a photo folder lie now, and look for others that are missing."""
        self.do_for_project(partial(self._move_photos, root_id, folder))

    def _move_photos(self, root_id: int, folder: Path) -> Changes:
        changes = self.store.photos.move_root(root_id, folder)
        self.photos_moved.emit()
        QTimer.singleShot(0, self.look_for_photos)  # once its result was said
        return changes

    def show_all_again(self) -> None:
        """For a window that is new: everything is to be shown."""
        everything = Changes(all=True, photos=True, rounds=True, filters=True)
        self.changed.emit(everything)
        self._settle_soon(everything)
        self._counting.soon()

    # Writes

    def do(self, operation: Operation) -> None:
        """Run a short write on the face on the desk, see `WriteQueue.submit_for_face`."""
        self._writes.submit_for_face(operation)

    def do_for_project(self, operation: Operation) -> None:
        """Run a short write whatever face is on the desk, see `WriteQueue.submit`."""
        self._writes.submit(operation)

    def finish_writes(self) -> UserError | None:
        """Before the end, run the pending writes, see `WriteQueue.finish`."""
        return self._writes.finish()

    def _desk_face(self) -> int | None:
        return None if self.desk.face is None else self.desk.face.id

    def do_later(self, name: str, operation: Operation) -> None:
        """Run a longer write, one transaction, in the background; cancelled, it changes nothing.

        The operation uses the store and leaves the desk alone, which belongs to this thread.
        """
        self._run("writes", name, partial(self._stoppable, operation), farewell=_unchanged())

    def _stoppable(self, operation: Operation, progress: Progress) -> Changes:
        with self.store.cancellable(progress):
            return operation()

    @Slot()
    def undo_said(self) -> None:
        """Take back what the message line tells of, which is never a move."""
        self.undo(moves=False)

    def undo(self, redo: bool = False, *, moves: bool = True) -> None:
        """Take back the last move or operation, or do it again, see `UndoRedo`."""
        self._undo_redo.step(redo=redo, moves=moves, at_once=AT_ONCE)

    def decide_batch(self, verdict: Verdict, seen: Sequence[Seen]) -> None:
        """Give these faces the verdict, many of them in the background."""
        if len(seen) <= AT_ONCE:
            self.do_for_project(partial(self.desk.batches.decide, verdict, seen, _unseen))
            return
        name = tr("Deciding on %Ln face(s)", "", len(seen))
        work = partial(self.store.batches.run, self.desk.reviewer, verdict, seen)
        self._run("writes", name, work, farewell=_unchanged())

    @Slot()
    def _cancelled(self) -> None:
        task = self.sender()
        self.announce(Changes(photos=True))  # of an import, photos that were added stay
        if isinstance(task, Task) and task.farewell:
            self.said.emit(task.farewell, False)

    @Slot(object)
    def announce(self, changes: Changes) -> None:
        """Tell every view."""
        self.desk.refresh(changes)
        self.changed.emit(changes)
        self._settle_soon(changes)
        if changes != Changes():
            self._counting.soon(others_follow=True)
        if changes.note:
            undoable = changes.any_face and not changes.back
            self.said.emit(translate(changes.note), undoable)
        for face in changes.boxes:
            self._propose_soon(face)

    def _settle_soon(self, changes: Changes) -> None:
        self._unsettled = self._unsettled.joined(changes)
        if self._desk_face() == self._settled_on:
            self._settle()
        else:
            self._settling.start()

    @Slot()
    def _settle(self) -> None:
        self._settled_on = self._desk_face()
        changes, self._unsettled = self._unsettled, Changes()
        self.settled.emit(changes)

    # What the filters would show

    def show(self, wanted: Filter) -> None:
        """Show the faces under another filter."""
        self.desk.queue.set_filter(wanted)
        self.announce(Changes())
        self._counting.soon()

    def show_all(self) -> None:
        """Take every part of the filter away; the order stays."""
        wanted = self.desk.queue.filter
        self.show(Filter(order=wanted.order, descending=wanted.descending))

    def saved_filter(self) -> SavedFilter | None:
        """The saved filter that is on; of several that ask the same the one that is meant."""
        return self._counting.saved_filter(self.meant_filter)

    @Slot()
    def _tidy(self) -> None:
        task = Task(tr("Tidying"), self)
        self._lanes["counts"].start(task, self._tidy_up, succeeded=self._done, failed=self._broke)

    def _tidy_up(self, _progress: Progress) -> None:
        self.store.tidy()

    @Slot()
    def _keep_visit(self) -> None:
        """Remember the place; if the file is busy, the next minute or the end does it."""
        place = self._desk_face(), self.desk.queue.filter
        if place != self._kept or not self._open:
            with suppress(UserError):
                self.desk.save_visit()
                self._kept = place

    def _run(
        self, lane: str, name: str, work: Work, *,
        farewell: str, succeeded: Callable[[object], None] | None = None,
        ended: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        """Begin work that a person sees and can cancel. The slots are bound methods."""
        task = Task(name, self, farewell)
        task.cancelled.connect(self._cancelled)
        if ended is not None:
            task.ended.connect(ended)
        self.task_started.emit(task)
        self._lanes[lane].start(task, work, succeeded=succeeded or self._done, failed=self._broke)

    @Slot(object)
    def _done(self, result: object) -> None:
        if isinstance(result, Changes):
            self.announce(result)

    @Slot(Exception)
    def _broke(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)

    # Photos in

    def import_photos(self, sources: Sequence[Path]) -> None:
        """Add photos and search them for faces, in the background."""
        self.round.want_prediction(retry_unusable=True)
        self._search_with(partial(self._add_and_search, list(sources)), tr("Finding faces"))

    def search(self) -> None:
        """Search the photos that wait."""
        self.round.want_prediction(retry_unusable=True)
        self._search_with(self._only_search, tr("Finding faces"))

    def _search_with(self, work: Work, name: str) -> None:
        self.searching = True
        self._run(
            "intake", name, work, ended=self._search_ended,
            farewell=tr(
                "Cancelled: photos that were added stay, and are searched when the project is "
                "opened again."
            ),
        )  # fmt: skip

    def _add_and_search(self, sources: list[Path], progress: Progress) -> Changes:
        added = photo_import.add_photos(self.store, sources)
        looked_at = {photo for photo, _file in self.store.photos.unsearched()}
        detection_pool.search(self.store, progress, self._found.emit)
        broken = sum(photo in looked_at for photo, *_ in self.store.photos.problems())
        note = notifications.photos(added, self.store.queue.counts(), broken)
        return Changes(all=True, photos=True, note=note, back=True)

    def _only_search(self, progress: Progress) -> Changes:
        detection_pool.search(self.store, progress, self._found.emit)
        return Changes(all=True, photos=True)

    @Slot(object)
    def _more_faces(self, changes: Changes) -> None:
        """Faces appear while the search goes on, and get their proposals."""
        self.announce(changes)
        self.round.predict_if_wanted()

    @Slot()
    def _search_ended(self) -> None:
        self.searching = False
        self.round.predict_if_wanted()

    def import_labels(
        self, source: Path | LabelSource, proposals: bool, turn: bool = False, scale: bool = False
    ) -> None:
        """Take labels of a file, in the background. `sizes_differ` asks first where they were made
        on pictures of another size: the answer calls this again with what it carried."""
        wanted = LabelImport(source, proposals, turn, scale)
        self._run(
            "writes", tr("Reading {file}", file=wanted.path.name),
            partial(wanted.take, self.store, self.desk.reviewer),
            farewell=_unchanged(), succeeded=self._labels_taken,
        )  # fmt: skip

    @Slot(object)
    def _labels_taken(self, result: object) -> None:
        assert isinstance(result, LabelsRead)
        if result.asks is not None:
            self.sizes_differ.emit(result.asks, result.wanted.proposals)
        self._done(result.changes)
        if result.waiting and not self.searching:
            self.search()

    def take_whole(self, photos: Sequence[int]) -> None:
        """Each of these photos is one face."""
        if len(photos) <= FEW:
            take_few, face = partial(self.desk.add_whole_photos, list(photos)), self._desk_face()
            self.do_for_project(lambda: take_few(show=self._desk_face() == face))
            return
        take = partial(self.store.boxes.take_whole, self.desk.reviewer, list(photos))
        self._run(
            "writes", tr("Taking %Ln photo(s) whole", "", len(photos)),
            partial(self._stoppable, take), farewell=_unchanged(), succeeded=self._taken_whole,
        )  # fmt: skip

    @Slot(object)
    def _taken_whole(self, result: object) -> None:
        self._done(result)
        self.round.want_prediction()
        self.round.predict_if_wanted()

    def draw_box(self, photo: int, box: Box) -> None:
        """Add a face that nobody found."""
        draw, face = partial(self.desk.draw_box, photo, box), self._desk_face()
        self.do_for_project(lambda: draw(show=self._desk_face() == face))

    def _propose_soon(self, face: int) -> None:
        """A face has a new box: propose its landmarks in the background."""
        task, shown = Task(tr("Proposing"), self), self.desk.face
        photo = self.decoded(shown.photo) if shown is not None and shown.id == face else None
        self._lanes["instant"].start(
            task, partial(self._propose, face, photo), succeeded=self._proposed, failed=self._broke
        )

    def _propose(self, face: int, photo: QImage | None, _progress: Progress) -> Changes | None:
        return self._instant.propose(face, None if photo is None else to_rgb(photo))

    @Slot(object)
    def _proposed(self, result: object) -> None:
        """What could not be proposed at once waits for a worker."""
        if result is None:
            self.round.want_prediction()
            self.round.predict_if_wanted()
        self._done(result)

    def export(self, out: Path, form: str, *, force: bool = False) -> None:
        """Write the labels, in the background; `force` as in `export_labels`."""
        work = partial(exporting.export, self.store, out, form, force)
        farewell = tr("Cancelled: nothing was written.")
        self._run("writes", tr("Exporting"), work, farewell=farewell, succeeded=self._exported)

    @Slot(object)
    def _exported(self, result: object) -> None:
        if isinstance(result, exporting.Refused):
            self.replace_wanted.emit(result)
        self._done(result)

    # What others do

    def _follow_others(self) -> None:
        """Show what other programs changed; not everything anew at each of many small writes."""
        version = self.store.version()
        if version not in (-1, self._version):
            self._version = version
            self._moved = self._moved.joined(self._others.changes())
        calm = time.monotonic() - self._read_all > CALM
        if self._moved != Changes() and (calm or not self._moved.all):
            moved, self._moved = self._moved, Changes()
            if moved.all:
                self._read_all = time.monotonic()
            if moved.rounds:
                self.round.attach()
            self.announce(moved)
            self.round.predict_if_wanted()

    @Slot()
    def _poll(self) -> None:
        self._follow_others()
        self.round.poll()

    def close(self) -> None:
        """Stop watching, end the tasks, let go of the file. A worker goes on by itself."""
        self._open = False
        self._watch.stop()
        self._visiting.stop()
        self._tidying.stop()
        self._counting.stop()
        self._settling.stop()
        self._writes.close()
        self._keep_visit()
        for lane in self._lanes.values():
            lane.close()
        self.backups.close()
        with suppress(UserError):  # it ends by itself, in half a minute
            self.store.rounds.release_lease()
        self.store.close()


def _not_decoded(_photo: Path) -> None:
    """Nobody shows photos."""


def _unseen(_done: int, _total: int) -> None:
    """The progress of what is too short to show any."""


def _unchanged() -> str:
    return tr("Cancelled: no face was changed.")
