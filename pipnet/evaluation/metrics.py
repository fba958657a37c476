"""How far landmarks are off: NME, failure rate, AUC, and what a person would accept on curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipnet.data.scheme import Scheme

Floats = NDArray[np.float64]


def norm_distance(truth: Floats, scheme: Scheme, norm: str | None = None) -> Floats:
    """The distance that normalises errors, (B, N, 2) -> (B,), in the unit of `truth`.

    Args:
        norm: `inter-ocular`, between the scheme's NME pair (68 points: the outer eye corners);
            `inter-pupil`, between the means of the scheme's two groups of pupil points; `box`, the
            square root of the area of the landmarks' box; two points such as `36-45`; or None for
            the scheme's pair, the box for a scheme without one.

    Raises:
        ValueError: another word, or the scheme does not have what it takes.
    """
    if norm is None:
        norm = "box" if scheme.nme_pair is None else "inter-ocular"
    if norm == "box":
        size = np.nanmax(truth, axis=1) - np.nanmin(truth, axis=1)
        root: Floats = np.sqrt(size.prod(-1))
        return root
    ends = [truth[:, list(group)].mean(1) for group in _ends(norm, scheme)]
    result: Floats = np.linalg.norm(ends[0] - ends[1], axis=-1)
    return result


def _ends(norm: str, scheme: Scheme) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The landmarks whose two means a distance lies between."""
    if norm == "inter-ocular" and scheme.nme_pair is not None:
        return (scheme.nme_pair[0],), (scheme.nme_pair[1],)
    if norm == "inter-pupil" and scheme.pupils:
        return scheme.pupils[0], scheme.pupils[1]
    if norm in ("inter-ocular", "inter-pupil"):
        raise ValueError(f"scheme {scheme.name!r} does not say which points {norm} is between")
    pair = [int(word) for word in norm.split("-") if word.isdecimal()]
    if len(pair) != 2 or norm != f"{pair[0]}-{pair[1]}" or max(pair) >= scheme.count:
        raise ValueError(
            f"errors cannot be divided by {norm!r}: give inter-ocular, inter-pupil, box, or two of "
            f"the points 0 to {scheme.count - 1}, such as 0-1"
        )
    return (pair[0],), (pair[1],)


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
