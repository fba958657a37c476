"""Circles that hold the truth for a stated share of the landmarks of new faces."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipnet.calibration.conformal import (
    MIN_FACES,
    check_coverage,
    conformal_factor,
    coverage_by_face,
)


def draw_ratios(rng: np.random.Generator, faces: int, landmarks: int) -> NDArray[np.float64]:
    """Ratios of exchangeable faces whose landmarks are off together."""
    of_face = np.exp(rng.normal(0, 0.5, (faces, 1)))
    return np.abs(rng.normal(0, 1, (faces, landmarks))) * of_face


@pytest.mark.parametrize("faces", [20, 60, 200])
def test_new_faces_are_covered_as_promised(faces: int) -> None:
    rng, held = np.random.default_rng(faces), []
    for _ in range(1500):
        ratios = draw_ratios(rng, faces + 1, 20)
        factor = conformal_factor(ratios[:-1])
        held.append((ratios[-1] <= factor).mean())
    error = np.std(held) / np.sqrt(len(held))
    # the guarantee, and not more than it costs
    assert np.mean(held) >= 0.9 - 3 * error
    assert np.mean(held) <= 0.9 + 1 / (faces + 1) + 1 / 20 / faces + 3 * error


def test_one_landmark_is_the_textbook_quantile() -> None:
    ratios = np.random.default_rng(1).permutation(np.arange(1.0, 100.0))[:, None]
    # ceil((99 + 1) * 0.9) = 90
    assert conformal_factor(ratios) == 90


def test_unlabelled_landmarks_and_faces_do_not_count() -> None:
    ratios = draw_ratios(np.random.default_rng(2), 30, 5)
    more = np.concatenate([ratios, np.full((4, 5), np.nan)])
    assert conformal_factor(more) == conformal_factor(ratios)
    wider = np.concatenate([ratios, np.full((30, 2), np.nan)], axis=1)
    assert conformal_factor(wider) == conformal_factor(ratios)


def test_a_higher_coverage_needs_larger_circles() -> None:
    ratios = draw_ratios(np.random.default_rng(3), 150, 10)
    factors = [conformal_factor(ratios, coverage) for coverage in (0.5, 0.8, 0.9, 0.95, 0.99)]
    assert factors == sorted(factors)
    assert len(set(factors)) == 5


def test_too_few_faces_are_refused() -> None:
    ratios = draw_ratios(np.random.default_rng(4), MIN_FACES, 5)
    assert conformal_factor(ratios) == ratios.max()  # the least that holds the promise
    with pytest.raises(ValueError, match=f"at least {MIN_FACES} labelled faces, and there are 8"):
        conformal_factor(ratios[1:])


def test_coverage_is_watched() -> None:
    rng = np.random.default_rng(5)
    factor = conformal_factor(draw_ratios(rng, 200, 20))
    states = []
    for scale in (1.0, 1.3, 3.0):
        ratios = draw_ratios(rng, 100, 20) * scale
        check = check_coverage(ratios, np.full(ratios.shape, factor), calibration_faces=200)
        assert check is not None
        assert check.faces == 100
        assert check.coverage == pytest.approx((ratios <= factor).mean())
        assert check.low < 0.9 < check.high
        states.append(check.state)
    assert states == ["ok", "drifting", "lost"]


def test_chance_alone_is_rarely_a_drift() -> None:
    rng, wrong = np.random.default_rng(6), 0
    for _ in range(400):
        factor = conformal_factor(draw_ratios(rng, 100, 20))
        ratios = draw_ratios(rng, 40, 20)
        check = check_coverage(ratios, np.full(ratios.shape, factor), calibration_faces=100)
        wrong += check is None or check.state != "ok"
    assert wrong <= 20


def test_a_check_without_labels() -> None:
    errors = np.full((3, 4), np.nan)
    assert check_coverage(errors, np.ones((3, 4)), calibration_faces=10) is None
    assert np.isnan(coverage_by_face(errors, np.ones((3, 4)))).all()
