"""Tables of a report: figures, and faces that a click opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr
from pipnet.text import one_line

FACE_ROLE = Qt.ItemDataRole.UserRole


class FigureTable(QTreeWidget):
    """Rows of a name and numbers; rows may have rows below them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setFont(theme.tabular(self.font()))

    def set_titles(self, titles: Sequence[str]) -> None:
        """Name the columns, and remove all rows."""
        self.clear()
        self.setColumnCount(len(titles))
        self.setHeaderLabels(list(titles))
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(16 * theme.SPACING)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(titles)):
            self.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)

    def add_row(
        self, texts: Sequence[str], below: QTreeWidgetItem | None = None
    ) -> QTreeWidgetItem:
        """Add a row at the end, or below another one."""
        item = QTreeWidgetItem([one_line(text) for text in texts])
        item.setSizeHint(0, QSize(0, 6 * theme.SPACING))
        item.setToolTip(0, one_line(texts[0]))
        for column in range(1, len(texts)):
            item.setTextAlignment(
                column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
        if below is None:
            self.addTopLevelItem(item)
        else:
            below.addChild(item)
        return item


class FaceList(QWidget):
    """Faces with numbers under a title, with a button that lists them in the window.

    Signals:
        opened: the id of a face that was clicked, or chosen by Enter.
        listed: ids of all faces of the list, as a tuple.
    """

    opened = Signal(int)
    listed = Signal(object)

    def __init__(
        self, title: str, note: str, numbers: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._title = title
        self._faces: tuple[int, ...] = ()
        self.title, self.show_faces = QLabel(), QPushButton(tr("List them"))
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.show_faces.setToolTip(tr("Show only these faces in the window"))
        self.show_faces.setAutoDefault(False)
        self.note = QLabel(note)
        self.note.setWordWrap(True)
        self.table = FigureTable()
        self.table.set_titles([tr("Photo"), *numbers])
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAccessibleName(title)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.show_faces)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACING)
        layout.addLayout(top)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        self.table.itemClicked.connect(self._open)
        self.table.itemActivated.connect(self._open)
        self.show_faces.clicked.connect(self._list)

    def show_rows(self, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Replace the faces: their ids and texts, a photo's name first."""
        self.table.clear()
        faces = []
        for face, texts in rows:
            faces.append(face)
            item = self.table.add_row(texts)
            item.setData(0, FACE_ROLE, face)
        self._faces = tuple(faces)
        self.title.setText(f"{self._title} ({len(faces):,})")
        self.show_faces.setEnabled(bool(faces))

    @property
    def faces(self) -> tuple[int, ...]:
        """Ids of the faces, in order."""
        return self._faces

    @Slot(QTreeWidgetItem, int)
    def _open(self, item: QTreeWidgetItem, _column: int) -> None:
        self.opened.emit(item.data(0, FACE_ROLE))

    @Slot()
    def _list(self) -> None:
        self.listed.emit(self.faces)
