"""Simulated acceptances: the quick version of `scripts/trust_study.py`."""

from __future__ import annotations

import math

import pytest

from labeltool.trust.study.simulation import Batch, simulate, simulate_fixed

BATCHES = 120
JUST_BAD = 101 / 2000
MOST_BROKEN = 0.05 + 3 * math.sqrt(0.05 * 0.95 / BATCHES)


def test_the_guarantee_is_seldom_broken_though_watched_after_every_face():
    assert simulate(Batch(share=JUST_BAD), BATCHES, 1).broken <= MOST_BROKEN


def test_a_reviewer_who_misses_a_third_breaks_it_only_if_nobody_measures():
    blind = Batch(share=JUST_BAD, detection=2 / 3, measured=True)
    assert simulate(blind, BATCHES, 2).broken <= MOST_BROKEN
    trusted = Batch(share=JUST_BAD, detection=2 / 3)
    assert simulate(trusted, BATCHES, 2).broken > MOST_BROKEN


def test_several_nested_sets_cost_no_confidence():
    nested = Batch(share=JUST_BAD, shares=(0.5, 0.75, 0.9, 1.0), sorted_by=0.2)
    assert simulate(nested, BATCHES, 3).broken <= MOST_BROKEN


@pytest.mark.parametrize(("share", "lowest"), [(0.0, 1.0), (0.01, 0.9), (0.02, 0.5)])
def test_good_batches_are_accepted_more_often_than_with_a_fixed_sample(share, lowest):
    batch = Batch(share=share)
    found, fixed = simulate(batch, BATCHES, 4), simulate_fixed(batch, BATCHES, 4)
    assert found.accepted >= max(lowest, fixed.accepted)
    assert found.broken == 0
