"""The rows of YOLO-pose: how many values a landmark has, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipnet.data.coco import LabelError
from pipnet.formats.label_file import ABSENT, seen_where_placed

_MUCH_CLOSER = 0.5
"""A row is a prediction if its landmarks lie this much closer together then: the share of their
variance when taken for labels without visibility."""


_OFF_CENTRE = 0.35
"""Rows are outlines if the first corner, taken for a box's centre, is further than this from the
middle of the others, in shares of their extent; a corner on the boundary is about a half away."""

_NEAR_SHARE = 0.5
"""The share of such rows whose second corner must lie near the others."""

_MIN_CORNERS = 30
"""Corners of all rows together; of fewer it cannot be told."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What follows the box: `values` of each landmark, 2 or 3; `has_score`: the last number is the
    confidence of the box."""

    values: int
    has_score: bool = False


def layout_of(rows: NDArray[np.float64], shape: tuple[int, int] | None) -> Layout | None:
    """The layout of rows of equal length, (R, M) values after the box; None if none fits.

    `shape`: landmarks and values of each, as the YAML file says. Without it, x, y and visibility if
    each third value is 0, 1 or 2; else x and y, or a prediction with confidences: of these the one
    whose landmarks lie closest together, because others mix x, y and confidence.
    """
    total = rows.shape[1]
    if shape is not None and shape[0] * shape[1] == total:
        return Layout(shape[1])
    if shape is not None and shape[0] * shape[1] + 1 == total and _are_shares(rows[:, -1]):
        return Layout(shape[1], has_score=True)
    if total % 3 == 0 and np.isin(rows[:, 2::3], (0, 1, 2)).all():
        return Layout(3)
    spread = {
        Layout(values, bool(extra)): _spread(
            rows[:, : total - extra].reshape(len(rows), -1, values)
        )
        for values in (2, 3)
        for extra in (0, 1)
        if total % values == extra
        and total >= values
        and (values == 2 or _are_confidences(rows[:, : total - extra]))
        and (not extra or _are_shares(rows[:, -1]))
    }
    several = {layout: found for layout, found in spread.items() if total >= 2 * layout.values}
    spread = several or spread  # of one landmark there is no variance
    if not spread:
        return None
    closest = min(spread, key=lambda layout: spread[layout])
    plain = Layout(2)
    if plain in spread and spread[closest] > _MUCH_CLOSER * spread[plain]:
        return plain
    return closest


def _are_confidences(rows: NDArray[np.float64]) -> bool:
    """Whether each third value could be a confidence: predictions have no place or a whole one."""
    landmarks = rows.reshape(-1, 3)
    has_half = (landmarks[:, 0] == 0) != (landmarks[:, 1] == 0)
    return _are_shares(landmarks[:, 2]) and not has_half.any()


def _are_shares(values: NDArray[np.float64]) -> bool:
    """Whether all could be confidences."""
    return bool(((values >= 0) & (values <= 1)).all())


def _spread(landmarks: NDArray[np.float64]) -> float:
    """The mean variance of x and y of the placed landmarks (R, K, 2 or 3) in their rows."""
    points = np.where((landmarks[..., :2] == 0).all(-1, keepdims=True), np.nan, landmarks[..., :2])
    rows = points[np.isfinite(points[..., 0]).sum(1) > 1]
    return float(np.nanvar(rows, axis=1).mean()) if len(rows) else 0.0


def landmarks_of(
    values: Sequence[float], layout: Layout, place: str
) -> tuple[NDArray[np.float64], NDArray[np.int8], float | None]:
    """Points (K, 2), their visibility (K,), and the score of a prediction.

    Raises:
        LabelError: a visibility is none; names `place`.
    """
    score = float(values[-1]) if layout.has_score else None
    rows = np.array(values[: len(values) - layout.has_score], np.float64)
    rows = rows.reshape(-1, layout.values)
    points = rows[:, :2].copy()
    stated = rows[:, 2] if layout.values == 3 else np.empty(0)
    if len(stated) and score is None and np.isin(stated, (0, 1, 2)).all():
        visibility = stated.astype(np.int8)
    elif not _are_shares(stated):
        raise LabelError(f"{place}: the visibility of a landmark must be 0, 1 or 2.")
    else:
        points[(points == 0).all(axis=1)] = np.nan
        visibility = seen_where_placed(points)
        if score is None and len(stated):
            score = float(stated.mean())
    points[visibility == ABSENT] = np.nan
    return points, visibility, score


def are_outlines(rows: NDArray[np.float64]) -> bool:
    """Whether rows of equal length, (R, M) values after the class, are corners of outlines.

    A row of segmentation has no box: what would be its centre and its size are two more corners,
    near the others and on their boundary.
    """
    if rows.shape[1] % 2 or rows.shape[1] < 10 or rows.size < 2 * _MIN_CORNERS:
        return False
    corners = rows.reshape(len(rows), -1, 2)
    first, second, others = corners[:, 0], corners[:, 1], corners[:, 2:]
    low, high = others.min(1), others.max(1)
    extent = np.maximum(high - low, 1e-9)
    off_centre = (np.abs(first - (low + high) / 2) / extent).max(1)
    is_near = (np.abs(second - (low + high) / 2) <= extent).all(1)
    return bool(np.median(off_centre) > _OFF_CENTRE and is_near.mean() > _NEAR_SHARE)


def is_turned_box(numbers: Sequence[float]) -> bool:
    """Whether eight numbers are the corners of a turned box (OBB)."""
    corners = np.array(numbers, np.float64).reshape(4, 2)
    sides = np.abs(corners[1] - corners[0]).max(), np.abs(corners[3] - corners[0]).max()
    gap = np.abs(corners[0] + corners[2] - corners[1] - corners[3]).max()
    return bool(min(sides) > 0 and gap <= 0.01 * min(sides))
