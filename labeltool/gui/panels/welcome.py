"""The welcome page: make a project from photos, or open one."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import UserError
from labeltool.gui import theme
from labeltool.gui.i18n.language import LANGUAGE_NAMES
from labeltool.gui.i18n.translate import tr
from labeltool.gui.panels.message_bar import MessageBar
from labeltool.gui.settings import Settings
from pipnet.text import one_line


class WelcomePage(QWidget):
    """Shown when no project is open.

    Signals:
        open_wanted: open the project in this folder.
        new_wanted: make a project from these photos or folders; empty to choose them.
        sample_wanted: open the sample project, made if it does not exist yet.
        language_chosen: the language in the settings has changed.
    """

    open_wanted = Signal(object)
    new_wanted = Signal(object)
    sample_wanted = Signal()
    language_chosen = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.setWindowTitle("labeltool")
        self.setAcceptDrops(True)
        title = QLabel("labeltool")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2)
        font.setBold(True)
        title.setFont(font)
        words = QLabel(
            tr(
                "Review facial landmarks that a detector proposes, correct them, "
                "and train the next round on what you decided."
            )
        )
        words.setWordWrap(True)
        buttons = self._buttons()
        self._recent_title = QLabel(tr("Recent projects"))
        self.recent = QListWidget()
        self.recent.setIconSize(QSize(20, 20))
        self.recent.setSpacing(theme.SPACING)
        self.recent.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.recent.itemActivated.connect(self._open_recent)
        self.recent.itemClicked.connect(self._open_recent)
        hint = QLabel(tr("You can also drop a folder of photos here."))
        self.steps = self._make_steps()
        self.message = MessageBar()
        column = QVBoxLayout()
        column.setSpacing(4 * theme.SPACING)
        column.addStretch(2)
        column.addWidget(title)
        column.addWidget(words)
        column.addLayout(buttons)
        column.addWidget(hint)
        column.addSpacing(2 * theme.SPACING)
        column.addWidget(self.steps)
        column.addWidget(self._recent_title)
        column.addWidget(self.recent, 3)
        column.addStretch(2)
        middle = QWidget()
        middle.setLayout(column)
        middle.setMaximumWidth(720)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 10)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addLayout(self._languages())
        layout.addLayout(row, 1)
        layout.addWidget(self.message)
        self.resize(960, 620)
        self.refresh()

    def _buttons(self) -> QHBoxLayout:
        self.new, self.open = QPushButton(tr("New project from photos…")), QPushButton(tr("Open…"))
        self.sample = QPushButton(tr("Try the sample"))
        self.sample.setToolTip(tr("Try it on computer-generated pictures of people"))
        self.new.setDefault(True)
        self.new.clicked.connect(self._new)
        self.open.clicked.connect(self._open)
        self.sample.clicked.connect(self.sample_wanted)
        row = QHBoxLayout()
        for button in (self.new, self.open, self.sample):
            button.setMinimumHeight(9 * theme.SPACING)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _languages(self) -> QHBoxLayout:
        """Choose the language, each listed in its own words."""
        self.languages = QComboBox()
        self.languages.setAccessibleName(tr("Language"))
        self.languages.addItem(tr("Language of the system"), "system")
        for language, name in LANGUAGE_NAMES.items():
            self.languages.addItem(name, language)
        self.languages.setCurrentIndex(self.languages.findData(self._settings.language))
        self.languages.activated.connect(self._choose_language)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.languages)
        return row

    @Slot(int)
    def _choose_language(self, row: int) -> None:
        self._settings.language = self.languages.itemData(row)
        self.language_chosen.emit()

    def _make_steps(self) -> QWidget:
        """The three steps of the work, for people without a recent project."""
        self._icons: list[tuple[QLabel, str]] = []
        texts = (
            ("mdi6.image-multiple-outline", tr("Import"),
             tr("Faces are found in your photos, and landmarks proposed.")),
            ("mdi6.check-circle-outline", tr("Review"),
             tr("Accept what is right, correct or reject the rest.")),
            ("mdi6.sync", tr("Train"),
             tr("The detector learns from your decisions and proposes better landmarks.")),
        )  # fmt: skip
        steps = QWidget()
        row = QHBoxLayout(steps)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * theme.SPACING)
        for number, (icon, title, sentence) in enumerate(texts, 1):
            card, picture, words = QFrame(), QLabel(), QLabel(sentence)
            card.setFrameShape(QFrame.Shape.StyledPanel)
            card.setBackgroundRole(QPalette.ColorRole.Base)
            card.setAutoFillBackground(True)
            name = QLabel(f"{number}  {title}")
            font = name.font()
            font.setBold(True)
            name.setFont(font)
            words.setWordWrap(True)
            words.setAlignment(Qt.AlignmentFlag.AlignTop)
            column = QVBoxLayout(card)
            column.setContentsMargins(*[4 * theme.SPACING] * 4)
            column.setSpacing(2 * theme.SPACING)
            column.addWidget(picture)
            column.addWidget(name)
            column.addWidget(words, 1)
            row.addWidget(card, 1)
            self._icons.append((picture, icon))
        return steps

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icons for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()

    def refresh(self) -> None:
        """List the recent projects again."""
        accent = self.palette().color(QPalette.ColorRole.Link)
        for label, name in self._icons:
            label.setPixmap(theme.icon(name, accent).pixmap(32, 32))
        self.recent.clear()
        for path in self._settings.recent:
            words = f"{one_line(path.name)}\n{one_line(path)}"
            item = QListWidgetItem(theme.icon("mdi6.folder-outline"), words)
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setToolTip(one_line(path))
            self.recent.addItem(item)
        for widget in (self._recent_title, self.recent):
            widget.setVisible(self.recent.count() > 0)
        self.steps.setVisible(self.recent.count() == 0)

    def show_error(self, error: UserError) -> None:
        """Show what went wrong and what to do."""
        self.message.show_error(error)

    @Slot()
    def _new(self) -> None:
        self.new_wanted.emit([])

    @Slot()
    def _open(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Open a project folder"))
        if folder:
            self.open_wanted.emit(Path(folder))

    @Slot(QListWidgetItem)
    def _open_recent(self, item: QListWidgetItem) -> None:
        self.open_wanted.emit(item.data(Qt.ItemDataRole.UserRole))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Accept folders and files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open a dropped project, or make one from dropped photos."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if len(paths) == 1 and os.path.isfile(paths[0] / "project.sqlite"):
            self.open_wanted.emit(paths[0])
        elif paths:
            self.new_wanted.emit(paths)
