"""What the commands share: options, samples, and errors as one sentence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipnet import resources

if TYPE_CHECKING:
    from pipnet.checkpoint import Checkpoint
    from pipnet.crop import CropConvention
    from pipnet.data import Sample
    from pipnet.detector import Detector
    from pipnet.faces import FaceFinder
    from pipnet.images import ImageError

EXISTING = click.Path(exists=True, path_type=Path)
TARGET = click.Path(path_type=Path)


def weights_options(command: Any) -> Any:
    """`--weights`, and what an authors' `.pth` needs beside it."""
    for option in (
        click.option("--meanface", type=EXISTING, help="For a .pth: its meanface.txt."),
        click.option("--scheme", help="For a .pth: its scheme, e.g. 300w."),
        click.option("--backbone", help="For a .pth: resnet18, mobilenet_v2, ..."),
        click.option("--weights", type=EXISTING, help="Model file; the starter if not given."),
    ):
        command = option(command)
    return command


def load_weights(
    weights: Path | None, backbone: str | None, scheme: str | None, meanface: Path | None
) -> Checkpoint:
    """A model file of ours, or an authors' `.pth` with its backbone, scheme and mean face."""
    from pipnet.checkpoint import load, load_authors  # noqa: PLC0415
    from pipnet.meanface import read_meanface  # noqa: PLC0415
    from pipnet.scheme import load_scheme  # noqa: PLC0415

    if weights is None or weights.suffix == ".safetensors":
        return load(weights or resources.starter())
    if backbone is None or scheme is None or meanface is None:
        raise click.UsageError(
            f"{weights.name} carries weights only: give --backbone, --scheme and --meanface too"
        )
    with mendable():
        return load_authors(weights, backbone, load_scheme(scheme), read_meanface(meanface))


def open_detector(
    weights: Path | None,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
    device: str,
) -> Detector:
    """What runs the weights: ONNX Runtime for an exported `.onnx`, torch for everything else."""
    if weights is not None and weights.suffix == ".onnx":
        from pipnet.onnx_detector import OnnxDetector  # noqa: PLC0415

        return OnnxDetector(weights)
    from pipnet.predict import TorchDetector  # noqa: PLC0415

    return TorchDetector(load_weights(weights, backbone, scheme, meanface), usable_device(device))


def usable_device(name: str) -> str:
    """The name of a torch device that works here."""
    import torch  # noqa: PLC0415

    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise click.ClickException(f"device {name!r} cannot be used here") from error
    return name


@contextmanager
def mendable() -> Iterator[None]:
    """What the library refuses with a ValueError is the user's to mend: one sentence."""
    try:
        yield
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def read_samples(sources: Sequence[Path], count: int) -> list[Sample]:
    """The labelled faces of folders and COCO files, each with its landmark box."""
    from pipnet.crop import tight_box  # noqa: PLC0415
    from pipnet.data import Sample  # noqa: PLC0415
    from pipnet.labels import load_labelled  # noqa: PLC0415

    rows = []
    for source in sources:
        for face in load_labelled(source):
            if len(face.points) != count:
                raise click.ClickException(
                    f"{face.image} has {len(face.points)} landmarks, the scheme {count}"
                )
            rows.append(Sample(face.image, face.points, (tight_box(face.points),)))
    return rows


class LeftOut:
    """The photos that a command could not use, each named once."""

    def __init__(self) -> None:
        self._reasons: dict[Path, str] = {}

    def add(self, sample: Sample, error: ImageError) -> None:
        """Remember a photo; an `OnUnreadable` of training."""
        self._reasons[sample.image] = f"{error.path} {error.reason}"

    def report(self, samples: Sequence[Sample]) -> None:
        """Name the photos, and count the faces of these samples that were used."""
        if not self._reasons:
            return
        for reason in self._reasons.values():
            click.echo(f"  left out: {reason}", err=True)
        used = sum(item.image not in self._reasons for item in samples)
        click.echo(f"{used} of {len(samples)} labelled faces were used.", err=True)


def split(samples: Sequence[Sample], share: float) -> tuple[list[Sample], list[Sample]]:
    """Samples to train on and held out, by photo: `name_1` and `name_2` are one photo's faces."""

    def held(item: Sample) -> bool:
        photo = re.sub(r"_\d$", "", item.image.stem)
        return int(hashlib.sha256(photo.encode()).hexdigest()[:8], 16) / 2**32 < share

    return [s for s in samples if not held(s)], [s for s in samples if held(s)]


def with_detected(item: Sample, convention: CropConvention, finder: FaceFinder) -> Sample:
    """The sample with the face detector's box beside its own, where the detector finds the face.

    A photo that cannot be read is left to the training, which names it.
    """
    from dataclasses import replace  # noqa: PLC0415

    from pipnet.evaluate import match_box  # noqa: PLC0415
    from pipnet.images import ImageError, read_image  # noqa: PLC0415

    try:
        image = read_image(item.image)
    except ImageError:
        return item
    boxes = [convention.landmark_box(f.box, "detected") for f in finder(image)]
    match = match_box(item.boxes[0], boxes)
    return item if match is None else replace(item, boxes=(*item.boxes, boxes[match]))
