"""How well a reviewer finds wrong faces: from faces that were shown with a known shift.

The bound takes the lowest share of shifts that the reviewer finds, valid at every moment: the
likelihood ratio of a Beta mixture against a share is a martingale (Robbins 1970; Ville), so the
shares that it does not refute hold the truth all the time with the confidence. The curve over the
size of the shift is for people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MIXTURE = (8.0, 1.0)
"""Parameters of the Beta mixture: most power where reviewers find most shifts."""

RIDGE = 0.05
"""How strongly the curve's slope is drawn to 0: without, it would be endless when all are found."""

STEPS = 40


def lowest_detection(hits: int, misses: int, confidence: float) -> float:
    """The lowest share of shifts that a reviewer finds, 0 to 1, valid however often it is asked.

    Found shifts may differ in size: the share is their mean, with the shown mix of sizes.
    """
    if hits == 0:
        return 0.0
    a, b = MIXTURE
    mixed = _log_beta(a + hits, b + misses) - _log_beta(a, b)
    goal = -math.log(1 - confidence)

    def is_refuted(share: float) -> bool:
        single = hits * math.log(share) + (misses * math.log1p(-share) if misses else 0.0)
        return mixed - single >= goal

    low, high = 0.0, hits / (hits + misses)
    for _ in range(60):
        middle = (low + high) / 2
        if middle == 0.0 or is_refuted(middle):
            low = middle
        else:
            high = middle
    return low


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


@dataclass(frozen=True, slots=True)
class DetectionCurve:
    """The share of shifts found, by their size in tolerances: 1 / (1 + exp(-(offset + slope *
    log(size))))."""

    offset: float
    slope: float

    def share(self, size: float) -> float:
        """The share of shifts of this size, in tolerances, that is found; 0 to 1."""
        return 1 / (1 + math.exp(-(self.offset + self.slope * math.log(size))))


def fit_curve(sizes: Sequence[float], found: Sequence[bool]) -> DetectionCurve | None:
    """The curve that fits shifts of these sizes, in tolerances; None without any."""
    if len(sizes) == 0:
        return None
    x = np.column_stack([np.ones(len(sizes)), np.log(np.asarray(sizes, float))])
    y = np.asarray(found, float)
    weights = np.zeros(2)
    penalty = np.diag([RIDGE, RIDGE])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (y - chance) - penalty @ weights
        curvature = (x * (chance * (1 - chance))[:, None]).T @ x + penalty
        weights = weights + np.linalg.solve(curvature, gradient)
    return DetectionCurve(float(weights[0]), float(weights[1]))


@dataclass(frozen=True, slots=True)
class ReviewerState:
    """What is known of the reviewer: `found` of `planted` shifts, at least the share `lowest` of
    all, by size of the shift `curve`; `differing` of `repeats` were judged otherwise at first."""

    planted: int
    found: int
    lowest: float
    curve: DetectionCurve | None
    repeats: int
    differing: int
