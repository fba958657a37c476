"""Feature extractors with the key names of torchvision (and, for MobileNetV3, of the PIPNet
authors).

Defined here because torchvision is not available for every torch build; the names and shapes
of the parameters are the published ones, so ImageNet weights and PIPNet checkpoints load unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FEATURE_CHANNELS = {
    "resnet18": 512,
    "resnet50": 2048,
    "resnet101": 2048,
    "mobilenet_v2": 1280,
    "mobilenet_v3": 960,
}
"""Backbone name -> channels of its last feature map, which has stride 32."""


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al. 2016, ResNet-18)."""

    expansion = 1

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = _shortcut(inputs, planes, stride)

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    """1x1, 3x3 (carrying the stride, as torchvision has it) and 1x1 convolution and a shortcut."""

    expansion = 4

    def __init__(self, inputs: int, planes: int, stride: int) -> None:
        super().__init__()
        outputs = planes * self.expansion
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + (x if self.downsample is None else self.downsample(x)))


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class ResNet(nn.Module):
    """ResNet without pooling and classifier: (B, 3, S, S) -> (B, C, S/32, S/32)."""

    def __init__(self, block: type[BasicBlock | Bottleneck], depths: Sequence[int]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for index, depth in enumerate(depths):
            planes, blocks = 64 << index, list[nn.Module]()
            for number in range(depth):
                stride = 2 if index > 0 and number == 0 else 1
                blocks.append(block(inputs, planes, stride))
                inputs = planes * block.expansion
            self.add_module(f"layer{index + 1}", nn.Sequential(*blocks))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        for name in ("layer1", "layer2", "layer3", "layer4"):
            x = self.get_submodule(name)(x)
        return x


class _Halving(torch.autograd.Function):
    """A depthwise convolution of stride 2 whose gradient is one of stride 1.

    oneDNN has no fast bfloat16 gradient of a strided depthwise convolution: the four of MobileNetV2
    took a third of a training step. With zeros between the rows and columns of the incoming
    gradient it is a convolution with the mirrored kernel.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, padding: int) -> Tensor:
        context.save_for_backward(x, weight)
        context.padding = padding
        return F.conv2d(x, weight, None, 2, padding, 1, x.shape[1])

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, weight = context.saved_tensors
        padding, channels, gradient = context.padding, x.shape[1], gradients[0]
        of_x = of_weight = None
        if context.needs_input_grad[0]:
            spaced = torch.zeros_like(x)
            spaced[:, :, ::2, ::2] = gradient
            of_x = F.conv2d(spaced, weight.flip(2, 3), None, 1, padding, 1, channels)
            # in another layout everything before this layer would become slower
            of_x = of_x.contiguous(memory_format=torch.channels_last)
        if context.needs_input_grad[1]:
            of_weight = torch.ops.aten.convolution_backward(
                gradient, x, weight, None, (2, 2), (padding, padding), (1, 1),
                False, (0, 0), channels, (False, True, False),
            )[1]  # fmt: skip
        return of_x, of_weight, None


class _Depthwise(nn.Conv2d):
    """A depthwise convolution that trains fast on a CPU too."""

    def forward(self, x: Tensor) -> Tensor:
        half = x.device.type == "cpu" and torch.is_autocast_enabled("cpu")
        if not (half and self.training and self.stride == (2, 2)):
            return super().forward(x)
        with torch.autocast("cpu", enabled=False):
            kind = torch.get_autocast_dtype("cpu")
            padding = self.kernel_size[0] // 2
            found: Tensor = _Halving.apply(x.to(kind), self.weight.to(kind), padding)  # type: ignore[no-untyped-call]
        return found


def _conv_bn(
    inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    kind = nn.Conv2d if groups == 1 else _Depthwise
    conv = kind(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return conv, nn.BatchNorm2d(outputs)


class InvertedResidual(nn.Module):
    """MobileNetV2's block: expand, depthwise, project (Sandler et al. 2018)."""

    def __init__(self, inputs: int, outputs: int, stride: int, expand: int) -> None:
        super().__init__()
        hidden = inputs * expand
        self.residual = stride == 1 and inputs == outputs
        layers: list[nn.Module] = []
        if expand != 1:
            layers.append(nn.Sequential(*_conv_bn(inputs, hidden, 1), nn.ReLU6()))
        layers.append(nn.Sequential(*_conv_bn(hidden, hidden, 3, stride, hidden), nn.ReLU6()))
        layers.extend(_conv_bn(hidden, outputs, 1))
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(x)
        return x + out if self.residual else out


MOBILENET_V2_BLOCKS = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
    (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip
"""Expansion, channels, repeats and stride of the blocks: table 2 of the MobileNetV2 paper."""


class MobileNetV2(nn.Module):
    """MobileNetV2 features, width 1: (B, 3, S, S) -> (B, 1280, S/32, S/32)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Sequential(*_conv_bn(3, 32, 3, 2), nn.ReLU6())]
        inputs = 32
        for expand, outputs, repeats, stride in MOBILENET_V2_BLOCKS:
            for number in range(repeats):
                step = stride if number == 0 else 1
                layers.append(InvertedResidual(inputs, outputs, step, expand))
                inputs = outputs
        layers.append(nn.Sequential(*_conv_bn(inputs, 1280, 1), nn.ReLU6()))
        self.features = nn.Sequential(*layers)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.features(x)
        return out


def _divisible(value: float) -> int:
    """The nearest multiple of 8, never more than a tenth below `value`."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


class SqueezeExcite(nn.Module):
    """Channel attention with a hard sigmoid."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        middle = _divisible(channels // 4)
        self.fc = nn.Sequential(
            nn.Linear(channels, middle),
            nn.ReLU(inplace=True),
            nn.Linear(middle, channels),
            nn.Hardsigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        weights: Tensor = self.fc(x.mean((2, 3)))  # (B, C)
        return x * weights[:, :, None, None]


class MobileNetV3Block(nn.Module):
    """MobileNetV3's block in the layout of the PIPNet authors (attention before activation)."""

    def __init__(
        self, inputs: int, hidden: int, outputs: int, kernel: int, stride: int, se: bool, hs: bool
    ) -> None:
        super().__init__()
        self.residual = stride == 1 and inputs == outputs
        attention = SqueezeExcite(hidden) if se else nn.Identity()
        depthwise = _conv_bn(hidden, hidden, kernel, stride, hidden)
        if inputs == hidden:
            middle = [*depthwise, _activation(hs), attention]
        else:
            middle = [
                *_conv_bn(inputs, hidden, 1), _activation(hs),
                *depthwise, attention, _activation(hs),
            ]  # fmt: skip
        self.conv = nn.Sequential(*middle, *_conv_bn(hidden, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(x)
        return x + out if self.residual else out


def _activation(hard_swish: bool) -> nn.Module:
    return nn.Hardswish() if hard_swish else nn.ReLU(inplace=True)


class MobileNetV3Large(nn.Module):
    """MobileNetV3-Large features: (B, 3, S, S) -> (B, 960, S/32, S/32)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Sequential(*_conv_bn(3, 16, 3, 2), nn.Hardswish())]
        inputs = 16
        # kernel, expansion, channels, attention, hard swish, stride
        for kernel, expand, outputs, se, hs, stride in (
            (3, 1, 16, 0, 0, 1), (3, 4, 24, 0, 0, 2), (3, 3, 24, 0, 0, 1),
            (5, 3, 40, 1, 0, 2), (5, 3, 40, 1, 0, 1), (5, 3, 40, 1, 0, 1),
            (3, 6, 80, 0, 1, 2), (3, 2.5, 80, 0, 1, 1), (3, 2.3, 80, 0, 1, 1),
            (3, 2.3, 80, 0, 1, 1),
            (3, 6, 112, 1, 1, 1), (3, 6, 112, 1, 1, 1),
            (5, 6, 160, 1, 1, 2), (5, 6, 160, 1, 1, 1), (5, 6, 160, 1, 1, 1),
        ):  # fmt: skip
            hidden = _divisible(inputs * expand)
            layers.append(
                MobileNetV3Block(inputs, hidden, outputs, kernel, stride, bool(se), bool(hs))
            )
            inputs = outputs
        self.features = nn.Sequential(*layers)
        self.conv = nn.Sequential(*_conv_bn(inputs, 960, 1), nn.Hardswish())
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(self.features(x))
        return out


def backbone(name: str) -> nn.Module:
    """Build a backbone by name (a key of `FEATURE_CHANNELS`).

    Raises:
        ValueError: the name is not known.
    """
    if name == "resnet18":
        return ResNet(BasicBlock, (2, 2, 2, 2))
    if name == "resnet50":
        return ResNet(Bottleneck, (3, 4, 6, 3))
    if name == "resnet101":
        return ResNet(Bottleneck, (3, 4, 23, 3))
    if name == "mobilenet_v2":
        return MobileNetV2()
    if name == "mobilenet_v3":
        return MobileNetV3Large()
    raise ValueError(f"unknown backbone {name!r}; known: {', '.join(FEATURE_CHANNELS)}")


EXTRA_STRIDES = {"layer6.weight": 128, "layer5.weight": 64, "deconv1.weight": 16}
"""Weights that only a network of this stride has, the most telling first."""


def extend(channels: int, stride: int) -> nn.ModuleDict:
    """The extra layers that turn stride 32 into 16, 64 or 128 (names as the authors' ResNet-18).

    Raises:
        ValueError: a stride other than 16, 32, 64 or 128.
    """
    layers = nn.ModuleDict()
    if stride == 16:
        layers["deconv1"] = nn.ConvTranspose2d(channels, channels, 4, 2, 1, bias=False)
        layers["bn_deconv1"] = nn.BatchNorm2d(channels)
    elif stride in (64, 128):
        for number in (5, 6) if stride == 128 else (5,):
            layers[f"layer{number}"] = nn.Conv2d(channels, channels, 3, 2, 1)
            layers[f"bn{number}"] = nn.BatchNorm2d(channels)
    elif stride != 32:
        raise ValueError(f"stride must be 16, 32, 64 or 128, not {stride}")
    for layer in layers.values():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=0.001)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return layers


def run_extension(layers: nn.ModuleDict, x: Tensor) -> Tensor:
    """Apply what `extend` built: convolution, batch norm, ReLU, pairwise."""
    modules = list(layers.values())
    for conv, norm in zip(modules[::2], modules[1::2], strict=True):
        x = torch.relu(norm(conv(x)))
    return x
