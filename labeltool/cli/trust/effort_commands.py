"""The command that counts the drags which labels would take."""

from __future__ import annotations

import json
from pathlib import Path

import click

from labeltool.cli.common import print_line, print_text
from labeltool.domain import N_, UserError

_Existing = click.Path(exists=True, path_type=Path)


@click.command()
@click.argument("data", nargs=-1, required=True, type=_Existing)
@click.option(
    "--tolerance", type=click.FloatRange(0.1, 50), help="Percent of the norm; 8 if not given."
)
@click.option("--weights", type=_Existing, help="Model file; the starter else.")
@click.option(
    "--residuals", type=_Existing, help="Residual model; the one beside the weights else."
)
@click.option(
    "--boxes",
    type=click.Choice(["detect", "landmarks"]),
    default="detect",
    show_default=True,
    help="Which boxes the network is given.",
)
@click.option(
    "--holdout",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    help="Share of the photos to measure on, chosen as 'pipnet train' holds them out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def effort(
    data: tuple[Path, ...],
    tolerance: float | None,
    weights: Path | None,
    residuals: Path | None,
    boxes: str,
    holdout: float,
    as_json: bool,
) -> None:
    """Count the drags that labelled faces (folders or COCO files) would have taken.

    A simulated annotator moves the landmark that is off most to its true place, until all are
    within the tolerance; points of a contour are measured to the contour. Plain: each drag moves
    one landmark. Assisted: the others follow it. Scratch: plain, from the mean face in the box
    instead of the proposal.
    """
    from labeltool.domain.tolerance import DEFAULT_TOLERANCE  # noqa: PLC0415
    from pipnet import resources  # noqa: PLC0415
    from pipnet.calibration import residual_file  # noqa: PLC0415
    from pipnet.cli.options import read_samples, split_by_photo  # noqa: PLC0415
    from pipnet.data.coco import LabelError  # noqa: PLC0415
    from pipnet.evaluation.effort import measure_effort  # noqa: PLC0415
    from pipnet.inference.base import Detector  # noqa: PLC0415
    from pipnet.inference.face_detection import (  # noqa: PLC0415
        FaceDetectorMissingError,
        load_face_detector,
    )

    file = weights or resources.starter()
    try:
        detector = Detector.from_pretrained(file, "cpu")
        model = residual_file.find(file) if residuals is None else residual_file.load(residuals)
        samples = split_by_photo(read_samples(data, detector.scheme.names), holdout)[1]
        face_detector = load_face_detector() if boxes == "detect" else None
        if model is not None and not model.fits(detector.scheme):
            raise ValueError(f"the residual model is of another scheme than {file.name}")
        measured = measure_effort(
            detector, samples, DEFAULT_TOLERANCE if tolerance is None else tolerance / 100,
            model, face_detector,
        )  # fmt: skip
    except (
        FaceDetectorMissingError, LabelError, ValueError
    ) as error:  # fmt: skip
        raise UserError(N_("{reason}."), reason=str(error).rstrip(".")) from error
    figures = measured.summary()
    if as_json:
        print_text(json.dumps(figures))
        return
    print_line(
        f"{figures['faces']} faces, tolerance {figures['tolerance']:g} %: "
        f"{figures['untouched']:.1%} need no drag."
    )
    for name, words in (
        ("drags_plain", "plain"), ("drags_assisted", "assisted"), ("drags_scratch", "from scratch"),
    ):  # fmt: skip
        if figures[name] is not None:
            print_line(f"Drags a face, {words}: {figures[name]:.2f}")
