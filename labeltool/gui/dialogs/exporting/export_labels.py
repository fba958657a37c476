"""Export labels: which of them, in which format, and what that format cannot carry."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QFormLayout, QRadioButton, QVBoxLayout, QWidget

from labeltool.domain import FOLDER_RULE, Filter, Progress, UserError, Verdict
from labeltool.exchange.formats.format_table import FORMATS
from labeltool.exchange.label_choice import LABEL_VERDICTS, LabelChoice
from labeltool.exchange.label_export import LossReport, loss_report
from labeltool.exchange.label_split import Split
from labeltool.gui import theme
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.filter_labels import describe_filter
from labeltool.gui.i18n.translate import tr, translate
from labeltool.gui.session import Session
from labeltool.store import Store

SHARES = (80.0, 10.0, 10.0)
"""Shares of train, val and test that are offered."""

FILTER_PIXELS = 420
"""Width of the description of a filter; more is cut off, and in the tooltip."""

_Found = tuple[int, LossReport | UserError | None]
"""The number of the question, and its answer; None if nobody needs it any more."""


class ExportLabelsDialog(BaseDialog):
    """Asks which labels to export and in which format; writes nothing itself.

    `report`: what would be written and lost, None until it is worked out in the background.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Export labels"), tr("Export…"))
        self._session = session
        self._asked = 0  # reports of an earlier choice are dropped
        self.report: LossReport | None = None
        self._make_choices()
        self.content = self.add_text("")
        self.losses = self.add_text("", bold=True)
        # so that nothing jumps or is cut off while texts change
        for label, lines in ((self.content, 4), (self.losses, 3)):
            label.setMinimumHeight(lines * label.fontMetrics().lineSpacing())
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.ok.setText(tr("Export anyway…"))
        self.ok.ensurePolished()
        self.ok.setMinimumWidth(self.ok.sizeHint().width())
        self.setMinimumWidth(560)
        self.add_buttons()
        for box in (self.format, self.verdicts, self.parts):
            box.currentIndexChanged.connect(self._look)
        self.filtered.toggled.connect(self._look)
        self._look()

    def _make_choices(self) -> None:
        self.format, self.verdicts, self.parts = QComboBox(), QComboBox(), QComboBox()
        for known in FORMATS:
            self.format.addItem(tr(known.description), known.name)
        for text, verdicts in (
            (tr("Accepted and corrected"), LABEL_VERDICTS),
            (tr("Only corrected"), (Verdict.CORRECTED,)),
            (tr("Only accepted as proposed"), (Verdict.ACCEPTED,)),
        ):
            self.verdicts.addItem(text, verdicts)
        for text, split in (
            (tr("One part"), None),
            (tr("80 % train, 10 % val, 10 % test"), Split(SHARES)),
            (
                tr("80 % train, 10 % val, 10 % test; photos of a folder stay together"),
                Split(SHARES, FOLDER_RULE),
            ),
        ):
            self.parts.addItem(text, split)
        shown = self._session.desk.queue.filter
        self.everything = QRadioButton(tr("All faces"))
        described = describe_filter(shown, self._session.facets.round_names)
        named = tr("Under the filter: {filter}", filter=described)
        self.filtered = QRadioButton()
        self.filtered.setToolTip(named)
        self.filtered.setText(
            self.filtered.fontMetrics().elidedText(
                named, Qt.TextElideMode.ElideRight, FILTER_PIXELS
            )
        )
        self.filtered.setEnabled(shown.narrows)
        self.everything.setChecked(True)
        faces = QVBoxLayout()
        faces.setSpacing(theme.SPACING)
        faces.addWidget(self.everything)
        if shown.narrows:
            faces.addWidget(self.filtered)
        form = QFormLayout()
        form.setSpacing(2 * theme.SPACING)
        form.addRow(tr("Format"), self.format)
        form.addRow(tr("Which labels"), self.verdicts)
        form.addRow(tr("Which faces"), faces)
        form.addRow(tr("Parts"), self.parts)
        self.body.addLayout(form)

    @property
    def form(self) -> str:
        """The name of the chosen format."""
        return str(self.format.currentData())

    @property
    def choice(self) -> LabelChoice:
        """The chosen labels."""
        shown: Filter | None = None
        if self.filtered.isChecked():
            shown = self._session.desk.queue.filter
        return LabelChoice(tuple(self.verdicts.currentData()), shown)

    @property
    def split(self) -> Split | None:
        """The chosen parts."""
        found: Split | None = self.parts.currentData()
        return found

    @Slot()
    def _look(self) -> None:
        """Work out what the choice would write and lose."""
        self._asked += 1
        self.report = None
        self.ok.setEnabled(False)
        self.ok.setText(tr("Export…"))
        self.content.setText(tr("Working out what would be written…"))
        self.losses.setText("")
        self._session.tasks.run_hidden(
            "previews", tr("Working out what would be written"),
            partial(
                self._report, self._session.store, self.form, self.choice, self.split, self._asked
            ),
            succeeded=self._show,
        )  # fmt: skip

    def _report(
        self, store: Store, form: str, choice: LabelChoice, split: Split | None, asked: int,
        _progress: Progress,
    ) -> _Found:  # fmt: skip
        if asked != self._asked:  # another choice was made while this one waited
            return asked, None
        try:
            return asked, loss_report(store, form, choice, split)
        except UserError as error:
            return asked, error

    @Slot(object)
    def _show(self, result: object) -> None:
        asked, found = cast("_Found", result)
        if asked != self._asked:
            return
        if isinstance(found, UserError):
            self.content.setText(translate(found.what))
            return
        assert found is not None
        self.report = found
        self.content.setText(translate(found.content))
        self.losses.setText(translate(found.sentence))
        self.ok.setText(tr("Export anyway…") if found.losses else tr("Export…"))
        self.ok.setEnabled(found.faces > 0)
