"""The history of batches: every decision on many faces at once, to be shown or reverted."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Slot,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import N_, PastBatch, Verdict
from labeltool.gui import theme
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import sentence, tr, translate, verdict_word
from labeltool.gui.session import Session
from pipnet.text import one_line

Index = QModelIndex | QPersistentModelIndex

COLUMNS = (N_("When"), N_("Who"), N_("What"), N_("Faces"), N_("Unchanged"))


class BatchTableModel(QAbstractTableModel):
    """The batches of a project, a row each."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.batches: list[PastBatch] = []

    def show_batches(self, batches: list[PastBatch]) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self.batches = batches
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """The number of batches."""
        return 0 if parent is not None and parent.isValid() else len(self.batches)

    def columnCount(self, _parent: Index | None = None) -> int:  # noqa: N802
        """The number of columns."""
        return len(COLUMNS)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The title of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text of a cell, or in the user role the value to sort and search by."""
        batch, column = self.batches[index.row()], index.column()
        what = translate(batch.description)
        if role == Qt.ItemDataRole.UserRole:
            return (
                batch.time,
                batch.reviewer,
                what,
                batch.faces,
                batch.left,
            )[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                format_local_time(batch.time), batch.reviewer, sentence(what),
                f"{batch.faces:,}", _unchanged(batch),
            )[column]  # fmt: skip
        if role == Qt.ItemDataRole.TextAlignmentRole and column > 2:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, 24)
        if role == Qt.ItemDataRole.ToolTipRole and column == 1:
            return one_line(batch.reviewer)  # the column may be too narrow
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(
                "{left:,} of {faces:,} faces are still as this batch left them",
                left=batch.left, faces=batch.faces,
            )  # fmt: skip
        return None


def _unchanged(batch: PastBatch) -> str:
    if batch.left == batch.faces:
        return tr("all")
    return f"{batch.left:,}" if batch.left else tr("none")


class BatchHistoryDialog(QDialog):
    """The batches in a table; afterwards `to_show` is the one whose faces are to be listed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Batches"))
        self.resize(820, 460)
        self._session = session
        self.to_show: PastBatch | None = None
        self._intro = QLabel()
        self._intro.setWordWrap(True)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by person, time or action"))
        self.search.setClearButtonEnabled(True)
        self._make_table()
        self.show_faces = QPushButton(tr("Show these faces"))
        self.show_faces.setToolTip(tr("List only the faces of this batch"))
        self.revert = QPushButton(tr("Revert…"))
        self.revert.setToolTip(tr("Return its unchanged faces to what they were before the batch"))
        close = QPushButton(tr("Close"))
        for button in (self.show_faces, self.revert, close):
            button.setAutoDefault(False)  # Enter in the search field presses none of them
        row = QHBoxLayout()
        row.addWidget(self.show_faces)
        row.addWidget(self.revert)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addWidget(self._intro)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        self.search.textChanged.connect(self._proxy.setFilterFixedString)
        self.table.selectionModel().selectionChanged.connect(self._update_buttons)
        self._proxy.modelReset.connect(self._update_buttons)
        self._proxy.layoutChanged.connect(self._update_buttons)
        self.show_faces.clicked.connect(self._show)
        self.revert.clicked.connect(self._revert)
        close.clicked.connect(self.reject)
        session.changed.connect(self.refresh)
        self.refresh()

    def _make_table(self) -> None:
        self.model, self._proxy = BatchTableModel(self), QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self.model)
        self._proxy.setSortRole(Qt.ItemDataRole.UserRole)
        self._proxy.setFilterKeyColumn(-1)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table = QTreeView()
        self.table.setModel(self._proxy)
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setFont(theme.tabular(self.table.font()))
        header = self.table.header()
        header.setStretchLastSection(False)
        for column, width in enumerate((150, 120, 0, 90, 90)):
            header.resizeSection(column, width)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)

    @Slot()
    def refresh(self) -> None:
        """Read the batches again; the selection stays."""
        selected = self.selected()
        self.model.show_batches(self._session.store.history.batches())
        self._intro.setText(
            tr(
                "Decisions made on many faces at once. Reverting a batch changes only the faces "
                "that nobody has changed since; all other work stays."
            )
            if self.model.batches
            else tr("No batch yet: select several faces and decide them, or accept by score.")
        )
        for row, batch in enumerate(self.model.batches):
            if selected is not None and batch.id == selected.id:
                self.table.setCurrentIndex(self._proxy.mapFromSource(self.model.index(row, 0)))
        self._update_buttons()

    def selected(self) -> PastBatch | None:
        """The selected batch, or None."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.batches[self._proxy.mapToSource(rows[0]).row()] if rows else None

    @Slot()
    def _update_buttons(self) -> None:
        batch = self.selected()
        self.show_faces.setEnabled(batch is not None)
        self.revert.setEnabled(batch is not None and batch.left > 0)

    @Slot()
    def _show(self) -> None:
        self.to_show = self.selected()
        self.accept()

    @Slot()
    def _revert(self) -> None:
        batch = self.selected()
        if batch is None:
            return
        dialog = RevertBatchDialog(self._session, batch, self)
        if dialog.exec():
            history, reviewer = self._session.store.history, self._session.desk.reviewer
            revert = partial(history.revert_batch, reviewer, batch.id)
            self._session.tasks.write(tr("Reverting a batch"), revert)
        dialog.deleteLater()


class RevertBatchDialog(BaseDialog):
    """Says which faces a reverted batch would change, before it is reverted."""

    def __init__(self, session: Session, batch: PastBatch, parent: QWidget | None = None) -> None:
        returns = session.store.history.verdicts_after_revert(session.desk.reviewer, batch.id)
        count = sum(returns.values())
        super().__init__(parent, tr("Revert a batch"), tr("Revert {count:,}", count=count))
        self.add_text(
            tr(
                "“{what}” by {reviewer}, {time}.",
                what=sentence(translate(batch.description)),
                reviewer=batch.reviewer,
                time=format_local_time(batch.time),
            )
        )
        parts = [
            tr("{count:,} to {verdict}", count=returns[v], verdict=verdict_word(v))
            for v in Verdict
            if v in returns
        ]
        self.count = self.add_text(
            tr("Faces to revert: {faces}.", faces=", ".join(parts) or tr("none")), bold=True
        )
        if count < batch.faces:
            changed = batch.faces - count
            self.add_text(tr("%Ln face(s) were changed since and stay as they are.", "", changed))
        if batch.reviewer != session.desk.reviewer:
            self.add_text(
                tr(
                    "This is the work of {reviewer}. The history will show that you ({you}) "
                    "reverted it.",
                    reviewer=batch.reviewer,
                    you=session.desk.reviewer,
                )
            )
        self.add_text(tr("One undo restores it."))
        self.add_buttons()
        self.ok.setEnabled(count > 0)
