"""What a person chooses for a training round."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from labeltool.domain.errors import UserError
from labeltool.domain.messages import N_

STARTS = ("current", "starter", "imagenet")
"""The network that a round starts from: the one in use, the starter, or an untrained one with a
backbone from ImageNet."""

BACKBONES = ("mobilenet_v2", "mobilenet_v3", "resnet18")
"""Backbones that a round may choose, where weights for them are at hand; see `RoundOptions`."""

DEFAULT_BACKBONE = "mobilenet_v2"
"""The backbone of a round that starts from ImageNet and names none."""

DEVICES = ("auto", "cpu", "cuda", "mps")
"""What trains: the first of a CUDA GPU and the CPU that can be used, or one of the others."""


@dataclass(frozen=True, slots=True)
class RoundOptions:
    """How to train a round.

    `start`: one of STARTS. `backbone`: of BACKBONES, None for that of the start; another one
    needs the start 'imagenet'. `epochs`: None for what fits the time. `until_converged`: end once
    the audit error, or without an audit set the loss, stops improving; `epochs` is then the limit.
    `pseudo`: whether pseudo-labels are trained too. `full`: a whole self-training, all tasks of the
    curriculum in a row, to convergence. `device`: one of DEVICES.

    Raises:
        UserError: they contradict each other.
    """

    start: str = "current"
    backbone: str | None = None
    epochs: int | None = None
    until_converged: bool = False
    pseudo: bool = True
    full: bool = False
    device: str = "auto"

    def __post_init__(self) -> None:
        if self.backbone is not None and self.start != "imagenet":
            raise UserError(
                N_("Only a round that starts from ImageNet can choose its backbone."),
                N_("Choose ImageNet as the start, or choose no backbone."),
            )
        if self.full and not self.pseudo:
            raise UserError(
                N_("A full self-training cannot do without pseudo-labels."),
                N_("Use pseudo-labels, or train one round."),
            )
        if self.epochs is not None and self.epochs < 1:
            raise UserError(N_("A round needs at least one epoch."))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the spec of a run folder."""
        return asdict(self)
