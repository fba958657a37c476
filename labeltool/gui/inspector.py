"""The face on the desk in words, and how many of everything."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes, Face, Verdict
from labeltool.gui import theme
from labeltool.gui.session import Session

WORST = 12
"""Landmarks listed, worst first."""


class Elided(QLabel):
    """A label that shortens long text in the middle and tells all of it in its tooltip."""

    def set_full(self, text: str) -> None:
        """Show `text`, as much of it as fits."""
        self.setToolTip(text)
        self.setProperty("full", text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._fit()

    def _fit(self) -> None:
        full = str(self.property("full") or "")
        self.setText(
            self.fontMetrics().elidedText(full, Qt.TextElideMode.ElideMiddle, max(40, self.width()))
        )

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Fit again."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()


class Inspector(QWidget):
    """Verdict, score, file and round of the face; its worst landmarks; progress of the review.

    Signals:
        point_chosen: index of a landmark that was clicked in the list.
    """

    point_chosen = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._icon, self.verdict = QLabel(), QLabel()
        font = self.verdict.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.verdict.setFont(font)
        self.verdict.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(self._icon)
        head.addWidget(self.verdict, 1)
        self.score = QProgressBar()
        self.score.setRange(0, 100)
        self.file, self.model, self.decided = Elided(), Elided(), Elided()
        self.place = QLabel()
        self.place.setFont(theme.tabular(self.place.font()))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setHorizontalSpacing(2 * theme.SPACING)
        form.setVerticalSpacing(theme.SPACING)
        form.addRow("Score", self.score)
        form.addRow("File", self.file)
        form.addRow("In list", self.place)
        form.addRow("Model", self.model)
        form.addRow("Changed", self.decided)
        self._worst_title = QLabel("Least certain landmarks")
        self.worst = QTreeWidget()
        self.worst.setColumnCount(2)
        self.worst.setHeaderHidden(True)
        self.worst.setRootIsDecorated(False)
        self.worst.header().setStretchLastSection(False)
        self.worst.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.worst.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.worst.setFont(theme.tabular(self.worst.font()))
        self.worst.setToolTip("Click to go to the point")
        self.worst.itemClicked.connect(self._chosen)
        self.done = QProgressBar()
        self.done.setToolTip("Faces that were reviewed")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addLayout(head)
        layout.addLayout(form)
        layout.addWidget(self._worst_title)
        layout.addWidget(self.worst, 1)
        layout.addWidget(QLabel("Reviewed"))
        layout.addWidget(self.done)
        session.changed.connect(self.refresh)

    @Slot(object)
    def refresh(self, _changes: Changes | None = None) -> None:
        """Show the desk's face."""
        # a progress bar paints at once, and everything that waits to be painted with it
        self.setUpdatesEnabled(False)
        self._show()
        self.setUpdatesEnabled(True)

    def _show(self) -> None:
        face, counts = self._session.desk.face, self._session.desk.counts
        reviewed = counts.faces - counts.unreviewed
        self.done.setRange(0, max(1, counts.faces))
        self.done.setValue(reviewed)
        self.done.setFormat(f"{reviewed:,} of {counts.faces:,}")
        self.setEnabled(face is not None)
        if face is None:
            self.verdict.setText("No face")
            self._icon.clear()
            self.worst.clear()
            for label in (self.file, self.model, self.decided):
                label.set_full("")
            self.place.setText("")
            self.score.setValue(0)
            self.score.setFormat("-")
            return
        text = str(face.verdict).capitalize()
        if face.draft is not None:
            text += ", moved"
        elif self._session.desk.newer:
            text += ", newer proposal waits"
        elif face.verdict is Verdict.REJECTED and face.offered:
            text += ", new proposal"
        self.verdict.setText(text + (" ⚑" if face.flag else ""))
        self._icon.setPixmap(theme.verdict_icon(face.verdict).pixmap(20, 20))
        self._show_prediction(face)
        self.file.set_full(face.name)
        desk = self._session.desk
        self.place.setText(f"{desk.index + 1:,} of {len(desk.queue):,}")
        decision = face.decision
        who = f"{decision.reviewer}, {decision.time[:16].replace('T', ' ')}" if decision else "-"
        self.decided.set_full(who)

    def _show_prediction(self, face: Face) -> None:
        prediction = face.prediction
        self.worst.clear()
        if prediction is None:
            self.score.setValue(0)
            self.score.setFormat("no proposal")
            self.model.set_full("-")
            return
        self.score.setValue(round(prediction.score * 100))
        self.score.setFormat(f"{prediction.score:.2f}")
        self.model.set_full(prediction.model)
        names = self._session.store.scheme.names
        for index in np.argsort(prediction.scores, kind="stable")[:WORST]:
            name = names[index]
            number = str(index + 1)
            shown = f"Point {number}" if name.isdecimal() else f"{number}  {name}"
            item = QTreeWidgetItem([shown, f"{np.clip(prediction.scores[index], 0, 1):.2f}"])
            item.setData(0, Qt.ItemDataRole.UserRole, int(index))
            self.worst.addTopLevelItem(item)

    @Slot(QTreeWidgetItem)
    def _chosen(self, item: QTreeWidgetItem) -> None:
        self.point_chosen.emit(int(item.data(0, Qt.ItemDataRole.UserRole)))
