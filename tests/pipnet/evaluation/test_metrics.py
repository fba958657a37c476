"""How far landmarks are off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from pipnet.data.scheme import Scheme, load_scheme, shipped_schemes
from pipnet.evaluation.metrics import (
    auc,
    calibration_errors,
    ced,
    curve_errors,
    failure_rate,
    norm_distance,
    point_errors,
)

LINE = Scheme("line", ("a", "b", "c", "d"), curves=((0, 1, 2),), nme_pair=(0, 3))
TRUTH = np.array([[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 20.0]]])
places = arrays(np.float64, (2, 4, 2), elements=st.floats(-50, 50))


def test_the_norm_is_the_distance_of_the_pair() -> None:
    assert norm_distance(TRUTH, LINE).tolist() == [20]


def test_without_a_pair_it_is_the_root_of_the_box() -> None:
    plain = Scheme.numbered("plain", 4)
    truth = np.concatenate([TRUTH, TRUTH])
    truth[1, 1] = np.nan
    truth[1, 3, 1] = 10
    np.testing.assert_allclose(norm_distance(truth, plain), [np.sqrt(200), 10])


class TestNorms:
    """On a face whose distances are plain to see: eyes 30 apart, pupils 26, box 40 by 90."""

    POINTS = np.array([[[0.0, 0], [30, 0], [0, 0], [4, 0], [28, 0], [28, 0], [40, 90]]])
    SCHEME = Scheme("hand", tuple("abcdefg"), nme_pair=(0, 1), pupils=((2, 3), (4, 5)))

    @pytest.mark.parametrize(
        ("norm", "wanted"),
        [
            (None, 30), ("inter-ocular", 30), ("inter-pupil", 26), ("box", 60),
            ("0-4", 28), ("6-1", np.hypot(10, 90)),
        ],
    )  # fmt: skip
    def test_each_by_hand(self, norm: str | None, wanted: float) -> None:
        found = norm_distance(self.POINTS, self.SCHEME, norm)
        np.testing.assert_allclose(found, [wanted])
        errors = point_errors(self.POINTS + np.array([3, 4]), self.POINTS, self.SCHEME, norm)
        np.testing.assert_allclose(errors, 5 / wanted * np.ones((1, 7)))

    def test_an_unlabelled_end_is_no_number_and_leaves_the_box(self) -> None:
        points = self.POINTS.copy()
        points[0, 3] = np.nan
        assert np.isnan(norm_distance(points, self.SCHEME, "inter-pupil")).all()
        assert norm_distance(points, self.SCHEME, "box").tolist() == [60]

    @pytest.mark.parametrize("norm", ["0-7", "0", "0-1-2", "-1-2", "0 - 1", "eyes", "", "01-2"])
    def test_what_is_no_norm(self, norm: str) -> None:
        with pytest.raises(ValueError, match=r"cannot be divided by .*: give inter-ocular, "):
            norm_distance(self.POINTS, self.SCHEME, norm)

    @pytest.mark.parametrize("norm", ["inter-ocular", "inter-pupil"])
    def test_what_the_scheme_does_not_say(self, norm: str) -> None:
        with pytest.raises(ValueError, match=f"'plain' does not say which points {norm} is"):
            norm_distance(self.POINTS, Scheme.numbered("plain", 7), norm)

    @pytest.mark.parametrize("name", shipped_schemes())
    def test_pupils_of_every_shipped_scheme_mirror_each_other(self, name: str) -> None:
        scheme = load_scheme(name)
        one, two = scheme.pupils
        assert sorted(scheme.flip[k] for k in one) == sorted(two)
        points = np.zeros((1, scheme.count, 2))
        points[:, list(two)] = [6, 8]
        assert norm_distance(points, scheme, "inter-pupil").tolist() == [10]


def test_the_error_of_a_landmark_is_its_distance_over_the_norm() -> None:
    points = TRUTH + np.array([[3, 4], [0, 0], [0, -10], [20, 0]])
    np.testing.assert_allclose(point_errors(points, TRUTH, LINE), [[0.25, 0, 0.5, 1]])


def test_the_errors_do_not_depend_on_the_size_of_the_photo() -> None:
    points = TRUTH + np.array([[3, 4], [1, 2], [0, -10], [20, 0]])
    for errors in (point_errors, curve_errors):
        np.testing.assert_allclose(errors(points * 7, TRUTH * 7, LINE), errors(points, TRUTH, LINE))


def test_an_unlabelled_point_has_no_error() -> None:
    truth = TRUTH.copy()
    truth[0, 1] = np.nan
    for errors in (point_errors, curve_errors):
        found = errors(TRUTH, truth, LINE)
        assert np.isnan(found[0, 1])
        assert found[0, [0, 2, 3]].tolist() == [0, 0, 0]


class TestCurves:
    def test_sliding_along_is_no_error(self) -> None:
        points = TRUTH.copy()
        points[0, 0], points[0, 1] = [4, 0], [10, 7]
        assert curve_errors(points, TRUTH, LINE).tolist() == [[0, 0, 0, 0]]
        assert point_errors(points, TRUTH, LINE)[0, :2].tolist() == [0.2, 0.35]

    def test_beside_the_curve_is_the_distance_to_it(self) -> None:
        points = TRUTH.copy()
        points[0, 1] = [5, -4]
        assert curve_errors(points, TRUTH, LINE)[0, 1] == pytest.approx(4 / 20)

    def test_beyond_an_end_is_the_distance_to_the_end(self) -> None:
        points = TRUTH.copy()
        points[0, 0] = [-3, -4]
        assert curve_errors(points, TRUTH, LINE)[0, 0] == pytest.approx(5 / 20)

    def test_points_of_no_curve_may_not_slide(self) -> None:
        points = TRUTH.copy()
        points[0, 3] = [5, 20]
        assert curve_errors(points, TRUTH, LINE)[0, 3] == pytest.approx(5 / 20)

    def test_points_that_lie_on_each_other_make_no_trouble(self) -> None:
        truth = TRUTH.copy()
        truth[0, 1] = truth[0, 0]
        assert np.isfinite(curve_errors(TRUTH, truth, LINE)).all()

    @given(places, places)
    def test_never_larger_than_the_plain_error(
        self, points: NDArray[np.float64], truth: NDArray[np.float64]
    ) -> None:
        truth[:, 3] = truth[:, 0] + [20, 0]
        plain = point_errors(points, truth, LINE)
        assert (curve_errors(points, truth, LINE) <= plain + 1e-9).all()


class TestDistribution:
    def test_the_failure_rate_counts_what_is_above(self) -> None:
        assert failure_rate(np.array([0.05, 0.1, 0.11, np.inf])) == 0.5
        assert failure_rate(np.array([0.05, 0.1, 0.11]), threshold=0.2) == 0

    def test_perfect_and_useless(self) -> None:
        assert auc(np.zeros(9)) == pytest.approx(1)
        assert auc(np.full(9, 0.2)) == 0
        assert auc(np.full(9, np.inf)) == 0

    def test_the_curve_is_the_share_up_to_each_error(self) -> None:
        bins, shares = ced(np.array([0.02, 0.06, 0.06, np.inf]), threshold=0.08)
        assert (len(bins), bins[0], bins[-1]) == (1001, 0, 0.08)
        wanted = {0.0: 0, 0.0199: 0, 0.02: 0.25, 0.0599: 0.25, 0.0601: 0.75, 0.08: 0.75}
        for error, share in wanted.items():
            assert shares[np.abs(bins - error).argmin()] == share

    def test_the_area_of_one_step(self) -> None:
        assert auc(np.array([0.025])) == pytest.approx(0.75, abs=1e-3)
        assert auc(np.array([0.02, 0.06]), threshold=0.08) == pytest.approx(0.5, abs=1e-3)

    @given(arrays(np.float64, 20, elements=st.floats(0, 0.3)))
    def test_the_order_of_faces_does_not_matter(self, nmes: NDArray[np.float64]) -> None:
        assert auc(nmes) == pytest.approx(auc(nmes[::-1]))
        assert 0 <= auc(nmes) <= 1 + 1e-9


def test_errors_for_a_calibration_are_pixels_by_the_predicted_norm() -> None:
    points = TRUTH.copy()
    points[0, 3] += (0, 5)  # the predicted norm is 25 instead of 20
    assert calibration_errors(points, TRUTH, LINE)[0].tolist() == [0, 0, 0, pytest.approx(5 / 25)]
