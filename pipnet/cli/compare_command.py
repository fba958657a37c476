"""The command that compares two detectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipnet.cli.options import (
    EXISTING,
    DetectorName,
    open_detector,
    read_samples,
    user_errors,
)
from pipnet.cli.predict_commands import list_left_out

if TYPE_CHECKING:
    from pipnet.evaluation.compare_detectors import Comparison, Figure
    from pipnet.inference.base import Detector

TITLES = {"nme": "NME %", "nme_curve": "curve NME %", "fr10": "FR10 %", "auc10": "AUC10"}


@click.command()
@click.argument("first", metavar="A", type=DetectorName())
@click.argument("second", metavar="B", type=DetectorName())
@click.option("--data", multiple=True, required=True, type=EXISTING, help="Label file or folder.")
@click.option(
    "--boxes", type=click.Choice(["landmarks", "detect"]), default="detect", show_default=True,
    help="Where the boxes come from: the labels, or the face detector.",
)  # fmt: skip
@click.option("--device", default="auto", show_default=True, help="auto | cpu | cuda | ...")
@click.option("--norm", help="What errors are divided by, see 'pipnet evaluate --help'.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(
    first: Path | str,
    second: Path | str,
    data: tuple[Path, ...],
    boxes: str,
    device: str,
    norm: str | None,
    as_json: bool,
) -> None:
    """Compare two detectors on the same labelled faces.

    A and B are model files, ONNX files, names of plug-ins, or 300w and 300w-renders. Intervals hold
    the difference with 95 % confidence, by a bootstrap over faces.
    """
    from pipnet.evaluation.compare_detectors import (  # noqa: PLC0415
        common_scheme,
        compare_detectors,
    )
    from pipnet.inference.face_detection import load_face_detector  # noqa: PLC0415

    one, other = _opened(first, device), _opened(second, device)
    with user_errors():
        names = common_scheme(one.scheme, other.scheme).names
    samples = read_samples(data, names)
    face_detector = load_face_detector() if boxes == "detect" else None
    with user_errors():
        found = compare_detectors(one, other, samples, face_detector, norm=norm)
    list_left_out(found.first)
    if as_json:
        click.echo(json.dumps({"A": str(first), "B": str(second), **found.to_dict()}))
    else:
        for line in _table(str(first), str(second), found):
            click.echo(line)


def _opened(detector: Path | str, device: str) -> Detector:
    if isinstance(detector, Path) and detector.suffix == ".pth":
        raise click.UsageError(f"{detector} holds weights only: 'pipnet convert' it first")
    return open_detector(detector, None, None, None, device, calibrated=False, fastest=True)


def _table(first: str, second: str, found: Comparison) -> list[str]:
    """What is printed: names, then a row for each figure."""
    missed = " and ".join(
        f"{count} by {name}" for name, count in zip("AB", found.missed, strict=True)
    )
    rows = [
        f"A: {first}",
        f"B: {second}",
        f"{found.faces} faces found by both; missed: {missed}; divided by {found.first.norm}",
        "",
        f"{'':18}{'A':>9}{'B':>9}{'B - A':>9}   95 % interval",
    ]
    rows += [_row(TITLES[name], figure) for name, figure in found.figures.items()]
    rows += [_row(f"  {name}", figure) for name, figure in found.regions.items()]
    times = "".join(f"{value:9.1f}" for value in found.milliseconds)
    difference = found.milliseconds[1] - found.milliseconds[0]
    return [*rows, f"{'ms a face':18}{times}{difference:+9.1f}"]


def _row(title: str, figure: Figure) -> str:
    digits, change = figure.digits, figure.change
    row = f"{title:18}{figure.first:9.{digits}f}{figure.second:9.{digits}f}"
    if change is None:
        return row
    low, high = f"{change.low:+.{digits}f}", f"{change.high:+.{digits}f}"
    return f"{row}{change.change:+9.{digits}f}   {low} to {high}"
