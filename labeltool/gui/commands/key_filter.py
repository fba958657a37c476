"""How a key press finds its command, also under a Korean keyboard layout."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_HANGUL = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
        "QWERTYUIOPASDFGHJKLZXCVBNM",
        strict=True,
    )
)
_DOUBLE = dict(zip("ㅃㅉㄸㄲㅆㅒㅖ", "QWERTOP", strict=True))  # with Shift


def latin_letter(event: QKeyEvent) -> str | None:
    """The letter on the key of a Hangul jamo, None for any other key."""
    key = event.key()
    if not 0x3131 <= key <= 0x3163:
        return None
    native = event.nativeVirtualKey()
    if 0x61 <= native <= 0x7A or 0x41 <= native <= 0x5A:
        return chr(native).upper()
    return _HANGUL.get(chr(key)) or _DOUBLE.get(chr(key))


def takes_text(widget: QObject | None) -> bool:
    """Whether keys that are pressed there are text."""
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QAbstractSpinBox | QKeySequenceEdit)


class KeyFilter(QObject):
    """Lets keys find their commands where Qt by itself does not, and none where it must not.

    Under a Korean input method a key press arrives as a jamo (ㅁ for A), which matches no shortcut:
    the command of the letter on the same key is done. In a text field every
    key is text and never a command, but for Esc, the function keys, and Alt with a menu's letter.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """See every key first."""
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            if takes_text(watched) and _is_text(event):
                event.accept()
                return True
        elif event.type() == QEvent.Type.KeyPress and not takes_text(QApplication.focusWidget()):
            letter = latin_letter(event)
            action = None if letter is None else _action_of(watched, letter, event)
            if action is not None:
                action.trigger()
                return True
        return False


def _is_text(event: QKeyEvent) -> bool:
    key = event.key()
    if key == Qt.Key.Key_Escape or Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35:
        return False
    return event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier != Qt.KeyboardModifier.AltModifier


def _action_of(widget: QWidget, letter: str, event: QKeyEvent) -> QAction | None:
    """The command of a letter that can be done where the key was pressed."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    wanted = [QKeySequence(modifiers.value | ord(letter))]
    if modifiers == Qt.KeyboardModifier.ShiftModifier:
        wanted.append(QKeySequence(letter))  # as a capital letter finds it, too
    for sequence in wanted:
        place: QWidget | None = widget
        while place is not None:
            for action in place.actions():
                if action.isEnabled() and sequence in action.shortcuts():
                    return action
            place = None if place.isWindow() else place.parentWidget()
    return None
