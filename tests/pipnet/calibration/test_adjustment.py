"""What is wrong on many faces in the same way is learned from a few of them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipnet.calibration.adjustment import MIN_FACES, PSEUDO_WEIGHT, fit_adjustment

LANDMARKS = 12
MEAN = np.random.default_rng(5).normal(size=(LANDMARKS, 2))
TURN = 0.08 * np.random.default_rng(6).normal(size=(2 * LANDMARKS, 2 * LANDMARKS))
OFFSET = 0.1 * np.random.default_rng(7).normal(size=(LANDMARKS, 2))


def faces(count: int, seed: int, noise: float = 0.0) -> tuple[NDArray, NDArray]:
    """Predicted and true landmarks in pixels: the truth is off by a linear function of the shape,
    and by chance."""
    rng = np.random.default_rng(seed)
    shapes = MEAN + 0.2 * rng.normal(size=(count, LANDMARKS, 2))
    size, place = rng.uniform(30, 300, (count, 1, 1)), rng.uniform(0, 900, (count, 1, 2))
    points = shapes * size + place
    away = points - points.mean(1, keepdims=True)
    sizes = np.sqrt(np.square(away).sum((1, 2), keepdims=True) / LANDMARKS)
    moves = OFFSET + ((away / sizes).reshape(count, -1) @ TURN).reshape(shapes.shape)
    return points, points + (moves + noise * rng.normal(size=shapes.shape)) * sizes


def distances(points: NDArray, truth: NDArray) -> NDArray:
    return np.linalg.norm(points - truth, axis=-1)


def test_new_faces_are_put_right() -> None:
    fit = fit_adjustment(*faces(200, 1), range(200))
    assert fit is not None
    points, truth = faces(50, 2)
    left = distances(fit.adjustment.apply(points), truth).mean()
    assert left < 0.15 * distances(points, truth).mean()
    assert fit.ratios().max() < 0.5


@pytest.mark.parametrize("each", [1, 3])
def test_errors_after_are_those_of_fits_without_the_face_and_its_group(each: int) -> None:
    points, truth = faces(48, 3, noise=0.1)
    groups = np.arange(48) // each
    fit = fit_adjustment(points, truth, groups)
    assert fit is not None
    for group in (0, 7, 15):
        others = groups != group
        less = fit_adjustment(points[others], truth[others], groups[others])
        assert less is not None
        apart = distances(less.adjustment.apply(points[~others]), truth[~others])
        # the shapes' scale, and by it the penalty, differs a little without the group
        assert fit.after[~others] == pytest.approx(apart, rel=0.3)
        assert fit.after[~others].mean() == pytest.approx(apart.mean(), rel=0.05)


def test_the_expected_gain_is_the_one_on_new_faces() -> None:
    fit = fit_adjustment(*faces(60, 4, noise=0.1), range(60))
    assert fit is not None
    points, truth = faces(400, 5, noise=0.1)
    gained = distances(fit.adjustment.apply(points), truth).mean() / distances(points, truth).mean()
    assert fit.after.mean() / fit.before.mean() == pytest.approx(gained, rel=0.1)


def test_copies_in_one_group_do_not_vouch_for_each_other() -> None:
    rng = np.random.default_rng(8)
    points, _ = faces(20, 6)
    truth = points + rng.normal(scale=5, size=points.shape)
    twice = np.repeat(points, 2, axis=0), np.repeat(truth, 2, axis=0)
    together = fit_adjustment(*twice, np.repeat(np.arange(20), 2))
    apart = fit_adjustment(*twice, range(40))
    assert together is not None
    assert apart is not None
    assert together.after.mean() > 0.95 * together.before.mean()
    assert apart.after.mean() < 0.7 * apart.before.mean()


class TestPseudoLabels:
    """Faces whose truth is a pseudo-label."""

    def test_they_teach_and_do_not_measure(self) -> None:
        points, truth = faces(120, 14, noise=0.1)
        is_pseudo = np.arange(120) >= 20
        few = fit_adjustment(points[:20], truth[:20], range(20))
        more = fit_adjustment(points, truth, range(120), is_pseudo)
        assert few is not None
        assert more is not None
        assert more.before.shape == more.after.shape == (20, LANDMARKS)
        np.testing.assert_array_equal(more.before, few.before)
        assert (few.adjustment.faces, more.adjustment.faces) == (20, 120)
        points, truth = faces(100, 15, noise=0.1)
        after = [distances(fit.adjustment.apply(points), truth).mean() for fit in (few, more)]
        assert after[1] < 0.95 * after[0]

    def test_one_counts_as_so_many_manual_labels_as_it_weighs(self) -> None:
        points, truth = faces(90, 16, noise=0.1)
        once, twice = np.arange(60), np.r_[np.arange(60), np.arange(30)]
        # each of the first 30 manual labels is there twice: 1 against PSEUDO_WEIGHT = 0.5
        assert PSEUDO_WEIGHT == 0.5
        weighed = fit_adjustment(points[once], truth[once], once, once >= 30)
        doubled = fit_adjustment(points[twice], truth[twice], twice)
        assert weighed is not None
        assert doubled is not None
        np.testing.assert_allclose(weighed.adjustment.mean, doubled.adjustment.mean)
        np.testing.assert_allclose(weighed.adjustment.offset, doubled.adjustment.offset)

    def test_they_do_not_count_as_labels(self) -> None:
        points, truth = faces(100, 17)
        assert fit_adjustment(points, truth, range(100), np.arange(100) >= 14) is None
        assert fit_adjustment(points, truth, range(100), np.arange(100) >= 15) is not None

    def test_their_errors_after_are_those_of_fits_without_the_face(self) -> None:
        points, truth = faces(60, 18, noise=0.1)
        is_pseudo = np.arange(60) >= 40
        fit = fit_adjustment(points, truth, range(60), is_pseudo)
        assert fit is not None
        apart = []
        for face in range(10):
            others = np.arange(60) != face
            less = fit_adjustment(points[others], truth[others], range(59), is_pseudo[others])
            assert less is not None
            apart.append(distances(less.adjustment.apply(points[[face]]), truth[[face]])[0])
        assert fit.after[:10].mean() == pytest.approx(np.mean(apart), rel=0.05)


def test_too_few_whole_faces_teach_nothing() -> None:
    points, truth = faces(MIN_FACES, 9)
    assert fit_adjustment(points, truth, range(MIN_FACES)) is not None
    truth[0, 3] = np.nan
    assert fit_adjustment(points, truth, range(MIN_FACES)) is None


def test_a_face_with_an_absent_landmark_stays_as_it_is() -> None:
    fit = fit_adjustment(*faces(40, 10), range(40))
    assert fit is not None
    points, _ = faces(2, 11)
    points[0, 5] = np.nan
    adjusted = fit.adjustment.apply(points)
    assert np.array_equal(adjusted[0], points[0], equal_nan=True)
    assert not np.allclose(adjusted[1], points[1])


def test_ratios_say_which_landmarks_gained() -> None:
    points, truth = faces(300, 12)
    rng = np.random.default_rng(13)
    truth[:, :6] = points[:, :6] + rng.normal(scale=8, size=(300, 6, 2))  # nothing to be learned
    fit = fit_adjustment(points, truth, range(300))
    assert fit is not None
    ratios = fit.ratios()
    assert ratios[:6].min() > 0.7
    assert ratios[6:].max() < 0.6
