"""The toolbar and the menus of a project's window, made from the command table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QMenuBar, QSizePolicy, QToolBar, QToolButton, QWidget

from labeltool.gui.commands.command_actions import CommandActions
from labeltool.gui.commands.table import COMMANDS, ICON_ONLY_FIRST, TOOLBAR_GROUPS
from labeltool.gui.i18n.translate import tr


class CommandToolBar(QToolBar):
    """The most used commands; a narrow window keeps every button by hiding texts."""

    def __init__(self, commands: CommandActions, parent: QWidget) -> None:
        super().__init__(tr("Commands"), parent)
        self._commands = commands
        self.setMovable(False)
        for number, group in enumerate(TOOLBAR_GROUPS):
            if number:
                self.addSeparator()
            for name in group:
                self.addAction(commands.by_name[name])
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.addAction(commands.by_name["palette"])

    def fit(self, width: int) -> None:
        """Hide as many texts as it takes to fit into so many pixels."""
        style = Qt.ToolButtonStyle
        every = [*ICON_ONLY_FIRST, *(name for group in TOOLBAR_GROUPS for name in group)]
        for icon_only in ((), ICON_ONLY_FIRST, every):
            for name, action in self._commands.by_name.items():
                button = self.widgetForAction(action)
                if isinstance(button, QToolButton):
                    button.setToolButtonStyle(
                        style.ToolButtonIconOnly
                        if name in icon_only
                        else style.ToolButtonTextBesideIcon
                    )
            self.layout().invalidate()  # type: ignore[union-attr] # a hidden bar does it later
            if self.sizeHint().width() <= width:
                return


def fill_menus(menu_bar: QMenuBar, commands: CommandActions) -> None:
    """Add every command to its menu."""
    menus: dict[str, QMenu] = {}
    for command in COMMANDS:
        if command.menu not in menus:
            menus[command.menu] = menu_bar.addMenu(tr(command.menu))
        menus[command.menu].addAction(commands.by_name[command.name])
