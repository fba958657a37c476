"""Selecting landmarks: no Qt."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.gui.canvas.point_selection import PointSelection


def points() -> np.ndarray:
    """Six landmarks in a row, of which 2 and 4 are missing."""
    made = np.array([[10.0 * k, 5.0] for k in range(6)])
    made[[2, 4]] = np.nan
    return made


@pytest.fixture
def selection() -> PointSelection:
    made = PointSelection()
    made.set_face(points())
    return made


def test_select_replaces_the_selection_and_ignores_unknown_indices(selection):
    selection.select(3)
    assert (selection.indices, selection.last, selection.only) == ({3}, 3, 3)
    selection.select(99)
    assert (selection.indices, selection.last, selection.only) == (set(), -1, -1)


def test_add_and_toggle_change_one_landmark(selection):
    selection.select(0)
    selection.add(3)
    assert (selection.indices, selection.last, selection.only) == ({0, 3}, 3, -1)
    selection.toggle(5)
    assert selection.indices == {0, 3, 5}
    selection.toggle(5)
    assert (selection.indices, selection.last) == ({0, 3}, 0)


def test_select_all_takes_only_landmarks_with_a_position(selection):
    selection.select_all()
    assert selection.indices == {0, 1, 3, 5}
    selection.select(2)
    selection.add(0)
    assert selection.placed() == [0]


def test_select_within_a_rectangle_replaces_or_adds(selection):
    selection.select_within((5.0, 0.0), (35.0, 10.0))
    assert selection.indices == {1, 3}
    selection.select_within((45.0, 0.0), (55.0, 10.0), add=True)
    assert selection.indices == {1, 3, 5}


def test_on_change_is_called_once_for_each_change(selection):
    seen = []
    selection = PointSelection(lambda: seen.append(selection.indices))
    selection.set_face(points())
    selection.select(1)
    selection.select(1)
    selection.select_many([1, 3], 1)
    selection.clear()
    assert seen == [{1}, {1, 3}, set()]


def test_a_selected_missing_landmark_is_the_one_to_place(selection):
    selection.select(2)
    assert selection.missing == 2
    selection.select(1)
    assert selection.missing == -1


def test_a_landmark_made_absent_while_selected_is_not_the_one_to_place(selection):
    selection.select(1)
    changed = points()
    changed[1] = np.nan
    selection.set_points(changed)
    assert selection.missing == -1
    selection.select(1)
    assert selection.missing == 1


def test_select_next_missing_skips_landmarks_made_absent_later(selection):
    changed = points()
    changed[3] = np.nan
    selection.set_points(changed)
    selection.select(2)
    changed[2] = (20.0, 5.0)
    selection.select_next_missing()
    assert selection.last == 4
    changed[4] = (40.0, 5.0)
    selection.select_next_missing()
    assert selection.last == 4


def test_another_face_clears_the_selection_and_a_new_state_keeps_it(selection):
    selection.select(1)
    selection.set_points(points() + 1)
    assert selection.indices == {1}
    selection.set_face(points())
    assert selection.indices == set()


@pytest.mark.parametrize(
    ("last", "step", "expected"), [(-1, 1, 3), (-1, -1, 5), (3, 1, 0), (3, -1, 5), (5, 1, 3)]
)
def test_neighbour_steps_through_an_order_and_wraps_around(selection, last, step, expected):
    selection.select(last)
    assert selection.neighbour([3, 0, 1, 5], step) == expected
    assert selection.neighbour([], step) == -1
