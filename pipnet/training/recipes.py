"""Recipes to train by."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipnet.data.crop import AUTHORS_CROP, CropConvention
from pipnet.training.augment import Augmentation, Augmenter
from pipnet.training.augment_paper import PaperAugmentation
from pipnet.training.config import TrainConfig

PRESETS = ("best", "paper")


@dataclass(frozen=True, slots=True)
class Preset:
    """How to train, how to crop, how to augment."""

    config: TrainConfig
    convention: CropConvention
    augmentation: Augmenter
    detected_boxes: bool
    """Whether samples are also cropped by the boxes of the face detector."""


def preset(name: str, backbone: str, device: str = "cpu", *, pretrained: bool = False) -> Preset:
    """One of `PRESETS`.

    `paper`: the authors' published recipe (`train.py` of their code; 120 epochs for the MobileNets,
    as they advise): Adam, the rate divided by ten after half and five sixths, their augmentation on
    a crop of 1.1 landmark boxes, and no averaging. `best`: ours, see the model card for what it
    gains; on a CPU the first four stages of a `pretrained` MobileNet are frozen.

    Raises:
        ValueError: another name.
    """
    mobile = backbone.startswith("mobilenet")
    if name == "paper":
        config = TrainConfig(
            epochs=120 if mobile else 60, lr=1e-4, weight_decay=0.0, warmup_steps=0,
            milestones=(1 / 2, 5 / 6), max_gradient_norm=math.inf, ema_decay=0.0, device=device,
        )  # fmt: skip
        return Preset(config, AUTHORS_CROP, PaperAugmentation(), detected_boxes=False)
    if name != "best":
        raise ValueError(f"unknown preset {name!r}; known: {', '.join(PRESETS)}")
    frozen = 4 if mobile and pretrained and device == "cpu" else 0
    config = TrainConfig(epochs=90, ema_decay=0.999, frozen_stages=frozen, device=device)
    return Preset(config, CropConvention(), Augmentation(), detected_boxes=True)
