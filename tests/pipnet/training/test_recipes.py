"""Recipes: the authors' numbers, and when stages stay as they are."""

from __future__ import annotations

import math

import pytest

from pipnet.data.crop import AUTHORS_CROP, CropConvention
from pipnet.models.backbones import FEATURE_CHANNELS
from pipnet.training.augment import Augmentation
from pipnet.training.augment_paper import PaperAugmentation
from pipnet.training.recipes import PRESETS, preset


@pytest.mark.parametrize("backbone", FEATURE_CHANNELS)
@pytest.mark.parametrize("pretrained", [True, False])
def test_paper_is_the_recipe_of_the_authors(backbone: str, pretrained: bool) -> None:
    found = preset("paper", backbone, pretrained=pretrained)
    config, mobile = found.config, backbone.startswith("mobilenet")
    assert (config.epochs, config.batch, config.lr) == (120 if mobile else 60, 16, 1e-4)
    assert (config.weight_decay, config.warmup_steps, config.ema_decay) == (0, 0, 0)
    assert config.max_gradient_norm == math.inf
    assert (config.frozen_stages, config.freeze_batch_norm) == (0, False)
    milestones = [share * config.epochs for share in config.milestones]
    assert milestones == pytest.approx([60, 100] if mobile else [30, 50])
    assert found.convention == AUTHORS_CROP
    assert (found.convention.side, found.convention.enlarge) == (256, 1.1)
    assert not found.convention.square
    assert found.augmentation == PaperAugmentation()
    assert not found.detected_boxes


@pytest.mark.parametrize(
    ("backbone", "device", "pretrained", "frozen"),
    [
        ("mobilenet_v2", "cpu", True, 4),
        ("mobilenet_v3", "cpu", True, 4),
        ("mobilenet_v2", "cpu", False, 0),
        ("mobilenet_v2", "cuda", True, 0),
        ("mobilenet_v2", "cuda:1", True, 0),
        ("resnet18", "cpu", True, 0),
    ],
)
def test_best_freezes_a_pretrained_mobilenet_on_a_cpu(
    backbone: str, device: str, pretrained: bool, frozen: int
) -> None:
    found = preset("best", backbone, device, pretrained=pretrained)
    assert (found.config.frozen_stages, found.config.device) == (frozen, device)
    assert 0 < found.config.ema_decay < 1
    assert found.config.milestones == ()
    assert found.augmentation == Augmentation()
    assert found.convention == CropConvention()
    assert found.detected_boxes


def test_another_name_is_refused() -> None:
    assert PRESETS == ("best", "paper")
    with pytest.raises(ValueError, match="unknown preset 'bset'; known: best, paper"):
        preset("bset", "resnet18")
