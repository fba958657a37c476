"""What a window writes down from time to time: the place of the review, and the database's log."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Slot

from labeltool.domain import Filter, Progress, UserError
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.background.write_queue import face_id
from labeltool.gui.i18n.translate import tr
from labeltool.review.desk import Desk
from labeltool.store import Store

SAVE_PLACE_MS = 60_000
"""How often the face on the desk is saved as the reviewer's place."""

CHECKPOINT_MS = 10_000
"""How often SQLite's write-ahead log is copied into the database file."""


class Housekeeping(QObject):
    """Saves the reviewer's place, and checkpoints the database."""

    def __init__(self, store: Store, desk: Desk, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._desk, self._tasks = store, desk, tasks
        self._saved_place: tuple[int | None, Filter] | None = None
        self._place_timer = QTimer(self, interval=SAVE_PLACE_MS)
        self._place_timer.timeout.connect(self.save_place)
        self._checkpoint_timer = QTimer(self, interval=CHECKPOINT_MS)
        self._checkpoint_timer.timeout.connect(self._start_checkpoint)

    def start(self) -> None:
        """Begin; not for a project that is read only."""
        self._place_timer.start()
        self._checkpoint_timer.start()

    @Slot()
    def save_place(self) -> None:
        """Save the reviewer's place; while the project is busy, that waits for the next time."""
        place = face_id(self._desk), self._desk.queue.filter
        if place != self._saved_place:
            self._save(place)

    def _save(self, place: tuple[int | None, Filter]) -> None:
        with suppress(UserError):
            self._desk.save_visit()
            self._saved_place = place

    @Slot()
    def _start_checkpoint(self) -> None:
        self._tasks.run_hidden("queries", tr("Tidying"), self._checkpoint)

    def _checkpoint(self, _progress: Progress) -> None:
        self._store.checkpoint()

    def close(self) -> None:
        """Save the place for the last time: a visit also ends where it began."""
        self._place_timer.stop()
        self._checkpoint_timer.stop()
        self._save((face_id(self._desk), self._desk.queue.filter))
