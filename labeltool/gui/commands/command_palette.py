"""The command palette: find a command by a few letters, and run it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QBrush, QKeyEvent, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.gui import theme
from labeltool.gui.commands.command_actions import CommandActions
from labeltool.gui.commands.keymap import Keymap, format_keys
from labeltool.gui.commands.table import COMMANDS, Command
from labeltool.gui.i18n.translate import tr
from labeltool.gui.settings import Settings

ROWS = 12
MIN_TIP_LETTERS = 3
"""Menu titles and tooltips are searched only for a text of at least so many letters."""

WIDTH = 600
ROW_HEIGHT = 26

_NAME = Qt.ItemDataRole.UserRole
_STEPS: dict[int, int] = {
    Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: 1 - ROWS,
    Qt.Key.Key_PageDown: ROWS - 1,
}  # fmt: skip


def rank(query: str, text: str) -> int | None:
    """How well a text matches a query, from 0 (best) to 3; None if it does not match.

    0: each word of the query begins the text. 1: each begins a word of it. 2: each is in it. 3: the
    letters of the query appear in this order, starting at the beginning of a word.
    """
    text, typed = text.casefold(), query.casefold().split()
    if all(word in text for word in typed):
        padded = f" {text}"
        ranks = [0 if text.startswith(word) else 1 if f" {word}" in padded else 2 for word in typed]
        return max(ranks, default=0)
    letters, words = "".join(typed), text.split()
    for start in range(len(words)):
        rest = iter(" ".join(words[start:]))
        if words[start].startswith(letters[0]) and all(letter in rest for letter in letters):
            return 3
    return None


class _Search(QLineEdit):
    """The search field: keys go to it or to the palette, never to shortcuts of the window."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, _next: bool) -> bool:  # noqa: N802
        """Keep the focus on Tab: the arrow keys move in the list."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        palette = self.parentWidget()
        if not (isinstance(palette, CommandPalette) and palette.take_key(event)):
            super().keyPressEvent(event)


class CommandPalette(QFrame):
    """A list of commands over the upper middle of the window; a click elsewhere hides it.

    Without a query, the commands last run from here come first. Disabled commands are grey, come
    last, and show the reason.
    """

    def __init__(
        self, window: QWidget, commands: CommandActions, keymap: Keymap, settings: Settings
    ) -> None:
        super().__init__(window)
        self._window = window
        self._commands, self._keymap, self._settings = commands, keymap, settings
        self._before: QWidget | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.search = _Search(self)
        self.search.setPlaceholderText(tr("Type a command"))
        self.search.setAccessibleName(tr("Type a command"))
        self.search.setMinimumHeight(ROW_HEIGHT + 2 * theme.SPACING)
        self.list = QTreeWidget()
        self.list.setColumnCount(3)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAllColumnsShowFocus(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setFocusPolicy(
            Qt.FocusPolicy.NoFocus
        )  # the search field keeps the focus when a row is clicked
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[2 * theme.SPACING] * 4)
        layout.setSpacing(theme.SPACING)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._fill)
        self.list.itemClicked.connect(self._choose)
        self.hide()

    @Slot()
    def toggle(self) -> None:
        """Show or hide the palette."""
        if self.isVisible():
            self.leave()
            return
        self._before = QApplication.focusWidget()
        self.search.clear()
        self._fill()
        self.place()
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def leave(self) -> None:
        """Hide, and return the focus to where it was."""
        if self.isVisible():
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            here = self.search.hasFocus()
            self.hide()
            if here and self._before is not None:
                self._before.setFocus()
        self._before = None

    def place(self) -> None:
        """Move to the upper middle of the window, with room for the rows if the window has it."""
        window = self._window
        rows = min(self.list.topLevelItemCount(), ROWS)
        wanted = self.search.sizeHint().height() + max(rows, 1) * ROW_HEIGHT + 10 * theme.SPACING
        top = window.height() // 10
        width = min(WIDTH, window.width() - 8 * theme.SPACING)
        height = min(wanted, window.height() - top - 4 * theme.SPACING)
        self.setGeometry((window.width() - width) // 2, top, width, height)

    # What is listed

    @Slot()
    def _fill(self) -> None:
        query, used = self.search.text().strip(), self._settings.used
        rows = []
        for place, command in enumerate(COMMANDS):
            fit = self._rank(query, command)
            if fit is None or command.name == "palette":
                continue
            recent = used.index(command.name) if command.name in used else len(used)
            why = self._commands.why_disabled(command.name)
            rows.append(((bool(why), fit, recent, place), command, why))
        rows.sort(key=lambda row: row[0])
        self.list.clear()
        self.list.addTopLevelItems([self._item(command, why) for _, command, why in rows])
        if not rows:
            nothing = QTreeWidgetItem([tr("No command matches.")])
            nothing.setDisabled(True)
            nothing.setSizeHint(0, QSize(0, ROW_HEIGHT))
            self.list.addTopLevelItem(nothing)
        first = self.list.topLevelItem(0)
        if first is not None and not first.isDisabled():
            self.list.setCurrentItem(first)
        self.place()

    def _rank(self, query: str, command: Command) -> int | None:
        """The rank of a command by its text, translated and English; 4 by its menu and tooltip."""
        action = self._commands.by_name[command.name]
        ranks = [rank(query, text) for text in (action.text(), command.text)]
        found = [fit for fit in ranks if fit is not None]
        if found or len(query) < MIN_TIP_LETTERS:
            return min(found, default=None)
        menu, tip = tr(command.menu), tr(command.tip)
        around = f"{action.text()} {menu} {tip} {command.menu} {command.tip}".casefold()
        return 4 if all(word in around for word in query.casefold().split()) else None

    def _item(self, command: Command, why: str) -> QTreeWidgetItem:
        action = self._commands.by_name[command.name]
        item = QTreeWidgetItem([action.text(), why or tr(command.menu)])
        item.setText(2, format_keys(self._keymap.keys(command.name)[:1]))
        item.setData(0, _NAME, command.name)
        icon = theme.icon("mdi6.check") if action.isChecked() else action.icon()
        item.setIcon(0, theme.no_icon() if icon.isNull() else icon)
        item.setToolTip(0, tr(command.tip))
        item.setSizeHint(0, QSize(0, ROW_HEIGHT))
        for column in (1, 2):
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            item.setTextAlignment(column, align)
        item.setForeground(1, QBrush(self.palette().color(QPalette.ColorRole.PlaceholderText)))
        item.setDisabled(bool(why))
        return item

    # Keys and mouse

    def take_key(self, event: QKeyEvent) -> bool:
        """Handle a key that was pressed in the search field; False if the field should take it."""
        key = event.key()
        again = (
            QKeySequence(event.keyCombination()) in self._commands.by_name["palette"].shortcuts()
        )
        if key == Qt.Key.Key_Escape or again:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentItem())
        elif key in _STEPS:
            self._step(_STEPS[key])
        else:
            return False
        return True

    def _step(self, rows: int) -> None:
        """Move so many rows down or up; single steps wrap around."""
        able = [
            item
            for row in range(self.list.topLevelItemCount())
            if (item := self.list.topLevelItem(row)) is not None and not item.isDisabled()
        ]
        current = self.list.currentItem()
        if not able or current not in able:
            return
        there = able.index(current) + rows
        if abs(rows) > 1:
            there = min(max(there, 0), len(able) - 1)
        self.list.setCurrentItem(able[there % len(able)])

    @Slot(QTreeWidgetItem)
    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is None or item.isDisabled():
            return
        name = str(item.data(0, _NAME))
        self._settings.used = [name, *(used for used in self._settings.used if used != name)]
        self.leave()
        self._commands.by_name[name].trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Hide on a click outside, which still reaches its target."""
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            if watched is not self and not self.isAncestorOf(watched):
                self.leave()
        elif kind == QEvent.Type.Resize and watched is self._window:
            self.place()
        return False
