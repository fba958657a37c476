"""The dialog that lists all commands and changes their keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeltool.gui import theme
from labeltool.gui.commands.key_filter import latin_letter
from labeltool.gui.commands.keymap import (
    Keymap,
    default_keys,
    format_keys,
    normalize_key,
    why_reserved,
)
from labeltool.gui.commands.table import COMMANDS, GESTURES, Command
from labeltool.gui.i18n.translate import tr

ROW_HEIGHT = 26

_COMMAND = Qt.ItemDataRole.UserRole


class KeyField(QKeySequenceEdit):
    """Records the next key that is pressed; Esc, or losing the focus, cancels.

    Signals:
        recorded: the key, as `keymap.normalize_key` writes it.
        left: no key was recorded.
    """

    recorded = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximumSequenceLength(1)
        for line in self.findChildren(QLineEdit):
            line.setPlaceholderText(tr("Press a key"))
        self.setAccessibleName(tr("Press a key"))

    def focusNextPrevChild(self, _next: bool) -> bool:  # noqa: N802
        """Keep the focus on Tab, which can be recorded too."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Record a key; with a Korean input method, the Latin letter on that key."""
        if event.isAutoRepeat():  # of the key that started the recording
            return
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.left.emit()
            return
        letter, key = latin_letter(event), event.key()
        if letter is not None:
            key = ord(letter)
        elif key == Qt.Key.Key_Backtab:
            key = Qt.Key.Key_Tab.value
        super().keyPressEvent(QKeyEvent(event.type(), key, event.modifiers()))
        recorded = normalize_key(
            self.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        )
        if recorded:
            self.recorded.emit(recorded)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Cancel the recording."""
        super().focusOutEvent(event)
        self.left.emit()


class _Table(QTreeWidget):
    """Signals:
    change_wanted: Enter was pressed.
    remove_wanted: Delete was pressed.
    """

    change_wanted = Signal()
    remove_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.change_wanted.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)


class ShortcutEditor(QDialog):
    """A row for each command, below its menu. Changes apply at once."""

    def __init__(self, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys"))
        self.resize(940, 600)
        self._keymap = keymap
        self._heads: dict[str, QTreeWidgetItem] = {}
        self._items: dict[str, QTreeWidgetItem] = {}
        self._field: KeyField | None = None
        self._adding = False
        self._asked: tuple[Command | None, tuple[str, ...]] | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Command or key"))
        self.search.setClearButtonEnabled(True)
        self.table = _Table()
        self._build_table()
        self.bar, self.words = QFrame(), QLabel()
        self.yes, self.no = QPushButton(), QPushButton(tr("Leave it"))
        self.change = QPushButton(tr("Change…"))
        self.add = QPushButton(tr("Add another…"))
        self.remove = QPushButton(tr("Remove"))
        self.default = QPushButton(tr("Default"))
        self.all_default = QPushButton(tr("All default…"))
        self._place()
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._go_to_first)
        self.table.itemSelectionChanged.connect(self._selected)
        self.table.itemSelectionChanged.connect(self._settle)
        self.table.itemDoubleClicked.connect(self._record)
        self.table.change_wanted.connect(self._record)
        self.table.remove_wanted.connect(self._remove)
        self.change.clicked.connect(self._record)
        self.add.clicked.connect(self._record_another)
        self.remove.clicked.connect(self._remove)
        self.default.clicked.connect(self._default)
        self.all_default.clicked.connect(self._ask_all)
        self.yes.clicked.connect(self._agreed)
        self.no.clicked.connect(self._settle)
        keymap.changed.connect(self._show_keys)
        self._show_keys()
        self.table.setCurrentItem(self._items[COMMANDS[0].name])
        self.search.setFocus()

    def _build_table(self) -> None:
        self.table.setHeaderLabels([tr("Command"), tr("Keys"), tr("What it does")])
        self.table.setUniformRowHeights(True)
        self.table.setAllColumnsShowFocus(True)
        self.table.setIconSize(QSize(16, 16))
        self.table.setIndentation(4 * theme.SPACING)
        header = self.table.header()
        for column, width in enumerate((260, 250)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)
        for command in COMMANDS:
            head = self._heads.get(command.menu)
            if head is None:
                head = self._heads[command.menu] = self._head(tr(command.menu))
            item = self._row(head, tr(command.text), tr(command.tip))
            item.setData(0, _COMMAND, command)
            if command.icon:
                item.setIcon(0, theme.icon(command.icon))
            self._items[command.name] = item
        hand = self._heads[""] = self._head(tr("Mouse and bare keys on the photo"))
        for what, how, exactly in GESTURES:
            item = self._row(hand, tr(what), tr(exactly))
            item.setText(1, tr(how))
            item.setToolTip(1, tr(how))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.table.expandAll()

    def _head(self, text: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.table, [text])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        item.setSizeHint(0, QSize(0, ROW_HEIGHT))
        return item

    def _row(self, head: QTreeWidgetItem, what: str, tip: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(head, [what, "", tip])
        item.setIcon(0, theme.no_icon())
        item.setToolTip(0, tip)
        item.setToolTip(2, tip)
        item.setSizeHint(0, QSize(0, ROW_HEIGHT))
        return item

    def _place(self) -> None:
        self.words.setWordWrap(True)
        self.bar.setFrameShape(QFrame.Shape.StyledPanel)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(*[2 * theme.SPACING] * 4)
        row.addWidget(self.words, 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.bar.hide()
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        for button in (self.change, self.add, self.remove, self.default):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.all_default)
        buttons.addWidget(close)
        self.change.setToolTip(tr("Replace the key of this command (Enter)"))
        self.add.setToolTip(tr("Add another key for this command"))
        self.remove.setToolTip(tr("Remove all keys of this command (Delete)"))
        self.default.setToolTip(tr("Restore the default keys of this command"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[4 * theme.SPACING] * 4)
        layout.setSpacing(2 * theme.SPACING)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.bar)
        layout.addLayout(buttons)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter belongs to the search field and the table

    # What is shown

    @Slot()
    def _show_keys(self) -> None:
        changed = [command for command in COMMANDS if self._keymap.is_changed(command)]
        for command in COMMANDS:
            item, keys = self._items[command.name], self._keymap.keys(command.name)
            item.setText(1, format_keys(keys))
            font = item.font(1)
            font.setBold(command in changed)
            item.setFont(1, font)
            usual = format_keys(default_keys(command)) or tr("none")
            item.setToolTip(1, tr("Default: {keys}", keys=usual) if command in changed else "")
        self.all_default.setEnabled(bool(changed))
        self._filter()

    @Slot()
    def _filter(self) -> None:
        typed = self.search.text().casefold().split()
        for head in self._heads.values():
            places = range(head.childCount())
            rows = [item for place in places if (item := head.child(place)) is not None]
            for item in rows:
                command = item.data(0, _COMMAND)
                english = command.text if command is not None else ""
                words = " ".join(
                    [head.text(0), english, *(item.text(column) for column in range(3))]
                ).casefold()
                item.setHidden(not all(word in words for word in typed))
            head.setHidden(all(item.isHidden() for item in rows))
        self._selected()

    @Slot()
    def _go_to_first(self) -> None:
        found = next((item for item in self._items.values() if not item.isHidden()), None)
        if found is not None:
            self.table.setCurrentItem(found)
            self.table.setFocus()

    @property
    def command(self) -> Command | None:
        """The command of the selected row."""
        items = self.table.selectedItems()
        found = items[0].data(0, _COMMAND) if items and not items[0].isHidden() else None
        return found if isinstance(found, Command) else None

    @Slot()
    def _selected(self) -> None:
        command = self.command
        keys = () if command is None else self._keymap.keys(command.name)
        self.change.setEnabled(command is not None)
        self.add.setEnabled(bool(keys))
        self.remove.setEnabled(bool(keys))
        self.default.setEnabled(command is not None and self._keymap.is_changed(command))

    # What is chosen

    @Slot()
    def _record(self) -> None:
        self._listen(adding=False)

    @Slot()
    def _record_another(self) -> None:
        self._listen(adding=True)

    def _listen(self, *, adding: bool) -> None:
        """Show a `KeyField` in the row of the selected command."""
        command = self.command
        if command is None:
            return
        self._settle()
        self._adding = adding
        self._field = KeyField()
        self._field.recorded.connect(self._recorded)
        self._field.left.connect(self._settle)
        self.table.setItemWidget(self._items[command.name], 1, self._field)
        self._field.setFocus()

    @Slot(str)
    def _recorded(self, key: str) -> None:
        command = self.command
        self._settle()
        if command is None:
            return
        why = why_reserved(command, key)
        if why:
            self._say(why + " " + tr("Choose another key."))
        else:
            before = self._keymap.keys(command.name) if self._adding else ()
            self._want(command, (*before, key))

    def _want(self, command: Command, keys: Sequence[str]) -> None:
        """Assign keys to a command; ask first if another command has one of them."""
        owners = self._keymap.conflicts(command, keys)
        if not owners:
            self._keymap.assign(command, keys)
            return
        self._asked = command, tuple(keys)
        said = [
            tr("{key} belongs to “{name}”.", key=format_keys([key]), name=tr(owner.text))
            for key, found in owners.items()
            for owner in found
        ]
        self._say(" ".join(said), tr("Reassign it"))

    @Slot()
    def _remove(self) -> None:
        command = self.command
        if command is not None:
            self._settle()
            self._keymap.assign(command, ())

    @Slot()
    def _default(self) -> None:
        command = self.command
        if command is not None:
            self._settle()
            self._want(command, default_keys(command))

    @Slot()
    def _ask_all(self) -> None:
        self._settle()
        self._asked = None, ()
        count = sum(self._keymap.is_changed(command) for command in COMMANDS)
        self._say(tr("%n command(s) get their default keys back.", "", count), tr("Reset"))

    @Slot()
    def _agreed(self) -> None:
        asked = self._asked
        self._settle()
        if asked is not None:
            command, keys = asked
            if command is None:
                self._keymap.reset()
            else:
                self._keymap.assign(command, keys)

    def _say(self, words: str, yes: str = "") -> None:
        self.words.setText(words)
        self.yes.setText(yes)
        for button in (self.yes, self.no):
            button.setVisible(bool(yes))
        self.bar.show()
        if yes:
            self.yes.setFocus()

    @Slot()
    def _settle(self) -> None:
        """End recording and hide the question; the table gets the focus."""
        field, self._field = self._field, None
        asked, self._asked = self._asked, None
        if field is not None:
            field.blockSignals(True)  # hiding it would emit `left`
            field.hide()
            for item in self._items.values():
                if self.table.itemWidget(item, 1) is field:
                    self.table.removeItemWidget(item, 1)
        self.bar.hide()
        if field is not None or asked is not None:
            self.table.setFocus()
