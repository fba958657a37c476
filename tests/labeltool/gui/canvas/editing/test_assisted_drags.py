"""One drag that moves the points that nobody placed, through the real window."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


def opened(qtbot, open_window, project):
    window = open_window(project)
    qtbot.waitUntil(lambda: window.views.editor.residuals.model is not None)
    qtbot.waitUntil(lambda: window.views.canvas.photo is not None)
    return window


def drag(window, index: int, by: QPoint, held=NONE, *, stop_before_release: bool = False) -> None:
    canvas = window.views.canvas
    viewport, start = canvas.viewport(), canvas.point_to_viewport(index)
    QTest.mousePress(viewport, LEFT, held, start)
    for step in (1, 2):
        QTest.mouseMove(viewport, start + by * step / 2)
        QApplication.processEvents()
    if not stop_before_release:
        QTest.mouseRelease(viewport, LEFT, held, start + by)


def test_points_that_nobody_placed_follow_and_placed_ones_stay(qtbot, open_window, project):
    window = opened(qtbot, open_window, project)
    canvas, desk = window.views.canvas, window.session.desk
    proposed = desk.face.points.copy()
    drag(window, 8, QPoint(0, 30))
    first = desk.face.points.copy()
    assert desk.edits.placed == {8}
    shift = first - proposed
    assert shift[8, 1] > 0
    assert 0.3 * shift[8, 1] < shift[7, 1] < 1.2 * shift[8, 1]  # the chin goes with it
    assert abs(shift[36, 1]) < 0.3 * shift[8, 1]  # an eye does not
    assert canvas.layers.face.moved == {8}

    drag(window, 6, QPoint(10, 0))
    second = desk.face.points.copy()
    np.testing.assert_array_equal(second[8], first[8])
    assert desk.edits.placed == {6, 8}
    assert not np.array_equal(second[5], first[5])

    qtbot.keyClick(canvas, Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(desk.face.points, first)
    assert desk.edits.placed == {8}
    qtbot.keyClick(canvas, Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(desk.face.points, proposed)
    assert desk.edits.placed == set()
    for _ in range(2):
        qtbot.keyClick(canvas, Key.Key_Z, CONTROL | SHIFT)
    np.testing.assert_array_equal(desk.face.points, second)
    assert desk.edits.placed == {6, 8}


def test_the_draft_of_an_earlier_session_is_not_moved(qtbot, open_window, project):
    window = opened(qtbot, open_window, project)
    drag(window, 8, QPoint(0, 30))
    kept = window.session.desk.face.points.copy()
    window.close()
    window = opened(qtbot, open_window, project)
    np.testing.assert_array_equal(window.session.desk.face.points, kept)
    drag(window, 30, QPoint(8, 0))
    now = window.session.desk.face.points
    others = [index for index in range(68) if index != 30]
    np.testing.assert_array_equal(now[others], kept[others])


def test_alt_and_the_switch_move_one_point_alone(qtbot, open_window, project):
    window = opened(qtbot, open_window, project)
    canvas, desk = window.views.canvas, window.session.desk
    drag(window, 8, QPoint(0, 20), ALT)
    assert desk.edits.moved == {8}
    qtbot.keyClick(canvas, Key.Key_D, SHIFT)
    assert not window.commands.by_name["assist"].isChecked()
    drag(window, 30, QPoint(10, 0))
    assert desk.edits.moved == {8, 30}
    window.close()
    window = opened(qtbot, open_window, project)
    assert not window.commands.by_name["assist"].isChecked()


def test_ghosts_show_where_points_were_until_the_release(qtbot, open_window, project):
    window = opened(qtbot, open_window, project)
    canvas = window.views.canvas
    proposed = canvas.points
    drag(window, 8, QPoint(0, 30), stop_before_release=True)
    np.testing.assert_array_equal(canvas.layers.ghosts, proposed)
    assert not np.array_equal(canvas.points[7], proposed[7])
    qtbot.keyClick(canvas, Key.Key_Escape)
    assert canvas.layers.ghosts is None
    np.testing.assert_array_equal(canvas.points, proposed)
    assert window.session.desk.face.draft is None


def test_absent_points_stay_absent(qtbot, open_window, project):
    window = opened(qtbot, open_window, project)
    canvas, desk = window.views.canvas, window.session.desk
    canvas.selection.select(7)
    qtbot.keyClick(canvas, Key.Key_3)
    assert np.isnan(desk.face.points[7]).all()
    drag(window, 9, QPoint(0, 20))
    assert np.isnan(desk.face.points[7]).all()
    assert np.isfinite(np.delete(desk.face.points, 7, axis=0)).all()


def test_shift_holds_a_point_to_its_contour_or_across(qtbot, open_window, project):
    window = opened(qtbot, open_window, project)
    canvas, desk = window.views.canvas, window.session.desk
    qtbot.keyClick(canvas, Key.Key_D, SHIFT)
    before = desk.face.points
    tangent = before[9] - before[7]
    tangent /= np.hypot(*tangent)
    normal = np.array([-tangent[1], tangent[0]])
    viewport = canvas.viewport()
    for meant, other in ((normal, tangent), (tangent, normal)):
        before = desk.face.points.copy()
        if other is normal:  # the tangent of where the point is now
            meant = before[9] - before[7]
            meant = meant / np.hypot(*meant)
            other = np.array([-meant[1], meant[0]])
        by = QPoint(*np.rint(24 * meant + 6 * other).astype(int).tolist())
        start = canvas.point_to_viewport(8)
        QTest.mousePress(viewport, LEFT, NONE, start)
        QTest.mouseMove(viewport, start + by / 2)
        QTest.mouseRelease(viewport, LEFT, SHIFT, start + by)
        move = desk.face.points[8] - before[8]
        assert move @ meant > 1
        assert abs(move @ other) < 1e-6


def test_a_contour_is_spaced_evenly_in_one_step(qtbot, open_window, project):
    window = opened(qtbot, open_window, project)
    canvas, desk = window.views.canvas, window.session.desk
    before = desk.face.points.copy()
    canvas.selection.select(3)
    qtbot.keyClick(canvas, Key.Key_E, SHIFT)
    after = desk.face.points.copy()
    steps = np.hypot(*np.diff(after[:17], axis=0).T)
    assert steps.max() / steps.min() < 1.1
    np.testing.assert_array_equal(after[[0, 16]], before[[0, 16]])
    np.testing.assert_array_equal(after[17:], before[17:])
    qtbot.keyClick(canvas, Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(desk.face.points, before)
