"""Commands that bring photos and labels in, and labels out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

import click

from labeltool.cli.common import Folder, opened_project, print_line, progress_bar, report_to
from labeltool.domain import UserError, counted, folder_name, with_path
from pipnet.text import one_line

if TYPE_CHECKING:
    from labeltool.exchange.photo_import import PhotoImportSummary
    from labeltool.store import Store

NAMED_FILES = 10
"""Pictures of kinds that are not supported that are named one by one."""


@click.command("import")
@click.argument("project", type=Folder)
@click.argument("paths", nargs=-1, required=True, type=Folder)
@click.option(
    "--as", "kind", type=click.Choice(["photos", "labels", "proposals"]), default="photos",
    show_default=True,
)  # fmt: skip
@click.option("--turn", is_flag=True, help="Labels made before the photos' EXIF turn: turn them.")
@click.option("--scale", is_flag=True, help="Labels made on copies of another size: scale them.")
@click.option(
    "--pages", type=click.Choice(["first", "all"]), default="first", show_default=True,
    help="Pages of a TIFF file that become photos; further ones are written into the project.",
)  # fmt: skip
def import_paths(
    project: Path, paths: tuple[Path, ...], kind: str, turn: bool, scale: bool, pages: str
) -> None:
    """Add photos and find their faces, or take labels from COCO files and .pts folders."""
    from labeltool.exchange import detection_pool, photo_import  # noqa: PLC0415

    if kind == "photos" and (turn or scale):
        raise click.UsageError("--turn and --scale are for --as labels and --as proposals")
    with opened_project(project) as store:
        if kind != "photos":
            _import_labels(store, paths, kind, turn=turn, scale=scale)
            return
        added = photo_import.add_photos(store, paths, all_pages=pages == "all")
        searched = {photo for photo, _file in store.photos.unsearched()}
        with progress_bar("Finding faces") as bar:
            detection_pool.search(store, report_to(bar), lambda changes: None)
        counts = store.queue.counts()
        print_line(
            f"{counted(added.new, 'new photo')}, {added.known} known; the project has "
            f"{counted(counts.photos, 'photo')} and {counted(counts.faces, 'face')}."
        )
        _print_left_out(added)
        problems = store.photos.problems()
        for photo_id, file, reason in problems:
            if photo_id in searched:
                print_line(f"  not usable: {with_path(reason, file)}", err=True)
        older = sum(photo_id not in searched for photo_id, *_ in problems)
        if older:
            count = counted(older, "photo was", "photos were")
            print_line(
                f"  {count} not usable before; import them again to try them again", err=True
            )
        if not added.new + added.known:
            raise UserError("No photo was imported.", "The lines above say why.")


def _print_left_out(added: PhotoImportSummary) -> None:
    """What of the given files and folders became no photo."""
    from labeltool.exchange.photo_import import skipped_kinds  # noqa: PLC0415

    skipped = added.skipped.total()
    if skipped:
        kinds = skipped_kinds(added.skipped)
        print_line(f"  {counted(skipped, 'file')} skipped: {kinds}", err=True)
    for photo in added.unsupported[:NAMED_FILES]:
        print_line(f"  not supported: {photo}", err=True)
    more = len(added.unsupported) - NAMED_FILES
    if more > 0:
        print_line(f"  and {more:,} more that are not supported", err=True)
    if added.left_pages:
        left = counted(sum(added.left_pages.values()), "further page")
        files = counted(len(added.left_pages), "TIFF file")
        print_line(f"  {left} of {files} left out; --pages all imports them too", err=True)
    for problem in added.problems:
        print_line(f"  not usable: {problem}", err=True)


def _import_labels(
    store: Store, paths: tuple[Path, ...], kind: str, *, turn: bool, scale: bool
) -> None:
    from labeltool.exchange import detection_pool, label_import  # noqa: PLC0415
    from labeltool.review.desk import default_reviewer  # noqa: PLC0415

    empty: list[str] = []
    for path in paths:
        summary = label_import.import_labels(
            store, path, default_reviewer(), proposals=kind == "proposals", turn=turn, scale=scale
        )
        print_line(
            f"{path.name}: imported {counted(summary.imported, kind.removesuffix('s'))} "
            f"({counted(summary.new_faces, 'new face')}), "
            f"skipped {summary.already_decided} because a person had decided on the face."
        )
        for problem in summary.problems:
            print_line(f"  not used: {problem}", err=True)
        if not summary.imported and not summary.already_decided:
            empty.append(path.name)
        if summary.has_unsearched_photos:
            with progress_bar("Finding faces") as bar:
                detection_pool.search(store, report_to(bar), lambda changes: None)
    if empty:
        raise UserError(
            f"There was nothing to use in {', '.join(empty)}.", "See what was not used, and why."
        )


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
