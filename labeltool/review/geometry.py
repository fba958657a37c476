"""Geometry of landmarks: rotate, scale, mirror, distances, falloff and mean shape. Plain numpy.

Points are (N, 2), x and y, in any unit; NaN where a landmark is absent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Points


def rotate_and_scale(
    points: Points, centre: NDArray[np.float64], angle: float, scale: float
) -> Points:
    """Rotate points by `angle` (radians, clockwise on the screen) and scale them around a centre
    (2,)."""
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    moved: Points = (points - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre
    return moved


def fit_similarity(source: Points, target: Points) -> NDArray[np.float64]:
    """The matrix (2, 3) that turns, scales and shifts points (N, 2), all placed and not all in one
    place, so that they come nearest to `target` (N, 2)."""
    start, end = source.mean(0), target.mean(0)
    one, other = (source - start) @ [1, 1j], (target - end) @ [1, 1j]
    turn = np.vdot(one, other) / max(float(np.vdot(one, one).real), 1e-12)
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([linear, end - linear @ start])


def mirror(points: Points, flip: NDArray[np.int64]) -> Points:
    """Mirror a face left to right: each landmark keeps its name, the shape looks the other way.

    The axis is the middle of the placed points, so the face stays where it is. `flip` (N,): the
    index of each landmark's counterpart.
    """
    placed = points[np.isfinite(points).all(1)]
    if not len(placed):
        return points
    mirrored = points[flip].copy()
    mirrored[:, 0] = placed[:, 0].min() + placed[:, 0].max() - mirrored[:, 0]
    return mirrored


def falloff_weights(distance: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """How far neighbours follow a move, (N,) 1..0: 1 at distance 0, 0 from `radius` on.

    The falloff is smooth at both ends, so a contour bends without a kink.
    """
    near = np.clip(np.nan_to_num(distance, nan=np.inf) / max(radius, 1e-9), 0.0, 1.0)
    weight: NDArray[np.float64] = (1.0 - near**2) ** 2
    return weight


def relative_distances(shape: Points) -> NDArray[np.float64]:
    """Distance of every landmark from every other, (N, N), in units of the shape's size.

    The size is the square root of the area of its bounding box. NaN for absent landmarks.
    """
    placed = shape[np.isfinite(shape).all(1)]
    extent = np.ptp(placed, axis=0) if len(placed) else np.ones(2)
    size = max(float(np.sqrt(extent.prod())), float(extent.max()) * 0.2, 1e-9)
    apart: NDArray[np.float64] = np.linalg.norm(shape[:, None] - shape[None], axis=-1) / size
    return apart


def contour_tangent(
    points: Points, index: int, curves: Sequence[Sequence[int]]
) -> NDArray[np.float64] | None:
    """The direction (2,), of length 1, of the contour at one of its points; None off contours, or
    where the points beside it are absent or in one place."""
    for curve in curves:
        if index in curve:
            at = list(curve).index(index)
            beside = points[[curve[max(at - 1, 0)], curve[min(at + 1, len(curve) - 1)]]]
            along: NDArray[np.float64] = beside[1] - beside[0]
            length = float(np.hypot(*along))
            return along / length if np.isfinite(length) and length > 0 else None
    return None


def respace(line: Points) -> Points:
    """The points of a contour (K, 2) at even distances along it, its ends where they are.

    Absent points stay absent; the others are spread over the line through those that are placed.
    """
    placed = np.isfinite(line).all(axis=1)
    known = line[placed]
    if len(known) < 3:
        return line
    steps = np.hypot(*np.diff(known, axis=0).T)
    travelled = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, travelled[-1], len(known))
    spaced = line.copy()
    spaced[placed] = np.column_stack(
        [np.interp(wanted, travelled, known[:, axis]) for axis in (0, 1)]
    )
    spaced[np.flatnonzero(placed)[[0, -1]]] = known[[0, -1]]
    return spaced


def mean_shape(faces: Sequence[Points]) -> Points | None:
    """The mean of complete faces, each in units of its own bounding box, (N, 2); None without
    any."""
    shapes = []
    for points in faces:
        extent = np.ptp(points, axis=0)
        if np.isfinite(extent).all() and extent.min() > 0:
            shapes.append((points - points.min(0)) / np.sqrt(extent.prod()))
    return np.mean(shapes, axis=0) if shapes else None
