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
    def edit(self, what: str) -> None: ...
    def is_on(self, what: str) -> bool: ...
    def ask(self, dialog: str) -> None: ...


Run = Callable[[Session, Surface], None]
Enabled = Callable[[Session], bool]


@dataclass(frozen=True)
class Command:
    """One thing the user can do. `enabled` is asked again after every change.

    `menu`: where it stands. `bar`: whether it has a button. `keys`: shortcuts, the first is shown;
    they work in the whole window, or only `within` the view of that name. `on`: of what can be
    switched, whether it is.
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
    on: Callable[[Surface], bool] | None = None


def _always(_session: Session) -> bool:
    return True


def _face(session: Session) -> bool:
    return session.desk.face is not None


def _points(session: Session) -> bool:
    return session.desk.face is not None and session.desk.face.points is not None


def _listed(session: Session) -> bool:
    return bool(session.desk.queue)


def _proposals(session: Session) -> bool:
    return session.desk.counts.proposed > 0


def _can_train(session: Session) -> bool:
    return session.desk.counts.faces > 0 and not (session.rounds.running or session.starting)


def _can_predict(session: Session) -> bool:
    return _can_train(session)


def _filtered(session: Session) -> bool:
    return session.desk.filter.narrows


def _saved(session: Session) -> bool:
    return session.saved_filter() is not None


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
            lambda s, w: s.undo(), lambda s: s.desk.can_undo() is not None,
            "mdi6.undo", True),
    Command("redo", "Redo", "Do again what was taken back", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"),
            lambda s, w: s.undo(redo=True), lambda s: s.desk.can_redo() is not None,
            "mdi6.redo", True),
    Command("discard", "Discard moves", "Put the points of this face back", "Edit", (),
            lambda s, w: s.do(s.desk.discard),
            lambda s: s.desk.face is not None and s.desk.face.draft is not None),
    Command("batches", "Batches…", "What was decided on many faces at once, and the way back",
            "Edit", ("Ctrl+B",), lambda s, w: w.ask("batches"),
            lambda s: s.desk.counts.faces > 0, "mdi6.history"),
    Command("box", "Draw a face box", "Draw a box around a face that was not found", "Edit", ("B",),
            lambda s, w: w.view("box"), _face, "mdi6.vector-square-plus"),
    Command("key_box", "Change the box by keyboard", "Arrows move the box of this face, Alt and "
            "arrows resize it", "Edit", ("Shift+B",), lambda s, w: w.view("key_box"), _face,
            "mdi6.vector-square-edit"),
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
    Command("find", "Find a file…", "Part of a file or folder name", "Filter", ("Ctrl+F",),
            lambda s, w: w.ask("find"), _always, "mdi6.magnify"),
    Command("show_all", "Show all faces", "Take the filter away; the order stays", "Filter",
            ("Ctrl+Shift+F",), lambda s, w: w.ask("show_all"), _filtered,
            "mdi6.filter-remove-outline"),
    Command("save_filter", "Save filter…", "Keep this filter and order under a name", "Filter",
            ("Ctrl+S",), lambda s, w: w.ask("save_filter"), _always, "mdi6.filter-plus-outline"),
    Command("rename_filter", "Rename filter…", "Give the saved filter that is on another name",
            "Filter", (), lambda s, w: w.ask("rename_filter"), _saved),
    Command("delete_filter", "Delete filter", "Forget the saved filter that is on; faces stay",
            "Filter", (), lambda s, w: w.ask("delete_filter"), _saved),
    Command("select_points", "Select all points", "Every placed landmark of the face", "Points",
            ("Ctrl+A",), lambda s, w: w.edit("select_points"), _face, within="canvas"),
    Command("next_point", "Next point", "The next landmark, least certain first", "Points",
            ("Tab",), lambda s, w: w.edit("next_point"), _face, within="canvas"),
    Command("previous_point", "Previous point", "The landmark before", "Points", ("Shift+Tab",),
            lambda s, w: w.edit("previous_point"), _face, within="canvas"),
    Command("cycle", "Visible, occluded, absent", "How the selected points can be seen, in turn",
            "Points", ("V",), lambda s, w: w.edit("cycle"), _face),
    Command("visible", "Visible", "The selected points can be seen", "Points", ("1",),
            lambda s, w: w.edit("visible"), _face),
    Command("occluded", "Occluded", "The selected points are hidden behind something", "Points",
            ("2",), lambda s, w: w.edit("occluded"), _face),
    Command("absent", "Absent", "The selected points are not in the photo", "Points", ("3",),
            lambda s, w: w.edit("absent"), _face),
    Command("snap", "Snap to click", "A click puts the selected point there, else the nearest "
            "(once: Alt and click)", "Points", ("S",), lambda s, w: w.view("snap"), _face,
            "mdi6.target", on=lambda w: w.is_on("snap")),
    Command("follow", "Move neighbours along", "Dragging a point bends its surroundings "
            "(once: Ctrl and drag; the wheel says how far)", "Points", ("D",),
            lambda s, w: w.view("follow"), _face, "mdi6.vector-curve",
            on=lambda w: w.is_on("follow")),
    Command("turn_left", "Turn left", "Turn the selected points by a degree", "Points", ("[",),
            lambda s, w: w.edit("turn_left"), _face),
    Command("turn_right", "Turn right", "Turn the selected points by a degree", "Points", ("]",),
            lambda s, w: w.edit("turn_right"), _face),
    Command("grow", "Grow", "Spread the selected points by a percent", "Points", ("Shift+]", "}"),
            lambda s, w: w.edit("grow"), _face),
    Command("shrink", "Shrink", "Draw the selected points together by a percent", "Points",
            ("Shift+[", "{"), lambda s, w: w.edit("shrink"), _face),
    Command("swap", "Swap left and right", "The proposal took the left side for the right",
            "Points", ("W",), lambda s, w: w.edit("swap"), _points, "mdi6.swap-horizontal"),
    Command("mirror", "Mirror the face", "The proposal looks the wrong way", "Points", ("M",),
            lambda s, w: w.edit("mirror"), _points, "mdi6.flip-horizontal"),
    Command("next_pane", "Next pane", "Keys go to the list, the photo, or the landmarks", "View",
            ("F6",), lambda s, w: w.view("next_pane"), _always),
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
    Command("zoom_in", "Zoom in", "A step closer to the middle (or the wheel)", "View",
            ("Ctrl++", "Ctrl+="), lambda s, w: w.view("zoom_in"), _face),
    Command("zoom_out", "Zoom out", "A step back from the middle (or the wheel)", "View",
            ("Ctrl+-",), lambda s, w: w.view("zoom_out"), _face),
    Command("keep_view", "Keep the view between faces", "The next face shows the same part, as "
            "large", "View", ("K",), lambda s, w: w.view("keep_view"), _always,
            on=lambda w: w.is_on("keep_view")),
    Command("points", "Points", "Show or hide the landmarks", "View", ("P",),
            lambda s, w: w.view("points"), _always, on=lambda w: w.is_on("points")),
    Command("edges", "Edges", "Show or hide the lines between points", "View", ("E",),
            lambda s, w: w.view("edges"), _always, on=lambda w: w.is_on("edges")),
    Command("numbers", "Numbers", "Show or hide the numbers of points", "View", ("L",),
            lambda s, w: w.view("numbers"), _always, on=lambda w: w.is_on("numbers")),
    Command("boxes", "Boxes", "Show or hide the boxes of faces", "View", (),
            lambda s, w: w.view("boxes"), _always, on=lambda w: w.is_on("boxes")),
    Command("by_group", "Colour by region", "Colours say which part of the face, not how certain",
            "View", ("C",), lambda s, w: w.view("by_group"), _always,
            on=lambda w: w.is_on("by_group")),
    Command("ghost_proposal", "Original proposal", "Show faintly where the points were proposed",
            "View", ("O",), lambda s, w: w.view("ghost_proposal"), _always,
            on=lambda w: w.is_on("ghost_proposal")),
    Command("ghost_before", "Proposal of the round before", "Show faintly what was proposed before",
            "View", ("Shift+O",), lambda s, w: w.view("ghost_before"), _always,
            on=lambda w: w.is_on("ghost_before")),
    Command("tone", "Brightness and contrast…", "How the photo is shown; it stays as it is", "View",
            ("I",), lambda s, w: w.view("tone"), _face, "mdi6.contrast-circle"),
    Command("history", "Show or hide history", "What was decided on this face, when and by whom",
            "View", ("H",), lambda s, w: w.view("history"), _always),
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

GESTURES = (
    ("Zoom", "Wheel", "At the mouse"),
    ("Pan", "Middle button, or Space and drag", "Move the photo"),
    ("Select points", "Click, Shift or Ctrl and click, drag beside them", "One, more, or a frame"),
    ("Move points", "Drag, arrows", "Arrows: 1 pixel, with Shift 10, with Ctrl 0.1"),
    ("Move neighbours along", "Ctrl and drag", "The wheel says how many, while you drag"),
    ("Snap", "Alt and click", "The selected point, else the nearest, jumps to the click"),
    ("Turn, scale points", "Drag a handle of the frame", "Shift turns in steps of 15 degrees"),
    ("Change a box", "Drag its corner, side or outline", "Resize or move it"),
    ("Another face", "Click its box", "Several faces in one photo"),
    ("Take back a drag", "Esc", "Then leave what was begun, or deselect"),
)
"""What mouse and bare keys do on the photo: what, how, and how exactly."""

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
        session.surveyed.connect(self.refresh)
        self.refresh()

    def _make(self, command: Command, window: QWidget) -> QAction:
        action = QAction(command.text, window)
        action.setObjectName(command.name)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{command.tip} ({key})" if key else command.tip)
        action.setCheckable(command.on is not None)
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
            if command.on is not None:
                self.by_name[command.name].setChecked(command.on(self._surface))
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
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        for wanted in (f"Shift+{letter}", letter) if shift else (letter,):
            for action in window.actions():
                if QKeySequence(wanted) in action.shortcuts() and action.isEnabled():
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
