"""The settings of a training."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How to train.

    `batch`: samples per step of each process. `lr`: peak learning rate of AdamW. It rises over
    `warmup_steps` and then falls to zero along a cosine; or, with `milestones` (fractions of the
    training, 0 to 1), it starts at the peak and is divided by ten at each of them. `weight_decay`:
    0 makes it Adam. `max_gradient_norm`: gradients are clipped to it; infinite for no clipping.
    `ema_decay`: decay of the exponential moving average of the weights that becomes the result; 0
    gives the last weights. `frozen_stages`: how many of the first stages of a MobileNet's
    `features` are not trained. On a CPU they take nearly half the time, and they are the least
    specific to faces. `freeze_batch_norm`: keep the statistics of batch norm, as fine-tuning on few
    faces needs. `manual_share`: the share of manual labels among the samples of an
    epoch, 0 to 1, the rest being pseudo-labels; None shows each sample once. `device`: a torch
    device.
    """

    epochs: int = 60
    batch: int = 16
    lr: float = 5e-4
    weight_decay: float = 1e-2
    warmup_steps: int = 100
    milestones: tuple[float, ...] = ()
    max_gradient_norm: float = 10.0
    ema_decay: float = 0.998
    frozen_stages: int = 0
    freeze_batch_norm: bool = False
    manual_share: float | None = None
    seed: int = 0
    device: str = "cpu"

    def to_dict(self) -> dict[str, Any]:
        """The settings as values that JSON and a state file hold."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}
