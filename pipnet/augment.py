"""Random changes to a training sample that move pixels and landmarks together."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipnet.crop import Box, CropConvention, compose_inverse, transform, warp

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How strongly to change samples; all amounts are for the network input.

    `box_jitter`: standard deviation of each box side as a fraction of the box, covering the boxes
    of face detectors. `rotate`: degrees either way. `zoom`: standard deviation of the log of the
    scale. `mirror`, `colour`, `grey`, `blur`, `occlude`, `coarse`: probabilities.
    """

    box_jitter: float = 0.05
    rotate: float = 30.0
    zoom: float = 0.06
    colour: float = 0.7
    grey: float = 0.15
    blur: float = 0.2
    occlude: float = 0.4
    coarse: float = 0.15
    mirror: float = 0.5


NONE = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0)


def sample(
    patch: NDArray[np.uint8],
    patch_matrix: Floats,
    points: Floats,
    box: Box,
    flip: NDArray[np.int64] | None,
    convention: CropConvention,
    amount: Augmentation,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], Floats]:
    """One augmented sample: the input (side, side, 3) and points_unit (N, 2), NaN kept.

    Args:
        patch: pixels around the face; patch_matrix: affine (2, 3) from image pixels to its pixels.
        points: (N, 2) image pixels. box: the landmark box to crop by.
        flip: the scheme's mirror table, None for a scheme that cannot be mirrored.

    Translation, rotation, scale, mirror and crop are one affine warp, so pixels are sampled once.
    """
    side = convention.side
    matrix = convention.matrix(convention.crop_box(_jitter(box, amount.box_jitter, rng)))
    angle = rng.uniform(-amount.rotate, amount.rotate) if rng.random() < 0.7 else 0.0
    scale = float(np.exp(np.clip(rng.normal(0, amount.zoom), -0.25, 0.25))) if amount.zoom else 1.0
    centre = (side / 2 - 0.5, side / 2 - 0.5)
    matrix = _after(np.asarray(cv2.getRotationMatrix2D(centre, angle, scale), np.float64), matrix)
    mirrored = flip is not None and rng.random() < amount.mirror
    if mirrored:
        matrix = _after(np.array([[-1.0, 0, side - 1.0], [0, 1, 0]]), matrix)
    image = warp(patch, compose_inverse(matrix, patch_matrix), side)
    points_unit = (transform(matrix, points) + 0.5) / side
    if mirrored and flip is not None:
        points_unit = points_unit[flip]
    return _pixels(image, amount, rng), points_unit


def _after(second: Floats, first: Floats) -> Floats:
    full = np.vstack([first, [0.0, 0.0, 1.0]])
    product: Floats = np.asarray(second, np.float64) @ full
    return product


def _jitter(box: Box, amount: float, rng: np.random.Generator) -> Box:
    x, y, w, h = box
    left, top, right, bottom = (
        np.clip(rng.normal(0, amount, 4), -0.15, 0.15) if amount else [0.0] * 4
    )
    x0, y0, x1, y1 = x + left * w, y + top * h, x + w + right * w, y + h + bottom * h
    return (x0, y0, x1 - x0, y1 - y0)


def _pixels(
    image: NDArray[np.uint8], amount: Augmentation, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Colour, sharpness and occlusion."""
    side = image.shape[0]
    if rng.random() < amount.coarse:  # a small or strongly compressed photo
        small = int(rng.uniform(0.2, 0.6) * side)
        image = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
    if rng.random() < amount.blur:
        sigma = rng.uniform(0.3, 3.0)
        image = cv2.GaussianBlur(image, (0, 0), sigma)  # type: ignore[assignment]
    if rng.random() < amount.colour:
        image = _colour(image, rng)
    if rng.random() < amount.grey:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = np.repeat(grey[..., None], 3, 2).astype(np.uint8)
    if rng.random() < amount.occlude:
        h, w = (rng.uniform(0.05, 0.45, 2) * side).astype(int)
        y, x = (rng.random(2) * (side - np.array([h, w]))).astype(int)
        image = image.copy()
        if rng.random() < 0.5:
            image[y : y + h, x : x + w] = rng.integers(0, 256, 3)
        else:
            image[y : y + h, x : x + w] = rng.integers(0, 256, (h, w, 3), np.uint8)
    return image


def _colour(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Gamma, contrast, brightness and a tint by one table a channel, then saturation."""
    gamma, contrast = np.exp(rng.normal(0, 0.25)), np.exp(rng.normal(0, 0.2))
    ramp = (np.arange(256) / 255.0) ** gamma
    channels = []
    for _ in range(3):
        gain, shift = np.exp(rng.normal(0, 0.06)), rng.normal(0, 0.02)
        channels.append(((ramp - 0.5) * contrast + 0.5) * gain + shift)
    level = rng.normal(0, 0.08)
    table = np.clip((np.stack(channels, -1) + level) * 255, 0, 255).astype(np.uint8)  # (256, 3)
    out = cv2.LUT(image, table[None])
    saturation = float(np.clip(rng.normal(1, 0.3), 0, 2))
    grey = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.addWeighted(out, saturation, grey, 1 - saturation, 0), np.uint8)
