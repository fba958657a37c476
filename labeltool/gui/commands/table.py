"""Every command of the window as one table: its name, text, keys, icon and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labeltool.domain import N_, Verdict
from labeltool.gui.background.round_controller import RoundState
from labeltool.gui.commands.ports import Ports, ViewPort
from labeltool.gui.session import Session

Run = Callable[[Ports], object]
Enabled = Callable[[Session], bool]


@dataclass(frozen=True)
class Command:
    """A command of the window. `enabled` is asked again after every change.

    `menu`: the title of its menu. `keys`: the default shortcuts, of which the first is shown; they
    work in the whole window, or only `within` the view of that name. `is_on`: for a command that
    switches something, whether it is on.
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
    is_on: Callable[[ViewPort], bool] | None = None


def _always(_session: Session) -> bool:
    return True


def _can_write(session: Session) -> bool:
    return not session.store.read_only


def _has_face(session: Session) -> bool:
    return session.desk.face is not None


def _has_points(session: Session) -> bool:
    return session.desk.face is not None and session.desk.face.points is not None


def _has_listed_faces(session: Session) -> bool:
    return bool(session.desk.queue.faces)


def _has_proposals(session: Session) -> bool:
    return session.desk.counts.proposed > 0


def _can_forget(session: Session) -> bool:
    return _can_write(session) and _has_photos(session) and session.round.state is RoundState.IDLE


def _can_start_round(session: Session) -> bool:
    return session.desk.counts.faces > 0 and session.round.state is RoundState.IDLE


def _can_train(session: Session) -> bool:
    return session.desk.counts.faces > 0 and session.round.state is not RoundState.STARTING


def _can_pause(session: Session) -> bool:
    return session.round.state is RoundState.RUNNING


def _has_queued_round(session: Session) -> bool:
    return bool(session.round.queued)


def _has_labels(session: Session) -> bool:
    return session.desk.counts.accepted + session.desk.counts.corrected > 0


def _has_photos(session: Session) -> bool:
    return session.desk.counts.photos > 0


def _has_faces(session: Session) -> bool:
    return session.desk.counts.faces > 0


def _has_rounds(session: Session) -> bool:
    return session.desk.counts.rounds > 0


def _can_undo(session: Session) -> bool:
    return session.desk.undo_stack.undo_text is not None


def _can_redo(session: Session) -> bool:
    return session.desk.undo_stack.redo_text is not None


def _has_draft(session: Session) -> bool:
    return session.desk.face is not None and session.desk.face.draft is not None


def _has_finding(session: Session) -> bool:
    return session.checks.first is not None


def _has_any_finding(session: Session) -> bool:
    return bool(session.checks.found)


def _is_filtered(session: Session) -> bool:
    return session.desk.queue.filter.narrows


def _has_saved_filter(session: Session) -> bool:
    return session.facets.saved_filter() is not None


WHY_DISABLED: Mapping[Enabled, str] = {
    _can_write: N_("The project cannot be written"),
    _has_face: N_("No face is shown"),
    _has_points: N_("The face has no landmarks"),
    _has_listed_faces: N_("No face is listed"),
    _has_proposals: N_("No proposal waits"),
    _can_forget: N_("No photos yet, a round runs, or the project cannot be written"),
    _can_start_round: N_("No faces yet, or a round runs"),
    _can_train: N_("No faces yet, or a round starts"),
    _can_pause: N_("No round runs"),
    _has_queued_round: N_("No round waits"),
    _is_filtered: N_("No filter is on"),
    _has_saved_filter: N_("No saved filter is on"),
    _has_labels: N_("No face is accepted yet"),
    _has_photos: N_("No photos yet"),
    _has_faces: N_("No faces yet"),
    _has_rounds: N_("No round has ended yet"),
    _can_undo: N_("Nothing to undo"),
    _can_redo: N_("Nothing to redo"),
    _has_draft: N_("No point was moved"),
    _has_finding: N_("Nothing was found on this face"),
    _has_any_finding: N_("No check found anything on this face"),
}
"""Why a command is disabled, by its `enabled`."""

WHY_HIDDEN: Mapping[str, str] = {
    "gallery": N_("Only in the gallery"),
    "canvas": N_("Only on the photo"),
}
"""Why a command is disabled, by the view that it works in, if that is not shown."""


MENUS = (
    N_("Project"), N_("Edit"), N_("Review"), N_("Batch"), N_("Go"), N_("Filter"),
    N_("Points"), N_("View"), N_("Rounds"), N_("Help"),
)  # fmt: skip
"""Titles of the menus, the values of `Command.menu`."""

COMMANDS: tuple[Command, ...] = (
    Command("import", N_("Import photos…"), N_("Add a folder of photos and find their faces"),
            "Project", ("Ctrl+I",), lambda p: p.dialogs.open("import"), _always,
            "mdi6.image-plus-outline"),
    Command("import_labels", N_("Import labels…"),
            N_("Look at a label file, and take labels or proposals from it"), "Project", (),
            lambda p: p.dialogs.open("import_labels"), _always),
    Command("export", N_("Export labels…"),
            N_("Write accepted and corrected faces as COCO or .pts"), "Project", ("Ctrl+E",),
            lambda p: p.dialogs.open("export"), _has_labels, "mdi6.export-variant"),
    Command("predictions", N_("Export predictions…"),
            N_("Write what was predicted as a table, COCO results, or pictures with landmarks"),
            "Project", (), lambda p: p.dialogs.open("predictions"), _has_faces),
    Command("problems", N_("Photo problems…"), N_("Photos that cannot be read, or have no face"),
            "Project", (), lambda p: p.dialogs.open("problems"), _has_photos),
    Command("relocate", N_("Photos moved…"), N_("Choose where the photos are now"), "Project", (),
            lambda p: p.dialogs.open("relocate"), _has_photos),
    Command("forget", N_("Delete photos for good…"),
            N_("Delete all that the project holds of some photos, with no way back"),
            "Project", (), lambda p: p.window.forget_photos(), _can_forget),
    Command("scheme", N_("Landmark scheme…"),
            N_("Names, pairs and contours of the landmarks; save a changed copy for a new project"),
            "Project", (), lambda p: p.dialogs.open("scheme"), _always),
    Command("close", N_("Close"), N_("Close this project"), "Project", ("Ctrl+W",),
            lambda p: p.window.close(), _always),
    Command("undo", N_("Undo"), N_("Undo your last move or decision"), "Edit", ("Ctrl+Z",),
            lambda p: p.session.undo_redo.undo(), _can_undo, "mdi6.undo"),
    Command("redo", N_("Redo"), N_("Redo what was undone last"), "Edit",
            ("Ctrl+Shift+Z", "Ctrl+Y"), lambda p: p.session.undo_redo.redo(), _can_redo,
            "mdi6.redo"),
    Command("discard", N_("Discard moves"), N_("Put the moved points of this face back"), "Edit",
            (), lambda p: p.session.writes.submit_for_face(p.session.desk.edits.discard),
            _has_draft),
    Command("batches", N_("Batches…"),
            N_("List decisions on many faces at once, and revert them"), "Edit", ("Ctrl+B",),
            lambda p: p.dialogs.open("batches"), _has_faces, "mdi6.history"),
    Command("box", N_("Draw a face box"), N_("Draw a box around a face that was not found"),
            "Edit", ("B",), lambda p: p.view.show("box"), _has_face, "mdi6.vector-square-plus"),
    Command("keyboard_box", N_("Change the box by keyboard"),
            N_("Arrows move the box of this face, Alt and arrows resize it"), "Edit", ("Shift+B",),
            lambda p: p.view.show("keyboard_box"), _has_face, "mdi6.vector-square-edit"),
    Command("accept", N_("Accept"),
            N_("The landmarks are right, or right now that you moved them"), "Review", ("A",),
            lambda p: p.review.decide(Verdict.ACCEPTED), _has_face, "mdi6.check-circle"),
    Command("reject", N_("Reject"), N_("A bad proposal: the next round offers another"), "Review",
            ("X",), lambda p: p.review.decide(Verdict.REJECTED), _has_face, "mdi6.close-circle"),
    Command("exclude", N_("Exclude"), N_("Not a face, or unusable: never offered or trained"),
            "Review", ("Del",), lambda p: p.review.decide(Verdict.EXCLUDED), _has_face,
            "mdi6.cancel"),
    Command("unreview", N_("Back to unreviewed"), N_("Take the verdict away"), "Review", ("U",),
            lambda p: p.review.decide(Verdict.UNREVIEWED), _has_face, "mdi6.circle-outline"),
    Command("flag", N_("Flag"), N_("Mark the face to come back to"), "Review", ("F",),
            lambda p: p.review.flag(), _has_face, "mdi6.flag-outline"),
    Command("fix", N_("Fix the finding"), N_("Do what mends what the checks found on this face"),
            "Review", ("R",), lambda p: p.session.checks.fix(), _has_finding, "mdi6.auto-fix"),
    Command("ignore", N_("Ignore the finding"),
            N_("It does not count for this face; again: it counts"), "Review", ("Shift+R",),
            lambda p: p.session.checks.ignore(), _has_any_finding),
    Command("measure", N_("Measure time and moves"),
            N_("What a face costs you, kept in this project alone; switching it off deletes it"),
            "Review", (), lambda p: p.session.toggle_measured(), _can_write),
    Command("accept_above", N_("Accept by score…"),
            N_("Accept every unreviewed face with a high score, without a bound"), "Review",
            ("Ctrl+Shift+A",), lambda p: p.dialogs.open("accept_above"), _has_proposals,
            "mdi6.check-all"),
    Command("guarantee", N_("Accept with a guarantee…"),
            N_("Look at a few random faces, and accept all of them under a stated bound"),
            "Review", ("Shift+G",), lambda p: p.dialogs.open("guarantee"), _has_proposals,
            "mdi6.shield-check-outline"),
    Command("certificates", N_("Certificates…"),
            N_("What was accepted with a guarantee: check it again, export it"), "Review", (),
            lambda p: p.dialogs.open("certificates"), _has_faces),
    Command("tolerance", N_("Tolerance…"), N_("By how much a right landmark may be off"), "Project",
            (), lambda p: p.dialogs.open("tolerance"), _always),
    Command("contact_sheet", N_("Landmark contact sheet…"),
            N_("One landmark of sixty faces at a time, worst expected error first"), "Review",
            ("Shift+L",), lambda p: p.dialogs.open("contact_sheet"), _has_proposals,
            "mdi6.grid-large"),
    Command("select_all", N_("Select all"), N_("Select every face under the filter"), "Batch",
            ("Ctrl+A",), lambda p: p.view.show("select_all"), _has_listed_faces, within="gallery"),
    Command("accept_page", N_("Accept page…"), N_("Accept the faces that the gallery shows now"),
            "Batch", ("Shift+A",), lambda p: p.review.decide_page(Verdict.ACCEPTED),
            _has_listed_faces),
    Command("reject_page", N_("Reject page…"), N_("Reject the faces that the gallery shows now"),
            "Batch", ("Shift+X",), lambda p: p.review.decide_page(Verdict.REJECTED),
            _has_listed_faces),
    Command("exclude_page", N_("Exclude page…"),
            N_("Exclude the faces that the gallery shows now"), "Batch", ("Shift+Del",),
            lambda p: p.review.decide_page(Verdict.EXCLUDED), _has_listed_faces),
    Command("accept_all", N_("Accept all under the filter…"),
            N_("Accept every face under the filter"), "Batch", (),
            lambda p: p.review.decide_all(Verdict.ACCEPTED), _has_listed_faces),
    Command("reject_all", N_("Reject all under the filter…"),
            N_("Reject every face under the filter"), "Batch", (),
            lambda p: p.review.decide_all(Verdict.REJECTED), _has_listed_faces),
    Command("exclude_all", N_("Exclude all under the filter…"),
            N_("Exclude every face under the filter"), "Batch", (),
            lambda p: p.review.decide_all(Verdict.EXCLUDED), _has_listed_faces),
    Command("previous", N_("Previous"), N_("The face before"), "Go", ("Left",),
            lambda p: p.view.go("previous"), _has_face, "mdi6.chevron-left"),
    Command("next", N_("Next"), N_("The next face"), "Go", ("Right",), lambda p: p.view.go("next"),
            _has_face, "mdi6.chevron-right"),
    Command("next_unreviewed", N_("Next to review"), N_("The next face with something to decide"),
            "Go", ("N",), lambda p: p.view.go("next_unreviewed"), _has_face, "mdi6.skip-next"),
    Command("find", N_("Find a file…"), N_("Part of a file or folder name"), "Filter", ("Ctrl+F",),
            lambda p: p.view.show("search"), _always, "mdi6.magnify"),
    Command("show_all", N_("Show all faces"), N_("Take the filter away; the order stays"),
            "Filter", ("Ctrl+Shift+F",), lambda p: p.view.show("all_faces"), _is_filtered,
            "mdi6.filter-remove-outline"),
    Command("save_filter", N_("Save filter…"), N_("Keep this filter and order under a name"),
            "Filter", ("Ctrl+S",), lambda p: p.dialogs.open("save_filter"), _always,
            "mdi6.filter-plus-outline"),
    Command("rename_filter", N_("Rename filter…"),
            N_("Give the saved filter that is on another name"), "Filter", (),
            lambda p: p.dialogs.open("rename_filter"), _has_saved_filter),
    Command("delete_filter", N_("Delete filter"),
            N_("Forget the saved filter that is on; faces stay"), "Filter", (),
            lambda p: p.dialogs.open("delete_filter"), _has_saved_filter),
    Command("select_points", N_("Select all points"), N_("Every placed landmark of the face"),
            "Points", ("Ctrl+A",), lambda p: p.view.edit_points("select_points"), _has_face,
            within="canvas"),
    Command("next_point", N_("Next point"), N_("The next landmark, largest error first"), "Points",
            ("Tab",), lambda p: p.view.edit_points("next_point"), _has_face, within="canvas"),
    Command("previous_point", N_("Previous point"), N_("The landmark before"), "Points",
            ("Shift+Tab",), lambda p: p.view.edit_points("previous_point"), _has_face,
            within="canvas"),
    Command("cycle", N_("Visible, occluded, absent"),
            N_("How the selected points can be seen, in turn"), "Points", ("V",),
            lambda p: p.view.edit_points("cycle"), _has_face),
    Command("visible", N_("Visible"), N_("The selected points can be seen"), "Points", ("1",),
            lambda p: p.view.edit_points("visible"), _has_face),
    Command("occluded", N_("Occluded"), N_("The selected points are hidden behind something"),
            "Points", ("2",), lambda p: p.view.edit_points("occluded"), _has_face),
    Command("absent", N_("Absent"), N_("The selected points are not in the photo"), "Points",
            ("3",), lambda p: p.view.edit_points("absent"), _has_face),
    Command("snap", N_("Snap to click"),
            N_("A click puts the selected point there, else the nearest (once: Alt and click)"),
            "Points", ("S",), lambda p: p.view.show("snap"), _has_face, "mdi6.target",
            is_on=lambda view: view.is_on("snap")),
    Command("follow", N_("Move neighbours along"),
            N_("Dragging a point bends its "
            "surroundings (once: Ctrl and drag; the wheel says how far)"),
            "Points", ("D",), lambda p: p.view.show("follow"), _has_face, "mdi6.vector-curve",
            is_on=lambda view: view.is_on("follow")),
    Command("assist", N_("Others follow a drag"),
            N_("Points that you did not place follow, as their errors belong together "
            "(Alt and drag: one alone)"),
            "Points", ("Shift+D",), lambda p: p.view.show("assist"), _has_face,
            "mdi6.vector-polyline", is_on=lambda view: view.is_on("assist")),
    Command("respace", N_("Space a contour evenly"),
            N_("Even distances between the ends of a jaw line or brow"),
            "Points", ("Shift+E",), lambda p: p.view.edit_points("respace"), _has_points,
            "mdi6.distribute-horizontal-center"),
    Command("turn_left", N_("Turn left"), N_("Turn the selected points by a degree"), "Points",
            ("[",), lambda p: p.view.edit_points("turn_left"), _has_face),
    Command("turn_right", N_("Turn right"), N_("Turn the selected points by a degree"), "Points",
            ("]",), lambda p: p.view.edit_points("turn_right"), _has_face),
    Command("grow", N_("Grow"), N_("Spread the selected points by a percent"), "Points",
            ("Shift+]", "}"), lambda p: p.view.edit_points("grow"), _has_face),
    Command("shrink", N_("Shrink"), N_("Draw the selected points together by a percent"), "Points",
            ("Shift+[", "{"), lambda p: p.view.edit_points("shrink"), _has_face),
    Command("swap", N_("Swap left and right"), N_("The proposal took the left side for the right"),
            "Points", ("W",), lambda p: p.view.edit_points("swap"), _has_points,
            "mdi6.swap-horizontal"),
    Command("mirror", N_("Mirror the face"), N_("The proposal looks the wrong way"), "Points",
            ("M",), lambda p: p.view.edit_points("mirror"), _has_points, "mdi6.flip-horizontal"),
    Command("next_pane", N_("Next pane"), N_("Keys go to the list, the photo, or the landmarks"),
            "View", ("F6",), lambda p: p.view.show("next_pane"), _always),
    Command("edit", N_("Open the photo"), N_("See the face in its photo, to mend its points"),
            "Go", ("Return", "Enter"), lambda p: p.view.show("canvas"), _has_face,
            within="gallery"),
    Command("back", N_("Back to the gallery"), N_("See many faces at once"), "Go", ("Esc",),
            lambda p: p.view.show("gallery"), _always, within="canvas"),
    Command("gallery", N_("Gallery"), N_("Many faces at once, or back to the one photo"), "View",
            ("G",), lambda p: p.view.show("toggle_gallery"), _always, "mdi6.view-grid-outline"),
    Command("fit_face", N_("Fit face"), N_("Zoom to the face"), "View", ("0",),
            lambda p: p.view.show("fit_face"), _has_face, "mdi6.face-recognition"),
    Command("fit_photo", N_("Fit photo"), N_("Show the whole photo"), "View", ("9",),
            lambda p: p.view.show("fit_photo"), _has_face, "mdi6.fit-to-page-outline"),
    Command("zoom_in", N_("Zoom in"), N_("A step closer to the middle (or the wheel)"), "View",
            ("Ctrl++", "Ctrl+="), lambda p: p.view.show("zoom_in"), _has_face),
    Command("zoom_out", N_("Zoom out"), N_("A step back from the middle (or the wheel)"), "View",
            ("Ctrl+-",), lambda p: p.view.show("zoom_out"), _has_face),
    Command("keep_view", N_("Keep the view between faces"),
            N_("The next face shows the same part, as large"), "View", ("K",),
            lambda p: p.view.show("keep_view"), _always,
            is_on=lambda view: view.is_on("keep_view")),
    Command("points", N_("Points"), N_("Show or hide the landmarks"), "View", ("P",),
            lambda p: p.view.show("points"), _always, is_on=lambda view: view.is_on("points")),
    Command("edges", N_("Edges"), N_("Show or hide the lines between points"), "View", ("E",),
            lambda p: p.view.show("edges"), _always, is_on=lambda view: view.is_on("edges")),
    Command("numbers", N_("Numbers"), N_("Show or hide the numbers of points"), "View", ("L",),
            lambda p: p.view.show("numbers"), _always, is_on=lambda view: view.is_on("numbers")),
    Command("circles", N_("All circles"),
            N_("Around every point where it truly lies, in 9 of 10 faces; else around the worst"),
            "View", ("Shift+C",), lambda p: p.view.show("circles"), _always,
            is_on=lambda view: view.is_on("circles")),
    Command("boxes", N_("Boxes"), N_("Show or hide the boxes of faces"), "View", (),
            lambda p: p.view.show("boxes"), _always, is_on=lambda view: view.is_on("boxes")),
    Command("by_group", N_("Colour by region"),
            N_("Colours say which part of the face, not the expected error"), "View", ("C",),
            lambda p: p.view.show("by_group"), _always, is_on=lambda view: view.is_on("by_group")),
    Command("compare_proposal", N_("Original proposal"),
            N_("Show faintly where the points were proposed"), "View", ("O",),
            lambda p: p.view.show("compare_proposal"), _always,
            is_on=lambda view: view.is_on("compare_proposal")),
    Command("compare_previous", N_("Proposal of the round before"),
            N_("Show faintly what was proposed before"), "View", ("Shift+O",),
            lambda p: p.view.show("compare_previous"), _always,
            is_on=lambda view: view.is_on("compare_previous")),
    Command("adjustments", N_("Brightness and contrast…"),
            N_("How the photo is shown; it stays as it is"), "View", ("I",),
            lambda p: p.view.show("adjustments"), _has_face, "mdi6.contrast-circle"),
    Command("history", N_("Show or hide history"),
            N_("What was decided on this face, when and by whom"), "View", ("H",),
            lambda p: p.view.show("history"), _always),
    Command("light", N_("Light"), N_("Light colours"), "View", (), lambda p: p.view.show("light"),
            _always),
    Command("dark", N_("Dark"), N_("Dark colours"), "View", (), lambda p: p.view.show("dark"),
            _always),
    Command("system", N_("Colours of the system"), N_("Light or dark as the system is"), "View",
            (), lambda p: p.view.show("system"), _always),
    Command("english", N_("English"), N_("The words of this window in English"), "View", (),
            lambda p: p.window.choose_language("en"), _always),
    Command("korean", "한국어", "이 창의 모든 글을 한국어로 표시합니다", "View", (),
            lambda p: p.window.choose_language("ko"), _always),
    Command("system_language", N_("Language of the system"),
            N_("English or Korean as the system is"), "View", (),
            lambda p: p.window.choose_language("system"), _always),
    Command("predict", N_("Predict"), N_("Propose landmarks for faces that have none"), "Rounds",
            (), lambda p: p.session.round.predict(), _can_start_round, "mdi6.auto-fix"),
    Command("predict_with", N_("Predict with…"),
            N_("Propose landmarks by a plug-in or an ONNX file, for all faces without a decision"),
            "Rounds", (), lambda p: p.dialogs.open("predict_with"), _can_start_round),
    Command("adjust", N_("Adjust proposals…"),
            N_("Take off what the labels show to be wrong on many faces in the same way"), "Rounds",
            (), lambda p: p.session.adjustments.learn(), _has_proposals, "mdi6.tune-variant"),
    Command("train", N_("Train round…"), N_("Train on the decisions, then propose new landmarks"),
            "Rounds", ("Ctrl+T",), lambda p: p.dialogs.open("train"), _can_train,
            "mdi6.play-circle-outline"),
    Command("audit", N_("Add faces to measure by…"),
            N_("Draw faces at random that show how good a round is, and never train one"),
            "Rounds", (), lambda p: p.dialogs.open("audit"), _has_faces, "mdi6.ruler"),
    Command("pause_round", N_("Pause or resume the round"),
            N_("Free the processor for now; the round keeps what it has"), "Rounds", (),
            lambda p: p.session.round.toggle_pause(), _can_pause),
    Command("cancel_queued", N_("Cancel the waiting round"),
            N_("It does not start when the running round ends"), "Rounds", (),
            lambda p: p.session.round.cancel_queued(), _has_queued_round),
    Command("pack_round", N_("Pack round for another machine…"),
            N_("Write a round and its photos to a file that another computer can train"),
            "Rounds", (), lambda p: p.dialogs.open("pack_round"), _can_train),
    Command("bring_in", N_("Bring in results…"),
            N_("Add the results of a packed round that another computer trained"), "Rounds", (),
            lambda p: p.dialogs.open("bring_in"), _can_start_round),
    Command("report", N_("Round report…"),
            N_("How good the last round is, what it learned, and whether to train another one"),
            "Rounds", (), lambda p: p.dialogs.open("report"), _has_rounds,
            "mdi6.chart-box-outline"),
    Command("rounds", N_("Rounds…"),
            N_("Compare rounds, promote or roll back to one, name, export or delete it"), "Rounds",
            (), lambda p: p.dialogs.open("rounds"), _has_faces, "mdi6.history"),
    Command("palette", N_("Commands"), N_("Find any command and do it"), "Help", ("Ctrl+K",),
            lambda p: p.window.toggle_palette(), _always, "mdi6.console-line"),
    Command("keys", N_("Keys…"), N_("All commands and their keys, to look up and to change"),
            "Help", ("F1",), lambda p: p.dialogs.open("keys"), _always, "mdi6.keyboard-outline"),
    Command("diagnostics", N_("Copy diagnostics"),
            N_("What to paste into a bug report: versions, counts and logs, no names of photos"),
            "Help", (), lambda p: p.dialogs.open("diagnostics"), _always, "mdi6.content-copy"),
)  # fmt: skip

GESTURES = (
    (N_("Zoom"), N_("Wheel"), N_("At the mouse")),
    (N_("Pan"), N_("Middle button, or Space and drag"), N_("Move the photo")),
    (N_("Select points"), N_("Click, Shift or Ctrl and click, drag beside them"),
     N_("One, more, or a frame")),
    (N_("Move points"), N_("Drag, arrows"),
     N_("Arrows: 1 pixel, with Shift 10, with Ctrl 0.1")),
    (N_("Move neighbours along"), N_("Ctrl and drag"),
     N_("The wheel sets how many, while you drag")),
    (N_("Along or across a contour"), N_("Drag, then hold Shift"),
     N_("A point of a contour keeps to its direction, or to the one across")),
    (N_("Snap"), N_("Alt and click"),
     N_("The selected point, else the nearest, jumps to the click")),
    (N_("Turn, scale points"), N_("Drag a handle of the frame"),
     N_("Shift turns in steps of 15 degrees")),
    (N_("Change a box"), N_("Drag its corner, side or outline"), N_("Resize or move it")),
    (N_("Another face"), N_("Click its box"), N_("Several faces in one photo")),
    (N_("Cancel a drag"), N_("Esc"), N_("Then end the mode, or deselect")),
)  # fmt: skip
"""What mouse and bare keys do on the photo: what, how, and how exactly."""

TOOLBAR_GROUPS = (
    ("import", "predict"),
    ("accept", "reject", "exclude", "flag", "guarantee"),
    ("undo", "redo"),
    ("previous", "next", "next_unreviewed", "gallery"),
    ("train",),
)
"""The toolbar: names of commands, with a separator between the groups."""


ICON_ONLY_FIRST = ("palette", "import", "predict", "undo", "redo", "previous", "next", "gallery")
"""Toolbar buttons that lose their text first when the window is narrow."""
