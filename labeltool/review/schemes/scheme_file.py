"""Writes a scheme to a file."""

from __future__ import annotations

from pathlib import Path

from labeltool.domain import not_written
from pipnet.data.scheme import Scheme
from pipnet.output import replacing


def scheme_file_name(scheme: Scheme) -> str:
    """The name that is proposed for the file of a scheme."""
    return f"{scheme.name}.toml".replace("/", "-")


def save_scheme(scheme: Scheme, file: Path) -> Path:
    """Write a TOML file, complete or not at all; returns its path, which ends in `.toml`.

    Raises:
        UserError: it cannot be written there.
    """
    if file.suffix.lower() != ".toml":
        file = file.with_name(f"{file.name}.toml")
    try:
        with replacing(file) as part:
            part.write_text(scheme.to_toml(), encoding="utf-8")
    except OSError as error:
        raise not_written(file, error) from error
    return file
