"""The canvas under a real mouse and keyboard. Frame: (0, 0) is the centre of the top-left pixel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QShortcut
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from labeltool.domain import OCCLUDED, VISIBLE
from labeltool.domain.tolerance import ExpectedErrors
from labeltool.gui import theme
from labeltool.gui.canvas import Canvas
from labeltool.gui.canvas.editing.hit_test import Nothing, Point
from labeltool.gui.canvas.items.overlays import Legend, Loupe, Message, PointLabel
from labeltool.gui.images.image_pyramid import halved

Panel = TypeVar("Panel", bound=QWidget)

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
MIDDLE = Qt.MouseButton.MiddleButton
WIDTH, HEIGHT = 640, 480
BOX = (200.0, 120.0, 200.0, 220.0)


def photo(width: int = WIDTH, height: int = HEIGHT) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 170, 150))
    painter = QPainter(image)
    painter.fillRect(width // 3, height // 3, width // 6, height // 6, QColor(90, 60, 50))
    painter.end()
    return image


def ring(count: int) -> np.ndarray:
    """Points on an ellipse inside BOX."""
    angle = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
    return np.stack([300.25 + 90 * np.cos(angle), 230.5 + 100 * np.sin(angle)], axis=1)


def errors(levels: Sequence[float]) -> ExpectedErrors:
    """Expected errors as shares of a tolerance of 8 %, of a face whose norm is 100 pixels."""
    return ExpectedErrors(0.08 * np.asarray(levels, float), 100.0, 2.0, 0.08)


def show_face(canvas: Canvas, points: np.ndarray, **more: object) -> None:
    count = len(points)
    canvas.set_face(
        points,
        errors(np.linspace(0.0, 1.0, count)),
        [(i, i + 1) for i in range(count - 1)],
        BOX,
        [f"landmark {i}" for i in range(count)],
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[QMainWindow]:
    theme.apply(qapp, "light")
    shown = QMainWindow()
    qtbot.addWidget(shown)
    canvas = Canvas()
    shown.setCentralWidget(canvas)
    shown.resize(800, 600)
    with qtbot.waitExposed(shown):
        shown.show()
    shown.activateWindow()
    canvas.set_photo(photo())
    show_face(canvas, ring(98))
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    yield shown
    theme.apply(qapp, "light")


@pytest.fixture
def canvas(window: QMainWindow) -> Canvas:
    central = window.centralWidget()
    assert isinstance(central, Canvas)
    return central


def panel(canvas: Canvas, kind: type[Panel]) -> Panel:
    found = canvas.findChild(kind)
    assert found is not None
    return found


def press(
    canvas: Canvas,
    at: QPoint,
    button: Qt.MouseButton = LEFT,
    held: Qt.KeyboardModifier = NONE,
) -> None:
    QTest.mousePress(canvas.viewport(), button, held, at)


def move(canvas: Canvas, to: QPoint) -> None:
    QTest.mouseMove(canvas.viewport(), to)


def release(
    canvas: Canvas,
    at: QPoint,
    button: Qt.MouseButton = LEFT,
    held: Qt.KeyboardModifier = NONE,
) -> None:
    QTest.mouseRelease(canvas.viewport(), button, held, at)


def drag(
    canvas: Canvas,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton = LEFT,
    held: Qt.KeyboardModifier = NONE,
) -> None:
    press(canvas, start, button, held)
    move(canvas, (start + end) / 2)
    move(canvas, end)
    release(canvas, end, button, held)


def wheel(canvas: Canvas, at: QPoint, turned: int) -> None:
    handle = canvas.window().windowHandle()
    assert handle is not None
    place = canvas.viewport().mapTo(canvas.window(), at)
    QTest.wheelEvent(handle, QPointF(place), QPoint(0, turned))


def key(canvas: Canvas, which: Qt.Key, held: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(canvas, which, held or Qt.KeyboardModifier.NoModifier)


def said(spy: QSignalSpy) -> list[tuple[object, ...]]:
    return [tuple(spy.at(i)) for i in range(spy.count())]


def moved(spy: QSignalSpy) -> list[tuple[int, float, float]]:
    """Moves of single points: index, x, y."""
    return [(index, *place) for (index,), (place,) in said(spy)]


def last_selected(canvas: Canvas) -> list[int]:
    """The point that was selected last, after each change of the selection from now on."""
    seen: list[int] = []
    canvas.selection_changed.connect(lambda: seen.append(canvas.selection.last))
    return seen


def empty_spot(canvas: Canvas) -> QPoint:
    """Inside the ring of points, far from all of them."""
    return canvas.image_to_viewport(QPointF(300, 230)).toPoint()


# -- the frame ----------------------------------------------------------------------------------


def test_an_image_pixel_is_drawn_around_its_integer_coordinate(canvas: Canvas) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(0, 0, 0))
    image.setPixelColor(10, 20, QColor(255, 255, 255))
    canvas.set_photo(image)
    canvas.set_face(None, None, [], None, None)
    while canvas.zoom < 25:  # large enough for hard pixel edges
        canvas.zoom_at(1.25, canvas.image_to_viewport(QPointF(10, 20)))
    shot = canvas.viewport().grab().toImage()
    for dx, dy, white in ((0, 0, True), (0.45, -0.45, True), (-0.55, 0, False), (0, 0.55, False)):
        at = canvas.image_to_viewport(QPointF(10 + dx, 20 + dy)).toPoint()
        assert (shot.pixelColor(at).lightness() > 128) is white, (dx, dy)


def test_the_scene_and_the_canvas_agree_on_where_things_are(canvas: Canvas) -> None:
    canvas.zoom_at(3.7, QPointF(123, 456))
    canvas.pan(QPointF(11.25, -7.5))
    drawn = canvas.viewportTransform().map(QPointF(12.5, 34.25))
    meant = canvas.image_to_viewport(QPointF(12.5, 34.25))
    assert (drawn.x(), drawn.y()) == pytest.approx((meant.x(), meant.y()), abs=1e-9)
    back = canvas.viewport_to_image(meant)
    assert (back.x(), back.y()) == pytest.approx((12.5, 34.25), abs=1e-9)


# -- points -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [5, 98])
@pytest.mark.parametrize("zoom", [0.7, 1.0, 3.3, 12.0])
def test_a_dragged_point_is_reported_to_a_part_of_a_pixel(
    canvas: Canvas, count: int, zoom: float
) -> None:
    points = ring(count)
    show_face(canvas, points)
    index = count // 3
    canvas.zoom_at(zoom / canvas.zoom, canvas.image_to_viewport(QPointF(*points[index])))
    assert canvas.zoom == pytest.approx(zoom)
    moves, picks = QSignalSpy(canvas.points_moved), last_selected(canvas)
    start = canvas.point_to_viewport(index)
    way = QPoint(37, -22)

    press(canvas, start)
    move(canvas, start + way / 2)
    assert moves.count() == 0  # nothing is final before the release
    move(canvas, start + way)
    release(canvas, start + way)

    expected = points[index] + np.array([way.x(), way.y()]) / zoom
    ((index_moved, x, y),) = moved(moves)
    assert index_moved == index
    assert (x, y) == pytest.approx(tuple(expected), abs=1e-6)
    assert picks == [index]
    others = np.arange(count) != index
    assert np.array_equal(canvas.points[others], points[others])
    assert canvas.points[index] == pytest.approx(expected, abs=1e-6)


def test_a_press_near_points_hits_the_nearest_within_the_radius(
    canvas: Canvas,
) -> None:
    points = np.array([[300.0, 200.0], [308.0, 200.0], [100.0, 100.0]])
    canvas.set_face(points, None, [], None, None)
    near_second = canvas.image_to_viewport(QPointF(307.0, 203.0)).toPoint()
    press(canvas, near_second)
    release(canvas, near_second)
    assert canvas.selection.last == 1
    far = canvas.point_to_viewport(2) + QPoint(16, 0)
    assert canvas.hit_test(QPointF(far)) == Nothing()
    near = canvas.point_to_viewport(2) + QPoint(0, 12)
    assert canvas.hit_test(QPointF(near)) == Point(2)


def test_a_click_selects_without_moving_and_an_empty_click_deselects(canvas: Canvas) -> None:
    moves, picks = QSignalSpy(canvas.points_moved), last_selected(canvas)
    at = canvas.point_to_viewport(20) + QPoint(1, 1)
    press(canvas, at)
    move(canvas, at + QPoint(1, 0))  # a shaky hand
    release(canvas, at + QPoint(1, 0))
    assert canvas.selection.last == 20
    press(canvas, empty_spot(canvas))
    release(canvas, empty_spot(canvas))
    assert picks == [20, -1]
    assert moves.count() == 0
    assert np.array_equal(canvas.points, ring(98))


def test_two_quick_drags_are_two_moves(canvas: Canvas) -> None:
    moves = QSignalSpy(canvas.points_moved)
    start = canvas.point_to_viewport(10)
    drag(canvas, start, start + QPoint(20, 0))
    again = canvas.point_to_viewport(10)
    for kind, at, button in (  # Qt turns a second press soon after the first into a double click
        (QEvent.Type.MouseButtonDblClick, again, LEFT),
        (QEvent.Type.MouseMove, again + QPoint(0, 20), Qt.MouseButton.NoButton),
    ):
        place = QPointF(canvas.viewport().mapToGlobal(at))
        held = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, QPointF(at), place, button, LEFT, held)
        QApplication.sendEvent(canvas.viewport(), event)
    release(canvas, again + QPoint(0, 20))
    assert [row[0] for row in moved(moves)] == [10, 10]


def test_escape_cancels_a_drag(canvas: Canvas) -> None:
    moves = QSignalSpy(canvas.points_moved)
    start = canvas.point_to_viewport(30)
    press(canvas, start)
    move(canvas, start + QPoint(40, 40))
    assert canvas.is_dragging
    assert not np.array_equal(canvas.points, ring(98))
    key(canvas, Qt.Key.Key_Escape)
    assert not canvas.is_dragging
    assert np.array_equal(canvas.points, ring(98))
    move(canvas, start + QPoint(60, 60))
    release(canvas, start + QPoint(60, 60))
    assert moves.count() == 0
    assert np.array_equal(canvas.points, ring(98))
    assert canvas.selection.last == 30
    key(canvas, Qt.Key.Key_Escape)
    assert canvas.selection.last == -1


def test_a_new_state_of_the_same_face_does_not_interrupt_a_drag(canvas: Canvas) -> None:
    show_face(canvas, ring(98), face_id=7)
    moves = QSignalSpy(canvas.points_moved)
    start = canvas.point_to_viewport(30)
    press(canvas, start)
    move(canvas, start + QPoint(30, 0))
    held = canvas.points[30]
    show_face(canvas, ring(98) + 1.0, face_id=7)
    assert canvas.is_dragging
    assert np.array_equal(canvas.points[30], held)
    release(canvas, start + QPoint(30, 0))
    assert moves.count() == 1


def test_another_face_ends_the_drag_and_the_selection(canvas: Canvas) -> None:
    show_face(canvas, ring(98), face_id=7)
    moves, picks = QSignalSpy(canvas.points_moved), last_selected(canvas)
    start = canvas.point_to_viewport(30)
    press(canvas, start)
    move(canvas, start + QPoint(30, 0))
    show_face(canvas, ring(98), face_id=8)
    release(canvas, start + QPoint(30, 0))
    assert not canvas.is_dragging
    assert moves.count() == 0
    assert picks == [30, -1]
    assert np.array_equal(canvas.points, ring(98))


def test_a_click_places_the_selected_missing_landmark(canvas: Canvas) -> None:
    points = ring(5)
    points[2] = np.nan
    show_face(canvas, points)
    moves = QSignalSpy(canvas.points_moved)
    press(canvas, empty_spot(canvas))
    release(canvas, empty_spot(canvas))
    assert moves.count() == 0
    canvas.selection.select(2)
    spot = empty_spot(canvas)
    press(canvas, spot)
    release(canvas, spot)
    at = canvas.viewport_to_image(QPointF(spot))
    ((index, x, y),) = moved(moves)
    assert (index, x, y) == (2, pytest.approx(at.x()), pytest.approx(at.y()))


@pytest.mark.parametrize(
    ("which", "held", "way"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, (-1.0, 0.0)),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, (0.0, 1.0)),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, (0.0, -10.0)),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, (0.1, 0.0)),
    ],
)
def test_arrows_nudge_the_selected_point(
    canvas: Canvas, which: Qt.Key, held: Qt.KeyboardModifier, way: tuple[float, float]
) -> None:
    canvas.selection.select(11)
    moves = QSignalSpy(canvas.points_moved)
    key(canvas, which, held)
    key(canvas, which, held)
    before = ring(98)[11]
    assert [row[0] for row in moved(moves)] == [11, 11]
    assert moved(moves)[1][1:] == pytest.approx(tuple(before + 2 * np.array(way)))


def test_arrows_belong_to_the_window_until_a_point_is_selected(
    canvas: Canvas, window: QMainWindow
) -> None:
    next_face = QShortcut(QKeySequence(Qt.Key.Key_Right), window)
    used = QSignalSpy(next_face.activated)
    moves = QSignalSpy(canvas.points_moved)
    key(canvas, Qt.Key.Key_Right)
    assert (used.count(), moves.count()) == (1, 0)
    canvas.selection.select(3)
    key(canvas, Qt.Key.Key_Right)
    assert (used.count(), moves.count()) == (1, 1)

    canvas.selection.select(-1)
    for which in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_A, Qt.Key.Key_Escape, 0x3141):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, which, Qt.KeyboardModifier.NoModifier)
        assert not canvas.wants_key(event)
        event.accept()
        canvas.keyPressEvent(event)
        assert not event.isAccepted()


def test_hidden_points_cannot_be_dragged(canvas: Canvas) -> None:
    canvas.layers.set_visible(points=False)
    start = canvas.point_to_viewport(10)
    moves = QSignalSpy(canvas.points_moved)
    drag(canvas, start, start + QPoint(30, 0))
    assert moves.count() == 0
    assert panel(canvas, Legend).isHidden()


def test_lengths_that_disagree_are_refused(canvas: Canvas) -> None:
    with pytest.raises(ValueError, match="errors for 5"):
        canvas.set_face(ring(5), errors([0.1, 0.2, 0.3]), [], None, None)
    with pytest.raises(ValueError, match="names"):
        canvas.set_face(ring(5), None, [], None, ["one"])
    with pytest.raises(ValueError, match="edge"):
        canvas.set_face(ring(5), None, [(0, 5)], None, None)


# -- several points -----------------------------------------------------------------------------


def band(canvas: Canvas, indices: list[int], held: Qt.KeyboardModifier = NONE) -> None:
    """Draw a rubber band around some points."""
    points = canvas.points[indices]
    low = canvas.image_to_viewport(QPointF(*(points.min(0) - 20))).toPoint()
    high = canvas.image_to_viewport(QPointF(*(points.max(0) + 20))).toPoint()
    drag(canvas, low, high, LEFT, held)


def grid() -> np.ndarray:
    """Nine points, 60 pixels apart."""
    return np.array([[240.0 + 60 * (k % 3), 160.0 + 60 * (k // 3)] for k in range(9)])


def test_a_rubber_band_selects_points_and_a_drag_moves_all_of_them(
    canvas: Canvas,
) -> None:
    show_face(canvas, grid())
    moves = QSignalSpy(canvas.points_moved)
    band(canvas, [0, 1])
    assert canvas.selection.indices == {0, 1}
    band(canvas, [8], SHIFT)
    band(canvas, [7], CTRL)
    assert canvas.selection.indices == {0, 1, 7, 8}
    band(canvas, [3, 4])
    assert canvas.selection.indices == {3, 4}
    assert moves.count() == 0
    start = canvas.point_to_viewport(4)
    drag(canvas, start, start + QPoint(20, 10))
    ((indices, points),) = said(moves)
    assert indices == [3, 4]
    np.testing.assert_allclose(points, grid()[[3, 4]] + np.array([20, 10]) / canvas.zoom)
    assert canvas.selection.indices == {3, 4}
    click = canvas.point_to_viewport(3)
    drag(canvas, click, click)
    assert canvas.selection.indices == {3}  # a click takes one out of several
    band(canvas, [3, 4])
    start = canvas.point_to_viewport(4)
    press(canvas, start)
    move(canvas, start + QPoint(50, 50))
    key(canvas, Qt.Key.Key_Escape)
    release(canvas, start + QPoint(50, 50))
    assert moves.count() == 1
    assert canvas.selection.indices == {3, 4}


def test_shift_click_adds_ctrl_click_toggles_and_arrows_nudge_all(canvas: Canvas) -> None:
    show_face(canvas, grid())
    for index, held in ((0, NONE), (4, SHIFT), (8, CTRL), (4, CTRL)):
        at = canvas.point_to_viewport(index)
        drag(canvas, at, at, LEFT, held)
    assert canvas.selection.indices == {0, 8}
    moves = QSignalSpy(canvas.points_moved)
    key(canvas, Qt.Key.Key_Down)
    ((indices, points),) = said(moves)
    assert indices == [0, 8]
    np.testing.assert_allclose(points, grid()[[0, 8]] + [0, 1])
    canvas.selection.select_all()
    assert len(canvas.selection.indices) == 9


def test_neighbours_follow_by_distance_and_the_wheel_sets_how_far(
    canvas: Canvas,
) -> None:
    show_face(canvas, ring(98))
    moves = QSignalSpy(canvas.points_moved)
    start, way = canvas.point_to_viewport(10), QPoint(40, 0)
    drag(canvas, start, start + way, LEFT, CTRL)
    ((indices, _),) = said(moves)
    shift = (canvas.points - ring(98))[:, 0] * canvas.zoom
    assert shift[10] == pytest.approx(40)
    assert 40 > shift[11] > shift[14] > 0
    assert shift[11] == pytest.approx(shift[9], rel=0.05)
    assert shift[59] == 0
    assert 5 < len(indices) < 60

    show_face(canvas, ring(98), face_id=2)
    zoom = canvas.zoom
    press(canvas, start, LEFT, CTRL)
    move(canvas, start + way)
    few = np.count_nonzero(canvas.points != ring(98))
    wheel(canvas, start + way, 240)
    assert np.count_nonzero(canvas.points != ring(98)) > few
    wheel(canvas, start + way, -1200)
    assert np.count_nonzero(canvas.points != ring(98)) < few
    assert canvas.zoom == zoom
    key(canvas, Qt.Key.Key_Escape)
    release(canvas, start + way)
    np.testing.assert_array_equal(canvas.points, ring(98))

    canvas.set_modes(
        snap_to_click=False, move_neighbours=True
    )  # a mode, for mice and hands that have no key to spare
    drag(canvas, start, start + way)
    assert len(said(moves)[-1][0]) > 1


def test_neighbour_distances_come_from_the_mean_face(canvas: Canvas) -> None:
    closed = np.array([[300.0, 200.0], [300.0, 201.0], [420.0, 200.0]])
    show_face(canvas, closed)
    canvas.neighbours.set_mean_shape(np.array([[0.0, 0.0], [1.0, 1.0], [0.1, 0.0]]))
    start = canvas.point_to_viewport(2)
    drag(canvas, start, start + QPoint(0, 50), LEFT, CTRL)
    shift = (canvas.points - closed)[:, 1]
    assert shift[0] > 0
    assert shift[1] == 0


def test_a_click_with_alt_or_in_snap_mode_moves_a_point_there(canvas: Canvas) -> None:
    show_face(canvas, grid())
    moves = QSignalSpy(canvas.points_moved)
    spot = canvas.point_to_viewport(4) + QPoint(25, 25)
    drag(canvas, spot, spot, LEFT, ALT)
    at = canvas.viewport_to_image(QPointF(spot))
    assert moved(moves) == [(4, pytest.approx(at.x()), pytest.approx(at.y()))]
    assert canvas.selection.last == 4
    canvas.set_modes(snap_to_click=True, move_neighbours=False)
    far = canvas.point_to_viewport(8)
    drag(canvas, far, far)  # the selected one wins over the nearest
    assert moved(moves)[-1][0] == 4
    assert np.array_equal(canvas.points[8], grid()[8])
    press(canvas, far + QPoint(40, 0))
    key(canvas, Qt.Key.Key_Escape)
    release(canvas, far + QPoint(40, 0))
    assert len(moved(moves)) == 2


def test_missing_landmarks_are_placed_one_after_the_other(canvas: Canvas) -> None:
    points = ring(5)
    points[[1, 3]] = np.nan
    show_face(canvas, points, face_id=1)
    moves = QSignalSpy(canvas.points_moved)
    canvas.selection.select(1)
    for by in (QPoint(0, 0), QPoint(30, 0)):
        spot = empty_spot(canvas) + by
        press(canvas, spot)
        release(canvas, spot)
    assert [row[0] for row in moved(moves)] == [1, 3]


def test_handles_rotate_and_scale_the_selection_around_its_centre(canvas: Canvas) -> None:
    show_face(canvas, grid())
    moves = QSignalSpy(canvas.points_moved)
    canvas.selection.select_all()
    frame, knob = canvas.layers.selection_frame.rect, canvas.layers.selection_frame.rotate_handle
    middle = np.array([300.0, 220.0])
    up = canvas.image_to_viewport(knob).toPoint()
    right = canvas.image_to_viewport(QPointF(*middle) + QPointF(middle[1] - knob.y(), 0)).toPoint()
    drag(canvas, up, right)  # a quarter turn clockwise
    turned = canvas.points
    rotated = (grid() - middle) @ np.array([[0, 1], [-1, 0]]) + middle
    np.testing.assert_allclose(turned, rotated, atol=1.5)

    canvas.set_face(grid(), None, [], None, None)
    canvas.selection.select_all()
    corner = canvas.image_to_viewport(frame.bottomRight())
    centre = canvas.image_to_viewport(QPointF(*middle))
    start = corner.toPoint()
    press(canvas, start)
    move(canvas, (centre + (corner - centre) * 1.5).toPoint())
    release(canvas, (centre + (corner - centre) * 1.5).toPoint())
    np.testing.assert_allclose(canvas.points, (grid() - middle) * 1.5 + middle, atol=1.5)
    assert moves.count() == 2
    canvas.transform_selection(0.0, 2.0)
    assert moves.count() == 3
    start = canvas.image_to_viewport(canvas.layers.selection_frame.rotate_handle).toPoint()
    before = canvas.points
    press(canvas, start)
    move(canvas, start + QPoint(80, 80))
    assert not np.array_equal(canvas.points, before)
    key(canvas, Qt.Key.Key_Escape)
    release(canvas, start + QPoint(80, 80))
    np.testing.assert_array_equal(canvas.points, before)
    assert moves.count() == 3


def test_steps_go_from_the_worst_point_to_the_best_and_around(canvas: Canvas) -> None:
    points = ring(5)
    points[3] = np.nan  # absent, but it can be put down
    canvas.set_face(points, errors([np.nan, 0.1, 0.8, 0.5, 0.3]), [], None, None)
    seen = []
    for _ in range(6):
        canvas.show_next_point(1)
        seen.append(canvas.selection.last)
    assert seen == [2, 3, 4, 1, 0, 2]
    canvas.show_next_point(-1)
    canvas.show_next_point(-1)
    assert canvas.selection.last == 1
    canvas.selection.select(-1)
    canvas.show_next_point(-1)
    assert canvas.selection.last == 0


def test_showing_a_point_scrolls_it_into_view(canvas: Canvas) -> None:
    canvas.zoom_at(20, QPointF(10, 10))
    canvas.show_point(60)
    assert canvas.viewport().rect().contains(canvas.point_to_viewport(60))


# -- what is shown ------------------------------------------------------------------------------


def test_hovering_shows_number_name_and_expected_error(canvas: Canvas) -> None:
    show_face(canvas, ring(5), moved={4})
    label = panel(canvas, PointLabel)
    move(canvas, canvas.point_to_viewport(1))
    assert label.isVisible()
    assert label.text() == "2  landmark 1\nExpected 2.0 px (2.0 %), 90 % within 4.0 px"
    move(canvas, canvas.point_to_viewport(4))
    assert label.text() == "5  landmark 4\nMoved by hand"
    move(canvas, empty_spot(canvas))
    assert not label.isVisible()


def test_a_drag_shows_the_loupe_in_the_other_half_of_the_canvas(canvas: Canvas) -> None:
    loupe = panel(canvas, Loupe)
    for index, on_left in ((0, True), (49, False)):  # the right-most and the left-most point
        start = canvas.point_to_viewport(index)
        press(canvas, start)
        move(canvas, start + QPoint(6, 0))
        assert loupe.isVisible()
        assert (loupe.geometry().center().x() < canvas.width() / 2) is on_left
        loupe.grab()
        release(canvas, start + QPoint(6, 0))
        assert not loupe.isVisible()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_state_of_a_point_has_its_own_shape(
    canvas: Canvas, qapp: QApplication, mode: theme.Mode
) -> None:
    theme.apply(qapp, mode)
    points = np.array([[480.0, 240.0], [380.0, 140.0], [580.0, 340.0]])

    def ink(moved: set[int], selected: int, hovered: bool, seen: int = VISIBLE) -> np.ndarray:
        """Where the marks around a point are dark: their outlines, whatever fills them.

        Only red counts, because the ramp's top colour and white both have all of it.
        """
        canvas.set_face(
            points,
            errors([1.0, 1.0, 1.0]),
            [],
            None,
            None,
            moved=moved,
            visibility=np.full(3, seen),
        )
        canvas.selection.select(selected)
        at = canvas.point_to_viewport(0)
        move(canvas, at if hovered else QPoint(5, 5))
        area = QRect(at - QPoint(14, 14), QSize(29, 29))
        image = canvas.viewport().grab(area).toImage().convertToFormat(QImage.Format.Format_RGB32)
        red = np.frombuffer(image.constBits(), np.uint8).reshape(29, 29, 4)[:, :, 2]
        return np.less(red, 120)

    states = [
        ink(set(), -1, False),
        ink({0}, -1, False),
        ink(set(), 0, False),
        ink(set(), -1, True),
        ink({0}, 0, False),
        ink(set(), -1, False, OCCLUDED),
    ]
    for one, other in combinations(states, 2):
        assert np.count_nonzero(one != other) >= 8


def test_points_shrink_with_the_face_and_stay_within_bounds(canvas: Canvas) -> None:
    sizes = []
    for zoom in (0.3, 1.0, 2.0, 10.0):
        canvas.zoom_at(zoom / canvas.zoom, QPointF(400, 300))
        sizes.append(canvas.layers.point_radius)
    assert sizes == sorted(sizes)
    assert sizes[0] < 2.0
    assert sizes[-1] <= 5.0


def test_without_a_photo_a_message_is_shown_and_input_is_ignored(canvas: Canvas) -> None:
    message = panel(canvas, Message)
    assert not message.isVisible()
    canvas.box_editor.start_drawing()
    canvas.set_photo(None, "This photo could not be read.")
    assert message.isVisible()
    assert message.text() == "This photo could not be read."
    assert message.geometry() == canvas.viewport().geometry()
    assert not canvas.box_editor.is_drawing
    picks = last_selected(canvas)
    at = canvas.point_to_viewport(3)
    drag(canvas, at, at + QPoint(30, 30))
    wheel(canvas, at, 120)
    canvas.box_editor.start_drawing()
    canvas.framing.fit_face()
    assert picks == []
    assert not canvas.box_editor.is_drawing
    canvas.set_photo(None)
    assert message.text() == "No photo"
    canvas.set_photo(photo())
    assert not message.isVisible()
    assert len(canvas.points) == 98


# -- the view -----------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [120, 360, -120, 15])
def test_the_wheel_keeps_the_image_under_the_cursor(canvas: Canvas, turned: int) -> None:
    canvas.framing.fit_face()
    changes = QSignalSpy(canvas.view_changed)
    at = QPoint(431, 267)
    before, zoom = canvas.viewport_to_image(QPointF(at)), canvas.zoom
    wheel(canvas, at, turned)
    after = canvas.viewport_to_image(QPointF(at))
    assert (canvas.zoom > zoom) is (turned > 0)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=1e-6)
    assert changes.count() == 1


def test_zoom_steps_and_limits(canvas: Canvas) -> None:
    zoom = canvas.zoom
    canvas.zoom_in()
    assert canvas.zoom > zoom
    canvas.zoom_out()
    assert canvas.zoom == pytest.approx(zoom)
    for _ in range(60):
        canvas.zoom_in()
    assert canvas.zoom == 64.0
    canvas.viewport().grab()
    for _ in range(90):
        canvas.zoom_out()
    assert 0.3 < canvas.zoom < 1.0


@pytest.mark.parametrize("by_space", [False, True])
def test_panning_moves_the_photo_with_the_mouse(canvas: Canvas, by_space: bool) -> None:
    canvas.framing.fit_face()
    moves = QSignalSpy(canvas.points_moved)
    start = canvas.point_to_viewport(0)  # on a point: panning must not take it
    before, zoom = canvas.image_to_viewport(QPointF()), canvas.zoom
    if by_space:
        QTest.keyPress(canvas, Qt.Key.Key_Space)
        drag(canvas, start, start + QPoint(-40, 25))
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
    else:
        drag(canvas, start, start + QPoint(-40, 25), MIDDLE)
    after = canvas.image_to_viewport(QPointF())
    assert after - before == QPointF(-40, 25)
    assert canvas.zoom == zoom
    assert moves.count() == 0
    drag(canvas, canvas.point_to_viewport(0), canvas.point_to_viewport(0) + QPoint(20, 0))
    assert moves.count() == 1  # space is up again


def test_panning_keeps_the_photo_in_view(canvas: Canvas) -> None:
    canvas.pan(QPointF(1e5, -1e5))
    middle = canvas.viewport_to_image(QPointF(canvas.viewport().rect().center()))
    assert canvas.photo_rect().adjusted(-1, -1, 1, 1).contains(middle)


def test_fitting_and_keeping_the_view(canvas: Canvas) -> None:
    canvas.framing.fit_face()
    zoom, corner = canvas.zoom, canvas.image_to_viewport(QPointF())
    view = canvas.viewport().rect()
    for index in range(98):
        assert view.contains(canvas.point_to_viewport(index))
    assert canvas.zoom * BOX[3] > view.height() * 0.6
    show_face(canvas, ring(5) + 40.0)
    canvas.set_photo(photo())
    assert (canvas.zoom, canvas.image_to_viewport(QPointF())) == (zoom, corner)
    canvas.set_photo(photo(1200, 300))
    assert canvas.zoom * 1200 < view.width()
    canvas.set_face(None, None, [], None, None)
    canvas.framing.fit_face()  # no face: the whole photo
    assert canvas.zoom * 1200 > view.width() * 0.9


def test_a_fitted_view_stays_fitted_while_the_window_is_resized(
    canvas: Canvas, window: QMainWindow
) -> None:
    canvas.fit_photo()
    small = canvas.zoom
    window.resize(1200, 900)
    QApplication.processEvents()
    assert canvas.zoom > small * 1.3
    canvas.zoom_in()
    zoom = canvas.zoom
    middle = canvas.viewport_to_image(QPointF(canvas.width() / 2, canvas.height() / 2))
    window.resize(700, 500)
    QApplication.processEvents()
    after = canvas.viewport_to_image(QPointF(canvas.width() / 2, canvas.height() / 2))
    assert canvas.zoom == zoom
    assert (after.x(), after.y()) == pytest.approx((middle.x(), middle.y()), abs=1e-6)


def test_a_large_photo_repaints_from_a_small_copy(canvas: Canvas) -> None:
    canvas.set_photo(photo(6000, 4000))
    canvas.viewport().grab()
    assert canvas.painted_level.width() <= 2 * canvas.viewport().width()
    for _ in range(8):
        canvas.zoom_in()
    canvas.viewport().grab()
    assert canvas.painted_level.width() > 2 * canvas.viewport().width()


# -- boxes --------------------------------------------------------------------------------------


def test_a_drag_draws_one_box(canvas: Canvas) -> None:
    boxes, modes = (
        QSignalSpy(canvas.box_editor.drawn),
        QSignalSpy(canvas.box_editor.drawing_changed),
    )
    moves = QSignalSpy(canvas.points_moved)
    canvas.box_editor.start_drawing()
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.CrossCursor
    start, end = canvas.point_to_viewport(0), canvas.point_to_viewport(60)
    drag(canvas, start, end)
    a, b = canvas.viewport_to_image(QPointF(start)), canvas.viewport_to_image(QPointF(end))
    expected = (min(a.x(), b.x()), min(a.y(), b.y()), abs(a.x() - b.x()), abs(a.y() - b.y()))
    (box,) = said(boxes)
    assert box == pytest.approx(expected, abs=1e-6)
    assert said(modes) == [(True,), (False,)]
    drag(canvas, start, start + QPoint(30, 0))
    assert (boxes.count(), moves.count()) == (1, 1)  # the next drag moves a point again


def test_a_box_is_clipped_to_the_photo(canvas: Canvas) -> None:
    boxes = QSignalSpy(canvas.box_editor.drawn)
    canvas.zoom_out()
    canvas.zoom_out()
    canvas.box_editor.start_drawing()
    outside = QPoint(canvas.viewport().width() - 2, canvas.viewport().height() - 2)
    inside = canvas.image_to_viewport(QPointF(500, 400)).toPoint()
    drag(canvas, inside, outside)
    (box,) = said(boxes)
    x, y = canvas.viewport_to_image(QPointF(inside)).toTuple()
    assert box == pytest.approx((x, y, WIDTH - 0.5 - x, HEIGHT - 0.5 - y))


def test_escape_leaves_box_drawing_and_tiny_boxes_are_ignored(canvas: Canvas) -> None:
    boxes, modes = (
        QSignalSpy(canvas.box_editor.drawn),
        QSignalSpy(canvas.box_editor.drawing_changed),
    )
    refused = QSignalSpy(canvas.box_editor.too_small)
    canvas.box_editor.start_drawing()
    start = empty_spot(canvas)
    drag(canvas, start, start + QPoint(5, 60))
    assert canvas.box_editor.is_drawing
    assert refused.count() == 1
    press(canvas, start)
    move(canvas, start + QPoint(90, 90))
    key(canvas, Qt.Key.Key_Escape)
    release(canvas, start + QPoint(90, 90))
    assert not canvas.box_editor.is_drawing
    canvas.box_editor.start_drawing()
    key(canvas, Qt.Key.Key_Escape)
    assert not canvas.box_editor.is_drawing
    assert boxes.count() == 0
    assert said(modes) == [(True,), (False,), (True,), (False,)]


def test_clicking_another_faces_box_opens_that_face(canvas: Canvas) -> None:
    others = [(11, (20.0, 20.0, 120.0, 100.0)), (12, (60.0, 50.0, 40.0, 40.0)), (13, BOX)]
    show_face(canvas, ring(98), other_boxes=others)
    clicks, picks = QSignalSpy(canvas.face_clicked), last_selected(canvas)

    def click(x: float, y: float) -> None:
        at = canvas.image_to_viewport(QPointF(x, y)).toPoint()
        QTest.mouseClick(canvas.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)

    click(30, 110)
    click(80, 70)  # the smaller box lies inside the larger one
    assert said(clicks) == [(11,), (12,)]
    click(300, 230)  # inside this face's own box
    assert clicks.count() == 2
    click(*ring(98)[40])  # a point wins over any box
    assert clicks.count() == 2
    assert picks == [40]
    canvas.layers.set_visible(boxes=False)
    click(30, 110)
    assert clicks.count() == 2


def corner(canvas: Canvas, x: float, y: float) -> QPoint:
    return canvas.image_to_viewport(QPointF(x, y)).toPoint()


def test_handles_resize_the_box_and_its_outline_moves_it(canvas: Canvas) -> None:
    canvas.set_face(ring(98) * [0.5, 0.5] + 150, None, [], BOX, None, face_id=1)
    boxes, modes = (
        QSignalSpy(canvas.box_editor.changed),
        QSignalSpy(canvas.box_editor.drawing_changed),
    )
    x, y, w, h = BOX
    by = QPoint(24, 12)
    step = (by.x() / canvas.zoom, by.y() / canvas.zoom)
    for at, expected in (
        ((x, y), (x + step[0], y + step[1], w - step[0], h - step[1])),
        ((x + w, y + h / 2), (x, y, w + step[0], h)),
        ((x + w / 4, y), (x + step[0], y + step[1], w, h)),
    ):
        start = corner(canvas, *at)
        drag(canvas, start, start + by)
        assert said(boxes)[-1] == pytest.approx(expected, abs=1e-6)
        canvas.set_face(ring(98) * [0.5, 0.5] + 150, None, [], BOX, None, face_id=1)
    start = corner(canvas, x + w, y + h)
    press(canvas, start)
    move(canvas, start + by)
    key(canvas, Qt.Key.Key_Escape)
    release(canvas, start + by)
    assert (boxes.count(), modes.count()) == (3, 0)
    drag(canvas, start, corner(canvas, 900, 900))
    assert said(boxes)[-1][2:] == pytest.approx((WIDTH - 0.5 - x, HEIGHT - 0.5 - y), abs=0.01)
    canvas.layers.set_visible(boxes=False)
    drag(canvas, start, start + by)
    assert boxes.count() == 4


def test_arrow_keys_change_the_box_enter_saves_and_escape_discards(
    canvas: Canvas,
) -> None:
    boxes, drawn = QSignalSpy(canvas.box_editor.changed), QSignalSpy(canvas.box_editor.drawn)
    x, y, w, h = BOX
    canvas.box_editor.start_keyboard()
    key(canvas, Qt.Key.Key_Right)
    key(canvas, Qt.Key.Key_Down, SHIFT)
    key(canvas, Qt.Key.Key_Left, ALT)
    key(canvas, Qt.Key.Key_Return)
    assert said(boxes) == [pytest.approx((x + 1, y + 10, w - 1, h))]
    canvas.box_editor.start_keyboard()
    key(canvas, Qt.Key.Key_Up)
    key(canvas, Qt.Key.Key_Escape)
    key(canvas, Qt.Key.Key_Return)
    assert boxes.count() == 1
    canvas.box_editor.start_drawing()
    key(canvas, Qt.Key.Key_Return)
    key(canvas, Qt.Key.Key_Left, SHIFT)
    key(canvas, Qt.Key.Key_Return)
    assert drawn.count() == 1
    assert not canvas.box_editor.is_drawing


# -- how it is shown ----------------------------------------------------------------------------


def shot(canvas: Canvas) -> np.ndarray:
    image = canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8)
    return pixels.reshape(image.height(), image.width(), 4)[:, :, :3].copy()


def test_a_tone_curve_changes_the_screen_and_never_the_photo(canvas: Canvas) -> None:
    before, image = shot(canvas), canvas.photo.copy()
    canvas.set_face(None, None, [], None, None)
    plain = shot(canvas)
    canvas.set_tone_curve((255 - np.arange(256)).astype(np.uint8))
    negative = shot(canvas)
    middle = (300, 400)
    assert np.array_equal(negative[middle], 255 - plain[middle])
    assert np.array_equal(negative[2, 2], plain[2, 2])  # the grey around the photo stays
    assert canvas.photo == image
    for zoom in (12.0, 0.6):
        canvas.zoom_at(zoom / canvas.zoom, QPointF(400, 300))
        toned = shot(canvas)
        canvas.set_tone_curve(None)
        assert np.abs(toned[300, 400].astype(int) - (255 - shot(canvas)[300, 400])).max() <= 1
        canvas.set_tone_curve((255 - np.arange(256)).astype(np.uint8))
    canvas.set_tone_curve(None)
    canvas.fit_photo()
    show_face(canvas, ring(98))
    assert np.array_equal(shot(canvas), before)


def test_halved_copies_show_the_same_photo(canvas: Canvas) -> None:
    large = photo(4000, 3000)
    canvas.set_face(None, None, [], None, None)
    canvas.set_photo(large)
    own = shot(canvas)
    copies = halved(large)
    assert [copy.width() for copy in copies] == [2000, 1000]
    canvas.set_photo(large, copies=copies)
    assert np.abs(shot(canvas).astype(int) - own).mean() < 0.5


def test_numbers_and_a_comparison_are_drawn_until_another_face_is_displayed(canvas: Canvas) -> None:
    show_face(canvas, ring(5), face_id=1)
    plain = shot(canvas)
    canvas.layers.set_visible(numbers=True)
    assert not np.array_equal(shot(canvas), plain)
    canvas.layers.set_visible()
    assert np.array_equal(shot(canvas), plain)
    canvas.layers.set_comparison(ring(5) + 25)
    assert not np.array_equal(shot(canvas), plain)
    show_face(canvas, ring(5), face_id=1)
    assert canvas.layers.comparison is not None
    show_face(canvas, ring(5), face_id=2)
    assert canvas.layers.comparison is None
    canvas.layers.set_comparison(
        ring(5)
    )  # nothing went anywhere: nothing to show but the legend's word
    canvas.layers.set_comparison(None)
    assert np.array_equal(shot(canvas), plain)


def test_regions_have_colours_of_their_own(canvas: Canvas) -> None:
    groups = [("left", (0, 1)), ("right", (2, 3))]
    canvas.set_face(grid()[:5], None, [], None, None, groups=groups)
    canvas.layers.set_by_group(True)
    image = canvas.viewport().grab().toImage()
    fills = [image.pixelColor(canvas.point_to_viewport(index)).name() for index in range(5)]
    assert fills[0] == fills[1] != fills[2] == fills[3]
    assert fills[4] == theme.group_colour(-1).name()
    assert panel(canvas, Legend).isVisible()
    move(canvas, canvas.point_to_viewport(2))
    assert "right" in panel(canvas, PointLabel).text()
    canvas.layers.set_by_group(False)
    assert panel(canvas, Legend).isHidden()


def test_the_next_face_is_framed_like_the_last_one(canvas: Canvas) -> None:
    show_face(canvas, ring(5), face_id=1)
    canvas.look_at(QPointF(230, 180), 4.0)
    canvas.framing.remember()
    canvas.set_photo(photo(1200, 900))
    x, y, w, h = BOX
    canvas.set_face(ring(5) * 2, None, [], (2 * x, 2 * y, 2 * w, 2 * h), None, face_id=2)
    canvas.framing.restore()
    middle = canvas.viewport_to_image(QPointF(canvas.viewport().rect().center()))
    assert (middle.x(), middle.y()) == pytest.approx((460, 360), abs=1)
    assert canvas.zoom == pytest.approx(2.0)


# -- circles ------------------------------------------------------------------------------------


def circles(canvas: Canvas) -> list[int]:
    """The points whose circles are drawn."""
    return canvas.layers.circles.drawn()


def test_circles_are_drawn_around_the_worst_few_the_hovered_and_the_selected(
    canvas: Canvas,
) -> None:
    # the radius of a circle is twice the expected error, so from level 0.5 it leaves the tolerance
    levels = [0.1, 0.9, 0.6, np.nan, 0.7, 0.8, 0.3]
    canvas.set_face(ring(7), errors(levels), [], None, None)
    assert circles(canvas) == [1, 4, 5]
    move(canvas, canvas.point_to_viewport(0))
    assert circles(canvas) == [0, 1, 4, 5]
    move(canvas, empty_spot(canvas))
    canvas.selection.select_many([3, 6])
    assert circles(canvas) == [1, 4, 5, 6]  # of point 3 nothing is known


def test_all_circles_can_be_drawn_and_none_is_around_a_point_placed_by_hand(
    canvas: Canvas,
) -> None:
    canvas.set_face(ring(5), errors([0.1, 0.2, 0.3, 0.9, np.nan]), [], None, None, moved={3})
    assert circles(canvas) == []
    canvas.layers.set_visible(circles=True)
    assert circles(canvas) == [0, 1, 2]
    press(canvas, canvas.point_to_viewport(1))
    move(canvas, canvas.point_to_viewport(1) + QPoint(20, 0))
    assert circles(canvas) == [0, 2]
    release(canvas, canvas.point_to_viewport(1) + QPoint(20, 0))


def test_a_circle_has_the_size_of_its_radius_in_the_photo(canvas: Canvas) -> None:
    points = np.array([[300.0, 230.0]])
    canvas.set_face(points, errors([1.0]), [], None, None)
    assert circles(canvas) == [0]
    at = canvas.point_to_viewport(0)
    radius = round(16 * canvas.zoom)  # twice 8 % of 100 pixels

    def brightest() -> int:
        image = canvas.viewport().grab().toImage()
        on_rim = (QPoint(radius + offset, 0) for offset in (-1, 0, 1))
        return max(image.pixelColor(at + offset).lightness() for offset in on_rim)

    with_circle = brightest()
    canvas.layers.circles.setVisible(False)
    assert with_circle > brightest() + 50
