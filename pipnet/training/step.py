"""One step of a training."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pipnet.data.normalisation import normalise
from pipnet.memory import is_out_of_memory
from pipnet.models.devices import free_cached_memory
from pipnet.models.losses import TargetBatch, output_loss, task_indices
from pipnet.models.neighbours import Neighbours
from pipnet.training.augment_gpu import augment
from pipnet.training.loader import Batch


class Stepper:
    """Trains a network by one batch at a time.

    Args:
        side: width and height of the network's input in pixels.
        has_coarse_tasks: whether the coarse score maps of the curriculum are needed.
        max_gradient_norm: see `TrainConfig`.
        on_smaller_batch: see `pipnet.training.trainer.train`; None if memory that runs out ends the
            training.
    """

    def __init__(
        self,
        network: nn.Module,
        optimiser: torch.optim.Optimizer,
        side: int,
        table: Neighbours,
        device: torch.device,
        *,
        has_coarse_tasks: bool,
        max_gradient_norm: float,
        on_smaller_batch: Callable[[int], object] | None,
    ) -> None:
        self._network, self._optimiser = network, optimiser
        self._side, self._table, self._device = side, table, device
        self._has_coarse_tasks, self._max_gradient_norm = has_coarse_tasks, max_gradient_norm
        self._on_smaller_batch = on_smaller_batch
        self._parts = 1

    def step(self, batch: Batch) -> dict[str, float]:
        """Returns the loss terms by name, and their weighted sum as `total`."""
        while True:
            parts = min(self._parts, len(batch))
            try:
                return self._step(batch, parts)
            except (RuntimeError, MemoryError) as error:
                if (
                    self._on_smaller_batch is None
                    or parts == len(batch)
                    or not is_out_of_memory(error)
                ):
                    raise
            # after the handler: the error keeps the tensors of the failed step alive
            self._parts = 2 * parts
            self._optimiser.zero_grad(set_to_none=True)
            free_cached_memory(str(self._device))
            self._on_smaller_batch(-(-len(batch) // self._parts))

    def _step(self, batch: Batch, parts: int) -> dict[str, float]:
        """A step whose batch is computed in so many parts: the gradient is nearly the same as that
        of the whole batch, exactly so without batch norm and where all have as many labels."""
        self._optimiser.zero_grad(set_to_none=True)
        terms: dict[str, Tensor] = {}
        for rows in np.array_split(np.arange(len(batch)), parts):
            part = batch if parts == 1 else batch.rows(slice(rows[0], rows[-1] + 1))
            share = len(rows) / len(batch)
            losses = self._losses(part)
            (losses["total"] * share).backward()  # type: ignore[no-untyped-call]
            for name, loss in losses.items():
                terms[name] = terms.get(name, 0.0) + loss.detach() * share
        if math.isfinite(self._max_gradient_norm):
            nn.utils.clip_grad_norm_(self._network.parameters(), self._max_gradient_norm)
        self._optimiser.step()
        return dict(zip(terms, torch.stack([*terms.values()]).tolist(), strict=True))

    def _losses(self, batch: Batch) -> dict[str, Tensor]:
        device = self._device
        if batch.images is None:
            images = augment(batch.patches, batch.changes, self._side, device)
        else:
            images = normalise(batch.images, device)
        images = images.contiguous(memory_format=torch.channels_last)
        targets = TargetBatch(
            torch.from_numpy(batch.points_unit).float().to(device),
            task_indices(batch.tasks).to(device),
            None if batch.weights is None else torch.from_numpy(batch.weights).float().to(device),
        )
        with torch.autocast(device.type, torch.bfloat16, enabled=is_bfloat16_fast(device)):
            output = self._network(images, coarse=self._has_coarse_tasks)
        output = type(output)(*(_to_float32(part) for part in output))
        parts = output_loss(output, targets, self._table)
        return {**parts._asdict(), "total": parts.total()}


def _to_float32(part: Tensor | tuple[Tensor, ...]) -> Any:
    return tuple(t.float() for t in part) if isinstance(part, tuple) else part.float()


def is_bfloat16_fast(device: torch.device) -> bool:
    """Whether bfloat16 is fast here: any CUDA device, and CPUs with matrix instructions for it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("amx_bf16", False))
