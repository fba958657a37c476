"""The history of the face on the desk: every decision, by whom and when, to be restored."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import N_, Changes, Entry, Message, Verdict, model_name
from labeltool.gui import theme
from labeltool.gui.i18n.local_time import format_local_time
from labeltool.gui.i18n.translate import sentence, tr, translate, verdict_word
from labeltool.gui.session import Session

_LABELS = {
    "undo": N_("Undid: {what}"), "redo": N_("Redid: {what}"),
    "restore": N_("Restored: {verdict}"), "revert": N_("Reverted: {what}"),
}  # fmt: skip


MAX_HEIGHT = 16777215
"""QWIDGETSIZE_MAX: no limit."""


def describe_entry(entry: Entry) -> str:
    """What an entry of the history did, in words."""
    if entry.kind in _LABELS:
        what = entry.description
        if entry.kind == "revert":  # described as 'reverting {what}'
            inner = what.values.get("what")
            what = inner if isinstance(inner, Message) else what
        verdict = verdict_word(entry.verdict)
        return tr(_LABELS[entry.kind], what=translate(what), verdict=verdict)
    if entry.kind == "flag":
        return tr("Flagged") if entry.flag else tr("Flag removed")
    verdict = verdict_word(entry.verdict)
    if entry.kind == "import":
        return sentence(f"{verdict}, {translate(entry.description)}")
    return sentence(
        translate(entry.description) if entry.faces > 1 and entry.kind == "decide" else verdict
    )


def _icon(verdict: Verdict, ratio: float) -> QIcon:
    icon = QIcon(theme.verdict_pixmap(verdict, 16, ratio))
    icon.addPixmap(theme.verdict_pixmap(verdict, 16, ratio, selected=True), QIcon.Mode.Selected)
    return icon


class HistoryPanel(QWidget):
    """The states of a face, newest first; the selected one can be restored. Collapsible.

    Signals:
        points_chosen: landmarks (N, 2) of the selected entry in image pixels, or None.
    """

    points_chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: int | None = None
        self._entries: list[Entry] = []
        self.head = QToolButton()
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setAutoRaise(True)
        self.head.setCheckable(True)
        self.head.setChecked(True)
        self.head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.head.setMinimumHeight(24)
        self.head.toggled.connect(self._set_expanded)
        self.list = QListWidget()
        self.list.setIconSize(QSize(16, 16))
        self.list.setSpacing(2)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFont(theme.tabular(self.list.font()))
        self.list.currentRowChanged.connect(self._select)
        self.button = QPushButton(tr("Restore"))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setToolTip(tr("Return the face to this earlier state; you can undo it"))
        self.button.clicked.connect(self._restore)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(theme.SPACING)
        body.addWidget(self.list, 1)
        body.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(theme.SPACING)
        layout.addWidget(self.head)
        layout.addWidget(self._body, 1)
        session.settled.connect(self.refresh)
        self._set_expanded(True)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Redraw the icons for a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.list.count():
            self._fill(self._entries)

    @Slot()
    def toggle(self) -> None:
        """Collapse or expand the panel."""
        self.head.toggle()

    @Slot(bool)
    def _set_expanded(self, is_expanded: bool) -> None:
        self.head.setArrowType(Qt.ArrowType.DownArrow if is_expanded else Qt.ArrowType.RightArrow)
        self._body.setVisible(is_expanded)
        self.setMaximumHeight(
            MAX_HEIGHT if is_expanded else self.head.minimumHeight() + 4 * theme.SPACING
        )
        self.refresh(Changes(all=True))

    @Slot(object)
    def refresh(self, changes: Changes) -> None:
        """Show the history of the desk's face."""
        face = self._session.desk.face
        if face is None:
            self._shown, self._entries = None, []
            self.list.clear()
            self.head.setText(tr("History"))
            self.button.setEnabled(False)
        elif face.id != self._shown or changes.all or face.id in changes.faces:
            self._shown = face.id
            if self.head.isChecked():
                self._fill(self._session.store.history.of_face(face.id))

    def _fill(self, entries: list[Entry]) -> None:
        self.list.clear()
        self._entries = entries
        self.head.setText(tr("History ({count})", count=len(entries)))
        for entry in entries:
            text = describe_entry(entry)
            if entry.undone:
                text = tr("{what} - undone", what=text)
            by = [entry.reviewer, format_local_time(entry.time, short=True)]
            model = translate(model_name(entry.model)) if entry.model else ""
            by += [model] if model else []
            icon = _icon(entry.verdict, self.devicePixelRatioF())
            item = QListWidgetItem(icon, f"{text}\n{' · '.join(by)}")
            item.setToolTip(
                tr(
                    "{what}\nby {reviewer}, {time}\nproposal from: {model}\nresult: {verdict}",
                    what=text,
                    reviewer=entry.reviewer,
                    time=format_local_time(entry.time),
                    model=model or "-",
                    verdict=verdict_word(entry.verdict),
                )
            )
            if entry.undone:
                font = item.font()
                font.setStrikeOut(True)
                item.setFont(font)
            self.list.addItem(item)
        icon = _icon(Verdict.UNREVIEWED, self.devicePixelRatioF())
        first = QListWidgetItem(icon, tr("Found, not reviewed"))
        first.setSizeHint(QSize(0, 28))
        self.list.addItem(first)
        self._select(-1)

    @Slot(int)
    def _select(self, row: int) -> None:
        entry = self._entries[row] if 0 < row < len(self._entries) else None
        is_removed = entry is not None and entry.verdict is Verdict.REMOVED
        self.button.setEnabled(row > 0 and not is_removed)  # the first row is the current state
        self.points_chosen.emit(None if entry is None else entry.points)

    @Slot()
    def _restore(self) -> None:
        row = self.list.currentRow()
        entry = self._entries[row].id if row < len(self._entries) else None
        self._session.writes.submit_for_face(partial(self._session.desk.restore, entry))
