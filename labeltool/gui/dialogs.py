"""The dialogs: each asks one thing, says what will happen, and changes nothing by itself."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Round, RoundStatus
from labeltool.gui import theme
from labeltool.gui.filter_words import round_name
from labeltool.gui.session import Session
from labeltool.gui.words import faces_words, read, sentence, tell, tr
from labeltool.store import BOX, Threshold
from labeltool.training.plan import RoundPlan
from pipnet.scheme import SchemeError, load_scheme, shipped_schemes
from pipnet.text import one_line


class Ask(QDialog):
    """A dialog with a column of widgets over OK and Cancel."""

    def __init__(self, parent: QWidget | None, title: str, accept: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*[4 * theme.SPACING] * 4)
        self.column.setSpacing(3 * theme.SPACING)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(accept)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.setMinimumWidth(460)

    def finish(self) -> None:
        """Put the buttons under what was added."""
        self.column.addWidget(self.buttons)

    def sentence(self, text: str) -> QLabel:
        """Add a paragraph."""
        label = QLabel(text)
        label.setWordWrap(True)
        self.column.addWidget(label)
        return label


class NewProject(Ask):
    """Photos, where the project goes, and the landmark scheme."""

    def __init__(self, photos: list[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("New project from photos"), tr("Make project"))
        self._sources = photos
        self._named = False
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
        form.addRow(tr("Landmarks"), self.scheme)
        self.column.addLayout(form)
        self.problem = self.sentence("")
        self.sentence(
            tr(
                "Photos stay where they are. Faces are found and landmarks proposed in the "
                "background; you can review meanwhile."
            )
        )
        self.finish()
        self.photos.textChanged.connect(self._photos_changed)
        self.folder.textEdited.connect(self._folder_edited)
        self.folder.textChanged.connect(self._check)
        self.scheme.currentTextChanged.connect(self._check)
        if photos:
            self.photos.setText(", ".join(str(p) for p in photos))
        self._check()

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
        """Folders and files of photos."""
        if self._sources and self.photos.text() == ", ".join(str(p) for p in self._sources):
            return self._sources
        return [Path(self.photos.text().strip())] if self.photos.text().strip() else []

    @property
    def project(self) -> Path:
        """Where the project goes."""
        return Path(self.folder.text().strip())

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
            self._named = True
            self.folder.setText(folder)

    @Slot(str)
    def _folder_edited(self, _text: str) -> None:
        self._named = True

    @Slot(str)
    def _photos_changed(self, _text: str) -> None:
        if not self._named and self.sources:
            first = self.sources[0]
            self.folder.setText(str(first.with_name(f"{first.stem}-labels")))
        self._check()

    @Slot()
    def _check(self) -> None:
        problem = ""
        if not self.sources:
            problem = tr("Choose a folder of photos.")
        elif not all(os.path.exists(path) for path in self.sources):
            problem = tr("That photo folder does not exist.")
        elif not self.folder.text().strip():
            problem = tr("Choose where the project goes.")
        elif os.path.exists(self.project / "project.sqlite"):
            problem = tr("There is a project in that folder already: open it instead.")
        else:
            try:
                load_scheme(self.scheme.currentText().strip())
            except SchemeError as error:
                problem = f"{sentence(read(str(error)))}."
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.ok.setEnabled(not problem)


class AcceptAbove(Ask):
    """Accept every unreviewed face whose score is at least so much, with the count before."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Accept by score"), tr("Accept"))
        self._session = session
        self.words = self.sentence("")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setMinimumHeight(24)
        self.value = QDoubleSpinBox()
        self.value.setRange(0, 1)
        self.value.setSingleStep(0.01)
        self.value.setValue(0.7)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Score at least")))
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        self.column.addLayout(row)
        self.count = self.sentence("")
        font = self.count.font()
        font.setBold(True)
        self.count.setFont(font)
        self.sentence(tr("They are shown before. One undo takes all of it back."))
        self.finish()
        self.value.valueChanged.connect(self._changed)
        self.slider.valueChanged.connect(self._slid)
        self._changed(0.7)

    @property
    def threshold(self) -> Threshold | None:
        """What was chosen."""
        found = self._session.desk.threshold(round(self.value.value(), 4))
        return None if found is None else found[1]

    @Slot(int)
    def _slid(self, value: int) -> None:
        if round(self.value.value() * 100) != value:
            self.value.setValue(value / 100)

    @Slot(float)
    def _changed(self, value: float) -> None:
        self.slider.setValue(round(value * 100))
        found = self._session.desk.threshold(round(value, 4))
        number = 0 if found is None else self._session.desk.count(found[1])
        model = "-" if found is None else found[0]
        self.words.setText(
            tr("Unreviewed faces by the scores of the model “{model}”.", model=read(model))
        )
        self.count.setText(tr("{faces} would be accepted.", faces=faces_words(number)))
        self.ok.setText(tr("Look at {count:,}…", count=number))
        self.ok.setEnabled(number > 0)


class StartRound(Ask):
    """What a round would do, before it starts."""

    def __init__(self, plan: RoundPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Train round {number}", number=plan.number), tr("Start"))
        self.sentence(tell(plan.describe()))
        self.sentence(
            tr(
                "It runs in the background and goes on when the window is closed. Unreviewed and "
                "rejected faces get new proposals; what people decided stays as it is."
            )
        )
        self.finish()


class Problems(QDialog):
    """Photos that cannot be read, and photos without a face, with what to do about each."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Photo problems"))
        self.resize(760, 420)
        self._session = session
        self.table = QTableWidget(0, 2)
        self.table.setHorizontalHeaderLabels([tr("Photo"), tr("What is wrong")])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.table.setColumnWidth(0, 260)
        self.words = QLabel()
        self._fill()
        self.whole = QPushButton(tr("Take the whole photo as one face"))
        self.whole.setToolTip(tr("For photos that are cut around a face already"))
        self.draw = QPushButton(tr("Draw a box…"))
        self.retry = QPushButton(tr("Read again"))
        close = QPushButton(tr("Close"))
        self.whole.clicked.connect(self._take_whole)
        self.draw.clicked.connect(self._draw)
        self.retry.clicked.connect(self._retry)
        close.clicked.connect(self.reject)
        self.to_draw: int | None = None
        self.table.itemSelectionChanged.connect(self._selected)
        session.changed.connect(self._refresh)
        row = QHBoxLayout()
        for button in (self.whole, self.draw, self.retry):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        layout.addWidget(self.words)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        self._selected()

    def _fill(self) -> None:
        faces = self._session.store.faces
        rows = [(photo, file, read(reason), True) for photo, file, reason in faces.problems()]
        none = tr("no face was found")
        rows += [(photo, file, none, False) for photo, file in faces.photos_without_face()]
        self.table.setRowCount(len(rows))
        self.words.setText(
            tr("%Ln photo(s) need a look; everything else was read.", "", len(rows))
            if rows
            else tr("Every photo was read, and a face was found on each.")
        )
        for place, (photo, file, reason, broken) in enumerate(rows):
            name, what = QTableWidgetItem(one_line(file.name)), QTableWidgetItem(one_line(reason))
            name.setToolTip(one_line(file))
            what.setToolTip(reason)
            name.setData(Qt.ItemDataRole.UserRole, (photo, broken))
            self.table.setItem(place, 0, name)
            self.table.setItem(place, 1, what)

    @Slot(object)
    def _refresh(self, changes: Changes) -> None:
        if changes.photos:
            self.table.clearSelection()
            self._fill()

    def _chosen(self, broken: bool) -> list[int]:
        rows = {index.row() for index in self.table.selectedIndexes()}
        data = [self.table.item(row, 0).data(Qt.ItemDataRole.UserRole) for row in sorted(rows)]  # type: ignore[union-attr]
        return [photo for photo, is_broken in data if is_broken is broken]

    @Slot()
    def _selected(self) -> None:
        faceless = self._chosen(broken=False)
        self.whole.setEnabled(bool(faceless))
        self.draw.setEnabled(len(faceless) == 1)
        self.retry.setEnabled(bool(self._chosen(broken=True)))

    @Slot()
    def _take_whole(self) -> None:
        self._session.take_whole(self._chosen(broken=False))

    @Slot()
    def _draw(self) -> None:
        self.to_draw = self._chosen(broken=False)[0]
        self.accept()

    @Slot()
    def _retry(self) -> None:
        self._session.store.faces.retry_photos(self._chosen(broken=True))
        self._session.search()
        self.accept()


class PhotoFolders(Ask):
    """The photo folders of the project, those first that are not there: `chosen` has moved."""

    def __init__(self, roots: dict[int, Path], parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Photo folders"), tr("Choose where it is now…"))
        self.sentence(tr("Which of these folders has moved?"))
        self.list = QListWidget()
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        there = {root_id: os.path.isdir(root) for root_id, root in roots.items()}
        for root_id in sorted(roots, key=lambda root_id: there[root_id]):
            path = one_line(roots[root_id])
            words = path if there[root_id] else tr("{folder} (not there)", folder=path)
            item = QListWidgetItem(words)
            item.setToolTip(path)
            item.setSizeHint(QSize(0, 24))
            item.setData(Qt.ItemDataRole.UserRole, root_id)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(self.accept)
        self.column.addWidget(self.list)
        self.finish()

    @property
    def chosen(self) -> int:
        """Id of the photo folder."""
        return int(self.list.currentItem().data(Qt.ItemDataRole.UserRole))


class EarlierRounds(Ask):
    """Choose a round whose proposals are offered again."""

    def __init__(self, rounds: list[Round], parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Earlier proposals"), tr("Offer again"))
        self.sentence(
            tr(
                "Unreviewed and rejected faces get the proposals of the round that you choose. "
                "What people decided stays as it is."
            )
        )
        self.list = QListWidget()
        for row in reversed(rounds):
            if row.status is RoundStatus.READY and row.task != BOX:
                when = row.started[:16].replace("T", " ")
                item = QListWidgetItem(f"{round_name(row)} · {when}")
                item.setData(Qt.ItemDataRole.UserRole, row.id)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.column.addWidget(self.list)
        self.finish()
        self.ok.setEnabled(self.list.count() > 0)

    @property
    def chosen(self) -> int:
        """Id of the round."""
        return int(self.list.currentItem().data(Qt.ItemDataRole.UserRole))
