"""Commands that use a detector: predict, evaluate."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from pipnet.command_tools import (
    EXISTING,
    TARGET,
    mendable,
    open_detector,
    read_samples,
    split,
    weights_options,
)
from pipnet.crop import AUTHORS_CROP

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipnet.crop import Box
    from pipnet.detector import Detector
    from pipnet.stream import Boxes


@click.command()
@click.argument("sources", nargs=-1, required=True, type=EXISTING)
@weights_options
@click.option("--boxes", default="detect", show_default=True, help="detect | whole | a JSON file.")
@click.option("--device", default="cpu", show_default=True)
@click.option("--json", "out", required=True, type=TARGET, help="Output file.")
def predict(
    sources: tuple[Path, ...],
    weights: Path | None,
    backbone: str | None,
    scheme: str | None,
    meanface: Path | None,
    boxes: str,
    device: str,
    out: Path,
) -> None:
    """Write the landmarks of photos (files or folders) as JSON."""
    from pipnet.images import find_photos  # noqa: PLC0415
    from pipnet.stream import predict_photos  # noqa: PLC0415

    if not out.parent.is_dir():
        raise click.ClickException(f"there is no folder {out.parent} to write {out.name} into")
    detector = open_detector(weights, backbone, scheme, meanface, device)
    where, kind = _boxes(boxes, detector)
    photos = [p for s in sources for p in (find_photos(s)[0] if s.is_dir() else [s])]
    unread: list[str] = []
    with (
        _rows(out) as add,
        click.progressbar(length=len(photos), label="Predicting", file=sys.stderr) as bar,
    ):
        for result in predict_photos(detector, photos, where, kind):
            if result.problem is not None:
                unread.append(result.problem)
            for face in result.faces:
                add(
                    {
                        "image": str(result.photo),
                        "box": list(face.box),
                        "points": face.points.tolist(),
                        "scores": face.scores.tolist(),
                    }
                )
            bar.update(1)
        for reason in unread:
            click.echo(f"  left out: {reason}", err=True)
        told = f"{len(unread)} of {len(photos)} photos could not be read"
        if unread and len(unread) == len(photos):
            raise click.ClickException(f"{told}; nothing was written")
    if unread:
        click.echo(f"{told}; {out} has the faces of the others.", err=True)


@contextmanager
def _rows(out: Path) -> Iterator[Any]:
    """Write {"faces": [...]} row by row; the file appears whole or not at all."""
    partial = out.with_name(out.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            file.write('{"faces": [')
            yield _Adder(file)
            file.write("]}")
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)


class _Adder:
    """Writes one object of a JSON list after the other."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._between = file, ""

    def __call__(self, row: dict[str, Any]) -> None:
        self._file.write(self._between + json.dumps(row))
        self._between = ",\n"


def _boxes(what: str, detector: Detector) -> tuple[Boxes, str]:
    """Where faces are by the option `--boxes`, and the kind of these boxes."""
    if what == "whole":
        # from pixel edge to pixel edge, as the convention counts them
        edge = -0.5 - detector.convention.pixel_edge

        def whole(photo: Path, image: NDArray[np.uint8]) -> list[Box]:
            return [(edge, edge, float(image.shape[1]), float(image.shape[0]))]

        # the authors' code takes a face crop as it is
        return whole, "crop" if detector.convention == AUTHORS_CROP else "whole"
    if what == "detect":
        from pipnet.faces import face_finder  # noqa: PLC0415

        finder = face_finder()

        def found(photo: Path, image: NDArray[np.uint8]) -> list[Box]:
            return [face.box for face in finder(image)]

        return found, "detected"
    given = _given_boxes(Path(what))

    def listed(photo: Path, image: NDArray[np.uint8]) -> list[Box]:
        return given.get(str(photo), given.get(photo.name, []))

    return listed, "detected"


def _given_boxes(path: Path) -> dict[str, list[Box]]:
    """Boxes from JSON: {path or name of a photo: [[x, y, width, height], ...]}."""
    try:
        data = json.loads(path.read_text("utf-8"))
        given = {
            photo: [(float(x), float(y), float(w), float(h)) for x, y, w, h in rows]
            for photo, rows in data.items()
        }
    except OSError as error:
        raise click.ClickException(f"{path} could not be read: {error.strerror}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise click.ClickException(
            f"{path} must hold {{photo: [[x, y, width, height], ...]}} as JSON"
        ) from error
    for photo, rows in given.items():
        if any(not (w > 0 and h > 0) for _, _, w, h in rows):
            raise click.ClickException(f"{path} has a box without a size for {photo}")
    return given


@click.command()
@click.option("--data", multiple=True, required=True, type=EXISTING, help="Folder or COCO JSON.")
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
@click.option("--ced", type=TARGET, help="Write the cumulative error distribution as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    data: tuple[Path, ...],
    weights: Path | None,
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
    ced: Path | None,
    as_json: bool,
) -> None:
    """Compare with labelled photos: NME and failure rate in percent."""
    from pipnet.evaluate import evaluate as measure  # noqa: PLC0415
    from pipnet.faces import face_finder  # noqa: PLC0415

    detector = open_detector(weights, backbone, scheme, meanface, device)
    samples = read_samples(data, detector.scheme.count)
    if holdout is not None:
        samples = split(samples, holdout)[1]
    finder = face_finder() if boxes == "detect" else None
    with mendable():
        result = measure(detector, samples, finder, norm=norm, units=units)
    for reason in result.unreadable:
        click.echo(f"  left out: {reason}", err=True)
    row = result.summary()
    if regions:
        row["regions"] = result.per_region()
    if points:
        row["points"] = result.per_point()
    if ced is not None:
        with ced.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("error", "share"), *result.ced()])
    if as_json:
        click.echo(json.dumps(row))
    else:
        for name, value in row.items():
            click.echo(f"{name:10} {value}")
