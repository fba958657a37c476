"""Random changes to a training sample that move pixels and landmarks together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box
from pipnet.data.crop import CropConvention, compose_inverse, transform, warp

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Patch = tuple[Bytes, Floats]
"""Pixels around a face (H, W, 3) and the affine (2, 3) from image pixels to theirs."""

PATCH_ENLARGE = 1.6
"""Patch size over crop size: room for rotation, jitter and zoom."""


class Augmenter(Protocol):
    """A way to turn a face into training samples."""

    def cut(self, image: Bytes, box: Box, convention: CropConvention) -> Patch:
        """The pixels around a face from which its samples are warped; cached between epochs."""
        ...

    def sample(
        self,
        patch: Patch,
        points: Floats,
        box: Box,
        flip: NDArray[np.int64] | None,
        convention: CropConvention,
        rng: np.random.Generator,
    ) -> tuple[Bytes, Floats]:
        """One augmented sample: the input (side, side, 3) and points_unit (N, 2), NaN kept.

        Args:
            points: (N, 2) image pixels. box: the landmark box to crop by.
            flip: the scheme's mirror table, None for a scheme that cannot be mirrored.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What was drawn for one sample.

    `matrix`: affine (2, 3) from image pixels to points_crop. `small`: the side that the input is
    shrunk to and enlarged again; `sigma`: of the blur, pixels; `table` (256, 3): new byte for each
    byte and channel; `saturation`: 0 grey to 2; `hole`: top, left and the pixels put there. None
    where nothing is done.
    """

    matrix: Floats
    mirrored: bool
    small: int | None
    sigma: float | None
    table: Bytes | None
    saturation: float
    grey: bool
    hole: tuple[int, int, Bytes] | None

    def place(
        self, points: Floats, flip: NDArray[np.int64] | None, convention: CropConvention
    ) -> Floats:
        """Landmarks (N, 2) in image pixels -> points_unit, in the scheme's order."""
        return self.reorder(in_crop(self.matrix, points, convention), flip)

    def reorder(self, values: Floats, flip: NDArray[np.int64] | None) -> Floats:
        """Values of landmarks (N, ...) in the order that they have after the change."""
        return values[flip] if self.mirrored and flip is not None else values


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How strongly to change samples; all amounts are for the network input.

    `box_jitter`: standard deviation of each box side as a fraction of the box, covering the boxes
    of face detectors. `rotate`: degrees either way. `zoom`: standard deviation of the log of the
    scale. `mirror`, `colour`, `grey`, `blur`, `occlude`, `coarse`: probabilities.

    Translation, rotation, scale, mirror and crop are one affine warp, so pixels are sampled once.
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

    def cut(self, image: Bytes, box: Box, convention: CropConvention) -> Patch:
        """The pixels around a face with room for augmentation.

        Never finer than the photo, and never finer than the network input needs.
        """
        wide = CropConvention(
            enlarge=convention.enlarge * PATCH_ENLARGE, side=round(convention.side * PATCH_ENLARGE)
        )
        area = wide.crop_box(box)
        if area[2] < wide.side:
            wide = CropConvention(side=max(32, round(area[2])), enlarge=wide.enlarge)
        matrix = wide.matrix(area)
        return warp(image, matrix, wide.side), matrix

    def draw(
        self, box: Box, can_mirror: bool, convention: CropConvention, rng: np.random.Generator
    ) -> Change:
        """Decide by chance what happens to a sample."""
        side = convention.side
        matrix = convention.matrix(convention.crop_box(_jitter_box(box, self.box_jitter, rng)))
        angle = rng.uniform(-self.rotate, self.rotate) if rng.random() < 0.7 else 0.0
        scale = float(np.exp(np.clip(rng.normal(0, self.zoom), -0.25, 0.25))) if self.zoom else 1.0
        centre = (side / 2 - 0.5, side / 2 - 0.5)
        turn = np.asarray(cv2.getRotationMatrix2D(centre, angle, scale), np.float64)
        matrix = _compose(turn, matrix)
        mirrored = can_mirror and rng.random() < self.mirror
        if mirrored:
            matrix = _compose(np.array([[-1.0, 0, side - 1.0], [0, 1, 0]]), matrix)
        # small: as if from a small or strongly compressed photo
        small = int(rng.uniform(0.2, 0.6) * side) if rng.random() < self.coarse else None
        sigma = rng.uniform(0.3, 3.0) if rng.random() < self.blur else None
        table, saturation = _colours(rng) if rng.random() < self.colour else (None, 1.0)
        grey = bool(rng.random() < self.grey)
        hole = _hole(side, rng) if rng.random() < self.occlude else None
        return Change(matrix, mirrored, small, sigma, table, saturation, grey, hole)

    def sample(
        self,
        patch: Patch,
        points: Floats,
        box: Box,
        flip: NDArray[np.int64] | None,
        convention: CropConvention,
        rng: np.random.Generator,
    ) -> tuple[Bytes, Floats]:
        """See `Augmenter`."""
        change = self.draw(box, flip is not None, convention, rng)
        image = apply(change, patch, convention.side)
        return image, change.place(points, flip, convention)


NONE = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0)


def in_crop(matrix: Floats, points: Floats, convention: CropConvention) -> Floats:
    """Landmarks (N, 2) in image pixels -> points_unit, for an affine from image to points_crop."""
    # crops are offset by `pixel_edge` from the origin of the landmarks
    points_unit: Floats = (transform(matrix, points + convention.pixel_edge) + 0.5) / (
        convention.side
    )
    return points_unit


def apply(change: Change, patch: Patch, side: int) -> Bytes:
    """The changed input (side, side, 3)."""
    image = warp(patch[0], compose_inverse(change.matrix, patch[1]), side)
    if change.small is not None:
        size = (change.small, change.small)
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
    if change.sigma is not None:
        image = cv2.GaussianBlur(image, (0, 0), change.sigma)  # type: ignore[assignment]
    if change.table is not None:
        image = cv2.LUT(image, change.table[None])  # type: ignore[assignment]
        grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        image = cv2.addWeighted(image, change.saturation, grey, 1 - change.saturation, 0)  # type: ignore[assignment]
    if change.grey:
        image = np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, 2).astype(np.uint8)
    if change.hole is not None:
        top, left, filling = change.hole
        image = image.copy()
        image[top : top + len(filling), left : left + filling.shape[1]] = filling
    return image


def _compose(second: Floats, first: Floats) -> Floats:
    full = np.vstack([first, [0.0, 0.0, 1.0]])
    product: Floats = np.asarray(second, np.float64) @ full
    return product


def _jitter_box(box: Box, amount: float, rng: np.random.Generator) -> Box:
    x, y, w, h = box
    left, top, right, bottom = (
        np.clip(rng.normal(0, amount, 4), -0.15, 0.15) if amount else [0.0] * 4
    )
    x0, y0, x1, y1 = x + left * w, y + top * h, x + w + right * w, y + h + bottom * h
    return (x0, y0, x1 - x0, y1 - y0)


def _hole(side: int, rng: np.random.Generator) -> tuple[int, int, Bytes]:
    """A rectangle of one colour or of noise."""
    h, w = (rng.uniform(0.05, 0.45, 2) * side).astype(int)
    top, left = (rng.random(2) * (side - np.array([h, w]))).astype(int)
    if rng.random() < 0.5:
        filling = np.broadcast_to(rng.integers(0, 256, 3, np.uint8), (h, w, 3))
    else:
        filling = rng.integers(0, 256, (h, w, 3), np.uint8)
    return int(top), int(left), filling


def _colours(rng: np.random.Generator) -> tuple[Bytes, float]:
    """Gamma, contrast, brightness and a tint as one table (256, 3), and a saturation."""
    gamma, contrast = np.exp(rng.normal(0, 0.25)), np.exp(rng.normal(0, 0.2))
    ramp = (np.arange(256) / 255.0) ** gamma
    channels = []
    for _ in range(3):
        gain, shift = np.exp(rng.normal(0, 0.06)), rng.normal(0, 0.02)
        channels.append(((ramp - 0.5) * contrast + 0.5) * gain + shift)
    level = rng.normal(0, 0.08)
    table = np.clip((np.stack(channels, -1) + level) * 255, 0, 255).astype(np.uint8)
    return table, float(np.clip(rng.normal(1, 0.3), 0, 2))
