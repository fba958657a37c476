"""The commands of the table as QActions of one window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from labeltool.domain import Changes
from labeltool.gui import theme
from labeltool.gui.dialogs.confirm_undo import describe_step
from labeltool.gui.i18n.translate import tr
from labeltool.gui.session import Session

if TYPE_CHECKING:
    from labeltool.gui.commands.keymap import Keymap
from labeltool.gui.commands.table import COMMANDS, ELSEWHERE, WHY_NOT, Command, Surface


class Actions(QObject):
    """The commands as QActions of one window, with enabled state and undo text kept up to date.

    The slots are methods, not closures: Qt disconnects a method when its object dies, a closure
    would go on being called with dead actions.
    """

    def __init__(
        self,
        session: Session,
        window: QWidget,
        surface: Surface,
        places: dict[str, QWidget],
        keymap: Keymap,
    ) -> None:
        super().__init__(window)
        self._places, self._keymap = places, keymap
        self._explained: list[tuple[QWidget, str]] = []
        self._tips: dict[str, str] = {}  # what undo and redo would take
        self._session, self._surface = session, surface
        self._commands = {command.name: command for command in COMMANDS}
        self.by_name = {command.name: self._make(command, window) for command in COMMANDS}
        self._take_keys()
        keymap.changed.connect(self._take_keys)
        session.changed.connect(self.refresh)
        session.facets.counted.connect(self.refresh)
        self.refresh()

    def _make(self, command: Command, window: QWidget) -> QAction:
        action = QAction(tr(command.text), window)
        action.setObjectName(command.name)
        action.setCheckable(command.on is not None)
        action.triggered.connect(self._run)
        if command.within:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        (self._places[command.within] if command.within else window).addAction(action)
        return action

    @Slot()
    def _take_keys(self) -> None:
        for name, action in self.by_name.items():
            action.setShortcuts([QKeySequence(key) for key in self._keymap.of(name)])
            self._explain(name)
        for widget, name in self._explained:
            widget.setToolTip(self.by_name[name].toolTip())

    def _explain(self, name: str) -> None:
        """The tooltip of a command: what it does, to what, and its key."""
        action, tip = self.by_name[name], tr(self._commands[name].tip)
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        if what := self._tips.get(name):
            tip = f"{tip}: {what}"
        action.setToolTip(f"{tip} ({key})" if key else tip)

    def explain(self, widget: QWidget, name: str) -> None:
        """A button that does a command has its tooltip, and so always names its key."""
        widget.setToolTip(self.by_name[name].toolTip())
        self._explained.append((widget, name))

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
        """Do a command if it can be done now."""
        command = self._commands[name]
        if command.enabled(self._session):
            command.run(self._session, self._surface)

    def why_not(self, name: str) -> str:
        """Why a command cannot be done now; empty if it can."""
        command = self._commands[name]
        if command.within and not self._places[command.within].isVisible():
            return tr(ELSEWHERE[command.within])
        return "" if command.enabled(self._session) else tr(WHY_NOT[command.enabled])

    @Slot(object)
    def refresh(self, _changes: Changes | None = None) -> None:
        """Ask every command whether it can be done."""
        for command in COMMANDS:
            self.by_name[command.name].setEnabled(command.enabled(self._session))
            if command.on is not None:
                self.by_name[command.name].setChecked(command.on(self._surface))
        state = self._session.desk.undo_stack.state
        for name, step in (("undo", state.undo_step), ("redo", state.redo_step)):
            word = tr(self._commands[name].text)
            what = "" if step is None else describe_step(step)
            text = tr("{command} {what}", command=word, what=what) if what else word
            self.by_name[name].setText(text.replace("&", "&&"))  # & alone marks a key
            self.by_name[name].setIconText(word)
            self._tips[name] = what
            self._explain(name)
