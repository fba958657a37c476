"""From the output of a network to landmarks, in numpy (paper section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipnet.models.neighbours import Neighbours

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Decoded landmarks of B faces in crop units (0..1 across the crop; may leave it).

    `points` (B, N, 2): own point and neighbour votes averaged. `own` (B, N, 2). `votes`
    (B, N, M, 2): the neighbours' predictions of each landmark, cyclically padded (M may be 0).
    `scores` (B, N): the raw maximum of each score map, which may leave 0..1.
    """

    points: Floats
    own: Floats
    votes: Floats
    scores: Floats

    def spread(self) -> Floats:
        """(B, N): root mean square distance of a landmark's votes from its point, crop units."""
        if self.votes.shape[2] == 0:
            return np.zeros(self.points.shape[:2])
        squared = ((self.votes - self.points[:, :, None]) ** 2).sum(-1)  # (B, N, M)
        result: Floats = np.sqrt(squared.mean(-1))
        return result


def decode(
    score: NDArray[np.floating],
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    nb_x: NDArray[np.floating],
    nb_y: NDArray[np.floating],
    table: Neighbours,
) -> Landmarks:
    """Decode the network's maps.

    Args:
        score, x, y: (B, N, G, G). nb_x, nb_y: (B, N*C, G, G). Offsets in cells from a cell's
            top-left corner.
        table: neighbour tables of the mean face that the network was trained with.

    The cell of a landmark is the first maximum of its raw score map, row by row.
    """
    batch, count, grid, _ = score.shape
    flat = score.reshape(batch, count, -1)
    cell = flat.argmax(-1)[..., None]  # (B, N, 1)
    corner = np.concatenate([cell % grid, cell // grid], -1).astype(np.float64)  # (B, N, 2)

    def pick(maps: NDArray[np.floating]) -> Floats:
        rows = maps.reshape(batch, count, -1, grid * grid)  # (B, N, K, G*G)
        return np.take_along_axis(rows, cell[:, :, None], -1)[..., 0].astype(
            np.float64
        )  # (B, N, K)

    own = (corner + np.concatenate([pick(x), pick(y)], -1)) / grid  # (B, N, 2)
    scores = np.take_along_axis(flat, cell, -1)[..., 0].astype(np.float64)  # (B, N)
    if table.count == 0:
        return Landmarks(own, own, _no_votes(own), scores)
    neighbour = (corner[:, :, None] + np.stack([pick(nb_x), pick(nb_y)], -1)) / grid  # (B, N, C, 2)
    votes = neighbour[:, table.landmark, table.slot]  # (B, N, M, 2)
    points = (own + votes.sum(2)) / (1 + votes.shape[2])
    return Landmarks(points, own, votes, scores)


def decode_coordinates(points: NDArray[np.floating]) -> Landmarks:
    """Points (B, N, 2) in crop units as landmarks with score 1: the network predicts none."""
    own = points.astype(np.float64)
    return Landmarks(own, own, _no_votes(own), np.ones(own.shape[:2]))


def decode_heatmaps(heat: NDArray[np.floating]) -> Landmarks:
    """Decode heatmaps (B, N, H, H) whose cell centres lie at (k + 0.5) / H.

    The first maximum, moved a quarter of a cell towards its higher neighbour along each axis
    (Newell, Yang, Deng, ECCV 2016).
    """
    batch, count, size, _ = heat.shape
    flat = heat.reshape(batch, count, -1)
    cell = flat.argmax(-1)  # (B, N)
    scores = np.take_along_axis(flat, cell[..., None], -1)[..., 0].astype(np.float64)
    padded = np.pad(heat, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    i, j = np.ogrid[:batch, :count]
    row, column = cell // size + 1, cell % size + 1

    def quarter(before: NDArray[np.floating], after: NDArray[np.floating]) -> Floats:
        return 0.25 * ((after > before).astype(np.float64) - (after < before))

    dx = quarter(padded[i, j, row, column - 1], padded[i, j, row, column + 1])
    dy = quarter(padded[i, j, row - 1, column], padded[i, j, row + 1, column])
    own = np.stack([column - 0.5 + dx, row - 0.5 + dy], -1) / size  # (B, N, 2)
    return Landmarks(own, own, _no_votes(own), scores)


def _no_votes(points: Floats) -> Floats:
    return np.zeros((*points.shape[:2], 0, 2))


def face_score(scores: Floats) -> Floats:
    """A face's score, (B, N) -> (B,): mean over landmarks of the best map value, in 0..1."""
    result: Floats = np.clip(scores, 0.0, 1.0).mean(-1)
    return result
