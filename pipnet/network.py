"""PIPNet: a backbone and five 1x1 convolutions on its last feature map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from pipnet.backbones import FEATURE_CHANNELS, backbone, extend, run_extension


class Maps(NamedTuple):
    """What the network says; G = input side / stride, offsets in map cells.

    `score` (B, N, G, G); `x`, `y` (B, N, G, G) offsets from a cell's top-left corner;
    `nb_x`, `nb_y` (B, N*C, G, G): channel n*C + j is neighbour j of landmark n. `coarse` holds the
    score maps of stride 2*s and 4*s that the curriculum trains, and is empty otherwise.
    """

    score: Tensor
    x: Tensor
    y: Tensor
    nb_x: Tensor
    nb_y: Tensor
    coarse: tuple[Tensor, ...] = ()


class PIPNet(nn.Module):
    """Score and offset regression on one low-resolution grid (Jin, Liao, Shao, IJCV 2021, 3.1-3.2).

    Args:
        name: backbone, a key of `FEATURE_CHANNELS`.
        landmarks: N, any number above 0.
        neighbours: C, 0 for a network without neighbour regression.
        stride: 32 for every backbone; 16, 64 and 128 for the ResNets.

    Raises:
        ValueError: unknown backbone, or a stride that it does not have.
    """

    def __init__(self, name: str, landmarks: int, neighbours: int = 10, stride: int = 32) -> None:
        super().__init__()
        if stride != 32 and not name.startswith("resnet"):
            raise ValueError(f"{name} has stride 32 only, not {stride}")
        self.name, self.landmarks = name, landmarks
        self.neighbours, self.stride = neighbours, stride
        self.trunk = backbone(name)
        channels = FEATURE_CHANNELS[name]
        self.extra = extend(channels, stride)
        outputs = {
            "cls_layer": landmarks,
            "x_layer": landmarks,
            "y_layer": landmarks,
            "nb_x_layer": landmarks * neighbours,
            "nb_y_layer": landmarks * neighbours,
        }
        self.heads = nn.ModuleDict(
            {head: _head(channels, count) for head, count in outputs.items() if count}
        )

    def forward(self, images: Tensor, *, coarse: bool = False) -> Maps:
        """Run the network on normalised RGB, (B, 3, S, S).

        `coarse` also returns the score maps of the max-pooled features (2x2 and 4x4 cells joined),
        by the same score layer: what self-training with curriculum trains on pseudo-labels.
        """
        features = run_extension(self.extra, self.trunk(images))  # (B, C, G, G)
        score, x, y = (self.heads[head](features) for head in ("cls_layer", "x_layer", "y_layer"))
        if self.neighbours:
            nb_x, nb_y = self.heads["nb_x_layer"](features), self.heads["nb_y_layer"](features)
        else:
            nb_x = nb_y = score.new_zeros((score.shape[0], 0, *score.shape[2:]))
        pooled: list[Tensor] = []
        if coarse:
            for _ in range(2):
                features = F.max_pool2d(features, 2)
                pooled.append(self.heads["cls_layer"](features))
        return Maps(score, x, y, nb_x, nb_y, tuple(pooled))

    def export_state(self) -> dict[str, Tensor]:
        """The state_dict in the authors' key names (the backbone's own, without a prefix)."""
        return {_public(key): value for key, value in self.state_dict().items()}

    def import_state(self, state: Mapping[str, Tensor]) -> None:
        """Load a state_dict in the authors' key names.

        Raises:
            KeyError: a key is missing; its name is the message.
            ValueError: a tensor has another shape, or a key is not one of this network.
        """
        own = {_public(key): key for key in self.state_dict()}
        loaded = _matching(state, self.export_state())
        unknown = set(state) - set(own)
        if unknown:
            raise ValueError(f"unknown key {min(unknown)}")
        self.load_state_dict({own[name]: value for name, value in loaded.items()})

    def import_backbone(self, state: Mapping[str, Tensor]) -> None:
        """Load only the backbone, from ImageNet weights or any PIPNet on the same backbone.

        Raises:
            KeyError: a backbone key is missing; its name is the message.
            ValueError: a tensor has another shape.
        """
        self.trunk.load_state_dict(_matching(state, self.trunk.state_dict()))


def _matching(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of `state` that `wanted` names, in the shapes that it has."""
    for name, value in wanted.items():
        if name not in state:
            raise KeyError(name)
        if state[name].shape != value.shape:
            found, expected = tuple(state[name].shape), tuple(value.shape)
            raise ValueError(f"{name} has shape {found}, expected {expected}")
    return {name: state[name] for name in wanted}


def _head(channels: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(channels, outputs, 1)
    nn.init.normal_(layer.weight, std=0.001)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _public(key: str) -> str:
    return key.split(".", 1)[1]
