"""Where a landmark is proposed that the scheme got after a face was labelled or predicted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Face, Points
from labeltool.review.geometry import fit_similarity
from labeltool.store import Store

MIN_PLACED = 30
"""A new landmark is proposed from the shape of the others once so many labels have it."""

MAX_FACES = 300
"""Labels that a proposal is learnt from, the newest."""

REFIT_FACTOR = 1.3
"""It is learnt again when so many times more labels have the landmark."""

RIDGES = 10.0 ** np.arange(-4, 3)
"""Weights of the penalty that are tried, as shares of the variance of the shapes."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Predicts a landmark from others by a linear map of their shape.

    `others` (M,): places of the others in the scheme. `mean` (M, 2): their mean shape. `offset`
    (2,), `weights` (2M, 2): the landmark in the frame of that shape.
    """

    others: NDArray[np.int64]
    mean: Points
    offset: NDArray[np.float64]
    weights: NDArray[np.float64]

    def propose(self, points: Points) -> NDArray[np.float64]:
        """Where the landmark is (2,), from the landmarks of a face (N, 2)."""
        given = points[self.others]
        placed = np.asarray(np.isfinite(given).all(1))
        if placed.sum() < 2:
            return np.full(2, np.nan)
        matrix = fit_similarity(given[placed], self.mean[placed])
        aligned = given @ matrix[:, :2].T + matrix[:, 2]
        moved = np.where(placed[:, None], aligned - self.mean, 0.0)
        found = self.offset + moved.ravel() @ self.weights - matrix[:, 2]
        return np.linalg.inv(matrix[:, :2]) @ found


def fit_landmark(faces: NDArray[np.float64], landmark: int, others: NDArray[np.int64]) -> Fit:
    """Learn to propose a landmark from others, all of them placed on F > 1 faces, (F, N, 2).

    The penalty is the one that predicts faces best that were left out.
    """
    given, wanted = faces[:, others], faces[:, landmark]
    mean = given[0] - given[0].mean(0)
    for _ in range(2):  # the second time in the frame of a mean instead of one face
        frames = [fit_similarity(face, mean) for face in given]
        aligned = np.stack([f @ m[:, :2].T + m[:, 2] for f, m in zip(given, frames, strict=True)])
        mean = aligned.mean(0)
    target = np.stack([w @ m[:, :2].T + m[:, 2] for w, m in zip(wanted, frames, strict=True)])
    offset = target.mean(0)
    x, y = (aligned - mean).reshape(len(faces), -1), target - offset
    u, sizes, vt = np.linalg.svd(x, full_matrices=False)
    best, least = np.zeros((x.shape[1], 2)), np.inf
    for ridge in RIDGES * max(float((sizes**2).mean()), 1e-12):
        kept = sizes**2 / (sizes**2 + ridge)
        leverage = np.clip(((u**2) * kept).sum(1), 0, 1 - 1e-6)
        left_out = (y - (u * kept) @ (u.T @ y)) / (1 - leverage)[:, None]
        error = float((left_out**2).sum())
        if error < least:
            least, best = error, (vt.T * (sizes / (sizes**2 + ridge))) @ (u.T @ y)
    return Fit(others, mean, offset, best)


class MissingLandmarks:
    """Proposes the landmarks that faces lack. What it has learnt is learnt again as labels come."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._fits: dict[tuple[int, bytes], tuple[int, Fit | None]] = {}

    def completed(self, face: Face | None) -> Face | None:
        """The face with a place for each landmark that it lacks, to be dragged or accepted."""
        if face is None or face.missing is None or face.points is None:
            return face
        base, places = face.points, np.full((len(face.missing), 2), np.nan)
        for landmark in np.flatnonzero(face.missing).tolist():
            places[landmark] = self._propose(base, landmark, face.missing)
        filled, decision, prediction = face.missing[:, None], face.decision, face.prediction

        def fill(points: Points | None) -> Points | None:
            return None if points is None else np.where(filled, places, points)

        if decision is not None:
            decision = replace(decision, points=fill(decision.points))
        if prediction is not None:
            prediction = replace(prediction, points=np.where(filled, places, prediction.points))
        return replace(face, draft=fill(face.draft), decision=decision, prediction=prediction)

    def _propose(
        self, points: Points, landmark: int, missing: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        fit = self._fit(landmark, missing)
        place = np.full(2, np.nan) if fit is None else fit.propose(points)
        return place if np.isfinite(place).all() else self._typical(points, landmark)

    def _fit(self, landmark: int, missing: NDArray[np.bool_]) -> Fit | None:
        count = self._store.schemes.count_labels_with(landmark)
        key = landmark, missing.tobytes()
        learnt, fit = self._fits.get(key, (0, None))
        if count < MIN_PLACED or count < REFIT_FACTOR * learnt:
            return fit
        others = np.flatnonzero(~missing)
        labels = self._store.schemes.labels_with(landmark, MAX_FACES)
        faces = np.stack(labels) if labels else np.empty((0, len(missing), 2))
        faces = faces[np.isfinite(faces[:, [*others, landmark]]).all((1, 2))]
        if len(faces) >= MIN_PLACED and len(others) > 1:
            fit = fit_landmark(faces, landmark, others)
        self._fits[key] = count, fit
        return fit

    def _typical(self, points: Points, landmark: int) -> NDArray[np.float64]:
        """The place as in the typical shape of the scheme; the middle of the face without one."""
        shape = np.array(self._store.scheme.shape, np.float64).reshape(-1, 2)
        placed = np.isfinite(points).all(1)
        if len(shape) == 0 or placed.sum() < 2 or np.ptp(shape[placed], axis=0).max() <= 0:
            middle: NDArray[np.float64] = points[placed].mean(0)
            return middle if placed.any() else np.full(2, np.nan)
        matrix = fit_similarity(shape[placed], points[placed])
        place: NDArray[np.float64] = matrix[:, :2] @ shape[landmark] + matrix[:, 2]
        return place
