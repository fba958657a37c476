"""The commands of the table as QActions of one window."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from labeltool.domain import Changes, Step
from labeltool.gui import theme
from labeltool.gui.commands.keymap import Keymap
from labeltool.gui.commands.ports import Ports
from labeltool.gui.commands.table import COMMANDS, WHY_DISABLED, WHY_HIDDEN, Command
from labeltool.gui.dialogs.confirm_undo import describe_step
from labeltool.gui.i18n.translate import tr


class CommandActions(QObject):
    """The commands as QActions of one window, with enabled state and undo text kept up to date.

    `by_name`: the actions by the names of their commands. `scopes`: the views that the keys of some
    commands are limited to.

    The slots are methods, not closures: Qt disconnects a method when its object dies, but goes on
    calling a closure, with actions that are deleted.
    """

    def __init__(
        self, ports: Ports, window: QWidget, scopes: Mapping[str, QWidget], keymap: Keymap
    ) -> None:
        super().__init__(window)
        self._scopes, self._keymap = scopes, keymap
        self._with_tooltips: list[tuple[QWidget, str]] = []
        self._steps: dict[str, Step | None] = {}  # that the texts of undo and redo tell of
        self._objects: dict[str, str] = {}  # what undo and redo would change
        self._ports, self._session = ports, ports.session
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self._commands = {command.name: command for command in COMMANDS}
        self.by_name = {command.name: self._make(command, window) for command in COMMANDS}
        self._update_keys()
        keymap.changed.connect(self._update_keys)
        self._session.changed.connect(self.refresh)
        self._session.facets.counted.connect(self.refresh)
        self.refresh()

    def _make(self, command: Command, window: QWidget) -> QAction:
        action = QAction(tr(command.text), window)
        action.setObjectName(command.name)
        action.setCheckable(command.is_on is not None)
        action.triggered.connect(self._run)
        if command.within:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        (self._scopes[command.within] if command.within else window).addAction(action)
        return action

    @Slot()
    def _update_keys(self) -> None:
        for name, action in self.by_name.items():
            action.setShortcuts([QKeySequence(key) for key in self._keymap.keys(name)])
            self._update_tooltip(name)
        for widget, name in self._with_tooltips:
            widget.setToolTip(self.by_name[name].toolTip())

    def _update_tooltip(self, name: str) -> None:
        """The tooltip of a command: what it does, to what, and its key."""
        action, tip = self.by_name[name], tr(self._commands[name].tip)
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        if what := self._objects.get(name):
            tip = f"{tip}: {what}"
        action.setToolTip(f"{tip} ({key})" if key else tip)

    def add_tooltip(self, widget: QWidget, name: str) -> None:
        """Give a button the tooltip of its command, which names the key."""
        widget.setToolTip(self.by_name[name].toolTip())
        self._with_tooltips.append((widget, name))

    def recolour(self) -> None:
        """Make the icons again, for a new palette."""
        verdicts = {"accept": "accepted", "reject": "rejected", "exclude": "excluded"}
        for command in COMMANDS:
            if command.name in verdicts:
                colour = theme.verdict_colour(verdicts[command.name], theme.is_dark())
                self.by_name[command.name].setIcon(theme.icon(command.icon, colour))
            elif command.icon:
                self.by_name[command.name].setIcon(theme.icon(command.icon))

    @Slot()
    def _run(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.trigger(sender.objectName())

    def trigger(self, name: str) -> None:
        """Run a command if it is enabled."""
        command = self._commands[name]
        if command.enabled(self._session):
            command.run(self._ports)
            if command.is_on is not None:
                self.refresh()

    def why_disabled(self, name: str) -> str:
        """Why a command is disabled; empty if it is enabled."""
        command = self._commands[name]
        if command.within and not self._scopes[command.within].isVisible():
            return tr(WHY_HIDDEN[command.within])
        return "" if command.enabled(self._session) else tr(WHY_DISABLED[command.enabled])

    @Slot(object)
    def refresh_enabled(self, _event: object = None) -> None:
        """Update the commands after events of the running round, once for those that come
        together."""
        self._soon.start()

    @Slot(object)
    def refresh(self, _changes: Changes | None = None) -> None:
        """Update the state and text of every command."""
        for command in COMMANDS:
            self.by_name[command.name].setEnabled(command.enabled(self._session))
            if command.is_on is not None:
                self.by_name[command.name].setChecked(command.is_on(self._ports.view))
        state = self._session.desk.undo_stack.state
        for name, step in (("undo", state.undo_step), ("redo", state.redo_step)):
            if name in self._steps and self._steps[name] == step:
                continue
            self._steps[name] = step
            word = tr(self._commands[name].text)
            what = "" if step is None else describe_step(step)
            text = tr("{command} {what}", command=word, what=what) if what else word
            self.by_name[name].setText(text.replace("&", "&&"))  # & alone marks a key
            self.by_name[name].setIconText(word)
            self._objects[name] = what
            self._update_tooltip(name)
