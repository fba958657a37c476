"""The network: shapes, names of its weights, coarse maps."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from pipnet.models.backbones import FEATURE_CHANNELS
from pipnet.models.heads import PIPNet

BUILT = [*((name, 32) for name in FEATURE_CHANNELS), *(
    (name, stride) for name in ("resnet18", "resnet50") for stride in (16, 64, 128)
)]  # fmt: skip


@pytest.mark.parametrize(("name", "stride"), BUILT)
def test_maps_have_a_cell_for_each_stride(name: str, stride: int) -> None:
    with torch.device("meta"):
        network = PIPNet(name, 7, 4, stride)
        maps = network(torch.zeros(2, 3, 512, 512), coarse=True)
    grid = 512 // stride
    assert [tuple(part.shape) for part in maps[:5]] == [(2, 7, grid, grid)] * 3 + [
        (2, 28, grid, grid)
    ] * 2
    assert [tuple(part.shape) for part in maps.coarse] == [
        (2, 7, grid // 2, grid // 2), (2, 7, grid // 4, grid // 4),
    ]  # fmt: skip
    assert network(torch.zeros(1, 3, 512, 512, device="meta")).coarse == ()


def test_coarse_maps_apply_the_score_layer_to_pooled_features() -> None:
    network = PIPNet("mobilenet_v2", 5, 3).eval()
    with torch.inference_mode():
        images = torch.randn(1, 3, 128, 128)
        maps = network(images, coarse=True)
        features = network.trunk(images)
        score = network.heads["cls_layer"]
        torch.testing.assert_close(maps.score, score(features))
        for times, found in enumerate(maps.coarse, 1):
            torch.testing.assert_close(found, score(F.max_pool2d(features, 2**times)))


def test_without_neighbours_there_are_no_such_heads() -> None:
    network = PIPNet("mobilenet_v2", 5, 0).eval()
    assert not [key for key in network.export_state() if key.startswith("nb_")]
    with torch.inference_mode():
        maps = network(torch.zeros(1, 3, 64, 64))
    assert maps.nb_x.shape == maps.nb_y.shape == (1, 0, 2, 2)


HEADS = [
    f"{head}_layer.{part}"
    for head in ("cls", "x", "y", "nb_x", "nb_y")
    for part in ("weight", "bias")
]


@pytest.mark.parametrize(
    ("name", "stride", "keys"),
    [
        ("resnet18", 32, "conv1.weight bn1.running_var layer2.0.downsample.0.weight"),
        ("resnet18", 16, "deconv1.weight bn_deconv1.weight"),
        ("resnet18", 128, "layer5.weight layer5.bias bn5.weight layer6.bias bn6.bias"),
        ("resnet50", 32, "layer1.0.conv3.weight layer3.5.bn3.weight"),
        ("resnet101", 32, "layer3.22.conv2.weight"),
        ("mobilenet_v2", 32, "features.0.0.weight features.18.1.bias features.2.conv.3.weight"),
        (
            "mobilenet_v3",
            32,
            "features.4.conv.5.fc.0.weight features.1.conv.4.weight conv.0.weight",
        ),
    ],
)
def test_the_names_are_those_of_published_weights(name: str, stride: int, keys: str) -> None:
    with torch.device("meta"):
        names = list(PIPNet(name, 5, 3, stride).export_state())
    assert set(keys.split()) <= set(names)
    assert names[-10:] == HEADS


def test_heads_start_small() -> None:
    heads = PIPNet("mobilenet_v2", 68, 10).heads.state_dict()
    for key, value in heads.items():
        assert float(value.std()) == pytest.approx(0.001 if "weight" in key else 0, rel=0.05)


@pytest.mark.parametrize(
    ("name", "stride", "reason"),
    [
        ("vgg", 32, "unknown backbone 'vgg'; known: resnet18, resnet50"),
        ("mobilenet_v2", 16, "mobilenet_v2 has stride 32 only, not 16"),
        ("resnet18", 8, "stride must be 16, 32, 64 or 128, not 8"),
    ],
)
def test_what_does_not_exist(name: str, stride: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PIPNet(name, 5, 3, stride)
