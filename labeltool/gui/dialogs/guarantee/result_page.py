"""What came of an acceptance: how many faces may be accepted, and what is known of the reviewer."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Message
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr, translate
from labeltool.trust.acceptance_state import AcceptanceState


class ResultPage(QWidget):
    """Says what holds, and offers to accept, to go on, or to export the certificate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline, self.statement, self.advice = QLabel(), QLabel(), QLabel()
        self.reviewer, self.formula = QLabel(), QLabel()
        self.accept, self.go_on = QPushButton(), QPushButton(tr("Look at more faces"))
        self.export, self.undo = QPushButton(tr("Export certificate…")), QPushButton(tr("Undo"))
        self.close_button = QPushButton(tr("Close"))
        font = self.headline.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.3)
        self.headline.setFont(font)
        self.fold = QToolButton()
        self.fold.setText(tr("How this is calculated"))
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self.formula.setVisible)
        self.formula.setVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * theme.SPACING)
        for label in (self.headline, self.statement, self.advice, self.reviewer):
            label.setWordWrap(True)
            layout.addWidget(label)
        self.formula.setWordWrap(True)
        layout.addWidget(self.fold)
        layout.addWidget(self.formula)
        layout.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.SPACING)
        for button in (self.go_on, self.export, self.undo):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.accept)
        layout.addLayout(buttons)

    def show_state(self, state: AcceptanceState, statement: Message, can_go_on: bool) -> None:
        """Before anything is accepted. `statement`: what is guaranteed of the faces."""
        if state.can_accept:
            self.headline.setText(
                tr("{count:,} faces can be accepted with the guarantee.", count=state.holds_for)
            )
            self.statement.setText(translate(statement))
            self.advice.setText(tr("Faces that you called wrong are not among them."))
        else:
            self.headline.setText(tr("No set of these faces can be accepted with this guarantee."))
            self.statement.setText(translate(state.sentence))
            self.advice.setText(
                tr(
                    "Train a round on your corrections and predict again; or ask for less: a "
                    "larger share, a wider tolerance, or a filter with fewer hard faces."
                )
            )
        self._show_reviewer(state)
        self.accept.setText(tr("Accept {count:,}", count=state.holds_for))
        self.accept.setVisible(state.can_accept)
        self.accept.setDefault(state.can_accept)
        self.go_on.setVisible(can_go_on)
        self.export.hide()
        self.undo.hide()

    def show_accepted(self, message: Message | None, certificate: str) -> None:
        """After it: what was accepted, under which certificate."""
        self.headline.setText(tr("Accepted with the guarantee."))
        if message is not None:
            self.statement.setText(translate(message))
        self.advice.setText(tr("Certificate {name}, kept in the project.", name=certificate[:10]))
        self.accept.hide()
        self.go_on.hide()
        self.export.show()
        self.undo.show()

    def _show_reviewer(self, state: AcceptanceState) -> None:
        seen, parts = state.reviewer, []
        if seen.planted:
            parts.append(
                tr(
                    "Some of the faces were shifted on purpose: you found {found} of {planted}. "
                    "The guarantee reckons with what anybody misses.",
                    found=seen.found, planted=seen.planted,
                )
            )  # fmt: skip
        if seen.repeats:
            parts.append(
                tr(
                    "{repeats} faces came twice; you said the same of {same}.",
                    repeats=seen.repeats, same=seen.repeats - seen.differing,
                )
            )  # fmt: skip
        self.reviewer.setText(" ".join(parts))
        self.reviewer.setVisible(bool(parts))
        self._show_formula(state)

    def _show_formula(self, state: AcceptanceState) -> None:
        rows = [
            tr(
                "{size:,} faces: {looked:,} looked at, {wrong} wrong, "
                "e-value {e:.1f} of {needed:.0f}",
                size=each.size, looked=each.looked_at, wrong=each.wrong, e=each.e_value,
                needed=each.needed,
            )
            for each in state.sets
        ]  # fmt: skip
        rows.append(
            tr(
                "A betting test for draws without replacement: it may be watched after every "
                "face. Sets are tried from the smallest expected errors up. You find at least "
                "{share:.0f} % of errors.",
                share=100 * state.reviewer.lowest,
            )
        )
        self.formula.setText("\n".join(rows))

    @Slot()
    def wait(self) -> None:
        """While the faces are accepted."""
        self.accept.setEnabled(False)
        self.advice.setText(tr("Accepting…"))
