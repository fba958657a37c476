"""How far the landmarks of a proposal are expected to be off, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.domain.face import Prediction
from labeltool.domain.tolerance import norm_pixels
from pipnet.data.scheme import Scheme

CIRCLE_SHARE = 0.9
"""Of faces, in which a landmark truly lies within its circle."""


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
