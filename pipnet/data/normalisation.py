"""Pixels as the networks take them. Loads torch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
"""ImageNet's colour statistics, RGB 0..1: what the backbones were trained on."""


def normalise(images: NDArray[np.uint8], device: torch.device | None = None) -> Tensor:
    """(B, S, S, 3) RGB bytes -> (B, 3, S, S) float32 in channels-last order, ImageNet's
    normalisation."""
    pixels = torch.from_numpy(images).to(device).float()  # (B, S, S, 3)
    # rows as one axis: three numbers at a time are four times as slow
    rows, side = pixels.flatten(2), pixels.shape[2]  # (B, S, S*3)
    mean, std = (torch.from_numpy(v * 255).repeat(side).to(rows.device) for v in (MEAN, STD))
    rows.sub_(mean).div_(std)
    return pixels.permute(0, 3, 1, 2)
