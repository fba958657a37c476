"""How much the neighbours of moved landmarks follow them. No Qt."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labeltool.review.geometry import falloff_weights, relative_distances

Array = npt.NDArray[np.float64]

MIN_REACH, MAX_REACH = 0.08, 1.2
"""How far away neighbours still follow, in sizes of the face."""

REACH_STEP = 1.25
"""Factor of one notch of the wheel."""


class NeighbourWeights:
    """Weights by the distance in a mean face, or in the face itself without one."""

    def __init__(self) -> None:
        self._mean_shape: Array | None = None
        self._distances: Array | None = None
        self._reach = 0.3

    def set_mean_shape(self, shape: Array | None) -> None:
        """An average face, (N, 2), in any unit."""
        if shape is not self._mean_shape:
            self._mean_shape = shape
            self._distances = None if shape is None else relative_distances(shape)

    def widen(self, steps: float) -> None:
        """Let neighbours further away follow, or fewer of them for negative steps."""
        self._reach = min(max(self._reach * REACH_STEP**steps, MIN_REACH), MAX_REACH)

    def weights(self, points: Array, moved: set[int], with_neighbours: bool) -> Array:
        """The share of a move that each point follows, (N,) 0..1: 1 for the moved ones.

        points: (N, 2), NaN for missing ones, whose weight is 0.
        """
        weights = np.zeros(len(points))
        if with_neighbours:
            apart = self._distances
            if apart is None or len(apart) != len(points):
                apart = relative_distances(points)
            weights = falloff_weights(apart[sorted(moved)], self._reach).max(axis=0)
        weights[sorted(moved)] = 1.0
        weights[~np.isfinite(points).all(axis=1)] = 0.0
        return weights
