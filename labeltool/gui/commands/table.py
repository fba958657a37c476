"""Every command of the window as one table: its name, text, keys, icon and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from labeltool.domain import Verdict, mark
from labeltool.gui.background.round_controller import RoundState
from labeltool.gui.i18n.language import Language
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
    def speak(self, language: Language) -> None: ...


Run = Callable[[Session, Surface], None]
Enabled = Callable[[Session], bool]


@dataclass(frozen=True)
class Command:
    """One thing the user can do. `enabled` is asked again after every change.

    `menu`: where it stands. `keys`: shortcuts unless the person chose others, the first is shown;
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
    return session.desk.counts.faces > 0 and session.round.state is RoundState.IDLE


def _can_predict(session: Session) -> bool:
    return _can_train(session)


def _labels(session: Session) -> bool:
    return session.desk.counts.accepted + session.desk.counts.corrected > 0


def _photos(session: Session) -> bool:
    return session.desk.counts.photos > 0


def _faces(session: Session) -> bool:
    return session.desk.counts.faces > 0


def _can_undo(session: Session) -> bool:
    return session.desk.can_undo() is not None


def _can_redo(session: Session) -> bool:
    return session.desk.can_redo() is not None


def _drafted(session: Session) -> bool:
    return session.desk.face is not None and session.desk.face.draft is not None


def _filtered(session: Session) -> bool:
    return session.desk.filter.narrows


def _saved(session: Session) -> bool:
    return session.saved_filter() is not None


WHY_NOT: Mapping[Enabled, str] = {
    _face: mark("No face is shown"),
    _points: mark("The face has no landmarks"),
    _listed: mark("No face is listed"),
    _proposals: mark("No proposal waits"),
    _can_train: mark("No faces yet, or a round runs"),
    _can_predict: mark("No faces yet, or a round runs"),
    _filtered: mark("No filter is on"),
    _saved: mark("No saved filter is on"),
    _labels: mark("No face is accepted yet"),
    _photos: mark("No photos yet"),
    _faces: mark("No faces yet"),
    _can_undo: mark("Nothing to take back"),
    _can_redo: mark("Nothing was taken back"),
    _drafted: mark("No point was moved"),
}
"""What is missing where a command cannot be done."""

ELSEWHERE: Mapping[str, str] = {
    "gallery": mark("Only in the gallery"),
    "canvas": mark("Only on the photo"),
}
"""The same for commands of the view that is not shown."""


MENUS = (
    mark("Project"), mark("Edit"), mark("Review"), mark("Batch"), mark("Go"), mark("Filter"),
    mark("Points"), mark("View"), mark("Rounds"), mark("Help"),
)  # fmt: skip
"""What the menus are called; `Command.menu` is one of them."""

COMMANDS: tuple[Command, ...] = (
    Command("import", mark("Import photos…"), mark("Add a folder of photos and find their faces"),
            "Project", ("Ctrl+I",), lambda s, w: w.ask("import"), _always,
            "mdi6.image-plus-outline"),
    Command("import_labels", mark("Import labels…"),
            mark("Take labels or proposals from COCO or .pts files"), "Project", (),
            lambda s, w: w.ask("import_labels"), _always),
    Command("export", mark("Export labels…"),
            mark("Write accepted and corrected faces as COCO or .pts"), "Project", ("Ctrl+E",),
            lambda s, w: w.ask("export"), _labels, "mdi6.export-variant"),
    Command("problems", mark("Photo problems…"),
            mark("Photos that cannot be read, or have no face"), "Project", (),
            lambda s, w: w.ask("problems"), _photos),
    Command("relocate", mark("Photos moved…"), mark("Say where the photos lie now"), "Project", (),
            lambda s, w: w.ask("relocate"), _photos),
    Command("close", mark("Close"), mark("Close this project"), "Project", ("Ctrl+W",),
            lambda s, w: w.ask("close"), _always),
    Command("undo", mark("Undo"), mark("Take back your last move or decision"), "Edit", ("Ctrl+Z",),
            lambda s, w: s.undo(), _can_undo, "mdi6.undo"),
    Command("redo", mark("Redo"), mark("Do again what was taken back"), "Edit",
            ("Ctrl+Shift+Z", "Ctrl+Y"), lambda s, w: s.undo(redo=True), _can_redo, "mdi6.redo"),
    Command("discard", mark("Discard moves"), mark("Put the points of this face back"), "Edit", (),
            lambda s, w: s.do(s.desk.discard), _drafted),
    Command("batches", mark("Batches…"),
            mark("What was decided on many faces at once, and the way back"), "Edit", ("Ctrl+B",),
            lambda s, w: w.ask("batches"), _faces, "mdi6.history"),
    Command("box", mark("Draw a face box"), mark("Draw a box around a face that was not found"),
            "Edit", ("B",), lambda s, w: w.view("box"), _face, "mdi6.vector-square-plus"),
    Command("key_box", mark("Change the box by keyboard"),
            mark("Arrows move the box of this face, Alt and arrows resize it"), "Edit",
            ("Shift+B",), lambda s, w: w.view("key_box"), _face, "mdi6.vector-square-edit"),
    Command("accept", mark("Accept"),
            mark("The landmarks are right, or right now that you moved them"), "Review", ("A",),
            lambda s, w: w.decide(Verdict.ACCEPTED), _face, "mdi6.check-circle"),
    Command("reject", mark("Reject"), mark("A bad proposal: the next round offers another"),
            "Review", ("X",), lambda s, w: w.decide(Verdict.REJECTED), _face, "mdi6.close-circle"),
    Command("exclude", mark("Exclude"), mark("Not a face, or unusable: never offered or trained"),
            "Review", ("Del",), lambda s, w: w.decide(Verdict.EXCLUDED), _face, "mdi6.cancel"),
    Command("unreview", mark("Back to unreviewed"), mark("Take the verdict away"), "Review", ("U",),
            lambda s, w: w.decide(Verdict.UNREVIEWED), _face, "mdi6.circle-outline"),
    Command("flag", mark("Flag"), mark("Mark the face to come back to"), "Review", ("F",),
            lambda s, w: w.flag(), _face, "mdi6.flag-outline"),
    Command("accept_above", mark("Accept by score…"),
            mark("Accept every unreviewed face whose score is high enough"), "Review",
            ("Ctrl+Shift+A",), lambda s, w: w.ask("accept_above"), _proposals, "mdi6.check-all"),
    Command("select_all", mark("Select all"), mark("Select every face under the filter"), "Batch",
            ("Ctrl+A",), lambda s, w: w.view("select_all"), _listed, within="gallery"),
    Command("accept_page", mark("Accept page…"),
            mark("Accept the faces that the gallery shows now"), "Batch", ("Shift+A",),
            lambda s, w: w.decide_page(Verdict.ACCEPTED), _listed),
    Command("reject_page", mark("Reject page…"),
            mark("Reject the faces that the gallery shows now"), "Batch", ("Shift+X",),
            lambda s, w: w.decide_page(Verdict.REJECTED), _listed),
    Command("exclude_page", mark("Exclude page…"),
            mark("Exclude the faces that the gallery shows now"), "Batch", ("Shift+Del",),
            lambda s, w: w.decide_page(Verdict.EXCLUDED), _listed),
    Command("accept_all", mark("Accept all under the filter…"),
            mark("Accept every face under the filter"), "Batch", (),
            lambda s, w: w.decide_all(Verdict.ACCEPTED), _listed),
    Command("reject_all", mark("Reject all under the filter…"),
            mark("Reject every face under the filter"), "Batch", (),
            lambda s, w: w.decide_all(Verdict.REJECTED), _listed),
    Command("exclude_all", mark("Exclude all under the filter…"),
            mark("Exclude every face under the filter"), "Batch", (),
            lambda s, w: w.decide_all(Verdict.EXCLUDED), _listed),
    Command("previous", mark("Previous"), mark("The face before"), "Go", ("Left",),
            lambda s, w: w.go("previous"), _face, "mdi6.chevron-left"),
    Command("next", mark("Next"), mark("The next face"), "Go", ("Right",),
            lambda s, w: w.go("next"), _face, "mdi6.chevron-right"),
    Command("next_unreviewed", mark("Next to review"),
            mark("The next face with something to decide"), "Go", ("N",),
            lambda s, w: w.go("next_unreviewed"), _face, "mdi6.skip-next"),
    Command("find", mark("Find a file…"), mark("Part of a file or folder name"), "Filter",
            ("Ctrl+F",), lambda s, w: w.ask("find"), _always, "mdi6.magnify"),
    Command("show_all", mark("Show all faces"), mark("Take the filter away; the order stays"),
            "Filter", ("Ctrl+Shift+F",), lambda s, w: w.ask("show_all"), _filtered,
            "mdi6.filter-remove-outline"),
    Command("save_filter", mark("Save filter…"), mark("Keep this filter and order under a name"),
            "Filter", ("Ctrl+S",), lambda s, w: w.ask("save_filter"), _always,
            "mdi6.filter-plus-outline"),
    Command("rename_filter", mark("Rename filter…"),
            mark("Give the saved filter that is on another name"), "Filter", (),
            lambda s, w: w.ask("rename_filter"), _saved),
    Command("delete_filter", mark("Delete filter"),
            mark("Forget the saved filter that is on; faces stay"), "Filter", (),
            lambda s, w: w.ask("delete_filter"), _saved),
    Command("select_points", mark("Select all points"), mark("Every placed landmark of the face"),
            "Points", ("Ctrl+A",), lambda s, w: w.edit("select_points"), _face, within="canvas"),
    Command("next_point", mark("Next point"), mark("The next landmark, least certain first"),
            "Points", ("Tab",), lambda s, w: w.edit("next_point"), _face, within="canvas"),
    Command("previous_point", mark("Previous point"), mark("The landmark before"), "Points",
            ("Shift+Tab",), lambda s, w: w.edit("previous_point"), _face, within="canvas"),
    Command("cycle", mark("Visible, occluded, absent"),
            mark("How the selected points can be seen, in turn"), "Points", ("V",),
            lambda s, w: w.edit("cycle"), _face),
    Command("visible", mark("Visible"), mark("The selected points can be seen"), "Points", ("1",),
            lambda s, w: w.edit("visible"), _face),
    Command("occluded", mark("Occluded"), mark("The selected points are hidden behind something"),
            "Points", ("2",), lambda s, w: w.edit("occluded"), _face),
    Command("absent", mark("Absent"), mark("The selected points are not in the photo"), "Points",
            ("3",), lambda s, w: w.edit("absent"), _face),
    Command("snap", mark("Snap to click"),
            mark("A click puts the selected point there, else the nearest (once: Alt and click)"),
            "Points", ("S",), lambda s, w: w.view("snap"), _face, "mdi6.target",
            on=lambda w: w.is_on("snap")),
    Command("follow", mark("Move neighbours along"), mark("Dragging a point bends its "
            "surroundings (once: Ctrl and drag; the wheel says how far)"), "Points", ("D",),
            lambda s, w: w.view("follow"), _face, "mdi6.vector-curve",
            on=lambda w: w.is_on("follow")),
    Command("turn_left", mark("Turn left"), mark("Turn the selected points by a degree"), "Points",
            ("[",), lambda s, w: w.edit("turn_left"), _face),
    Command("turn_right", mark("Turn right"), mark("Turn the selected points by a degree"),
            "Points", ("]",), lambda s, w: w.edit("turn_right"), _face),
    Command("grow", mark("Grow"), mark("Spread the selected points by a percent"), "Points",
            ("Shift+]", "}"), lambda s, w: w.edit("grow"), _face),
    Command("shrink", mark("Shrink"), mark("Draw the selected points together by a percent"),
            "Points", ("Shift+[", "{"), lambda s, w: w.edit("shrink"), _face),
    Command("swap", mark("Swap left and right"),
            mark("The proposal took the left side for the right"), "Points", ("W",),
            lambda s, w: w.edit("swap"), _points, "mdi6.swap-horizontal"),
    Command("mirror", mark("Mirror the face"), mark("The proposal looks the wrong way"), "Points",
            ("M",), lambda s, w: w.edit("mirror"), _points, "mdi6.flip-horizontal"),
    Command("next_pane", mark("Next pane"),
            mark("Keys go to the list, the photo, or the landmarks"), "View", ("F6",),
            lambda s, w: w.view("next_pane"), _always),
    Command("edit", mark("Open the photo"), mark("See the face in its photo, to mend its points"),
            "Go", ("Return", "Enter"), lambda s, w: w.view("canvas"), _face, within="gallery"),
    Command("back", mark("Back to the gallery"), mark("See many faces at once"), "Go", ("Esc",),
            lambda s, w: w.view("gallery"), _always, within="canvas"),
    Command("gallery", mark("Gallery"), mark("Many faces at once, or back to the one photo"),
            "View", ("G",), lambda s, w: w.view("toggle_gallery"), _always,
            "mdi6.view-grid-outline"),
    Command("fit_face", mark("Fit face"), mark("Zoom to the face"), "View", ("0",),
            lambda s, w: w.view("fit_face"), _face, "mdi6.face-recognition"),
    Command("fit_photo", mark("Fit photo"), mark("Show the whole photo"), "View", ("9",),
            lambda s, w: w.view("fit_photo"), _face, "mdi6.fit-to-page-outline"),
    Command("zoom_in", mark("Zoom in"), mark("A step closer to the middle (or the wheel)"), "View",
            ("Ctrl++", "Ctrl+="), lambda s, w: w.view("zoom_in"), _face),
    Command("zoom_out", mark("Zoom out"), mark("A step back from the middle (or the wheel)"),
            "View", ("Ctrl+-",), lambda s, w: w.view("zoom_out"), _face),
    Command("keep_view", mark("Keep the view between faces"),
            mark("The next face shows the same part, as large"), "View", ("K",),
            lambda s, w: w.view("keep_view"), _always, on=lambda w: w.is_on("keep_view")),
    Command("points", mark("Points"), mark("Show or hide the landmarks"), "View", ("P",),
            lambda s, w: w.view("points"), _always, on=lambda w: w.is_on("points")),
    Command("edges", mark("Edges"), mark("Show or hide the lines between points"), "View", ("E",),
            lambda s, w: w.view("edges"), _always, on=lambda w: w.is_on("edges")),
    Command("numbers", mark("Numbers"), mark("Show or hide the numbers of points"), "View", ("L",),
            lambda s, w: w.view("numbers"), _always, on=lambda w: w.is_on("numbers")),
    Command("boxes", mark("Boxes"), mark("Show or hide the boxes of faces"), "View", (),
            lambda s, w: w.view("boxes"), _always, on=lambda w: w.is_on("boxes")),
    Command("by_group", mark("Colour by region"),
            mark("Colours say which part of the face, not how certain"), "View", ("C",),
            lambda s, w: w.view("by_group"), _always, on=lambda w: w.is_on("by_group")),
    Command("ghost_proposal", mark("Original proposal"),
            mark("Show faintly where the points were proposed"), "View", ("O",),
            lambda s, w: w.view("ghost_proposal"), _always, on=lambda w: w.is_on("ghost_proposal")),
    Command("ghost_before", mark("Proposal of the round before"),
            mark("Show faintly what was proposed before"), "View", ("Shift+O",),
            lambda s, w: w.view("ghost_before"), _always, on=lambda w: w.is_on("ghost_before")),
    Command("tone", mark("Brightness and contrast…"),
            mark("How the photo is shown; it stays as it is"), "View", ("I",),
            lambda s, w: w.view("tone"), _face, "mdi6.contrast-circle"),
    Command("history", mark("Show or hide history"),
            mark("What was decided on this face, when and by whom"), "View", ("H",),
            lambda s, w: w.view("history"), _always),
    Command("light", mark("Light"), mark("Light colours"), "View", (), lambda s, w: w.view("light"),
            _always),
    Command("dark", mark("Dark"), mark("Dark colours"), "View", (), lambda s, w: w.view("dark"),
            _always),
    Command("system", mark("Colours of the system"), mark("Light or dark as the system is"), "View",
            (), lambda s, w: w.view("system"), _always),
    Command("english", mark("English"), mark("The words of this window in English"), "View", (),
            lambda s, w: w.speak("en"), _always),
    Command("korean", "한국어", "이 창의 모든 글을 한국어로 표시합니다", "View", (),
            lambda s, w: w.speak("ko"), _always),
    Command("system_language", mark("Language of the system"),
            mark("English or Korean as the system is"), "View", (), lambda s, w: w.speak("system"),
            _always),
    Command("predict", mark("Predict"), mark("Propose landmarks for faces that have none"),
            "Rounds", (), lambda s, w: s.round.predict(), _can_predict, "mdi6.auto-fix"),
    Command("train", mark("Train round…"), mark("Train on what was decided, then propose anew"),
            "Rounds", ("Ctrl+T",), lambda s, w: w.ask("train"), _can_train,
            "mdi6.play-circle-outline"),
    Command("restore", mark("Earlier proposals…"),
            mark("Offer the proposals of an earlier round again"), "Rounds", (),
            lambda s, w: w.ask("restore"), _can_predict),
    Command("palette", mark("Commands"), mark("Find any command and do it"), "Help", ("Ctrl+K",),
            lambda s, w: w.view("palette"), _always, "mdi6.console-line"),
    Command("keys", mark("Keys…"), mark("All commands and their keys, to look up and to change"),
            "Help", ("F1",), lambda s, w: w.ask("keys"), _always, "mdi6.keyboard-outline"),
    Command("diagnostics", mark("Copy diagnostics"),
            mark("What to paste into a bug report: versions, counts and logs, no names of photos"),
            "Help", (), lambda s, w: w.ask("diagnostics"), _always, "mdi6.content-copy"),
)  # fmt: skip

GESTURES = (
    (mark("Zoom"), mark("Wheel"), mark("At the mouse")),
    (mark("Pan"), mark("Middle button, or Space and drag"), mark("Move the photo")),
    (mark("Select points"), mark("Click, Shift or Ctrl and click, drag beside them"),
     mark("One, more, or a frame")),
    (mark("Move points"), mark("Drag, arrows"),
     mark("Arrows: 1 pixel, with Shift 10, with Ctrl 0.1")),
    (mark("Move neighbours along"), mark("Ctrl and drag"),
     mark("The wheel says how many, while you drag")),
    (mark("Snap"), mark("Alt and click"),
     mark("The selected point, else the nearest, jumps to the click")),
    (mark("Turn, scale points"), mark("Drag a handle of the frame"),
     mark("Shift turns in steps of 15 degrees")),
    (mark("Change a box"), mark("Drag its corner, side or outline"), mark("Resize or move it")),
    (mark("Another face"), mark("Click its box"), mark("Several faces in one photo")),
    (mark("Take back a drag"), mark("Esc"), mark("Then leave what was begun, or deselect")),
)  # fmt: skip
"""What mouse and bare keys do on the photo: what, how, and how exactly."""

GROUPS = (
    ("import", "predict"),
    ("accept", "reject", "exclude", "flag", "accept_above"),
    ("undo", "redo"),
    ("previous", "next", "next_unreviewed", "gallery"),
    ("train",),
)
"""The toolbar: names of commands, with a line between the groups."""


QUIET = ("palette", "import", "predict", "undo", "redo", "previous", "next", "gallery")
"""Buttons that lose their words first when the window is narrow."""
