"""The pace of reviewing."""

from __future__ import annotations

import pytest

from labeltool.review.throughput import BREAK, pace


def test_too_few_decisions_make_no_pace():
    assert pace([]) is None
    assert pace([(0.0, 1)]) is None
    assert pace([(float(k), 1) for k in range(5)]) is None


def test_a_decision_every_two_seconds_is_thirty_a_minute():
    assert pace([(2.0 * k, 1) for k in range(20)]) == pytest.approx(30)


def test_a_break_is_not_counted():
    early = [(2.0 * k, 1) for k in range(20)]
    late = [(10_000 + 2.0 * k, 1) for k in range(20)]
    assert pace(early + late) == pytest.approx(30)
    assert pace([(0.0, 1), (BREAK + 1, 1)] * 10) is None


def test_a_page_at_once_counts_its_faces():
    assert pace([(0.0, 20), (30.0, 20), (60.0, 20)]) == pytest.approx(40)


def test_only_the_last_half_hour_counts():
    slow = [(60.0 * k, 1) for k in range(200)]
    quick = [(slow[-1][0] + 3.0 * k, 1) for k in range(1, 700)]
    assert pace(slow + quick) == pytest.approx(20, rel=0.01)


def test_a_clock_that_was_set_back_is_a_break():
    assert pace([(100.0, 1), (0.0, 1)] + [(2.0 * k, 1) for k in range(1, 10)]) == pytest.approx(30)


def test_a_batch_that_nobody_can_have_looked_at_makes_no_pace():
    steady = [(10.0 * k, 1) for k in range(10)]
    with_batch = [*steady, (92.0, 153)]
    assert pace(with_batch) == pytest.approx(60 * (9 + 8) / 92)
