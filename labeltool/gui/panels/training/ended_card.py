"""How the last round ended, if somebody must know: until the card is closed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Message, Round, RoundKind
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr, translate
from labeltool.rounds.run_folder import Event
from labeltool.rounds.skipped_photos import Skipped

MAX_LOG_PIXELS = 76
"""Four lines: the rest is in the folder, and the progress of the next round needs room, too."""

MAX_EARLIER = 2
"""Failures before the newest one that are named, too."""


class RoundEndedCard(QFrame):
    """Says why a round failed, or which photos one left out, beside the progress of the next one.

    A card that is open when another round ends badly names its failure, too.

    Signals:
        toggled: it was opened or closed.
    """

    toggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.training = True
        self._folder: Path | None = None
        self._failures: list[str] = []  # of an open card, oldest first
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.title, self.detail, self._icon = QLabel(), QLabel(), QLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.detail.setWordWrap(True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumHeight(MAX_LOG_PIXELS)
        self.log.setAccessibleName(tr("Log"))
        self.retry, self.close_button = QPushButton(tr("Try again…")), QPushButton(tr("Close"))
        self.open_folder = QPushButton(tr("Open folder"))
        self.open_folder.setToolTip(tr("The files of this round, with its log"))
        self.report = QPushButton(tr("Copy diagnostics"))
        self.problems = QPushButton(tr("Photo problems…"))
        self.problems.setToolTip(tr("Which photos could not be used, and why"))
        self.open_folder.clicked.connect(self._open_folder)
        self.close_button.clicked.connect(self.dismiss)
        self._place()
        self.hide()

    def _place(self) -> None:
        self._buttons = (
            self.retry, self.problems, self.open_folder, self.report, self.close_button,
        )  # fmt: skip
        head = QHBoxLayout()
        head.setSpacing(2 * theme.SPACING)
        head.addWidget(self._icon)
        head.addWidget(self.title)
        head.addStretch(1)
        for button in self._buttons:
            head.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(*[2 * theme.SPACING] * 4)
        rows.setSpacing(theme.SPACING)
        rows.addLayout(head)
        rows.addWidget(self.detail)
        rows.addWidget(self.log)

    def show_failure(self, row: Round, event: Event, tail: str, left_out: Skipped) -> None:
        """Say why a round failed; `tail`: the end of its log."""
        if row.kind is RoundKind.TRAIN:
            title = tr(
                "Round {number} failed; nothing in the project was changed", number=row.number
            )
        else:
            title = tr("The prediction failed; nothing in the project was changed")
        reason = translate(event.reason or Message(""))
        self._show(row, title, reason, tail, self.retry, self.open_folder,
                   *([self.problems] if left_out.photos else []), self.report)  # fmt: skip
        self._failures.append(f"{title}: {reason}")

    def show_left_out(self, row: Round, left_out: Skipped) -> None:
        """Say which photos a round left out."""
        title = tr("The round finished without %Ln photo(s)", "", len(left_out.photos))
        words = [translate(left_out.sentence())]
        if left_out.manual:
            words.append(tr("%Ln manual label(s) were not used for training.", "", left_out.manual))
        self._show(row, title, " ".join(words), "", self.problems)

    def show_cancelled(self, row: Round, minutes: int) -> None:
        """Say that a training was cancelled, and how many minutes of it are lost, if any."""
        words = [tr("Everything is as it was before.")]
        if minutes:
            words.insert(0, tr("%Ln minute(s) of training were given up.", "", minutes))
        self._show(row, tr("The round was cancelled"), " ".join(words), "", self.retry)

    def _show(self, row: Round, title: str, text: str, tail: str, *buttons: QPushButton) -> None:
        self._failures = [] if self.isHidden() else self._failures[-MAX_EARLIER:]
        earlier = [tr("Before it: {what}", what=what) for what in reversed(self._failures)]
        self.training, self._folder = row.kind is RoundKind.TRAIN, row.folder
        self.title.setText(title)
        self.detail.setText("\n".join([text, *earlier]))
        self.log.setPlainText(tail)
        self.log.setVisible(bool(tail))
        for button in self._buttons:
            button.setVisible(button in buttons or button is self.close_button)
        self.recolour()
        self.show()
        self.toggled.emit()

    @Slot()
    def dismiss(self) -> None:
        """Close the card: everything in it was seen."""
        self._failures = []
        self.hide()
        self.toggled.emit()

    def recolour(self) -> None:
        """Follow the palette."""
        icon = theme.icon("mdi6.alert-outline")
        self._icon.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatioF()))

    @Slot()
    def _open_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
