"""Shifts of known size, which show how well a reviewer finds wrong faces."""

from __future__ import annotations

import numpy as np

from labeltool.domain import Points
from labeltool.domain.tolerance import landmark_errors, norm_pixels
from pipnet.data.scheme import Scheme

SHIFT_SIZES = (1.25, 1.5, 2.0, 3.0)
"""Sizes of the shifts in tolerances, equally often."""

REACHES = (0.0, 0.12, 0.3)
"""How far around the shifted landmark others go with it, shares of the norm: alone, with its
neighbours, with its region."""

MAX_TRIES = 50
"""Landmarks and directions that are tried: along its contour a landmark cannot be wrong."""


def shifted(
    points: Points, scheme: Scheme, tolerance: float, size: float, random: np.random.Generator
) -> Points | None:
    """The landmarks of a face with one of them, and often its neighbours, off by a known distance.

    Args:
        points: (N, 2) pixels; NaN where absent.
        tolerance: of the project, a share of the norm.
        size: by how many tolerances the landmark that is off most is off.

    Returns:
        (N, 2) pixels, or None if the face does not allow it, as without a norm.
    """
    placed = np.flatnonzero(np.isfinite(points).all(-1))
    if not len(placed) or not norm_pixels(points, scheme) > 0:
        return None
    for _ in range(MAX_TRIES):
        centre = random.choice(placed)
        angle = random.uniform(0, 2 * np.pi)
        direction = np.array([np.cos(angle), np.sin(angle)])
        reach = random.choice(REACHES)
        distance = _distances(points, int(centre), scheme)
        if reach > 0:
            weights = np.exp(-0.5 * np.square(np.nan_to_num(distance, nan=np.inf) / reach))
        else:
            weights = (np.arange(len(points)) == centre).astype(float)
        moved = _scaled(points, direction[None] * weights[:, None], scheme, tolerance * size)
        if moved is not None:
            return moved
    return None


def _distances(points: Points, centre: int, scheme: Scheme) -> Points:
    """(N,) distances from one landmark, as shares of the norm."""
    away = np.linalg.norm(points - points[centre], axis=-1)
    result: Points = away / norm_pixels(points, scheme)
    return result


def _scaled(points: Points, shift: Points, scheme: Scheme, error: float) -> Points | None:
    """The points moved along `shift` so far that the worst error is `error`; None if a longer way
    does not make it worse, as along a contour."""

    def worst(length: float) -> float:
        errors = landmark_errors(points + length * shift, points, scheme)
        known = errors[np.isfinite(errors)]
        return float(known.max()) if len(known) else 0.0

    extent = float(np.nanmax(np.nanmax(points, 0) - np.nanmin(points, 0)))
    high = extent / 64
    while worst(high) < error:
        high *= 2
        if high > extent:
            return None
    low = 0.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if worst(middle) < error else (low, middle)
    # along a contour the point would have gone round half of the face
    if high > 2.5 * error * extent:
        return None
    moved: Points = points + high * shift
    return moved
