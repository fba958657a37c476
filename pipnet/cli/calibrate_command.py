"""The command that fits what a detector's expected errors are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from pipnet import resources
from pipnet.cli.options import (
    EXISTING,
    TARGET,
    force_option,
    open_detector,
    output_file,
    read_samples,
    split_by_photo,
    user_errors,
)
from pipnet.cli.predict_commands import list_left_out


@click.command()
@click.option(
    "--data", multiple=True, required=True, type=EXISTING,
    help="Label file or folder of labelled faces that the model was not trained on.",
)  # fmt: skip
@click.option("--weights", type=EXISTING, help="Model file; the starter if not given.")
@click.option(
    "--holdout", type=float, help="Only the faces that training with this share held out."
)
@click.option(
    "--boxes", type=click.Choice(["landmarks", "detect"]), default="detect", show_default=True,
    help="Where the boxes come from; give what predictions will use.",
)  # fmt: skip
@click.option("--device", default="cpu", show_default=True)
@click.option("--out", required=True, type=TARGET, help="File; beside the weights it is found.")
@force_option
def calibrate(
    data: tuple[Path, ...],
    weights: Path | None,
    holdout: float | None,
    boxes: str,
    device: str,
    out: Path,
    force: bool,
) -> None:
    """Fit the expected errors of a model, and circles that hold the truth 90 % of the time.

    WEIGHTS.calibration.json beside WEIGHTS.safetensors or WEIGHTS.onnx is found by the other
    commands. The figures that are printed are of faces that the fit did not see.
    """
    from pipnet.calibration.calibration_file import digest, save  # noqa: PLC0415
    from pipnet.evaluation.calibrate import calibrate as fit  # noqa: PLC0415
    from pipnet.evaluation.evaluate import evaluate  # noqa: PLC0415
    from pipnet.inference.face_detection import load_face_detector  # noqa: PLC0415
    from pipnet.output import CALIBRATION  # noqa: PLC0415

    file = weights or resources.starter()
    target = output_file(out, CALIBRATION, inputs=[file, *data], force=force)
    detector = open_detector(file, None, None, None, device, calibrated=False)
    samples = read_samples(data, detector.scheme.names)
    if holdout is not None:
        samples = split_by_photo(samples, holdout)[1]
        if not samples:
            raise click.ClickException(f"a holdout of {holdout} holds none of these faces out")
    face_detector = load_face_detector() if boxes == "detect" else None
    with user_errors():
        faces = evaluate(detector, samples, face_detector)
        model, figures = fit(faces, detector.scheme.name)
    list_left_out(faces)
    summary = {
        "faces": figures.faces,
        "boxes": boxes,
        **figures.summary(),
        "coverage_standard_error": round(figures.coverage_error, 4),
    }
    save(replace(model, models=(digest(file),), summary=summary), target)
    for name, value in summary.items():
        click.echo(f"{name:24} {value}")
    click.echo(f"Wrote {out}.")
