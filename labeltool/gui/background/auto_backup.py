"""Backups while one works: once a day, and after every quarter of an hour with changes."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from labeltool.domain import Changes, DamagedError, Progress, UserError
from labeltool.gui.background.tasks import Lane, Task
from labeltool.gui.i18n.translate import tr

if TYPE_CHECKING:
    from labeltool.gui.session import Session

EVERY = 15 * 60
"""Seconds of work between two backups."""


class AutoBackup(QObject):
    """Makes the backups of a session in the background; says once if that cannot be done."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._lane = Lane("backups")
        self._last = time.monotonic()
        self._changed = self._complained = False
        self._timer = QTimer(self, interval=20_000)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to watch."""
        self._session.changed.connect(self._note)
        self._timer.start()
        if self._session.store.backup_is_due():
            self._back_up("day")

    @Slot(object)
    def _note(self, changes: Changes) -> None:
        self._changed = self._changed or changes.any_face

    @Slot()
    def look(self) -> None:
        """Make a backup if it is time for one."""
        if self._changed and time.monotonic() - self._last >= EVERY:
            self._back_up("work")

    def _back_up(self, reason: str) -> None:
        self._changed, self._last = False, time.monotonic()
        task = Task(tr("Backing up"), self)
        task.cancelled.connect(self._cancelled)
        self._session.task_started.emit(task)
        work = partial(self._work, reason)
        self._lane.start(task, work, succeeded=self._made, failed=self._failed)

    def _work(self, reason: str, progress: Progress) -> None:
        def percent(done: int, total: int) -> None:
            progress(100 * done // max(1, total), 100)

        self._session.store.back_up(reason, percent)

    @Slot()
    def _cancelled(self) -> None:
        self._session.said.emit(tr("Cancelled: no backup was made."), False)

    @Slot(object)
    def _made(self, _result: object) -> None:
        self._complained = False

    @Slot(Exception)
    def _failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        if isinstance(error, DamagedError) or not self._complained:
            self._session.failed.emit(error)
        self._complained = True

    def close(self) -> None:
        """End a backup that is being made; nothing of it stays."""
        self._timer.stop()
        self._lane.close()
