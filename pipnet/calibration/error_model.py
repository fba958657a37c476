"""Expected errors of landmarks and faces, and the circles that hold the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.conformal import (
    CoverageCheck,
    check_coverage,
    conformal_factor,
)
from pipnet.calibration.signals import NAMES

Floats = NDArray[np.float64]

SMALLEST_ERROR = 2e-3
"""Share of the norm that is added to errors before their logarithm: less is no difference."""

PRIOR_FACES = 40
"""In `refit`, what was known counts as much as so many faces."""

FOLDS = 5
"""`refit` measures the factor on faces that its shifts were not fitted on, in so many parts."""


@dataclass(frozen=True, slots=True, eq=False)
class ErrorModel:
    """Expected errors of one detector's landmarks, from `pipnet.calibration.signals`.

    All errors are shares of the scheme's norm of the predicted landmarks, points of a contour
    measured to the contour.

    `scheme`, `count`: name and N of its landmarks. `centre` (N, K), `scale` (K,): the usual signals
    and how much they vary. `point_weights` (2K,): change of the logarithm of a landmark's error by
    its own signals and by the means over the face. `face_weights` (K,): of the face's mean error by
    the latter. `prior` (N,), `face_prior`: logarithms of the errors at usual signals. `factor`:
    radius of a circle over the expected error. `faces`: how many the factor rests on. `models`:
    SHA-256 of the model files that it belongs to, none for any. `summary`: plain values for people.
    """

    scheme: str
    count: int
    centre: Floats
    scale: Floats
    point_weights: Floats
    face_weights: Floats
    prior: Floats
    face_prior: float
    factor: float
    faces: int
    models: tuple[str, ...] = ()
    summary: dict[str, Any] = field(default_factory=dict)

    def expected(self, signals: NDArray[np.floating]) -> Floats:
        """Expected error of every landmark, signals (F, N, K) -> (F, N) share of the norm.

        Raises:
            ValueError: the signals are of other landmarks.
        """
        own, face = self._features(signals)
        size = len(NAMES)
        log = self.prior + own @ self.point_weights[:size]
        log = log + (face @ self.point_weights[size:])[:, None]
        result: Floats = np.exp(np.clip(log, -9.0, 2.0))
        return result

    def face_error(self, signals: NDArray[np.floating]) -> Floats:
        """Expected mean error of every face's landmarks, (F, N, K) -> (F,) share of the norm.

        Raises:
            ValueError: the signals are of other landmarks.
        """
        _, face = self._features(signals)
        result: Floats = np.exp(np.clip(self.face_prior + face @ self.face_weights, -9.0, 2.0))
        return result

    def radius(self, signals: NDArray[np.floating]) -> Floats:
        """Radii of circles that hold the truth 90 % of the time, (F, N, K) -> (F, N) share of the
        norm; see `pipnet.calibration.conformal.conformal_factor` for what that means."""
        return self.factor * self.expected(signals)

    def refit(
        self,
        signals: NDArray[np.floating],
        errors: Floats,
        parts: NDArray[np.integer] | None = None,
    ) -> ErrorModel:
        """The model shifted to the errors of a few faces, at best drawn at random.

        The level of all errors and of each landmark's move towards what these faces say, as far as
        their number allows against PRIOR_FACES; the factor is measured on these faces alone, each
        with shifts that it did not take part in.

        Args:
            signals: (F, N, K). errors: (F, N) shares of the norm, NaN where unlabelled.
            parts: (F,), see `cross_fitted_factor`.

        Raises:
            ValueError: too few faces for a factor, or of other landmarks.
        """
        return cross_fitted_factor(signals, errors, self._shifted, parts)

    def _shifted(self, signals: NDArray[np.floating], errors: Floats) -> ErrorModel:
        """The model with its levels moved to these faces, and the factor as it was."""
        expected, face = self.expected(signals), self.face_error(signals)
        mean = np.nanmean(errors, axis=1)
        offset = np.log(mean + SMALLEST_ERROR) - np.log(face + SMALLEST_ERROR)
        return replace(
            self,
            prior=self.prior + _shift(expected, errors),
            face_prior=self.face_prior + float(offset.sum() / (len(errors) + PRIOR_FACES)),
        )

    def check(self, signals: NDArray[np.floating], errors: Floats) -> CoverageCheck | None:
        """Whether the circles hold what they should on newly judged faces, drawn at random.

        Args:
            signals: (F, N, K). errors: (F, N) shares of the norm, NaN where unlabelled.
        """
        return check_coverage(errors, self.radius(signals), calibration_faces=self.faces)

    def _features(self, signals: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """Standardised signals (F, N, K), and their means over landmarks (F, K)."""
        if signals.ndim != 3 or signals.shape[1:] != (self.count, len(NAMES)):
            raise ValueError(
                f"signals of {self.count} landmarks are needed, (F, {self.count}, {len(NAMES)}), "
                f"not {signals.shape}"
            )
        own = (signals.astype(np.float64) - self.centre) / self.scale
        own = np.clip(np.nan_to_num(own, nan=0.0), -MAX_DEVIATIONS, MAX_DEVIATIONS)
        return own, own.mean(1)


MAX_DEVIATIONS = 5.0
"""Signals further from their usual value, in standard deviations, count as so far."""


def _shift(expected: Floats, errors: Floats) -> Floats:
    """How far the logarithm of each landmark's errors lies above expected, (F, N) x 2 -> (N,)."""
    log: Floats = np.log((errors + SMALLEST_ERROR) / (expected + SMALLEST_ERROR))
    faces = len(errors)
    overall = float(np.nanmean(log)) * faces / (faces + PRIOR_FACES) if faces else 0.0
    rest = np.nan_to_num(log - overall)
    count = np.isfinite(log).sum(0)
    result: Floats = overall + rest.sum(0) / (count + PRIOR_FACES)
    return result


Fit = Callable[[NDArray[np.floating], Floats], ErrorModel]
"""Signals (F, N, K) and errors (F, N) of labelled faces -> a model, its factor not yet measured."""


def cross_fitted_factor(
    signals: NDArray[np.floating],
    errors: Floats,
    fit: Fit,
    parts: NDArray[np.integer] | None = None,
) -> ErrorModel:
    """A model of all the faces, with a factor from models that did not see the face.

    Args:
        signals: (F, N, K). errors: (F, N) shares of the norm, NaN where unlabelled.
        fit: what makes a model of some of the faces.
        parts: (F,), faces of one number are left out together, such as those of one photo; FOLDS
            parts in turn if None.

    Raises:
        ValueError: too few labelled faces for a factor.
    """
    is_labelled = np.isfinite(errors).any(1)
    signals, errors = np.asarray(signals)[is_labelled], errors[is_labelled]
    part = np.arange(len(errors)) % FOLDS if parts is None else parts[is_labelled]
    ratios = np.full(errors.shape, np.nan)
    for number in np.unique(part):
        kept = part != number
        if kept.any():
            model = fit(signals[kept], errors[kept])
            ratios[~kept] = errors[~kept] / model.expected(signals[~kept])
    factor = conformal_factor(ratios)
    return replace(fit(signals, errors), factor=factor, faces=len(errors))


def fit_error_model(
    signals: NDArray[np.floating],
    errors: Floats,
    scheme: str,
    parts: NDArray[np.integer] | None = None,
    *,
    ridge: float = 20.0,
) -> ErrorModel:
    """Learn expected errors from labelled faces that the detector did not train on.

    Ridge regressions of the logarithm of errors on the signals.

    Args:
        signals: (F, N, K). errors: (F, N) shares of the norm, contour points measured to the
            contour; NaN where unlabelled.
        scheme: name of the landmarks.
        parts: (F,), see `cross_fitted_factor`.
        ridge: penalty of the weights, in landmarks of one standard deviation.

    Raises:
        ValueError: too few faces.
    """
    return cross_fitted_factor(
        signals, errors, lambda some, true: _regress(some, true, scheme, ridge), parts
    )


def _regress(
    signals: NDArray[np.floating], errors: Floats, scheme: str, ridge: float
) -> ErrorModel:
    """A model without a factor."""
    signals = np.asarray(signals, np.float64)
    size, count = len(NAMES), errors.shape[1]
    has_value = np.isfinite(signals)
    number = has_value.sum(0)
    centre = np.divide(
        np.nansum(signals, axis=0), number, out=np.zeros((count, size)), where=number > 0
    )
    spread = np.where(has_value, signals - centre, 0.0)
    variance: Floats = (spread**2).sum((0, 1)) / np.maximum(has_value.sum((0, 1)), 1)
    scale: Floats = np.maximum(np.sqrt(variance), 1e-3)
    log = np.log(errors + SMALLEST_ERROR)
    level = float(np.nanmean(log))
    labelled = np.isfinite(log)
    prior = level + np.nan_to_num(log - level).sum(0) / (labelled.sum(0) + 5.0)
    blank = ErrorModel(
        scheme, count, centre, scale, np.zeros(2 * size), np.zeros(size), prior, 0.0, 1.0, 0,
    )  # fmt: skip
    own, face = blank._features(signals)
    rows = np.concatenate([own, np.broadcast_to(face[:, None], own.shape)], -1)[labelled]
    target = (log - prior)[labelled]
    point_weights = _ridge(rows, target, ridge)
    mean = np.log(np.nanmean(errors, axis=1) + SMALLEST_ERROR)
    face_prior = float(mean.mean())
    face_weights = _ridge(face, mean - face_prior, ridge / 4)
    model = replace(
        blank, point_weights=point_weights, face_weights=face_weights, face_prior=face_prior
    )
    # from the level of logarithms to that of errors
    excess = float(np.nanmean(errors / model.expected(signals)))
    excess_of_faces = float((np.nanmean(errors, axis=1) / model.face_error(signals)).mean())
    return replace(
        model,
        prior=prior + np.log(excess),
        face_prior=face_prior + float(np.log(excess_of_faces)),
    )


def _ridge(rows: Floats, target: Floats, penalty: float) -> Floats:
    gram: Floats = rows.T @ rows + penalty * np.eye(rows.shape[1])
    result: Floats = np.asarray(np.linalg.solve(gram, rows.T @ target), np.float64)
    return result
