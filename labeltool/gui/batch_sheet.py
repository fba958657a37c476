"""What a batch would do, with every face of it to be seen, before it is done."""

from __future__ import annotations

import random
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QWidget

from labeltool.domain import Batch, Seen, Verdict
from labeltool.gui import theme
from labeltool.gui.dialogs import Ask
from labeltool.gui.face_grid import FaceGrid
from labeltool.gui.session import Session
from labeltool.gui.thumbs import Thumbs

SAMPLE = 200
"""Faces of a random sample."""

_WORDS = {
    Verdict.ACCEPTED: ("Accept", "accepted"),
    Verdict.REJECTED: ("Reject", "rejected"),
    Verdict.EXCLUDED: ("Exclude", "excluded"),
    Verdict.UNREVIEWED: ("Set back", "set back to unreviewed"),
}


class PreviewGrid(FaceGrid):
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


class BatchSheet(Ask):
    """Asks whether these faces are to have one verdict."""

    def __init__(
        self,
        session: Session,
        thumbs: Thumbs,
        faces: Sequence[int],
        verdict: Verdict,
        parent: QWidget | None = None,
    ) -> None:
        word, _ = _WORDS[verdict]
        super().__init__(parent, f"{word} {_faces(len(faces))}", word)
        self._verdict, self._ids = verdict, list[int]()
        self.batch: Batch = session.desk.plan_batch(faces, verdict)
        self._places: dict[int, int] = {}
        self.headline = self.sentence("")
        font = self.headline.font()
        font.setBold(True)
        self.headline.setFont(font)
        self.facts = self.sentence("")
        self.facts.setTextFormat(Qt.TextFormat.RichText)
        self.facts.setText(self._facts())
        self.also = QCheckBox(
            f"Also the {_faces(len(self.batch.decided))} that a person decided otherwise: "
            f"{_counts(self.batch.replaced)}"
        )
        self.also.setVisible(bool(self.batch.decided))
        self.also.setChecked(not self.batch.waiting)
        self.column.addWidget(self.also)
        self.shown = QComboBox()
        self.shown.addItem("Lowest scores first")
        self.shown.addItem("A sample")
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.shown)
        row.addWidget(self.hint, 1)
        self.column.addLayout(row)
        self.grid = PreviewGrid(thumbs, session.store.faces.cards)
        self.grid.side = 112
        self.grid.setMinimumHeight(240)
        self.column.addWidget(self.grid, 1)
        self.sentence("One undo takes all of it back.")
        self.finish()
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
        self.shown.setItemText(1, f"A sample of {SAMPLE}")
        leave = "Click a face to leave it out."
        self.hint.setText(
            f"{SAMPLE} of {len(self._meant()):,}, drawn at random. {leave}" if sampled else leave
        )
        self.hint.setVisible(bool(meant))
        self.grid.setVisible(bool(meant))
        self._count()

    def _place(self, face_id: int) -> int:
        return self._places.get(face_id, -1)

    @Slot()
    def _count(self) -> None:
        word, done = _WORDS[self._verdict]
        number = len(self.seen())
        left = len(self._meant()) - number
        text = f"{_faces(number)} would be {done}"
        text += f", {left:,} left out." if left else "."
        self.headline.setText(text if number else f"No face would be {done}.")
        self.ok.setText(f"{word} {number:,}")
        self.ok.setEnabled(number > 0)

    def _facts(self) -> str:
        batch, dark = self.batch, theme.is_dark()
        now = " · ".join(
            f"{count:,} <span style='color:{theme.verdict_colour(verdict, dark).name()}'>"
            f"{verdict}</span>"
            for verdict, count in batch.verdicts.items()
        )
        lines = [f"Now: {now}"]
        if batch.lowest is not None:
            lines.append(f"Lowest score of those that wait for a verdict: {batch.lowest:.2f}")
        stay = [
            f"{count:,} {why}"
            for count, why in (
                (batch.same, _already(batch)),
                (batch.drafts, "with unsaved moves"),
                (batch.bare, "without a proposal"),
            )
            if count
        ]
        if stay:
            lines.append("These stay as they are: " + ", ".join(stay) + ".")
        return "<br>".join(lines)


def _already(batch: Batch) -> str:
    if batch.verdict is Verdict.ACCEPTED:
        return "accepted or corrected already"
    return f"{batch.verdict} already"


def _faces(count: int) -> str:
    return f"{count:,} face" if count == 1 else f"{count:,} faces"


def _counts(verdicts: dict[Verdict, int]) -> str:
    return ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.items())
