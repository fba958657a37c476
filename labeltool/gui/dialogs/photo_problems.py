"""Photos that cannot be read, and photos without a face."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.session import Session
from pipnet.text import one_line


class PhotoProblemsDialog(QDialog):
    """Lists them, with buttons for what can be done about each kind.

    Afterwards `to_draw` is the photo that the person wants to draw a box on, or None.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Photo problems"))
        self.resize(760, 420)
        self._session = session
        self.table = QTableWidget(0, 2)
        self.table.setHorizontalHeaderLabels([tr("Photo"), tr("Problem")])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.table.setColumnWidth(0, 260)
        self.summary = QLabel()
        self._fill()
        self.use_whole = QPushButton(tr("Use the whole photo as one face"))
        self.use_whole.setToolTip(tr("For photos that are already cropped to a face"))
        self.draw = QPushButton(tr("Draw a box…"))
        self.retry = QPushButton(tr("Try again"))
        close = QPushButton(tr("Close"))
        self.use_whole.clicked.connect(self._use_whole_photos)
        self.draw.clicked.connect(self._draw)
        self.retry.clicked.connect(self._retry)
        close.clicked.connect(self.reject)
        self.to_draw: int | None = None
        self.table.itemSelectionChanged.connect(self._update_buttons)
        session.changed.connect(self._refresh)
        row = QHBoxLayout()
        for button in (self.use_whole, self.draw, self.retry):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        layout.addWidget(self.summary)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        self._update_buttons()

    def _fill(self) -> None:
        photos = self._session.store.photos
        rows = [(photo, file, translate(reason), True) for photo, file, reason in photos.problems()]
        no_face = tr("no face was found")
        rows += [(photo, file, no_face, False) for photo, file in photos.without_face()]
        self.table.setRowCount(len(rows))
        self.summary.setText(
            tr("%Ln photo(s) have a problem; all others were read.", "", len(rows))
            if rows
            else tr("Every photo was read, and each has a face.")
        )
        for row, (photo, file, reason, broken) in enumerate(rows):
            name, what = QTableWidgetItem(one_line(file.name)), QTableWidgetItem(one_line(reason))
            name.setToolTip(one_line(file))
            what.setToolTip(reason)
            name.setData(Qt.ItemDataRole.UserRole, (photo, broken))
            self.table.setItem(row, 0, name)
            self.table.setItem(row, 1, what)

    @Slot(object)
    def _refresh(self, changes: Changes) -> None:
        if changes.photos:
            self.table.clearSelection()
            self._fill()

    def _selected_photos(self, *, broken: bool) -> list[int]:
        rows = {index.row() for index in self.table.selectedIndexes()}
        data = [self.table.item(row, 0).data(Qt.ItemDataRole.UserRole) for row in sorted(rows)]  # type: ignore[union-attr]
        return [photo for photo, is_broken in data if is_broken is broken]

    @Slot()
    def _update_buttons(self) -> None:
        faceless = self._selected_photos(broken=False)
        self.use_whole.setEnabled(bool(faceless))
        self.draw.setEnabled(len(faceless) == 1)
        self.retry.setEnabled(bool(self._selected_photos(broken=True)))

    @Slot()
    def _use_whole_photos(self) -> None:
        self._session.importer.use_whole_photos(self._selected_photos(broken=False))

    @Slot()
    def _draw(self) -> None:
        self.to_draw = self._selected_photos(broken=False)[0]
        self.accept()

    @Slot()
    def _retry(self) -> None:
        self._session.store.photos.retry(self._selected_photos(broken=True))
        self._session.importer.search()
        self.accept()
