"""The networks: a backbone, and a head that turns its last feature map into landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from pipnet.models.backbones import FEATURE_CHANNELS, backbone, extend, run_extension


class Maps(NamedTuple):
    """The output of a PIPNet; G = input side / stride, offsets in map cells.

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


class Coordinates(NamedTuple):
    """The output of coordinate regression: `points` (B, N, 2) in crop units."""

    points: Tensor


class Heatmaps(NamedTuple):
    """The output of heatmap regression: `heat` (B, N, H, H), 1 at the landmark, 0 elsewhere."""

    heat: Tensor


Output = Maps | Coordinates | Heatmaps


class Network(nn.Module):
    """A backbone without classifier (`trunk`), layers that change its stride, and heads.

    `name`: the backbone. `landmarks`: N. `neighbours`: C, 0 where the head has none.
    """

    head: ClassVar[str]

    def __init__(self, name: str, landmarks: int, neighbours: int, stride: int) -> None:
        super().__init__()
        if stride != 32 and not name.startswith("resnet"):
            raise ValueError(f"{name} has stride 32 only, not {stride}")
        self.name, self.landmarks = name, landmarks
        self.neighbours, self.stride = neighbours, stride
        self.trunk = backbone(name)
        self.extra = extend(FEATURE_CHANNELS[name], stride)
        self.heads = nn.ModuleDict()

    def features(self, images: Tensor) -> Tensor:
        """The last feature map of normalised RGB, (B, 3, S, S) -> (B, K, G, G)."""
        return run_extension(self.extra, self.trunk(images))

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
        """Load only the backbone, from ImageNet weights or any network on the same backbone.

        Raises:
            KeyError: a backbone key is missing; its name is the message.
            ValueError: a tensor has another shape.
        """
        self.trunk.load_state_dict(_matching(state, self.trunk.state_dict()))


class PIPNet(Network):
    """Score and offset regression on one low-resolution grid (Jin, Liao, Shao, IJCV 2021, 3.1-3.2).

    Args:
        name: backbone, a key of `FEATURE_CHANNELS`.
        landmarks: N, any number above 0.
        neighbours: C, 0 for a network without neighbour regression.
        stride: 32 for every backbone; 16, 64 and 128 for the ResNets.

    Raises:
        ValueError: unknown backbone, or a stride that it does not have.
    """

    head = "pip"

    def __init__(self, name: str, landmarks: int, neighbours: int = 10, stride: int = 32) -> None:
        super().__init__(name, landmarks, neighbours, stride)
        outputs = {
            "cls_layer": landmarks,
            "x_layer": landmarks,
            "y_layer": landmarks,
            "nb_x_layer": landmarks * neighbours,
            "nb_y_layer": landmarks * neighbours,
        }
        for layer, count in outputs.items():
            if count:
                self.heads[layer] = _pointwise(FEATURE_CHANNELS[name], count)

    def forward(self, images: Tensor, *, coarse: bool = False) -> Maps:
        """Run the network on normalised RGB, (B, 3, S, S).

        `coarse` also returns the score maps of the max-pooled features (2x2 and 4x4 cells joined),
        by the same score layer: what self-training with curriculum trains on pseudo-labels.
        """
        features = self.features(images)  # (B, K, G, G)
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


class CoordinateNet(Network):
    """Coordinate regression: pooled features and one fully connected layer to 2N numbers.

    The first of the paper's two rivals (section 3.1); arguments as `PIPNet`.
    """

    head = "coord"

    def __init__(self, name: str, landmarks: int) -> None:
        super().__init__(name, landmarks, 0, 32)
        layer = nn.Linear(FEATURE_CHANNELS[name], landmarks * 2)
        nn.init.normal_(layer.weight, std=0.001)
        nn.init.constant_(layer.bias, 0.5)  # the middle of the crop
        self.heads["points_layer"] = layer

    def forward(self, images: Tensor, *, coarse: bool = False) -> Coordinates:
        """Run the network on normalised RGB, (B, 3, S, S); it has no coarse maps."""
        pooled = self.features(images).mean((2, 3))  # (B, K)
        points = self.heads["points_layer"](pooled)  # (B, 2N)
        return Coordinates(points.unflatten(1, (self.landmarks, 2)))


class HeatmapNet(Network):
    """Heatmap regression: three transposed convolutions upsample to stride 4, then N maps.

    The second rival (section 3.1), with the decoder of Xiao, Wu, Wei (ECCV 2018); arguments as
    `PIPNet`.
    """

    head = "heatmap"

    def __init__(self, name: str, landmarks: int) -> None:
        super().__init__(name, landmarks, 0, 32)
        layers: list[nn.Module] = []
        channels = FEATURE_CHANNELS[name]
        for _ in range(3):
            deconv = nn.ConvTranspose2d(channels, 256, 4, 2, 1, bias=False)
            nn.init.normal_(deconv.weight, std=0.001)
            layers += [deconv, nn.BatchNorm2d(256), nn.ReLU(inplace=True)]
            channels = 256
        self.heads["upsample"] = nn.Sequential(*layers)
        self.heads["heat_layer"] = _pointwise(channels, landmarks)

    def forward(self, images: Tensor, *, coarse: bool = False) -> Heatmaps:
        """Run the network on normalised RGB, (B, 3, S, S); it has no coarse maps."""
        wide = self.heads["upsample"](self.features(images))  # (B, 256, S/4, S/4)
        return Heatmaps(self.heads["heat_layer"](wide))


HEADS = ("pip", "coord", "heatmap")


def build(head: str, name: str, landmarks: int, neighbours: int = 10, stride: int = 32) -> Network:
    """A network with one of `HEADS`; the rivals of `pip` take neither neighbours nor stride.

    Raises:
        ValueError: unknown head or backbone, or a stride that the two do not have.
    """
    if head == "pip":
        return PIPNet(name, landmarks, neighbours, stride)
    if head not in HEADS:
        raise ValueError(f"unknown head {head!r}; known: {', '.join(HEADS)}")
    if stride != 32:
        raise ValueError(f"head {head!r} has stride 32 only, not {stride}")
    return CoordinateNet(name, landmarks) if head == "coord" else HeatmapNet(name, landmarks)


def _matching(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of `state` that `wanted` names, in the shapes that it has."""
    for name, value in wanted.items():
        if name not in state:
            raise KeyError(name)
        if state[name].shape != value.shape:
            found, expected = tuple(state[name].shape), tuple(value.shape)
            raise ValueError(f"{name} has shape {found}, expected {expected}")
    return {name: state[name] for name in wanted}


def _pointwise(channels: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(channels, outputs, 1)
    nn.init.normal_(layer.weight, std=0.001)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _public(key: str) -> str:
    return key.split(".", 1)[1]
