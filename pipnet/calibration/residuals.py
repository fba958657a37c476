"""How the errors of a detector's landmarks hang together: where one was wrong, so were others.

The residuals (true minus predicted points) of a face, brought upright and to the size of the mean
face, are taken as normally distributed with mean 0. A person who drags landmarks to their place
tells some of the residuals; the others follow by the conditional mean of the distribution, which is
linear in the drag: one matrix for each drag, and one product for each move of the mouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipnet.data.scheme import Scheme

Floats = NDArray[np.float64]

MIN_FACES = 30
"""Fewer corrected faces say too little to begin a model with."""

PRIOR_FACES = 40.0
"""How many faces the smooth covariance counts for, from which a model without an earlier one
starts."""

MAX_EARLIER_FACES = 300.0
"""An earlier model counts for at most so many faces against the corrections of a project."""

NOISE = 0.008
"""Standard deviation with which a person places a landmark, as a share of the mean face's size."""

SMOOTH_REACH = 0.35
"""How far apart landmarks of the smooth covariance follow each other, in sizes of the mean face."""

TYPICAL_RESIDUAL = 0.03
"""Standard deviation of a residual in the smooth covariance, as a share of the mean face's size."""

ERROR_RANGE = (0.5, 2.5)
"""How much smaller or larger than usual an expected error may make the residual of a landmark."""


@dataclass(frozen=True, slots=True, eq=False)
class ResidualModel:
    """Covariance of the residuals of a scheme's N landmarks.

    `mean` (N, 2): the mean face, upright, its centre at 0; its size, the root mean square distance
    of its landmarks from their centre, is 1. `covariance` (2N, 2N): of x and y of the first
    landmark, then of the second and so on, in the unit of `mean`. `faces`: how many faces it rests
    on.
    """

    scheme: str
    mean: Floats
    covariance: Floats
    faces: float

    @property
    def count(self) -> int:
        """N."""
        return len(self.mean)

    def fits(self, scheme: Scheme) -> bool:
        """Whether it is about the landmarks of this scheme."""
        return self.scheme == scheme.name and self.count == scheme.count

    def response(
        self,
        points: Floats,
        fixed: Sequence[int],
        moving: Sequence[int],
        errors: Floats | None = None,
    ) -> Floats:
        """How all landmarks answer when some are moved, as a matrix (2N, 2K).

        Multiplied by the moves of the K `moving` ones (x and y of the first, then of the second and
        so on) it gives the moves of all, in the unit of `points`: the conditional mean of the
        residuals, given that `fixed` ones stay. Those and absent landmarks do not move; `moving`
        ones move exactly as they are told.

        Args:
            points: (N, 2) where the landmarks are before the move, pixels, NaN where absent.
            fixed: landmarks that a person has put into their place.
            moving: landmarks that are moved now, all placed.
            errors: (N,) expected errors in any one unit, NaN where unknown: landmarks that are
                more certain than they usually are follow less. None: as usual.
        """
        placed = np.isfinite(points.sum(1))
        told = list(moving)
        stays = [i for i in fixed if placed[i] and i not in set(told)]
        known = _pairs([*told, *stays])
        covariance = self.covariance
        if errors is not None:
            spread = np.repeat(self._relative_errors(errors), 2)
            covariance = covariance * spread[:, None] * spread
        within = covariance[np.ix_(known, known)] + NOISE**2 * np.eye(len(known))
        gain = np.linalg.solve(within, covariance[known])[: 2 * len(told)].T  # (2N, 2K)
        turn = rotation_onto(self.mean, points)  # a rotation: moves keep their length
        parts = gain.reshape(self.count, 2, len(told), 2)
        answer: Floats = np.einsum("ij,njkl,lm->nikm", turn.T, parts, turn)
        answer[stays] = 0
        answer[~placed] = 0
        answer[told] = np.eye(2 * len(told)).reshape(len(told), 2, len(told), 2)
        response: Floats = answer.reshape(2 * self.count, 2 * len(told))
        return response

    def condition(
        self,
        points: Floats,
        fixed: Sequence[int],
        moved: Floats,
        errors: Floats | None = None,
    ) -> Floats:
        """Where all landmarks are to be expected, (N, 2), once some are in their place.

        Args:
            points: (N, 2) predicted, pixels, NaN where absent.
            fixed: the landmarks that a person has put into their place.
            moved: (len(fixed), 2) those places, which they get exactly.
            errors: see `response`.
        """
        chosen = list(fixed)
        shift = self.response(points, (), chosen, errors) @ (moved - points[chosen]).ravel()
        result: Floats = points + shift.reshape(-1, 2)
        result[chosen] = moved
        return result

    def updated(self, points: Floats, truth: Floats, scheme: Scheme) -> ResidualModel:
        """The model that has learned from further faces.

        Args:
            points: (F, N, 2) predicted, pixels.
            truth: (F, N, 2) corrected, pixels of the same photos, NaN where absent: such faces are
                left out.
        """
        moments, faces = _moments(self.mean, points, truth, scheme)
        if not faces:
            return self
        earlier = min(self.faces, MAX_EARLIER_FACES)
        covariance = (earlier * self.covariance + moments) / (earlier + faces)
        return replace(self, covariance=covariance, faces=earlier + faces)

    def _relative_errors(self, errors: Floats) -> Floats:
        """(N,) expected errors over those that the covariance knows, their median 1."""
        usual = np.sqrt(np.diag(self.covariance).reshape(-1, 2).sum(1))
        ratio = errors / np.maximum(usual, 1e-12)
        known = np.isfinite(ratio) & (ratio > 0)
        if not known.any():
            return np.ones(self.count)
        ratio = np.where(known, ratio / np.median(ratio[known]), 1.0)
        result: Floats = np.clip(np.sqrt(ratio), *ERROR_RANGE)
        return result


def fit_residuals(points: Floats, truth: Floats, scheme: Scheme) -> ResidualModel | None:
    """A model from faces alone; None for fewer than `MIN_FACES` whose landmarks are all placed.

    The covariance of the residuals is shrunk towards a smooth one, in which landmarks follow each
    other the more the closer they are on the mean face.

    Args:
        points: (F, N, 2) predicted, pixels.
        truth: (F, N, 2) true, pixels of the same photos, NaN where absent.
    """
    whole = _whole(points) & _whole(truth)
    if whole.sum() < MIN_FACES:
        return None
    mean = mean_face(truth[whole], scheme)
    moments, faces = _moments(mean, points, truth, scheme)
    apart = ((mean[:, None] - mean[None]) ** 2).sum(-1)
    smooth = np.kron(np.exp(-apart / (2 * SMOOTH_REACH**2)), np.eye(2))
    # as large as the residuals are: only its shape is assumed
    variance = max(np.trace(moments) / len(moments) / faces, (TYPICAL_RESIDUAL / 10) ** 2)
    covariance = (moments + PRIOR_FACES * variance * smooth) / (faces + PRIOR_FACES)
    return ResidualModel(scheme.name, mean, covariance, float(faces))


def mean_face(shapes: Floats, scheme: Scheme) -> Floats:
    """The mean of faces (F, N, 2) that are brought over each other, (N, 2), upright as they are on
    average, symmetric if the scheme can be mirrored; centre 0 and size 1, see `ResidualModel`."""
    mean = _normalised(shapes[0])
    for _ in range(5):
        turned = [_normalised(shape) @ rotation_onto(mean, shape).T for shape in shapes]
        mean = np.mean(turned, axis=0)
        flip = scheme.flip_table
        if flip is not None:
            mean = (mean + mean[flip] * [-1, 1]) / 2
        mean = _normalised(mean)
    return mean


def rotation_onto(mean: Floats, points: Floats) -> Floats:
    """The rotation (2, 2) that brings a face (N, 2) upright onto the mean face (N, 2), by least
    squares over its placed landmarks; the identity if they have no extent."""
    placed = np.isfinite(points).all(1)
    a, b = points[placed], mean[placed]
    a, b = a - a.mean(0), b - b.mean(0)
    cos = float((a * b).sum())
    sin = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum())
    length = np.hypot(cos, sin)
    if not length > 0:
        return np.eye(2)
    turn: Floats = np.array([[cos, -sin], [sin, cos]]) / length
    return turn


def _size(points: Floats) -> float:
    return float(np.sqrt(((points - points.mean(0)) ** 2).sum(1).mean()))


def _normalised(points: Floats) -> Floats:
    scaled: Floats = (points - points.mean(0)) / max(_size(points), 1e-12)
    return scaled


def _whole(points: Floats) -> NDArray[np.bool_]:
    return np.array([np.isfinite(face).all() for face in points], bool)


def _moments(mean: Floats, points: Floats, truth: Floats, scheme: Scheme) -> tuple[Floats, int]:
    """The sum of residual times residual, (2N, 2N), over the whole faces, and their number.

    With a scheme that can be mirrored each face counts half as it is and half mirrored, so that the
    model treats both sides alike.
    """
    chosen = np.flatnonzero(_whole(points) & _whole(truth))
    rows = [
        (truth[i] - points[i]) @ rotation_onto(mean, points[i]).T / max(_size(points[i]), 1e-12)
        for i in chosen
    ]
    total = 2 * len(mean)
    if not rows:
        return np.zeros((total, total)), 0
    residuals = np.stack(rows)
    flat = residuals.reshape(len(rows), total)
    moments: Floats = flat.T @ flat
    if scheme.flip_table is not None:
        mirrored = (residuals[:, scheme.flip_table] * [-1, 1]).reshape(len(rows), total)
        moments = (moments + mirrored.T @ mirrored) / 2
    return moments, len(rows)


def _pairs(indices: Sequence[int]) -> list[int]:
    """Where x and y of landmarks are in a flattened face."""
    return [place for index in indices for place in (2 * index, 2 * index + 1)]
