"""Every command of the window as one table: its name, text, keys, icon and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget

from labeltool.domain import Changes, Verdict
from labeltool.gui import theme
from labeltool.gui.session import Session


class Surface(Protocol):
    """What a command may ask of the window: its dialogs and its views."""

    def decide(self, verdict: Verdict) -> None: ...
    def decide_page(self, verdict: Verdict) -> None: ...
    def decide_all(self, verdict: Verdict) -> None: ...
    def flag(self) -> None: ...
    def go(self, where: str) -> None: ...
    def view(self, what: str) -> None: ...
    def ask(self, dialog: str) -> None: ...


Run = Callable[[Session, Surface], None]
Enabled = Callable[[Session], bool]


@dataclass(frozen=True)
class Command:
    """One thing the user can do. `enabled` is asked again after every change.

    `menu`: where it stands. `bar`: whether it has a button. `keys`: shortcuts, the first is shown;
    they work in the whole window, or only `within` the view of that name.
    """

    name: str
    text: str
    tip: str
    menu: str
    keys: tuple[str, ...]
    run: Run
    enabled: Enabled
    icon: str = ""
    bar: bool = False
    within: str = ""


def _always(_session: Session) -> bool:
    return True


def _face(session: Session) -> bool:
    return session.desk.face is not None


def _listed(session: Session) -> bool:
    return bool(session.desk.queue)


def _proposals(session: Session) -> bool:
    return session.desk.counts.proposed > 0


def _can_train(session: Session) -> bool:
    return session.desk.counts.faces > 0 and not session.rounds.running


def _can_predict(session: Session) -> bool:
    return session.desk.counts.faces > 0 and not session.rounds.running


COMMANDS: tuple[Command, ...] = (
    Command("import", "Import photos…", "Add a folder of photos and find their faces", "Project",
            ("Ctrl+I",), lambda s, w: w.ask("import"), _always, "mdi6.image-plus-outline", True),
    Command("import_labels", "Import labels…", "Take labels or proposals from COCO or .pts files",
            "Project", (), lambda s, w: w.ask("import_labels"), _always),
    Command("export", "Export labels…", "Write accepted and corrected faces as COCO or .pts",
            "Project", ("Ctrl+E",), lambda s, w: w.ask("export"),
            lambda s: s.desk.counts.accepted + s.desk.counts.corrected > 0, "mdi6.export-variant"),
    Command("problems", "Photo problems…", "Photos that cannot be read, or have no face", "Project",
            (), lambda s, w: w.ask("problems"), lambda s: s.desk.counts.photos > 0),
    Command("relocate", "Photos moved…", "Say where the photos lie now", "Project", (),
            lambda s, w: w.ask("relocate"), lambda s: s.desk.counts.photos > 0),
    Command("close", "Close", "Close this project", "Project", ("Ctrl+W",),
            lambda s, w: w.ask("close"), _always),
    Command("undo", "Undo", "Take back your last move or decision", "Edit", ("Ctrl+Z",),
            lambda s, w: s.do(s.desk.undo), lambda s: s.desk.can_undo() is not None,
            "mdi6.undo", True),
    Command("redo", "Redo", "Do again what was taken back", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"),
            lambda s, w: s.do(s.desk.redo), lambda s: s.desk.can_redo() is not None,
            "mdi6.redo", True),
    Command("discard", "Discard moves", "Put the points of this face back", "Edit", (),
            lambda s, w: s.do(s.desk.discard),
            lambda s: s.desk.face is not None and s.desk.face.draft is not None),
    Command("box", "Draw a face box", "Draw a box around a face that was not found", "Edit", ("B",),
            lambda s, w: w.view("box"), _face, "mdi6.vector-square-plus"),
    Command("accept", "Accept", "The landmarks are right, or right now that you moved them",
            "Review", ("A",), lambda s, w: w.decide(Verdict.ACCEPTED), _face,
            "mdi6.check-circle", True),
    Command("reject", "Reject", "A bad proposal: the next round offers another", "Review", ("X",),
            lambda s, w: w.decide(Verdict.REJECTED), _face, "mdi6.close-circle", True),
    Command("exclude", "Exclude", "Not a face, or unusable: never offered or trained", "Review",
            ("Del",), lambda s, w: w.decide(Verdict.EXCLUDED), _face, "mdi6.cancel", True),
    Command("unreview", "Back to unreviewed", "Take the verdict away", "Review", ("U",),
            lambda s, w: w.decide(Verdict.UNREVIEWED), _face, "mdi6.circle-outline"),
    Command("flag", "Flag", "Mark the face to come back to", "Review", ("F",),
            lambda s, w: w.flag(), _face, "mdi6.flag-outline", True),
    Command("accept_above", "Accept by score…",
            "Accept every unreviewed face whose score is high enough", "Review", ("Ctrl+Shift+A",),
            lambda s, w: w.ask("accept_above"), _proposals, "mdi6.check-all", True),
    Command("select_all", "Select all", "Select every face under the filter", "Batch", ("Ctrl+A",),
            lambda s, w: w.view("select_all"), _listed, within="gallery"),
    Command("accept_page", "Accept page…", "Accept the faces that the gallery shows now", "Batch",
            ("Shift+A",), lambda s, w: w.decide_page(Verdict.ACCEPTED), _listed),
    Command("reject_page", "Reject page…", "Reject the faces that the gallery shows now", "Batch",
            ("Shift+X",), lambda s, w: w.decide_page(Verdict.REJECTED), _listed),
    Command("exclude_page", "Exclude page…", "Exclude the faces that the gallery shows now",
            "Batch", ("Shift+Del",), lambda s, w: w.decide_page(Verdict.EXCLUDED), _listed),
    Command("accept_all", "Accept all under the filter…", "Accept every face under the filter",
            "Batch", (), lambda s, w: w.decide_all(Verdict.ACCEPTED), _listed),
    Command("reject_all", "Reject all under the filter…", "Reject every face under the filter",
            "Batch", (), lambda s, w: w.decide_all(Verdict.REJECTED), _listed),
    Command("exclude_all", "Exclude all under the filter…", "Exclude every face under the filter",
            "Batch", (), lambda s, w: w.decide_all(Verdict.EXCLUDED), _listed),
    Command("previous", "Previous", "The face before", "Go", ("Left",),
            lambda s, w: w.go("previous"), _face, "mdi6.chevron-left", True),
    Command("next", "Next", "The next face", "Go", ("Right",),
            lambda s, w: w.go("next"), _face, "mdi6.chevron-right", True),
    Command("next_unreviewed", "Next to review", "The next face with something to decide", "Go",
            ("N",), lambda s, w: w.go("next_unreviewed"), _face, "mdi6.skip-next", True),
    Command("edit", "Open the photo", "See the face in its photo, to mend its points", "Go",
            ("Return", "Enter"), lambda s, w: w.view("canvas"), _face, within="gallery"),
    Command("back", "Back to the gallery", "See many faces at once", "Go", ("Esc",),
            lambda s, w: w.view("gallery"), _always, within="canvas"),
    Command("gallery", "Gallery", "Many faces at once, or back to the one photo", "View", ("G",),
            lambda s, w: w.view("toggle_gallery"), _always, "mdi6.view-grid-outline", True),
    Command("fit_face", "Fit face", "Zoom to the face", "View", ("0",),
            lambda s, w: w.view("fit_face"), _face, "mdi6.face-recognition"),
    Command("fit_photo", "Fit photo", "Show the whole photo", "View", ("9",),
            lambda s, w: w.view("fit_photo"), _face, "mdi6.fit-to-page-outline"),
    Command("edges", "Show or hide edges", "The lines between points", "View", ("E",),
            lambda s, w: w.view("edges"), _face),
    Command("points", "Show or hide points", "The landmarks", "View", ("P",),
            lambda s, w: w.view("points"), _face),
    Command("light", "Light", "Light colours", "View", (), lambda s, w: w.view("light"), _always),
    Command("dark", "Dark", "Dark colours", "View", (), lambda s, w: w.view("dark"), _always),
    Command("system", "Colours of the system", "Light or dark as the system is", "View", (),
            lambda s, w: w.view("system"), _always),
    Command("predict", "Predict", "Propose landmarks for faces that have none", "Rounds", (),
            lambda s, w: s.predict(), _can_predict, "mdi6.auto-fix", True),
    Command("train", "Train round…", "Train on what was decided, then propose anew", "Rounds",
            ("Ctrl+T",), lambda s, w: w.ask("train"), _can_train, "mdi6.play-circle-outline", True),
    Command("restore", "Earlier proposals…", "Offer the proposals of an earlier round again",
            "Rounds", (), lambda s, w: w.ask("restore"), _can_predict),
    Command("keys", "Keys and commands", "All commands and their keys", "Help", ("F1",),
            lambda s, w: w.ask("keys"), _always),
)  # fmt: skip

GROUPS = (
    ("import", "predict"),
    ("accept", "reject", "exclude", "flag", "accept_above"),
    ("undo", "redo"),
    ("previous", "next", "next_unreviewed", "gallery"),
    ("train",),
)
"""The toolbar: names of commands, with a line between the groups."""


QUIET = ("import", "predict", "undo", "redo", "previous", "next", "gallery")
"""Buttons that lose their words first when the window is narrow."""


class Actions(QObject):
    """The commands as QActions of one window, with enabled state and undo text kept up to date.

    The slots are methods, not closures: Qt disconnects a method when its object dies, a closure
    would go on being called with dead actions.
    """

    def __init__(
        self, session: Session, window: QWidget, surface: Surface, places: dict[str, QWidget]
    ) -> None:
        super().__init__(window)
        self._places = places
        self._session, self._surface = session, surface
        self._commands = {command.name: command for command in COMMANDS}
        self.by_name = {command.name: self._make(command, window) for command in COMMANDS}
        session.changed.connect(self.refresh)
        self.refresh()

    def _make(self, command: Command, window: QWidget) -> QAction:
        action = QAction(command.text, window)
        action.setObjectName(command.name)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{command.tip} ({key})" if key else command.tip)
        action.triggered.connect(self._run)
        if command.within:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        (self._places[command.within] if command.within else window).addAction(action)
        return action

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
            self.run(sender.objectName())

    def run(self, name: str) -> None:
        """Do a command if it can be done now."""
        command = self._commands[name]
        if command.enabled(self._session):
            command.run(self._session, self._surface)

    @Slot(object)
    def refresh(self, _changes: Changes | None = None) -> None:
        """Ask every command whether it can be done."""
        for command in COMMANDS:
            self.by_name[command.name].setEnabled(command.enabled(self._session))
        for name, what in (
            ("undo", self._session.desk.can_undo()),
            ("redo", self._session.desk.can_redo()),
        ):
            word = name.capitalize()
            self.by_name[name].setText(f"{word} {what}" if what else word)
            self.by_name[name].setIconText(word)


_HANGUL = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
        "QWERTYUIOPASDFGHJKLZXCVBNM",
        strict=True,
    )
)


class LatinKeys(QObject):
    """Lets single-letter shortcuts work under a Korean input method.

    There a key press arrives as a jamo (ㅁ for A), which matches no shortcut: the letter on the
    same key is sent instead, unless a text field has the focus.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Replace a jamo by its Latin letter."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        letter = latin_letter(event)
        focus = QApplication.focusWidget()
        if letter is None or isinstance(focus, QLineEdit | QAbstractSpinBox | QComboBox):
            return False
        window = watched.window() if isinstance(watched, QWidget) else None
        if window is None or event.modifiers() not in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier,
        ):  # fmt: skip
            return False
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        wanted = QKeySequence(f"Shift+{letter}" if shifted else letter)
        for action in window.actions():
            if wanted in action.shortcuts() and action.isEnabled():
                action.trigger()
                return True
        return False


def latin_letter(event: QKeyEvent) -> str | None:
    """The letter on the key of a Hangul jamo, None for any other key."""
    key = event.key()
    if not 0x3131 <= key <= 0x3163:
        return None
    native = event.nativeVirtualKey()
    if 0x61 <= native <= 0x7A or 0x41 <= native <= 0x5A:
        return chr(native).upper()
    return _HANGUL.get(chr(key))
