"""Short writes of the window: at once, or as soon as other programs let go of the file."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool.domain import Changes, StoreBusyError, UserError, mark
from labeltool.gui.tasks import hushed
from labeltool.gui.words import tr
from labeltool.review import Desk
from labeltool.store import Store

Operation = Callable[[], Changes]

PATIENCE = 10.0
"""Seconds a write waits for other programs before it is given up."""

AT_THE_END = 3.0
"""Seconds that a window which closes gives the writes that wait."""

AGAIN_MS = 100
"""How long after a try the next one is."""


@dataclass(frozen=True)
class _Wanted:
    """A write, and the face that was on the desk when it was asked for."""

    operation: Operation
    face: int | None
    deadline: float = field(compare=False)


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
        self._waiting: deque[_Wanted] = deque()
        self._held = self._warned = False  # by another program; the person, of that
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._try)

    def do(self, operation: Operation) -> None:
        """Run a short write now; while another program holds the file, try again and again.

        The window stays alive meanwhile. Writes are done in the order in which they were asked for:
        an accept after a move means the moved face. If the person went to another face, the
        operation is given up: it was meant for the face that was on the desk. To ask again for one
        that waits asks for nothing more.
        """
        wanted = _Wanted(operation, self._face(), time.monotonic() + PATIENCE)
        if wanted in self._waiting:
            return
        self._waiting.append(wanted)
        if len(self._waiting) == 1:
            self._try()

    @Slot()
    def _try(self) -> None:
        """Do what waits, the oldest first, as far as others let it."""
        try:
            with hushed(), self._store.first():
                while self._waiting and self._attempt(self._waiting[0]):
                    pass
        finally:  # also where one breaks: the others are still wanted
            if self._waiting:
                self._again.start()
        if not self._waiting:
            self._held = self._warned = False
        elif not self._held:
            self._held = True
            self.said.emit(tr("Waiting for another change to this project…"), False)

    def _attempt(self, wanted: _Wanted) -> bool:
        """Whether that was the end of it."""
        try:
            if self._face() != wanted.face:
                raise UserError(
                    mark("Nothing was changed: the project was busy when you went on."),
                    mark("Go back and do it again."),
                )
            changes = wanted.operation()
        except StoreBusyError as error:
            if time.monotonic() <= wanted.deadline:
                return False
            self._give_up(wanted, error)
        except UserError as error:
            self._give_up(wanted, error)
        except BaseException:
            self._waiting.remove(wanted)
            raise
        else:
            self._waiting.remove(wanted)
            self.done.emit(changes)
            if self._held and not changes.note:
                self.said.emit(tr("Saved."), False)
        return True

    def _give_up(self, wanted: _Wanted, error: UserError) -> None:
        """Leave out too what was asked for later of that face: it was meant for what failed."""
        self._waiting = deque(other for other in self._waiting if other.face != wanted.face)
        self.failed.emit(error)

    def _face(self) -> int | None:
        return None if self._desk.face is None else self._desk.face.id

    def finish(self) -> UserError | None:
        """Before the window closes, do what waits. Returns what to say of writes that wait still;
        nothing if it was said before: who closes once more gives them up."""
        if self._waiting:
            self._store.be_impatient(AT_THE_END)
            self._try()
            self._store.be_impatient()
        if self._warned or not self._waiting:
            return None
        self._warned = True
        return UserError(
            mark("Changes not saved yet: {count}. Another program holds the project."),
            mark("Wait for it; or close again to leave without them."),
            count=len(self._waiting),
        )

    def close(self) -> None:
        """Try nothing more."""
        self._again.stop()
        self._waiting.clear()
