"""The inspector: facts of the face on the desk, and the progress of the review."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Face, Verdict, model_name
from labeltool.gui import theme
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import of_words, sentence, tr, translate, verdict_word
from labeltool.gui.panels.elided_label import ElidedLabel
from labeltool.gui.panels.landmark_list import LandmarkList
from labeltool.gui.session import Session
from pipnet.text import one_line


class Inspector(QWidget):
    """Shows verdict, score, file and model of the face, its landmarks, and the review progress."""

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
        self.score = QProgressBar()
        self.score.setRange(0, 100)
        self.file, self.model, self.decided = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.position = QLabel()
        self.position.setFont(theme.tabular(self.position.font()))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setHorizontalSpacing(2 * theme.SPACING)
        form.setVerticalSpacing(theme.SPACING)
        form.addRow(tr("Score"), self.score)
        form.addRow(tr("File"), self.file)
        form.addRow(tr("Position"), self.position)
        form.addRow(tr("Model"), self.model)
        form.addRow(tr("Changed"), self.decided)
        self.trained_as = ElidedLabel()
        form.addRow(tr("Training"), self.trained_as)
        self.landmarks = LandmarkList(session.store.scheme.names)
        self.progress = QProgressBar()
        self.progress.setToolTip(tr("Reviewed faces of the project"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addLayout(head)
        layout.addLayout(form)
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
        for bar in (self.score, self.progress):
            bar.setUpdatesEnabled(False)
        self._update()
        for bar in (self.score, self.progress):
            bar.setUpdatesEnabled(True)

    def _update(self) -> None:
        face, counts = self._session.desk.face, self._session.desk.counts
        reviewed = counts.faces - counts.unreviewed
        self.progress.setRange(0, max(1, counts.faces))
        self.progress.setValue(reviewed)
        self.progress.setFormat(of_words(reviewed, counts.faces))
        self.setEnabled(face is not None)
        if face is None:
            self.verdict.setText(tr("No face"))
            self.icon.clear()
            self.landmarks.show_face(None, set())
            for label in (self.file, self.model, self.decided, self.trained_as):
                label.set_full_text("")
            self.position.setText("")
            self.score.setValue(0)
            self.score.setFormat("-")
            return
        text = verdict_word(face.verdict)
        if face.draft is not None:
            text = tr("{verdict}, moved", verdict=text)
        elif self._session.desk.has_newer_proposal:
            text = tr("{verdict}, newer proposal available", verdict=text)
        elif face.verdict is Verdict.REJECTED and face.offered:
            text = tr("{verdict}, new proposal", verdict=text)
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
        self.landmarks.show_face(face, self._session.desk.edits.moved)
        if prediction is None:
            self.score.setValue(0)
            self.score.setFormat(tr("no proposal"))
            self.model.set_full_text("-")
            return
        self.score.setValue(round(prediction.score * 100))
        self.score.setFormat(f"{prediction.score:.2f}")
        self.model.set_full_text(translate(model_name(prediction.model)))
