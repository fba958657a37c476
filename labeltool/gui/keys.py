"""Which keys do which command, as the person chose them, and how a key finds its command."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
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

from labeltool.domain import mark
from labeltool.gui.actions import COMMANDS, Command
from labeltool.gui.settings import Settings
from labeltool.gui.words import tr

_LISTS = mark("{key} moves through lists.")
_TEXTS = mark("{key} copies, cuts or pastes text.")
_KEPT = {
    "Esc": (mark("{key} closes dialogs and leaves what was begun."), "canvas"),
    "Tab": (mark("{key} goes from field to field."), "canvas"),
    "Shift+Tab": (mark("{key} goes from field to field."), "canvas"),
    "Return": (mark("{key} presses buttons and ends typing."), "gallery"),
    "Enter": (mark("{key} presses buttons and ends typing."), "gallery"),
    "Space": (mark("{key} presses buttons and moves the photo."), ""),
    "Alt+F4": (mark("{key} closes the window."), ""),
    **dict.fromkeys(("Ctrl+C", "Ctrl+X", "Ctrl+V", "Ctrl+Ins", "Shift+Ins"), (_TEXTS, "")),
    **{
        f"{held}{key}": (_LISTS, "")
        for held in ("", "Shift+", "Ctrl+")
        for key in ("Up", "Down", "Home", "End", "PgUp", "PgDown")
    },
}
"""Keys that something else needs: why, and the view whose commands may have them all the same."""


def portable(key: str) -> str:
    """A key as settings write it, such as 'Ctrl+Shift+A'; empty if it is no single key."""
    sequence = QKeySequence(key, QKeySequence.SequenceFormat.PortableText)
    text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
    return text if sequence.count() == 1 else ""


def shown(keys: Sequence[str]) -> str:
    """Keys as this system writes them, for people."""
    return ", ".join(
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys
    )


def refusal(command: Command, key: str) -> str:
    """Why a command cannot have a key at all; empty if it can."""
    why, within = _KEPT.get(key, ("", ""))
    return "" if not why or (within and within == command.within) else tr(why, key=shown([key]))


def meet(one: Command, other: Command) -> bool:
    """Whether both can be reached from one place, so that a key must be only one's."""
    return not one.within or not other.within or one.within == other.within


class Keymap(QObject):
    """The keys of every command: those of the table, unless the person chose others.

    What a person chose goes before what the table says, so that a key that a newer version gives
    to another command goes on doing what they know.

    Signals:
        changed: some command has other keys.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._chosen = settings.keys
        self._keys: dict[str, tuple[str, ...]] = {}
        self._settle()

    def of(self, name: str) -> tuple[str, ...]:
        """The keys of a command, the one to show first."""
        return self._keys[name]

    def is_changed(self, command: Command) -> bool:
        """Whether a command has other keys than by default."""
        return self._keys[command.name] != default(command)

    def owners(self, command: Command, keys: Sequence[str]) -> dict[str, list[Command]]:
        """The other commands that lose a key when `command` gets all of these, by the key."""
        others = [other for other in COMMANDS if other is not command and meet(command, other)]
        owners = {key: [other for other in others if key in self.of(other.name)] for key in keys}
        return {key: found for key, found in owners.items() if found}

    def choose(self, command: Command, keys: Sequence[str]) -> None:
        """Give a command these keys, take them away from others, and keep it in the settings."""
        for found in self.owners(command, keys).values():
            for owner in found:
                self._put(owner, [kept for kept in self.of(owner.name) if kept not in keys])
        self._put(command, keys)
        self._keep()

    def reset(self) -> None:
        """Give every command its default keys again."""
        self._chosen = {}
        self._keep()

    def _put(self, command: Command, keys: Sequence[str]) -> None:
        self._chosen[command.name] = list(dict.fromkeys(keys))
        if tuple(keys) == default(command):
            del self._chosen[command.name]

    def _keep(self) -> None:
        self._settings.keys = self._chosen
        self._settle()
        self.changed.emit()

    def _settle(self) -> None:
        keys: dict[str, tuple[str, ...]] = {}
        owners: dict[str, list[Command]] = {}
        for command in sorted(COMMANDS, key=lambda command: command.name not in self._chosen):
            wanted = self._chosen.get(command.name, command.keys)
            mine = [
                key
                for key in map(portable, wanted)
                if key
                and not refusal(command, key)
                and not any(meet(command, owner) for owner in owners.get(key, ()))
            ]
            keys[command.name] = tuple(mine)
            for key in mine:
                owners.setdefault(key, []).append(command)
        self._keys = keys


def default(command: Command) -> tuple[str, ...]:
    """The keys of the table, written as `portable` does."""
    return tuple(map(portable, command.keys))


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
