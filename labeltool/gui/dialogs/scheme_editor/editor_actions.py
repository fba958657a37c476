"""What the scheme editor can do, with texts and keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QWidget

from labeltool.domain import N_
from labeltool.gui import theme
from labeltool.gui.i18n.translate import tr


@dataclass(frozen=True)
class EditorAction:
    """One action. `needs`: how many landmarks must be chosen. `everywhere`: its keys work in the
    whole window, also while a text is typed."""

    name: str
    text: str
    tip: str
    keys: tuple[str, ...]
    needs: int = 0
    icon: str = ""
    everywhere: bool = False


ACTIONS = (
    EditorAction("undo", N_("Undo"), N_("Take the last step in this window back"), ("Ctrl+Z",),
                 icon="mdi6.undo", everywhere=True),
    EditorAction("redo", N_("Redo"), N_("Do again what was taken back"),
                 ("Ctrl+Shift+Z", "Ctrl+Y"), icon="mdi6.redo", everywhere=True),
    EditorAction("place", N_("Place landmarks"), N_("A click on the picture adds a landmark"),
                 ("A",), icon="mdi6.map-marker-plus-outline"),
    EditorAction("fit", N_("Fit the picture"), N_("Show all of the picture; the wheel zooms"),
                 ("0",), icon="mdi6.fit-to-page-outline"),
    EditorAction("rename", N_("Rename"), N_("Type the name of the landmark (or double-click it)"),
                 ("F2", "Return"), needs=1),
    EditorAction("remove", N_("Remove"), N_("Remove the chosen landmarks"), ("Del", "Backspace"),
                 needs=1),
    EditorAction("earlier", N_("Earlier"), N_("Move the chosen landmarks up in the order"),
                 ("Ctrl+Up",), needs=1),
    EditorAction("later", N_("Later"), N_("Move the chosen landmarks down in the order"),
                 ("Ctrl+Down",), needs=1),
    EditorAction("connect", N_("Edges"),
                 N_("Draw edges along the chosen landmarks, in the order in which you chose them; "
                    "again: none"), ("E",), needs=2),
    EditorAction("close", N_("Closed edges"), N_("The same, and from the last back to the first"),
                 ("Shift+E",), needs=3),
    EditorAction("contour", N_("Contour"),
                 N_("The chosen landmarks lie on a line, such as a jaw, and may slide along it; "
                    "again: not"), ("C",), needs=2),
    EditorAction("norm", N_("Norm"),
                 N_("Errors are shares of the distance of the two chosen landmarks"), ("N",),
                 needs=2),
    EditorAction("pair", N_("Pair"), N_("The two chosen landmarks are each other's mirror image"),
                 ("P",), needs=2),
    EditorAction("unpair", N_("No pair"), N_("The chosen landmarks lie in the middle of the face"),
                 ("Shift+P",), needs=1),
    EditorAction("guess", N_("Guess pairs"),
                 N_("Find all pairs by names and by mirroring; look at the column Partner"),
                 ("G",)),
    EditorAction("all", N_("Choose all"), N_("Choose every landmark"), ("Ctrl+A",)),
)  # fmt: skip
"""All actions, those with a button in its order."""


class EditorActions(QObject):
    """The actions as QActions.

    Signals:
        wanted: the name of the action that was chosen.
    """

    wanted = Signal(str)

    def __init__(self, dialog: QDialog, views: tuple[QWidget, ...]) -> None:
        super().__init__(dialog)
        self.by_name: dict[str, QAction] = {}
        for row in ACTIONS:
            action = QAction(tr(row.text), dialog)
            action.setObjectName(row.name)
            action.setShortcuts([QKeySequence(key) for key in row.keys])
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(tr("{tip} ({keys})", tip=tr(row.tip), keys=keys))
            action.setCheckable(row.name == "place")
            action.triggered.connect(self._run)
            if row.everywhere:
                dialog.addAction(action)
            else:
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                for view in views:
                    view.addAction(action)
            self.by_name[row.name] = action
        self.show_icons()

    def show_icons(self) -> None:
        """Draw the icons in the colours of the palette."""
        for row in ACTIONS:
            if row.icon:
                self.by_name[row.name].setIcon(theme.icon(row.icon))

    def enable(self, chosen: int, count: int, *, undo: bool, redo: bool) -> None:
        """Enable what can be done with so many chosen landmarks of so many."""
        exact = {"pair": 2, "norm": 2, "rename": 1}
        for row in ACTIONS:
            fits = chosen == exact[row.name] if row.name in exact else chosen >= row.needs
            self.by_name[row.name].setEnabled(fits)
        self.by_name["undo"].setEnabled(undo)
        self.by_name["redo"].setEnabled(redo)
        self.by_name["guess"].setEnabled(count > 1)

    @Slot()
    def _run(self) -> None:
        action = self.sender()
        if action is not None:
            self.wanted.emit(action.objectName())
