"""How well expected errors tell true ones, and whether circles hold what they promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.conformal import coverage_by_face
from pipnet.calibration.signals import predicted_norm
from pipnet.data.scheme import Scheme
from pipnet.inference.results import FaceLandmarks

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """What F predictions say of their own errors, shares of the norm of the true landmarks.

    `signals` (F, N, K): see `pipnet.calibration.signals`. Of a detector with a calibration, else
    None: `errors`, `radius` (F, N), expected errors and radii of circles, and `face_errors` (F,).
    `scale` (F,): the norm of the true landmarks over that of the predicted ones, which an error
    model's shares are of. `photos`: where the F faces are.
    """

    signals: Floats
    scale: Floats
    errors: Floats | None = None
    radius: Floats | None = None
    face_errors: Floats | None = None
    photos: tuple[Path, ...] = ()

    @staticmethod
    def of_faces(
        faces: Sequence[FaceLandmarks], norms: Floats, photos: Sequence[Path], scheme: Scheme
    ) -> Estimates | None:
        """The estimates of predicted faces, whose true norms are (F,) pixels; None if some face
        has no signals."""
        signals = [face.signals for face in faces if face.signals is not None]
        if not faces or len(signals) != len(faces):
            return None
        scale = norms / predicted_norm(np.stack([face.points for face in faces]), scheme)
        errors = [face.errors for face in faces if face.errors is not None]
        radius = [face.radius for face in faces if face.radius is not None]
        means = [face.error for face in faces if face.error is not None]
        if not len(errors) == len(radius) == len(means) == len(faces):
            return Estimates(np.stack(signals), scale, photos=tuple(photos))
        size = norms[:, None]
        return Estimates(
            np.stack(signals), scale, np.stack(errors) / size, np.stack(radius) / size,
            np.array(means) / scale, tuple(photos),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ErrorFigures:
    """How well expected errors do on F faces.

    `spearman_face`, `spearman_point`: rank correlation of expected and true errors of faces, and of
    landmarks over all faces; -1 to 1, NaN where all are equal. `coverage90`: share of the landmarks
    that their circles hold, 0 to 1. `radius90`: median radius, share of the norm.
    `coverage_error`: standard error of the coverage, for faces are what was drawn.
    """

    faces: int
    spearman_face: float
    spearman_point: float
    coverage90: float
    radius90: float
    coverage_error: float

    def summary(self) -> dict[str, float | None]:
        """The figures by name, rounded; None for a correlation that is not defined."""
        return {
            name: None if np.isnan(value) else round(value, 4)
            for name, value in (
                ("spearman_face", self.spearman_face),
                ("spearman_point", self.spearman_point),
                ("coverage90", self.coverage90),
                ("radius90", self.radius90),
            )
        }


def error_figures(
    true: Floats, errors: Floats, radius: Floats, face_errors: Floats
) -> ErrorFigures:
    """Compare expected with true errors.

    Args:
        true: (F, N) shares of the norm, contour points measured to the contour; NaN where
            unlabelled, at least one landmark of every face labelled.
        errors, radius: (F, N) expected errors and radii of circles. face_errors: (F,).
    """
    is_labelled = np.isfinite(true)
    held = coverage_by_face(true, radius)
    faces = len(true)
    return ErrorFigures(
        faces,
        _rank_correlation(face_errors, np.nanmean(true, axis=1)),
        _rank_correlation(errors[is_labelled], true[is_labelled]),
        float((true <= radius)[is_labelled].mean()),
        float(np.median(radius[is_labelled])),
        float(held.std(ddof=1) / np.sqrt(faces)) if faces > 1 else float("nan"),
    )


def _rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's, NaN if it is not defined."""
    # imported here: it takes a third of a second
    from scipy.stats import rankdata  # noqa: PLC0415

    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])
