"""Files that may replace their own earlier version alone, and JSON that is read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labeltool.domain import N_, UserError, not_readable, not_written
from pipnet.output import FileKind, OverwriteError, replacing, target_of


@contextmanager
def writing(out: Path, kind: FileKind) -> Iterator[Path]:
    """Yield a new name beside a file, which takes its place when the block ends.

    Raises:
        UserError: it is there and something else, or cannot be written.
    """
    try:
        with replacing(target_of(out, kind)) as partial:
            yield partial
    except OverwriteError as error:
        raise UserError(
            N_("{path} is there already, and it is something else."),
            N_("Choose another name."),
            path=out,
        ) from error
    except OSError as error:
        raise not_written(out, error) from error


def write_text(out: Path, kind: FileKind, text: str) -> None:
    """Write a file, see `writing`."""
    with writing(out, kind) as partial:
        partial.write_text(text, encoding="utf-8")


def read_object(file: Path, form: str) -> dict[str, Any] | None:
    """The JSON object of a file whose `format` this is; None if it is something else.

    Raises:
        UserError: it cannot be read.
    """
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise not_readable(file, error) from error
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) and values.get("format") == form else None
