"""Deletes photos from a project for good: asks which, says what goes, then does it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from labeltool.domain import PhotoPatterns, Progress, UserError
from labeltool.gui.background.tasks import Lane, Task
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.images.thumbnail_file import empty, thumbnail_path
from labeltool.project.forgetting import ForgettingPlan, forget, plan_forgetting


class ForgetPhotosDialog(BaseDialog):
    """Asks which photos are meant, and shows what would be deleted before that can be chosen.

    `photo`: the path of a photo to begin with. Afterwards `patterns` are those that were shown.
    """

    def __init__(self, folder: Path, photo: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Delete photos for good"), tr("Delete for good"))
        self._folder = folder
        self._lane = Lane("forget")
        self.patterns = PhotoPatterns([])
        self.setMinimumSize(640, 460)
        self.add_text(
            tr(
                "Everything that the project holds of these photos: faces, labels, proposals, the "
                "log, backups and the files of rounds. Undo cannot bring it back."
            )
        )
        self.photos = QLineEdit(photo)
        self.photos.setAccessibleName(tr("Photos to delete"))
        self.photos.setPlaceholderText(tr("File name or path; * stands for any letters"))
        self.search = QPushButton(tr("Show what goes"))
        row = QHBoxLayout()
        row.addWidget(self.photos, 1)
        row.addWidget(self.search)
        self.body.addLayout(row)
        self.plan = QPlainTextEdit()
        self.plan.setReadOnly(True)
        self.plan.setTabChangesFocus(True)
        self.plan.setAccessibleName(tr("What is deleted, and what stays"))
        self.body.addWidget(self.plan, 1)
        self.add_buttons()
        self.ok.setEnabled(False)
        self.ok.setAutoDefault(False)
        self.search.setDefault(True)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.search.clicked.connect(self._find)
        self.photos.textChanged.connect(self._changed)
        self._changed(photo)

    @Slot(str)
    def _changed(self, text: str) -> None:
        self.ok.setEnabled(False)
        self.search.setEnabled(bool(text.strip()))
        self.plan.clear()

    @Slot()
    def _find(self) -> None:
        wanted = PhotoPatterns([self.photos.text().strip()])
        self.plan.setPlainText(tr("Searching…"))
        self.photos.setEnabled(False)
        self.search.setEnabled(False)
        self._lane.start(
            Task(tr("Searching"), self),
            partial(self._plan, wanted),
            succeeded=self._show,
            failed=self._fail,
        )

    def _plan(self, wanted: PhotoPatterns, _progress: Progress) -> object:
        return wanted, plan_forgetting(self._folder, wanted)

    @Slot(object)
    def _show(self, found: object) -> None:
        self.patterns, plan = cast(tuple[PhotoPatterns, ForgettingPlan], found)
        lines = [tr("Deleted for good:")]
        lines += [f"•  {translate(said)}" for said in plan.deleted()]
        lines += ["", tr("What stays:")]
        lines += [f"•  {translate(said)}" for said in plan.left()]
        self._answer("\n".join(lines))
        self.ok.setEnabled(True)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._answer(translate(error))

    def _answer(self, text: str) -> None:
        self.photos.setEnabled(True)
        self.search.setEnabled(True)
        self.plan.setPlainText(text)

    def done(self, result: int) -> None:
        """Close, and end the background thread."""
        self._lane.close()
        super().done(result)


class DeletingDialog(BaseDialog):
    """Deletes photos from a project that is closed, and closes itself then. It cannot be cancelled:
    `error` says afterwards why it could not be done."""

    def __init__(self, folder: Path, patterns: PhotoPatterns) -> None:
        super().__init__(None, tr("Delete photos for good"), "")
        self.buttons.hide()
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)  # the window comes back
        self.error: UserError | None = None
        self._lane = Lane("forget")
        self.add_text(tr("Deleting… The project opens again afterwards."))
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(tr("Deleting"))
        self.body.addWidget(self.bar)
        task = Task(tr("Deleting"), self)
        task.progressed.connect(self._show_progress)
        self._lane.start(
            task,
            partial(forget, folder, patterns, lambda: empty(thumbnail_path())),
            succeeded=self._succeed,
            failed=self._fail,
        )

    @Slot(int, int, float)
    def _show_progress(self, done: int, total: int, _left: float) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    @Slot(object)
    def _succeed(self, _result: object) -> None:
        self.done(1)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            self.done(0)
            raise error
        self.error = error
        self.done(0)

    def reject(self) -> None:
        """Nothing: what has begun is ended."""

    def done(self, result: int) -> None:
        """Close, and end the background thread."""
        self._lane.close()
        super().done(result)
