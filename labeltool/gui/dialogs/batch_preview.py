"""The preview of a batch: what it would do, and every face of it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QWidget

from labeltool.domain import N_, Batch, Seen, Verdict
from labeltool.gui import theme
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.gallery.selectable_grid import SelectableGrid
from labeltool.gui.i18n.error_words import percent_words
from labeltool.gui.i18n.translate import count_words, faces_words, tr, verdict_word
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.session import Session

SAMPLE_FACES = 200
"""Faces in a random sample."""

_TITLE_AND_BUTTON = {
    Verdict.ACCEPTED: (N_("Accept {faces}"), N_("Accept {count:,}")),
    Verdict.REJECTED: (N_("Reject {faces}"), N_("Reject {count:,}")),
    Verdict.EXCLUDED: (N_("Exclude {faces}"), N_("Exclude {count:,}")),
    Verdict.UNREVIEWED: (N_("Reset {faces}"), N_("Reset {count:,}")),
}
"""The title of the dialog, and the text of its OK button."""

_HEADLINES = {
    Verdict.ACCEPTED: (
        N_("{faces} would be accepted."), N_("{faces} would be accepted, {left:,} left out."),
        N_("No face would be accepted."),
    ),
    Verdict.REJECTED: (
        N_("{faces} would be rejected."), N_("{faces} would be rejected, {left:,} left out."),
        N_("No face would be rejected."),
    ),
    Verdict.EXCLUDED: (
        N_("{faces} would be excluded."), N_("{faces} would be excluded, {left:,} left out."),
        N_("No face would be excluded."),
    ),
    Verdict.UNREVIEWED: (
        N_("{faces} would be reset to unreviewed."),
        N_("{faces} would be reset to unreviewed, {left:,} left out."),
        N_("No face would be reset to unreviewed."),
    ),
}  # fmt: skip
"""What the batch would do: with all faces, with some left out, with none."""


class PreviewGrid(SelectableGrid):
    """A grid in which a click leaves a face out of the batch, or includes it again.

    Signals:
        left_out_changed: a face was left out or included again.
    """

    left_out_changed = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Toggle the face under the mouse."""
        index = self.index_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._toggle(self.selection.select(self.selection.ids[index]))

    def mouseMoveEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        """Do nothing: faces cannot be dragged here."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Treat a double click as two clicks."""
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Toggle the current face with Space."""
        current = self.selection.current
        if event.key() == Qt.Key.Key_Space and current is not None:
            self._toggle(current)
        else:
            super().keyPressEvent(event)

    def _toggle(self, face_id: int) -> None:
        self.left_out ^= {face_id}
        self.update_looks()
        self.left_out_changed.emit()


class BatchPreviewDialog(BaseDialog):
    """Asks whether some faces are to get the same verdict."""

    def __init__(
        self,
        session: Session,
        thumbnails: ThumbnailLoader,
        faces: Sequence[int],
        verdict: Verdict,
        parent: QWidget | None = None,
    ) -> None:
        title, button = _TITLE_AND_BUTTON[verdict]
        super().__init__(
            parent, tr(title, faces=faces_words(len(faces))), tr(button, count=len(faces))
        )
        self._verdict = verdict
        self.batch: Batch = session.desk.batches.plan(faces, verdict)
        self._rows: dict[int, int] = {}
        self.headline = self.add_text("", bold=True)
        self.facts = self.add_text("")
        self.facts.setTextFormat(Qt.TextFormat.RichText)
        self.facts.setText(self._facts())
        self.include_decided = QCheckBox(
            tr(
                "Also change {faces} already decided by a person: {verdicts}",
                faces=faces_words(len(self.batch.decided)),
                verdicts=_counts(self.batch.replaced),
            )
        )
        self.include_decided.setVisible(bool(self.batch.decided))
        self.include_decided.setChecked(not self.batch.waiting)
        self.body.addWidget(self.include_decided)
        self.order = QComboBox()
        self.order.addItem(tr("Largest expected error first"))
        self.order.addItem(tr("Random sample of {count}", count=SAMPLE_FACES))
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.order)
        row.addWidget(self.hint, 1)
        self.body.addLayout(row)
        self.grid = PreviewGrid(thumbnails, session.store.faces.cards)
        self.grid.side = 112
        self.grid.setMinimumHeight(240)
        self.body.addWidget(self.grid, 1)
        self.add_text(tr("One undo reverts all of it."))
        self.add_buttons()
        self.resize(860, 620)
        self.include_decided.toggled.connect(self._fill)
        self.order.currentIndexChanged.connect(self._fill)
        self.grid.left_out_changed.connect(self._update_count)
        self._fill()
        self.ok.setDefault(True)
        self.ok.setFocus()

    def seen(self) -> list[Seen]:
        """The faces to decide, each with the entry and prediction that were shown here."""
        out = self.grid.left_out
        return [seen for seen in self._candidates() if seen[0] not in out]

    def _candidates(self) -> list[Seen]:
        if self.include_decided.isChecked():
            return self.batch.waiting + self.batch.decided
        return self.batch.waiting

    @Slot()
    def _fill(self) -> None:
        candidates = [seen[0] for seen in self._candidates()]
        is_large = len(candidates) > SAMPLE_FACES
        self.order.setVisible(is_large)
        is_sampled = is_large and self.order.currentIndex() == 1
        if is_sampled:
            # seeded: the same sample each time, so that a face left out is found again
            rows = random.Random(len(candidates)).sample(range(len(candidates)), SAMPLE_FACES)
            candidates = [candidates[row] for row in sorted(rows)]
        self._rows = {face_id: row for row, face_id in enumerate(candidates)}
        self.grid.set_faces(candidates, self._row_of)
        self.grid.verticalScrollBar().setValue(0)
        hint = tr("Click a face to leave it out.")
        if is_sampled:
            total = len(self._candidates())
            drawn = tr("{count} of {total:,}, drawn at random.", count=SAMPLE_FACES, total=total)
            hint = f"{drawn} {hint}"
        self.hint.setText(hint)
        self.hint.setVisible(bool(candidates))
        self.grid.setVisible(bool(candidates))
        self._update_count()

    def _row_of(self, face_id: int) -> int:
        return self._rows.get(face_id, -1)

    @Slot()
    def _update_count(self) -> None:
        all_text, some_text, none_text = _HEADLINES[self._verdict]
        count = len(self.seen())
        left = len(self._candidates()) - count
        text = (some_text if left else all_text) if count else none_text
        self.headline.setText(tr(text, faces=faces_words(count), left=left))
        self.ok.setText(tr(_TITLE_AND_BUTTON[self._verdict][1], count=count))
        self.ok.setEnabled(count > 0)

    def _facts(self) -> str:
        batch, dark = self.batch, theme.is_dark()
        parts = []
        for verdict, count in batch.verdicts.items():
            colour = theme.verdict_colour(verdict, dark).name()
            word = f"<span style='color:{colour}'>{verdict_word(verdict)}</span>"
            parts.append(count_words(count, word))
        now = " · ".join(parts)
        lines = [tr("Now: {verdicts}", verdicts=now)]
        if batch.largest_error is not None:
            largest = percent_words(batch.largest_error)
            lines.append(
                tr("Largest expected error of the undecided faces: {error}", error=largest)
            )
        same = N_("{count:,} already {verdict}")
        if batch.verdict is Verdict.ACCEPTED:
            same = N_("{count:,} already accepted or corrected")
        unchanged = [
            tr(text, count=count, verdict=verdict_word(batch.verdict))
            for count, text in (
                (batch.same, same),
                (batch.drafts, N_("{count:,} with unsaved moves")),
                (batch.bare, N_("{count:,} without a proposal")),
            )
            if count
        ]
        if unchanged:
            lines.append(tr("Unchanged: {faces}.", faces=", ".join(unchanged)))
        return "<br>".join(lines)


def _counts(verdicts: dict[Verdict, int]) -> str:
    return ", ".join(count_words(count, verdict_word(v)) for v, count in verdicts.items())
