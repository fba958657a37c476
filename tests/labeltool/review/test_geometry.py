"""Landmarks as a shape: turning, mirroring, neighbours that follow, means."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from labeltool.review.geometry import (
    falloff_weights,
    mean_shape,
    mirror,
    relative_distances,
    rotate_and_scale,
)
from labeltool.rounds.mean_face import mean_face, mean_proposal
from pipnet.data.scheme import Scheme, load_scheme

NAN = np.nan


def face(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(50, 150, (68, 2))


class TestTurning:
    def test_a_quarter_turn_goes_clockwise_on_the_screen(self):
        points = np.array([[3.0, 2.0]])
        centre = np.array([2.0, 2.0])
        np.testing.assert_allclose(
            rotate_and_scale(points, centre, np.pi / 2, 1), [[2, 3]], atol=1e-12
        )
        np.testing.assert_allclose(rotate_and_scale(points, centre, 0, 2.5), [[4.5, 2]])

    @given(angle=st.floats(-7, 7), scale=st.floats(0.1, 10))
    def test_turning_back_gives_the_points_again(self, angle, scale):
        points, centre = face(), np.array([10.0, 400.0])
        there = rotate_and_scale(points, centre, angle, scale)
        np.testing.assert_allclose(
            rotate_and_scale(there, centre, -angle, 1 / scale), points, atol=1e-6
        )


class TestMirror:
    flip = load_scheme("300w").flip_table

    def test_it_stays_in_place_keeps_names_and_twice_is_nothing(self):
        points = face()
        points[[30, 36]] = NAN
        once = mirror(points, self.flip)
        for edge in (np.nanmin, np.nanmax):
            np.testing.assert_allclose(edge(once, 0), edge(points, 0))
        assert np.isnan(once[45]).all()  # the other outer eye corner is absent now
        assert not np.isnan(once[36]).any()
        np.testing.assert_allclose(mirror(once, self.flip), points)

    def test_a_symmetric_face_looks_the_same(self):
        points = face()
        partner = points[self.flip] * [-1, 1] + [200, 0]
        symmetric = (points + partner) / 2
        np.testing.assert_allclose(mirror(symmetric, self.flip), symmetric)

    def test_nothing_placed_stays_nothing(self):
        points = np.full((68, 2), NAN)
        assert np.isnan(mirror(points, self.flip)).all()


class TestNeighbours:
    def test_the_pull_falls_from_one_to_nothing_without_a_kink(self):
        distance = np.array([0.0, 0.1, 0.2, 0.3, 0.4, NAN])
        weight = falloff_weights(distance, 0.3)
        assert weight[0] == 1
        assert (np.diff(weight[:4]) < 0).all()
        assert weight[3:].tolist() == [0, 0, 0]
        fine = falloff_weights(np.linspace(0, 0.4, 400), 0.3)
        assert np.abs(np.diff(fine, 2)).max() < 1e-3

    def test_distances_do_not_depend_on_size_or_place(self):
        points = face()
        points[5] = NAN
        one, other = relative_distances(points), relative_distances(points * 7 + 300)
        np.testing.assert_allclose(one, other)
        assert np.isnan(one[5]).all()
        assert one[1, 2] == one[2, 1]

    def test_the_mean_of_faces_leaves_out_broken_ones(self):
        whole, absent, flat = face(), face(), face()
        absent[0] = NAN
        flat[:, 1] = 3.0
        shape = mean_shape([whole, absent, flat, whole * 2 + 9])
        np.testing.assert_allclose(relative_distances(shape), relative_distances(whole))
        assert mean_shape([absent]) is None


class TestMeanFace:
    def test_the_mean_of_labels_fills_the_box_it_is_put_into(self):
        absent = face()
        absent[3] = NAN
        mean = mean_face([face(1), face(2), absent], Scheme.numbered("x", 68))
        assert mean.min() >= 0
        assert mean.max() <= 1
        box = (10.0, 20.0, 30.0, 40.0)
        points = mean_proposal(
            1, box, "landmarks", mean_face([face(1)], Scheme.numbered("x", 68))
        ).points
        np.testing.assert_allclose([points.min(0), points.max(0)], [[10, 20], [40, 60]])

    def test_without_labels_it_is_an_ellipse_of_as_many_points(self):
        assert mean_face([], Scheme.numbered("x", 9)).shape == (9, 2)

    def test_without_labels_it_is_the_shape_of_the_scheme(self):
        scheme = Scheme("cat", ("ear", "nose", "chin"), shape=((2, 10), (6, 30), (10, 20)))
        np.testing.assert_allclose(mean_face([], scheme), [[0, 0], [0.5, 1], [1, 0.5]])
