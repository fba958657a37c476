"""Short writes of the window: at once, or as soon as other programs let go of the file."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from labeltool.domain import Changes, StoreBusyError, UserError, mark
from labeltool.gui.tasks import hushed
from labeltool.gui.words import tr
from labeltool.review import Desk
from labeltool.store import Store

Operation = Callable[[], Changes]

PATIENCE = 10.0
"""Seconds a write waits for other programs before it is given up."""

AT_THE_END = 3.0
"""Seconds that a window which closes gives a write that waits."""


class Writing(QObject):
    """Runs the operations of a window on its thread.

    Signals:
        done: Changes of an operation that succeeded.
        failed: the UserError of one that did not.
        said: a sentence for the message line, and whether Undo makes sense beside it.
    """

    done = Signal(object)
    failed = Signal(object)
    said = Signal(str, bool)

    def __init__(self, store: Store, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._desk = store, desk
        self._waiting: list[tuple[Operation, int | None]] = []

    def do(self, operation: Operation) -> None:
        """Run a short write now; while another program holds the file, try again and again.

        The window stays alive meanwhile. If the person went to another face, the operation is given
        up: it was meant for the face that was on the desk. To ask again for one that waits asks for
        nothing more.
        """
        wanted = operation, self._face()
        if wanted not in self._waiting:
            with hushed(), self._store.first():
                self._attempt(wanted, time.monotonic() + PATIENCE)

    def _attempt(self, wanted: tuple[Operation, int | None], deadline: float) -> None:
        operation, face = wanted
        try:
            if self._face() != face:
                raise UserError(
                    mark("Nothing was changed: the project was busy when you went on."),
                    mark("Go back and do it again."),
                )
            changes = operation()
        except StoreBusyError as error:
            if time.monotonic() > deadline:
                self._over(wanted)
                self.failed.emit(error)
                return
            if wanted not in self._waiting:
                self._waiting.append(wanted)
            self.said.emit(tr("Waiting for another change to this project…"), False)
            QTimer.singleShot(100, self, partial(self._again, wanted, deadline))
        except UserError as error:
            self._over(wanted)
            self.failed.emit(error)
        else:
            waited = self._over(wanted)
            self.done.emit(changes)
            if waited and not changes.note:
                self.said.emit(tr("Saved."), False)

    def _again(self, wanted: tuple[Operation, int | None], deadline: float) -> None:
        if wanted in self._waiting:  # not closed meanwhile
            self._attempt(wanted, deadline)

    def _over(self, wanted: tuple[Operation, int | None]) -> bool:
        waited = wanted in self._waiting
        if waited:
            self._waiting.remove(wanted)
        return waited

    def _face(self) -> int | None:
        return None if self._desk.face is None else self._desk.face.id

    def close(self) -> None:
        """Do what waits still, or say that it could not be done."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._store.be_impatient(AT_THE_END)
        for operation, face in waiting:
            try:
                if self._face() == face:
                    operation()
            except UserError as error:
                self.failed.emit(error)
