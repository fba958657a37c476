"""Every decision on many faces at once: found weeks later, shown, and taken back."""

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
from labeltool.gui.i18n.translate import read, sentence, tr, verdict_word
from labeltool.gui.session import Session

Index = QModelIndex | QPersistentModelIndex

COLUMNS = (N_("When"), N_("Who"), N_("What"), N_("Faces"), N_("Still so"))


class BatchTableModel(QAbstractTableModel):
    """The batches of a project."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.batches: list[PastBatch] = []

    def show_batches(self, batches: list[PastBatch]) -> None:
        """Show these."""
        self.beginResetModel()
        self.batches = batches
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """How many batches."""
        return 0 if parent is not None and parent.isValid() else len(self.batches)

    def columnCount(self, _parent: Index | None = None) -> int:  # noqa: N802
        """How many columns."""
        return len(COLUMNS)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The title of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell in words, or as what it is sorted by."""
        batch, column = self.batches[index.row()], index.column()
        if role == Qt.ItemDataRole.UserRole:
            return (batch.time, batch.reviewer, read(batch.detail), batch.faces, batch.left)[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                format_local_time(batch.time), batch.reviewer, sentence(read(batch.detail)),
                f"{batch.faces:,}", _left(batch),
            )[column]  # fmt: skip
        if role == Qt.ItemDataRole.TextAlignmentRole and column > 2:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, 24)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(
                "{left:,} of {faces:,} faces are still as this batch left them",
                left=batch.left, faces=batch.faces,
            )  # fmt: skip
        return None


def _left(batch: PastBatch) -> str:
    if batch.left == batch.faces:
        return tr("all")
    return f"{batch.left:,}" if batch.left else tr("none")


class BatchHistoryDialog(QDialog):
    """The batches in a table; `to_show` is the one whose faces the person wants to see."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Batches"))
        self.resize(820, 460)
        self._session = session
        self.to_show: PastBatch | None = None
        self._words = QLabel()
        self._words.setWordWrap(True)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search who, when or what"))
        self.search.setClearButtonEnabled(True)
        self._make_table()
        self.show_faces = QPushButton(tr("Show these faces"))
        self.show_faces.setToolTip(tr("Only the faces of this batch in the list"))
        self.take_back = QPushButton(tr("Take back…"))
        self.take_back.setToolTip(tr("Return the faces that are still so to what they were before"))
        close = QPushButton(tr("Close"))
        for button in (self.show_faces, self.take_back, close):
            button.setAutoDefault(False)  # Enter in the search is none of them
        row = QHBoxLayout()
        row.addWidget(self.show_faces)
        row.addWidget(self.take_back)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addWidget(self._words)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        self.search.textChanged.connect(self._sorted.setFilterFixedString)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self._sorted.modelReset.connect(self._selected)
        self._sorted.layoutChanged.connect(self._selected)
        self.show_faces.clicked.connect(self._show)
        self.take_back.clicked.connect(self._take_back)
        close.clicked.connect(self.reject)
        session.changed.connect(self.refresh)
        self.refresh()

    def _make_table(self) -> None:
        self.model, self._sorted = BatchTableModel(self), QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.model)
        self._sorted.setSortRole(Qt.ItemDataRole.UserRole)
        self._sorted.setFilterKeyColumn(-1)
        self._sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table = QTreeView()
        self.table.setModel(self._sorted)
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
        """Read the batches again; stays on the chosen one."""
        chosen = self.chosen()
        self.model.show_batches(self._session.store.history.batches())
        self._words.setText(
            tr(
                "What was decided on many faces at once. Taking a batch back touches only the "
                "faces that are still as it left them; all other work stays."
            )
            if self.model.batches
            else tr("No batch yet: select several faces and decide them, or accept by score.")
        )
        for place, batch in enumerate(self.model.batches):
            if chosen is not None and batch.id == chosen.id:
                self.table.setCurrentIndex(self._sorted.mapFromSource(self.model.index(place, 0)))
        self._selected()

    def chosen(self) -> PastBatch | None:
        """The batch that is selected."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.batches[self._sorted.mapToSource(rows[0]).row()] if rows else None

    @Slot()
    def _selected(self) -> None:
        batch = self.chosen()
        self.show_faces.setEnabled(batch is not None)
        self.take_back.setEnabled(batch is not None and batch.left > 0)

    @Slot()
    def _show(self) -> None:
        self.to_show = self.chosen()
        self.accept()

    @Slot()
    def _take_back(self) -> None:
        batch = self.chosen()
        if batch is None:
            return
        ask = RevertBatchDialog(self._session, batch, self)
        if ask.exec():
            history, reviewer = self._session.store.history, self._session.desk.reviewer
            take_back = partial(history.take_back, reviewer, batch.id)
            self._session.do_later(tr("Taking back"), take_back)
        ask.deleteLater()


class RevertBatchDialog(BaseDialog):
    """What taking a batch back would do."""

    def __init__(self, session: Session, batch: PastBatch, parent: QWidget | None = None) -> None:
        returns = session.store.history.would_return_to(session.desk.reviewer, batch.id)
        count = sum(returns.values())
        super().__init__(parent, tr("Take back a batch"), tr("Take back {count:,}", count=count))
        self.add_text(
            tr(
                "“{what}” by {reviewer}, {time}.",
                what=sentence(read(batch.detail)),
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
            tr("Faces that return: {faces}.", faces=", ".join(parts) or tr("none"))
        )
        font = self.count.font()
        font.setBold(True)
        self.count.setFont(font)
        if count < batch.faces:
            stay = batch.faces - count
            self.add_text(tr("%Ln face(s) were changed since and stay as they are.", "", stay))
        if batch.reviewer != session.desk.reviewer:
            self.add_text(
                tr(
                    "This is the work of {reviewer}. That it was taken back is recorded under "
                    "your name, {you}.",
                    reviewer=batch.reviewer,
                    you=session.desk.reviewer,
                )
            )
        self.add_text(tr("One undo brings it back."))
        self.add_buttons()
        self.ok.setEnabled(count > 0)
