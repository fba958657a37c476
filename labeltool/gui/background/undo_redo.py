"""Undo and redo of the window: at once, in the background, or after a question."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from labeltool.domain import Changes, Step, UserError
from labeltool.gui.i18n.translate import tr
from labeltool.store import needs_question

if TYPE_CHECKING:
    from labeltool.gui.session import Session


class UndoRedo:
    """Takes back what the reviewer did last, or does it again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def step(self, *, redo: bool, moves: bool, at_once: int) -> None:
        """Undo or redo one step; `moves`: False leaves moves as they are.

        `Session.ask_undo` is asked before a large step that is not what was done last in this
        window; one of more than `at_once` faces is done in the background.
        """
        session, desk = self._session, self._session.desk
        try:
            step = desk.undo_stack.next_step(redo=redo, moves=moves)
        except UserError as error:
            session.failed.emit(error)
            return
        confirmed = ""
        if step is not None and needs_question(step):
            if not session.ask_undo(step, redo):
                return
            confirmed = step.key
        if step is not None and step.faces > at_once:
            undo = session.store.undo  # the desk is the window's thread's
            work = (
                partial(undo.redo, desk.reviewer)
                if redo
                else partial(undo.undo, desk.reviewer, moves=moves)
            )
            name = tr("Doing it again") if redo else tr("Undoing")
            session.do_later(name, partial(work, asks=True, confirmed=confirmed))
        elif confirmed or not moves:
            act = desk.undo_stack.redo if redo else partial(desk.undo_stack.undo, moves=moves)
            session.do(partial(act, asks=True, confirmed=confirmed))
        else:
            session.do(self._redo_small if redo else self._undo_small)

    # methods, which compare equal: the key held down asks once for what waits
    def _undo_small(self) -> Changes:
        return self._session.desk.undo_stack.undo(asks=True)

    def _redo_small(self) -> Changes:
        return self._session.desk.undo_stack.redo(asks=True)

    @staticmethod
    def nobody_asked(_step: Step, _redo: bool) -> bool:
        """Without a window there is nobody to agree: nothing large is undone."""
        return False
