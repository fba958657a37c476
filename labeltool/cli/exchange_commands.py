"""Commands about photos that moved, and labels that go out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

import click

from labeltool.cli.common import Folder, opened_project, print_line
from labeltool.domain import UserError, counted, folder_name
from pipnet.text import one_line


@click.command()
@click.argument("project", type=Folder)
@click.argument("folder", type=Folder)
@click.option(
    "--from", "old",
    help="Which photo folder moved, if several are not there: its path as the project knows it, or "
    "its name if no other has it.",
)  # fmt: skip
def relocate(project: Path, folder: Path, old: str | None) -> None:
    """Set the new path of a photo folder of the project."""
    with opened_project(project) as store:
        roots = store.photos.roots()
        found = _missing(roots) or list(roots) if old is None else _named(roots, old)
        if len(found) != 1:
            known = "".join(
                f"\n  {one_line(root)}{' (not there)' * (root_id in _missing(roots))}"
                for root_id, root in roots.items()
            )
            raise UserError("Which photo folder moved? Name one with --from:" + known)
        print_line(store.photos.move_root(found[0], folder.absolute()).message)


def _missing(roots: dict[int, Path]) -> list[int]:
    return [root_id for root_id, root in roots.items() if not os.path.isdir(root)]


def _named(roots: dict[int, Path], name: str) -> list[int]:
    """The photo folders with this path, which Windows may have written, or else this name."""
    matches: tuple[Callable[[Path], bool], ...] = (
        lambda root: root in (Path(name), Path(name).absolute()),
        lambda root: not root.is_absolute() and PureWindowsPath(root) == PureWindowsPath(name),
        lambda root: folder_name(root) == name,
    )
    for match in matches:
        if found := [root_id for root_id, root in roots.items() if match(root)]:
            return found
    return []


class _LabelFormatName(click.ParamType[str]):
    """A name in the table of label formats, which is imported only when it is needed."""

    name = "format"

    @staticmethod
    def _choice() -> click.Choice[str]:
        from labeltool.exchange.formats.format_table import FORMATS  # noqa: PLC0415

        return click.Choice([known.name for known in FORMATS])

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self._choice().convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._choice().get_metavar(param, ctx)


@click.command("export")
@click.argument("project", type=Folder)
@click.argument("out", type=Folder)
@click.option("--format", "form", type=_LabelFormatName(), required=True)
@click.option("--force", is_flag=True, help="Replace files that are there, also of another kind.")
def export_command(project: Path, out: Path, form: str, force: bool) -> None:
    """Write the accepted and corrected faces to the file OUT, or to a folder for pts."""
    from labeltool.exchange.label_export import export_labels  # noqa: PLC0415

    with opened_project(project) as store:
        written = export_labels(store, out, form, force=force)
    faces, photos = counted(written.faces, "face"), counted(written.photos, "photo")
    print_line(f"Wrote {faces} of {photos} to {out}.")
    for problem in written.problems:
        print_line(f"  {problem}", err=True)
