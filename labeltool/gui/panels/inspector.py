"""The inspector: facts of the face on the desk, and the progress of the review."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import FINAL, Changes, Face, Prediction, Verdict, model_name
from labeltool.domain.tolerance import expected_errors
from labeltool.gui import theme
from labeltool.gui.i18n.error_words import face_error_words
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import of_words, sentence, tr, translate, verdict_word
from labeltool.gui.panels.circle_badge import CircleBadge
from labeltool.gui.panels.elided_label import ElidedLabel
from labeltool.gui.panels.inspection.finding_box import FindingBox
from labeltool.gui.panels.landmark_list import LandmarkList
from labeltool.gui.session import Session
from pipnet.text import one_line


class RawFigures(QWidget):
    """The expected error, and in a fold what the network says of itself, which says little of the
    error."""

    def __init__(self, error: QLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fold, self.figures = QToolButton(), QLabel()
        self.fold.setAccessibleName(tr("Raw figures"))
        self.fold.setToolTip(
            tr("Raw figures: what the network says of itself; it says little of the error")
        )
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setFixedSize(24, 24)
        self.fold.toggled.connect(self._unfold)
        self.figures.setFont(theme.tabular(theme.small(self.figures.font())))
        self.figures.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACING)
        row.addWidget(error)
        row.addWidget(self.fold)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.figures)
        self._unfold(False)

    @Slot(bool)
    def _unfold(self, is_unfolded: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if is_unfolded else Qt.ArrowType.RightArrow
        self.fold.setArrowType(arrow)
        self.figures.setVisible(is_unfolded)

    def show_prediction(self, prediction: Prediction | None) -> None:
        """Show the raw score of a proposal, and how far the votes of its landmarks differ."""
        if prediction is None:
            self.figures.setText("-")
            return
        self.figures.setText(
            tr(
                "Score {score:.2f}, votes spread over {spread:.1f} % of the box",
                score=prediction.score, spread=100 * prediction.spread,
            )
        )  # fmt: skip


class Inspector(QWidget):
    """Shows verdict, expected error, file and model of the face, its landmarks, and the review
    progress. What the network says of itself is in a fold."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.icon, self.verdict = QLabel(), QLabel()
        font = self.verdict.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.verdict.setFont(font)
        self.verdict.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(self.icon)
        head.addWidget(self.verdict, 1)
        self.error = QLabel()
        self.error.setFont(theme.tabular(self.error.font()))
        self.error.setToolTip(
            tr(
                "How far a landmark of this face is off on average, as expected: in pixels of the "
                "photo, and in per cent of the norm, such as the distance of the outer corners of "
                "the eyes"
            )
        )
        self.raw = RawFigures(self.error)
        self.file, self.model, self.decided = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.position = QLabel()
        self.position.setFont(theme.tabular(self.position.font()))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setHorizontalSpacing(2 * theme.SPACING)
        form.setVerticalSpacing(theme.SPACING)
        form.addRow(tr("Error"), self.raw)
        form.addRow(tr("File"), self.file)
        form.addRow(tr("Position"), self.position)
        form.addRow(tr("Model"), self.model)
        form.addRow(tr("Changed"), self.decided)
        self.trained_as = ElidedLabel()
        form.addRow(tr("Training"), self.trained_as)
        self.badge = CircleBadge(session)
        self.findings = FindingBox(session)
        self.landmarks = LandmarkList(session.store.scheme.names)
        self.progress = QProgressBar()
        self.progress.setToolTip(tr("Reviewed faces of the project"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addLayout(head)
        layout.addLayout(form)
        layout.addWidget(self.badge)
        layout.addWidget(self.findings)
        layout.addWidget(self.landmarks, 1)
        layout.addWidget(QLabel(tr("Reviewed")))
        layout.addWidget(self.progress)
        session.settled.connect(self.refresh)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icon for a new palette."""
        super().changeEvent(event)
        face = self._session.desk.face
        if event.type() == QEvent.Type.PaletteChange and face is not None:
            self._show_icon(face)

    @Slot(object)
    def refresh(self, _changes: Changes | None = None) -> None:
        """Show the desk's face."""
        # QProgressBar.setValue repaints at once, together with every pending paint of the window
        self.progress.setUpdatesEnabled(False)
        self._update()
        self.progress.setUpdatesEnabled(True)

    def _update(self) -> None:
        face, counts = self._session.desk.face, self._session.desk.counts
        reviewed = counts.faces - counts.unreviewed
        self.progress.setRange(0, max(1, counts.faces))
        self.progress.setValue(reviewed)
        self.progress.setFormat(of_words(reviewed, counts.faces))
        self.setEnabled(face is not None)
        self.findings.refresh()
        if face is None:
            self.verdict.setText(tr("No face"))
            self.icon.clear()
            self.landmarks.show_face(None, set(), None)
            for label in (self.file, self.model, self.decided, self.trained_as):
                label.set_full_text("")
            self.position.setText("")
            self.error.setText("-")
            self.raw.show_prediction(None)
            return
        text = verdict_word(face.verdict)
        if face.draft is not None:
            text = tr("{verdict}, moved", verdict=text)
        elif self._session.desk.has_newer_proposal:
            text = tr("{verdict}, newer proposal available", verdict=text)
        elif face.verdict is Verdict.REJECTED and face.offered:
            text = tr("{verdict}, new proposal", verdict=text)
        elif face.missing is not None and face.verdict in FINAL:
            text = tr("{verdict}, landmarks missing", verdict=text)
        self.verdict.setText(sentence(text) + (" ⚑" if face.flag else ""))
        self._show_icon(face)
        self._show_prediction(face)
        self.file.set_full_text(one_line(face.name))
        desk = self._session.desk
        self.position.setText(of_words(desk.queue.index + 1, len(desk.queue.faces)))
        line = self._session.store.ledger.of_face(face.id)
        self.trained_as.set_full_text(
            tr("Round {number}: {use}", number=line.number, use=translate(line.describe()))
            if line
            else "-"
        )
        decision = face.decision
        self.decided.set_full_text(
            f"{decision.reviewer}, {format_local_time(decision.time, short=True)}"
            if decision
            else "-"
        )

    def _show_icon(self, face: Face) -> None:
        self.icon.setPixmap(theme.verdict_pixmap(face.verdict, 20, self.devicePixelRatioF()))

    def _show_prediction(self, face: Face) -> None:
        prediction = face.prediction
        expected = expected_errors(prediction, self._session.store.scheme, face.tolerance)
        self.landmarks.show_face(face, self._session.desk.edits.moved, expected)
        self.raw.show_prediction(prediction)
        if prediction is None:
            self.error.setText(tr("no proposal"))
            self.model.set_full_text("-")
            return
        self.error.setText(face_error_words(prediction.error, expected))
        self.model.set_full_text(translate(model_name(prediction.model)))
