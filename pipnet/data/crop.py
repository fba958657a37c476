"""From a face box to the network's input and back, exactly.

Three frames: `points` in pixels of the upright image, (0, 0) the centre of its top-left pixel;
`points_crop` in pixels of the network input, likewise; `points_unit` in 0..1 across the crop's
extent (edge to edge), so `points_crop = points_unit * side - 0.5`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import BOX_KINDS, Box


@dataclass(frozen=True, slots=True)
class CropConvention:
    """How a box becomes the network's input; it travels inside the checkpoint.

    `side`: input width and height in pixels. `enlarge`: crop size over landmark box size.
    `square`: whether the crop keeps the aspect ratio (side = the longer one) or is stretched,
    as the authors do. `detected`: left, top, right, bottom of the landmark box as fractions of
    a detected box; measured on HELEN for YuNet-style detectors (quartiles within 0.05).
    `around`: which box the crop is made around: `landmarks`, tight around the landmarks, or
    `detected`, as a face detector gives it. `pixel_edge`: how far from the box the pixels are
    cut. The authors cut whole pixels (their left edge is half a pixel left of the pixel's
    centre) but count landmarks from the centre, so their checkpoints want -0.5; ours 0.
    """

    side: int = 256
    enlarge: float = 1.25
    square: bool = True
    detected: tuple[float, float, float, float] = (-0.01, 0.24, 1.02, 1.00)
    pixel_edge: float = 0.0
    around: str = "landmarks"

    def to_mapping(self) -> dict[str, Any]:
        """Plain values for a checkpoint's metadata."""
        return asdict(self)

    @staticmethod
    def from_mapping(data: Mapping[str, Any]) -> CropConvention:
        """Read what `to_mapping` gave."""
        return CropConvention(**{**data, "detected": tuple(data["detected"])})

    def landmark_box(self, box: Box, kind: str) -> Box:
        """The landmark box to expect for a box of this kind (one of `BOX_KINDS`).

        A box drawn by hand is taken like a detected one: people draw around the whole face.

        Raises:
            ValueError: another kind.
        """
        if kind not in BOX_KINDS:
            raise ValueError(f"a box must come from {', '.join(BOX_KINDS)}, not {kind!r}")
        if kind not in ("detected", "hand"):
            return box
        x, y, w, h = box
        left, top, right, bottom = self.detected
        return (x + left * w, y + top * h, (right - left) * w, (bottom - top) * h)

    def detected_box(self, box: Box) -> Box:
        """The box that a face detector is expected to give for a landmark box."""
        left, top, right, bottom = self.detected
        w, h = box[2] / (right - left), box[3] / (bottom - top)
        return (box[0] - left * w, box[1] - top * h, w, h)

    def crop_box(self, box: Box) -> Box:
        """The image area that becomes the input, from a box of the kind `around`.

        Raises:
            ValueError: the box has no size, or a number that is not finite.
        """
        x, y, w, h = box
        cx, cy = x + w / 2, y + h / 2
        if self.square:
            w = h = max(w, h)
        w, h = w * self.enlarge, h * self.enlarge
        if not (np.isfinite([cx, cy, w, h]).all() and w > 0 and h > 0):
            raise ValueError(f"a box must have finite numbers and a size above 0, not {box}")
        return (cx - w / 2, cy - h / 2, w, h)

    def area(self, box: Box, kind: str) -> Box:
        """The image area that becomes the input, from a box of this kind.

        Raises:
            ValueError: another kind, or a box without a size.
        """
        inner = self.landmark_box(box, kind)
        if self.around == "detected":
            inner = self.detected_box(box) if kind == "landmarks" else box
        enlarged = self.crop_box(inner)
        return box if kind == "crop" else enlarged

    def matrix(self, crop_box: Box) -> NDArray[np.float64]:
        """Affine (2, 3): points -> points_crop for this crop area."""
        x, y, w, h = crop_box
        x, y = x + self.pixel_edge, y + self.pixel_edge
        sx, sy = self.side / w, self.side / h
        return np.array([[sx, 0, -0.5 - x * sx], [0, sy, -0.5 - y * sy]], np.float64)


AUTHORS_CROP = CropConvention(enlarge=1.1, square=False, pixel_edge=-0.5)
"""How the authors' checkpoints were trained."""


def transform(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply an affine (2, 3) to points (..., 2)."""
    moved: NDArray[np.float64] = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def invert(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse affine (2, 3)."""
    return compose_inverse(np.array([[1.0, 0, 0], [0, 1, 0]]), matrix)


def compose_inverse(matrix: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """`matrix` after the inverse of `other`, all affine (2, 3)."""
    full = np.vstack([other, [0.0, 0.0, 1.0]])
    product: NDArray[np.float64] = np.vstack([matrix, [0.0, 0.0, 1.0]]) @ np.linalg.inv(full)
    return product[:2]


def warp(image: NDArray[np.uint8], matrix: NDArray[np.float64], side: int) -> NDArray[np.uint8]:
    """Cut a crop (side, side, 3) out of an image; outside is black.

    Areas of more than two image pixels an input pixel are averaged down first: plain bilinear
    sampling would skip most of a large face's pixels.
    """
    height, width = image.shape[:2]
    corners = np.array([[-0.5, -0.5], [side - 0.5, -0.5], [-0.5, side - 0.5], [side - 0.5] * 2])
    area = transform(invert(matrix), corners)
    x0, y0 = np.clip(np.floor(area.min(0)).astype(int) - 2, 0, [width, height])
    x1, y1 = np.clip(np.ceil(area.max(0)).astype(int) + 3, 0, [width, height])
    if x1 <= x0 or y1 <= y0:
        return np.zeros((side, side, 3), np.uint8)
    part = image[y0:y1, x0:x1]
    factor = int(1 / np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    # image pixel -> pixel of the part, shrunk by `factor`
    to_part = np.array([[1.0, 0, -float(x0)], [0, 1, -float(y0)]])
    if factor >= 2 and min(part.shape[:2]) >= 2 * factor:
        h, w = part.shape[0] // factor, part.shape[1] // factor
        part = np.asarray(
            cv2.resize(part[: h * factor, : w * factor], (w, h), interpolation=cv2.INTER_AREA),
            np.uint8,
        )
        shift = 0.5 / factor - 0.5
        to_part = np.array(
            [[1 / factor, 0, shift - x0 / factor], [0, 1 / factor, shift - y0 / factor]]
        )
    out = cv2.warpAffine(
        np.ascontiguousarray(part), compose_inverse(matrix, to_part), (side, side),
        flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT,
    )  # fmt: skip
    return np.asarray(out, np.uint8)


def cut(image: NDArray[np.uint8], area: Box, convention: CropConvention) -> NDArray[np.uint8]:
    """The network's input (side, side, 3) for a crop area of a photo.

    Whole pixels of the photo are resized as the authors do, where the convention is theirs: a warp
    samples on a coarser grid and darkens the outermost pixels, up to a fifth of a pixel in the end.
    """
    x, y, w, h = (int(v) for v in area)
    inside = x >= 0 and y >= 0 and x + w <= image.shape[1] and y + h <= image.shape[0]
    if convention.pixel_edge == AUTHORS_CROP.pixel_edge and inside and (x, y, w, h) == area:
        part = np.ascontiguousarray(image[y : y + h, x : x + w])
        return np.asarray(cv2.resize(part, (convention.side, convention.side)), np.uint8)
    return warp(image, convention.matrix(area), convention.side)
