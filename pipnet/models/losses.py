"""The training losses: PIPNet's (the authors' `compute_loss_pip` and its GSSL form, for the
curriculum), and those of coordinate and heatmap regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from pipnet.models.heads import Coordinates, Heatmaps, Maps, Output
from pipnet.models.neighbours import Neighbours

TASKS = ("std", "cls1", "cls2", "cls3")
"""What a sample trains: everything; only the fine score map; only the one of twice the stride; only
the one of four times the stride (self-training with curriculum, easiest last)."""


class Losses(NamedTuple):
    """Unweighted terms, each a scalar."""

    score: Tensor
    x: Tensor
    y: Tensor
    nb_x: Tensor
    nb_y: Tensor

    def total(self, score_weight: float = 10.0) -> Tensor:
        """Weighted sum; 10 brings the score term to the scale of the offsets."""
        return score_weight * self.score + self.x + self.y + self.nb_x + self.nb_y


class PlainLoss(NamedTuple):
    """The one loss term of coordinate or heatmap regression."""

    error: Tensor

    def total(self) -> Tensor:
        """The term itself."""
        return self.error


class TargetBatch(NamedTuple):
    """Targets on the device. `points` (B, N, 2) in crop units, NaN where unlabelled; `tasks` (B,)
    indices into `TASKS`; `weights` (B, N): how much each landmark counts, None for 1 everywhere."""

    points: Tensor
    tasks: Tensor
    weights: Tensor | None = None

    def counts(self) -> Tensor:
        """How much each landmark counts, (B, N): its weight, 0 where it is unlabelled."""
        known = torch.isfinite(self.points).all(-1).to(torch.float32)  # (B, N)
        return known if self.weights is None else known * self.weights


def losses(maps: Maps, batch: TargetBatch, table: Neighbours) -> Losses:
    """The five loss terms of a batch.

    The score term is the squared error over every cell of every map that a sample's task trains,
    divided by their number; with tasks other than `std`, `maps.coarse` must be there. The offset
    terms are the absolute errors at the label's cell, over `std` samples. Unlabelled landmarks
    do not count; all means are weighted, an offset to a neighbour by the weights of both. A term
    with nothing to train is 0.
    """
    counts = batch.counts()  # (B, N)
    squares, cells = [], []
    for task, score in zip(TASKS[1:], (maps.score, *maps.coarse), strict=False):
        trained = batch.tasks == TASKS.index(task)
        if task == "cls1":
            trained = trained | (batch.tasks == TASKS.index("std"))
        weight = trained[:, None] * counts  # (B, N)
        wanted = _one_hot(encode(batch.points, score.shape[-1]).cell, score)
        squares.append((((score - wanted) ** 2).sum((-2, -1)) * weight).sum())
        cells.append(weight.sum() * score.shape[-1] ** 2)
    score_loss = torch.stack(squares).sum() / torch.stack(cells).sum().clamp(min=TINY)

    target = encode(batch.points, maps.score.shape[-1])
    index = torch.as_tensor(table.table, device=counts.device)
    nb_offset = target.points_map[:, index] - target.corner[:, :, None]  # (B, N, C, 2)
    offset = target.points_map - target.corner  # (B, N, 2)
    std = (batch.tasks == 0)[:, None] * counts  # (B, N)
    nb_std = std[:, :, None] * counts[:, index]  # (B, N, C)
    return Losses(
        score_loss,
        _absolute(_at(maps.x, target.cell, 1)[..., 0], offset[..., 0], std),
        _absolute(_at(maps.y, target.cell, 1)[..., 0], offset[..., 1], std),
        _absolute(_at(maps.nb_x, target.cell, table.count), nb_offset[..., 0], nb_std),
        _absolute(_at(maps.nb_y, target.cell, table.count), nb_offset[..., 1], nb_std),
    )


TINY = 1e-6
"""Smallest divisor of a mean: nothing that counts is no loss."""

SIGMA = 1.5
"""Standard deviation of a heatmap's peak, in its cells."""


def output_loss(output: Output, batch: TargetBatch, table: Neighbours) -> Losses | PlainLoss:
    """The loss terms of a batch, whatever the head; unlabelled landmarks count nowhere."""
    if isinstance(output, Maps):
        return losses(output, batch, table)
    counts = batch.counts()  # (B, N)
    if isinstance(output, Coordinates):
        weight = counts[..., None].expand(-1, -1, 2)
        return PlainLoss(_absolute(output.points, batch.points, weight))
    return PlainLoss(_heat_loss(output, torch.nan_to_num(batch.points), counts))


def _heat_loss(output: Heatmaps, points: Tensor, counts: Tensor) -> Tensor:
    """Weighted mean squared error against Gaussians of height 1 around the landmarks."""
    size = output.heat.shape[-1]
    centres = torch.arange(size, device=points.device) + 0.5
    squares = (centres - points[..., None] * size) ** 2  # (B, N, 2, H): x along columns, y rows
    bell = torch.exp(-squares / (2 * SIGMA**2))
    wanted = bell[:, :, 1, :, None] * bell[:, :, 0, None, :]  # (B, N, H, H)
    error = ((output.heat - wanted.to(output.heat.dtype)) ** 2).mean((-2, -1))  # (B, N)
    return (error * counts).sum() / counts.sum().clamp(min=TINY)


class Target(NamedTuple):
    """Landmarks on a G x G map (the authors' `gen_target_pip`).

    `points_map` (B, N, 2) in cells, NaN where unlabelled. `corner` (B, N, 2): column and row of the
    cell, clamped into the map. `cell` (B, N): row * G + column. An offset is `points_map - corner`.
    """

    points_map: Tensor
    corner: Tensor
    cell: Tensor


def encode(points_unit: Tensor, grid: int) -> Target:
    """Where landmarks (B, N, 2) in crop units, 0..1, lie on a map of `grid` x `grid` cells."""
    points_map = points_unit * grid
    corner = torch.nan_to_num(torch.floor(points_map)).clamp(0, grid - 1)
    return Target(points_map, corner, (corner[..., 1] * grid + corner[..., 0]).long())


def _one_hot(cell: Tensor, like: Tensor) -> Tensor:
    target = torch.zeros_like(like).flatten(2)  # (B, N, G*G)
    return target.scatter_(2, cell[..., None], 1.0).view_as(like)


def _at(maps: Tensor, cell: Tensor, each: int) -> Tensor:
    """Map values at the landmarks' cells, (B, N*each, G, G) -> (B, N, each)."""
    rows = maps.reshape(*cell.shape, each, maps.shape[-1] ** 2)  # (B, N, each, G*G)
    return rows.gather(-1, cell[:, :, None, None].expand(-1, -1, each, 1))[..., 0]


def _absolute(found: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean of the absolute errors; where the weight is 0 they may be NaN."""
    error = torch.where(weight > 0, found - wanted.to(found.dtype), 0.0).abs() * weight
    return error.sum() / weight.sum().clamp(min=TINY)


def task_indices(tasks: Sequence[str]) -> Tensor:
    """Names of `TASKS` -> (B,) int64."""
    return torch.tensor([TASKS.index(task) for task in tasks])
