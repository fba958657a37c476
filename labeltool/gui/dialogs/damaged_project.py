"""A damaged project: which backup takes its place, and what that would lose."""

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
from labeltool.store import Backup, Facts, backups, facts, facts_now, restore
from pipnet.text import one_line

REASONS = {
    "day": N_("daily"), "work": N_("while working"),
    "round": N_("before a round's results"), "upgrade": N_("before an upgrade"),
}  # fmt: skip


def format_backup_time(backup: Backup) -> str:
    """When a backup was made, as the clock on the wall shows it."""
    return backup.time.astimezone().strftime("%Y-%m-%d %H:%M")


class RecoveryDialog(BaseDialog):
    """Restores the backup that the person chooses; `done` says which, `kept` what it replaced."""

    def __init__(self, folder: Path, error: DamagedError, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("The project cannot be opened"), tr("Restore this backup"))
        self._folder = folder
        self._lane = Lane("restore")
        self._now = facts_now(folder)
        self.kept: Path | None = None
        self.restored: Backup | None = None
        self.setMinimumWidth(560)
        self.add_text(translate(error.what))
        self.add_text(tr("Backups, the newest first:"))
        self.list = QListWidget()
        self.list.setFont(theme.tabular(self.list.font()))
        self.list.setMinimumHeight(150)
        self.body.addWidget(self.list)
        self.lost = self.add_text("")
        font = self.lost.font()
        font.setBold(True)
        self.lost.setFont(font)
        self.add_text(
            tr(
                "The damaged file is kept beside it. Photos and the folders of rounds are not "
                "touched."
            )
        )
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.hide()
        self.body.addWidget(self.bar)
        self.add_buttons()
        self._rows: list[tuple[Backup, Facts | None]] = []
        for backup in backups(folder):
            self._add(backup)
        self.list.currentRowChanged.connect(self._chosen)
        good = (place for place, (_, held) in enumerate(self._rows) if held is not None)
        self.list.setCurrentRow(next(good, -1))
        self._chosen(self.list.currentRow())

    def _add(self, backup: Backup) -> None:
        held: Facts | None = None
        try:
            held = facts(backup.file)
            decisions = tr("%Ln decision(s)", "", held.operations)
            what = f"{faces_words(held.faces)}, {decisions}"
        except UserError:
            what = tr("damaged too")
        reason = tr(REASONS.get(backup.reason, backup.reason))
        item = QListWidgetItem(f"{format_backup_time(backup)}   {what}   ({reason})")
        item.setToolTip(one_line(backup.file))
        item.setSizeHint(QSize(0, 24))
        if held is None:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addItem(item)
        self._rows.append((backup, held))

    @Slot(int)
    def _chosen(self, place: int) -> None:
        backup, held = self._rows[place] if place >= 0 else (None, None)
        self.ok.setEnabled(held is not None)
        if backup is None or held is None:
            self.lost.setText(tr("No backup can be read."))
        elif self._now is None:
            self.lost.setText(
                tr("What was done after {time} is lost.", time=format_backup_time(backup))
            )
        else:
            count = max(0, self._now.operations - held.operations)
            text = tr("%Ln decision(s) are lost: what was done after {time}.", "", count)
            if not count:
                text = tr("No decision was made after {time}: none is lost.")
            self.lost.setText(text.format(time=format_backup_time(backup)))

    def accept(self) -> None:
        """Restore in the background; the dialog closes when it is done."""
        backup = self._rows[self.list.currentRow()][0]
        self.restored = backup
        self.setEnabled(False)
        self.bar.show()
        task = Task(tr("Restoring"), self)
        task.progressed.connect(self._progress)
        work = partial(self._restore, backup.file)
        self._lane.start(task, work, succeeded=self._done, failed=self._failed)

    def _restore(self, file: Path, progress: Progress) -> Path | None:
        return restore(self._folder, file, progress)

    @Slot(int, int, float)
    def _progress(self, done: int, total: int, _left: float) -> None:
        self.bar.setRange(0, max(1, total // 1024))
        self.bar.setValue(done // 1024)

    @Slot(object)
    def _done(self, kept: object) -> None:
        self.kept = kept if isinstance(kept, Path) else None
        super().accept()

    @Slot(Exception)
    def _failed(self, error: Exception) -> None:
        self.setEnabled(True)
        self.bar.hide()
        if not isinstance(error, UserError):
            raise error
        self.lost.setText(translate(error))

    def done(self, result: int) -> None:
        """Let go of the thread."""
        self._lane.close()
        super().done(result)
