"""What the mouse is on, without a window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from labeltool.gui.canvas.displayed_face import make_displayed_face
from labeltool.gui.canvas.editing.hit_test import (
    HIT_RADIUS_PIXELS,
    BoxHandle,
    HitScene,
    MissingPoint,
    Nothing,
    OtherFace,
    Point,
    SelectionHandle,
    hit_test,
    snap_target,
)
from labeltool.gui.canvas.handles import (
    Handle,
    SelectionFrame,
    box_handle_at,
    drag_handle,
    is_large_enough,
)

PHOTO = QRectF(-0.5, -0.5, 400, 300)
POINTS = [[150.0, 120.0], [200.0, 150.0], [np.nan, np.nan]]


@pytest.fixture
def scene() -> HitScene:
    """A face with a box and one missing landmark, and another face beside it, at zoom 1."""
    face = make_displayed_face(
        POINTS, None, [], (100, 100, 150, 100), None, [(7, (300, 20, 60, 60))], (), 1
    )
    return HitScene(face, PHOTO, 1.0, SelectionFrame())


def at(x: float, y: float) -> QPointF:
    return QPointF(x, y)


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (at(150, 120), Point(0)),
        (at(150 + HIT_RADIUS_PIXELS, 120), Point(0)),
        (at(151 + HIT_RADIUS_PIXELS, 120), Nothing()),
        (at(100, 100), BoxHandle(Handle.TOP_LEFT)),
        (at(250, 150), BoxHandle(Handle.RIGHT)),
        (at(130, 100), BoxHandle(Handle.MOVE)),
        (at(320, 60), OtherFace(7)),
        (at(390, 290), Nothing()),
    ],
)
def test_each_position_has_one_target(scene, position, expected):
    assert hit_test(scene, position) == expected


def test_hit_areas_have_a_constant_size_on_the_screen(scene):
    near = at(150 + HIT_RADIUS_PIXELS / 4, 120)
    assert hit_test(replace(scene, zoom=4.0), near) == Point(0)
    assert hit_test(replace(scene, zoom=8.0), near) == Nothing()


def test_a_handle_of_the_selection_frame_comes_before_a_point(scene):
    extent = QRectF(150, 120, 50, 30)
    framed = replace(scene, frame=SelectionFrame(extent, 1.0))
    corner = framed.frame.rect.topLeft()
    moved = replace(framed, face=replace(scene.face, points=np.array([corner.toTuple()] * 3)))
    assert hit_test(moved, corner) == SelectionHandle(Handle.TOP_LEFT)
    assert hit_test(framed, framed.frame.rotate_handle) == SelectionHandle(Handle.ROTATE)


def test_a_missing_landmark_is_placed_anywhere_on_the_photo_but_on_other_faces(scene):
    placing = replace(scene, missing=2)
    assert hit_test(placing, at(150, 120)) == MissingPoint(2)
    assert hit_test(placing, at(100, 100)) == MissingPoint(2)
    assert hit_test(placing, at(320, 60)) == OtherFace(7)
    assert hit_test(placing, at(-50, 120)) == Nothing()


def test_hidden_layers_are_not_hit(scene):
    assert hit_test(replace(scene, points_visible=False), at(150, 120)) == Nothing()
    hidden = replace(scene, boxes_visible=False)
    assert hit_test(hidden, at(100, 100)) == Nothing()
    assert hit_test(hidden, at(320, 60)) == Nothing()


def test_nothing_is_hit_without_a_photo(scene):
    blank = replace(scene, photo=QRectF(), missing=2)
    for position in (at(150, 120), at(100, 100), at(320, 60)):
        assert hit_test(blank, position) == Nothing()


def test_snapping_takes_the_selected_point_or_the_nearest(scene):
    assert snap_target(scene, at(390, 290), selected=0) == 0
    assert snap_target(scene, at(390, 290), selected=-1) == 1
    assert snap_target(scene, at(320, 60), selected=0) == -1
    assert snap_target(replace(scene, points_visible=False), at(150, 120), selected=0) == -1


def test_handles_of_a_small_box_leave_room_to_move_it():
    box = QRectF(0, 0, 18, 18)
    assert box_handle_at(box, at(0, 0), 1.0) is Handle.TOP_LEFT
    assert box_handle_at(box, at(4.5, 0), 1.0) is Handle.MOVE


def test_dragging_a_side_past_the_opposite_one_swaps_them():
    box = drag_handle(QRectF(100, 100, 50, 50), Handle.LEFT, at(80, 0), PHOTO)
    assert box == QRectF(150, 100, 30, 50)


def test_a_dragged_box_stays_on_the_photo_unless_it_was_outside_before():
    inside, outside = QRectF(10, 10, 50, 50), QRectF(-20, 10, 50, 50)
    assert drag_handle(inside, Handle.MOVE, at(-99, 0), PHOTO).left() == PHOTO.left()
    assert drag_handle(outside, Handle.MOVE, at(-99, 0), PHOTO).left() == -20
    assert drag_handle(inside, Handle.BOTTOM_RIGHT, at(999, 999), PHOTO).bottomRight() == at(
        PHOTO.right(), PHOTO.bottom()
    )


def test_boxes_below_the_minimum_are_too_small():
    assert is_large_enough(QRectF(0, 0, 8, 8))
    assert not is_large_enough(QRectF(0, 0, 7.9, 80))
