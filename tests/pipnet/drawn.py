"""Drawn faces of five points, so that tests need no photos."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.adjustment import Adjustment
from pipnet.data.scheme import Scheme

FIVE = Scheme(
    "five",
    ("left eye", "right eye", "nose", "left mouth", "right mouth"),
    edges=((0, 1), (3, 4)),
    flip=(1, 0, 2, 4, 3),
    curves=((3, 2, 4),),
    nme_pair=(0, 1),
    regions={"eyes": (0, 1), "rest": (2, 3, 4)},
)
FACE = np.array([[0.2, 0.2], [0.8, 0.25], [0.5, 0.55], [0.3, 0.85], [0.75, 0.8]])
COLOURS = ((255, 60, 60), (60, 255, 60), (90, 90, 255), (255, 255, 60), (255, 60, 255))


def made_up_adjustment(landmarks: int = 5) -> Adjustment:
    """One that moves every landmark in its own way, by what the shape is."""
    rng = np.random.default_rng(11)
    shape, size = (landmarks, 2), 2 * landmarks
    return Adjustment(
        rng.normal(size=shape), 0.1 * rng.normal(size=shape), 0.05 * rng.normal(size=(size, size)),
        faces=40,
    )  # fmt: skip


def draw(
    points: NDArray[np.float64], size: tuple[int, int], radius: float = 3.0
) -> NDArray[np.uint8]:
    """Dark picture (height, width) with a soft coloured spot at each point."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    image = np.full((*size, 3), 20.0)
    for (x, y), colour in zip(points, COLOURS, strict=False):
        spot = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius**2))[..., None]
        image += spot * (np.array(colour) - 20.0)
    return np.clip(image.round(), 0, 255).astype(np.uint8)
