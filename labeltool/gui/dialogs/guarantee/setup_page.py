"""What is to be guaranteed, of which faces."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain.tolerance import MAX_TOLERANCE, MIN_TOLERANCE
from labeltool.gui import theme
from labeltool.gui.dialogs.guarantee.judged_face import JudgedFace
from labeltool.gui.i18n.filter_labels import describe_filter
from labeltool.gui.i18n.translate import faces_words, tr
from labeltool.gui.session import Session
from labeltool.trust.acceptance_settings import AcceptanceSettings

DEFAULT_PERCENT = 5.0
DEFAULT_CONFIDENCE_PERCENT = 95.0


class SetupPage(QWidget):
    """Asks for the share of wrong faces, the tolerance and the confidence, in one sentence.

    Signals:
        started: AcceptanceSettings to begin with.
        resumed: the person goes on with what was not finished.
    """

    started = Signal(object)
    resumed = Signal()

    def __init__(self, session: Session, sample: JudgedFace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._sample = session, sample
        self.limit = _percent(0.5, 40, DEFAULT_PERCENT)
        self.tolerance = _percent(100 * MIN_TOLERANCE, 100 * MAX_TOLERANCE, 8)
        self.tolerance.setValue(100 * session.store.trust.tolerance())
        self.confidence = _percent(50, 99.9, DEFAULT_CONFIDENCE_PERCENT)
        self.grouped_by = QComboBox()
        for name, words in (
            ("", tr("all of them together")), ("folder", tr("each folder of photos by itself")),
            ("pose", tr("each pose by itself: left, frontal, right")),
        ):  # fmt: skip
            self.grouped_by.addItem(words, name)
        self.grouped_by.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.measure = QCheckBox(tr("Find out how many errors I see"))
        self.measure.setChecked(True)
        self.measure.setToolTip(
            tr("Some of the faces are shifted on purpose. Without them, you are taken to see all.")
        )
        self.start = QPushButton(tr("Start"))
        self.resume = QPushButton(tr("Go on where you stopped"))
        self.resume.setVisible(False)
        self.which, self.problem = QLabel(), QLabel()
        self._place()
        self.start.clicked.connect(self._start)
        self.resume.clicked.connect(self.resumed)
        self.tolerance.valueChanged.connect(self._show_tolerance)

    def _place(self) -> None:
        shown = self._session.desk.queue.filter
        self.which.setText(
            tr(
                "Which faces: those under the filter that nobody judged ({filter}; {faces} listed)",
                filter=describe_filter(shown, self._session.facets.round_names),
                faces=faces_words(len(self._session.desk.queue.faces)),
            )
        )
        sentence = QGridLayout()
        sentence.setHorizontalSpacing(2 * theme.SPACING)
        sentence.setVerticalSpacing(2 * theme.SPACING)
        for row, (before, box, after) in enumerate(
            (
                (tr("At most"), self.limit, tr("of these faces have a landmark")),
                (tr("off by more than"), self.tolerance, tr("of the distance between the eyes,")),
                (tr("with"), self.confidence, tr("confidence.")),
            )
        ):
            label = QLabel(before)
            label.setBuddy(box)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            sentence.addWidget(label, row, 0)
            sentence.addWidget(box, row, 1)
            sentence.addWidget(QLabel(after), row, 2)
        sentence.setColumnStretch(2, 1)
        explanation = QLabel(
            tr(
                "You look at faces drawn at random, and say of each whether it is right. As soon "
                "as that is enough, all of them are accepted at once; one undo takes it back."
            )
        )
        groups = QHBoxLayout()
        label = QLabel(tr("It holds for"))
        label.setBuddy(self.grouped_by)
        groups.addWidget(label)
        groups.addWidget(self.grouped_by, 1)
        left = QVBoxLayout()
        left.setSpacing(3 * theme.SPACING)
        for label in (self.which, explanation, self.problem):
            label.setWordWrap(True)
        left.addWidget(self.which)
        left.addLayout(sentence)
        left.addWidget(explanation)
        left.addLayout(groups)
        left.addWidget(self.measure)
        left.addWidget(self.problem)
        left.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.resume)
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        left.addLayout(buttons)
        caption = QLabel(tr("A landmark is right inside its circle; along a contour it may slide."))
        caption.setWordWrap(True)
        right = QVBoxLayout()
        right.addWidget(self._sample, 1)
        right.addWidget(caption)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4 * theme.SPACING)
        layout.addLayout(left, 1)
        layout.addLayout(right, 1)

    @Slot(float)
    def _show_tolerance(self, percent: float) -> None:
        self._sample.set_tolerance(percent / 100)

    @Slot()
    def _start(self) -> None:
        self.started.emit(
            AcceptanceSettings(
                self._session.desk.queue.filter, self.limit.value() / 100,
                self.confidence.value() / 100, self.tolerance.value() / 100,
                grouped_by=self.grouped_by.currentData(), measure_reviewer=self.measure.isChecked(),
            )
        )  # fmt: skip


def _percent(low: float, high: float, value: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(1)
    box.setRange(low, high)
    box.setSingleStep(0.5)
    box.setSuffix(" %")
    box.setValue(value)
    box.setMinimumHeight(24)
    return box
