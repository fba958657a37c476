"""Commands for a whole project: create, status, check, restore."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from labeltool.cli.common import (
    Folder,
    opened_project,
    print_line,
    print_text,
    progress_bar,
    report_to,
)
from labeltool.domain import Counts, RoundStatus, UserError, counted


@click.command()
@click.argument("project", type=Folder)
@click.option(
    "--scheme",
    default="300w",
    show_default=True,
    help="Name of a scheme, number of landmarks, or TOML file.",
)
def new(project: Path, scheme: str) -> None:
    """Create a project."""
    from labeltool.store import create_project  # noqa: PLC0415
    from pipnet.data.scheme import SchemeError, load_scheme  # noqa: PLC0415

    try:
        kind = load_scheme(scheme)
    except SchemeError as error:
        raise UserError(f"{error}.") from error
    create_project(project, kind).close()
    print_line(f"Made {project} with the scheme {kind.name} ({counted(kind.count, 'landmark')}).")


@click.command()
@click.argument("project", type=Folder)
@click.argument("file", required=False)
@click.option(
    "--rename",
    "renamed",
    multiple=True,
    metavar="OLD=NEW",
    help="This landmark has another name in FILE; may be given several times.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def scheme(project: Path, file: str | None, renamed: tuple[str, ...], dry_run: bool) -> None:
    """Change the landmarks of a project to those of FILE, or print them as such a file.

    FILE is a TOML file or the name of a scheme. Landmarks are the same if their names are.
    """
    from labeltool.review.desk import default_reviewer  # noqa: PLC0415
    from labeltool.review.schemes.missing_landmarks import MIN_PLACED  # noqa: PLC0415
    from labeltool.review.schemes.scheme_file import sources_by_name  # noqa: PLC0415
    from labeltool.review.schemes.scheme_problems import change_sentences  # noqa: PLC0415
    from pipnet.data.scheme import SchemeError, load_scheme  # noqa: PLC0415

    with opened_project(project) as store:
        if file is None:
            print_text(store.scheme.to_toml().rstrip())
            return
        try:
            wanted = load_scheme(file)
        except SchemeError as error:
            raise UserError(f"{error}.") from error
        if wanted == store.scheme:
            print_line("The landmarks of the project are these already.")
            return
        sources = sources_by_name(store.scheme, wanted, dict(map(_pair, renamed)))
        labels = store.schemes.count_labels()
        for said in change_sentences(store.scheme, wanted, sources, labels, MIN_PLACED):
            print_line(said)
        if not dry_run:
            print_line(store.schemes.change(default_reviewer(), wanted, sources).message)


def _pair(words: str) -> tuple[str, str]:
    old, sign, new = words.partition("=")
    if not sign:
        raise click.BadParameter(f"{words!r} is not OLD=NEW", param_hint="--rename")
    return new, old


@click.command()
@click.argument("project", type=Folder)
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as one JSON object.")
def status(project: Path, as_json: bool) -> None:
    """Show how many photos, faces and decisions a project has, and its unfinished rounds."""
    from labeltool.store import SCHEMA  # noqa: PLC0415

    with opened_project(project) as store:
        counts = store.queue.counts()
        if as_json:
            names = (
                "photos", "faces", "proposed", "accepted", "corrected", "rejected", "excluded",
                "rounds",
            )  # fmt: skip
            numbers = {name: asdict(counts)[name] for name in names}
            print_line(json.dumps(numbers | {"schema": SCHEMA}))
            return
        _print_status(counts)
        for row in store.rounds.all():
            if row.status is not RoundStatus.READY:
                reason = str(row.error or "").splitlines()[:1]
                print_line(f"{row.kind} {row.number or ''} {row.status} {' '.join(reason)}")


def _print_status(counts: Counts) -> None:
    for name, value in asdict(counts).items():
        print_line(f"{name:12}{value:>8}")


@click.command()
@click.argument("project", type=Folder)
@click.option(
    "--repair",
    is_flag=True,
    help="Rebuild wrong states, counts and indexes from the log, "
    "and accept edited photos as they are now.",
)
@click.option(
    "--deep", is_flag=True, help="Compare the content of each photo, not only its size and time."
)
def check(project: Path, repair: bool, deep: bool) -> None:
    """Check the database, the photos and the files of the rounds, and list problems."""
    from labeltool.project.integrity import check as run_check  # noqa: PLC0415
    from labeltool.project.integrity import check_photos  # noqa: PLC0415

    with opened_project(project) as store:
        lines = run_check(store, repair)
        with progress_bar("Looking at photos") as bar:
            photos = check_photos(store, deep=deep, repair=repair, progress=report_to(bar))
    lines += photos.wrong
    for line in photos.whole:
        print_line(line)
    if photos.unhashed:
        count = counted(photos.unhashed, "photo has", "photos have")
        print_line(f"{count} no content hash to compare: only the size was looked at.", err=True)
    for line in lines or ["Everything is in order."]:
        print_line(line)
    if not all(repair and "mended" in line for line in lines):
        raise UserError(
            f"{counted(len(lines), 'problem was', 'problems were')} found.", "See the lines above."
        )


@click.command()
@click.argument("project", type=Folder)
@click.option(
    "--from",
    "source",
    help="Name or path of a backup, or 'newest'. Without it, backups are listed.",
)
def restore(project: Path, source: str | None) -> None:
    """List the backups of a project, or restore one; the replaced project file is kept."""
    from labeltool.store import BACKUP_FOLDER, newest_intact_backup  # noqa: PLC0415
    from labeltool.store import restore as put_back  # noqa: PLC0415

    if source is None:
        _print_backups(project)
        return
    if source == "newest":
        newest = newest_intact_backup(project)
        if newest is None:
            raise UserError(
                "{project} has no backup that can be read.",
                "Name a copy of your own.",
                project=project,
            )
        file = newest.file
    else:
        file = Path(source)
        if not os.path.isfile(file):
            file = project / BACKUP_FOLDER / source
    kept = put_back(project, file)
    print_line(f"Restored {project} from {file.name}.")
    if kept is not None:
        print_line(f"What was there before is kept as {kept.name}.")


def _print_backups(project: Path) -> None:
    from labeltool.store import backups, read_contents  # noqa: PLC0415

    rows = backups(project)
    if not rows:
        raise UserError(
            "{project} has no backups.", "They are made by working on a project.", project=project
        )
    for row in rows:
        try:
            held = read_contents(row.file)
            faces, operations = counted(held.faces, "face"), counted(held.operations, "operation")
            what = f"{faces:>14} {operations:>20}"
        except UserError:
            what = "damaged"
        moment = row.time.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        print_line(f"{row.file.name}  {moment}  {row.reason:8}{row.size / 2**20:>8.1f} MB  {what}")
    print_line(f"'labeltool restore {project} --from NAME' puts one in place.", err=True)
