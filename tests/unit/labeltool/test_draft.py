"""Unsaved moves of a face as plain values."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.draft import Draft, Steps, touched

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
