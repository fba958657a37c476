"""A test of how many faces of a set are wrong, which may be watched after every face.

The set holds N faces, which are looked at in random order without replacement. The hypothesis to
refute is "more than a share of them is wrong". Each face is a bet against it: the capital, which
starts at 1, cannot grow on average while the hypothesis is true, so by Ville's inequality it ever
reaches 1 / (1 - confidence) with a probability of at most 1 - confidence (Waudby-Smith and Ramdas,
"Estimating means of bounded random variables by betting", JRSS B 2024, section 4, for draws without
replacement). It may therefore be looked at after every face, and drawing may stop at any time.

A reviewer finds a wrong face with a probability of at least `detection`, independently of the
others. The faces that would be found among K wrong ones are then at least Binomial(K, detection)
many; the test bets against that mixture of finite sets, so that it is exact for finite sets too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WEIGHTS = {0.05: 0.5, 0.25: 0.5}
"""The bets, and their parts of the capital: that the next face is wrong with this share of the
probability that the hypothesis gives it."""

MAX_LOG = 700.0
"""Logarithm of a capital that is called infinite."""

SPREAD = 9.0
"""Standard deviations of the number of findable faces that are computed with."""


def allowed_wrong(size: int, limit: float) -> int:
    """How many of `size` faces may be wrong so that at most the share `limit` of them is."""
    return math.floor(size * limit + 1e-9)


class SequentialTest:
    """Bets that at most a share of a set of faces is wrong, one looked-at face after the other.

    `looked_at`, `wrong`: faces so far. `e_value`: the capital, at least 0; infinite once the
    hypothesis is impossible.
    """

    def __init__(self, size: int, limit: float, detection: float = 1.0) -> None:
        """Begin a test.

        Args:
            size: N, faces of the set.
            limit: share of them that may be wrong, 0 to below 1.
            detection: lowest probability with which a wrong face is found, 0 to 1.
        """
        self.looked_at = 0
        self.wrong = 0
        self._size = size
        self._capital = [math.log(part) for part in WEIGHTS.values()]  # logarithms
        self._hypothesis = allowed_wrong(size, limit) + 1
        self._mixture = None if detection >= 1 else _Mixture(self._hypothesis, detection)

    @property
    def e_value(self) -> float:
        """The capital: how much the faces speak against the hypothesis."""
        return sum(math.exp(part) if part < MAX_LOG else math.inf for part in self._capital)

    def add(self, is_wrong: bool) -> None:
        """Take the next face of the random order.

        Raises:
            ValueError: every face of the set was taken already.
        """
        left = self._size - self.looked_at
        if left <= 0:
            raise ValueError("the set has no more faces")
        if self._mixture is None:
            likely = (self._hypothesis - self.wrong) / left
        else:
            likely = self._mixture.chance(left, self.wrong)
            self._mixture.add(left, self.wrong, is_wrong)
        for place, bet in enumerate(WEIGHTS):
            self._capital[place] += _log_gain(bet, likely, is_wrong)
        self.looked_at += 1
        self.wrong += is_wrong


class _Mixture:
    """How many of some wrong faces the reviewer would find, as far as the faces so far say."""

    def __init__(self, wrong: int, detection: float) -> None:
        from scipy.special import gammaln, xlog1py, xlogy  # noqa: PLC0415 - takes a while

        mean, deviation = wrong * detection, math.sqrt(wrong * detection * (1 - detection))
        low = max(0, math.floor(mean - SPREAD * deviation))
        high = min(wrong, math.ceil(mean + SPREAD * deviation))
        self._findable = numbers = np.arange(low, high + 1, dtype=np.float64)
        chosen = gammaln(wrong + 1) - gammaln(numbers + 1) - gammaln(wrong - numbers + 1)
        logs = chosen + xlogy(numbers, detection) + xlog1py(wrong - numbers, -detection)
        self._weights: NDArray[np.float64] = np.exp(logs)
        # what is cut off goes to the smallest number, against which it is hardest to bet
        self._weights[0] += max(0.0, 1.0 - float(self._weights.sum()))

    def chance(self, left: int, wrong: int) -> float:
        """The probability that the next of `left` faces is found wrong, after `wrong` ones."""
        total = float(self._weights.sum())
        if total <= 0:
            # seen is more than can be found: only more wrong faces explain it, so nothing is bet
            return 0.0 if wrong >= self._findable[-1] else math.inf
        return float(self._weights @ (self._findable - wrong)) / total / left

    def add(self, left: int, wrong: int, is_wrong: bool) -> None:
        """Take a face of those `left` after `wrong` ones."""
        found = self._findable - wrong
        weights = self._weights * (found if is_wrong else left - found)
        # numbers that the faces so far rule out
        self._weights = np.maximum(weights, 0.0) / max(float(weights.max()), 1e-300)


def _log_gain(bet: float, likely: float, is_wrong: bool) -> float:
    """The logarithm of what a bet gains if a face is wrong or right; on average at most 0 where
    the face is wrong with probability `likely` or more."""
    if likely <= 0:
        return math.log(bet) if is_wrong else 0.0
    if is_wrong:
        return math.log(bet)
    if likely >= 1:
        return math.inf
    return math.log1p(-bet * likely) - math.log1p(-likely)


def e_values(
    answers: Sequence[bool], size: int, limit: float, detection: float = 1.0
) -> list[float]:
    """The e-value after each of some faces; `answers` says of each whether it is wrong."""
    test = SequentialTest(size, limit, detection)
    found = []
    for is_wrong in answers:
        test.add(is_wrong)
        found.append(test.e_value)
    return found


def clean_faces_needed(
    answers: Sequence[bool], size: int, limit: float, detection: float, confidence: float
) -> int | None:
    """How many more faces, all of them right, would refute the hypothesis; None if even all of the
    set would not."""
    test = SequentialTest(size, limit, detection)
    for is_wrong in answers:
        test.add(is_wrong)
    needed = 0
    while test.e_value < 1 / (1 - confidence) - 1e-9:
        if test.looked_at >= size:
            return None
        test.add(False)
        needed += 1
    return needed
