"""Where the landmarks of a scheme are put on a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Points
from labeltool.rounds.mean_face import mean_face
from pipnet.data.scheme import Scheme

PICTURE_SHARE = 0.6
"""Landmarks whose places nobody knows fill this share of a picture's smaller side."""


def fitting(points: Points, size: tuple[int, int]) -> NDArray[np.float64]:
    """The matrix (2, 3) that takes points (N, 2) into the middle of a picture of this width and
    height, with the proportions kept."""
    low, high = points.min(0), points.max(0)
    extent = max(float((high - low).max()), 1e-9)
    scale = PICTURE_SHARE * min(size) / extent if len(points) > 1 else 1.0
    start = np.array(size) / 2 - scale * (low + high) / 2
    return np.column_stack([np.eye(2) * scale, start])


def placed_on(scheme: Scheme, size: tuple[int, int]) -> Points:
    """The typical shape of a scheme in the middle of a picture, (N, 2) pixels; an ellipse where
    nobody knows the shape."""
    shape = np.array(scheme.shape, np.float64) if scheme.shape else mean_face((), scheme)
    matrix = fitting(shape, size)
    points: Points = shape @ matrix[:, :2].T + matrix[:, 2]
    return points
