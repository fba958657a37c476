"""The network that a training round starts from."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from labeltool.domain import N_, Message, Round, UserError, model_name, not_readable
from labeltool.domain.round_options import BACKBONES, DEFAULT_BACKBONE, RoundOptions
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import starter, trained_round
from labeltool.store import Store
from pipnet.models.terms import FREE, descent, file_backbone

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
    new backbone; then the other network only says how faces are cropped. `backbone`: None if the
    model file does not say it.
    """

    trained: Round | None
    weights: Path
    backbone: str | None
    imagenet: Path | None = None

    @property
    def name(self) -> Message:
        """What it is called, for the middle of a sentence."""
        if self.imagenet is not None:
            return Message(N_("weights from ImageNet"))
        return model_name("starter" if self.trained is None else self.trained.model)

    @property
    def is_free(self) -> bool:
        """Whether a network that is trained from it is free for any use.

        Raises:
            UserError: its file cannot be read.
        """
        try:
            return bool(descent(self.imagenet or self.weights)["terms"] == FREE)
        except OSError as error:
            file = self.imagenet or self.weights
            raise not_readable(file, error, N_("Put it back, or choose another start.")) from error


def start_network(store: Store, options: RoundOptions) -> Start:
    """The start that the options name.

    Raises:
        UserError: no weights of ImageNet are at hand for the backbone.
    """
    if options.start == "current" and (trained := trained_round(store)) is not None:
        model = RunFolder(trained.folder).model
        return Start(trained, model, file_backbone(model))
    model = starter(store)
    if options.start != "imagenet":
        return Start(None, model, file_backbone(model))
    backbone = options.backbone or DEFAULT_BACKBONE
    weights = imagenet_weights(store.folder, backbone)
    if weights is None:
        raise UserError(
            N_("There are no ImageNet weights for the backbone {backbone}."),
            N_("Put the file {name} into the project folder, or choose another start."),
            backbone=backbone,
            name=IMAGENET_FILES[backbone],
        )
    return Start(None, model, backbone, weights)


def imagenet_weights(project: Path, backbone: str) -> Path | None:
    """The ImageNet weights of a backbone: in the project folder, or where torch keeps what it
    downloaded; None if there are none."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    torch_home = Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch")
    for folder in (project, torch_home / "hub" / "checkpoints"):
        for file in sorted(folder.glob(IMAGENET_FILES[backbone])):
            return file.absolute()
    return None


def backbones_at_hand(project: Path) -> list[str]:
    """The backbones that a round may start from ImageNet with."""
    return [name for name in BACKBONES if imagenet_weights(project, name) is not None]


def likely_devices() -> list[str]:
    """The devices that this computer seems to have; only a worker, which loads torch, knows."""
    has_cuda = shutil.which("nvidia-smi") is not None
    has_mps = (platform.system(), platform.machine()) == ("Darwin", "arm64")
    return ["auto", "cpu", *(["cuda"] if has_cuda else []), *(["mps"] if has_mps else [])]
