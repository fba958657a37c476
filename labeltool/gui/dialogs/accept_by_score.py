"""Accept all unreviewed faces above a score."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QWidget,
)

from labeltool.gui.dialogs.dialog_base import BaseDialog
from labeltool.gui.i18n.translate import faces_words, read, tr
from labeltool.gui.session import Session
from labeltool.store import Threshold


class AcceptByScoreDialog(BaseDialog):
    """Accept every unreviewed face whose score is at least so much, with the count before."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, tr("Accept by score"), tr("Accept"))
        self._session = session
        self.words = self.add_text("")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setMinimumHeight(24)
        self.value = QDoubleSpinBox()
        self.value.setRange(0, 1)
        self.value.setSingleStep(0.01)
        self.value.setValue(0.7)
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Score at least")))
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        self.body.addLayout(row)
        self.count = self.add_text("")
        font = self.count.font()
        font.setBold(True)
        self.count.setFont(font)
        self.add_text(tr("They are shown before. One undo takes all of it back."))
        self.add_buttons()
        self.value.valueChanged.connect(self._changed)
        self.slider.valueChanged.connect(self._slid)
        self._changed(0.7)

    @property
    def threshold(self) -> Threshold | None:
        """What was chosen."""
        found = self._session.desk.batches.threshold(round(self.value.value(), 4))
        return None if found is None else found[1]

    @Slot(int)
    def _slid(self, value: int) -> None:
        if round(self.value.value() * 100) != value:
            self.value.setValue(value / 100)

    @Slot(float)
    def _changed(self, value: float) -> None:
        self.slider.setValue(round(value * 100))
        found = self._session.desk.batches.threshold(round(value, 4))
        number = 0 if found is None else self._session.desk.batches.count_within(found[1])
        model = "-" if found is None else found[0]
        self.words.setText(
            tr("Unreviewed faces by the scores of the model “{model}”.", model=read(model))
        )
        self.count.setText(tr("{faces} would be accepted.", faces=faces_words(number)))
        self.ok.setText(tr("Look at {count:,}…", count=number))
        self.ok.setEnabled(number > 0)
