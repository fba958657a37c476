"""What a prediction says of its own error, at no further pass of the network. No torch."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipnet.data.scheme import Scheme, norm_distance

Floats = NDArray[np.float64]

NAMES = (
    "spread", "spread_across", "own", "own_across", "first", "first_across",
    "score", "size", "sharpness", "x", "y",
)  # fmt: skip
"""The K signals, in the order of the last axis of `measure`.

`spread`: root mean square distance of the neighbours' votes from the point. `own`: distance of the
landmark's own prediction from the point. `first`: distance of the first crop's point from that of
the second crop, NaN where there was one crop only. These three are logarithms of a share of the
norm; `..._across` measures only across the contour, and the same as without for a point of none.
`score`: maximum of the score map. `size`: logarithm of the norm in pixels of the photo.
`sharpness`: logarithm of the variance of the crop's Laplacian. `x`, `y`: place of the point
relative to the mean of the points, share of the norm.
"""

SMALLEST_SHARE = 1e-3
"""Added to shares of the norm before their logarithm: differences below it say nothing."""

MIN_NORM_PIXELS = 1.0
"""A norm of predicted points is never taken as shorter than this."""


def predicted_norm(points: Floats, scheme: Scheme) -> Floats:
    """The norm of predicted points (F, N, 2), (F,) pixels, at least MIN_NORM_PIXELS."""
    norm: Floats = np.maximum(norm_distance(points, scheme), MIN_NORM_PIXELS)
    return norm


def sharpness(crops: NDArray[np.uint8]) -> Floats:
    """Logarithm of the variance of the Laplacian of crops (F, S, S, 3), (F,)."""
    rows = [
        cv2.Laplacian(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.CV_16S).var() for crop in crops
    ]
    result: Floats = np.log(np.array(rows, np.float64) + 1)
    return result


def measure(
    points: Floats,
    own: Floats,
    votes: Floats,
    scores: Floats,
    first: Floats,
    sharp: Floats,
    scheme: Scheme,
) -> Floats:
    """The signals of F faces, (F, N, K).

    Args:
        points, own: (F, N, 2) pixels of the photo: the merged points and the landmarks' own.
        votes: (F, N, M, 2) pixels, M may be 0.
        scores: (F, N).
        first: (F, N, 2) pixels, the points of the first crop; NaN for faces with one crop.
        sharp: (F,), see `sharpness`.
        scheme: says the norm, and which points are of a contour.
    """
    norm = predicted_norm(points, scheme)
    normal = contour_normals(points, scheme)  # (F, N, 2)
    is_contour = np.isfinite(normal[..., 0])

    def share(square: Floats) -> Floats:
        result: Floats = np.log(np.sqrt(square) / norm[:, None] + SMALLEST_SHARE)
        return result

    def both(offset: Floats) -> tuple[Floats, Floats]:
        """Offsets (F, N, M, 2): root mean square length, in all and across the contour."""
        if offset.shape[2] == 0:
            nothing = share(np.zeros(points.shape[:2]))
            return nothing, nothing
        total = (offset**2).sum(-1).mean(-1)
        across = ((offset * normal[:, :, None]).sum(-1) ** 2).mean(-1)
        return share(total), share(np.where(is_contour, across, total))

    def everywhere(value: Floats) -> Floats:
        return np.broadcast_to(value[:, None], points.shape[:2])

    place = (points - points.mean(1, keepdims=True)) / norm[:, None, None]
    return np.stack(
        [
            *both(votes - points[:, :, None]),
            *both((own - points)[:, :, None]),
            *both((first - points)[:, :, None]),
            scores,
            everywhere(np.log(norm)),
            everywhere(sharp),
            place[..., 0],
            place[..., 1],
        ],
        axis=-1,
    )


def contour_normals(points: Floats, scheme: Scheme) -> Floats:
    """Unit normals of the scheme's curves at their points, (F, N, 2); NaN for other landmarks."""
    normals = np.full(points.shape, np.nan)
    for curve in scheme.curves:
        if len(curve) < 2:
            continue
        along = np.gradient(points[:, list(curve)], axis=1)
        length = np.linalg.norm(along, axis=-1, keepdims=True)
        along = np.divide(along, length, out=np.zeros_like(along), where=length > 0)
        normals[:, list(curve)] = np.stack([-along[..., 1], along[..., 0]], -1)
    return normals
