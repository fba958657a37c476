"""Recovery of a damaged project: which backup replaces it, and what that would lose."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QProgressBar, QWidget

from labeltool.domain import N_, DamagedError, Progress, UserError
from labeltool.gui import theme
from labeltool.gui.background.tasks import Lane, Task
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import faces_words, tr, translate
from labeltool.store import (
    Backup,
    ProjectContents,
    backups,
    current_contents,
    read_contents,
    restore,
)
from pipnet.text import one_line

BACKUP_REASONS = {
    "day": N_("daily"), "work": N_("while working"),
    "round": N_("before a round's results"), "upgrade": N_("before an upgrade"),
}  # fmt: skip


def format_backup_time(backup: Backup) -> str:
    """When a backup was made, in local time."""
    return backup.time.astimezone().strftime("%Y-%m-%d %H:%M")


class RecoveryDialog(BaseDialog):
    """Restores the backup that the person chooses.

    Afterwards `restored` is that backup, and `kept` the file with what it replaced, if any.
    """

    def __init__(self, folder: Path, error: DamagedError, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("The project cannot be opened"), tr("Restore this backup"))
        self._folder = folder
        self._lane = Lane("restore")
        self._now = current_contents(folder)
        self.kept: Path | None = None
        self.restored: Backup | None = None
        self.setMinimumWidth(560)
        self.add_text(translate(error.what))
        self.add_text(tr("Backups, newest first:"))
        self.list = QListWidget()
        self.list.setFont(theme.tabular(self.list.font()))
        self.list.setMinimumHeight(150)
        self.body.addWidget(self.list)
        self.lost = self.add_text("", bold=True)
        self.add_text(
            tr("The damaged file is kept beside it. Photos and round folders are not touched.")
        )
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.hide()
        self.body.addWidget(self.bar)
        self.add_buttons()
        self._backups: list[tuple[Backup, ProjectContents | None]] = []
        for backup in backups(folder):
            self._add(backup)
        self.list.currentRowChanged.connect(self._show_loss)
        readable = (row for row, (_, content) in enumerate(self._backups) if content is not None)
        self.list.setCurrentRow(next(readable, -1))
        self._show_loss(self.list.currentRow())

    def _add(self, backup: Backup) -> None:
        content: ProjectContents | None = None
        try:
            content = read_contents(backup.file)
            decisions = tr("%Ln decision(s)", "", content.operations)
            what = f"{faces_words(content.faces)}, {decisions}"
        except UserError:
            what = tr("also damaged")
        reason = tr(BACKUP_REASONS.get(backup.reason, backup.reason))
        item = QListWidgetItem(f"{format_backup_time(backup)}   {what}   ({reason})")
        item.setToolTip(one_line(backup.file))
        item.setSizeHint(QSize(0, 24))
        if content is None:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addItem(item)
        self._backups.append((backup, content))

    @Slot(int)
    def _show_loss(self, row: int) -> None:
        backup, content = self._backups[row] if row >= 0 else (None, None)
        self.ok.setEnabled(content is not None)
        if backup is None or content is None:
            self.lost.setText(tr("No backup can be read."))
        elif self._now is None:
            self.lost.setText(
                tr("Work done after {time} will be lost.", time=format_backup_time(backup))
            )
        else:
            count = max(0, self._now.operations - content.operations)
            text = tr("%Ln decision(s) made after {time} will be lost.", "", count)
            if not count:
                text = tr("No decisions were made after {time}: none will be lost.")
            self.lost.setText(text.format(time=format_backup_time(backup)))

    def accept(self) -> None:
        """Restore in the background; the dialog closes when that has succeeded."""
        backup = self._backups[self.list.currentRow()][0]
        self.restored = backup
        self.setEnabled(False)
        self.bar.show()
        task = Task(tr("Restoring"), self)
        task.progressed.connect(self._show_progress)
        work = partial(self._restore, backup.file)
        self._lane.start(task, work, succeeded=self._succeed, failed=self._fail)

    def _restore(self, file: Path, progress: Progress) -> Path | None:
        return restore(self._folder, file, progress)

    @Slot(int, int, float)
    def _show_progress(self, done: int, total: int, _left: float) -> None:
        self.bar.setRange(0, max(1, total // 1024))
        self.bar.setValue(done // 1024)

    @Slot(object)
    def _succeed(self, kept: object) -> None:
        self.kept = kept if isinstance(kept, Path) else None
        super().accept()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self.setEnabled(True)
        self.bar.hide()
        if not isinstance(error, UserError):
            raise error
        self.lost.setText(translate(error))

    def done(self, result: int) -> None:
        """Close, and end the background thread."""
        self._lane.close()
        super().done(result)
