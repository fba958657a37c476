"""Schemes in files: how one is written, and which landmarks of another one it has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from labeltool.domain import N_, UserError, not_written
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


def sources_by_name(before: Scheme, after: Scheme, renamed: Mapping[str, str]) -> list[int | None]:
    """For each landmark of `after` the place of the one in `before` with its name; None: it is new.

    Args:
        renamed: names before, by the name in `after`.

    Raises:
        UserError: a renamed landmark is not there, or would be two.
    """
    place = {name: k for k, name in enumerate(before.names)}
    for new, old in renamed.items():
        for name, scheme in ((old, before), (new, after)):
            if name not in scheme.names:
                raise UserError(
                    N_("The scheme {scheme!r} has no landmark {name!r}."),
                    N_("Name it as OLD=NEW: as it is in the project, and as it will be."),
                    scheme=scheme.name, name=name,
                )  # fmt: skip
    found = [place.get(renamed.get(name, name)) for name in after.names]
    twice = [k for k in found if k is not None and found.count(k) > 1]
    if twice:
        raise UserError(
            N_("The landmark {name!r} would become two."),
            N_("Take its old name out of the file, or do not rename it."),
            name=before.names[twice[0]],
        )
    return found
