"""The report of a round, beside the window: how good it is and what it learned."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Filter, Progress, Round, UserError
from labeltool.gui import theme
from labeltool.gui.dialogs.report.pages import CorrectionsPage, FacesPage, QualityPage
from labeltool.gui.i18n.filter_labels import round_name
from labeltool.gui.i18n.language import current_language
from labeltool.gui.i18n.translate import sentence, tr, translate
from labeltool.gui.session import Session
from labeltool.rounds.quality.round_figures import finished_rounds
from labeltool.rounds.reports.report_file import write_html, write_json
from labeltool.rounds.reports.report_words import headline, learned_from, other_name
from pipnet.text import one_line

if TYPE_CHECKING:
    from labeltool.rounds.quality.round_report import RoundReport

DEFAULT_SIZE = (1000, 620)


class ReportDialog(QDialog):
    """Shows a finished round, the newest one at first, compared with another one.

    The window stays usable: faces that are clicked open in it.

    Signals:
        face_wanted: the id of a face to show in its photo.
        audit_wanted: the person wants faces to measure by.
    """

    face_wanted = Signal(int)
    audit_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Round report"))
        self.resize(*DEFAULT_SIZE)
        self._session = session
        self.report: RoundReport | None = None
        self._wanted: tuple[int, int | None] = (0, None)  # round, and the one compared with
        self.headline, self.learned_from = QLabel(), QLabel()
        self.advice, self.note = QLabel(), QLabel()
        self.rounds, self.others = QComboBox(), QComboBox()
        self.quality, self.faces, self.corrections = QualityPage(), FacesPage(), CorrectionsPage()
        self.export = QPushButton(tr("Export…"))
        self._place()
        self._connect()
        self._list_rounds()

    def _place(self) -> None:
        font = self.headline.font()
        font.setBold(True)
        self.headline.setFont(theme.tabular(font))
        for label in (self.headline, self.learned_from, self.advice, self.note):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        choice = QHBoxLayout()
        choice.setSpacing(2 * theme.SPACING)
        of, self._compared_with = QLabel(tr("Report of")), QLabel(tr("compared with"))
        for label, box in ((of, self.rounds), (self._compared_with, self.others)):
            label.setBuddy(box)
            box.setMinimumWidth(160)
            choice.addWidget(label)
            choice.addWidget(box)
        choice.addStretch(1)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.quality, tr("Quality"))
        self.tabs.addTab(self.faces, tr("Faces"))
        self.tabs.addTab(self.corrections, tr("Your corrections"))
        self.close_button = QPushButton(tr("Close"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.export)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        for button in (self.export, self.close_button):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addLayout(choice)
        for widget in (self.headline, self.learned_from, self.advice, self.note):
            layout.addWidget(widget)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.rounds.activated.connect(self._choose_round)
        self.others.activated.connect(self._choose_other)
        self.export.clicked.connect(self._export)
        self.close_button.clicked.connect(self.close)
        self.quality.add_faces.clicked.connect(self.audit_wanted)
        for page in (self.faces, self.corrections):
            page.opened.connect(self.face_wanted)
            page.listed.connect(self._list)
        self._session.changed.connect(self._follow)

    def show_round(self, number: int) -> None:
        """Show a round, compared with the network that was in use before."""
        self._list_rounds()
        self._load(number, None)

    def _list_rounds(self) -> None:
        shown = self.rounds.currentData()
        rows = sorted(finished_rounds(self._session.store.rounds.all()), key=_number, reverse=True)
        self.rounds.clear()
        for row in rows:
            name = f"{round_name(row)}: {row.name}" if row.name else round_name(row)
            self.rounds.addItem(one_line(name), row.number)
        self.rounds.setCurrentIndex(max(self.rounds.findData(shown), 0))

    @Slot(object)
    def _follow(self, changes: Changes) -> None:
        """List a new round, or a new name."""
        if changes.rounds:
            self._list_rounds()

    @Slot()
    def _choose_round(self) -> None:
        self._load(self.rounds.currentData(), None)

    @Slot()
    def _choose_other(self) -> None:
        self._load(self.rounds.currentData(), self.others.currentData())

    def _load(self, number: int, against: int | None) -> None:
        self.rounds.setCurrentIndex(self.rounds.findData(number))
        self._wanted = number, against
        self._set_enabled(False)
        self.headline.setText(tr("Reading the report…"))
        self._session.tasks.run_hidden(
            "queries", tr("Reading a report"), partial(self._read, number, against),
            succeeded=self._show, failed=self._fail,
        )  # fmt: skip

    def _read(self, number: int, against: int | None, progress: Progress) -> tuple[object, ...]:
        # loads SciPy, which takes a second
        from labeltool.rounds.quality.round_report import make_report  # noqa: PLC0415

        return (number, against), make_report(self._session.store, number, against, progress)

    @Slot(object)
    def _show(self, result: object) -> None:
        assert isinstance(result, tuple)
        wanted, report = result[0], cast("RoundReport", result[1])
        if wanted != self._wanted:  # another one was chosen meanwhile
            return
        self.report = report
        self._set_enabled(True)
        self.headline.setText(translate(headline(report)))
        self.learned_from.setText(translate(learned_from(report.round)))
        words = [report.advice.sentence]
        if report.labels is not None:
            words.append(report.labels.sentence)
        self.advice.setText(" ".join(map(translate, words)))
        self.note.setText(one_line(report.round.note))
        self.note.setVisible(bool(report.round.note))
        self.others.clear()
        for number in report.comparable:
            self.others.addItem(sentence(translate(other_name(number))), number)
        if report.comparison is not None:
            self.others.setCurrentIndex(self.others.findData(report.comparison.round))
        for widget in (self._compared_with, self.others):
            widget.setVisible(bool(report.comparable))
        for page in (self.quality, self.faces, self.corrections):
            page.show_report(report)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        """Say here why there is no report; anything but a UserError is a bug."""
        if not isinstance(error, UserError):
            raise error
        self.headline.setText(translate(error))
        self.learned_from.clear()
        self.advice.clear()
        self.rounds.setEnabled(True)
        self.others.setEnabled(True)

    def _set_enabled(self, enabled: bool) -> None:
        for widget in (self.others, self.export, self.tabs):
            widget.setEnabled(enabled)

    @Slot(object)
    def _list(self, faces: tuple[int, ...]) -> None:
        self._session.show(Filter(faces=faces))

    @Slot()
    def _export(self) -> None:
        if self.report is None:
            return
        page, data = tr("Web page (*.html)"), tr("JSON file (*.json)")
        name = f"round-{self.report.round.number}.html"
        file, kind = QFileDialog.getSaveFileName(
            self, tr("Export the report"), str(self._session.store.folder.parent / name),
            f"{page};;{data}",
        )  # fmt: skip
        if file:
            self.write(Path(file), as_json=kind == data or file.endswith(".json"))

    def write(self, file: Path, *, as_json: bool) -> None:
        """Write the report to a file, or say why it cannot be written."""
        assert self.report is not None
        try:
            if as_json:
                write_json(self.report, file)
            else:
                write_html(self.report, file, translate, current_language())
        except UserError as error:
            self.note.setText(translate(error))
        else:
            self.note.setText(tr("Wrote {file}.", file=file))
        self.note.show()


def _number(row: Round) -> int:
    return row.number
