"""The network that a training round starts from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from labeltool.domain import N_, Round, UserError
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds.run_inputs import trained_round
from labeltool.store import Store

DEFAULT_BACKBONE = "mobilenet_v2"
"""The backbone of a round that starts from ImageNet and names none."""

IMAGENET_FILES = {
    "mobilenet_v2": "mobilenet_v2-*.pth",
    "mobilenet_v3": "mobilenetv3-large-*.pth",
    "resnet18": "resnet18-*.pth",
}
"""Names of the published files of ImageNet weights, by backbone: torchvision's, and for
MobileNetV3 those that the authors of PIPNet used."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a training starts from.

    `trained`: a training round of this project, None for the starter. `imagenet`: the weights of a
    new backbone; then the other network only says how faces are cropped.
    """

    trained: Round | None
    imagenet: Path | None = None


def start_network(store: Store, options: RoundOptions) -> Start:
    """The start that the options name.

    Raises:
        UserError: no weights of ImageNet are at hand for the backbone.
    """
    if options.start == "current":
        return Start(trained_round(store))
    if options.start == "starter":
        return Start(None)
    backbone = options.backbone or DEFAULT_BACKBONE
    weights = imagenet_weights(store.folder, backbone)
    if weights is None:
        raise UserError(
            N_("There are no ImageNet weights for the backbone {backbone}."),
            N_("Put the file {name} into the project folder, or choose another start."),
            backbone=backbone,
            name=IMAGENET_FILES[backbone],
        )
    return Start(None, weights)


def imagenet_weights(project: Path, backbone: str) -> Path | None:
    """The ImageNet weights of a backbone: in the project folder, or where torch keeps what it
    downloaded; None if there are none."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    torch_home = Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch")
    for folder in (project, torch_home / "hub" / "checkpoints"):
        for file in sorted(folder.glob(IMAGENET_FILES[backbone])):
            return file.absolute()
    return None
