"""The keys of every command: the defaults of the table, and what the person chose instead."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from labeltool.domain import N_
from labeltool.gui.commands.table import COMMANDS, Command
from labeltool.gui.i18n.translate import tr
from labeltool.gui.settings import Settings

_MOVES_IN_LISTS = N_("{key} moves through lists.")
_EDITS_TEXT = N_("{key} copies, cuts or pastes text.")
_RESERVED = {
    "Esc": (N_("{key} closes dialogs and leaves what was begun."), "canvas"),
    "Tab": (N_("{key} goes from field to field."), "canvas"),
    "Shift+Tab": (N_("{key} goes from field to field."), "canvas"),
    "Return": (N_("{key} presses buttons and ends typing."), "gallery"),
    "Enter": (N_("{key} presses buttons and ends typing."), "gallery"),
    "Space": (N_("{key} presses buttons and moves the photo."), ""),
    "Alt+F4": (N_("{key} closes the window."), ""),
    **dict.fromkeys(("Ctrl+C", "Ctrl+X", "Ctrl+V", "Ctrl+Ins", "Shift+Ins"), (_EDITS_TEXT, "")),
    **{
        f"{held}{key}": (_MOVES_IN_LISTS, "")
        for held in ("", "Shift+", "Ctrl+")
        for key in ("Up", "Down", "Home", "End", "PgUp", "PgDown")
    },
}
"""Reserved keys: why, and the view whose commands may use them nevertheless."""


def normalize_key(key: str) -> str:
    """A key in the form of the settings, such as 'Ctrl+Shift+A'; empty if it is not one key."""
    sequence = QKeySequence(key, QKeySequence.SequenceFormat.PortableText)
    text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
    return text if sequence.count() == 1 else ""


def format_keys(keys: Sequence[str]) -> str:
    """Keys as this system displays them."""
    return ", ".join(
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys
    )


def why_reserved(command: Command, key: str) -> str:
    """Why a command cannot use a key; empty if it can."""
    why, within = _RESERVED.get(key, ("", ""))
    return (
        "" if not why or (within and within == command.within) else tr(why, key=format_keys([key]))
    )


def share_scope(one: Command, other: Command) -> bool:
    """Whether both commands work in the same view, so that they cannot have the same key."""
    return not one.within or not other.within or one.within == other.within


class Keymap(QObject):
    """The keys of every command: those of the table, unless the person chose others.

    A chosen key takes precedence over the table, so that it keeps its meaning when a newer version
    gives it to another command.

    Signals:
        changed: the keys of a command changed.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._chosen = settings.keys
        self._keys: dict[str, tuple[str, ...]] = {}
        self._resolve()

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of a command; the first is the one to show."""
        return self._keys[name]

    def is_changed(self, command: Command) -> bool:
        """Whether a command has other keys than by default_keys."""
        return self._keys[command.name] != default_keys(command)

    def conflicts(self, command: Command, keys: Sequence[str]) -> dict[str, list[Command]]:
        """The other commands that would lose a key if `command` got these, by the key."""
        others = [
            other for other in COMMANDS if other is not command and share_scope(command, other)
        ]
        owners = {key: [other for other in others if key in self.keys(other.name)] for key in keys}
        return {key: found for key, found in owners.items() if found}

    def assign(self, command: Command, keys: Sequence[str]) -> None:
        """Give a command these keys, take them from other commands, and save that."""
        for found in self.conflicts(command, keys).values():
            for owner in found:
                self._set(owner, [kept for kept in self.keys(owner.name) if kept not in keys])
        self._set(command, keys)
        self._save()

    def reset(self) -> None:
        """Give every command its default_keys keys again."""
        self._chosen = {}
        self._save()

    def _set(self, command: Command, keys: Sequence[str]) -> None:
        self._chosen[command.name] = list(dict.fromkeys(keys))
        if tuple(keys) == default_keys(command):
            del self._chosen[command.name]

    def _save(self) -> None:
        self._settings.keys = self._chosen
        self._resolve()
        self.changed.emit()

    def _resolve(self) -> None:
        keys: dict[str, tuple[str, ...]] = {}
        owners: dict[str, list[Command]] = {}
        for command in sorted(COMMANDS, key=lambda command: command.name not in self._chosen):
            wanted = self._chosen.get(command.name, command.keys)
            mine = [
                key
                for key in map(normalize_key, wanted)
                if key
                and not why_reserved(command, key)
                and not any(share_scope(command, owner) for owner in owners.get(key, ()))
            ]
            keys[command.name] = tuple(mine)
            for key in mine:
                owners.setdefault(key, []).append(command)
        self._keys = keys


def default_keys(command: Command) -> tuple[str, ...]:
    """The keys of a command in the table, as `normalize_key` writes them."""
    return tuple(map(normalize_key, command.keys))
