"""What more labels would bring, fitted to rounds of a known curve or by the prior; and the stop."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.rounds.quality.advice.stop_advice import (
    PRIOR_EXPONENT,
    CurvePoint,
    Looks,
    advise_labels,
)


def _round(labels: int, exponent: float = 0.2, noise: float = 0.0) -> CurvePoint:
    """A round whose mean error is 5 % at 100 labels and falls with the exponent."""
    random = np.random.default_rng(labels)
    faces = np.random.default_rng(0).lognormal(0, 0.4, 80)
    errors = 0.05 * (labels / 100) ** -exponent * faces / faces.mean()
    return CurvePoint(labels, errors * (1 + noise * random.normal(size=80)))


def test_the_gain_follows_the_curve_of_the_rounds() -> None:
    advice = advise_labels([_round(100), _round(200), _round(400)], left=5_000, seconds=15.0)
    assert advice is not None
    assert advice.more == 100
    error = 5 * 4**-0.2
    assert advice.gain == pytest.approx(error * (1 - (500 / 400) ** -0.2), rel=0.05)
    assert advice.minutes == pytest.approx(25)
    assert not advice.is_prior
    assert not advice.stop
    assert str(advice.sentence).startswith("About 100 more faces (25 min) would bring 0.1")


def test_noise_of_the_audit_faces_widens_the_interval() -> None:
    quiet = advise_labels([_round(100), _round(200)], 5_000)
    noisy = advise_labels([_round(100, noise=0.5), _round(200, noise=0.5)], 5_000)
    assert quiet is not None
    assert noisy is not None
    assert noisy.deviation > 2 * quiet.deviation


@pytest.mark.parametrize("rounds", [[_round(60)], [_round(60), _round(60)]])
def test_without_two_rounds_the_prior_is_taken_and_said(rounds: list[CurvePoint]) -> None:
    advice = advise_labels(rounds, 1_000)
    assert advice is not None
    assert advice.is_prior
    error = 100 * rounds[-1].errors.mean()
    share = 1 - ((60 + advice.more) / 60) ** -PRIOR_EXPONENT
    assert advice.gain == pytest.approx(error * share, rel=0.1)
    assert "rounds of other projects" in str(advice.sentence)
    assert "min" not in str(advice.sentence).split("would")[0]


def test_stop_when_a_person_differs_more_from_themselves() -> None:
    rounds = [_round(100), _round(400)]
    advice = advise_labels(rounds, 5_000, looks=Looks(differing=0.1, wrong=0.06))
    assert advice is not None
    assert advice.stop
    assert str(advice.sentence).startswith("Stop labelling: the difference between two looks")
    assert "10.0 % of faces" in str(advice.sentence)
    good = advise_labels(rounds, 5_000, looks=Looks(differing=0.05, wrong=0.06))
    assert good is not None
    assert not good.stop


def test_no_advice_without_a_measured_round_or_faces_left() -> None:
    assert advise_labels([], 100) is None
    assert advise_labels([_round(100)], 0) is None
    few = advise_labels([_round(100)], 7)
    assert few is not None
    assert few.more == 7


def test_a_curve_that_rises_brings_nothing() -> None:
    advice = advise_labels([_round(100, -0.3), _round(200, -0.3)], 1_000)
    assert advice is not None
    assert advice.gain == 0
