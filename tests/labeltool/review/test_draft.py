"""Unsaved moves of a face as plain values."""

from __future__ import annotations

import numpy as np

from labeltool.review.draft import moved_indices

NAN = np.nan


def face(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(50, 150, (68, 2))


class TestTouched:
    def test_points_that_differ_and_those_that_came_or_went(self):
        proposal, now = face(), face()
        proposal[[3, 4]] = NAN
        now[[4, 5]] = NAN
        now[7] += 0.001
        assert moved_indices(now, proposal) == {3, 5, 7}

    def test_without_a_proposal_every_placed_point_is_a_persons(self):
        points = np.full((5, 2), NAN)
        points[2] = 1.0
        assert moved_indices(points, None) == {2}
