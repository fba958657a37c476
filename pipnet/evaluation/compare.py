"""Whether one detector is better than another on the same faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_PAIRS = 2
"""One face says nothing about others."""

BATCH_RESAMPLINGS = 200
"""Resamplings in memory at once."""


@dataclass(frozen=True, slots=True)
class PairedChange:
    """The mean of second minus first errors, in their unit: negative if the second are lower.

    `low` and `high` bound it with 95 % confidence.
    """

    change: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0

    @property
    def is_worse(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0


def paired_change(before: NDArray[np.float64], after: NDArray[np.float64]) -> PairedChange | None:
    """Compare two errors of each face, (F,) and (F,), by a bootstrap over faces.

    Percentiles of 9,999 resamplings; the same errors give the same interval. None for fewer faces
    than MIN_PAIRS.

    Raises:
        ValueError: the shapes differ, or an error is not finite.
    """
    from scipy.stats import bootstrap  # noqa: PLC0415 - takes a second, which a start spares

    if before.shape != after.shape or before.ndim != 1:
        raise ValueError(f"errors of the same faces are needed, not {before.shape}, {after.shape}")
    # resampling the differences keeps the two errors of a face together
    differences = after - before
    if not np.isfinite(differences).all():
        raise ValueError("an error is not finite")
    if len(differences) < MIN_PAIRS:
        return None
    interval = bootstrap(
        (differences,), np.mean, method="percentile", batch=BATCH_RESAMPLINGS,
        rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    return PairedChange(float(differences.mean()), float(interval.low), float(interval.high))
