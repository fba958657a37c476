"""The command line: `pipnet` or `python -m pipnet`."""

from __future__ import annotations

import sys

import click

from pipnet.model_commands import convert, export, info
from pipnet.predict_commands import evaluate, predict
from pipnet.train_commands import selftrain, train


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="labeltool")
def cli() -> None:
    """Facial landmarks with PIPNet: predict, evaluate, train."""


for command in (predict, evaluate, train, selftrain, export, convert, info):
    cli.add_command(command)


def main() -> None:
    """Entry point; what the user can mend is one sentence and exit code 1."""
    from pipnet.checkpoint import CheckpointError  # noqa: PLC0415
    from pipnet.faces import FinderMissingError  # noqa: PLC0415
    from pipnet.images import ImageError  # noqa: PLC0415
    from pipnet.labels import LabelError  # noqa: PLC0415
    from pipnet.onnx_detector import OnnxError  # noqa: PLC0415
    from pipnet.scheme import SchemeError  # noqa: PLC0415
    from pipnet.train import DivergedError  # noqa: PLC0415

    known = (CheckpointError, DivergedError, FinderMissingError, ImageError, LabelError, OnnxError)
    try:
        cli()
    except OSError as error:
        place = f"{error.filename}: " if error.filename and error.strerror else ""
        click.echo(f"Error: {place}{error.strerror or error}", err=True)
        sys.exit(1)
    except (*known, SchemeError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        remedy = "give a smaller --batch, or --device of more memory"
        click.echo(f"Error: there is not enough memory: {remedy}", err=True)
        sys.exit(1)


def _is_out_of_memory(error: BaseException) -> bool:
    """Torch has a class of its own for a full GPU, and for a full machine only its allocator's
    text."""
    words = ("alloc_cpu.cpp", "can't allocate memory", "out of memory")
    return isinstance(error, MemoryError) or any(word in str(error) for word in words)


if __name__ == "__main__":
    main()
