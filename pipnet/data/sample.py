"""One face to train on: a photo, landmarks and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, tight_box
from pipnet.data.crop import CropConvention


@dataclass(frozen=True, slots=True)
class Sample:
    """One face to train on.

    `points` (N, 2) image pixels, NaN where unlabelled. `boxes`: landmark boxes to crop by, one is
    drawn at random each time. `task`: a name of `pipnet.models.losses.TASKS`. `size`: (width,
    height) of the photo in pixels when it was labelled, None if not known. `is_pseudo`: whether the
    landmarks come from a network instead of a person. `weights` (N,): how much each landmark counts
    in the loss, 0 to 1; None for 1 everywhere.
    """

    image: Path
    points: NDArray[np.float64]
    boxes: tuple[Box, ...]
    task: str = "std"
    size: tuple[int, int] | None = None
    is_pseudo: bool = False
    weights: NDArray[np.float64] | None = None


def mean_face(samples: Sequence[Sample], convention: CropConvention) -> NDArray[np.float64]:
    """Mean of the landmarks in crop units, (N, 2), over the tight boxes of complete faces."""
    rows = []
    for item in samples:
        if np.isfinite(item.points).all():
            x, y, w, h = convention.crop_box(tight_box(item.points))
            rows.append((item.points - [x, y]) / [w, h])
    if not rows:
        raise ValueError(
            "no face has all its landmarks, so there is no mean face to compute; label every "
            "landmark of at least one face"
        )
    mean: NDArray[np.float64] = np.mean(rows, axis=0)
    return mean
