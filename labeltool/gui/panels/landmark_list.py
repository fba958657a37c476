"""The landmarks of the face on the desk as a list, with buttons for their visibility."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import ABSENT, N_, OCCLUDED, VISIBLE, Face
from labeltool.domain.tolerance import ExpectedErrors
from labeltool.gui import theme
from labeltool.gui.i18n.error_words import percent_words, point_error_words
from labeltool.gui.i18n.translate import landmark_names, tr

VISIBILITIES = ((N_("Visible"), VISIBLE), (N_("Occluded"), OCCLUDED), (N_("Absent"), ABSENT))
"""The button texts and their values."""

MARKS = {VISIBLE: "", OCCLUDED: "✕", ABSENT: "∅"}
BY_HAND = "◆"
MISSING = "?"

NAME, ERROR, MARK = range(3)
"""The columns."""

ROW_PIXELS = 24

_Index = QModelIndex | QPersistentModelIndex
_DISPLAY, _TOOL_TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole
_SIZE_HINT, _LANDMARK = Qt.ItemDataRole.SizeHintRole, Qt.ItemDataRole.UserRole


class LandmarkModel(QAbstractTableModel):
    """The landmarks of a face, missing ones and largest expected errors first; none without a face.

    Texts are made for the rows that are drawn only: another face would otherwise need hundreds.
    """

    def __init__(self, names: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._names = landmark_names(names)
        # made once, and not at each face
        self._rows = [
            tr("Point {number}", number=number) if name.isdecimal() else f"{number}  {name}"
            for number, name in enumerate(self._names, 1)
        ]
        self._moved_by_hand = tr("Moved by hand")
        self._is_missing_text = tr(
            "Missing in the label: this place is proposed. Drag the point if it is not right, then "
            "accept the face"
        )
        self._titles = (tr("Landmark"), tr("Error"), "")
        self.order: list[int] = []
        """Which landmark is in which row."""
        self.states: list[int] = []
        """How each landmark can be seen."""
        self._moved: Collection[int] = ()
        self._missing: frozenset[int] = frozenset()
        self._expected: ExpectedErrors | None = None

    def show_face(
        self, face: Face | None, moved: Collection[int], expected: ExpectedErrors | None
    ) -> None:
        """List the landmarks of a face; `moved`: indices of those that a person placed."""
        count = 0 if face is None else len(self._names)
        if expected is not None and len(expected.shares) != count:
            expected = None
        visibility = None if face is None else face.visibility
        order = np.arange(count)
        if expected is not None:
            order = np.argsort(-np.nan_to_num(expected.shares, nan=-1.0), kind="stable")
        self._missing = frozenset()
        if face is not None and face.missing is not None:
            order = order[np.argsort(~face.missing[order], kind="stable")]
            self._missing = frozenset(np.flatnonzero(face.missing).tolist())
        is_other_count = count != len(self.order)
        if is_other_count:
            self.beginResetModel()
        self.order, self._moved, self._expected = order.tolist(), moved, expected
        self.states = [ABSENT] * count if visibility is None else visibility.tolist()
        if is_other_count:
            self.endResetModel()
        elif count:
            self.dataChanged.emit(self.index(0, NAME), self.index(count - 1, MARK))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """One for each landmark."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, _parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008
        """Name, expected error and marks."""
        return 3

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> Any:
        """What the columns are."""
        if role == _DISPLAY and orientation == Qt.Orientation.Horizontal:
            return self._titles[section]
        return None

    def data(self, index: _Index, role: int = _DISPLAY) -> Any:
        """The text or tooltip of a cell; the index of the landmark in the user role."""
        if role == _DISPLAY:
            return self._text(self.order[index.row()], index.column())
        if role == _TOOL_TIP:
            return self._tool_tip(self.order[index.row()], index.column())
        if role == _SIZE_HINT:
            return QSize(0, ROW_PIXELS)
        return self.order[index.row()] if role == _LANDMARK else None

    def _is_by_hand(self, landmark: int) -> bool:
        return landmark in self._moved and self.states[landmark] != ABSENT

    def _text(self, landmark: int, column: int) -> str:
        if column == NAME:
            return self._rows[landmark]
        by_hand = self._is_by_hand(landmark)
        if column == MARK:
            by_whom = MISSING if landmark in self._missing else BY_HAND if by_hand else ""
            return by_whom + MARKS[self.states[landmark]]
        if by_hand:
            return ""
        return percent_words(
            None if self._expected is None else float(self._expected.shares[landmark])
        )

    def _tool_tip(self, landmark: int, column: int) -> str | None:
        if column == NAME:
            name = self._names[landmark]
            return None if name.isdecimal() else name
        if column == MARK:
            return self._is_missing_text if landmark in self._missing else None
        if self._is_by_hand(landmark):
            return self._moved_by_hand
        if self._expected is None:
            return tr("Expected error unknown")
        return point_error_words(self._expected, landmark)


class LandmarkList(QWidget):
    """Every landmark with its expected error and marks, largest error first.

    Signals:
        chosen: indices of the landmarks selected in the list.
        visibility_chosen: for the selected landmarks: domain.VISIBLE, OCCLUDED or ABSENT.
    """

    chosen = Signal(object)
    visibility_chosen = Signal(int)

    def __init__(self, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selection: frozenset[int] = frozenset()
        self.list, self._model = QTreeView(), LandmarkModel(names, self)
        self.list.setModel(self._model)
        self.list.setFont(theme.tabular(self.list.font()))
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(tr("Landmarks"))
        self.list.setToolTip(
            tr(
                "Expected errors, largest first. Click to go to a point.\n{hand} moved by hand   "
                "{occluded} occluded   {absent} absent",
                hand=BY_HAND,
                occluded=MARKS[OCCLUDED],
                absent=MARKS[ABSENT],
            )
        )
        header, width = self.list.header(), self.list.fontMetrics().horizontalAdvance
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        # names of landmarks are long: no room is left over in the other columns
        header.resizeSection(
            1, max(width(tr("Error")), width(percent_words(0.1))) + 2 * theme.SPACING
        )
        header.resizeSection(2, width(BY_HAND + MARKS[OCCLUDED]) + 2 * theme.SPACING)
        self.list.selectionModel().selectionChanged.connect(self._choose)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACING)
        self.visibility_buttons: dict[int, QToolButton] = {}
        for name, value in VISIBILITIES:
            button = QToolButton()
            button.setText(tr(name))
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setMinimumHeight(24)
            button.setProperty("visibility", value)
            button.clicked.connect(self._choose_visibility)
            buttons.addWidget(button)
            self.visibility_buttons[value] = button
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACING)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)

    def show_face(
        self, face: Face | None, moved: Collection[int], expected: ExpectedErrors | None
    ) -> None:
        """List the landmarks of a face; `moved`: indices of those that a person placed."""
        self._model.show_face(face, moved, expected)
        self._show_selection()

    def select(self, selection: frozenset[int], last: int) -> None:
        """Select these landmarks, as on the canvas, and scroll to `last`."""
        self._selection = selection
        self._show_selection()
        if last in self._model.order:
            self.list.scrollTo(self._model.index(self._model.order.index(last), NAME))

    def _show_selection(self) -> None:
        model, flag = self._model, QItemSelectionModel.SelectionFlag
        rows = QItemSelection()
        for row, landmark in enumerate(model.order):
            if landmark in self._selection:
                rows.select(model.index(row, NAME), model.index(row, MARK))
        self.list.selectionModel().select(rows, flag.ClearAndSelect)
        states = {model.states[landmark] for landmark in self._selection if model.states}
        for value, button in self.visibility_buttons.items():
            button.setEnabled(bool(self._selection))
            button.setChecked(states == {value})
            font = button.font()
            if font.bold() != (states == {value}):
                # the dark palette shows a checked button too faintly
                font.setBold(states == {value})
                button.setFont(font)

    @Slot()
    def _choose(self) -> None:
        rows = self.list.selectionModel().selectedRows()
        chosen = [self._model.order[index.row()] for index in rows]
        if set(chosen) != self._selection:  # or the selection is the one just shown
            self.chosen.emit(chosen)

    @Slot()
    def _choose_visibility(self) -> None:
        button = self.sender()
        if button is not None:
            self.visibility_chosen.emit(int(button.property("visibility")))
            self._show_selection()
