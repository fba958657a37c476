"""The authors' augmentation (their `data_utils.py`), on the crop as their preprocessing stores it.

Only what they draw and in which order is the same; the labels are not: theirs are truncated to
whole pixels and one pixel off, because `.pts` files count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from pipnet.data.boxes import Box
from pipnet.data.crop import CropConvention, transform, warp
from pipnet.training.augment import Bytes, Floats, Patch, in_crop

TRANSLATE, ROTATE, BLUR, OCCLUDE = 60, 30.0, 5.0, 0.4
"""Pixels of 256 from side to side, degrees either way, largest radius, largest share of a side."""


@dataclass(frozen=True, slots=True)
class PaperAugmentation:
    """Translation, occlusion, mirror, rotation, blur and grey, in this order."""

    def cut(self, image: Bytes, box: Box, convention: CropConvention) -> Patch:
        """The network's input: they augment the crop, and what leaves it comes back black."""
        matrix = convention.matrix(convention.crop_box(box))
        return warp(image, matrix, convention.side), matrix

    def sample(
        self,
        patch: Patch,
        points: Floats,
        box: Box,
        flip: NDArray[np.int64] | None,
        convention: CropConvention,
        rng: np.random.Generator,
    ) -> tuple[Bytes, Floats]:
        """See `pipnet.training.augment.Augmenter`; the crop is that of the patch, whatever the
        box."""
        image, side = patch[0].copy(), convention.side
        points_unit = in_crop(patch[1], points, convention)
        if rng.random() < 0.5:
            image, points_unit = _translate(image, points_unit, rng)
        if rng.random() < 0.5:
            _occlude(image, rng)
        if flip is not None and rng.random() < 0.5:
            image, points_unit = image[:, ::-1], (points_unit * [-1, 1] + [1, 0])[flip]
        if rng.random() < 0.5:
            angle, middle = rng.uniform(-ROTATE, ROTATE), (side - 1) / 2
            turn = np.asarray(cv2.getRotationMatrix2D((middle, middle), angle, 1), np.float64)
            rotated = cv2.warpAffine(
                np.ascontiguousarray(image), turn, (side, side), flags=cv2.INTER_NEAREST
            )
            image = np.asarray(rotated, np.uint8)
            points_unit = (transform(turn, points_unit * side - 0.5) + 0.5) / side
        if rng.random() < 0.3:
            blur = ImageFilter.GaussianBlur(rng.uniform(0, BLUR))
            image = np.asarray(Image.fromarray(np.ascontiguousarray(image)).filter(blur))
        if rng.random() < 0.2:
            image = np.repeat(np.asarray(Image.fromarray(image).convert("L"))[..., None], 3, 2)
        return np.ascontiguousarray(image), points_unit


def _translate(image: Bytes, points_unit: Floats, rng: np.random.Generator) -> tuple[Bytes, Floats]:
    """Whole pixels, black fill; the landmarks are then clamped to the crop."""
    side = len(image)
    dx, dy = (int((u - 0.5) * TRANSLATE * side / 256) for u in rng.random(2))
    moved = np.zeros_like(image)
    rows, columns = (slice(max(0, -d), side - max(0, d)) for d in (dy, dx))
    from_rows, from_columns = (slice(max(0, d), side - max(0, -d)) for d in (dy, dx))
    moved[rows, columns] = image[from_rows, from_columns]
    return moved, (points_unit - [dx / side, dy / side]).clip(0, 1)


def _occlude(image: Bytes, rng: np.random.Generator) -> None:
    """A rectangle, each channel of one value, never at the last ten rows and columns."""
    side = len(image)
    h, w = (int(side * OCCLUDE * u) for u in rng.random(2))
    left, top = (
        max(0, int((side - n - 10) * u)) for n, u in zip((w, h), rng.random(2), strict=True)
    )
    image[top : top + h, left : left + w] = (rng.random(3) * 255).astype(np.uint8)
