"""Every command of the window as one table: its name, text, keys, icon and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from labeltool.domain import N_, Verdict
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
    return bool(session.desk.queue.faces)


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
    return session.desk.undo_stack.undo_text is not None


def _can_redo(session: Session) -> bool:
    return session.desk.undo_stack.redo_text is not None


def _drafted(session: Session) -> bool:
    return session.desk.face is not None and session.desk.face.draft is not None


def _filtered(session: Session) -> bool:
    return session.desk.queue.filter.narrows


def _saved(session: Session) -> bool:
    return session.facets.saved_filter() is not None


WHY_NOT: Mapping[Enabled, str] = {
    _face: N_("No face is shown"),
    _points: N_("The face has no landmarks"),
    _listed: N_("No face is listed"),
    _proposals: N_("No proposal waits"),
    _can_train: N_("No faces yet, or a round runs"),
    _can_predict: N_("No faces yet, or a round runs"),
    _filtered: N_("No filter is on"),
    _saved: N_("No saved filter is on"),
    _labels: N_("No face is accepted yet"),
    _photos: N_("No photos yet"),
    _faces: N_("No faces yet"),
    _can_undo: N_("Nothing to take back"),
    _can_redo: N_("Nothing was taken back"),
    _drafted: N_("No point was moved"),
}
"""What is missing where a command cannot be done."""

ELSEWHERE: Mapping[str, str] = {
    "gallery": N_("Only in the gallery"),
    "canvas": N_("Only on the photo"),
}
"""The same for commands of the view that is not shown."""


MENUS = (
    N_("Project"), N_("Edit"), N_("Review"), N_("Batch"), N_("Go"), N_("Filter"),
    N_("Points"), N_("View"), N_("Rounds"), N_("Help"),
)  # fmt: skip
"""What the menus are called; `Command.menu` is one of them."""

COMMANDS: tuple[Command, ...] = (
    Command("import", N_("Import photos…"), N_("Add a folder of photos and find their faces"),
            "Project", ("Ctrl+I",), lambda s, w: w.ask("import"), _always,
            "mdi6.image-plus-outline"),
    Command("import_labels", N_("Import labels…"),
            N_("Take labels or proposals from COCO or .pts files"), "Project", (),
            lambda s, w: w.ask("import_labels"), _always),
    Command("export", N_("Export labels…"),
            N_("Write accepted and corrected faces as COCO or .pts"), "Project", ("Ctrl+E",),
            lambda s, w: w.ask("export"), _labels, "mdi6.export-variant"),
    Command("problems", N_("Photo problems…"),
            N_("Photos that cannot be read, or have no face"), "Project", (),
            lambda s, w: w.ask("problems"), _photos),
    Command("relocate", N_("Photos moved…"), N_("Say where the photos lie now"), "Project", (),
            lambda s, w: w.ask("relocate"), _photos),
    Command("close", N_("Close"), N_("Close this project"), "Project", ("Ctrl+W",),
            lambda s, w: w.ask("close"), _always),
    Command("undo", N_("Undo"), N_("Take back your last move or decision"), "Edit", ("Ctrl+Z",),
            lambda s, w: s.undo_redo.undo(), _can_undo, "mdi6.undo"),
    Command("redo", N_("Redo"), N_("Do again what was taken back"), "Edit",
            ("Ctrl+Shift+Z", "Ctrl+Y"), lambda s, w: s.undo_redo.redo(), _can_redo, "mdi6.redo"),
    Command("discard", N_("Discard moves"), N_("Put the points of this face back"), "Edit", (),
            lambda s, w: s.writes.submit_for_face(s.desk.edits.discard), _drafted),
    Command("batches", N_("Batches…"),
            N_("What was decided on many faces at once, and the way back"), "Edit", ("Ctrl+B",),
            lambda s, w: w.ask("batches"), _faces, "mdi6.history"),
    Command("box", N_("Draw a face box"), N_("Draw a box around a face that was not found"),
            "Edit", ("B",), lambda s, w: w.view("box"), _face, "mdi6.vector-square-plus"),
    Command("keyboard_box", N_("Change the box by keyboard"),
            N_("Arrows move the box of this face, Alt and arrows resize it"), "Edit",
            ("Shift+B",), lambda s, w: w.view("keyboard_box"), _face, "mdi6.vector-square-edit"),
    Command("accept", N_("Accept"),
            N_("The landmarks are right, or right now that you moved them"), "Review", ("A",),
            lambda s, w: w.decide(Verdict.ACCEPTED), _face, "mdi6.check-circle"),
    Command("reject", N_("Reject"), N_("A bad proposal: the next round offers another"),
            "Review", ("X",), lambda s, w: w.decide(Verdict.REJECTED), _face, "mdi6.close-circle"),
    Command("exclude", N_("Exclude"), N_("Not a face, or unusable: never offered or trained"),
            "Review", ("Del",), lambda s, w: w.decide(Verdict.EXCLUDED), _face, "mdi6.cancel"),
    Command("unreview", N_("Back to unreviewed"), N_("Take the verdict away"), "Review", ("U",),
            lambda s, w: w.decide(Verdict.UNREVIEWED), _face, "mdi6.circle-outline"),
    Command("flag", N_("Flag"), N_("Mark the face to come back to"), "Review", ("F",),
            lambda s, w: w.flag(), _face, "mdi6.flag-outline"),
    Command("accept_above", N_("Accept by score…"),
            N_("Accept every unreviewed face whose score is high enough"), "Review",
            ("Ctrl+Shift+A",), lambda s, w: w.ask("accept_above"), _proposals, "mdi6.check-all"),
    Command("select_all", N_("Select all"), N_("Select every face under the filter"), "Batch",
            ("Ctrl+A",), lambda s, w: w.view("select_all"), _listed, within="gallery"),
    Command("accept_page", N_("Accept page…"),
            N_("Accept the faces that the gallery shows now"), "Batch", ("Shift+A",),
            lambda s, w: w.decide_page(Verdict.ACCEPTED), _listed),
    Command("reject_page", N_("Reject page…"),
            N_("Reject the faces that the gallery shows now"), "Batch", ("Shift+X",),
            lambda s, w: w.decide_page(Verdict.REJECTED), _listed),
    Command("exclude_page", N_("Exclude page…"),
            N_("Exclude the faces that the gallery shows now"), "Batch", ("Shift+Del",),
            lambda s, w: w.decide_page(Verdict.EXCLUDED), _listed),
    Command("accept_all", N_("Accept all under the filter…"),
            N_("Accept every face under the filter"), "Batch", (),
            lambda s, w: w.decide_all(Verdict.ACCEPTED), _listed),
    Command("reject_all", N_("Reject all under the filter…"),
            N_("Reject every face under the filter"), "Batch", (),
            lambda s, w: w.decide_all(Verdict.REJECTED), _listed),
    Command("exclude_all", N_("Exclude all under the filter…"),
            N_("Exclude every face under the filter"), "Batch", (),
            lambda s, w: w.decide_all(Verdict.EXCLUDED), _listed),
    Command("previous", N_("Previous"), N_("The face before"), "Go", ("Left",),
            lambda s, w: w.go("previous"), _face, "mdi6.chevron-left"),
    Command("next", N_("Next"), N_("The next face"), "Go", ("Right",),
            lambda s, w: w.go("next"), _face, "mdi6.chevron-right"),
    Command("next_unreviewed", N_("Next to review"),
            N_("The next face with something to decide"), "Go", ("N",),
            lambda s, w: w.go("next_unreviewed"), _face, "mdi6.skip-next"),
    Command("find", N_("Find a file…"), N_("Part of a file or folder name"), "Filter",
            ("Ctrl+F",), lambda s, w: w.ask("find"), _always, "mdi6.magnify"),
    Command("show_all", N_("Show all faces"), N_("Take the filter away; the order stays"),
            "Filter", ("Ctrl+Shift+F",), lambda s, w: w.ask("show_all"), _filtered,
            "mdi6.filter-remove-outline"),
    Command("save_filter", N_("Save filter…"), N_("Keep this filter and order under a name"),
            "Filter", ("Ctrl+S",), lambda s, w: w.ask("save_filter"), _always,
            "mdi6.filter-plus-outline"),
    Command("rename_filter", N_("Rename filter…"),
            N_("Give the saved filter that is on another name"), "Filter", (),
            lambda s, w: w.ask("rename_filter"), _saved),
    Command("delete_filter", N_("Delete filter"),
            N_("Forget the saved filter that is on; faces stay"), "Filter", (),
            lambda s, w: w.ask("delete_filter"), _saved),
    Command("select_points", N_("Select all points"), N_("Every placed landmark of the face"),
            "Points", ("Ctrl+A",), lambda s, w: w.edit("select_points"), _face, within="canvas"),
    Command("next_point", N_("Next point"), N_("The next landmark, least certain first"),
            "Points", ("Tab",), lambda s, w: w.edit("next_point"), _face, within="canvas"),
    Command("previous_point", N_("Previous point"), N_("The landmark before"), "Points",
            ("Shift+Tab",), lambda s, w: w.edit("previous_point"), _face, within="canvas"),
    Command("cycle", N_("Visible, occluded, absent"),
            N_("How the selected points can be seen, in turn"), "Points", ("V",),
            lambda s, w: w.edit("cycle"), _face),
    Command("visible", N_("Visible"), N_("The selected points can be seen"), "Points", ("1",),
            lambda s, w: w.edit("visible"), _face),
    Command("occluded", N_("Occluded"), N_("The selected points are hidden behind something"),
            "Points", ("2",), lambda s, w: w.edit("occluded"), _face),
    Command("absent", N_("Absent"), N_("The selected points are not in the photo"), "Points",
            ("3",), lambda s, w: w.edit("absent"), _face),
    Command("snap", N_("Snap to click"),
            N_("A click puts the selected point there, else the nearest (once: Alt and click)"),
            "Points", ("S",), lambda s, w: w.view("snap"), _face, "mdi6.target",
            on=lambda w: w.is_on("snap")),
    Command("follow", N_("Move neighbours along"), N_("Dragging a point bends its "
            "surroundings (once: Ctrl and drag; the wheel says how far)"), "Points", ("D",),
            lambda s, w: w.view("follow"), _face, "mdi6.vector-curve",
            on=lambda w: w.is_on("follow")),
    Command("turn_left", N_("Turn left"), N_("Turn the selected points by a degree"), "Points",
            ("[",), lambda s, w: w.edit("turn_left"), _face),
    Command("turn_right", N_("Turn right"), N_("Turn the selected points by a degree"),
            "Points", ("]",), lambda s, w: w.edit("turn_right"), _face),
    Command("grow", N_("Grow"), N_("Spread the selected points by a percent"), "Points",
            ("Shift+]", "}"), lambda s, w: w.edit("grow"), _face),
    Command("shrink", N_("Shrink"), N_("Draw the selected points together by a percent"),
            "Points", ("Shift+[", "{"), lambda s, w: w.edit("shrink"), _face),
    Command("swap", N_("Swap left and right"),
            N_("The proposal took the left side for the right"), "Points", ("W",),
            lambda s, w: w.edit("swap"), _points, "mdi6.swap-horizontal"),
    Command("mirror", N_("Mirror the face"), N_("The proposal looks the wrong way"), "Points",
            ("M",), lambda s, w: w.edit("mirror"), _points, "mdi6.flip-horizontal"),
    Command("next_pane", N_("Next pane"),
            N_("Keys go to the list, the photo, or the landmarks"), "View", ("F6",),
            lambda s, w: w.view("next_pane"), _always),
    Command("edit", N_("Open the photo"), N_("See the face in its photo, to mend its points"),
            "Go", ("Return", "Enter"), lambda s, w: w.view("canvas"), _face, within="gallery"),
    Command("back", N_("Back to the gallery"), N_("See many faces at once"), "Go", ("Esc",),
            lambda s, w: w.view("gallery"), _always, within="canvas"),
    Command("gallery", N_("Gallery"), N_("Many faces at once, or back to the one photo"),
            "View", ("G",), lambda s, w: w.view("toggle_gallery"), _always,
            "mdi6.view-grid-outline"),
    Command("fit_face", N_("Fit face"), N_("Zoom to the face"), "View", ("0",),
            lambda s, w: w.view("fit_face"), _face, "mdi6.face-recognition"),
    Command("fit_photo", N_("Fit photo"), N_("Show the whole photo"), "View", ("9",),
            lambda s, w: w.view("fit_photo"), _face, "mdi6.fit-to-page-outline"),
    Command("zoom_in", N_("Zoom in"), N_("A step closer to the middle (or the wheel)"), "View",
            ("Ctrl++", "Ctrl+="), lambda s, w: w.view("zoom_in"), _face),
    Command("zoom_out", N_("Zoom out"), N_("A step back from the middle (or the wheel)"),
            "View", ("Ctrl+-",), lambda s, w: w.view("zoom_out"), _face),
    Command("keep_view", N_("Keep the view between faces"),
            N_("The next face shows the same part, as large"), "View", ("K",),
            lambda s, w: w.view("keep_view"), _always, on=lambda w: w.is_on("keep_view")),
    Command("points", N_("Points"), N_("Show or hide the landmarks"), "View", ("P",),
            lambda s, w: w.view("points"), _always, on=lambda w: w.is_on("points")),
    Command("edges", N_("Edges"), N_("Show or hide the lines between points"), "View", ("E",),
            lambda s, w: w.view("edges"), _always, on=lambda w: w.is_on("edges")),
    Command("numbers", N_("Numbers"), N_("Show or hide the numbers of points"), "View", ("L",),
            lambda s, w: w.view("numbers"), _always, on=lambda w: w.is_on("numbers")),
    Command("boxes", N_("Boxes"), N_("Show or hide the boxes of faces"), "View", (),
            lambda s, w: w.view("boxes"), _always, on=lambda w: w.is_on("boxes")),
    Command("by_group", N_("Colour by region"),
            N_("Colours say which part of the face, not how certain"), "View", ("C",),
            lambda s, w: w.view("by_group"), _always, on=lambda w: w.is_on("by_group")),
    Command("compare_proposal", N_("Original proposal"),
            N_("Show faintly where the points were proposed"), "View", ("O",),
            lambda s, w: w.view("compare_proposal"), _always,
            on=lambda w: w.is_on("compare_proposal")),
    Command("compare_previous", N_("Proposal of the round before"),
            N_("Show faintly what was proposed before"), "View", ("Shift+O",),
            lambda s, w: w.view("compare_previous"), _always,
            on=lambda w: w.is_on("compare_previous")),
    Command("adjustments", N_("Brightness and contrast…"),
            N_("How the photo is shown; it stays as it is"), "View", ("I",),
            lambda s, w: w.view("adjustments"), _face, "mdi6.contrast-circle"),
    Command("history", N_("Show or hide history"),
            N_("What was decided on this face, when and by whom"), "View", ("H",),
            lambda s, w: w.view("history"), _always),
    Command("light", N_("Light"), N_("Light colours"), "View", (), lambda s, w: w.view("light"),
            _always),
    Command("dark", N_("Dark"), N_("Dark colours"), "View", (), lambda s, w: w.view("dark"),
            _always),
    Command("system", N_("Colours of the system"), N_("Light or dark as the system is"), "View",
            (), lambda s, w: w.view("system"), _always),
    Command("english", N_("English"), N_("The words of this window in English"), "View", (),
            lambda s, w: w.speak("en"), _always),
    Command("korean", "한국어", "이 창의 모든 글을 한국어로 표시합니다", "View", (),
            lambda s, w: w.speak("ko"), _always),
    Command("system_language", N_("Language of the system"),
            N_("English or Korean as the system is"), "View", (), lambda s, w: w.speak("system"),
            _always),
    Command("predict", N_("Predict"), N_("Propose landmarks for faces that have none"),
            "Rounds", (), lambda s, w: s.round.predict(), _can_predict, "mdi6.auto-fix"),
    Command("train", N_("Train round…"), N_("Train on what was decided, then propose anew"),
            "Rounds", ("Ctrl+T",), lambda s, w: w.ask("train"), _can_train,
            "mdi6.play-circle-outline"),
    Command("restore", N_("Earlier proposals…"),
            N_("Offer the proposals of an earlier round again"), "Rounds", (),
            lambda s, w: w.ask("restore"), _can_predict),
    Command("palette", N_("Commands"), N_("Find any command and do it"), "Help", ("Ctrl+K",),
            lambda s, w: w.view("palette"), _always, "mdi6.console-line"),
    Command("keys", N_("Keys…"), N_("All commands and their keys, to look up and to change"),
            "Help", ("F1",), lambda s, w: w.ask("keys"), _always, "mdi6.keyboard-outline"),
    Command("diagnostics", N_("Copy diagnostics"),
            N_("What to paste into a bug report: versions, counts and logs, no names of photos"),
            "Help", (), lambda s, w: w.ask("diagnostics"), _always, "mdi6.content-copy"),
)  # fmt: skip

GESTURES = (
    (N_("Zoom"), N_("Wheel"), N_("At the mouse")),
    (N_("Pan"), N_("Middle button, or Space and drag"), N_("Move the photo")),
    (N_("Select points"), N_("Click, Shift or Ctrl and click, drag beside them"),
     N_("One, more, or a frame")),
    (N_("Move points"), N_("Drag, arrows"),
     N_("Arrows: 1 pixel, with Shift 10, with Ctrl 0.1")),
    (N_("Move neighbours along"), N_("Ctrl and drag"),
     N_("The wheel says how many, while you drag")),
    (N_("Snap"), N_("Alt and click"),
     N_("The selected point, else the nearest, jumps to the click")),
    (N_("Turn, scale points"), N_("Drag a handle of the frame"),
     N_("Shift turns in steps of 15 degrees")),
    (N_("Change a box"), N_("Drag its corner, side or outline"), N_("Resize or move it")),
    (N_("Another face"), N_("Click its box"), N_("Several faces in one photo")),
    (N_("Take back a drag"), N_("Esc"), N_("Then leave what was begun, or deselect")),
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
