"""Tell a project where a moved photo folder is now."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import tr
from pipnet.text import one_line


class PhotoFoldersDialog(BaseDialog):
    """Lists the photo folders, missing ones first; `chosen` is the id of the one that moved."""

    def __init__(self, roots: dict[int, Path], parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Photo folders"), tr("Choose its new location…"))
        self.add_text(tr("Which of these folders has moved?"))
        self.list = QListWidget()
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        is_there = {root_id: os.path.isdir(root) for root_id, root in roots.items()}
        for root_id in sorted(roots, key=lambda root_id: is_there[root_id]):
            path = one_line(roots[root_id])
            text = path if is_there[root_id] else tr("{folder} (not there)", folder=path)
            item = QListWidgetItem(text)
            item.setToolTip(path)
            item.setSizeHint(QSize(0, 24))
            item.setData(Qt.ItemDataRole.UserRole, root_id)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(self.accept)
        self.body.addWidget(self.list)
        self.add_buttons()

    @property
    def chosen(self) -> int:
        """Id of the chosen photo folder."""
        return int(self.list.currentItem().data(Qt.ItemDataRole.UserRole))
