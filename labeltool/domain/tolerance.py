"""How far a landmark may be off in a project, and how far it is expected to be off.

Errors are shares of the scheme's norm (the inter-ocular distance for faces of 68 points). Points of
a contour are measured to the contour, because sliding along it is no error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.domain.face import Points, Prediction
from pipnet.data.scheme import Scheme, norm_distance

DEFAULT_TOLERANCE = 0.08
"""Share of the norm by which a landmark may be off in a new project."""

MIN_TOLERANCE, MAX_TOLERANCE = 0.001, 0.5
"""The smallest and largest tolerance of a project, shares of the norm."""

CIRCLE_SHARE = 0.9
"""Of faces, in which a landmark truly lies within its circle."""


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


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedErrors:
    """The expected errors of a face's N landmarks.

    `shares` (N,): of the scheme's norm, NaN where unknown. `norm`: that of the proposed face in
    pixels of the photo. `circle_factor`: radius of a circle over the expected error, NaN if
    unknown. `tolerance`: the project's, a share of the norm.
    """

    shares: NDArray[np.float64]
    norm: float
    circle_factor: float
    tolerance: float

    @property
    def levels(self) -> NDArray[np.float64]:
        """(N,) expected errors as shares of the tolerance, at least 0."""
        return self.shares / self.tolerance

    @property
    def pixels(self) -> NDArray[np.float64]:
        """(N,) expected errors in pixels of the photo."""
        return self.shares * self.norm

    @property
    def radii(self) -> NDArray[np.float64]:
        """(N,) radii in pixels of the photo of the circles that hold the landmark in CIRCLE_SHARE
        of faces; NaN where unknown."""
        return self.pixels * self.circle_factor


def expected_errors(
    prediction: Prediction | None, scheme: Scheme, tolerance: float
) -> ExpectedErrors | None:
    """The expected errors of a proposal; None without one, or if they are unknown.

    Args:
        tolerance: of the project, a share of the norm.
    """
    if prediction is None or prediction.errors is None:
        return None
    if len(prediction.errors) != len(prediction.points):
        return None
    factor = np.nan if prediction.circle_factor is None else prediction.circle_factor
    shares = prediction.errors.astype(np.float64)
    return ExpectedErrors(shares, norm_pixels(prediction.points, scheme), factor, tolerance)
