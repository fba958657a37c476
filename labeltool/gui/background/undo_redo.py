"""Undo and redo of the window: at once, in the background, or after a question."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot

from labeltool.domain import Step, UserError, WriteResult
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.background.write_queue import MAX_FOREGROUND_FACES, WriteQueue
from labeltool.gui.i18n.translate import tr
from labeltool.review.desk import Desk
from labeltool.store import ROLLBACK, Store, needs_question


class UndoRedo(QObject):
    """Undoes and redoes what the reviewer did last.

    `confirm` asks the person before a large step that is not what was done last in this window:
    it takes the step and whether it is redone, and returns whether to go on. The window sets it;
    without a window nothing large is undone.
    """

    def __init__(
        self, store: Store, desk: Desk, writes: WriteQueue, tasks: TaskRunner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._store, self._desk = store, desk
        self._writes, self._tasks = writes, tasks
        self.confirm: Callable[[Step, bool], bool] = _refuse

    @Slot()
    def undo_operation(self) -> None:
        """Undo the last operation; moves of points stay as they are."""
        self.undo(moves=False)

    def undo(self, *, moves: bool = True) -> None:
        """Undo the last move or operation; `moves`: False leaves moves as they are."""
        self._run(redo=False, moves=moves)

    def redo(self) -> None:
        """Redo what was undone last."""
        self._run(redo=True, moves=True)

    def _run(self, *, redo: bool, moves: bool) -> None:
        desk = self._desk
        try:
            step = desk.undo_stack.next_step(redo=redo, moves=moves)
        except UserError as error:
            self._tasks.report(error)
            return
        confirmed = ""
        if step is not None and needs_question(step):
            if not self.confirm(step, redo):
                return
            confirmed = step.key
        if step is not None and (step.faces > MAX_FOREGROUND_FACES or step.kind == ROLLBACK):
            undo = self._store.undo  # the desk belongs to the window's thread
            work = (
                partial(undo.redo, desk.reviewer)
                if redo
                else partial(undo.undo, desk.reviewer, moves=moves)
            )
            name = tr("Doing it again") if redo else tr("Undoing")
            self._tasks.write(name, partial(work, asks=True, confirmed=confirmed))
        elif confirmed or not moves:
            act = desk.undo_stack.redo if redo else partial(desk.undo_stack.undo, moves=moves)
            self._writes.submit_for_face(partial(act, asks=True, confirmed=confirmed))
        else:
            self._writes.submit_for_face(self._redo_small if redo else self._undo_small)

    # Methods compare equal, so the queue drops the duplicates of a key that is held down.
    def _undo_small(self) -> WriteResult:
        return self._desk.undo_stack.undo(asks=True)

    def _redo_small(self) -> WriteResult:
        return self._desk.undo_stack.redo(asks=True)


def _refuse(_step: Step, _redo: bool) -> bool:
    return False
