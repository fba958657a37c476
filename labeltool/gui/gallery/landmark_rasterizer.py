"""Landmarks drawn into many small pictures at once.

A page of the gallery shows some ten thousand points; one call of a painter for each takes a tenth
of a second, these few array operations a fraction of that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.gui import theme

_DARK, _LIGHT = 18.0, 225.0  # greys of the outlines
_MOVED_COLOUR = np.array([255, 255, 255], np.float32)
_UNKNOWN_COLOUR = np.array([180, 180, 180], np.float32)

MIN_COVERAGE = 0.02
"""Of a pixel by a point; less is not drawn."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class PictureLandmarks:
    """The landmarks of one picture: `points` (N, 2) in its pixels from the outer corner, NaN where
    absent; `levels` (N,): expected errors as shares of the tolerance, or None; `moved` (N,), which
    points were placed by hand, or None."""

    points: NDArray[np.float64]
    levels: NDArray[np.float32] | None
    moved: NDArray[np.bool_] | None


def point_radius(side: int, count: int) -> float:
    """Radius in pixels of a point of `count` in a picture `side` pixels wide."""
    return min(max(0.075 * side / math.sqrt(max(1, count)), 0.9), 4.0)


def draw_landmarks(pictures: Sequence[Pixels], marks: Sequence[PictureLandmarks]) -> list[Pixels]:
    """Copies of pictures (S, S, 4) BGRX, all of one size, with their points drawn on.

    Discs coloured by expected error; white diamonds for points placed by hand. Large errors lie on
    top.
    """
    side = pictures[0].shape[0]
    most = max((len(mark.points) for mark in marks), default=0)
    size = point_radius(side, most)
    outline = 0.5 if size < 1.5 else 1.0
    reach = int(np.ceil(1.35 * size + outline)) + 1
    canvas = np.empty((len(pictures), side + 2 * reach, side + 2 * reach, 4), np.uint8)
    inner = slice(reach, reach + side)
    for place, picture in enumerate(pictures):
        canvas[place, inner, inner] = picture
    owner, points, colours, moved = _gather(marks, side)
    if len(points):
        steps = np.arange(-reach, reach + 1)
        dx, dy = (grid.ravel() for grid in np.meshgrid(steps, steps))
        near = np.hypot(dx, dy) <= 1.35 * size + outline + 1
        dx, dy = dx[near], dy[near]  # (K,)
        whole = np.floor(points).astype(np.intp)  # (P, 2)
        part = (points - whole - 0.5).astype(np.float32)
        across, down = dx - part[:, :1], dy - part[:, 1:]  # (P, K)
        distance = np.where(
            moved[:, None], (np.abs(across) + np.abs(down)) / 1.35, np.hypot(across, down)
        )
        width = side + 2 * reach
        first = (owner * width + whole[:, 1] + reach) * width + whole[:, 0] + reach
        at = first[:, None] + dy * width + dx  # (P, K)
        flat = canvas.reshape(-1, 4)
        # a dark point in a dark outline is invisible in hair, and small errors are dark
        grey = np.where(colours.mean(-1, keepdims=True) < 75, _LIGHT, _DARK).astype(np.float32)
        _blend(flat, at, np.clip(size + outline + 0.5 - distance, 0, 1), grey)
        _blend(flat, at, np.clip(size + 0.5 - distance, 0, 1), colours)
    return [np.ascontiguousarray(picture[inner, inner]) for picture in canvas]


def _gather(
    marks: Sequence[PictureLandmarks], side: int
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float32], NDArray[np.bool_]]:
    """All points inside the pictures, large errors last: picture, position, BGR colour, by hand."""
    counts = [len(mark.points) for mark in marks]
    total = sum(counts)
    owner = np.repeat(np.arange(len(marks)), counts)
    points = np.concatenate([mark.points for mark in marks] or [np.empty((0, 2))])
    levels, moved = np.full(total, np.nan, np.float32), np.zeros(total, bool)
    start = 0
    for mark, count in zip(marks, counts, strict=True):
        if mark.levels is not None and len(mark.levels) == count:
            levels[start : start + count] = mark.levels
        if mark.moved is not None:
            moved[start : start + count] = mark.moved
        start += count
    with np.errstate(invalid="ignore"):
        seen = ((points >= 0) & (points < side)).all(-1)  # NaN is not
    owner, points, levels, moved = owner[seen], points[seen], levels[seen], moved[seen]
    order = np.argsort(np.nan_to_num(levels, nan=-1.0), kind="stable")
    owner, points, levels, moved = owner[order], points[order], levels[order], moved[order]
    known = np.nan_to_num(np.clip(levels, 0, 1))
    colours = theme.error_table()[(known * 255).round().astype(np.intp)].astype(np.float32)
    colours[np.isnan(levels)] = _UNKNOWN_COLOUR
    colours[moved] = _MOVED_COLOUR
    return owner, points, colours[:, ::-1], moved


def _blend(
    flat: NDArray[np.uint8],
    at: NDArray[np.intp],
    coverage: NDArray[np.floating],
    colours: NDArray[np.float32],
) -> None:
    """Blend colours (P, 3) or greys (P, 1) into pixels `at` (P, K), by `coverage` (P, K) 0..1."""
    point, step = np.nonzero(coverage > MIN_COVERAGE)
    where = at[point, step]
    share = coverage[point, step][:, None]
    colour = colours[point]
    below = flat[where, :3]
    flat[where, :3] = (below + (colour - below) * share + 0.5).astype(np.uint8)
