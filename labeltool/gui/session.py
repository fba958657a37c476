"""The one object every view knows: it runs operations and says what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool import intake
from labeltool.domain import (
    Box,
    Changes,
    Progress,
    RoundKind,
    Seen,
    StoreBusyError,
    UserError,
    Verdict,
)
from labeltool.export import export_labels
from labeltool.gui.tasks import Lane, Task
from labeltool.review import Desk
from labeltool.rounds import Rounds
from labeltool.store import Store
from labeltool.training.folder import Event
from labeltool.training.plan import RoundPlan

Operation = Callable[[], Changes]

PATIENCE = 10.0
"""Seconds a write waits for other programs before it is given up."""

AT_ONCE = 500
"""Faces of a batch that is done at once, without progress."""

ENOUGH = 48
"""Faces without a proposal for which a worker is started while photos are still being searched."""


class Session(QObject):
    """An open project in the window.

    Signals:
        changed: a write succeeded; carries Changes, and every view redraws what it shows of them.
        failed: a UserError, for the message line.
        said: a sentence for the message line, and whether Undo makes sense beside it.
        task_started: a Task, for the activity line.
        round_event: an Event of the running round.
        round_ended: the event a round ended with, and the end of its log if it failed.
    """

    changed = Signal(object)
    failed = Signal(object)
    said = Signal(str, bool)
    task_started = Signal(object)
    round_event = Signal(object)
    round_ended = Signal(object, str)
    _found = Signal(object)

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        store.be_impatient()
        self.store = store
        self.desk = Desk(store)
        self.rounds = Rounds(store)
        self.searching = False
        self._predict_wanted = False
        self._lanes = {name: Lane(name) for name in ("intake", "results", "writes", "instant")}
        self._version = store.version()
        self._open = True
        self._taking = False
        self._waiting: Event | None = None
        self._found.connect(self._more_faces)
        self._watch = QTimer(self, interval=150)
        self._watch.timeout.connect(self._poll)

    def start(self) -> None:
        """Go on where the last window stopped: a running round, photos not searched yet."""
        self.rounds.attach()
        self._watch.start()
        self.changed.emit(Changes(all=True, photos=True, rounds=True))
        gone = [root for root in self.store.faces.roots().values() if not root.is_dir()]
        if gone:
            self.failed.emit(
                UserError(
                    f"The photo folder {gone[0]} is not there.",
                    "Choose Photos moved… in the Project menu to say where it is now.",
                )
            )
        if self.desk.counts.waiting and not gone:
            self.search()

    # Writes

    def do(self, operation: Operation) -> None:
        """Run a short write now; while another program holds the file, try again and again.

        The window stays alive meanwhile. If the person went to another face, the operation is given
        up: it was meant for the face that was on the desk.
        """
        self._attempt(operation, self._desk_face(), time.monotonic() + PATIENCE)

    def _attempt(self, operation: Operation, face: int | None, deadline: float) -> None:
        try:
            changes = operation()
        except StoreBusyError as error:
            if time.monotonic() > deadline or self._desk_face() != face or not self._open:
                self.failed.emit(error)
                return
            self.said.emit("Waiting for another program that writes to this project…", False)
            QTimer.singleShot(100, self, partial(self._attempt, operation, face, deadline))
        except UserError as error:
            self.failed.emit(error)
        else:
            self.announce(changes)

    def _desk_face(self) -> int | None:
        return None if self.desk.face is None else self.desk.face.id

    def do_later(self, name: str, operation: Operation) -> None:
        """Run a longer write in the background."""
        self._run("writes", name, partial(_patient, operation))

    def decide_batch(self, verdict: Verdict, seen: Sequence[Seen]) -> None:
        """Give these faces the verdict, many of them in the background."""
        if len(seen) <= AT_ONCE:
            self.do(partial(self.desk.decide_batch, verdict, seen, _unseen))
            return
        task = Task(f"Deciding on {len(seen):,} faces", self)
        task.cancelled.connect(self._batch_cancelled)
        self.task_started.emit(task)
        work = partial(self.desk.decide_batch, verdict, seen)
        self._lanes["writes"].start(task, work, succeeded=self._done, failed=self._broke)

    @Slot()
    def _batch_cancelled(self) -> None:
        self.said.emit("Cancelled: no face was changed.", False)

    def announce(self, changes: Changes) -> None:
        """Tell every view."""
        self.desk.refresh(changes)
        self.changed.emit(changes)
        if changes.note:
            self.said.emit(changes.note, changes.any_face and not changes.rounds)

    def _run(self, lane: str, name: str, work: Callable[[Progress], object]) -> Task:
        task = Task(name, self)
        self.task_started.emit(task)
        return self._lanes[lane].start(task, work, succeeded=self._done, failed=self._broke)

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
        self._predict_wanted = True
        self._search_with(partial(self._add_and_search, list(sources)), "Finding faces")

    def search(self) -> None:
        """Search the photos that wait."""
        self._predict_wanted = True
        self._search_with(self._only_search, "Finding faces")

    def _search_with(self, work: Callable[[Progress], object], name: str) -> None:
        self.searching = True
        task = Task(name, self)
        task.ended.connect(self._search_ended)
        self.task_started.emit(task)
        self._lanes["intake"].start(task, work, succeeded=self._done, failed=self._broke)

    def _add_and_search(self, sources: list[Path], progress: Progress) -> Changes:
        added = intake.add_photos(self.store, sources)
        intake.search(self.store, progress, self._found.emit)
        counts = self.store.faces.counts()
        note = f"{added.new} new photos; {counts.faces} faces in the project."
        if added.unsupported:
            names = ", ".join(p.name for p in added.unsupported[:3])
            note += f" {len(added.unsupported)} files of unsupported kinds: {names}."
        if counts.problems:
            note += f" {counts.problems} photos could not be read: see Photos > Problems."
        return Changes(all=True, photos=True, note=note)

    def _only_search(self, progress: Progress) -> Changes:
        intake.search(self.store, progress, self._found.emit)
        return Changes(all=True, photos=True)

    @Slot(object)
    def _more_faces(self, changes: Changes) -> None:
        """Faces appear while the search goes on, and get their proposals."""
        self.announce(changes)
        self._predict_if_wanted()

    @Slot()
    def _search_ended(self) -> None:
        self.searching = False
        self._predict_if_wanted()

    def import_labels(self, source: Path, proposals: bool) -> None:
        """Take labels of a file, in the background."""
        self._run("writes", f"Reading {source.name}", partial(self._take_labels, source, proposals))

    def _take_labels(self, source: Path, proposals: bool, _progress: Progress) -> Changes:
        taken = intake.take_labels(self.store, source, self.desk.reviewer, proposals=proposals)
        what = "proposals" if proposals else "labels"
        note = f"{taken.taken} {what} from {source.name}"
        if taken.new_faces:
            note += f", {taken.new_faces} of them new faces"
        if taken.kept:
            note += f"; {taken.kept} faces keep what a person decided"
        if taken.problems:
            note += f"; {len(taken.problems)} rows were not used ({taken.problems[0]})"
        return Changes(all=True, photos=True, rounds=proposals, note=note + ".")

    def add_face(self, photo_id: int, box: Box) -> None:
        """A box was drawn: a new face, which gets its proposal in the background."""
        self._added([(photo_id, box, "hand")])

    def take_whole(self, photos: Sequence[int]) -> None:
        """Each of these photos is one face."""
        sizes = {row[0]: (row[4], row[5]) for row in self.store.faces.photo_index()}
        self._added(
            [
                (
                    photo,
                    (-0.5, -0.5, float(sizes[photo][0] or 1), float(sizes[photo][1] or 1)),
                    "whole",
                )
                for photo in photos
            ]
        )

    def _added(self, faces: list[tuple[int, Box, str]]) -> None:
        try:
            ids = self.store.faces.add_faces(faces)
        except UserError as error:
            self.failed.emit(error)
            return
        self.desk.refresh(Changes(all=True, photos=True))
        self.desk.open(ids[0])
        self.announce(Changes(all=True, photos=True))
        for face in ids:
            task = Task("Proposing", self)
            task.ended.connect(self._proposed)
            self._lanes["instant"].start(
                task, partial(self._propose, face), succeeded=self._done, failed=self._broke
            )

    def _propose(self, face: int, _progress: Progress) -> Changes | None:
        return self.rounds.propose(face)

    @Slot()
    def _proposed(self) -> None:
        """What could not be proposed at once waits for a worker."""
        self._predict_wanted = True
        self._predict_if_wanted()

    def export(self, out: Path, form: str) -> None:
        """Write the labels, in the background."""
        self._run("writes", "Exporting", partial(self._export, out, form))

    def _export(self, out: Path, form: str, _progress: Progress) -> Changes:
        written = export_labels(self.store, out, form)
        note = f"Wrote {written.faces} faces of {written.photos} photos to {out}."
        if written.problems:
            note += f" {len(written.problems)} were left out: {written.problems[0]}"
        return Changes(note=note)

    # Rounds

    def predict(self) -> None:
        """Propose landmarks for the faces without a proposal."""
        if self.rounds.can_predict():
            self.do(self.rounds.start_predict)
        else:
            self.do_later("Placing the mean face", self.rounds.propose_mean_face)

    def _predict_if_wanted(self) -> None:
        """After photos came in, predict as soon as it is worth a worker's start."""
        missing = self.store.faces.count_unpredicted()
        if not self._predict_wanted or self.rounds.running or self._taking:
            return
        if missing >= (ENOUGH if self.searching else 1):
            self.predict()
        elif not self.searching:
            self._predict_wanted = False

    def start_round(self, plan: RoundPlan) -> None:
        """Start a planned training round."""
        self.do(partial(self.rounds.start, plan))

    @Slot()
    def _poll(self) -> None:
        version = self.store.version()
        if version not in (-1, self._version):
            self._version = version
            if not self._taking:
                self.rounds.attach()
            self.announce(Changes(all=True, photos=True, rounds=True))
            self._predict_if_wanted()
        if self._taking:
            return
        for event in self.rounds.poll():
            self.round_event.emit(event)
            if event.kind == "chunk" and self.rounds.running_kind is RoundKind.PREDICT:
                self._take(partial(self._take_chunk, event))
            elif event.kind == "finished":
                self._waiting = event
            elif event.ends:
                tail = self.rounds.log_tail() if event.kind == "failed" else ""
                self.do(partial(self.rounds.end, event))
                self.round_ended.emit(event, tail)
        if self._waiting is not None:
            self._take(self._take_in)

    def _take(self, work: Callable[[Progress], object]) -> None:
        self._taking = True
        task = Task("Taking in results", self)
        task.ended.connect(self._taken)
        self._lanes["results"].start(task, work, succeeded=self._took, failed=self._broke)

    def _take_chunk(self, event: Event, _progress: Progress) -> Changes:
        return self.rounds.take_chunk(event)

    def _take_in(self, progress: Progress) -> Changes | None:
        return self.rounds.take_in(progress)

    @Slot(object)
    def _took(self, result: object) -> None:
        if isinstance(result, Changes):
            self.announce(result)
        if not self.rounds.running and self._waiting is not None:
            event, self._waiting = self._waiting, None
            self.round_ended.emit(event, "")

    @Slot()
    def _taken(self) -> None:
        self._taking = False
        self._predict_if_wanted()

    def close(self) -> None:
        """Stop watching, end the tasks, let go of the file. A worker goes on by itself."""
        self._open = False
        self._watch.stop()
        for lane in self._lanes.values():
            lane.close()
        self.store.close()


def _unseen(_done: int, _total: int) -> None:
    """The progress of what is too short to show any."""


def _patient(operation: Operation, _progress: Progress) -> Changes:
    return operation()
