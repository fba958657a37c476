"""Verdicts and flags: for the face on the desk, or for many faces after a preview."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from labeltool.domain import Changes, Step, Verdict
from labeltool.gui.background.write_queue import MAX_FOREGROUND_FACES
from labeltool.gui.dialogs.batch_preview import BatchPreviewDialog
from labeltool.gui.dialogs.confirm_undo import ConfirmUndoDialog
from labeltool.gui.i18n.translate import tr
from labeltool.gui.session import Session
from labeltool.gui.views import Views
from labeltool.review.batches import toggle_flags


class ReviewCommands:
    """The commands of the Review and Batch menus; `parent` is the parent of their dialogs."""

    def __init__(self, session: Session, views: Views, parent: QWidget) -> None:
        self._session, self._views, self._parent = session, views, parent
        session.undo_redo.confirm = self._confirm_undo

    def decide(self, verdict: Verdict) -> None:
        """Give the verdict to the selected faces, or to the face on the desk."""
        desk, chosen = self._session.desk, self._selected()
        if self._views.canvas.is_dragging:
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
        """Preview what the verdict would do to these faces; returns whether it was given."""
        preview = BatchPreviewDialog(
            self._session, self._views.thumbnails, faces, verdict, self._parent
        )
        confirmed = bool(preview.exec())
        if confirmed:
            self._session.decide_batch(verdict, preview.seen())
        preview.deleteLater()
        return confirmed

    def decide_page(self, verdict: Verdict) -> None:
        """Give the verdict to the page of the gallery, and show the next faces to review."""
        if not self._views.shows_gallery:
            self._views.message_bar.show_message(
                tr("The page is what the gallery shows: press G to open it.")
            )
            return
        gallery, desk = self._views.gallery, self._session.desk
        if self.decide_batch(gallery.grid.page(), verdict):
            gallery.scroll_to_next_face()
            if desk.face is not None and desk.face.verdict is verdict:
                desk.queue.next_unreviewed()
            self._session.publish(Changes())

    def decide_all(self, verdict: Verdict) -> None:
        """Give the verdict to every face under the filter."""
        # the list keeps faces that were decided since and do not match the filter any more
        wanted = self._session.desk.queue.filter
        self.decide_batch(self._session.store.queue.ids(wanted), verdict)

    def flag(self) -> None:
        """Flag the selected faces, or the face on the desk; flagged ones lose the flag."""
        desk, chosen = self._session.desk, self._selected()
        if len(chosen) > MAX_FOREGROUND_FACES:
            flag = partial(toggle_flags, self._session.store, desk.reviewer, chosen)
            self._session.tasks.write(tr("Flagging"), flag)
        elif chosen:
            self._session.writes.submit(partial(desk.batches.toggle_flags, chosen))
        else:
            self._session.writes.submit_for_face(desk.flag)

    def _confirm_undo(self, step: Step, redo: bool) -> bool:
        """Ask whether a large step is to be undone, or redone; Cancel is the default."""
        question = ConfirmUndoDialog(step, redo, self._parent)
        confirmed = bool(question.exec())
        question.deleteLater()
        return confirmed

    def _selected(self) -> list[int]:
        """The faces selected together in the focused view; empty if fewer than two."""
        views = self._views
        in_list = views.face_list.isAncestorOf(self._parent.focusWidget())
        if views.shows_gallery and not in_list:
            return views.gallery.selected()
        face = self._session.desk.face
        if not in_list and face is not None and face.draft is not None:
            return []  # a face whose points are being moved is meant alone
        chosen = views.face_list.selected()
        return chosen if len(chosen) > 1 else []
