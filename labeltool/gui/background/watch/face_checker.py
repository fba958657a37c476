"""Checks faces in the background after they changed, and does what mends a finding."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool.checks.findings import Finding
from labeltool.domain import Changes, Progress
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.background.thread_priority import wait_for_photo
from labeltool.gui.background.write_queue import WriteQueue
from labeltool.gui.i18n.translate import tr
from labeltool.project.face_checks import FaceChecks
from labeltool.review.desk import Desk
from labeltool.review.mending import mend
from labeltool.store import Store

DEBOUNCE_MS = 1_000
"""How long more changes may follow before faces are checked."""

MAX_PHOTOS_AT_ONCE = 2_000
"""After so many photos the findings are shown; the rest follows in another task."""

MAX_NAMED_FACES = 500
"""Findings on more faces than this refresh everything."""


class FaceChecker(QObject):
    """Keeps the findings up to date, off the window's thread, and knows those of the open face.

    Signals:
        changed: Changes of faces whose findings changed.
    """

    changed = Signal(object)

    def __init__(
        self, store: Store, desk: Desk, writes: WriteQueue, tasks: TaskRunner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._store, self._desk, self._writes, self._tasks = store, desk, writes, tasks
        self._checks = FaceChecks(store)
        self._is_running = self._is_wanted_again = False
        self._is_open = not store.read_only
        self._found: tuple[int, list[tuple[Finding, bool]]] | None = None  # of one face
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._start)

    @Slot(object)
    def note_changes(self, changes: Changes) -> None:
        """Check again after a moment, if faces changed."""
        if changes != Changes():  # not only another face is shown
            self._found = None
        if self._is_open and (changes.any_face or changes.rounds or changes.photos):
            self._debounce.start()

    @Slot()
    def _start(self) -> None:
        if self._is_running:
            self._is_wanted_again = True
            return
        self._is_running, self._is_wanted_again = True, False
        self._tasks.run_hidden(
            "checks", tr("Checking faces"), self._run, succeeded=self._done, ended=self._ended
        )

    def _run(self, progress: Progress) -> tuple[Changes, int]:
        def between_parts(done: int, total: int) -> None:
            wait_for_photo()
            progress(done, total)

        wait_for_photo()  # what is usual is learned before the first part
        return self._checks.run(between_parts, MAX_PHOTOS_AT_ONCE)

    @Slot(object)
    def _done(self, result: object) -> None:
        assert isinstance(result, tuple)
        changes, left = result
        if changes.faces:
            many = len(changes.faces) > MAX_NAMED_FACES
            self.changed.emit(Changes(all=True) if many else changes)
        self._is_wanted_again = self._is_wanted_again or left > 0

    @Slot()
    def _ended(self) -> None:
        self._is_running = False
        if self._is_wanted_again and self._is_open:
            self._start()

    # The open face

    @property
    def found(self) -> list[tuple[Finding, bool]]:
        """Findings of the open face, the gravest first, and whether each is ignored.

        None of a face whose points were moved: they are of the face before that.
        """
        face = self._desk.face
        if face is None or face.draft is not None or self._desk.has_newer_proposal:
            return []
        if not face.has_findings:  # as most faces: nothing is read of them
            return []
        if self._found is None or self._found[0] != face.id:
            self._found = face.id, self._store.trust.findings.of_face(face.id)
        return self._found[1]

    @property
    def first(self) -> Finding | None:
        """The gravest finding of the open face that is not ignored."""
        return next((finding for finding, is_ignored in self.found if not is_ignored), None)

    def fix(self) -> None:
        """Do what mends the first finding."""
        finding = self.first
        if finding is not None:
            self._writes.submit_for_face(partial(mend, self._desk, finding))

    def ignore(self) -> None:
        """Ignore the first finding; or, if all are ignored, none of them any more."""
        finding, reviewer = self.first, self._desk.reviewer
        ignore = self._store.trust.findings.ignore
        if finding is not None:
            self._writes.submit(partial(ignore, reviewer, finding, on=True))
            return
        for other, _ in self.found:
            self._writes.submit(partial(ignore, reviewer, other, on=False))

    def close(self) -> None:
        """Check no more."""
        self._is_open = False
        self._debounce.stop()
