"""The sequential test: against closed forms, by enumeration, and by simulation with seeds."""

from __future__ import annotations

import itertools
import math
from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from labeltool.trust.detection_curve import fit_curve, lowest_detection
from labeltool.trust.sequential_test import (
    SequentialTest,
    allowed_wrong,
    clean_faces_needed,
    e_values,
)
from labeltool.trust.study.bounds import fixed_sample, lowest_share, tail


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [
        (0.10, [29, 46, 61, 76]),
        (0.05, [59, 93, 124, 153]),
        (0.02, [149, 236, 313, 386]),
        (0.01, [299, 473, 628, 773]),
    ],
)
def test_fixed_samples_have_the_published_sizes(limit, sizes):
    assert [fixed_sample(limit, 0.95, wrong=wrong) for wrong in range(4)] == sizes


def test_a_finite_set_needs_fewer():
    assert fixed_sample(0.05, 0.95, size=200) == 47
    assert fixed_sample(0.05, 0.95, size=1000) == 56
    assert fixed_sample(0.05, 0.95, size=10, wrong=3) is None


def test_a_reviewer_who_misses_some_needs_more():
    shares = (1, 0.9, 0.8, 0.7, 0.5)
    found = [fixed_sample(0.05, 0.95, detection=share) for share in shares]
    assert found == [59, 66, 74, 85, 119]
    measured = lowest_share(36, 40, 0.975)
    assert fixed_sample(0.05, 0.975, detection=measured) == 95


def average(size: int, wrong: int, limit: float, detection: float, draws: int) -> float:
    """The exact average of the e-value after some draws from a set with so many wrong faces."""
    total = 0.0
    for answers in itertools.product([False, True], repeat=draws):
        chance = 0.0
        for findable in range(wrong + 1):
            part = math.comb(wrong, findable) * detection**findable
            part *= (1 - detection) ** (wrong - findable)
            for place, is_wrong in enumerate(answers):
                left, found = size - place, findable - sum(answers[:place])
                part *= (found if is_wrong else left - found) / left
            chance += part
        if chance > 0:
            total += chance * e_values(answers, size, limit, detection)[-1]
    return total


@pytest.mark.parametrize("detection", [1.0, 0.6])
def test_the_capital_does_not_grow_on_average_while_too_many_are_wrong(detection):
    size, limit = 12, 0.2
    fewest = allowed_wrong(size, limit) + 1
    assert average(size, fewest, limit, detection, 6) == pytest.approx(1)
    for wrong in range(fewest + 1, size - 1):
        assert average(size, wrong, limit, detection, 6) <= 1 + 1e-9
    # a better reviewer than the test assumes
    assert average(size, fewest, limit, detection, 6) >= average(size, size // 2, limit, 1.0, 6)
    assert average(size, fewest - 1, limit, detection, 6) > 1


@given(some.lists(some.booleans(), max_size=60), some.floats(0, 1))
def test_more_detection_is_more_capital_and_a_wrong_face_is_less(answers, detection):
    low = e_values(answers, 300, 0.1, detection)
    high = e_values(answers, 300, 0.1, 1.0)
    for less, more in zip(low, high, strict=True):
        assert less <= more * (1 + 1e-9)
    capital = [1.0, *high]
    for place, is_wrong in enumerate(answers):
        if is_wrong:
            assert capital[place + 1] <= capital[place] * (1 + 1e-9)
        else:
            assert capital[place + 1] >= capital[place] * (1 - 1e-9)


def test_all_of_a_set_seen_says_it_for_certain():
    test = SequentialTest(20, 0.1)
    for place in range(20):
        test.add(place in (3, 7))
    assert test.e_value == math.inf
    assert clean_faces_needed([True] * 3, 20, 0.1, 1.0, 0.95) is None
    with pytest.raises(ValueError, match="no more faces"):
        test.add(False)


def test_clean_faces_stop_early_and_never_before_the_fixed_sample():
    for size in (50, 200, 1000, 200_000):
        needed = clean_faces_needed([], size, 0.05, 1.0, 0.95)
        assert needed is not None
        fixed = fixed_sample(0.05, 0.95, size=size)
        assert fixed is not None
        assert fixed <= needed <= fixed * 1.2
    assert clean_faces_needed([], 200_000, 0.05, 1.0, 0.95) == 68


def simulate(
    share: float, *, size: int = 2000, detection: float = 1.0, assumed: float = 1.0, seed: int = 0
) -> tuple[float, float]:
    """Share of accepted batches when watched after each of 300 faces, and the median of faces."""
    random = np.random.default_rng(seed)
    stops = []
    for _ in range(300):
        wrong = np.zeros(size, bool)
        wrong[: round(size * share)] = True
        seen = random.permutation(wrong)[:300] & (random.random(300) < detection)
        test = SequentialTest(size, 0.05, assumed)
        for is_wrong in seen:
            test.add(bool(is_wrong))
            if test.e_value >= 20:
                break
        stops.append(test.looked_at if test.e_value >= 20 else math.inf)
    return float(np.isfinite(stops).mean()), float(np.median(stops))


def test_good_batches_are_accepted_and_bad_ones_seldom():
    good, faces = simulate(0.01)
    assert good > 0.92
    assert faces <= 130
    bad, _ = simulate(101 / 2000)
    assert bad <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


def test_a_reviewer_who_misses_a_third_is_reckoned_with():
    bad, _ = simulate(101 / 2000, detection=2 / 3, assumed=2 / 3)
    assert bad <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)
    fooled, _ = simulate(101 / 2000, detection=2 / 3, assumed=1.0)
    assert fooled > 0.12  # so that this test can fail


def test_the_lowest_detection_holds_at_every_moment():
    random = np.random.default_rng(1)
    lowest = cache(partial(lowest_detection, confidence=0.95))
    broken = 0
    for _ in range(600):
        hits = misses = 0
        for hit in random.random(60) < 0.8:
            hits, misses = hits + hit, misses + (not hit)
            if lowest(int(hits), int(misses)) > 0.8:
                broken += 1
                break
    assert broken / 600 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 600)


def test_the_lowest_detection_is_below_the_closed_form_of_a_fixed_sample():
    for hits, misses in ((18, 0), (36, 4), (5, 5)):
        bound = lowest_detection(hits, misses, 0.95)
        assert 0.3 * lowest_share(hits, hits + misses, 0.95) < bound
        assert bound <= lowest_share(hits, hits + misses, 0.95)
    assert lowest_detection(0, 4, 0.95) == 0


def test_the_detection_curve_rises_with_the_shift():
    random = np.random.default_rng(2)
    sizes = random.choice([1.25, 1.5, 2.0, 3.0], 2000)
    found = random.random(2000) < 1 / (1 + np.exp(-(0.2 + 3 * np.log(sizes))))
    curve = fit_curve(sizes, found)
    assert curve is not None
    assert curve.share(1.25) == pytest.approx(
        1 / (1 + math.exp(-(0.2 + 3 * math.log(1.25)))), abs=0.06
    )
    assert curve.share(3) > curve.share(1.25)
    assert fit_curve([], []) is None


def test_the_tail_counts_one_wrong_face_more_than_allowed():
    assert tail(20, 0, 0.05, 20, 1.0) == 0.0
    assert tail(0, 0, 0.05, 20, 1.0) == 1.0
