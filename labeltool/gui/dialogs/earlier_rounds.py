"""Offer the proposals of an earlier round again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from labeltool.domain import Round, RoundStatus
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.filter_labels import round_name
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import tr
from labeltool.store import BOX_TASK


class EarlierRoundsDialog(BaseDialog):
    """Asks which finished round to offer again; `chosen` is its id."""

    def __init__(self, rounds: list[Round], parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Earlier proposals"), tr("Offer again"))
        self.add_text(
            tr(
                "Unreviewed and rejected faces get the proposals of the round you choose. "
                "Decisions stay as they are."
            )
        )
        self.list = QListWidget()
        for row in reversed(rounds):
            if row.status is RoundStatus.READY and row.task != BOX_TASK:
                when = format_local_time(row.started)
                item = QListWidgetItem(f"{round_name(row)} · {when}")
                item.setData(Qt.ItemDataRole.UserRole, row.id)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.body.addWidget(self.list)
        self.add_buttons()
        self.ok.setEnabled(self.list.count() > 0)

    @property
    def chosen(self) -> int:
        """Id of the chosen round."""
        return int(self.list.currentItem().data(Qt.ItemDataRole.UserRole))
