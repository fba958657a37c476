"""The list of the faces in the queue: holds ids only, and fetches rows when they are drawn."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Slot,
)
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Row
from labeltool.gui import theme
from labeltool.gui.i18n.error_words import error_words, percent_words
from labeltool.gui.i18n.translate import verdict_word
from labeltool.gui.session import Session
from pipnet.text import one_line

FETCH_ROWS = 200
"""Rows fetched by one query."""

Index = QModelIndex | QPersistentModelIndex


class FaceListModel(QAbstractListModel):
    """The desk's queue as a Qt model."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._ids: list[int] = []
        self._revision = -1
        self._rows: dict[int, Row] = {}

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """The number of faces."""
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A face's name or tooltip, or in the user role its `Row`."""
        row = self.row(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return one_line(row.name)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{one_line(row.name)}\n{verdict_word(row.verdict)}, {error_words(row.error)}"
        return None

    def row(self, place: int) -> Row | None:
        """The face at a position of the list; None if there is none."""
        if not 0 <= place < len(self._ids):
            return None
        if self._ids[place] not in self._rows:
            start = place - place % FETCH_ROWS
            self._rows |= self._session.store.queue.rows(self._ids[start : start + FETCH_ROWS])
        return self._rows.get(self._ids[place])

    def id_at(self, place: int) -> int:
        """The id of the face at a position."""
        return self._ids[place]

    def refresh(self, changes: Changes) -> None:
        """Follow the desk's queue."""
        desk = self._session.desk
        if desk.queue.revision != self._revision:
            self.beginResetModel()
            self._ids, self._rows, self._revision = list(desk.queue.faces), {}, desk.queue.revision
            self.endResetModel()
        elif changes.all:
            self._rows = {}
            if self._ids:
                self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))
        else:
            drawn = [face for face in changes.faces if face in self._rows]
            if drawn:  # only these: fetching a missing row fetches its neighbours too
                self._rows |= self._session.store.queue.rows(drawn)
                for face in drawn:
                    index = self.index(desk.queue.index_of(face))
                    self.dataChanged.emit(index, index)


class FaceListDelegate(QStyledItemDelegate):
    """Draws the verdict icon, file name, marks and expected error of a face in one line."""

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
        is_selected = bool(view.state & QStyle.StateFlag.State_Selected)
        painter.drawPixmap(
            rect.left(), rect.top() + (rect.height() - 16) // 2,
            theme.verdict_pixmap(row.verdict, 16, view.widget.devicePixelRatioF(), is_selected),
        )  # fmt: skip
        role = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text
        painter.save()
        painter.setPen(view.palette.color(role))
        painter.setFont(theme.tabular(view.font))
        error = percent_words(row.error)
        right = view.fontMetrics.horizontalAdvance(percent_words(0.1)) + theme.SPACING
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
        name = view.fontMetrics.elidedText(
            one_line(row.name), Qt.TextElideMode.ElideMiddle, place.width()
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, error)
        painter.restore()


class _SingleColumnTable(QTableView):
    """A table of one column in which Home and End go to the first and the last row."""

    def moveCursor(  # noqa: N802
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Return the index that a key moves to."""
        if action == QAbstractItemView.CursorAction.MoveHome:
            return self.model().index(0, 0)
        if action == QAbstractItemView.CursorAction.MoveEnd:
            return self.model().index(self.model().rowCount() - 1, 0)
        return super().moveCursor(action, modifiers)


class FaceList(QWidget):
    """The faces of the queue, a row each; its current row is the face on the desk."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        # QListView fetches every row when the current one changes, QTreeView when the queue does;
        # QTableView with a fixed row height fetches only the rows it draws
        self.view, self.model = _SingleColumnTable(), FaceListModel(session, self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(FaceListDelegate(self.view))
        self.view.setShowGrid(False)
        self.view.setTabKeyNavigation(False)
        self.view.horizontalHeader().hide()
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_row_height()
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * theme.SPACING, 0, 2 * theme.SPACING, 2 * theme.SPACING)
        layout.addWidget(self.view)
        self.view.selectionModel().currentChanged.connect(self._open_current)
        session.changed.connect(self.refresh)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Adapt the row height to a new font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._set_row_height()

    def _set_row_height(self) -> None:
        """Make rows one line high, and large enough to click."""
        height = max(24, self.view.fontMetrics().height() + 2 * theme.SPACING)
        self.view.verticalHeader().setDefaultSectionSize(height)

    @Slot(QModelIndex, QModelIndex)
    def _open_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        desk = self._session.desk
        if current.isValid():
            face = self.model.id_at(current.row())
            if desk.face is None or desk.face.id != face:
                desk.open(face)
                self._session.publish(Changes())

    def selected(self) -> list[int]:
        """The ids of the selected faces."""
        return [
            self.model.id_at(index.row()) for index in self.view.selectionModel().selectedRows()
        ]

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Show the desk's queue and current face."""
        is_multi = len(self.view.selectionModel().selectedRows()) > 1
        self.model.refresh(changes)
        place = self._session.desk.queue.index
        selection = self.view.selectionModel()
        if place < 0 or selection.currentIndex().row() == place:
            return
        index = self.model.index(place)
        if is_multi and selection.isSelected(index):
            return
        selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.view.scrollTo(index)
