"""How fast somebody reviews."""

from __future__ import annotations

import pytest

from labeltool.review.throughput import BREAK_SECONDS, faces_per_minute


def test_too_few_decisions_have_no_throughput():
    assert faces_per_minute([]) is None
    assert faces_per_minute([(0.0, 1)]) is None
    assert faces_per_minute([(float(k), 1) for k in range(5)]) is None


def test_a_decision_every_two_seconds_is_thirty_a_minute():
    assert faces_per_minute([(2.0 * k, 1) for k in range(20)]) == pytest.approx(30)


def test_a_break_is_not_counted():
    early = [(2.0 * k, 1) for k in range(20)]
    late = [(10_000 + 2.0 * k, 1) for k in range(20)]
    assert faces_per_minute(early + late) == pytest.approx(30)
    assert faces_per_minute([(0.0, 1), (BREAK_SECONDS + 1, 1)] * 10) is None


def test_a_page_decided_at_once_counts_all_its_faces():
    assert faces_per_minute([(0.0, 20), (30.0, 20), (60.0, 20)]) == pytest.approx(40)


def test_only_the_last_half_hour_counts():
    slow = [(60.0 * k, 1) for k in range(200)]
    quick = [(slow[-1][0] + 3.0 * k, 1) for k in range(1, 700)]
    assert faces_per_minute(slow + quick) == pytest.approx(20, rel=0.01)


def test_a_clock_set_back_counts_as_a_break():
    assert faces_per_minute(
        [(100.0, 1), (0.0, 1)] + [(2.0 * k, 1) for k in range(1, 10)]
    ) == pytest.approx(30)


def test_faces_of_a_batch_too_fast_to_look_at_are_not_counted():
    steady = [(10.0 * k, 1) for k in range(10)]
    with_batch = [*steady, (92.0, 153)]
    assert faces_per_minute(with_batch) == pytest.approx(60 * (9 + 8) / 92)
