"""Verdicts and flags: for the face on the desk, or for many after a look at them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from labeltool.domain import Changes, Step, Verdict
from labeltool.gui.background.write_queue import MAX_FOREGROUND_FACES
from labeltool.gui.dialogs.batch_preview import BatchPreviewDialog
from labeltool.gui.dialogs.confirm_undo import ConfirmUndoDialog
from labeltool.gui.i18n.translate import tr
from labeltool.gui.session import Session
from labeltool.review.batches import toggle_flags

if TYPE_CHECKING:
    from labeltool.gui.window import MainWindow


class Deciding:
    """What the commands of the Review and Batch menus do in a project's window."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        self._session, self._window = session, window
        session.undo_redo.confirm = self._ask_undo

    def decide(self, verdict: Verdict) -> None:
        """The verdict for the selection, or for the face on the desk."""
        desk, chosen = self._session.desk, self._selected()
        if self._window.canvas.is_dragging:
            return
        if chosen:
            self.decide_batch(chosen, verdict)
            return
        operation = {
            Verdict.ACCEPTED: desk.accept, Verdict.REJECTED: desk.reject,
            Verdict.EXCLUDED: desk.exclude, Verdict.UNREVIEWED: desk.unreview,
        }[verdict]  # fmt: skip
        self._session.writes.submit_for_face(operation)

    def decide_batch(self, faces: Sequence[int], verdict: Verdict) -> bool:
        """Show what the verdict would do, and do it if the person still wants it."""
        sheet = BatchPreviewDialog(
            self._session, self._window.thumbnails, faces, verdict, self._window
        )
        wanted = bool(sheet.exec())
        if wanted:
            self._session.decide_batch(verdict, sheet.seen())
        sheet.deleteLater()
        return wanted

    def decide_page(self, verdict: Verdict) -> None:
        """The verdict for the faces on the gallery's screen; the next ones to review follow."""
        if not self._window.shows_gallery:
            self._window.message.show_message(
                tr("The page is what the gallery shows: press G to open it.")
            )
            return
        gallery, desk = self._window.gallery, self._session.desk
        if self.decide_batch(gallery.grid.page(), verdict):
            gallery.turn_page()
            if desk.face is not None and desk.face.verdict is verdict:
                desk.queue.next_unreviewed()
            self._session.publish(Changes())

    def flag(self) -> None:
        """Flag the selection, or the face on the desk."""
        desk, chosen = self._session.desk, self._selected()
        if len(chosen) > MAX_FOREGROUND_FACES:
            flag = partial(toggle_flags, self._session.store, desk.reviewer, chosen)
            self._session.tasks.write(tr("Flagging"), flag)
        elif chosen:
            self._session.writes.submit(partial(desk.batches.toggle_flags, chosen))
        else:
            self._session.writes.submit_for_face(desk.flag)

    def _ask_undo(self, step: Step, redo: bool) -> bool:
        """Whether the person wants a large step undone, or redone; Cancel is the default."""
        question = ConfirmUndoDialog(step, redo, self._window)
        wanted = bool(question.exec())
        question.deleteLater()
        return wanted

    def _selected(self) -> list[int]:
        """The faces selected together in the view that the person works in, or nothing."""
        window = self._window
        in_list = window.list.isAncestorOf(window.focusWidget())
        if window.shows_gallery and not in_list:
            return window.gallery.selected()
        face = self._session.desk.face
        if not in_list and face is not None and face.draft is not None:
            return []  # who moves points of a face means that one
        chosen = window.list.selected()
        return chosen if len(chosen) > 1 else []
