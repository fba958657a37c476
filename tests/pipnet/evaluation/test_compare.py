"""Comparing two detectors on the same faces."""

from __future__ import annotations

import numpy as np
import pytest

from pipnet.evaluation.compare import paired_change


def test_a_small_gain_on_every_face_counts_however_different_the_faces_are():
    rng = np.random.default_rng(1)
    before = rng.uniform(0.02, 0.2, 100)  # unpaired, the gain would be lost in this
    found = paired_change(before, before - rng.uniform(0.001, 0.003, 100))
    assert found is not None
    assert found.is_better
    assert not found.is_worse
    assert found.low < found.change < found.high < 0
    assert found.change == pytest.approx(-0.002, abs=2e-4)


def test_the_interval_is_that_of_the_normal_distribution_for_many_faces():
    rng = np.random.default_rng(2)
    before = rng.normal(0.05, 0.01, 500)
    after = before + rng.normal(0.0, 0.01, 500)
    found = paired_change(before, after)
    assert found is not None
    half = 1.96 * (after - before).std(ddof=1) / np.sqrt(500)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.05)
    assert not found.is_better
    assert not found.is_worse


def test_it_is_repeatable():
    rng = np.random.default_rng(3)
    before, after = rng.uniform(size=(2, 30))
    assert paired_change(before, after) == paired_change(before, after)


def test_swapping_the_two_turns_the_sign():
    before, after = np.random.default_rng(4).uniform(size=(2, 30))
    there, back = paired_change(before, after), paired_change(after, before)
    assert there is not None
    assert back is not None
    assert there.change == -back.change
    assert there.low == pytest.approx(-back.high, abs=0.02)


def test_the_same_gain_everywhere_has_no_width():
    found = paired_change(np.full(5, 0.5), np.full(5, 0.25))
    assert found is not None
    assert (found.low, found.change, found.high) == (-0.25, -0.25, -0.25)


def test_one_face_is_not_enough():
    assert paired_change(np.array([0.1]), np.array([0.01])) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [(np.zeros(3), np.zeros(2)), (np.zeros((2, 2)), np.zeros((2, 2)))],
)
def test_faces_must_be_the_same(before, after):
    with pytest.raises(ValueError, match="same faces"):
        paired_change(before, after)


def test_an_unknown_error_is_refused():
    with pytest.raises(ValueError, match="finite"):
        paired_change(np.zeros(2), np.array([0.1, np.nan]))
