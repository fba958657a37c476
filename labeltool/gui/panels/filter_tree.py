"""The parts of a filter as a tree: verdicts, saved filters, folders, rounds, reviewers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from labeltool.checks.findings import CHECK_LABELS
from labeltool.domain import Filter, Folder, folder_name
from labeltool.gui import theme
from labeltool.gui.i18n.filter_labels import ROLE_LABELS, VERDICT_LABELS, round_name
from labeltool.gui.i18n.translate import tr
from labeltool.review.facets import FacetCounts
from pipnet.text import one_line

Index = QModelIndex | QPersistentModelIndex

KEY_ROLE = Qt.ItemDataRole.UserRole
"""The role of an item's key: (field of the filter, value)."""

_ICONS = {
    "saved": "mdi6.filter-variant",
    "folder": "mdi6.folder-outline",
    "round_id": "mdi6.sync",
    "reviewer": "mdi6.account-outline",
    "role": "mdi6.school-outline",
    "check": "mdi6.alert-outline",
}
_CHOOSE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class _RowDelegate(QStyledItemDelegate):
    """Rows high enough to click; folders are elided in the middle, other texts at the end."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        """Choose where to elide."""
        super().initStyleOption(option, index)
        view: Any = option
        key = index.data(KEY_ROLE)
        if key is None or key[0] != "folder":
            view.textElideMode = Qt.TextElideMode.ElideRight

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """Make rows at least 24 pixels high."""
        return super().sizeHint(option, index).expandedTo(QSize(0, 6 * theme.SPACING))


_VERDICT_ICONS = {
    None: "mdi6.image-multiple-outline",
    "offered": "mdi6.eye-outline",
    "missing": "mdi6.map-marker-question-outline",
}


class FilterTree(QTreeWidget):
    """A click sets one part of the filter, or clears it if it is set.

    Signals:
        chosen: the new Filter.
        saved_menu: id of a saved filter, and the global position for its menu.
    """

    chosen = Signal(object)
    saved_menu = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = Filter()
        self._saved: dict[int, Filter | None] = {}
        self._items: dict[tuple[str, object], QTreeWidgetItem] = {}
        self._active: set[tuple[str, object]] = set()
        self._totals: dict[str, tuple[int, int]] = {}
        self.setColumnCount(2)
        self.setItemDelegate(_RowDelegate(self))
        self.setHeaderHidden(True)
        self.setIndentation(2 * theme.SPACING)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(tr("Filters"))
        self.setFont(theme.tabular(self.font()))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self._set_count_width("0,000")  # until counts arrive
        self._groups = {
            name: self._add_group(words)
            for name, words in (
                ("verdict", tr("Verdict")), ("saved", tr("Saved filters")),
                ("check", tr("Findings")),
                ("folder", tr("Folders")), ("round_id", tr("Rounds")),
                ("role", tr("Newest round")), ("reviewer", tr("Decided by")),
            )
        }  # fmt: skip
        for verdict, words in VERDICT_LABELS.items():
            self._add_item(self._groups["verdict"], ("verdict", verdict), tr(words))
        self._add_item(self._groups["verdict"], ("flagged", True), tr("Flagged"))
        self._add_item(self._groups["verdict"], ("audit", True), tr("Faces to measure by"))
        self._items["audit", True].setHidden(True)  # until there are some
        self._items["verdict", "missing"].setHidden(True)
        for role, words in ROLE_LABELS.items():
            self._add_item(self._groups["role"], ("role", str(role)), tr(words))
        self._groups["role"].setHidden(True)  # until a round has ended
        self._groups["check"].setHidden(True)  # until something is found
        for name in ("verdict", "saved", "check", "folder"):
            self._groups[name].setExpanded(True)
        self.recolour()
        self.itemClicked.connect(self._choose)
        self.customContextMenuRequested.connect(self._request_menu)

    def _add_group(self, title: str) -> QTreeWidgetItem:
        group = QTreeWidgetItem([title, ""])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = theme.small(self.font())
        font.setBold(True)
        group.setFont(0, font)
        self.addTopLevelItem(group)
        return group

    def _add_item(
        self, parent: QTreeWidgetItem, key: tuple[str, object], words: str
    ) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [words, ""])
        item.setData(0, KEY_ROLE, key)
        item.setToolTip(0, words)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._items[key] = item
        self._active.discard(key)  # a new item is not highlighted
        return item

    def recolour(self) -> None:
        """Redraw the icons for a new palette."""
        for (part, value), item in self._items.items():
            if part == "verdict":
                name = _VERDICT_ICONS.get(value if value is None else str(value))
                verdict = str(value).removesuffix("-new")
                item.setIcon(0, theme.icon(name) if name else theme.verdict_icon(verdict))
            elif part == "flagged":
                item.setIcon(0, theme.icon("mdi6.flag-outline"))
            elif part == "audit":
                item.setIcon(0, theme.icon("mdi6.ruler"))
            else:
                item.setIcon(0, theme.icon(_ICONS[part]))
        self._highlight(is_new_palette=True)

    # Rows and counts

    def show_counts(self, found: FacetCounts) -> None:
        """Show the rows and counts that were found."""
        for verdict, count in found.facets.verdicts.items():
            self._items["verdict", verdict].setText(1, f"{count:,}")
        missing = found.facets.verdicts["missing"] > 0 or self._filter.verdict == "missing"
        self._items["verdict", "missing"].setHidden(not missing)
        self._items["flagged", True].setText(1, f"{found.facets.flagged:,}")
        self._items["audit", True].setText(1, f"{found.audit:,}")
        self._items["audit", True].setHidden(not found.audit)
        self._saved = {row.id: row.filter for row, _ in found.saved}
        self._fill("saved", [(row.id, row.name, count) for row, count in found.saved])
        self._fill("round_id", [(row.id, round_name(row), count) for row, count in found.rounds])
        self._fill("reviewer", [(name, name, count) for name, count in found.reviewers.items()])
        self._fill(
            "check",
            [(str(check), tr(CHECK_LABELS[check]), n) for check, n in found.findings.items()],
        )
        self._show_roles(found)
        self._fill_folders(found)
        most = max((faces for faces, _ in self._totals.values()), default=0)
        self._set_count_width("newer" if None in self._saved.values() else "", f"{most:,}")
        self._highlight()

    def item(self, part: str, value: object) -> QTreeWidgetItem | None:
        """The row that sets a field of the filter to a value; None if there is none."""
        return self._items.get((part, value))

    def _set_count_width(self, *widest: str) -> None:
        """Make room for the widest count; letting Qt measure would visit every row each time."""
        font = self.font()
        font.setBold(True)
        width = QFontMetrics(font).horizontalAdvance
        room = max(map(width, widest)) + 3 * theme.SPACING
        if self.header().sectionSize(1) != room:
            self.header().resizeSection(1, room)

    def _fill(self, part: str, rows: list[tuple[object, str, int | None]]) -> None:
        group = self._groups[part]
        wanted = [(part, value) for value, _, _ in rows]
        there = [key for key in self._items if key[0] == part]
        if there != wanted:
            for key in there:
                del self._items[key]
            group.takeChildren()
            for value, words, _ in rows:
                item = self._add_item(group, (part, value), words)
                item.setIcon(0, theme.icon(_ICONS[part]))
        for value, words, count in rows:
            item = self._items[part, value]
            item.setText(0, words)
            item.setText(1, tr("newer") if count is None else f"{count:,}")
            if count is None:
                item.setToolTip(
                    0, tr("{name}: made by a newer version of this program", name=words)
                )
        group.setHidden(not rows)

    def _show_roles(self, found: FacetCounts) -> None:
        group = self._groups["role"]
        group.setHidden(not any(found.roles.values()))
        if found.roles_round is not None:
            group.setText(0, tr("In round {number}", number=found.roles_round.number))
        for role, count in found.roles.items():
            self._items["role", str(role)].setText(1, f"{count:,}")

    def _fill_folders(self, found: FacetCounts) -> None:
        totals = _totals(found.folders)
        if totals == self._totals:
            return
        before, self._totals = self._totals, totals
        group = self._groups["folder"]
        gone = [k for k in self._items if k[0] == "folder" and k[1] not in totals]
        if gone:  # a photo folder was removed: rare enough to rebuild all
            group.takeChildren()
            self._items = {k: v for k, v in self._items.items() if k[0] != "folder"}
            before = {}
        icon = theme.icon(_ICONS["folder"])
        for path in sorted(path for path in totals if totals[path] != before.get(path)):
            faces, todo = totals[path]
            item = self._items.get(("folder", path))
            if item is None:
                above, _, name = path.rpartition("/")
                parent = self._items["folder", above] if above else group
                root = found.roots.get(int(path)) if not above else None
                item = self._add_item(
                    parent, ("folder", path), one_line(folder_name(root) if root else name)
                )
                item.setIcon(0, icon)
                if root is not None:
                    item.setToolTip(0, one_line(root))
                    item.setExpanded(True)
            item.setText(1, f"{faces:,}")
            left = tr("{todo:,} of {faces:,} faces left to decide", todo=todo, faces=faces)
            item.setToolTip(1, left)
        group.setHidden(not totals)

    # The current filter

    def show_filter(self, wanted: Filter) -> None:
        """Highlight the rows that are part of the filter."""
        if wanted != self._filter:
            self._filter = wanted
            self._highlight()

    def _highlight(self, *, is_new_palette: bool = False) -> None:
        """Highlight the active rows: those that changed, or all for a new palette."""
        colour = self.palette().color(QPalette.ColorRole.Highlight)
        colour.setAlpha(70)
        active = {key for key in self._items if self._is_active(*key)}
        for key in (
            active | self._active if is_new_palette else active ^ self._active
        ) & self._items.keys():
            font = self.font()
            font.setBold(key in active)
            for column in (0, 1):
                self._items[key].setFont(column, font)
                self._items[key].setData(
                    column, Qt.ItemDataRole.BackgroundRole, colour if key in active else None
                )
        self._active = active

    def _is_active(self, part: str, value: object) -> bool:
        if part == "saved":
            return self._saved.get(int(str(value))) == self._filter
        return bool(getattr(self._filter, part) == value)

    @Slot(QTreeWidgetItem)
    def _choose(self, item: QTreeWidgetItem) -> None:
        key = item.data(0, KEY_ROLE)
        if key is None:
            item.setExpanded(not item.isExpanded())
            return
        part, value = key
        is_active = self._is_active(part, value)
        if part == "saved":
            saved = self._saved[value]
            if saved is not None:
                self.chosen.emit(Filter() if is_active else saved)
            return
        fresh: dict[str, Any] = {part: getattr(Filter(), part) if is_active else value}
        if part == "role" and is_active:
            fresh["role_round"] = None
        self.chosen.emit(replace(self._filter, **fresh))

    @Slot(QPoint)
    def _request_menu(self, place: QPoint) -> None:
        item = self.itemAt(place)
        key = None if item is None else item.data(0, KEY_ROLE)
        if key is not None and key[0] == "saved":
            self.saved_menu.emit(key[1], self.viewport().mapToGlobal(place))

    def event(self, event: QEvent) -> bool:
        """Keep Enter and Space from triggering commands while the tree has the focus."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _CHOOSE_KEYS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Choose the current row with Enter or Space."""
        item = self.currentItem()
        if event.key() in _CHOOSE_KEYS and item is not None:
            self._choose(item)
            return
        super().keyPressEvent(event)


def _totals(folders: list[Folder]) -> dict[str, tuple[int, int]]:
    """The faces, and those left to decide, of each folder with its subfolders."""
    totals: dict[str, tuple[int, int]] = {}
    for folder in folders:
        parts = folder.path.split("/")
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            faces, todo = totals.get(path, (0, 0))
            totals[path] = (faces + folder.faces, todo + folder.todo)
    return totals
