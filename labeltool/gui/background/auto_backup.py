"""Backups in the background: once a day, and while there are changes every quarter of an hour."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from labeltool.domain import Changes, DamagedError, Progress, UserError
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.i18n.translate import tr
from labeltool.store import Store

BACKUP_SECONDS = 15 * 60
"""The least time between two backups of a session."""

CHECK_MS = 20_000
"""How often it is checked whether a backup is due."""


class AutoBackup(QObject):
    """Makes the backups of a window's project; reports once if that cannot be done."""

    def __init__(self, store: Store, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks
        self._last = time.monotonic()
        self._has_changes = self._has_reported = False
        self._timer = QTimer(self, interval=CHECK_MS)
        self._timer.timeout.connect(self.back_up_if_due)

    def start(self) -> None:
        """Make the daily backup if it is due, and begin to watch."""
        self._timer.start()
        if self._store.backup_is_due():
            self._back_up("day")

    @Slot(object)
    def note_changes(self, changes: Changes) -> None:
        """Remember that there is something to back up."""
        self._has_changes = self._has_changes or changes.any_face

    @Slot()
    def back_up_if_due(self) -> None:
        """Make a backup if faces changed and the last one is old enough."""
        if self._has_changes and time.monotonic() - self._last >= BACKUP_SECONDS:
            self._back_up("work")

    def _back_up(self, reason: str) -> None:
        self._has_changes, self._last = False, time.monotonic()
        self._tasks.run(
            "backups", tr("Backing up"), partial(self._work, reason),
            cancel_message=tr("Cancelled: no backup was made."),
            succeeded=self._succeeded, failed=self._report,
        )  # fmt: skip

    def _work(self, reason: str, progress: Progress) -> None:
        def percent(done: int, total: int) -> None:
            progress(100 * done // max(1, total), 100)

        self._store.back_up(reason, percent)

    @Slot(object)
    def _succeeded(self, _result: object) -> None:
        self._has_reported = False

    @Slot(Exception)
    def _report(self, error: Exception) -> None:
        is_known = isinstance(error, UserError) and not isinstance(error, DamagedError)
        if not (is_known and self._has_reported):
            self._tasks.report(error)
        self._has_reported = True

    def close(self) -> None:
        """Start no more backups."""
        self._timer.stop()
