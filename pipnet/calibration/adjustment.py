"""What a network gets wrong in the same way on many faces, learned from a few labelled ones.

Photos of another kind, and labels by another habit, shift landmarks in ways that the shape of the
predicted face tells: the residual (true minus predicted points) is taken as a linear function of
the predicted shape. Kernel ridge regression with an unpenalised mean; each face's own error is
measured with the face left out, in closed form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MIN_FACES = 15
"""Fewer labelled faces say too little."""

MAX_FACES = 2_000
"""More add nothing, and the cost of a fit grows with their cube."""

PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, np.inf)
"""Ridge penalties that are tried, for shapes of mean square 1; with the last one, all faces move
alike."""

PSEUDO_WEIGHT = 0.5
"""How much a face with a pseudo-label counts, see docs/loop.md."""

RATIO_PRIOR_FACES = 40.0
"""The mean over all landmarks counts for so many faces in the ratio of each landmark's errors."""


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """How landmarks are to be moved, as a linear function of their shape.

    A shape is (N, 2), its centre at 0 and its size 1; the size is the root mean square distance of
    the landmarks from their centre. `mean` (N, 2): the shape that moves by `offset` (N, 2).
    `weights` (2N, 2N): the further move for a shape that differs from it, x and y of the first
    landmark, then of the second and so on. `faces`: how many it was fitted to, 0 if not known.
    """

    mean: Floats
    offset: Floats
    weights: Floats
    faces: int = 0

    def apply(self, points: Floats) -> Floats:
        """The adjusted landmarks of F faces, (F, N, 2) pixels; faces with a missing landmark stay
        as they are."""
        shapes, centres, sizes = shapes_of(points)
        rows = (shapes - self.mean).reshape(len(points), -1) @ self.weights
        moved = shapes + self.offset + rows.reshape(shapes.shape)
        adjusted: Floats = moved * sizes + centres
        whole = np.isfinite(adjusted).all((1, 2), keepdims=True)
        return np.where(whole, adjusted, points)

    def arrays(self) -> dict[str, Floats]:
        """Its arrays by name, for a file."""
        return {"mean": self.mean, "offset": self.offset, "weights": self.weights}

    @staticmethod
    def from_arrays(arrays: Mapping[str, ArrayLike], landmarks: int, faces: int) -> Adjustment:
        """What a file holds of `arrays`, for so many landmarks.

        Raises:
            KeyError: an array is missing.
            ValueError: one is of another shape, or holds a number that is not finite.
        """
        shape = landmarks, 2
        shapes = {"mean": shape, "offset": shape, "weights": (2 * landmarks, 2 * landmarks)}
        found = {name: np.asarray(arrays[name], np.float64) for name in shapes}
        for name, array in found.items():
            if array.shape != shapes[name] or not np.isfinite(array).all():
                raise ValueError(f"its adjustment has no {name} of {landmarks} landmarks")
        return Adjustment(**found, faces=faces)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """An adjustment, and what it is worth on faces that it was not fitted on.

    `before`, `after` (F, N): distances from the true landmarks in pixels, without the adjustment
    and with one that was fitted on the other faces; faces with pseudo-labels are not among them.
    """

    adjustment: Adjustment
    before: Floats
    after: Floats

    def ratios(self) -> Floats:
        """Mean error after over that before, for each landmark, (N,); at most 1."""
        whole = self.after.mean() / max(self.before.mean(), 1e-9)
        prior = RATIO_PRIOR_FACES * self.before.mean()
        after = self.after.sum(0) + prior * whole
        ratio: Floats = after / np.maximum(self.before.sum(0) + prior, 1e-9)
        return np.minimum(ratio, 1.0)


def fit_adjustment(
    points: Floats,
    truth: Floats,
    groups: Sequence[int] | NDArray[np.int64],
    is_pseudo: NDArray[np.bool_] | None = None,
) -> Fit | None:
    """Fit an adjustment to labelled faces; None if fewer than MIN_FACES are whole.

    Args:
        points: (F, N, 2) predicted, pixels. A network that was trained on these labels is wrong
            less on them than elsewhere, and so is the gain that is measured on them.
        truth: (F, N, 2) true, pixels of the same photos, NaN where absent: such faces are left out.
        groups: F numbers; faces of one group, such as one photo, are left out together.
        is_pseudo: (F,) whether the truth is a pseudo-label. These count less, do not count as one
            of MIN_FACES, and neither choose the penalty nor measure. None for no such face.
    """
    whole = np.isfinite(points).all((1, 2)) & np.isfinite(truth).all((1, 2))
    chosen = np.flatnonzero(whole)[:MAX_FACES]
    measured = np.full(len(chosen), True) if is_pseudo is None else ~is_pseudo[chosen]
    if measured.sum() < MIN_FACES:
        return None
    points, truth = points[chosen], truth[chosen]
    member = np.asarray(groups)[chosen]
    shapes, _, sizes = shapes_of(points)
    # a face that counts w is a row that is sqrt(w) times as long
    length = np.where(measured, 1.0, np.sqrt(PSEUDO_WEIGHT))[:, None]  # (F, 1)
    total = float(np.square(length).sum())
    mean = np.average(shapes, axis=0, weights=np.square(length[:, 0]))
    inputs = length * (shapes - mean).reshape(len(points), -1)  # (F, 2N)
    moves = length * ((truth - points) / sizes).reshape(len(points), -1)
    scale = max(float(np.square(inputs).sum()) / total, 1e-12)
    values, vectors = np.linalg.eigh(inputs @ inputs.T / scale)  # (F,), (F, F)
    values = np.maximum(values, 0)
    best: tuple[float, float, Floats] | None = None
    for penalty in PENALTIES:
        hat = length @ length.T / total + (vectors * _shrunk(values, penalty)) @ vectors.T
        left = _left_out(hat, moves, member, measured)
        distances = np.linalg.norm(left.reshape(-1, *points.shape[1:]), axis=-1)
        error = float(distances.mean())
        if best is None or error < best[0]:
            best = error, penalty, distances
    assert best is not None
    _, penalty, distances = best
    offset = (length * moves).sum(0) / total
    gains = (vectors * (0 if np.isinf(penalty) else 1 / (values + penalty))) @ vectors.T
    weights = inputs.T @ gains @ (moves - length * offset) / scale
    fitted = Adjustment(mean, offset.reshape(-1, 2), weights, faces=len(points))
    before = np.linalg.norm(truth - points, axis=-1)[measured]
    return Fit(fitted, before, distances * sizes[measured, :, 0])


def _shrunk(values: Floats, penalty: float) -> Floats:
    return np.zeros_like(values) if np.isinf(penalty) else values / (values + penalty)


def _left_out(
    hat: Floats, moves: Floats, member: NDArray[np.int64], measured: NDArray[np.bool_]
) -> Floats:
    """The residuals of each measured face when its group is left out, (M, 2N), from the hat matrix
    of the fit to all: (I - H_gg)^-1 (y - Hy)_g."""
    rest = moves - hat @ moves
    left = np.empty_like(rest)
    for group in np.unique(member[measured]):
        rows = np.flatnonzero(member == group)
        within = np.eye(len(rows)) - hat[np.ix_(rows, rows)]
        left[rows] = np.linalg.lstsq(within, rest[rows], rcond=None)[0]
    return left[measured]


def shapes_of(points: Floats) -> tuple[Floats, Floats, Floats]:
    """Shapes (F, N, 2) of faces, their centres (F, 1, 2) and sizes (F, 1, 1) in pixels."""
    centres = points.mean(1, keepdims=True)
    away = points - centres
    sizes = np.sqrt(np.square(away).sum((1, 2), keepdims=True) / points.shape[1])
    return away / np.maximum(sizes, 1e-9), centres, sizes
