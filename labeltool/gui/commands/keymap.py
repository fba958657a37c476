"""Which keys do which command, as the person chose them, and how a key finds its command."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from labeltool.domain import N_
from labeltool.gui.commands.table import COMMANDS, Command
from labeltool.gui.i18n.translate import tr
from labeltool.gui.settings import Settings

_LISTS = N_("{key} moves through lists.")
_TEXTS = N_("{key} copies, cuts or pastes text.")
_KEPT = {
    "Esc": (N_("{key} closes dialogs and leaves what was begun."), "canvas"),
    "Tab": (N_("{key} goes from field to field."), "canvas"),
    "Shift+Tab": (N_("{key} goes from field to field."), "canvas"),
    "Return": (N_("{key} presses buttons and ends typing."), "gallery"),
    "Enter": (N_("{key} presses buttons and ends typing."), "gallery"),
    "Space": (N_("{key} presses buttons and moves the photo."), ""),
    "Alt+F4": (N_("{key} closes the window."), ""),
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
