"""What was accepted with a guarantee: to be checked again, and exported."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Progress
from labeltool.gui import theme
from labeltool.gui.dialogs.guarantee.certificate_export import export_certificate, verify
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import of_words, tr
from labeltool.gui.session import Session
from labeltool.store import Store
from pipnet.text import one_line

DEFAULT_SIZE = (680, 360)
NAME_LETTERS = 10
_DIGEST = Qt.ItemDataRole.UserRole


class CertificateListDialog(QDialog):
    """Every certificate, the newest first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Certificates"))
        self.resize(*DEFAULT_SIZE)
        self._session = session
        self.list, self.answer = QTreeWidget(), QLabel()
        self.list.setHeaderLabels(
            [tr("Certificate"), tr("Made"), tr("Reviewer"), tr("Still accepted")]
        )
        self.list.setRootIsDecorated(False)
        self.list.setFont(theme.tabular(self.list.font()))
        for each in session.store.trust.certificates.all():
            item = QTreeWidgetItem(
                [
                    each.digest[:NAME_LETTERS], format_local_time(each.time),
                    one_line(each.reviewer), of_words(each.left, each.faces),
                ]
            )  # fmt: skip
            item.setData(0, _DIGEST, each.digest)
            self.list.addTopLevelItem(item)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.answer.setWordWrap(True)
        self.check = QPushButton(tr("Check"))
        self.check.setToolTip(
            tr("Draw and calculate it again, and compare it with the faces and photos as they are")
        )
        self.export, close = QPushButton(tr("Export…")), QPushButton(tr("Close"))
        buttons = QHBoxLayout()
        for button in (self.check, self.export):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.answer)
        layout.addLayout(buttons)
        self.check.clicked.connect(self._check)
        self.export.clicked.connect(self._export)
        close.clicked.connect(self.close)
        newest = self.list.topLevelItem(0)
        if newest is not None:
            self.list.setCurrentItem(newest)
        else:
            self.answer.setText(tr("Nothing was accepted with a guarantee yet."))
            self.check.setEnabled(False)
            self.export.setEnabled(False)

    def _digest(self) -> str:
        item = self.list.currentItem()
        return "" if item is None else str(item.data(0, _DIGEST))

    @Slot()
    def _check(self) -> None:
        self.answer.setText(tr("Checking…"))
        self.check.setEnabled(False)
        self._session.tasks.run_hidden(
            "queries", tr("Checking a certificate"),
            partial(_verified, self._session.store, self._digest()), succeeded=self._show,
        )  # fmt: skip

    @Slot(object)
    def _show(self, found: object) -> None:
        problems = cast("list[str]", found)
        good = tr("The certificate is sound, and agrees with this project.")
        self.answer.setText("\n".join(problems) or good)
        self.check.setEnabled(True)

    @Slot()
    def _export(self) -> None:
        if message := export_certificate(self._session.store, self._digest(), self):
            self.answer.setText(message)


def _verified(store: Store, digest: str, _progress: Progress) -> list[str]:
    return verify(store, digest)
