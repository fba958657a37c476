"""The mapping of landmarks: a table, and files to keep it in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import UserError
from labeltool.exchange.mapping.landmark_map import (
    FileLandmarks,
    LandmarkMap,
    read_map,
    write_map,
)
from labeltool.exchange.preview.label_preview import LookedAt
from labeltool.gui import theme
from labeltool.gui.dialogs.import_labels.mapping_table import MappingTable
from labeltool.gui.i18n.translate import tr, translate
from pipnet.data.scheme import Scheme

FILE_NAME = "mapping.json"


class MappingPage(QWidget):
    """A table of the scheme's landmarks and where they come from.

    `mapping`: as it is now, None if none was chosen.

    Signals:
        changed: a person changed the mapping, or read one from a file.
    """

    changed = Signal()

    def __init__(self, scheme: Scheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._landmarks = FileLandmarks(0, None)
        self.table = MappingTable(scheme)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.from_nothing = QPushButton(tr("Map by hand"))
        self.open = QPushButton(tr("Open…"))
        self.save = QPushButton(tr("Save…"))
        for button in (self.from_nothing, self.open, self.save):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.from_nothing)
        buttons.addStretch(1)
        buttons.addWidget(self.open)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setSpacing(2 * theme.SPACING)
        column.addWidget(self.note)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
        self.from_nothing.clicked.connect(self._begin)
        self.open.clicked.connect(self.open_file)
        self.save.clicked.connect(self._save_file)
        self.table.mapping_model.edited.connect(self._edited)
        self.show_mapping(None)

    @property
    def mapping(self) -> LandmarkMap | None:
        """The mapping as it is now."""
        return self.table.mapping_model.mapping

    def offer(self, looked: LookedAt) -> None:
        """Map the landmarks of this file."""
        self._landmarks = looked.landmarks
        self.show_mapping(None)

    def show_mapping(self, mapping: LandmarkMap | None) -> None:
        """Show another mapping, or that there is none."""
        self.table.mapping_model.set_mapping(mapping)
        self._update()

    def _update(self) -> None:
        mapping = self.mapping
        self.save.setEnabled(mapping is not None)
        self.from_nothing.setVisible(mapping is None)
        if mapping is None:
            text = tr("Choose below how the landmarks of the file become those of the project.")
        else:
            lacking = sum(not group for group in mapping.sources)
            text = tr("Every landmark of the project has a source.")
            if lacking:
                text = tr("%Ln landmark(s) of the project will be absent.", "", lacking)
        self.note.setText(text)

    @Slot()
    def _begin(self) -> None:
        self.show_mapping(LandmarkMap(self._landmarks, ((),) * self._scheme.count))
        self.changed.emit()

    @Slot()
    def _edited(self) -> None:
        self._update()
        self.changed.emit()

    @Slot()
    def open_file(self) -> None:
        """Ask for a mapping file and take it."""
        file, _ = QFileDialog.getOpenFileName(
            self, tr("Open a mapping of landmarks"), "", self._patterns()
        )
        if not file:
            return
        try:
            mapping = read_map(Path(file), self._landmarks, self._scheme)
        except UserError as error:
            self.note.setText(translate(error))
            return
        self.show_mapping(mapping)
        self.changed.emit()

    @Slot()
    def _save_file(self) -> None:
        mapping = self.mapping
        if mapping is None:
            return
        file, _ = QFileDialog.getSaveFileName(
            self, tr("Save the mapping of landmarks"), FILE_NAME, self._patterns()
        )
        if not file:
            return
        try:
            write_map(Path(file), mapping, self._scheme)
        except OSError as error:
            reason = error.strerror or str(error)
            self.note.setText(tr("{path}: {reason}.", path=file, reason=reason))
            return
        self.note.setText(tr("Saved as {path}.", path=file))

    @staticmethod
    def _patterns() -> str:
        return tr("Mappings ({patterns})", patterns="*.json")
