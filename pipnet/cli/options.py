"""What the commands share: options, reading samples, checking outputs, and error messages."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipnet import resources
from pipnet.text import one_line

if TYPE_CHECKING:
    from pipnet.data.crop import CropConvention
    from pipnet.data.images import ImageError
    from pipnet.data.sample import Sample
    from pipnet.inference.base import Detector
    from pipnet.inference.face_detection import FaceDetector
    from pipnet.models.checkpoint import Checkpoint
    from pipnet.output import FileKind

EXISTING = click.Path(exists=True, path_type=Path)
TARGET = click.Path(path_type=Path)

force_option = click.option(
    "--force", is_flag=True, help="Replace a file that is there, also one of another kind."
)
"""Never replaced all the same: what the command reads, folders, databases."""

MAX_NAMED_FILES = 5
"""A message names this many files, and counts the others."""


class DetectorName(click.ParamType):  # type: ignore[type-arg] # not generic before click 8.4
    """A detector: the `Path` of its file, also of one that ships, or the `str` that a plug-in is
    called."""

    name = "file or name"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        from pipnet.inference.opening import PRETRAINED, detector_file  # noqa: PLC0415
        from pipnet.inference.plugins import plugin_names  # noqa: PLC0415

        file = detector_file(value)
        if file is None:
            return str(value)
        if not file.exists():
            known = ", ".join([*PRETRAINED, *plugin_names()])
            self.fail(
                f"there is no file and no detector {str(value)!r}; known: {known}", param, ctx
            )
        return file


def weights_options(command: Any) -> Any:
    """`--weights`, and the options that a `.pth` of the authors needs in addition."""
    for option in (
        click.option("--meanface", type=EXISTING, help="For a .pth: its meanface.txt."),
        click.option("--scheme", help="For a .pth: its scheme, e.g. 300w."),
        click.option("--backbone", help="For a .pth: resnet18, mobilenet_v2, ..."),
        click.option(
            "--weights",
            type=DetectorName(),
            help="Model or ONNX file, or the name of a plug-in; the starter if not given.",
        ),
    ):
        command = option(command)
    return command


def load_weights(
    weights: Path | None, backbone: str | None, scheme: str | None, meanface: Path | None
) -> Checkpoint:
    """A model file of ours, or an authors' `.pth` with its backbone, scheme and mean face."""
    from pipnet.data.scheme import load_scheme  # noqa: PLC0415
    from pipnet.models.checkpoint import load, load_authors  # noqa: PLC0415
    from pipnet.models.neighbours import read_meanface  # noqa: PLC0415

    if weights is None or weights.suffix == ".safetensors":
        return load(weights or resources.starter())
    if backbone is None or scheme is None or meanface is None:
        raise click.UsageError(
            f"{weights.name} carries weights only: give --backbone, --scheme and --meanface too"
        )
    with user_errors():
        return load_authors(weights, backbone, load_scheme(scheme), read_meanface(meanface))


def open_detector(
    weights: Path | str | None,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
    device: str,
    *,
    calibrated: bool = True,
    fastest: bool = False,
) -> Detector:
    """What runs the weights: the plug-in that is named, ONNX Runtime for an `.onnx`, torch for
    everything else.

    `calibrated`: with the calibration that lies beside the weights, if any. `fastest`: whatever
    runs a model file of ours fastest on the device.
    """
    if isinstance(weights, str):
        from pipnet.inference.plugins import PluginDetector  # noqa: PLC0415

        return PluginDetector(weights)
    if weights is not None and weights.suffix.lower() == ".onnx":
        from pipnet.inference.opening import open_onnx  # noqa: PLC0415

        return open_onnx(weights, calibrated=calibrated)
    if fastest and (weights is None or weights.suffix == ".safetensors"):
        from pipnet.export.fastest import fastest_detector  # noqa: PLC0415

        return fastest_detector(
            weights or resources.starter(),
            device if device in ("auto", "cpu") else check_device(device),
            calibrated=calibrated, on_fallback=_say_slower,
        )  # fmt: skip
    from pipnet.calibration.calibration_file import find  # noqa: PLC0415
    from pipnet.inference.torch_detector import TorchDetector  # noqa: PLC0415

    return TorchDetector(
        load_weights(weights, backbone, scheme, meanface),
        check_device(device),
        error_model=find(weights or resources.starter()) if calibrated else None,
    )


def _say_slower(reason: str) -> None:
    click.echo(one_line(f"note: torch predicts, which is slower: {reason}"), err=True)


def output_file(
    path: Path, kind: FileKind, *, inputs: Iterable[Path] = (), force: bool = False
) -> Path:
    """The file to write for `path`, known to be writable before anything takes its time.

    Raises:
        click.ClickException: it must not be replaced or cannot be written.
    """
    from pipnet.output import OverwriteError, target_of  # noqa: PLC0415

    try:
        target = target_of(path, kind, inputs=inputs, force=force)
    except OverwriteError as error:
        raise click.ClickException(str(error)) from error
    nearest = _nearest(target.parent)
    if not nearest.is_dir():
        raise click.ClickException(f"{path} cannot be written: {nearest} is no folder")
    if not os.access(nearest, os.W_OK):
        raise click.ClickException(f"{path} cannot be written: {nearest} is read-only for you")
    return target


def _nearest(path: Path) -> Path:
    """The path itself, or of those above it the first that is there."""
    while not os.path.lexists(path):
        path = path.parent
    return path


def output_folder(path: Path, results: Sequence[str]) -> None:
    """Make sure before a training that `path` is, or can become, the folder of its results.

    Raises:
        click.ClickException: it is a file, cannot be written, or holds one of the `results`.
    """
    nearest = _nearest(path)
    if not nearest.is_dir():
        raise click.ClickException(f"{nearest} is a file: give a folder for the result")
    if not os.access(nearest, os.W_OK):
        raise click.ClickException(f"{nearest} is read-only for you: give another folder")
    for name in results:
        if os.path.lexists(path / name):
            raise click.ClickException(f"{path} holds a {name} already: give another folder")


def find_all_photos(sources: Sequence[Path]) -> list[Path]:
    """The photos of files and folders, each file once; lists on stderr what is not supported.

    Raises:
        click.ClickException: a source holds no photo.
    """
    from pipnet.data.images import PHOTO_SUFFIXES, find_photos, walk_files  # noqa: PLC0415

    found: dict[str, Path] = {}
    for source in sources:
        if not source.is_dir():
            found.setdefault(os.path.realpath(source), source)
            continue
        photos, unsupported = find_photos(source)
        if not photos:
            others = walk_files(source)[0]
            known = ", ".join(sorted(suffix[1:] for suffix in PHOTO_SUFFIXES))
            what = f" ({format_count(len(others), 'file')} of other kinds: {format_names(others)})"
            raise click.ClickException(
                f"there is no photo in {source}{what if others else ''}; it can be {known}"
            )
        if unsupported:
            number = format_count(len(unsupported), "file or folder", "files or folders")
            click.echo(f"  not supported: {number}: {format_names(unsupported)}", err=True)
        for photo in photos:
            found.setdefault(os.path.realpath(photo), photo)
    return list(found.values())


def format_names(paths: Sequence[Path | str]) -> str:
    """The first few of some paths, for the end of a sentence."""
    names = [str(path) for path in paths[:MAX_NAMED_FILES]]
    more = len(paths) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def format_count(number: int, one: str, many: str = "") -> str:
    """`1 photo`, `2 photos`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def check_device(name: str) -> str:
    """The name of a torch device. Raises click.ClickException if it cannot be used."""
    from pipnet.models.devices import DeviceError, usable_device  # noqa: PLC0415

    with user_errors(DeviceError):
        return str(usable_device(name))


@contextmanager
def user_errors(*errors: type[Exception]) -> Iterator[None]:
    """Show these errors of the library (ValueError by default) to the user, without a traceback."""
    known = errors or (ValueError,)
    try:
        yield
    except known as error:
        raise click.ClickException(str(error)) from error


def read_samples(sources: Sequence[Path], names: Sequence[str]) -> list[Sample]:
    """The labelled faces of label files and folders of any format, each with its landmark box,
    their landmarks in the order of these names. Faces that cannot be used are named."""
    from pipnet.data.boxes import tight_box  # noqa: PLC0415
    from pipnet.data.sample import Sample  # noqa: PLC0415
    from pipnet.formats.labelled_photos import load_any_labels  # noqa: PLC0415

    def report(problem: str) -> None:
        click.echo(f"not used: {problem}", err=True)

    def note(sentence: str) -> None:
        click.echo(f"note: {sentence}", err=True)

    rows = []
    for source in sources:
        for face in load_any_labels(source, names=names, report=report, note=note):
            if len(face.points) != len(names):
                raise click.ClickException(
                    f"{face.photo} has {len(face.points)} landmarks, the scheme {len(names)}"
                )
            rows.append(Sample(Path(face.photo), face.points, (tight_box(face.points),)))
    return rows


class SkippedPhotos:
    """The photos that a command could not read, each with its reason."""

    def __init__(self) -> None:
        self._reasons: dict[Path, str] = {}

    def add(self, sample: Sample, error: ImageError) -> None:
        """Record a photo; an `OnUnreadable` of training."""
        self._reasons[sample.image] = f"{error.path} {error.reason}"

    def report(self, samples: Sequence[Sample]) -> None:
        """Print the photos, and how many of the samples were used."""
        if not self._reasons:
            return
        for reason in self._reasons.values():
            click.echo(f"  left out: {reason}", err=True)
        used = sum(item.image not in self._reasons for item in samples)
        click.echo(f"{used} of {len(samples)} labelled faces were used.", err=True)


def split_by_photo(samples: Sequence[Sample], share: float) -> tuple[list[Sample], list[Sample]]:
    """Samples to train on and held out, by photo: `name_1` and `name_2` are one photo's faces."""

    def held(item: Sample) -> bool:
        photo = re.sub(r"_\d$", "", item.image.stem)
        return int(hashlib.sha256(photo.encode()).hexdigest()[:8], 16) / 2**32 < share

    return [s for s in samples if not held(s)], [s for s in samples if held(s)]


def add_detected_box(
    item: Sample, convention: CropConvention, face_detector: FaceDetector
) -> Sample:
    """The sample with the face detector's box beside its own, where the detector finds the face.

    A photo that cannot be read is left to the training, which names it.
    """
    from dataclasses import replace  # noqa: PLC0415

    from pipnet.data.images import ImageError, read_image  # noqa: PLC0415
    from pipnet.evaluation.evaluate import match_box  # noqa: PLC0415

    try:
        image = read_image(item.image)
    except ImageError:
        return item
    boxes = [convention.landmark_box(f.box, "detected") for f in face_detector(image)]
    match = match_box(item.boxes[0], boxes)
    return item if match is None else replace(item, boxes=(*item.boxes, boxes[match]))
