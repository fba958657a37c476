"""Import labels: what a file holds and what an import would do, before anything is stored."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Progress, UserError
from labeltool.exchange.mapping.landmark_map import LandmarkMap
from labeltool.exchange.photos_inside import add_photos_inside
from labeltool.exchange.preview.evidence import Evidence
from labeltool.exchange.preview.label_preview import (
    ImportChoice,
    LookedAt,
    Weighed,
    look_at,
    weigh,
)
from labeltool.exchange.preview.preview_words import facts
from labeltool.gui import theme
from labeltool.gui.background.importer import LabelImport
from labeltool.gui.background.tasks import Task
from labeltool.gui.dialogs.import_labels.choices import Choices
from labeltool.gui.dialogs.import_labels.face_sheet import Drawing, FaceSheet
from labeltool.gui.dialogs.import_labels.fact_list import FactList, fill_details, warning
from labeltool.gui.dialogs.import_labels.mapping_page import MappingPage
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.session import Session
from labeltool.store import Store

LEFT_PIXELS = 430
"""Width of everything but the faces."""

WARNING_PIXELS = 18

FILES_OF_ONE_PHOTO = ("labelme", "yolo", "ljson")
"""Formats with a file for each photo, whose folder can be read instead of one file."""


class ImportLabelsDialog(QDialog):
    """Shows a label file, and asks how to import it; imports nothing itself.

    But the photos that lie inside of a label file come into the project when they are taken out.
    `took_photos`: whether they were, and must be searched for faces. `looked` and `weighed`: what
    was found, None until it is.
    """

    def __init__(self, session: Session, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import labels"))
        self.resize(1120, 640)
        self._session, self._path = session, path
        self._evidence = Evidence(session.store)
        self._task: Task | None = None
        self._round = 0  # of choices: results of an earlier one are dropped
        self.looked: LookedAt | None = None
        self.weighed: Weighed | None = None
        self._make_waiting()
        self._make_content()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.waiting)
        self.stack.addWidget(self.content)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(tr("Import"))
        self.ok.setEnabled(False)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.whole_folder = QPushButton(tr("Read the whole folder"))
        self.whole_folder.setAutoDefault(False)
        self.whole_folder.hide()
        self.whole_folder.clicked.connect(self._read_folder)
        self.take_photos = QPushButton(tr("Take the photos out of the file"))
        self.take_photos.setAutoDefault(False)
        self.take_photos.hide()
        self.take_photos.clicked.connect(self._take_photos)
        self.took_photos = False
        bottom = QHBoxLayout()
        bottom.addWidget(self.whole_folder)
        bottom.addWidget(self.take_photos)
        bottom.addWidget(self.buttons, 1)
        body = QVBoxLayout(self)
        body.setContentsMargins(*[3 * theme.SPACING] * 4)
        body.setSpacing(2 * theme.SPACING)
        body.addWidget(self.stack, 1)
        body.addLayout(bottom)
        self.finished.connect(self._stop)
        self._look()

    def wanted(self) -> LabelImport | None:
        """What to import, as chosen; None if nothing can be."""
        if self.looked is None:
            return None
        choices = self.choices
        return LabelImport(
            self.looked.source, choices.kind, self._mapping_to_use(), choices.shift,
            choices.turn, choices.scale, self.took_photos,
        )  # fmt: skip

    # The widgets

    def _make_waiting(self) -> None:
        self.waiting = QWidget()
        self.state = QLabel()
        self.state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.state.setWordWrap(True)
        self.bar = QProgressBar()
        layout = QVBoxLayout(self.waiting)
        layout.addStretch(1)
        layout.addWidget(self.state)
        layout.addWidget(self.bar)
        layout.addStretch(1)

    def _make_content(self) -> None:
        store = self._session.store
        self.content = QWidget()
        self.headline = QLabel()
        self.headline.setWordWrap(True)
        font = self.headline.font()
        font.setBold(True)
        self.headline.setFont(font)
        self.warning = QLabel()
        self.warning.setWordWrap(True)
        self.warning_icon = QLabel()
        self.warning_row = QWidget()
        row = QHBoxLayout(self.warning_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.warning_icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.warning, 1)
        self.facts = FactList()
        self.choices = Choices()
        self.weighing = QProgressBar()
        self.weighing.setTextVisible(False)
        self.weighing.setFixedHeight(theme.SPACING)
        self.details = QListWidget()
        self.details.setWordWrap(True)
        self.details.setAccessibleName(tr("Details"))
        self.mapping = MappingPage(store.scheme)
        self.faces = FaceSheet(store.scheme)
        self._arrange()
        self.choices.changed.connect(self._choose)
        self.choices.mapping_chosen.connect(self._choose_mapping)
        self.choices.file_wanted.connect(self.mapping.open_file)
        self.mapping.changed.connect(self._mapped_by_hand)
        self.mapping.table.landmark_chosen.connect(self._draw)

    def _arrange(self) -> None:
        """What was found and the choices on the left, the faces on the right."""
        overview = QWidget()
        column = QVBoxLayout(overview)
        column.setSpacing(2 * theme.SPACING)
        for part in (self.headline, self.facts):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(overview)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tabs = QTabWidget()
        self.tabs.addTab(scroll, tr("Found"))
        self.tabs.addTab(self.mapping, tr("Mapping"))
        self.tabs.addTab(self.details, tr("Details"))
        left = QWidget()
        left.setFixedWidth(LEFT_PIXELS)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.SPACING)
        column.addWidget(self.warning_row)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.choices)
        column.addWidget(self.weighing)
        row = QHBoxLayout(self.content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * theme.SPACING)
        row.addWidget(left)
        row.addWidget(self.faces, 1)

    # Look

    def _look(self) -> None:
        self._wait(tr("Reading {file}", file=self._path.name))
        self._task = self._session.tasks.run_hidden(
            "previews", tr("Reading {file}", file=self._path.name),
            partial(look_at, self._session.store, self._path), succeeded=self._show,
            failed=self._fail, progressed=self._progress,
        )  # fmt: skip

    def _wait(self, what: str) -> None:
        """Show a bar, and nothing to choose."""
        self._stop()
        self._round += 1
        self.looked = self.weighed = None
        self.ok.setEnabled(False)
        self.whole_folder.hide()
        self.take_photos.hide()
        self.state.setText(what)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.stack.setCurrentWidget(self.waiting)

    @Slot()
    def _take_photos(self) -> None:
        """Put the photos that are inside of the file into the project, then look again."""
        name = tr("Taking the photos out of {file}", file=self._path.name)
        self._wait(name)
        self._task = self._session.tasks.run_hidden(
            "writes", name, partial(add_photos_inside, self._session.store, self._path),
            succeeded=self._photos_taken, failed=self._fail, progressed=self._progress,
        )  # fmt: skip

    @Slot(object)
    def _photos_taken(self, _added: object) -> None:
        self.took_photos = True
        self._session.tasks.publish(Changes(all=True, photos=True))
        self._look()

    @Slot()
    def _read_folder(self) -> None:
        self._path = self._path.parent
        self._look()

    @Slot(int, int)
    def _progress(self, done: int, total: int) -> None:
        bar = self.bar if self.stack.currentWidget() is self.waiting else self.weighing
        bar.setRange(0, total)
        bar.setValue(done)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        """Say why the file cannot be read; anything but a UserError is a bug."""
        if not isinstance(error, UserError):
            raise error
        self.bar.hide()
        self.state.setText(translate(error))
        self.stack.setCurrentWidget(self.waiting)

    @Slot(object)
    def _show(self, result: object) -> None:
        looked = self.looked = cast(LookedAt, result)
        self._task = None
        if looked.is_empty:
            self.bar.hide()
            self.state.setText(tr("{file} holds no face.", file=looked.source.path.name))
            return
        self.headline.setText(looked.source.path.name)
        self.headline.setToolTip(str(looked.source.path))
        self.whole_folder.setVisible(looked.format in FILES_OF_ONE_PHOTO and self._path.is_file())
        self.take_photos.setVisible(looked.format == "cofw" and bool(looked.missing))
        self.choices.offer(looked)
        self.mapping.offer(looked)
        self.faces.show_samples(looked.samples)
        self.stack.setCurrentWidget(self.content)
        self.tabs.setCurrentIndex(0 if looked.own is not None else 1)
        self._choose_mapping(self.choices.mapping_name)

    # Choose

    def _mapping_to_use(self) -> LandmarkMap | None:
        """None if the landmarks are taken by their names or numbers, face by face."""
        assert self.looked is not None
        mapping = self.mapping.mapping
        return None if mapping == self.looked.own else mapping

    @Slot(str)
    def _choose_mapping(self, name: str) -> None:
        assert self.looked is not None
        if name in self.looked.choices:
            self.mapping.show_mapping(self.looked.choices[name])
        self._choose()

    @Slot()
    def _mapped_by_hand(self) -> None:
        """The table or a file gave another mapping."""
        assert self.looked is not None
        self.choices.select_mapping(self.looked.name_of(self.mapping.mapping))
        self._choose()

    @Slot()
    def _choose(self) -> None:
        """Draw the faces as chosen now, and find out what an import would do."""
        if self.looked is not None:
            self._draw()
            self._weigh()

    @Slot()
    def _draw(self) -> None:
        choices = self.choices
        chosen = self.mapping.table.currentIndex().row()
        self.faces.draw(
            Drawing(self.mapping.mapping, choices.shift, choices.turn, choices.scale, chosen)
        )

    # Weigh

    def _weigh(self) -> None:
        """Find out in the background what an import would do with the choices of now."""
        assert self.looked is not None
        self._stop()
        self.ok.setEnabled(False)
        self.weighed = None
        self._round += 1
        choices = self.choices
        choice = ImportChoice(
            self._mapping_to_use(), choices.kind == "proposals", choices.turn, choices.scale
        )
        self.weighing.setVisible(True)
        self._task = self._session.tasks.run_hidden(
            "previews", tr("Comparing the labels"),
            partial(
                _numbered, self._round, self._session.store, self.looked, choice, self._evidence
            ),
            succeeded=self._show_weighed, failed=self._fail, progressed=self._progress,
        )  # fmt: skip

    @Slot(object)
    def _show_weighed(self, result: object) -> None:
        number, weighed = cast(tuple[int, Weighed], result)
        if number != self._round or self.looked is None:
            return
        self._task, self.weighed = None, weighed
        self.weighing.setVisible(False)
        scheme = self._session.store.scheme
        self.facts.show_facts(facts(self.looked, weighed, self.mapping.mapping, scheme))
        doubt = warning(weighed)
        self.warning.setText(doubt)
        self.warning_icon.setPixmap(theme.trust_icon("doubtful").pixmap(WARNING_PIXELS))
        self.warning_row.setVisible(bool(doubt))
        count = fill_details(self.details, self.looked, weighed)
        self.tabs.setTabText(2, tr("Details ({count:,})", count=count) if count else tr("Details"))
        kind, made = self.choices.kind, weighed.known + weighed.fresh
        texts = {
            "labels": tr("Import %Ln label(s)", "", made),
            "proposals": tr("Import %Ln proposal(s)", "", made),
            "photos": tr("Import %Ln photo(s)", "", len(self.looked.source.files)),
        }
        self.ok.setText(texts[kind])
        self.ok.setEnabled(bool(self.looked.source.files) if kind == "photos" else made > 0)
        self.ok.setDefault(True)

    @Slot()
    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None


def _numbered(
    number: int, store: Store, looked: LookedAt, choice: ImportChoice, evidence: Evidence,
    progress: Progress,
) -> tuple[int, Weighed]:  # fmt: skip
    """With the number of the choice, so that a result of an earlier one is recognised."""
    return number, weigh(store, looked, choice, evidence, progress)
