"""What changes during a training: weights, their average, optimiser, learning rate, position."""

from __future__ import annotations

import copy
import inspect
import math
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    SequentialLR,
)
from torch.optim.swa_utils import AveragedModel

from pipnet.models.heads import Network
from pipnet.training.config import TrainConfig

EMA_RAMP_STEPS = 10
"""The moving average forgets its start sooner: the decay of step n is at most n / (n + this)."""


class _EagerAdamW(AdamW):
    """AdamW whose methods are as torch wrote them, without the wrappers that keep them out of
    compiled graphs: these import torch's compiler, which takes as long as importing torch."""

    step = torch.no_grad()(inspect.unwrap(AdamW.step))
    zero_grad = inspect.unwrap(AdamW.zero_grad)
    add_param_group = inspect.unwrap(AdamW.add_param_group)
    state_dict = inspect.unwrap(AdamW.state_dict)
    load_state_dict = inspect.unwrap(AdamW.load_state_dict)


class TrainingState:
    """A training between two steps.

    Args:
        network: where the training starts; it is copied.
        config: the settings.
        steps_per_epoch: steps in each of `config.epochs`.

    Raises:
        ValueError: the network has no stages that could be frozen.
    """

    def __init__(self, network: Network, config: TrainConfig, steps_per_epoch: int) -> None:
        network = copy.deepcopy(network).to(torch.device(config.device))
        network.requires_grad_(True)  # the result of another training has none
        self.network: Network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._average = moving_average(self.network, config.ema_decay)
        self._not_training = _freeze_stages(network, config.frozen_stages)
        if config.freeze_batch_norm:
            self._not_training += [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
        trained = [p for p in network.parameters() if p.requires_grad]
        self.optimiser = _EagerAdamW(
            [
                {
                    "params": [p for p in trained if p.ndim > 1],
                    "weight_decay": config.weight_decay,
                },
                {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0},
            ],
            lr=config.lr, fused=True,
        )  # fmt: skip
        self._steps_per_epoch = steps_per_epoch
        self.total_steps = config.epochs * steps_per_epoch
        self._scheduler = learning_rate_schedule(self.optimiser, config, self.total_steps)
        self.epoch = self.step = 0
        self._loss_means: dict[str, float] = {}

    @property
    def steps_done(self) -> int:
        """Steps since the training began."""
        return self.epoch * self._steps_per_epoch + self.step

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return float(self.optimiser.param_groups[0]["lr"])

    def set_training_mode(self) -> None:
        """Training mode for all modules but the frozen ones."""
        self.network.train()
        for module in self._not_training:
            module.eval()

    def record_step(self, losses: dict[str, float]) -> None:
        """After the optimiser's step: update the average, the learning rate and the loss means."""
        self.step += 1
        self._average.update_parameters(self.network)
        self._scheduler.step()
        for name, value in losses.items():
            mean = self._loss_means.get(name, 0.0)
            self._loss_means[name] = mean + value / self._steps_per_epoch

    def end_epoch(self) -> dict[str, float]:
        """Begin the next epoch. Returns the mean loss terms of the one that ended."""
        losses, self._loss_means = self._loss_means, {}
        self.epoch, self.step = self.epoch + 1, 0
        return losses

    def averaged_network(self) -> Network:
        """A copy of the averaged network, on the CPU."""
        return cast(Network, copy.deepcopy(self._average.module).cpu())

    def state_dict(self) -> dict[str, Any]:
        """Everything that `load_state_dict` needs for a bit-identical resume."""
        return {
            "epoch": self.epoch, "step": self.step, "loss_means": self._loss_means,
            "network": self.network.state_dict(), "average": self._average.state_dict(),
            "optimiser": self.optimiser.state_dict(), "scheduler": self._scheduler.state_dict(),
        }  # fmt: skip

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to a saved state of a training with the same settings."""
        self.epoch, self.step = state["epoch"], state["step"]
        self._loss_means = state["loss_means"]
        self.network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self._scheduler.load_state_dict(state["scheduler"])


def moving_average(network: nn.Module, decay: float) -> AveragedModel:
    """An exponential moving average of weights and buffers; the network is its first value.

    Each `update_parameters` moves it towards the network by 1 - min(decay, n / (n + 10)), where n
    counts the updates from 1. Integer buffers are copied.
    """

    @torch.no_grad()
    def update(averages: list[Tensor], values: list[Tensor], count: Tensor) -> None:
        if averages[0].is_floating_point():
            updates = float(count)
            torch._foreach_lerp_(
                averages, values, 1 - min(decay, updates / (updates + EMA_RAMP_STEPS))
            )
        else:
            torch._foreach_copy_(averages, values)

    average = AveragedModel(network, multi_avg_fn=update, use_buffers=True)  # type: ignore[arg-type]
    average.update_parameters(network)  # the first update copies
    return average.eval().requires_grad_(False)


def learning_rate_schedule(
    optimiser: Optimizer, config: TrainConfig, total_steps: int
) -> LRScheduler:
    """The learning rate of every step: see `TrainConfig.lr`. `step()` follows each step.

    A short training warms up over a tenth of its steps.
    """
    if config.milestones:
        steps = [math.ceil(share * total_steps) for share in config.milestones]
        return MultiStepLR(optimiser, steps, gamma=0.1)
    warmup = min(config.warmup_steps, total_steps // 10 + 1)
    cosine = CosineAnnealingLR(optimiser, max(1, total_steps - warmup))
    if warmup == 0:
        return cosine
    rise = LinearLR(optimiser, start_factor=1 / warmup, total_iters=warmup - 1)
    return SequentialLR(optimiser, [rise, cosine], [warmup])


def _freeze_stages(network: Network, count: int) -> list[nn.Module]:
    """Exclude the first stages of a MobileNet from training; returns them."""
    if count == 0:
        return []
    features = getattr(network.trunk, "features", None)
    if not isinstance(features, nn.Sequential):
        raise ValueError(f"{network.name} has no numbered stages to freeze")
    stages = list(features.children())[:count]
    for stage in stages:
        stage.requires_grad_(False)
    return stages
