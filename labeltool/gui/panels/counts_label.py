"""The counts of photos and faces in the status bar."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from labeltool.domain import VERDICTS, Counts
from labeltool.gui import theme
from labeltool.gui.i18n.translate import count_words, faces_words, tr, verdict_word


class CountsLabel(QLabel):
    """How many photos and faces there are, by verdict."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.tabular(self.font()))
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setContentsMargins(2 * theme.SPACING, 0, 2 * theme.SPACING, 0)
        self._shown: tuple[Counts, bool] | None = None

    def show_counts(self, counts: Counts) -> None:
        """Show counts, each verdict in its colour for the palette in use."""
        dark = theme.is_dark()
        if self._shown == (counts, dark):
            return
        self._shown = counts, dark
        photos = tr("%Ln photo(s)", "", counts.photos)
        parts = [f"{photos}, {faces_words(counts.faces)}"]
        for verdict in VERDICTS:
            colour = theme.verdict_colour(str(verdict), dark).name()
            word = f"<span style='color:{colour}'>{verdict_word(verdict)}</span>"
            parts.append(count_words(getattr(counts, verdict), word))
        if counts.proposed:
            to_review = tr("{count:,} to review", count=counts.proposed)
            parts.append(f"<b>{to_review}</b>")
        if counts.waiting:
            parts.append(tr("%Ln photo(s) waiting", "", counts.waiting))
        if counts.problems:
            parts.append(tr("%Ln photo problem(s)", "", counts.problems))
        self.setText(" &nbsp;·&nbsp; ".join(parts))
