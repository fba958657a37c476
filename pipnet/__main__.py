"""The command line: `pipnet` or `python -m pipnet`."""

from __future__ import annotations

import sys

import click

import pipnet
from pipnet.cli.calibrate_command import calibrate
from pipnet.cli.compare_command import compare
from pipnet.cli.model_commands import convert, export, info
from pipnet.cli.predict_commands import evaluate, predict
from pipnet.cli.train_commands import selftrain, train
from pipnet.text import one_line


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pipnet.__version__)
def cli() -> None:
    """Facial landmarks with PIPNet: predict, evaluate, train."""


for command in (predict, evaluate, compare, calibrate, train, selftrain, export, convert, info):
    cli.add_command(command)


def main() -> None:
    """Entry point. Errors that the user can fix are one sentence on stderr, exit code 1."""
    try:
        cli()
    except Exception as error:
        reason = _explained(error)
        if reason is None:
            raise
        click.echo(f"Error: {one_line(reason)}", err=True)
        sys.exit(1)


def _explained(error: Exception) -> str | None:
    """A sentence for the user; None for a bug."""
    # imported after the command, which may do without torch and then starts seconds sooner
    from pipnet.calibration.json_file import CalibrationError  # noqa: PLC0415
    from pipnet.data.coco import LabelError  # noqa: PLC0415
    from pipnet.data.images import ImageError  # noqa: PLC0415
    from pipnet.data.scheme import SchemeError  # noqa: PLC0415
    from pipnet.inference.face_detection import FaceDetectorMissingError  # noqa: PLC0415
    from pipnet.inference.onnx_detector import OnnxError  # noqa: PLC0415
    from pipnet.inference.plugins import PluginError  # noqa: PLC0415
    from pipnet.memory import is_out_of_memory  # noqa: PLC0415
    from pipnet.models.checkpoint import CheckpointError  # noqa: PLC0415
    from pipnet.training.trainer import DivergedError  # noqa: PLC0415

    known = (
        CalibrationError,
        CheckpointError,
        DivergedError,
        FaceDetectorMissingError,
        ImageError,
        LabelError,
        OnnxError,
        PluginError,
        SchemeError,
    )
    if isinstance(error, known):
        return str(error)
    if isinstance(error, OSError):
        named = error.filename is not None and error.strerror is not None
        return f"{error.filename}: {error.strerror}." if named else str(error)
    if is_out_of_memory(error):
        return (
            "there was not enough memory; close other programs, or give a smaller --batch (of "
            "train and selftrain) or another --device"
        )
    return None


if __name__ == "__main__":
    main()
