"""Moves of a face as plain values: steps, turning, mirroring, and neighbours that follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeltool.draft import (
    Draft,
    Steps,
    distances,
    mean_shape,
    mirrored,
    pull,
    touched,
    turned,
)
from pipnet.scheme import load_scheme

NAN = np.nan


def face(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(50, 150, (68, 2))


class TestSteps:
    def test_back_and_forth_give_the_states_in_their_order(self):
        steps, states = Steps(), [None, Draft(face(1)), Draft(face(2)), Draft(face(3))]
        for before in states[:-1]:
            steps.add(before)
        now = states[-1]
        for expected in reversed(states[:-1]):
            now = steps.back(now)
            assert now is expected
        for expected in states[1:]:
            now = steps.forth(now)
            assert now is expected
        assert len(steps.done) == 3
        assert steps.undone == []

    def test_a_new_move_ends_the_way_forth(self):
        steps = Steps()
        steps.add(None)
        steps.back(Draft(face()))
        steps.add(None)
        with pytest.raises(IndexError):
            steps.forth(None)


class TestTouched:
    def test_points_that_differ_and_those_that_came_or_went(self):
        proposal, now = face(), face()
        proposal[[3, 4]] = NAN
        now[[4, 5]] = NAN
        now[7] += 0.001
        assert touched(now, proposal) == {3, 5, 7}

    def test_without_a_proposal_every_placed_point_is_a_persons(self):
        points = np.full((5, 2), NAN)
        points[2] = 1.0
        assert touched(points, None) == {2}


class TestTurning:
    def test_a_quarter_turn_goes_clockwise_on_the_screen(self):
        points = np.array([[3.0, 2.0]])
        centre = np.array([2.0, 2.0])
        np.testing.assert_allclose(turned(points, centre, np.pi / 2, 1), [[2, 3]], atol=1e-12)
        np.testing.assert_allclose(turned(points, centre, 0, 2.5), [[4.5, 2]])

    @given(angle=st.floats(-7, 7), scale=st.floats(0.1, 10))
    def test_turning_back_gives_the_points_again(self, angle, scale):
        points, centre = face(), np.array([10.0, 400.0])
        there = turned(points, centre, angle, scale)
        np.testing.assert_allclose(turned(there, centre, -angle, 1 / scale), points, atol=1e-6)


class TestMirror:
    flip = load_scheme("300w").flip_table

    def test_it_stays_in_place_keeps_names_and_twice_is_nothing(self):
        points = face()
        points[[30, 36]] = NAN
        once = mirrored(points, self.flip)
        for edge in (np.nanmin, np.nanmax):
            np.testing.assert_allclose(edge(once, 0), edge(points, 0))
        assert np.isnan(once[45]).all()  # the other outer eye corner is absent now
        assert not np.isnan(once[36]).any()
        np.testing.assert_allclose(mirrored(once, self.flip), points)

    def test_a_symmetric_face_looks_the_same(self):
        points = face()
        partner = points[self.flip] * [-1, 1] + [200, 0]
        symmetric = (points + partner) / 2
        np.testing.assert_allclose(mirrored(symmetric, self.flip), symmetric)

    def test_nothing_placed_stays_nothing(self):
        points = np.full((68, 2), NAN)
        assert np.isnan(mirrored(points, self.flip)).all()


class TestNeighbours:
    def test_the_pull_falls_from_one_to_nothing_without_a_kink(self):
        distance = np.array([0.0, 0.1, 0.2, 0.3, 0.4, NAN])
        weight = pull(distance, 0.3)
        assert weight[0] == 1
        assert (np.diff(weight[:4]) < 0).all()
        assert weight[3:].tolist() == [0, 0, 0]
        fine = pull(np.linspace(0, 0.4, 400), 0.3)
        assert np.abs(np.diff(fine, 2)).max() < 1e-3

    def test_distances_do_not_depend_on_size_or_place(self):
        points = face()
        points[5] = NAN
        one, other = distances(points), distances(points * 7 + 300)
        np.testing.assert_allclose(one, other)
        assert np.isnan(one[5]).all()
        assert one[1, 2] == one[2, 1]

    def test_the_mean_of_faces_leaves_out_broken_ones(self):
        whole, absent, flat = face(), face(), face()
        absent[0] = NAN
        flat[:, 1] = 3.0
        shape = mean_shape([whole, absent, flat, whole * 2 + 9])
        np.testing.assert_allclose(distances(shape), distances(whole))
        assert mean_shape([absent]) is None
