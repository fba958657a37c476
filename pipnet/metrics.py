"""How far landmarks are off: NME, failure rate, AUC, and what a person would accept on curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import simpson

from pipnet.scheme import Scheme

Floats = NDArray[np.float64]


def norm_distance(truth: Floats, scheme: Scheme) -> Floats:
    """The distance that normalises errors, (B, N, 2) -> (B,), in the unit of `truth`.

    Between the scheme's NME pair (68 points: the outer eye corners, inter-ocular), or the square
    root of the box area for a scheme without one.
    """
    if scheme.nme_pair is None:
        size = np.nanmax(truth, axis=1) - np.nanmin(truth, axis=1)
        root: Floats = np.sqrt(size.prod(-1))
        return root
    a, b = scheme.nme_pair
    result: Floats = np.linalg.norm(truth[:, a] - truth[:, b], axis=-1)
    return result


def point_errors(points: Floats, truth: Floats, scheme: Scheme) -> Floats:
    """Normalised error of every landmark, (B, N, 2) x 2 -> (B, N); NaN where unlabelled."""
    error: Floats = np.linalg.norm(points - truth, axis=-1)
    return error / norm_distance(truth, scheme)[:, None]


def curve_errors(points: Floats, truth: Floats, scheme: Scheme) -> Floats:
    """As `point_errors`, but a point of a curve is measured to the curve through its true points.

    The scheme's `curves` are contours along which annotators place points with no fixed position
    (jaw, brows): sliding along one is no error.
    """
    errors = point_errors(points, truth, scheme)
    norm = norm_distance(truth, scheme)
    for curve in scheme.curves:
        index = list(curve)
        for face in range(len(points)):
            line = truth[face, index]
            if np.isfinite(line).all():
                errors[face, index] = _distance(points[face, index], line) / norm[face]
    return errors


def _distance(points: Floats, line: Floats) -> Floats:
    """Distance of points (K, 2) to a polyline (L, 2)."""
    start, along = line[:-1], np.diff(line, axis=0)  # (L-1, 2)
    length = np.maximum((along**2).sum(-1), 1e-12)
    offset = points[:, None] - start[None]  # (K, L-1, 2)
    t = np.clip((offset * along).sum(-1) / length, 0, 1)[..., None]
    result: Floats = np.linalg.norm(offset - t * along, axis=-1).min(1)
    return result


def failure_rate(nmes: Floats, threshold: float = 0.1) -> float:
    """Share of faces, 0 to 1, whose NME (fraction, not percent) exceeds `threshold`."""
    return float((nmes > threshold).mean())


def auc(nmes: Floats, threshold: float = 0.1) -> float:
    """Area under the cumulative error curve up to `threshold`, 0 to 1.

    Simpson's rule over 1,001 points, divided by the threshold, as the authors compute it.
    """
    bins = np.linspace(0, threshold, 1001)
    curve = np.searchsorted(np.sort(nmes), bins, side="right") / len(nmes)
    return float(simpson(curve, x=bins) / threshold)
