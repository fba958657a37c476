"""Accept every unreviewed face at or above a score, without a bound on how many are wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from labeltool.domain import model_name
from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import faces_words, tr, translate
from labeltool.gui.session import Session
from labeltool.store import Threshold

DEFAULT_SCORE = 0.7


class AcceptByScoreDialog(BaseDialog):
    """Choose a score, and see how many unreviewed faces reach it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Accept by score"), tr("Accept"))
        self._session = session
        self.model = self.add_text("")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setMinimumHeight(24)
        self.score = QDoubleSpinBox()
        self.score.setRange(0, 1)
        self.score.setSingleStep(0.01)
        self.score.setValue(DEFAULT_SCORE)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Score at least")))
        row.addWidget(self.slider, 1)
        row.addWidget(self.score)
        self.body.addLayout(row)
        self.count = self.add_text("", bold=True)
        self.add_text(
            tr(
                "Without a bound: a score says little of the error, so nobody knows how many of "
                "these faces are wrong."
            )
        )
        self.wants_guarantee = False
        self.guarantee = QPushButton(tr("Accept with a guarantee instead…"))
        self.guarantee.setAutoDefault(False)
        self.guarantee.clicked.connect(self._choose_guarantee)
        self.body.addWidget(self.guarantee)
        self.add_text(tr("You see them before anything is decided. One undo reverts all of it."))
        self.add_buttons()
        self.score.valueChanged.connect(self._set_score)
        self.slider.valueChanged.connect(self._move_slider)
        self._set_score(DEFAULT_SCORE)

    @property
    def threshold(self) -> Threshold | None:
        """The chosen score of the desk's model; None where there is no model."""
        found = self._session.desk.batches.threshold(round(self.score.value(), 4))
        return None if found is None else found[1]

    @Slot()
    def _choose_guarantee(self) -> None:
        self.wants_guarantee = True
        self.reject()

    @Slot(int)
    def _move_slider(self, percent: int) -> None:
        if round(self.score.value() * 100) != percent:
            self.score.setValue(percent / 100)

    @Slot(float)
    def _set_score(self, score: float) -> None:
        self.slider.setValue(round(score * 100))
        found = self._session.desk.batches.threshold(round(score, 4))
        count = 0 if found is None else self._session.desk.batches.count_within(found[1])
        name = "-" if found is None else translate(model_name(found[0]))
        self.model.setText(tr("Unreviewed faces, scored by the model “{model}”.", model=name))
        self.count.setText(tr("{faces} would be accepted.", faces=faces_words(count)))
        self.ok.setText(tr("Preview {count:,}…", count=count))
        self.ok.setEnabled(count > 0)
