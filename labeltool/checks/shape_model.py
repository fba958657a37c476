"""How the landmarks of a project's faces lie to each other, as a robust Gaussian.

Faces are aligned to their mean by a similarity (move, turn, scale; never mirror). Of the aligned
landmarks the model keeps mean and covariance plus a noise of each coordinate, which keeps it
regular for few faces; faces that fit worst are left out of it (trimming), so that labels with
errors hardly shape it. Conditional distributions of a Gaussian, from its precision P: landmark k is
expected at x_k - P_kk^-1 (P (x - mean))_k, given all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipnet.data.scheme import Scheme
from pipnet.evaluation.metrics import norm_distance

Floats = NDArray[np.float64]

MIN_SHAPE_FACES = 30
"""Faces without an absent landmark that a model needs at least."""

MAX_SHAPE_FACES = 2_000
"""Faces that a model is made of at most: more make it no better."""

_TRIMMED_SHARE = 0.08  # faces left out of the model, which may have errors
_FIRST_SHARE = 0.75  # of the faces, those nearest to the median make the first model
_NOISES = (0.002, 0.005, 0.01, 0.02)  # of a coordinate, shares of the norm; the likeliest is taken
_FOLDS = 5  # on faces outside of their fold, what is usual is measured
_ROUNDS = 3  # of trimming


@dataclass(frozen=True, eq=False)
class ShapeModel:
    """Where landmarks lie, given the others. All arrays are in the frame of the aligned mean.

    `mean` (N, 2), centred; `norm`: the scheme's norm of the mean. `precision` (2N, 2N).
    `usual_offset` (N,): how far a landmark of nearly every good face lies from where it is
    expected, in standard deviations. `usual_distance`: the same of the whole face, the square root
    of the Mahalanobis distance. Both were measured on faces that the model had not seen.
    """

    mean: Floats
    norm: float
    precision: Floats
    usual_offset: Floats
    usual_distance: float

    def align(self, points: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Faces (F, N, 2) brought onto the mean, without absent landmarks (see `complete`).

        Returns:
            Aligned faces (F, N, 2), and what leads back: centre (F, 2), and real and imaginary
            part of the similarity (F,).
        """
        return _align(points, self.mean)

    def complete(self, points: Floats) -> Floats:
        """Faces (F, N, 2) in pixels with each absent landmark where the others expect it."""
        lacking = np.asarray(~np.isfinite(points).all(-1))
        filled = points.copy()
        patterns, kind = np.unique(lacking, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            if pattern.any():
                alike = kind.reshape(-1) == number
                filled[alike] = self._expected(points[alike], pattern)
        return filled

    def distances(self, aligned: Floats) -> Floats:
        """Mahalanobis distances (F,) of aligned faces (F, N, 2), not squared."""
        offset = (aligned - self.mean).reshape(len(aligned), -1)
        squared = np.einsum("fi,fi->f", offset @ self.precision, offset)
        distances: Floats = np.sqrt(np.maximum(squared, 0))
        return distances

    def offsets(self, aligned: Floats) -> tuple[Floats, Floats]:
        """How far each landmark lies from where the others expect it.

        Returns:
            (F, N) in standard deviations, and (F, N) in shares of the norm.
        """
        count = len(self.mean)
        offset = (aligned - self.mean).reshape(len(aligned), -1)
        gradient = (offset @ self.precision).reshape(len(aligned), count, 2)
        diagonal = np.arange(count)
        own = self.precision.reshape(count, 2, count, 2)[diagonal, :, diagonal]  # (N, 2, 2)
        residual = np.einsum("nij,fnj->fni", np.linalg.inv(own), gradient)
        deviations = np.sqrt(np.maximum((residual * gradient).sum(-1), 0))
        return deviations, np.linalg.norm(residual, axis=-1) / self.norm

    def expected(self, points: Floats, chosen: Sequence[int] | NDArray[np.int64]) -> Floats:
        """One face (N, 2) in pixels with the chosen landmarks where the others expect them.

        Where fewer than two landmarks are left, the face stays as it is.
        """
        wanted = np.zeros(len(self.mean), bool)
        wanted[list(chosen)] = True
        filled = self._expected(points[None], wanted | ~np.isfinite(points).all(-1))[0]
        return np.where(wanted[:, None], filled, points)

    def _expected(self, points: Floats, moved: NDArray[np.bool_]) -> Floats:
        """Faces (F, N, 2) with the landmarks `moved` (N,) where the others, which are all there,
        expect them; as they are where fewer than two others are left."""
        if (~moved).sum() < 2:
            return points.copy()
        free, fixed = np.repeat(moved, 2), np.repeat(~moved, 2)
        solve = np.linalg.solve(
            self.precision[np.ix_(free, free)], self.precision[np.ix_(free, fixed)]
        )
        _, centre, re, im = _align(points[:, ~moved], self.mean[~moved])
        filled = np.nan_to_num(points)
        for _ in range(3):  # the place in the frame depends on the landmarks that are looked for
            frame = _to_frame(filled, centre, re, im)
            offset = (frame - self.mean).reshape(len(points), -1)
            expected = self.mean[moved] - (offset[:, fixed] @ solve.T).reshape(len(points), -1, 2)
            frame[:, moved] = expected
            filled = _from_frame(frame, centre, re, im)
            _, centre, re, im = _align(filled, self.mean)
        return np.where(moved[:, None], filled, points)

    def fitted_to(self, box: tuple[float, float, float, float]) -> Floats:
        """The mean face (N, 2) in pixels, stretched into a box around its landmarks."""
        low, high = self.mean.min(0), self.mean.max(0)
        x, y, width, height = box
        stretched: Floats = (self.mean - low) / (high - low) * [width, height] + [x, y]
        return stretched


def fit_shape_model(points: Floats, scheme: Scheme) -> ShapeModel | None:
    """A model of labels or proposals (F, N, 2), in pixels, most of which must be right.

    Faces with an absent landmark are left out. None if fewer than `MIN_SHAPE_FACES` are left.
    """
    whole = points[np.isfinite(points).all((1, 2))]
    size = np.sqrt(np.ptp(whole, axis=1).prod(-1)) if len(whole) else np.zeros(0)
    whole = whole[size > 0][:MAX_SHAPE_FACES]
    if len(whole) < MIN_SHAPE_FACES:
        return None
    mean = _mean(whole)
    norm = float(norm_distance(mean[None], scheme)[0])
    aligned = _align(whole, mean)[0]
    # gross errors would stretch the first covariance so far that they fit it
    residual = np.linalg.norm(aligned - np.median(aligned, axis=0), axis=(1, 2))
    kept = residual <= np.quantile(residual, _FIRST_SHARE)
    noise = _NOISES[-1] * norm
    for _ in range(_ROUNDS):
        mean = aligned[kept].mean(0)
        mean -= mean.mean(0)
        aligned = _align(whole, mean)[0]
        noise = _likeliest_noise(aligned[kept], norm)
        distance = _held_out(aligned, kept, mean, noise, norm)[1]
        kept = distance <= np.quantile(distance, 1 - _TRIMMED_SHARE)
    offset, distance = _held_out(aligned, kept, mean, noise, norm)
    model = _model(aligned[kept], mean, noise, norm)
    usual: Floats = np.maximum(np.quantile(offset[kept], 0.99, axis=0), 1.0).astype(np.float64)
    return ShapeModel(
        model.mean, norm, model.precision, usual, float(np.quantile(distance[kept], 0.98))
    )


def _model(aligned: Floats, mean: Floats, noise: float, norm: float) -> ShapeModel:
    """Mean and precision alone; what is usual is not measured yet."""
    offset = (aligned - mean).reshape(len(aligned), -1)
    covariance = offset.T @ offset / len(offset) + noise**2 * np.eye(offset.shape[1])
    precision = np.asarray(np.linalg.inv(covariance), np.float64)
    return ShapeModel(mean, norm, precision, np.ones(len(mean)), 1.0)


def _held_out(
    aligned: Floats, kept: NDArray[np.bool_], mean: Floats, noise: float, norm: float
) -> tuple[Floats, Floats]:
    """Offsets (F, N) and distances (F,) of each face under a model of the other folds."""
    fold = np.random.default_rng(0).permutation(len(aligned)) % _FOLDS
    offset, distance = np.zeros(aligned.shape[:2]), np.zeros(len(aligned))
    for number in range(_FOLDS):
        here = fold == number
        model = _model(aligned[kept & ~here], mean, noise, norm)
        offset[here] = model.offsets(aligned[here])[0]
        distance[here] = model.distances(aligned[here])
    return offset, distance


def _likeliest_noise(aligned: Floats, norm: float) -> float:
    """The noise under which the second half of the faces is likeliest after the first."""
    first, second = aligned[::2], aligned[1::2]
    mean = first.mean(0)

    def likelihood(noise: float) -> float:
        model = _model(first, mean, noise, norm)
        determinant = float(np.linalg.slogdet(model.precision)[1])
        return determinant * len(second) - float((model.distances(second) ** 2).sum())

    return max((share * norm for share in _NOISES), key=likelihood)


def _mean(points: Floats) -> Floats:
    """A first mean face (N, 2), of size 1 and centred: the median of faces aligned to one of
    them."""
    centred = points - points.mean(1, keepdims=True)
    centred /= np.linalg.norm(centred, axis=(1, 2), keepdims=True)
    mean = np.median(centred, axis=0)
    for _ in range(5):
        mean = np.median(_align(points, mean / np.linalg.norm(mean))[0], axis=0)
        mean -= mean.mean(0)
    scaled: Floats = mean / np.linalg.norm(mean)
    return scaled


def _align(points: Floats, mean: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Least squares similarities of faces (F, N, 2) onto a face (N, 2), as complex numbers."""
    z, target = points[..., 0] + 1j * points[..., 1], mean[:, 0] + 1j * mean[:, 1]
    centre = z.mean(1)
    z = z - centre[:, None]
    shift = target.mean()
    size = np.maximum((abs(z) ** 2).sum(1), np.finfo(np.float64).tiny)
    factor = (z.conj() * (target - shift)).sum(1) / size
    offset = centre - shift / np.where(factor == 0, 1, factor)
    place = np.stack([offset.real, offset.imag], -1)
    re, im = factor.real, factor.imag
    return _to_frame(points, place, re, im), place, re, im


def _to_frame(points: Floats, centre: Floats, re: Floats, im: Floats) -> Floats:
    x, y = points[..., 0] - centre[:, :1], points[..., 1] - centre[:, 1:]
    return np.stack([re[:, None] * x - im[:, None] * y, im[:, None] * x + re[:, None] * y], -1)


def _from_frame(points: Floats, centre: Floats, re: Floats, im: Floats) -> Floats:
    size = re**2 + im**2
    re, im = re / size, -im / size
    moved: Floats = _to_frame(points, np.zeros_like(centre), re, im) + centre[:, None]
    return moved
