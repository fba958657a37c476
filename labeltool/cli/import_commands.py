"""The command that brings photos and labels in, or says what it would bring."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labeltool.cli.common import Folder, opened_project, print_line, progress_bar, report_to
from labeltool.domain import UserError, counted, with_path

if TYPE_CHECKING:
    from labeltool.exchange.label_source import LabelSource
    from labeltool.exchange.photo_import import PhotoImportSummary
    from labeltool.exchange.preview.label_preview import LookedAt, Weighed
    from labeltool.store import Store

NAMED_FILES = 10
"""Pictures of kinds that are not supported that are named one by one."""


@dataclass(frozen=True)
class _LabelChoice:
    """How the options say to import labels."""

    kind: str
    mapping: str | None = None
    shift: tuple[float, float] = (0.0, 0.0)
    turn: bool = False
    scale: bool = False


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
@click.option(
    "--map", "mapping", metavar="MAP",
    help="Which landmark is which: names, order, a published rule such as wflw-300w, or a file.",
)  # fmt: skip
@click.option(
    "--shift", type=(float, float), default=(0.0, 0.0), metavar="DX DY",
    help="Pixels to add to all positions: -1 -1 where they count from 1.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and import nothing.")
@click.option(
    "--json", "as_json", is_flag=True, help="With --dry-run: a JSON object for each path."
)
def import_paths(
    project: Path,
    paths: tuple[Path, ...],
    kind: str,
    *,
    turn: bool,
    scale: bool,
    pages: str,
    mapping: str | None,
    shift: tuple[float, float],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add photos and find their faces, or take labels or proposals from label files.

    With --as photos, a label file stands for the photos that it names. --dry-run looks at label
    files.
    """
    choice = _LabelChoice(kind, mapping, shift, turn=turn, scale=scale)
    if kind == "photos" and choice != _LabelChoice(kind):
        raise click.UsageError(
            "--turn, --scale, --map and --shift are for --as labels and --as proposals"
        )
    if kind == "photos" and dry_run:
        raise click.UsageError("--dry-run is for --as labels and --as proposals")
    if as_json and not dry_run:
        raise click.UsageError("--json is for --dry-run")
    with opened_project(project) as store:
        if dry_run:
            for path in paths:
                _preview(store, path, choice, as_json=as_json)
        elif kind == "photos":
            _import_photos(store, paths, all_pages=pages == "all")
        else:
            _import_labels(store, paths, choice)


def _import_photos(store: Store, paths: tuple[Path, ...], *, all_pages: bool) -> None:
    from labeltool.exchange import detection_pool, label_import, photo_import  # noqa: PLC0415
    from labeltool.exchange.label_source import find_label_source  # noqa: PLC0415
    from pipnet.data.images import classify  # noqa: PLC0415

    sources: dict[Path, LabelSource] = {}
    inside = {path: found for path in paths if (found := _photos_inside(store, path)) is not None}
    for path in paths:
        if path.is_file() and path not in inside and classify(path) == "other":
            with suppress(UserError):  # no label file: reported as a file that is no photo
                sources[path] = find_label_source(store, path)
    folders = [path for path in paths if path not in sources and path not in inside]
    added = photo_import.add_photos(store, folders, all_pages=all_pages)
    for extracted in inside.values():
        added.new, added.known = added.new + extracted.new, added.known + extracted.known
    for source in sources.values():
        named = label_import.import_photos(store, source)
        added.new, added.known = added.new + named.new, added.known + named.known
        for problem in source.problems:
            print_line(f"  not used: {problem}", err=True)
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
        print_line(f"  {count} not usable before; import them again to try them again", err=True)
    if not added.new + added.known:
        raise UserError("No photo was imported.", "The lines above say why.")


def _photos_inside(store: Store, path: Path) -> PhotoImportSummary | None:
    """Take out and add the photos that a label file holds; None if it holds none."""
    if path.suffix.lower() != ".mat" or not path.is_file():
        return None
    from labeltool.exchange.photos_inside import add_photos_inside  # noqa: PLC0415

    with progress_bar("Taking out photos") as bar:
        return add_photos_inside(store, path, report_to(bar))


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


def _import_labels(store: Store, paths: tuple[Path, ...], choice: _LabelChoice) -> None:
    from labeltool.exchange import detection_pool, label_import  # noqa: PLC0415
    from labeltool.exchange.label_source import find_label_source, fit_to_scheme  # noqa: PLC0415
    from labeltool.exchange.mapping.landmark_map import choose_map, landmarks_of  # noqa: PLC0415
    from labeltool.review.desk import default_reviewer  # noqa: PLC0415

    empty: list[str] = []
    for path in paths:
        has_photos = _photos_inside(store, path) is not None
        source = find_label_source(store, path)
        mapping = None
        if choice.mapping is not None:
            mapping = choose_map(choice.mapping, landmarks_of(source.read), store.scheme)
        summary = label_import.import_labels(
            store, fit_to_scheme(source, store.scheme, mapping, choice.shift), default_reviewer(),
            proposals=choice.kind == "proposals", turn=choice.turn, scale=choice.scale,
        )  # fmt: skip
        print_line(
            f"{path.name}: imported {counted(summary.imported, choice.kind.removesuffix('s'))} "
            f"({counted(summary.new_faces, 'new face')}), "
            f"skipped {summary.already_decided} because a person had decided on the face."
        )
        for problem in summary.problems:
            print_line(f"  not used: {problem}", err=True)
        if not summary.imported and not summary.already_decided:
            empty.append(path.name)
        if summary.has_unsearched_photos or has_photos:
            with progress_bar("Finding faces") as bar:
                detection_pool.search(store, report_to(bar), lambda changes: None)
    if empty:
        raise UserError(
            f"There was nothing to use in {', '.join(empty)}.", "See what was not used, and why."
        )


def _preview(store: Store, path: Path, choice: _LabelChoice, *, as_json: bool) -> None:
    from labeltool.exchange.mapping.landmark_map import choose_map  # noqa: PLC0415
    from labeltool.exchange.preview import preview_words  # noqa: PLC0415
    from labeltool.exchange.preview.evidence import Evidence  # noqa: PLC0415
    from labeltool.exchange.preview.label_preview import (  # noqa: PLC0415
        ImportChoice,
        look_at,
        weigh,
    )

    with progress_bar("Looking") as bar:
        looked = look_at(store, path, report_to(bar))
        mapping = looked.own
        if choice.mapping is not None:
            mapping = choose_map(choice.mapping, looked.landmarks, store.scheme)
        wanted = ImportChoice(
            None if choice.mapping is None else mapping,
            choice.kind == "proposals", turn=choice.turn, scale=choice.scale,
        )  # fmt: skip
        weighed = weigh(store, looked, wanted, Evidence(store), report_to(bar))
    if as_json:
        facts = preview_words.as_json(looked, weighed, mapping, store.scheme)
        click.echo(json.dumps(facts, ensure_ascii=False, allow_nan=False))
        return
    print_line(path.name)
    for name, fact in preview_words.facts(looked, weighed, mapping, store.scheme):
        print_line(f"  {name}: {fact}")
    _print_lists(looked, weighed)


def _print_lists(looked: LookedAt, weighed: Weighed) -> None:
    """What is not used, and what stays as it was decided."""
    unused = (*looked.missing, *looked.source.read.problems, *weighed.problems)
    for problem in unused:
        print_line(f"  not used: {problem}", err=True)
    for kept in weighed.listed:
        if not kept.is_same:
            print_line(f"  kept: face {kept.face} of {kept.photo} is {kept.verdict}", err=True)
