"""What the preview of an import found, in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QListWidget, QWidget

from labeltool.domain import N_, Message
from labeltool.exchange.preview.label_preview import LISTED, LookedAt, Weighed
from labeltool.exchange.preview.preview_words import compared, mirrored
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr, translate, verdict_word


class FactList(QWidget):
    """Facts below each other: the name of each on the left, what it is on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(3 * theme.SPACING)
        self._grid.setVerticalSpacing(theme.SPACING)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, QLabel]] = []

    def show_facts(self, facts: Sequence[tuple[str, Message]]) -> None:
        """Show these facts: names (marked text) and what they are."""
        while len(self._rows) < len(facts):
            name, fact = QLabel(), QLabel()
            name.setAlignment(Qt.AlignmentFlag.AlignTop)
            name.setForegroundRole(name.palette().ColorRole.PlaceholderText)
            fact.setWordWrap(True)
            fact.setAlignment(Qt.AlignmentFlag.AlignTop)
            fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            row = len(self._rows)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(fact, row, 1)
            self._rows.append((name, fact))
        for row, (name, fact) in enumerate(self._rows):
            is_used = row < len(facts)
            name.setVisible(is_used)
            fact.setVisible(is_used)
            if is_used:
                name.setText(tr(facts[row][0]))
                fact.setText(translate(facts[row][1]))

    def text(self) -> str:
        """Everything that is shown, a line for each fact."""
        return "\n".join(
            f"{name.text()}: {fact.text()}" for name, fact in self._rows if not name.isHidden()
        )


def warning(weighed: Weighed) -> str:
    """What a person must not overlook; empty if nothing is suspicious."""
    found = weighed.comparison
    doubts = [mirrored(weighed)]
    if found is not None and (found.is_far or found.likely_shift is not None):
        doubts.append(compared(found))
    if weighed.refused is not None:
        doubts = [weighed.refused, Message(N_("Choose how they are mapped."))]
    return " ".join(translate(doubt) for doubt in doubts if doubt is not None)


def fill_details(shown: QListWidget, looked: LookedAt, weighed: Weighed) -> int:
    """List what is not used and which decisions are kept; returns how many there are of both."""
    shown.clear()
    reasons = (*looked.missing, *looked.source.read.problems, *weighed.problems)
    for reason in reasons[:LISTED]:
        shown.addItem(tr("Not used: {reason}", reason=translate(reason).removesuffix(".")))
    if len(reasons) > LISTED:
        shown.addItem(tr("and {count:,} more", count=len(reasons) - LISTED))
    for kept in weighed.listed:
        verdict = verdict_word(kept.verdict)
        text = tr("Kept: {photo} is {verdict}", photo=kept.photo, verdict=verdict)
        if kept.is_same:
            text = tr("Kept: {photo} is {verdict}, the same as in the file",
                      photo=kept.photo, verdict=verdict)  # fmt: skip
        shown.addItem(text)
    if weighed.kept > len(weighed.listed):
        shown.addItem(tr("and {count:,} more", count=weighed.kept - len(weighed.listed)))
    return len(reasons) + weighed.kept
