"""How far landmarks are off: NME, failure rate, AUC, and what a person would accept on curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.signals import predicted_norm
from pipnet.data.scheme import Scheme
from pipnet.data.scheme import norm_distance as norm_distance  # also for those who import it here

Floats = NDArray[np.float64]


def point_errors(points: Floats, truth: Floats, scheme: Scheme, norm: str | None = None) -> Floats:
    """Normalised error of every landmark, (B, N, 2) x 2 -> (B, N); NaN where unlabelled."""
    error: Floats = np.linalg.norm(points - truth, axis=-1)
    return error / norm_distance(truth, scheme, norm)[:, None]


def curve_errors(points: Floats, truth: Floats, scheme: Scheme, norm: str | None = None) -> Floats:
    """As `point_errors`, but a point of a curve is measured to the curve through its true points.

    The scheme's `curves` are contours along which annotators place points with no fixed position
    (jaw, brows): sliding along one is no error.
    """
    errors = point_errors(points, truth, scheme, norm)
    size = norm_distance(truth, scheme, norm)
    for curve in scheme.curves:
        index = list(curve)
        for face in range(len(points)):
            line = truth[face, index]
            if np.isfinite(line).all():
                errors[face, index] = _distance(points[face, index], line) / size[face]
    return errors


def calibration_errors(points: Floats, truth: Floats, scheme: Scheme) -> Floats:
    """As `curve_errors`, but shares of the norm of the predicted points: what error models are
    fitted to, because circles are drawn where the true norm is not known."""
    scale = norm_distance(truth, scheme) / predicted_norm(points, scheme)
    return curve_errors(points, truth, scheme) * scale[:, None]


def _distance(points: Floats, line: Floats) -> Floats:
    """Distance of points (K, 2) to a polyline (L, 2)."""
    start, along = line[:-1], np.diff(line, axis=0)  # (L-1, 2)
    length = np.maximum((along**2).sum(-1), np.finfo(np.float64).tiny)
    offset = points[:, None] - start[None]  # (K, L-1, 2)
    t = np.clip((offset * along).sum(-1) / length, 0, 1)[..., None]
    result: Floats = np.linalg.norm(offset - t * along, axis=-1).min(1)
    return result


def failure_rate(nmes: Floats, threshold: float = 0.1) -> float:
    """Share of faces, 0 to 1, whose NME (fraction, not percent) exceeds `threshold`."""
    return float((nmes > threshold).mean())


def ced(nmes: Floats, threshold: float = 0.1) -> tuple[Floats, Floats]:
    """Cumulative error distribution: 1,001 errors from 0 to `threshold`, and the share of faces,
    0 to 1, whose NME (fraction) is no larger."""
    bins = np.linspace(0, threshold, 1001)
    return bins, np.searchsorted(np.sort(nmes), bins, side="right") / len(nmes)


def auc(nmes: Floats, threshold: float = 0.1) -> float:
    """Area under the cumulative error distribution up to `threshold`, 0 to 1.

    Simpson's rule over `ced`, divided by the threshold, as the authors compute it.
    """
    # imported here: it takes a third of a second, and the window measures errors without it
    from scipy.integrate import simpson  # noqa: PLC0415

    bins, curve = ced(nmes, threshold)
    return float(simpson(curve, x=bins) / threshold)
