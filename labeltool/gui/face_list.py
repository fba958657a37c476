"""The list of faces under the filter: ids only, rows fetched when drawn."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Filter, Row
from labeltool.gui import theme
from labeltool.gui.session import Session

CHUNK = 200
"""Rows fetched at once."""

FILTERS = (
    ("All faces", Filter()),
    ("To review", Filter("offered")),
    ("Unreviewed", Filter("unreviewed")),
    ("Accepted", Filter("accepted")),
    ("Corrected", Filter("corrected")),
    ("Rejected", Filter("rejected")),
    ("Rejected, with a new proposal", Filter("rejected-new")),
    ("Excluded", Filter("excluded")),
    ("Flagged", Filter(flagged=True)),
)
ORDERS = (("By file", "file"), ("Low score first", "score"), ("Uncertain first", "spread"))

Index = QModelIndex | QPersistentModelIndex


class FaceModel(QAbstractListModel):
    """The desk's queue."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._ids: list[int] = []
        self._rows: dict[int, Row] = {}

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """How many faces."""
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row, its name, or a tooltip."""
        row = self.row(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            score = "no proposal" if row.score is None else f"score {row.score:.2f}"
            return f"{row.name}\n{row.verdict}, {score}"
        return None

    def row(self, place: int) -> Row | None:
        """What to draw at a place of the list."""
        if not 0 <= place < len(self._ids):
            return None
        if self._ids[place] not in self._rows:
            start = place - place % CHUNK
            self._rows |= self._session.store.faces.rows(self._ids[start : start + CHUNK])
        return self._rows.get(self._ids[place])

    def id_at(self, place: int) -> int:
        """The face at a place."""
        return self._ids[place]

    def refresh(self, changes: Changes) -> None:
        """Follow the desk's queue."""
        queue = self._session.desk.queue
        if queue != self._ids:
            self.beginResetModel()
            self._ids, self._rows = list(queue), {}
            self.endResetModel()
        elif changes.all:
            self._rows = {}
            if self._ids:
                self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))
        else:
            for face in changes.faces:
                self._rows.pop(face, None)
            if changes.faces:
                self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))


class FaceDelegate(QStyledItemDelegate):
    """Verdict icon, file name and score in one line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """One line with room to hit."""
        return QSize(80, max(24, option.fontMetrics.height() + 2 * theme.SPACING))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        row: Row | None = index.data(Qt.ItemDataRole.UserRole)
        view: Any = option
        view.widget.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, view.widget
        )
        if row is None:
            return
        rect: QRect = view.rect.adjusted(theme.SPACING, 0, -theme.SPACING, 0)
        chosen = bool(view.state & QStyle.StateFlag.State_Selected)
        theme.verdict_icon(row.verdict, chosen).paint(
            painter, QRect(rect.left(), rect.top() + (rect.height() - 16) // 2, 16, 16)
        )
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        painter.save()
        painter.setPen(view.palette.color(role))
        painter.setFont(theme.tabular(view.font))
        score = "-" if row.score is None else f"{row.score:.2f}"
        right = view.fontMetrics.horizontalAdvance("0.00") + theme.SPACING
        marks = ("●" if row.offered and row.verdict != "unreviewed" else "") + (
            "⚑" if row.flag else ""
        )
        place = rect.adjusted(16 + 2 * theme.SPACING, 0, -right, 0)
        if marks:
            width = view.fontMetrics.horizontalAdvance(marks) + theme.SPACING
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, marks
            )
            place = place.adjusted(0, 0, -width, 0)
        name = view.fontMetrics.elidedText(row.name, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, score)
        painter.restore()


class FaceList(QWidget):
    """Filter, order, search, and the faces they let through."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.filters, self.orders, self.search = QComboBox(), QComboBox(), QLineEdit()
        for text, _ in FILTERS:
            self.filters.addItem(text)
        for text, _ in ORDERS:
            self.orders.addItem(text)
        self.filters.setToolTip("Which faces to list")
        self.orders.setToolTip("In which order")
        self.search.setPlaceholderText("File name")
        self.search.setClearButtonEnabled(True)
        self.filters.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        # a list view walks over every row at each change of the current one; a tree view does not
        self.view, self.model = QTreeView(), FaceModel(session, self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(FaceDelegate(self.view))
        self.view.setUniformRowHeights(True)
        self.view.setHeaderHidden(True)
        self.view.setRootIsDecorated(False)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        row = QHBoxLayout()
        row.addWidget(self.orders)
        row.addWidget(self.search, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(theme.SPACING)
        layout.addWidget(self.filters)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        self.filters.currentIndexChanged.connect(self._filter)
        self.orders.currentIndexChanged.connect(self._filter)
        self.search.textChanged.connect(self._filter)
        self.view.selectionModel().currentChanged.connect(self._current)
        session.changed.connect(self.refresh)

    @Slot()
    def _filter(self) -> None:
        base = FILTERS[self.filters.currentIndex()][1]
        order = ORDERS[self.orders.currentIndex()][1]
        self._session.desk.set_filter(
            Filter(base.verdict, base.flagged, self.search.text().strip(), order)
        )
        self._session.announce(Changes())

    @Slot(QModelIndex, QModelIndex)
    def _current(self, current: QModelIndex, _before: QModelIndex) -> None:
        desk = self._session.desk
        if current.isValid():
            face = self.model.id_at(current.row())
            if desk.face is None or desk.face.id != face:
                desk.open(face)
                self._session.announce(Changes())

    def selected(self) -> list[int]:
        """Ids of the selected faces."""
        return [
            self.model.id_at(index.row()) for index in self.view.selectionModel().selectedRows()
        ]

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Follow the desk: the queue, the rows, the current face."""
        self._show_filter()
        several = len(self.view.selectionModel().selectedRows()) > 1
        self.model.refresh(changes)
        place = self._session.desk.index
        selection = self.view.selectionModel()
        if place < 0 or selection.currentIndex().row() == place:
            return
        index = self.model.index(place)
        if several and selection.isSelected(index):
            return
        selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.view.scrollTo(index)

    def _show_filter(self) -> None:
        """The filter may have been set elsewhere."""
        wanted = self._session.desk.filter
        shown = [Filter(base.verdict, base.flagged) for _, base in FILTERS]
        base = Filter(wanted.verdict, wanted.flagged)
        orders = [order for _, order in ORDERS]
        for widget in (self.filters, self.orders, self.search):
            widget.blockSignals(True)
        if base in shown:
            self.filters.setCurrentIndex(shown.index(base))
        if wanted.order in orders:
            self.orders.setCurrentIndex(orders.index(wanted.order))
        if wanted.text != self.search.text().strip():
            self.search.setText(wanted.text)
        for widget in (self.filters, self.orders, self.search):
            widget.blockSignals(False)

    def select_rows(self, first: int, last: int) -> None:
        """Select a range of rows."""
        self.view.selectionModel().select(
            QItemSelection(self.model.index(first), self.model.index(last)),
            QItemSelectionModel.SelectionFlag.ClearAndSelect,
        )
