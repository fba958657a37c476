"""The question before an undo or redo of something large that was not just done."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtWidgets import QDialogButtonBox, QWidget

from labeltool.domain import N_, Step
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import faces_words, tr, translate


class ConfirmUndoDialog(BaseDialog):
    """Says what would be undone or redone, who did it and when."""

    def __init__(self, step: Step, redo: bool, parent: QWidget | None = None) -> None:
        super().__init__(
            parent, tr("Redo?") if redo else tr("Undo?"), tr("Redo") if redo else tr("Undo")
        )
        what = describe_step(step)
        if step.kind not in ("import", "proposals"):
            what = f"“{what}”"
        question = tr(
            N_("Redo {what} by {reviewer}, {ago}?") if redo
            else N_("Undo {what} by {reviewer}, {ago}?"),
            what=what, reviewer=step.reviewer, ago=format_time_ago(step.time),
        )  # fmt: skip
        self.question = self.add_text(question, bold=True)
        self.add_text(
            tr("This was done on {time}. It is not the last thing you did in this window.",
               time=format_local_time(step.time))
        )  # fmt: skip
        if not redo and step.kind in ("import", "proposals", "draw"):
            self.add_text(tr("Faces that it added are removed; the photos stay."))
        if not redo and step.kind != "scheme":
            self.add_text(
                tr("Faces that were changed since stay as they are. Redo brings the others back.")
            )
        self.add_buttons()
        cancel = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.ok.setAutoDefault(False)  # Enter pressed without reading must change nothing
        cancel.setDefault(True)
        cancel.setFocus()


def describe_step(step: Step) -> str:
    """What a step did and to how many faces, worded for the middle of a sentence."""
    file = step.what.values.get("file")
    if step.kind == "import":
        return tr("the import of {count:,} labels from {file}", count=step.faces, file=file)
    if step.kind == "proposals":
        return tr("the import of {count:,} proposals from {file}", count=step.faces, file=file)
    what = translate(step.what)
    if step.faces < 2 or "count" in step.what.values:
        return what
    return tr("{what} ({faces})", what=what, faces=faces_words(step.faces))


def format_time_ago(time: str) -> str:
    """The age of an ISO time in UTC, as the log keeps it: '3 days ago'."""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()
    if seconds < 60:
        return tr("just now")
    if seconds < 3600:
        return tr("%Ln minute(s) ago", "", int(seconds // 60))
    if seconds < 86400:
        return tr("%Ln hour(s) ago", "", int(seconds // 3600))
    return tr("%Ln day(s) ago", "", int(seconds // 86400))
