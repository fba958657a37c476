"""What a batch would do, with every face of it to be seen, before it is done."""

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
from labeltool.gui.i18n.translate import count_words, faces_words, tr, verdict_word
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.session import Session

SAMPLE = 200
"""Faces of a random sample."""

_WORDS = {
    Verdict.ACCEPTED: (N_("Accept {faces}"), N_("Accept {count:,}")),
    Verdict.REJECTED: (N_("Reject {faces}"), N_("Reject {count:,}")),
    Verdict.EXCLUDED: (N_("Exclude {faces}"), N_("Exclude {count:,}")),
    Verdict.UNREVIEWED: (N_("Set {faces} back"), N_("Set back {count:,}")),
}
"""The title of the sheet, and its button."""

_WOULD = {
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
        N_("{faces} would be set back to unreviewed."),
        N_("{faces} would be set back to unreviewed, {left:,} left out."),
        N_("No face would be set back to unreviewed."),
    ),
}  # fmt: skip
"""What it would do: to all, without those left out, to none."""


class PreviewGrid(SelectableGrid):
    """A grid in which a click leaves a face out, or takes it in again.

    Signals:
        left_out_changed: a face was left out or taken in.
    """

    left_out_changed = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Leave out or take in."""
        place = self.place_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self._turn(self.selection.only(self.selection.ids[place]))

    def mouseMoveEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        """Nothing is dragged here."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Two quick clicks are two clicks."""
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space does what a click does."""
        current = self.selection.current
        if event.key() == Qt.Key.Key_Space and current is not None:
            self._turn(current)
        else:
            super().keyPressEvent(event)

    def _turn(self, face_id: int) -> None:
        self.left_out ^= {face_id}
        self.update_looks()
        self.left_out_changed.emit()


class BatchPreviewDialog(BaseDialog):
    """Asks whether these faces are to have one verdict."""

    def __init__(
        self,
        session: Session,
        thumbs: ThumbnailLoader,
        faces: Sequence[int],
        verdict: Verdict,
        parent: QWidget | None = None,
    ) -> None:
        title, word = _WORDS[verdict]
        super().__init__(
            parent, tr(title, faces=faces_words(len(faces))), tr(word, count=len(faces))
        )
        self._verdict, self._ids = verdict, list[int]()
        self.batch: Batch = session.desk.batches.plan(faces, verdict)
        self._places: dict[int, int] = {}
        self.headline = self.add_text("")
        font = self.headline.font()
        font.setBold(True)
        self.headline.setFont(font)
        self.facts = self.add_text("")
        self.facts.setTextFormat(Qt.TextFormat.RichText)
        self.facts.setText(self._facts())
        self.also = QCheckBox(
            tr(
                "Also the {faces} that a person decided otherwise: {verdicts}",
                faces=faces_words(len(self.batch.decided)),
                verdicts=_counts(self.batch.replaced),
            )
        )
        self.also.setVisible(bool(self.batch.decided))
        self.also.setChecked(not self.batch.waiting)
        self.body.addWidget(self.also)
        self.shown = QComboBox()
        self.shown.addItem(tr("Lowest scores first"))
        self.shown.addItem(tr("A sample of {count}", count=SAMPLE))
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.shown)
        row.addWidget(self.hint, 1)
        self.body.addLayout(row)
        self.grid = PreviewGrid(thumbs, session.store.faces.cards)
        self.grid.side = 112
        self.grid.setMinimumHeight(240)
        self.body.addWidget(self.grid, 1)
        self.add_text(tr("One undo takes all of it back."))
        self.add_buttons()
        self.resize(860, 620)
        self.also.toggled.connect(self._fill)
        self.shown.currentIndexChanged.connect(self._fill)
        self.grid.left_out_changed.connect(self._count)
        self._fill()
        self.ok.setDefault(True)
        self.ok.setFocus()

    def seen(self) -> list[Seen]:
        """The faces to decide, as they were looked at here."""
        out = self.grid.left_out
        return [seen for seen in self._meant() if seen[0] not in out]

    def _meant(self) -> list[Seen]:
        if self.also.isChecked():
            return self.batch.waiting + self.batch.decided
        return self.batch.waiting

    @Slot()
    def _fill(self) -> None:
        meant = [seen[0] for seen in self._meant()]
        many = len(meant) > SAMPLE
        self.shown.setVisible(many)
        sampled = many and self.shown.currentIndex() == 1
        if sampled:
            # the same sample each time, or a face that was left out could not be found again
            places = random.Random(len(meant)).sample(range(len(meant)), SAMPLE)
            meant = [meant[place] for place in sorted(places)]
        self._ids = meant
        self._places = {face_id: place for place, face_id in enumerate(meant)}
        self.grid.set_faces(meant, self._place)
        self.grid.verticalScrollBar().setValue(0)
        leave = tr("Click a face to leave it out.")
        if sampled:
            total = len(self._meant())
            drawn = tr("{count} of {total:,}, drawn at random.", count=SAMPLE, total=total)
            leave = f"{drawn} {leave}"
        self.hint.setText(leave)
        self.hint.setVisible(bool(meant))
        self.grid.setVisible(bool(meant))
        self._count()

    def _place(self, face_id: int) -> int:
        return self._places.get(face_id, -1)

    @Slot()
    def _count(self) -> None:
        whole, part, none = _WOULD[self._verdict]
        number = len(self.seen())
        left = len(self._meant()) - number
        text = (part if left else whole) if number else none
        self.headline.setText(tr(text, faces=faces_words(number), left=left))
        self.ok.setText(tr(_WORDS[self._verdict][1], count=number))
        self.ok.setEnabled(number > 0)

    def _facts(self) -> str:
        batch, dark = self.batch, theme.is_dark()
        parts = []
        for verdict, count in batch.verdicts.items():
            colour = theme.verdict_colour(verdict, dark).name()
            word = f"<span style='color:{colour}'>{verdict_word(verdict)}</span>"
            parts.append(count_words(count, word))
        now = " · ".join(parts)
        lines = [tr("Now: {verdicts}", verdicts=now)]
        if batch.lowest is not None:
            lowest = tr("Lowest score of those that wait for a verdict: {score:.2f}",
                        score=batch.lowest)  # fmt: skip
            lines.append(lowest)
        same = N_("{count:,} {verdict} already")
        if batch.verdict is Verdict.ACCEPTED:
            same = N_("{count:,} accepted or corrected already")
        stay = [
            tr(why, count=count, verdict=verdict_word(batch.verdict))
            for count, why in (
                (batch.same, same),
                (batch.drafts, N_("{count:,} with unsaved moves")),
                (batch.bare, N_("{count:,} without a proposal")),
            )
            if count
        ]
        if stay:
            lines.append(tr("These stay as they are: {faces}.", faces=", ".join(stay)))
        return "<br>".join(lines)


def _counts(verdicts: dict[Verdict, int]) -> str:
    return ", ".join(count_words(count, verdict_word(v)) for v, count in verdicts.items())
