"""Closed forms for a sample whose size is fixed beforehand: what the sequential test is held to.

Sources: the hypergeometric and binomial tails; Clopper and Pearson (Biometrika 1934).
"""

from __future__ import annotations

from scipy.stats import beta, binom, hypergeom

from labeltool.trust.sequential_test import allowed_wrong

MAX_SAMPLE = 1_000_000
"""Largest sample that is looked for in an endless set."""


def tail(looked_at: int, wrong: int, limit: float, size: int | None, detection: float) -> float:
    """The probability of at most `wrong` findings among `looked_at` faces when just more than the
    share `limit` of `size` faces is wrong; of an endless set if `size` is None.

    A finite set is exact for a detection of 1 only; below, the binomial tail is an upper bound.
    """
    if size is not None and detection >= 1.0:
        return float(hypergeom.cdf(wrong, size, allowed_wrong(size, limit) + 1, looked_at))
    return float(binom.cdf(wrong, looked_at, limit * detection))


def fixed_sample(
    limit: float,
    confidence: float,
    *,
    wrong: int = 0,
    size: int | None = None,
    detection: float = 1.0,
) -> int | None:
    """The smallest sample that bounds the share of wrong faces by `limit` if at most `wrong` of it
    are found; None if even the whole set would not."""
    low, high = wrong, size if size is not None else MAX_SAMPLE
    if tail(high, wrong, limit, size, detection) > 1 - confidence:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if tail(middle, wrong, limit, size, detection) <= 1 - confidence:
            high = middle
        else:
            low = middle
    return high


def lowest_share(hits: int, tries: int, confidence: float) -> float:
    """Clopper and Pearson's one-sided lower bound of a share after `hits` of `tries`."""
    if hits == 0:
        return 0.0
    return float(beta.ppf(1 - confidence, hits, tries - hits + 1))
