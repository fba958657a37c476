"""The write queue of a window: short writes, retried while another program holds the project."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool.domain import N_, Changes, StoreBusyError, UserError, WriteResult
from labeltool.gui.background.thread_priority import foreground_work
from labeltool.gui.i18n.translate import tr
from labeltool.review.desk import Desk
from labeltool.store import Store

Operation = Callable[[], Changes | WriteResult]

GIVE_UP_SECONDS = 10.0
"""How long an operation is retried before it is given up."""

CLOSE_SECONDS = 3.0
"""How long a window that closes waits for its pending operations."""

RETRY_SECONDS = 0.1
"""The time between two attempts."""

MAX_FOREGROUND_FACES = 500
"""Writes on more faces than this run as background tasks, with progress."""


@dataclass(frozen=True)
class DeskFace:
    """The face that was on the desk when an operation was asked for; `id` is None for no face."""

    id: int | None


@dataclass(frozen=True)
class _Pending:
    """An operation, and the face that must still be on the desk when it runs (None: any)."""

    operation: Operation
    only_on: DeskFace | None
    deadline: float = field(compare=False)


class WriteQueue(QObject):
    """Runs the operations of a window on its thread, in the order in which they were asked for.

    An operation runs at once. While another program holds the project it is retried, and the
    window stays responsive. Duplicates of a pending operation are ignored. An operation that
    raises leaves the queue, which keeps draining.

    Signals:
        changed: Changes of an operation that succeeded.
        failed: the UserError of one that did not.
        message: a sentence for the message bar, and whether Undo makes sense beside it.
    """

    changed = Signal(object)
    failed = Signal(object)
    message = Signal(str, bool)

    def __init__(self, store: Store, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._desk = store, desk
        self._pending: deque[_Pending] = deque()
        self._waiting_shown = self._unsaved_shown = False
        self._retry = QTimer(self, singleShot=True, interval=round(1000 * RETRY_SECONDS))
        self._retry.timeout.connect(self._drain)

    def submit_for_face(self, operation: Operation) -> None:
        """Queue an operation on the face on the desk, such as a decision.

        It is dropped, with a message, if another face is on the desk by the time it can run: it
        was not meant for that one.
        """
        self._submit(operation, self._desk_face())

    def submit(self, operation: Operation) -> None:
        """Queue an operation that does not depend on the face on the desk: going to another face
        never drops it."""
        self._submit(operation, None)

    def _submit(self, operation: Operation, only_on: DeskFace | None) -> None:
        pending = _Pending(operation, only_on, time.monotonic() + GIVE_UP_SECONDS)
        if pending in self._pending:
            return
        self._pending.append(pending)
        if len(self._pending) == 1:
            self._drain()

    @Slot()
    def _drain(self) -> None:
        """Run the pending operations, the oldest first, until one finds the project busy."""
        try:
            with foreground_work(), self._store.interactive_write():
                while self._pending and self._attempt(self._pending[0]):
                    pass
        finally:  # also if an operation raised
            if self._pending:
                self._retry.start()
        if not self._pending:
            self._waiting_shown = self._unsaved_shown = False
        elif not self._waiting_shown:
            self._waiting_shown = True
            self.message.emit(tr("Waiting for another change to this project…"), False)

    def _attempt(self, pending: _Pending) -> bool:
        """Run an operation; False if it stays pending."""
        try:
            if pending.only_on not in (None, self._desk_face()):
                raise UserError(
                    N_("Nothing was changed: the project was busy when you went on."),
                    N_("Go back and do it again."),
                )
            result = WriteResult.of(pending.operation())
        except StoreBusyError as error:
            if time.monotonic() <= pending.deadline:
                return False
            self._give_up(pending, error)
        except UserError as error:
            self._give_up(pending, error)
        except BaseException:
            self._pending.remove(pending)
            raise
        else:
            self._pending.remove(pending)
            self.changed.emit(result)
            if self._waiting_shown and not result.message:
                self.message.emit(tr("Saved."), False)
        return True

    def _give_up(self, failed: _Pending, error: UserError) -> None:
        """Drop an operation, and those asked for later on the same face: they build on it."""
        self._pending.remove(failed)
        if failed.only_on is not None:
            self._pending = deque(p for p in self._pending if p.only_on != failed.only_on)
        self.failed.emit(error)

    def _desk_face(self) -> DeskFace:
        return DeskFace(face_id(self._desk))

    def finish(self) -> UserError | None:
        """Run the pending operations before the window closes.

        Returns a message if some are still pending, but only once: a second attempt to close the
        window gives them up.
        """
        if self._pending:
            self._store.set_write_timeout(CLOSE_SECONDS)
            self._drain()
            self._store.set_write_timeout()
        if self._unsaved_shown or not self._pending:
            return None
        self._unsaved_shown = True
        return UserError(
            N_("Changes not saved yet: {count}. Another program holds the project."),
            N_("Wait for it; or close again to leave without them."),
            count=len(self._pending),
        )

    def close(self) -> None:
        """Drop the pending operations."""
        self._retry.stop()
        self._pending.clear()


def face_id(desk: Desk) -> int | None:
    """The face on the desk; None for no face."""
    return None if desk.face is None else desk.face.id
