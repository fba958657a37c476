"""Augmentation of whole batches on a GPU: what `pipnet.training.augment.apply` does, with torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from pipnet.data.crop import compose_inverse
from pipnet.data.normalisation import MEAN, STD
from pipnet.training.augment import Change, Patch

BLUR_RADIUS_PIXELS = 9
"""Half the blur kernel: three times the largest sigma."""
GREY_WEIGHTS = (0.299, 0.587, 0.114)
"""Weights of red, green and blue (ITU-R BT.601), as OpenCV has them."""


def augment(
    patches: Sequence[Patch], changes: Sequence[Change], side: int, device: torch.device
) -> Tensor:
    """The normalised inputs of a batch, (B, 3, side, side) float32 on the device.

    Pixels are those of `apply` up to rounding; landmarks come from `Change.place`.
    """
    images = _warp(patches, changes, side, device)  # (B, 3, S, S), 0..255
    for row, change in enumerate(changes):
        if change.small is not None:
            small = F.interpolate(images[row, None], (change.small,) * 2, mode="area")
            images[row] = F.interpolate(small, (side, side), mode="bilinear")[0]
    rows = [row for row, change in enumerate(changes) if change.sigma is not None]
    if rows:
        images[rows] = _blur(images[rows], [changes[row].sigma or 1.0 for row in rows])
    rows = [row for row, change in enumerate(changes) if change.table is not None]
    if rows:
        tables = np.stack([t for row in rows if (t := changes[row].table) is not None])
        images[rows] = _colour(
            images[rows], torch.from_numpy(tables).to(device),
            torch.tensor([changes[row].saturation for row in rows], device=device),
        )  # fmt: skip
    rows = [row for row, change in enumerate(changes) if change.grey]
    if rows:
        images[rows] = _grey(images[rows]).expand(-1, 3, -1, -1)
    for row, change in enumerate(changes):
        if change.hole is not None:
            top, left, filling = change.hole
            h, w = filling.shape[:2]
            pixels = torch.from_numpy(np.ascontiguousarray(filling)).to(device)
            images[row, :, top : top + h, left : left + w] = pixels.permute(2, 0, 1).float()
    mean, std = (torch.from_numpy(v * 255).to(device)[:, None, None] for v in (MEAN, STD))
    return (images - mean) / std


def _warp(
    patches: Sequence[Patch], changes: Sequence[Change], side: int, device: torch.device
) -> Tensor:
    size = max(len(pixels) for pixels, _ in patches)
    stack = np.zeros((len(patches), size, size, 3), np.uint8)
    back = np.zeros((len(patches), 2, 3))
    for row, ((pixels, matrix), change) in enumerate(zip(patches, changes, strict=True)):
        stack[row, : len(pixels), : pixels.shape[1]] = pixels
        # points_crop -> pixels of the patch
        back[row] = compose_inverse(matrix, change.matrix)
    images = torch.from_numpy(stack).to(device).permute(0, 3, 1, 2).float()  # (B, 3, P, P)
    affine = torch.from_numpy(back).to(device, torch.float32)
    axis = torch.arange(side, device=device, dtype=torch.float32)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    homogeneous = torch.stack([x, y, torch.ones_like(x)], -1)  # (S, S, 3)
    at = torch.einsum("ijk,blk->bijl", homogeneous, affine)  # (B, S, S, 2) pixels of the patch
    return F.grid_sample(images, (at + 0.5) * (2 / size) - 1, align_corners=False)


def _blur(images: Tensor, sigmas: Sequence[float]) -> Tensor:
    offsets = torch.arange(
        -BLUR_RADIUS_PIXELS, BLUR_RADIUS_PIXELS + 1, device=images.device, dtype=torch.float32
    )
    kernel = torch.exp(
        -(offsets**2) / (2 * torch.tensor(sigmas, device=images.device)[:, None] ** 2)
    )
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0)  # (B*3, K)
    count, _, side, _ = images.shape
    planes = images.reshape(1, count * 3, side, side)
    padded = F.pad(
        planes,
        (BLUR_RADIUS_PIXELS, BLUR_RADIUS_PIXELS, BLUR_RADIUS_PIXELS, BLUR_RADIUS_PIXELS),
        mode="reflect",
    )
    rows = F.conv2d(padded, kernel[:, None, :, None], groups=count * 3)
    return F.conv2d(rows, kernel[:, None, None, :], groups=count * 3).view_as(images)


def _colour(images: Tensor, tables: Tensor, saturation: Tensor) -> Tensor:
    """`images` (B, 3, S, S), `tables` (B, 256, 3), `saturation` (B,)."""
    index = images.round().clamp(0, 255).long().flatten(2)  # (B, 3, S*S)
    looked_up = tables.permute(0, 2, 1).float().gather(2, index).view_as(images)
    share = saturation[:, None, None, None]
    return (share * looked_up + (1 - share) * _grey(looked_up)).clamp(0, 255)


def _grey(images: Tensor) -> Tensor:
    weights = torch.tensor(GREY_WEIGHTS, device=images.device)[:, None, None]
    return (images * weights).sum(1, keepdim=True)
