"""What plain geometry says of faces: outside, in one place, crossed, an eye outside, a wrong box.

Distances are shares of a face's size: the scheme's norm, and where that is missing or shortened by
the pose at least a third of the root of the area of the landmarks' box.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from labeltool.checks.rearrangements import contours
from labeltool.checks.shape_model import Floats
from pipnet.data.boxes import SAME_FACE_OVERLAP
from pipnet.data.scheme import Scheme
from pipnet.evaluation.metrics import norm_distance

MIN_OUTSIDE_SHARE = 0.03
"""How far beyond the photo's edge a landmark is outside; labels end at the edge, give or take."""

SAME_PLACE_SHARE = 0.004
"""Landmarks this near to each other are in one place, unless that is usual for the two."""

USUALLY_NEAR_SHARE = 0.03
"""Landmarks nearer than this in some faces may be in one place."""

MIN_APART_SHARE = 0.08
"""How far apart the shape must expect two landmarks for one place to be an error."""

USUAL_SHARE = 0.01
"""What more than this share of faces has is usual: closed lips touch and cross."""

MIN_CROSSING_SHARE = 0.03
"""How far beyond each other lines must reach to cross."""

CHUNK_FACES = 64
"""Faces whose lines are compared at once."""

MIN_EYE_SHARE = 0.08
"""How far an eye's centre must lie beyond the outline of the other landmarks."""

MIN_BOX_OVERLAP = 0.3
"""Overlap below which the landmarks and the place that the box expects for them are apart."""

DUPLICATE_SHARE = 0.5
"""Mean distance of the landmarks below which overlapping faces are one."""

Bools = NDArray[np.bool_]


def sizes(points: Floats, scheme: Scheme) -> Floats:
    """The size (F,) of faces (F, N, 2); NaN without two landmarks."""
    with np.errstate(invalid="ignore"):
        placed = np.isfinite(points).all(-1, keepdims=True)
        low = np.where(placed, points, np.inf).min(1)
        high = np.where(placed, points, -np.inf).max(1)
        extent = np.where(np.isfinite(high - low), high - low, np.nan)
        root = np.sqrt(np.maximum(extent, extent.max(-1, keepdims=True) / 4).prod(-1))
        norm = norm_distance(points, scheme) if scheme.nme_pair is not None else root * 0.4
    size: Floats = np.fmax(norm, root / 3)
    return np.where(size > 0, size, np.nan)


def outside(points: Floats, photo_sizes: Floats, size: Floats) -> Bools:
    """Landmarks (F, N) outside of their photo; `photo_sizes` (F, 2) are width and height, 0 where
    unknown."""
    beyond = np.maximum(-0.5 - points, points - (photo_sizes[:, None] - 0.5)).max(-1)
    known = np.asarray((photo_sizes > 0).all(-1))
    with np.errstate(invalid="ignore"):
        far: Bools = beyond > np.maximum(MIN_OUTSIDE_SHARE * size, 1.0)[:, None]
    return np.logical_and(far, known[:, None])


def same_place(
    points: Floats, size: Floats, usual: Bools | None = None
) -> list[list[tuple[int, int]]]:
    """The pairs of landmarks of each face that are in one place.

    `usual` (N, N): pairs that often are near each other, and do not count.
    """
    first, second = np.triu_indices(points.shape[1], 1)
    if usual is not None:
        kept = ~usual[first, second]
        first, second = first[kept], second[kept]
    found = []
    for face, span in zip(points, size, strict=True):
        with np.errstate(invalid="ignore"):
            apart = np.abs(face[first] - face[second]).max(-1)
            near = np.flatnonzero(apart <= SAME_PLACE_SHARE * span)
        found.append([(int(first[k]), int(second[k])) for k in near])
    return found


def usually_near(points: Floats, size: Floats) -> Bools:
    """Pairs (N, N) of landmarks that some of these faces have near each other, such as lips."""
    first, second = np.triu_indices(points.shape[1], 1)
    apart = np.linalg.norm(points[:, first] - points[:, second], axis=-1) / size[:, None]
    near = np.zeros((points.shape[1],) * 2, bool)
    near[first, second] = np.nanquantile(apart, 2 * USUAL_SHARE, axis=0) < USUALLY_NEAR_SHARE
    return near


def edge_pairs(scheme: Scheme) -> NDArray[np.int64]:
    """Pairs of lines that share no landmark, (K, 4): the ends of one, and of the other."""
    pairs = [
        (*one, *other)
        for one, other in itertools.combinations(scheme.edges, 2)
        if len({*one, *other}) == 4
    ]
    return np.array(pairs, np.int64).reshape(-1, 4)


def crossings(points: Floats, size: Floats, pairs: NDArray[np.int64]) -> Floats:
    """How deep the lines of each pair cross, (F, K) shares of the size; 0 where they do not.

    The depth is the shortest way to move an end of a line across the other one.
    """
    depths = np.zeros((len(points), len(pairs)))
    for start in range(0, len(points), CHUNK_FACES):  # or 2,000 faces would take a gigabyte
        some = slice(start, start + CHUNK_FACES)
        depths[some] = _crossing_depths(points[some], size[some], pairs)
    return depths


def _crossing_depths(points: Floats, size: Floats, pairs: NDArray[np.int64]) -> Floats:
    a, b, c, d = (points[:, pairs[:, place]] for place in range(4))  # (F, K, 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        cd, ab = d - c, b - a
        side_a, side_b = _cross(cd, a - c), _cross(cd, b - c)
        side_c, side_d = _cross(ab, c - a), _cross(ab, d - a)
        is_crossing = (side_a * side_b < 0) & (side_c * side_d < 0)
        on_cd = np.minimum(abs(side_a), abs(side_b)) / np.linalg.norm(cd, axis=-1)
        on_ab = np.minimum(abs(side_c), abs(side_d)) / np.linalg.norm(ab, axis=-1)
        depth = np.minimum(on_cd, on_ab) / size[:, None]
    return np.where(is_crossing, depth, 0.0)


def _cross(one: Floats, other: Floats) -> Floats:
    result: Floats = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return result


def eyes(scheme: Scheme) -> tuple[tuple[int, ...], ...]:
    """The landmarks of each eye: its pupil points, or the contour of an end of the NME pair in a
    region called eyes; empty where the scheme does not say."""
    if scheme.pupils:
        by_landmark = {k: part for part in contours(scheme) for k in part}
        return tuple(
            by_landmark.get(group[0], group) if len(group) > 1 else group for group in scheme.pupils
        )
    named = {k for name, row in scheme.regions.items() if "eye" in name.casefold() for k in row}
    return tuple(part for part in contours(scheme) if named.issuperset(part))


def eyes_outside(points: Floats, size: Floats, groups: Sequence[Sequence[int]]) -> Bools:
    """Eyes (F, E) whose centre lies outside of the outline of all landmarks that are no eye's."""
    found = np.zeros((len(points), len(groups)), bool)
    others = np.setdiff1d(np.arange(points.shape[1]), [k for group in groups for k in group])
    for row, (face, span) in enumerate(zip(points, size, strict=True)):
        rest = face[others][np.isfinite(face[others]).all(-1)]
        if len(rest) < 3 or not np.isfinite(span):
            continue
        outline = cv2.convexHull(rest.astype(np.float32))
        for place, group in enumerate(groups):
            centre = face[list(group)].mean(0)
            if np.isfinite(centre).all():
                inward = cv2.pointPolygonTest(outline, (float(centre[0]), float(centre[1])), True)
                found[row, place] = inward < -MIN_EYE_SHARE * span
    return found


def tight_boxes(points: Floats) -> Floats:
    """The boxes (F, 4) of faces, x, y, width and height; NaN without a landmark."""
    placed = np.asarray(np.isfinite(points).all(-1, keepdims=True))
    low = np.where(placed, points, np.inf).min(1)
    high = np.where(placed, points, -np.inf).max(1)
    box = np.concatenate([low, np.maximum(high - low, 1e-6)], 1)
    return np.where(placed.any(1), box, np.nan)


def overlaps(boxes: Floats, others: Floats) -> Floats:
    """Intersection over union (F,) of boxes (F, 4) with others; NaN where one is unknown."""
    low = np.maximum(boxes[:, :2], others[:, :2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:])
    both = np.maximum(high - low, 0).prod(-1)
    share: Floats = both / (boxes[:, 2:].prod(-1) + others[:, 2:].prod(-1) - both)
    return share


def duplicates(points: Floats, size: Floats, photos: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Pairs of places of faces on one photo that are the same face, the later one first.

    A face that is the same as several earlier ones is paired with the first of them alone.
    """
    boxes = tight_boxes(points)
    found = dict[int, int]()
    for photo, start, count in _runs(photos):
        del photo
        for one, other in itertools.combinations(range(start, start + count), 2):
            if not overlaps(boxes[one : one + 1], boxes[other : other + 1])[0] >= SAME_FACE_OVERLAP:
                continue
            distance = np.linalg.norm(points[one] - points[other], axis=-1)
            span = np.fmin(size[one], size[other])
            if np.nanmean(distance) <= DUPLICATE_SHARE * span:
                found.setdefault(other, one)
    return list(found.items())


def _runs(photos: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Runs of equal numbers that are longer than one: number, start, length."""
    starts = np.flatnonzero(np.diff(photos, prepend=photos[:1] - 1) != 0)
    lengths = np.diff(starts, append=len(photos))
    return [
        (int(photos[start]), int(start), int(length))
        for start, length in zip(starts, lengths, strict=True)
        if length > 1
    ]


def contradictory(points: Floats, stated: NDArray[np.int8], is_stated: Bools) -> Bools:
    """Landmarks (F, N) that are placed though `stated` absent, or not placed though visible.

    `is_stated` (F,): faces whose visibility somebody said.
    """
    placed = np.isfinite(points).all(-1)
    differs: Bools = (placed != (stated > 0)) & is_stated[:, None]
    return differs
