"""One random face after the other, judged by two keys."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeltool.gui import theme
from labeltool.gui.dialogs.guarantee.judged_face import JudgedFace
from labeltool.gui.i18n.translate import tr, translate
from labeltool.trust.acceptance_state import AcceptanceState

ICON_PIXELS = 20


class JudgingPage(QWidget):
    """The face, how far it is, and what can be said: `right`, `wrong`, `back`, and `finish`, which
    shows what holds, are actions."""

    def __init__(self, face: JudgedFace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.face = face
        self.right = self._action(tr("Right"), "A")
        self.wrong = self._action(tr("Wrong"), "X")
        self.back = self._action(tr("Take back"), "Backspace", "Ctrl+Z")
        self.finish = self._action("", "Enter", "Return")
        self.progress, self.far, self.hint = QLabel(), QLabel(), QLabel()
        self.accept, self.pause = QPushButton(), QPushButton(tr("Pause"))
        self.accept.clicked.connect(self.finish.trigger)
        self.pause.setToolTip(tr("Everything is stored: you can go on tomorrow"))
        font = self.progress.font()
        font.setBold(True)
        self.progress.setFont(theme.tabular(font))
        self.far.setFont(theme.tabular(self.far.font()))
        self.right_button = self._button(self.right, "mdi6.check-circle", "accepted")
        self.wrong_button = self._button(self.wrong, "mdi6.close-circle", "rejected")
        self.back_button = self._button(self.back, "mdi6.undo", "")
        for label in (self.progress, self.far, self.hint):
            label.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.SPACING)
        buttons.addWidget(self.pause)
        buttons.addWidget(self.back_button)
        buttons.addStretch(1)
        buttons.addWidget(self.wrong_button)
        buttons.addWidget(self.right_button)
        buttons.addStretch(1)
        buttons.addWidget(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * theme.SPACING)
        layout.addWidget(self.progress)
        layout.addWidget(self.far)
        layout.addWidget(face, 1)
        layout.addWidget(self.hint)
        layout.addLayout(buttons)
        for button in (self.pause, self.accept):
            button.setAutoDefault(False)
        face.moved.connect(self.show_hint)
        face.shown.connect(self.show_hint)

    def _action(self, text: str, *keys: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        self.addAction(action)
        return action

    def _button(self, action: QAction, icon: str, verdict: str) -> QPushButton:
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button = QPushButton(tr("{action} ({key})", action=action.text(), key=key))
        colour = theme.verdict_colour(verdict, theme.is_dark()) if verdict else None
        button.setIcon(theme.icon(icon, colour))
        button.setIconSize(QSize(ICON_PIXELS, ICON_PIXELS))
        button.setMinimumHeight(32)
        button.setAutoDefault(False)
        button.clicked.connect(action.trigger)
        return button

    def show_hint(self) -> None:
        """Say what the keys do to this face now."""
        problem = self.face.problem
        can_be_right = not problem and not self.face.is_moved
        self.right.setEnabled(can_be_right)
        self.right_button.setEnabled(can_be_right)
        if problem:
            text = tr("{problem} A face that cannot be seen counts as wrong.", problem=problem)
        elif self.face.is_moved:
            text = tr(
                "You moved a landmark: X counts the face as wrong, and keeps where you put it."
            )
        else:
            text = tr(
                "Right: every landmark inside its circle. Wrong: one or more outside; drag them "
                "into place first, if you like."
            )
        self.hint.setText(text)

    def show_state(self, state: AcceptanceState, wrong: int) -> None:
        """Say how far it is. `wrong`: faces that were said to be wrong."""
        if wrong:
            text = tr("{count:,} looked at, {wrong:,} wrong.", count=state.shown, wrong=wrong)
        else:
            text = tr("{count:,} looked at, none wrong.", count=state.shown)
        self.progress.setText(text)
        self.far.setText(translate(state.sentence))
        key = self.finish.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self.accept.setText(tr("Accept {count:,}… ({key})", count=state.holds_for, key=key))
        self.accept.setVisible(state.can_accept)
        self.finish.setEnabled(state.can_accept)
        self.back.setEnabled(state.shown > 0)
        self.back_button.setEnabled(state.shown > 0)
