"""The landmarks of a draft as a table, where they are chosen and named."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from labeltool.gui import theme
from labeltool.gui.i18n.translate import landmark_name, region_name, tr
from labeltool.review.schemes.scheme_draft import SchemeDraft

NUMBER, NAME, PARTNER, REGION = range(4)
"""The columns."""

_ID = Qt.ItemDataRole.UserRole


class LandmarkTable(QTreeWidget):
    """Every landmark with number, name, partner and region, in the order of the scheme.

    Signals:
        chosen: the ids of the selected rows, in the order in which they were selected.
        renamed: an id and the name that was typed.
    """

    chosen = Signal(object)
    renamed = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order: list[int] = []
        self.setHeaderLabels(["", tr("Landmark"), tr("Partner"), tr("Region")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFont(theme.tabular(self.font()))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)  # the name alone
        self.setAccessibleName(tr("Landmarks"))
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(NUMBER, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(PARTNER, 120)
        header.resizeSection(REGION, 70)
        self.itemSelectionChanged.connect(self._choose)
        self.itemChanged.connect(self._rename)
        self.itemDoubleClicked.connect(self._edit_item)

    def show_draft(self, draft: SchemeDraft, selection: Sequence[int]) -> None:
        """List the landmarks, and select some."""
        rows = draft.state.landmarks
        numbers = {row.id: place for place, row in enumerate(rows, 1)}
        names = {row.id: landmark_name(row.name) for row in rows}
        with QSignalBlocker(self):
            while self.topLevelItemCount() > len(rows):
                self.takeTopLevelItem(self.topLevelItemCount() - 1)
            while self.topLevelItemCount() < len(rows):
                item = QTreeWidgetItem()
                item.setTextAlignment(
                    NUMBER, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
                self.addTopLevelItem(item)
            for place, (item, row) in enumerate(zip(self._items(), rows, strict=True)):
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                other = draft.partner(row.id)
                partner = "" if other is None else f"{numbers[other]} {names[other]}"
                texts = str(place + 1), names[row.id], partner, region_name(draft.region(row.id))
                for column, text in enumerate(texts):
                    if item.text(column) != text:
                        item.setText(column, text)
                        item.setToolTip(column, text)
                item.setData(0, _ID, row.id)
        self.select(selection)

    def select(self, selection: Sequence[int]) -> None:
        """Select these, as on the picture, and scroll to the last one."""
        self._order = list(selection)
        with QSignalBlocker(self):
            for item in self._items():
                item.setSelected(item.data(0, _ID) in selection)
            if selection:
                last = next((i for i in self._items() if i.data(0, _ID) == selection[-1]), None)
                if last is not None:
                    self.selectionModel().setCurrentIndex(
                        self.indexFromItem(last),
                        self.selectionModel().SelectionFlag.NoUpdate,
                    )
                    self.scrollToItem(last)

    def edit_name(self, landmark: int) -> None:
        """Let the person type the name of a landmark."""
        for item in self._items():
            if item.data(0, _ID) == landmark:
                self.editItem(item, NAME)

    @Slot(QTreeWidgetItem, int)
    def _edit_item(self, item: QTreeWidgetItem, _column: int) -> None:
        self.editItem(item, NAME)

    def _items(self) -> list[QTreeWidgetItem]:
        rows = (self.topLevelItem(row) for row in range(self.topLevelItemCount()))
        return [row for row in rows if row is not None]

    @Slot()
    def _choose(self) -> None:
        ids = [int(item.data(0, _ID)) for item in self._items() if item.isSelected()]
        kept = [k for k in self._order if k in ids]
        self._order = [*kept, *(k for k in ids if k not in kept)]
        self.chosen.emit(tuple(self._order))

    @Slot(QTreeWidgetItem, int)
    def _rename(self, item: QTreeWidgetItem, column: int) -> None:
        if column == NAME:
            self.renamed.emit(int(item.data(0, _ID)), item.text(NAME))
