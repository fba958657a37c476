"""Commands that use a detector: predict, evaluate."""

from __future__ import annotations

import csv
import json
import math
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from pipnet import resources
from pipnet.cli.options import (
    EXISTING,
    TARGET,
    find_all_photos,
    force_option,
    format_count,
    format_names,
    open_detector,
    output_file,
    read_samples,
    split_by_photo,
    user_errors,
    weights_options,
)
from pipnet.data.crop import AUTHORS_CROP
from pipnet.text import one_line

MAX_BOX_SCALE = 10
"""A given box may be this many times as wide or high as its photo."""

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipnet.data.boxes import Box
    from pipnet.evaluation.evaluate import Evaluation
    from pipnet.inference.base import Detector
    from pipnet.inference.results import FaceLandmarks


@click.command()
@click.argument("sources", nargs=-1, required=True, type=EXISTING)
@weights_options
@click.option("--boxes", default="detect", show_default=True, help="detect | whole | a JSON file.")
@click.option("--device", default="auto", show_default=True, help="auto | cpu | cuda | ...")
@click.option("--json", "out", required=True, type=TARGET, help="Output file.")
@force_option
def predict(
    sources: tuple[Path, ...],
    weights: Path | str | None,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
    boxes: str,
    device: str,
    out: Path,
    force: bool,
) -> None:
    """Write the landmarks of photos (files or folders) as JSON."""
    from pipnet.inference.pipeline import PhotoRequest, predict_photos  # noqa: PLC0415
    from pipnet.output import PREDICTIONS  # noqa: PLC0415

    if not os.path.isdir(out.parent):
        raise click.ClickException(f"there is no folder {out.parent} to write {out.name} into")
    photos = find_all_photos(sources)
    file = None if boxes in ("detect", "whole") else Path(boxes)
    given = None if file is None else _boxes_of(file, photos)
    inputs = [*photos, *(path for path in (weights, meanface, file) if isinstance(path, Path))]
    target = output_file(out, PREDICTIONS, inputs=inputs, force=force)
    detector = open_detector(weights, backbone, scheme, meanface, device, fastest=True)
    problems: list[str] = []
    unread, without = list[str](), list[Path]()
    faces = 0
    find_boxes = _face_boxes(boxes, given, detector, problems)
    requests = (PhotoRequest(photo, partial(find_boxes, photo)) for photo in photos)
    with (
        _rows(target) as add,
        click.progressbar(length=len(photos), label="Predicting", file=sys.stderr) as bar,
    ):
        results = predict_photos(detector, requests)
        for photo, result in zip(photos, results, strict=True):
            found = [face for face in result if face.is_found]
            if result.problem is not None:
                unread.append(result.problem)
            elif not found:
                without.append(photo)
            for face in found:
                faces += 1
                add(_row(photo, face))
            bar.update(1)
        _list_problems([*unread, *problems], without)
        message = f"{len(unread)} of {len(photos)} photos could not be read"
        if unread and len(unread) == len(photos):
            raise click.ClickException(f"{message}; nothing was written")
        if not faces:
            raise click.ClickException(
                f"no face was found in {format_count(len(photos), 'photo')}, so nothing was "
                "written; --boxes gives the boxes of faces"
            )
    if unread:
        click.echo(f"{message}; {out} has the faces of the others.", err=True)


def _list_problems(problems: Sequence[str], without_face: Sequence[Path]) -> None:
    """Name what was left out, and the photos without a face."""
    for problem in problems:
        click.echo(one_line(f"  left out: {problem}"), err=True)
    if without_face:
        count = format_count(len(without_face), "photo")
        click.echo(one_line(f"  no face: {count}: {format_names(without_face)}"), err=True)


def _row(photo: Path, face: FaceLandmarks) -> dict[str, Any]:
    return {"image": str(photo), **face.to_dict()}


@contextmanager
def _rows(out: Path) -> Iterator[Any]:
    """Write {"faces": [...]} row by row; the file appears whole or not at all."""
    from pipnet.output import replacing  # noqa: PLC0415

    with replacing(out) as partial, partial.open("w", encoding="utf-8") as file:
        file.write('{"faces": [')
        yield _RowWriter(file)
        file.write("]}")


class _RowWriter:
    """Writes one object of a JSON list after the other."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._between = file, ""

    def __call__(self, row: dict[str, Any]) -> None:
        self._file.write(self._between + json.dumps(row))
        self._between = ",\n"


def _face_boxes(
    option: str,
    given: Mapping[Path, list[Box]] | None,
    detector: Detector,
    problems: list[str],
) -> Callable[[Path, NDArray[np.uint8]], list[tuple[Box, str]]]:
    """What finds the boxes of a photo's faces for the option `--boxes`.

    Of the boxes `given`, those that cannot be on their photo are left out and named in `problems`.
    """
    if given is not None:

        def boxes_in_file(photo: Path, image: NDArray[np.uint8]) -> list[tuple[Box, str]]:
            height, width = image.shape[:2]
            kept: list[tuple[Box, str]] = []
            for box in given.get(photo, []):
                if _is_on_photo(box, width, height):
                    kept.append((box, "detected"))
                else:
                    problems.append(
                        f"{photo}: the box {list(box)} does not fit a photo of {width} x {height}"
                    )
            return kept

        return boxes_in_file
    if option == "whole":
        # from pixel edge to pixel edge, as the convention counts them
        edge = -0.5 - detector.convention.pixel_edge
        # the authors' code takes a face crop as it is
        kind = "crop" if detector.convention == AUTHORS_CROP else "whole"

        def whole_photo(_photo: Path, image: NDArray[np.uint8]) -> list[tuple[Box, str]]:
            return [((edge, edge, float(image.shape[1]), float(image.shape[0])), kind)]

        return whole_photo

    def detected(_photo: Path, image: NDArray[np.uint8]) -> list[tuple[Box, str]]:
        return [(box, "detected") for box in detector.find_faces(image)]

    return detected


def _is_on_photo(box: Box, width: int, height: int) -> bool:
    """Whether a box overlaps the photo and is not many times as large."""
    x, y, w, h = box
    overlaps = x < width and y < height and x + w > 0 and y + h > 0
    return overlaps and w <= MAX_BOX_SCALE * width and h <= MAX_BOX_SCALE * height


def _boxes_of(path: Path, photos: Sequence[Path]) -> dict[Path, list[Box]]:
    """The boxes that a JSON file gives each of the photos, by path or by name.

    Raises:
        click.ClickException: the file cannot be used, names none of the photos, or names a photo
            so that it could be another one.
    """
    boxes = _given_boxes(path)
    by_key: dict[str, list[Path]] = {}
    for photo in photos:
        for key in {_nfc(str(photo)), _nfc(photo.name)}:
            by_key.setdefault(key, []).append(photo)
    given: dict[Path, list[Box]] = {}
    unused = []
    # paths before names, which say less
    for key in sorted(boxes, key=lambda key: "/" not in key.replace("\\", "/")):
        found = by_key.get(_nfc(key), [])
        if len(found) > 1:
            raise click.ClickException(
                f"{path}: {key} could be {found[0]} or {found[1]}; give their paths"
            )
        if found:
            given.setdefault(found[0], boxes[key])
        else:
            unused.append(key)
    if not given:
        raise click.ClickException(
            f"{path} names none of the photos given; it names "
            f"{format_names(unused) or 'none at all'}"
        )
    if unused:
        number = format_count(len(unused), "photo")
        click.echo(f"  {path.name} names {number} not given here: {format_names(unused)}", err=True)
    return given


def _nfc(name: str) -> str:
    """The name as other file systems may write it: accents and Hangul composed."""
    return unicodedata.normalize("NFC", name)


def _given_boxes(path: Path) -> dict[str, list[Box]]:
    """Boxes from JSON: {path or name of a photo: [[x, y, width, height], ...]}."""
    try:
        data = json.loads(path.read_text("utf-8-sig"))
        given = {
            photo: [(_number(x), _number(y), _number(w), _number(h)) for x, y, w, h in rows]
            for photo, rows in data.items()
        }
    except OSError as error:
        raise click.ClickException(f"{path} could not be read: {error.strerror}") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise click.ClickException(
            f"{path} must hold {{photo: [[x, y, width, height], ...]}} as JSON"
        ) from error
    for photo, rows in given.items():
        for box in rows:
            if not all(map(math.isfinite, box)):
                raise click.ClickException(f"{path}: a box of {photo} has no position: {list(box)}")
            if min(box[2:]) <= 0:
                raise click.ClickException(f"{path} has a box without a size for {photo}")
    return given


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


@click.command()
@click.option("--data", multiple=True, required=True, type=EXISTING, help="Label file or folder.")
@weights_options
@click.option(
    "--boxes", type=click.Choice(["landmarks", "detect"]), default="landmarks", show_default=True
)
@click.option("--device", default="cpu", show_default=True)
@click.option(
    "--holdout", type=float, help="Only the faces that training with this share held out."
)
@click.option(
    "--norm",
    help="What errors are divided by: inter-ocular, inter-pupil, box, or two points such as 36-45; "
    "the scheme's own pair if not given.",
)
@click.option(
    "--units", type=click.Choice(["image", "crop"]), default="image", show_default=True,
    help="crop: in fractions of the crop's width and height, as the authors measure.",
)  # fmt: skip
@click.option("--regions", is_flag=True, help="Also the error of each region.")
@click.option("--points", is_flag=True, help="Also the error of each landmark.")
@click.option(
    "--error", "with_expected", is_flag=True,
    help="Also how well expected errors tell the true ones, and what the circles hold.",
)  # fmt: skip
@click.option("--ced", type=TARGET, help="Write the cumulative error distribution as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@force_option
def evaluate(
    data: tuple[Path, ...],
    weights: Path | str | None,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
    boxes: str,
    device: str,
    holdout: float | None,
    norm: str | None,
    units: str,
    regions: bool,
    points: bool,
    with_expected: bool,
    ced: Path | None,
    as_json: bool,
    force: bool,
) -> None:
    """Compare with labelled photos: NME and failure rate in percent."""
    from pipnet.evaluation.evaluate import evaluate as measure  # noqa: PLC0415
    from pipnet.inference.face_detection import load_face_detector  # noqa: PLC0415
    from pipnet.output import CED, replacing  # noqa: PLC0415

    detector = open_detector(weights, backbone, scheme, meanface, device)
    if with_expected:
        _check_calibration(detector, weights, units)
    samples = read_samples(data, detector.scheme.names)
    if ced is not None:
        inputs = [*data, *(item.image for item in samples)]
        inputs += [path for path in (weights, meanface) if isinstance(path, Path)]
        ced = output_file(ced, CED, inputs=inputs, force=force)
    if holdout is not None:
        samples = split_by_photo(samples, holdout)[1]
        if not samples:
            raise click.ClickException(f"a holdout of {holdout} holds none of these faces out")
    face_detector = load_face_detector() if boxes == "detect" else None
    with user_errors():
        result = measure(detector, samples, face_detector, norm=norm, units=units)
    row = _figures(result, regions, points, with_expected)
    list_left_out(result)
    if ced is not None:
        with (
            replacing(ced) as partial,
            partial.open("w", encoding="utf-8", newline="") as file,
        ):
            csv.writer(file).writerows([("error", "share"), *result.ced()])
    if as_json:
        click.echo(json.dumps(row))
    else:
        for name, value in row.items():
            click.echo(f"{name:14} {value}")


def _check_calibration(detector: Detector, weights: Path | str | None, units: str) -> None:
    """Raise an error for the user if `--error` has nothing to measure."""
    if units == "crop":
        raise click.UsageError("--error measures in pixels of the photo: leave --units out")
    if detector.error_model is None:
        raise click.ClickException(
            f"{weights or resources.starter()} has no calibration, so no errors are expected: "
            "'pipnet calibrate' fits one"
        )


def _figures(
    result: Evaluation, regions: bool, points: bool, with_expected: bool
) -> dict[str, Any]:
    """What `evaluate` prints."""
    row = result.summary()
    if result.unmeasured:
        row["unmeasured"] = len(result.unmeasured)
    if regions:
        row["regions"] = result.per_region()
    if points:
        row["points"] = result.per_point()
    figures = result.error_figures() if with_expected else None
    return row if figures is None else row | figures.summary()


def list_left_out(result: Evaluation) -> None:
    """Name the faces that are in no figure."""
    for reason in result.unreadable:
        click.echo(one_line(f"  left out: {reason}"), err=True)
    if result.unmeasured:
        click.echo(
            f"  left out: {format_count(len(result.unmeasured), 'face')}, for the points of the "
            f"norm {result.norm} are unlabelled or at one place: {format_names(result.unmeasured)}",
            err=True,
        )
