"""What a project calls right: how far a landmark may be off.

Errors are shares of the scheme's norm (the inter-ocular distance for faces of 68 points). Points of
a contour are measured to the contour, because sliding along it is no error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labeltool.domain.face import Points
from pipnet.data.scheme import Scheme

DEFAULT_TOLERANCE = 0.08
"""Share of the norm by which a landmark may be off in a new project."""

MIN_TOLERANCE, MAX_TOLERANCE = 0.001, 0.5
"""The smallest and largest tolerance of a project, shares of the norm."""


def landmark_errors(points: Points, truth: Points, scheme: Scheme) -> NDArray[np.float64]:
    """How far each landmark of a face is off, as a share of the norm of the true face.

    Args:
        points: (N, 2) pixels, NaN where absent.
        truth: (N, 2) pixels of the same photo, NaN where absent.

    Returns:
        (N,) shares of the norm, at least 0; NaN where a point is absent, and everywhere if the
        points that give the norm are.
    """
    # imported here, because the store reads only the numbers above
    from pipnet.evaluation.metrics import curve_errors  # noqa: PLC0415

    errors: NDArray[np.float64] = curve_errors(points[None], truth[None], scheme)[0]
    return errors


def norm_pixels(points: Points, scheme: Scheme) -> float:
    """The norm of a face in pixels: the distance that errors are divided by.

    Args:
        points: (N, 2) pixels, NaN where absent.

    Returns:
        NaN if the points that give the norm are absent.
    """
    from pipnet.evaluation.metrics import norm_distance  # noqa: PLC0415

    if not np.isfinite(points).any():
        return float("nan")
    return float(norm_distance(points[None], scheme)[0])


def is_right(points: Points, truth: Points, scheme: Scheme, tolerance: float) -> bool:
    """Whether no landmark of a face is off by more than the tolerance, a share of the norm.

    A landmark that one side alone has placed is off; one that neither has placed is not.

    Raises:
        ValueError: the true face lacks the points that give the norm.
    """
    placed, wanted = np.isfinite(points).all(-1), np.isfinite(truth).all(-1)
    errors = landmark_errors(points, truth, scheme)[placed & wanted]
    if np.isnan(errors).any():
        raise ValueError("the true face lacks the landmarks that the norm is measured between")
    return bool((placed == wanted).all() and (errors <= tolerance).all())
