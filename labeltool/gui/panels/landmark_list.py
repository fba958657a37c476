"""The landmarks of the face on the desk as a list, with buttons for their visibility."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
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

_INDEX = Qt.ItemDataRole.UserRole


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
        self._names = landmark_names(names)
        # made once, and not at each face
        self._rows = [
            tr("Point {number}", number=number) if name.isdecimal() else f"{number}  {name}"
            for number, name in enumerate(self._names, 1)
        ]
        self._moved_by_hand = tr("Moved by hand")
        self._items = [QTreeWidgetItem() for _ in names]
        for item in self._items:
            item.setSizeHint(0, QSize(0, 24))
        self._item_of: dict[int, QTreeWidgetItem] = {}
        self._states: list[int] = [ABSENT] * len(names)
        self._selection: frozenset[int] = frozenset()
        self.list = QTreeWidget()
        self.list.setFont(theme.tabular(self.list.font()))
        self.list.setHeaderLabels([tr("Landmark"), tr("Error"), ""])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
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
        self.list.addTopLevelItems(self._items)
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
        self.list.itemSelectionChanged.connect(self._choose)
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
        self, face: Face | None, moved: set[int], expected: ExpectedErrors | None
    ) -> None:
        """List the landmarks of a face; `moved`: indices of those that a person placed."""
        count = len(self._names)
        errors = np.full(count, np.nan)
        if expected is not None and len(expected.shares) == count:
            errors = expected.shares
        visibility = None if face is None else face.visibility
        self._states = [ABSENT] * count if visibility is None else visibility.tolist()
        for item in self._items:
            item.setHidden(face is None)
        order = np.argsort(-np.nan_to_num(errors, nan=-1.0), kind="stable").tolist()
        with QSignalBlocker(self.list):
            for item, index in zip(self._items, order, strict=True):
                name, state = self._names[index], self._states[index]
                item.setText(0, self._rows[index])
                item.setToolTip(0, "" if name.isdecimal() else name)
                by_hand = index in moved and state != ABSENT
                item.setText(1, "" if by_hand else percent_words(float(errors[index])))
                item.setToolTip(1, self._moved_by_hand if by_hand else _describe(expected, index))
                item.setText(2, (BY_HAND if by_hand else "") + MARKS[state])
                item.setData(0, _INDEX, index)
        self._item_of = dict(zip(order, self._items, strict=True))
        self._show_selection()

    def select(self, selection: frozenset[int], last: int) -> None:
        """Select these landmarks, as on the canvas, and scroll to `last`."""
        self._selection = selection
        self._show_selection()
        if last in self._item_of:
            self.list.scrollToItem(self._item_of[last])

    def _show_selection(self) -> None:
        with QSignalBlocker(self.list):
            for index, item in self._item_of.items():
                item.setSelected(index in self._selection)
        states = {self._states[index] for index in self._selection}
        for value, button in self.visibility_buttons.items():
            button.setEnabled(bool(self._selection))
            button.setChecked(states == {value})
            font = button.font()
            font.setBold(states == {value})  # the dark palette shows a checked button too faintly
            button.setFont(font)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit([item.data(0, _INDEX) for item in self.list.selectedItems()])

    @Slot()
    def _choose_visibility(self) -> None:
        button = self.sender()
        if button is not None:
            self.visibility_chosen.emit(int(button.property("visibility")))
            self._show_selection()


def _describe(expected: ExpectedErrors | None, index: int) -> str:
    if expected is None:
        return tr("Expected error unknown")
    return point_error_words(expected, index)
