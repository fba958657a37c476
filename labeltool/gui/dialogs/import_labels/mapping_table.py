"""A table in which each landmark of the project gets one of the label file."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from labeltool.exchange.mapping.landmark_map import LandmarkMap
from labeltool.gui.i18n.translate import landmark_name, tr
from pipnet.data.scheme import Scheme

_Index = QModelIndex | QPersistentModelIndex
_DISPLAY, _EDIT = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole

ABSENT, KEEP = -1, -2
"""Instead of a place: no source, and the middle of several landmarks, which stays."""


class MappingModel(QAbstractTableModel):
    """Two columns: a landmark of the project, and where it comes from.

    Signals:
        edited: a person gave a landmark another source; carries the LandmarkMap.
    """

    edited = Signal(object)

    def __init__(self, scheme: Scheme, parent: QWidget) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self.mapping: LandmarkMap | None = None

    def set_mapping(self, mapping: LandmarkMap | None) -> None:
        """Show another mapping."""
        self.beginResetModel()
        self.mapping = mapping
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """One for each landmark of the scheme."""
        return 0 if parent.isValid() or self.mapping is None else self._scheme.count

    def columnCount(self, _parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """The project's landmark, and the file's."""
        return 2

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> Any:
        """What the columns are; the rows have the landmarks' numbers."""
        if role != _DISPLAY:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(section)
        return (tr("Landmark of the project"), tr("From the label file"))[section]

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """The source can be edited."""
        kept = super().flags(index)
        return kept | Qt.ItemFlag.ItemIsEditable if index.column() == 1 else kept

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        """A landmark's name, or its source in words; for the editor its place, KEEP or ABSENT."""
        if self.mapping is None:
            return None
        row = index.row()
        if index.column() == 0:
            return landmark_name(self._scheme.names[row]) if role == _DISPLAY else None
        group = self.mapping.sources[row]
        if role == _EDIT:
            return KEEP if len(group) > 1 else group[0] if group else ABSENT
        if role != _DISPLAY:
            return None
        titles = self.mapping.theirs.titles
        if len(group) > 1:
            return tr("middle of {landmarks}", landmarks=", ".join(titles[k] for k in group))
        return titles[group[0]] if group else tr("absent")

    def setData(  # noqa: N802
        self, index: _Index, value: Any, role: int = _EDIT
    ) -> bool:
        """Give a landmark the source at this place, or none for ABSENT."""
        if self.mapping is None or role != _EDIT or value == KEEP:
            return False
        group = () if value == ABSENT else (int(value),)
        if self.mapping.sources[index.row()] != group:
            self.mapping = self.mapping.set_source(index.row(), group)
            self.dataChanged.emit(index, index)
            self.edited.emit(self.mapping)
        return True


class _SourceChooser(QStyledItemDelegate):
    """Edits a source by a list of the file's landmarks."""

    def createEditor(  # noqa: N802
        self, parent: QWidget, _option: QStyleOptionViewItem, index: _Index
    ) -> QWidget:
        """A list of all of them, and of none."""
        editor = QComboBox(parent)
        model = index.model()
        assert isinstance(model, MappingModel)
        assert model.mapping is not None
        editor.addItem(tr("absent"), ABSENT)
        if index.data(_EDIT) == KEEP:
            editor.addItem(index.data(), KEEP)
        for place, title in enumerate(model.mapping.theirs.titles):
            editor.addItem(title, place)
        editor.activated.connect(self._commit)
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:  # noqa: N802
        """Select what it is now."""
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(editor.findData(index.data(_EDIT)))

    def setModelData(  # noqa: N802
        self, editor: QWidget, model: QAbstractItemModel, index: _Index
    ) -> None:
        """Take the choice."""
        assert isinstance(editor, QComboBox)
        model.setData(index, editor.currentData(), _EDIT)

    def _commit(self) -> None:
        editor = self.sender()
        if isinstance(editor, QWidget):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor)


class MappingTable(QTableView):
    """The table of a mapping.

    Signals:
        landmark_chosen: the row of a landmark was chosen; -1 for none.
    """

    landmark_chosen = Signal(int)

    def __init__(self, scheme: Scheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mapping_model = MappingModel(scheme, self)
        self.setModel(self.mapping_model)
        self.setItemDelegateForColumn(1, _SourceChooser(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.setAccessibleName(tr("Mapping of landmarks"))
        self.selectionModel().currentRowChanged.connect(self._row_changed)

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.landmark_chosen.emit(current.row())
