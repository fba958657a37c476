"""Journeys on the canvas of a project's window: points, visibility, boxes, and how it is shown."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from labeltool.domain import (
    ABSENT,
    OCCLUDED,
    VISIBLE,
    Changes,
    Filter,
    NewPrediction,
    RoundKind,
    Verdict,
)
from labeltool.exchange.label_export import export_labels
from labeltool.gui.canvas.display_adjustments import DisplayAdjustments
from labeltool.gui.canvas.items.overlays import Loupe
from labeltool.rounds.proposals.instant_prediction import Instant
from labeltool.store import create_project
from pipnet.data.coco import parse_coco
from pipnet.data.images import read_image
from pipnet.data.scheme import Scheme

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


def at(window, x: float, y: float) -> QPoint:
    return window.views.canvas.image_to_viewport(QPointF(x, y)).toPoint()


def drag(window, start: QPoint, end: QPoint, held=NONE) -> None:
    viewport = window.views.canvas.viewport()
    QTest.mousePress(viewport, LEFT, held, start)
    for step in (1, 2):
        QTest.mouseMove(viewport, start + (end - start) * step / 2)
        QApplication.processEvents()
    QTest.mouseRelease(viewport, LEFT, held, end)


def cell_of(landmarks, landmark: int, column: int = 0):
    """A cell of a landmark in the list beside the canvas."""
    model = landmarks.list.model()
    cells = (model.index(row, column) for row in range(model.rowCount()))
    return next(cell for cell in cells if cell.data(Qt.ItemDataRole.UserRole) == landmark)


def box_of(window, face: int) -> tuple:
    return window.session.store.faces.get(face).box


@pytest.fixture
def proposes(monkeypatch):
    """A detector that proposes a small square in the middle of whatever box a face has; the photos
    it was given."""
    given = []

    def propose(self: Instant, face_id: int, pixels: np.ndarray | None) -> Changes | None:
        given.append(pixels)
        face, current = self._store.faces.get(face_id), self._store.rounds.current()
        if face.verdict is not Verdict.UNREVIEWED:
            return Changes()
        x, y, w, h = face.box
        points = np.tile([x + w / 2, y + h / 2], (68, 1))
        points[:34] += 10
        made = NewPrediction(face_id, points, np.full(68, 0.5, np.float32), 0.5, 0.1)
        return self._offer(current, face, made)

    monkeypatch.setattr(Instant, "propose", propose)
    return given


def test_many_points_are_corrected_at_once(qtbot, open_window, project):
    window = open_window(project)
    canvas, desk = window.views.canvas, window.session.desk
    proposed = desk.face.points.copy()
    low, high = proposed[:5].min(0) - 3, proposed[:5].max(0) + 3
    drag(window, at(window, low[0], low[1] - 6), at(window, high[0], high[1]))
    assert canvas.selection.indices >= {0, 1, 2, 3}
    chosen = sorted(canvas.selection.indices)
    drag(window, canvas.point_to_viewport(2), canvas.point_to_viewport(2) + QPoint(18, 9))
    assert desk.edits.placed == set(chosen)
    qtbot.keyClick(canvas, Key.Key_Down, SHIFT)
    qtbot.keyClick(canvas, Key.Key_BracketRight)
    moved = desk.face.points.copy()
    steps = [desk.face.points.copy()]
    for _ in range(3):
        qtbot.keyClick(canvas, Key.Key_Z, CONTROL)
        steps.append(desk.face.points.copy())
    np.testing.assert_array_equal(steps[-1], proposed)
    assert len({step.tobytes() for step in steps}) == 4
    for _ in range(3):
        qtbot.keyClick(canvas, Key.Key_Z, CONTROL | SHIFT)
    np.testing.assert_array_equal(desk.face.points, moved)
    qtbot.keyClick(canvas, Key.Key_Escape)
    assert not canvas.selection.indices

    qtbot.keyClick(canvas, Key.Key_D)
    assert window.commands.by_name["follow"].isChecked()
    drag(window, canvas.point_to_viewport(34), canvas.point_to_viewport(34) + QPoint(0, 20))
    assert {33, 34, 35} <= desk.edits.moved
    qtbot.keyClick(canvas, Key.Key_D)
    qtbot.keyClick(canvas, Key.Key_Escape)
    qtbot.keyClick(canvas, Key.Key_S)
    spot = canvas.point_to_viewport(50) + QPoint(-20, 0)
    drag(window, spot, spot)
    np.testing.assert_allclose(canvas.points[50], canvas.viewport_to_image(QPointF(spot)).toTuple())
    assert window.session.store.faces.get(desk.face.id).verdict is Verdict.UNREVIEWED


def test_occluded_and_absent_points_are_listed_and_exported(qtbot, open_window, project, tmp_path):
    window = open_window(project)
    canvas, desk, landmarks = (
        window.views.canvas,
        window.session.desk,
        window.views.inspector.landmarks,
    )
    face = desk.face.id
    qtbot.keyClick(canvas, Key.Key_V)
    assert "No point is selected" in window.views.message_bar.label.text()
    qtbot.keyClick(canvas, Key.Key_Tab)
    assert canvas.selection.last >= 0
    worst = canvas.selection.last
    qtbot.keyClick(canvas, Key.Key_V)
    assert desk.face.visibility[worst] == OCCLUDED
    assert landmarks.visibility_buttons[OCCLUDED].isChecked()
    qtbot.keyClick(canvas, Key.Key_Tab)
    assert canvas.selection.last != worst
    gone = canvas.selection.last
    qtbot.mouseClick(landmarks.visibility_buttons[ABSENT], LEFT)
    assert desk.face.visibility[gone] == ABSENT
    qtbot.keyClick(canvas, Key.Key_Backtab, SHIFT)
    assert canvas.selection.last == worst
    assert [cell_of(landmarks, index, 2).data() for index in (worst, gone)] == ["✕", "∅"]
    drag(window, canvas.point_to_viewport(worst), canvas.point_to_viewport(worst) + QPoint(9, 9))
    assert "◆" in cell_of(landmarks, worst, 2).data()

    list_view = landmarks.list
    list_view.scrollTo(cell_of(landmarks, gone))
    place = list_view.visualRect(cell_of(landmarks, gone)).center()
    qtbot.mouseClick(list_view.viewport(), LEFT, pos=place)
    assert canvas.selection.indices == {gone}
    spot = at(window, 150, 120)
    QTest.mouseClick(canvas.viewport(), LEFT, NONE, spot)  # a missing landmark is put down
    assert desk.face.visibility[gone] == VISIBLE
    qtbot.keyClick(canvas, Key.Key_3)
    for pane in (landmarks.list, window.views.face_list.view, canvas):
        qtbot.keyClick(window.focusWidget(), Key.Key_F6)
        assert pane.hasFocus()
    window.close()

    window = open_window(project)
    window.session.desk.open(face)
    window.session.publish(Changes())
    assert window.session.desk.face.visibility[[worst, gone]].tolist() == [OCCLUDED, ABSENT]
    window.commands.trigger("accept")
    export_labels(window.session.store, tmp_path / "out.json", "coco")
    (row,) = parse_coco(tmp_path / "out.json").annotations
    assert row.visibility[[worst, gone]].tolist() == [OCCLUDED, ABSENT]
    assert np.isnan(row.points[gone]).all()


def test_keys_swap_the_sides_and_mirror_the_face(qtbot, open_window, project):
    window = open_window(project)
    desk, flip = window.session.desk, window.session.store.scheme.flip_table
    before = desk.face.points.copy()
    qtbot.keyClick(window.views.canvas, Key.Key_W)
    np.testing.assert_array_equal(desk.face.points, before[flip])
    qtbot.keyClick(window.views.canvas, Key.Key_W)
    np.testing.assert_array_equal(desk.face.points, before)
    assert desk.edits.moved == set()
    qtbot.keyClick(window.views.canvas, Key.Key_M)
    assert desk.edits.moved
    qtbot.keyClick(window.views.canvas, Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(desk.face.points, before)


def test_a_moved_box_gets_a_new_proposal_and_undo_restores_both(
    qtbot, open_window, project, proposes
):
    window = open_window(project)
    desk, face = window.session.desk, window.session.desk.face.id
    x, y, w, h = box_of(window, face)
    start = at(window, x, y)
    with qtbot.waitSignal(window.session.changed, check_params_cb=lambda c: face in c.faces):
        drag(window, start, start + QPoint(-30, -20))
    assert box_of(window, face)[0] < x
    right, bottom = np.array(box_of(window, face))[:2] + box_of(window, face)[2:]
    assert (right, bottom) == pytest.approx((x + w, y + h))
    middle = np.array(box_of(window, face)[:2]) + np.array(box_of(window, face)[2:]) / 2
    qtbot.waitUntil(lambda: np.allclose(desk.face.points[-1], middle))
    assert not desk.has_newer_proposal
    np.testing.assert_allclose(window.views.canvas.points[-1], middle)
    (pixels,) = proposes  # decoded for the screen already
    np.testing.assert_array_equal(pixels, read_image(desk.face.photo))
    qtbot.keyClick(window.views.canvas, Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: box_of(window, face) == (x, y, w, h))
    qtbot.waitUntil(lambda: np.allclose(desk.face.points[-1], [x + w / 2, y + h / 2]))

    qtbot.keyClick(window.views.canvas, Key.Key_B, SHIFT)
    qtbot.keyClick(window.views.canvas, Key.Key_Right, SHIFT)
    qtbot.keyClick(window.views.canvas, Key.Key_Return)
    qtbot.waitUntil(lambda: box_of(window, face) == (x + 10, y, w, h))


@pytest.mark.parametrize("answer", ["Keep landmarks", "Propose new ones", "Leave the box"])
def test_changing_the_box_of_a_decided_face_asks_first(
    qtbot, open_window, project, proposes, monkeypatch, answer
):
    window = open_window(project)
    desk, face = window.session.desk, window.session.desk.face.id
    before = box_of(window, face)
    desk.edits.move(3, 90.0, 90.0)
    window.session.writes.submit_for_face(desk.accept)
    window.views.canvas.face_clicked.emit(face)
    points = desk.face.points.copy()

    def press(dialog: QMessageBox) -> int:
        (button,) = [b for b in dialog.buttons() if b.text() == answer]
        button.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", press)
    start = at(window, before[0], before[1])
    drag(window, start, start + QPoint(-30, -20))
    now = window.session.store.faces.get(face)
    assert (now.box == before) is (answer == "Leave the box")
    if answer == "Propose new ones":
        qtbot.waitUntil(lambda: window.session.store.faces.get(face).verdict is Verdict.UNREVIEWED)
        qtbot.keyClick(window.views.canvas, Key.Key_Z, CONTROL)
        qtbot.waitUntil(lambda: box_of(window, face) == before)  # a proposal may be on its way
        now = window.session.store.faces.get(face)
    assert now.verdict is Verdict.CORRECTED
    np.testing.assert_array_equal(now.points, points)


def test_undo_removes_a_drawn_face_and_a_click_opens_another(qtbot, open_window, project, proposes):
    window = open_window(project)
    first = window.session.desk.face.id
    qtbot.keyClick(window.views.canvas, Key.Key_9)
    qtbot.keyClick(window.views.canvas, Key.Key_B)
    drag(window, at(window, 10, 20), at(window, 60, 80))
    second = window.session.desk.face
    assert second.id != first
    assert second.box == pytest.approx((10, 20, 50, 60), abs=2)
    qtbot.waitUntil(lambda: window.session.desk.face.prediction is not None)
    QTest.mouseClick(window.views.canvas.viewport(), LEFT, NONE, at(window, 200, 180))
    assert window.session.desk.face.id == first
    window.views.canvas.fit_photo()
    QTest.mouseClick(window.views.canvas.viewport(), LEFT, NONE, at(window, 40, 40))
    assert window.session.desk.face.id == second.id
    qtbot.keyClick(window.views.canvas, Key.Key_Z, CONTROL)
    desk = window.session.desk
    assert (desk.face.id, desk.counts.faces, second.id in desk.queue.faces) == (first, 10, False)
    assert window.views.face_list.model.rowCount() == 10
    QTest.mouseClick(window.views.canvas.viewport(), LEFT, NONE, at(window, 40, 40))
    assert desk.face.id == first
    qtbot.keyClick(window.views.canvas, Key.Key_Z, CONTROL | SHIFT)
    assert (desk.face.id, desk.counts.faces, second.id in desk.queue.faces) == (second.id, 11, True)
    qtbot.keyClick(
        window.views.canvas, Key.Key_Delete
    )  # by a person: it is kept, to be found again
    assert (desk.counts.faces, desk.counts.excluded) == (11, 1)
    window.views.canvas.face_clicked.emit(first)
    assert window.views.canvas.layers.face.excluded == {second.id}


def test_view_options_survive_a_restart(qtbot, open_window, project):
    window = open_window(project)
    for key in (Key.Key_E, Key.Key_L, Key.Key_C, Key.Key_O, Key.Key_K):
        qtbot.keyClick(window.views.canvas, key)
    assert np.array_equal(
        window.views.canvas.layers.comparison, window.session.desk.face.prediction.points
    )
    qtbot.keyClick(window.views.canvas, Key.Key_O, SHIFT)
    assert "No earlier proposal" in window.views.message_bar.label.text()
    assert not window.commands.by_name["compare_proposal"].isChecked()
    qtbot.keyClick(window.views.canvas, Key.Key_O)
    qtbot.keyClick(window.views.canvas, Key.Key_I)
    panel = window.views.editor.adjustments_panel
    assert panel.isVisible()
    qtbot.keyClick(panel.sliders["gamma"], Key.Key_Right)
    qtbot.mouseClick(panel.invert, LEFT, pos=QPoint(8, panel.invert.height() // 2))
    qtbot.keyClick(panel.sliders["gamma"], Key.Key_Escape)
    assert not panel.isVisible()
    window.views.canvas.look_at(QPointF(120, 90), 5.0)
    qtbot.keyClick(window.views.canvas, Key.Key_Right)
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    assert window.views.canvas.zoom == pytest.approx(5.0)
    qtbot.keyClick(window.views.canvas, Key.Key_S)
    window.close()

    window = open_window(project)
    on = {name for name, action in window.commands.by_name.items() if action.isChecked()}
    assert on == {
        "points", "boxes", "numbers", "by_group", "compare_proposal", "keep_view", "assist",
    }  # fmt: skip
    assert window.views.canvas.tone_curve is not None
    window.commands.trigger("adjustments")
    panel = window.views.editor.adjustments_panel
    assert panel.sliders["gamma"].value() == 1
    assert panel.invert.isChecked()
    qtbot.mouseClick(panel.reset, LEFT)
    assert window.views.canvas.tone_curve is None


def test_the_previous_rounds_proposal_is_drawn_for_comparison(qtbot, open_window, project):
    window = open_window(project)
    session = window.session
    face = session.desk.face
    store = session.store
    new = store.rounds.add(RoundKind.TRAIN, "cls3", "rounds/new", {})
    store.rounds.set_model(new, "round 1", "other")
    shifted = NewPrediction(face.id, face.points + 9, np.ones(68, np.float32), 1.0, 0.0)
    store.rounds.add_predictions(new, [shifted])
    store.rounds.finish(new, {})
    session.desk.open(face.id)
    session.publish(Changes())
    qtbot.keyClick(window.views.canvas, Key.Key_O, SHIFT)
    np.testing.assert_array_equal(window.views.canvas.layers.comparison, face.points)


def test_landmarks_are_placed_one_by_one_without_a_model(
    qtbot, app, open_window, tmp_path, project
):
    store = create_project(tmp_path / "dots", Scheme.numbered("dots", 3))
    store.photos.add(store.photos.add_root(tmp_path / "photos"), [("000.jpg", 1)])
    found = {"photo": 1, "sha256": "0", "width": 320, "height": 240}
    store.photos.save_search_results([{**found, "faces": [((50, 50, 100, 100), 0.9)]}])
    store.close()
    window = open_window(tmp_path / "dots")
    canvas, desk = window.views.canvas, window.session.desk
    qtbot.keyClick(canvas, Key.Key_Tab)
    assert canvas.selection.last == 0
    for x in (60, 90, 120):
        QTest.mouseClick(canvas.viewport(), LEFT, NONE, at(window, x, 100))
    np.testing.assert_allclose(desk.face.points[:, 0], [60, 90, 120], atol=1)
    qtbot.keyClick(canvas, Key.Key_W)
    assert "pairs" in window.views.message_bar.label.text()


@pytest.mark.parametrize(
    "kept", [None, [], {"brightness": "7"}, {"gamma": 900, "invert": 1}, {"contrast": True}]
)
def test_invalid_display_adjustments_in_settings_are_ignored(kept):
    assert DisplayAdjustments.from_settings(kept).tone_curve() is None


def test_tone_curves_never_decrease():
    for tone in (
        DisplayAdjustments(40),
        DisplayAdjustments(-40),
        DisplayAdjustments(contrast=80),
        DisplayAdjustments(contrast=-80),
        DisplayAdjustments(gamma=60),
    ):
        table = tone.tone_curve().astype(int)
        assert (np.diff(table) >= 0).all()
        assert table[255] > table[0]
        np.testing.assert_array_equal(
            DisplayAdjustments(tone.brightness, tone.contrast, tone.gamma, True).tone_curve(),
            255 - table,
        )
    assert DisplayAdjustments(gamma=60).tone_curve()[64] > 64
    assert DisplayAdjustments(50).tone_curve()[100] > 100


def settle(qtbot, session) -> None:
    """Until every panel shows what the last keys did."""
    qtbot.waitUntil(lambda: not session._settle_timer.isActive())
    QApplication.processEvents()


def test_a_comparison_follows_the_displayed_face(qtbot, open_window, project):
    window = open_window(project)
    canvas, session = window.views.canvas, window.session
    qtbot.keyClick(canvas, Key.Key_O)
    proposed = session.desk.face.prediction.points
    drag(window, canvas.point_to_viewport(34), canvas.point_to_viewport(34) + QPoint(0, 20))
    qtbot.keyClick(canvas, Key.Key_F)
    settle(qtbot, session)  # panels follow a moment later
    np.testing.assert_array_equal(canvas.layers.comparison, proposed)
    qtbot.keyClick(canvas, Key.Key_Escape)
    qtbot.keyClick(canvas, Key.Key_Right)
    settle(qtbot, session)
    np.testing.assert_array_equal(canvas.layers.comparison, session.desk.face.prediction.points)
    session.show(Filter(text="no such file"))
    session.show(Filter())
    settle(qtbot, session)
    assert canvas.layers.comparison is not None

    window.views.history.list.setCurrentRow(1)  # an earlier state in its place, and back
    qtbot.keyClick(canvas, Key.Key_F)
    settle(qtbot, session)
    assert canvas.layers.comparison is not None
    qtbot.keyClick(canvas, Key.Key_O)
    assert canvas.layers.comparison is None


def test_a_message_does_not_move_the_photo(qtbot, open_window, project):
    window = open_window(project)
    canvas = window.views.canvas
    window.views.message_bar.hide()
    canvas.zoom_in()
    size, spot = canvas.size(), canvas.point_to_viewport(34)
    qtbot.keyClick(canvas, Key.Key_F)
    assert window.views.message_bar.isVisible()
    QApplication.processEvents()
    assert (canvas.size(), canvas.point_to_viewport(34)) == (size, spot)


def test_a_resize_during_a_drag_does_not_move_the_photo(qtbot, open_window, project):
    window = open_window(project)
    canvas = window.views.canvas
    start = canvas.point_to_viewport(34)
    before = canvas.points[34]
    QTest.mousePress(canvas.viewport(), LEFT, NONE, start)
    QTest.mouseMove(canvas.viewport(), start + QPoint(10, 0))
    window.views.message_bar.show_message("one line, and another\n" * 3)
    qtbot.waitUntil(lambda: window.views.message_bar.height() > 60)
    QTest.mouseRelease(canvas.viewport(), LEFT, NONE, start + QPoint(10, 0))
    x, y = canvas.points[34]
    assert (x - before[0], y - before[1]) == pytest.approx((10 / canvas.zoom, 0), abs=0.01)


def test_arrows_nudge_a_landmark_clicked_in_the_list(qtbot, open_window, project):
    window = open_window(project)
    face, landmarks = window.session.desk.face.id, window.views.inspector.landmarks.list
    third = landmarks.visualRect(landmarks.model().index(2, 0)).center()
    QTest.mouseClick(landmarks.viewport(), LEFT, NONE, third)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Right)
    assert window.session.desk.face.id == face
    assert window.session.desk.edits.moved == window.views.canvas.selection.indices != frozenset()


def test_a_point_made_absent_is_not_placed_until_it_is_selected_again(qtbot, open_window, project):
    window = open_window(project)
    canvas, desk = window.views.canvas, window.session.desk
    spot = canvas.point_to_viewport(30)
    canvas.selection.select(30)
    qtbot.keyClick(canvas, Key.Key_3)
    assert desk.face.visibility[30] == ABSENT
    beside = at(window, *(desk.face.points[np.isfinite(desk.face.points[:, 0])].min(0) - 4))
    drag(window, beside, beside)
    assert desk.face.visibility[30] == ABSENT
    canvas.selection.select(30)  # as by its row in the list
    outside = at(window, -8, -8)
    drag(window, outside, outside)
    assert desk.face.visibility[30] == ABSENT
    canvas.selection.select(30)
    drag(window, spot, spot)  # among the others
    assert desk.face.visibility[30] == VISIBLE
    np.testing.assert_allclose(canvas.point_to_viewport(30).toTuple(), spot.toTuple(), atol=1)


def test_another_face_ends_box_drawing(qtbot, open_window, project):
    window = open_window(project)
    canvas, count = window.views.canvas, window.session.desk.counts.faces
    qtbot.keyClick(canvas, Key.Key_B)
    assert canvas.box_editor.is_drawing
    qtbot.keyClick(canvas, Key.Key_N)
    assert not canvas.box_editor.is_drawing
    qtbot.waitUntil(lambda: canvas.photo is not None)
    drag(window, canvas.point_to_viewport(34), canvas.point_to_viewport(34) + QPoint(0, 20))
    assert (window.session.desk.counts.faces, window.session.desk.edits.placed) == (count, {34})


def test_the_loupe_does_not_cover_the_adjustments_panel(qtbot, open_window, project):
    window = open_window(project)
    canvas = window.views.canvas
    qtbot.keyClick(canvas, Key.Key_I)
    panel = window.views.editor.adjustments_panel
    qtbot.waitUntil(panel.isVisible)
    canvas.look_at(QPointF(*canvas.points[34]) + QPointF(60, 0), 4.0)
    canvas.selection.select(34)
    qtbot.keyClick(canvas, Key.Key_Down)
    loupe = canvas.findChild(Loupe)
    assert loupe.isVisible()
    assert not loupe.geometry().intersects(panel.geometry())


def test_a_photo_replaced_by_one_of_another_size_is_reported(qtbot, open_window, project):
    photo = project.parent / "photos" / "000.jpg"
    Image.new("RGB", (200, 300)).save(photo)
    window = open_window(project)
    qtbot.waitUntil(lambda: "200 x 300" in window.views.message_bar.label.text())
    assert f"{photo} is 200 x 300 pixels now and was 320 x 240 before." in (
        window.views.message_bar.label.text()
    )
