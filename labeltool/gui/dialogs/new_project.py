"""The settings of a new project: its photos, folder and landmark scheme."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.dialogs.scheme_editor.editor_dialog import SchemeEditor
from labeltool.gui.i18n.translate import sentence, tr
from pipnet.data.images import classify
from pipnet.data.scheme import Scheme, SchemeError, load_scheme, shipped_schemes
from pipnet.text import one_line

MAX_LOOKED_AT_FILES = 200
"""Files of a folder among which a photo to show is sought."""


class NewProjectDialog(BaseDialog):
    """Asks for photos, the project folder and the landmark scheme; checks them while one types."""

    def __init__(self, photos: list[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("New project from photos"), tr("Create project"))
        self._sources = photos
        self._folder_chosen = False
        self.photos, self.folder = QLineEdit(), QLineEdit()
        self.scheme = QComboBox()
        self.scheme.setEditable(True)
        self.scheme.setMinimumWidth(200)
        self.scheme.addItems(shipped_schemes())
        self.scheme.setCurrentText("300w")
        self.scheme.setToolTip(
            tr("A scheme's name, a number of points, or the path of a .toml file")
        )
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(tr("Photos"), self._with_button(self.photos, self._choose_photos))
        form.addRow(tr("Project folder"), self._with_button(self.folder, self._choose_folder))
        self.own: dict[str, Scheme] = {}
        form.addRow(tr("Landmarks"), self._scheme_row())
        self.body.addLayout(form)
        self.problem = self.add_text("")
        self.add_text(
            tr(
                "Photos stay where they are. Faces are found and landmarks proposed in the "
                "background; you can review in the meantime."
            )
        )
        self.setMinimumWidth(600)  # paths are long
        self.add_buttons()
        self.photos.textChanged.connect(self._photos_changed)
        self.folder.textEdited.connect(self._folder_edited)
        self.folder.textChanged.connect(self._check)
        self.scheme.currentTextChanged.connect(self._check)
        if photos:
            self.photos.setText(", ".join(str(p) for p in photos))
        self._check()

    def _scheme_row(self) -> QWidget:
        row, self.edit = QWidget(), QPushButton(tr("Make or change…"))
        self.edit.setToolTip(tr("Place and name your own landmarks on a photo"))
        self.edit.clicked.connect(self._edit_scheme)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.scheme, 1)
        layout.addWidget(self.edit)
        return row

    def _with_button(self, field: QLineEdit, slot: object) -> QWidget:
        row, button = QWidget(), QPushButton(tr("Choose…"))
        button.clicked.connect(slot)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(field, 1)
        layout.addWidget(button)
        return row

    @property
    def sources(self) -> list[Path]:
        """Folders and files of photos; empty if none is given."""
        if self._sources and self.photos.text() == ", ".join(str(p) for p in self._sources):
            return self._sources
        return [Path(self.photos.text().strip())] if self.photos.text().strip() else []

    @property
    def project(self) -> Path:
        """The folder for the project."""
        return Path(self.folder.text().strip())

    def chosen_scheme(self) -> Scheme:
        """The landmark scheme.

        Raises:
            SchemeError: nothing of that name, or the file is not a scheme.
        """
        text = self.scheme.currentText().strip()
        return self.own[text] if text in self.own else load_scheme(text)

    @Slot()
    def _edit_scheme(self) -> None:
        """Make a scheme on the first photo, from the one that is chosen or from nothing."""
        try:
            start = self.chosen_scheme()
        except SchemeError:
            start = None
        if start is not None and start.name in shipped_schemes():
            start = None  # a template of the editor
        editor = SchemeEditor(tr("Use this scheme"), start, first_photo(self.sources), parent=self)
        editor.used.connect(editor.accept)
        if editor.exec():
            scheme = editor.draft.scheme()
            self.own[scheme.name] = scheme
            if self.scheme.findText(scheme.name) < 0:
                self.scheme.addItem(scheme.name)
            self.scheme.setCurrentText(scheme.name)
            self._check()
        editor.deleteLater()

    @Slot()
    def _choose_photos(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Folder of photos"))
        if folder:
            self._sources = []
            self.photos.setText(folder)

    @Slot()
    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Folder for the project"))
        if folder:
            self._folder_chosen = True
            self.folder.setText(folder)

    @Slot(str)
    def _folder_edited(self, _text: str) -> None:
        self._folder_chosen = True

    @Slot(str)
    def _photos_changed(self, _text: str) -> None:
        if not self._folder_chosen and self.sources:
            first = self.sources[0]
            # a drive has no name, and no folder beside it
            made = first.with_name(f"{first.stem}-labels") if first.name else None
            self.folder.setText("" if made is None else str(made))
        self._check()

    @Slot()
    def _check(self) -> None:
        for field in (self.photos, self.folder):
            field.setToolTip(one_line(field.text()))
        problem = ""
        if not self.sources:
            problem = tr("Choose a folder of photos.")
        elif not all(os.path.exists(path) for path in self.sources):
            problem = tr("That photo folder does not exist.")
        elif not self.folder.text().strip():
            problem = tr("Choose a folder for the project.")
        elif os.path.exists(self.project / "project.sqlite"):
            problem = tr("That folder already contains a project: open it instead.")
        else:
            try:
                self.chosen_scheme()
            except SchemeError as error:
                problem = f"{sentence(str(error))}."
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.ok.setEnabled(not problem)


def first_photo(sources: Sequence[Path]) -> Path | None:
    """A photo to show; looks at a few files only, since a folder may hold a million."""
    for source in sources:
        if source.is_file():
            return source if classify(source) == "photo" else None
        try:
            with os.scandir(source) as entries:
                for entry in itertools.islice(entries, MAX_LOOKED_AT_FILES):
                    if entry.is_file() and classify(Path(entry.path)) == "photo":
                        return Path(entry.path)
        except OSError:
            continue
    return None
