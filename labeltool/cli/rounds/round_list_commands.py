"""Commands about the rounds that there were: list them, choose which network is in use."""

from __future__ import annotations

import json
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
from labeltool.cli.rounds.round_commands import resumed_rounds
from labeltool.domain import Round, RoundKind


@click.command()
@click.argument("project", type=Folder)
@click.option("--json", "as_json", is_flag=True, help="A JSON list of objects, oldest first.")
def rounds(project: Path, as_json: bool) -> None:
    """List the training rounds: what they used, how good they are, which one is in use."""
    from labeltool.rounds.quality.round_figures import figures  # noqa: PLC0415

    with opened_project(project) as store:
        rows = [row for row in store.rounds.all() if row.kind is RoundKind.TRAIN]
        current = store.rounds.current()
    if as_json:
        print_line(json.dumps([figures(row) for row in rows]))
        return
    if not rows:
        print_line("No round was trained yet: 'labeltool train' starts one.")
        return
    _print_rounds(rows, "" if current is None else current.model)


def _print_rounds(rows: list[Round], in_use: str) -> None:
    from labeltool.rounds.quality.round_figures import figures  # noqa: PLC0415

    widths = "{:>5}  {:9} {:>7} {:>7} {:>8}  {:24} {}"
    header = ("round", "status", "manual", "pseudo", "audit %", "change (95 %)", "")
    print_line(widths.format(*header).rstrip())
    for row in rows:
        known = figures(row)
        audit, against = row.summary.get("audit"), row.summary.get("against")
        error, change = "-", "-"
        if isinstance(audit, dict):
            error = f"{audit['nme']:.2f}"
        if isinstance(against, dict):
            change = "{nme_change:+.2f} ({low:+.2f} to {high:+.2f})".format(**against)
        state = "in use" if row.promoted and row.model == in_use else ""
        if row.status == "ready" and not row.promoted:
            state = "waits: labeltool promote"
        if row.status == "packed":
            state = "waits: labeltool round bring-in"
        said = "  ".join(text for text in (state, row.name, row.note) if text)
        columns = (row.number, row.status, known["manual"], known["pseudo"], error, change, said)
        print_line(widths.format(*map(str, columns)).rstrip())


@click.command()
@click.argument("project", type=Folder)
@click.argument("number", type=click.IntRange(1))
def promote(project: Path, number: int) -> None:
    """Take the network of a round that waits for it into use, and offer its proposals."""
    with opened_project(project) as store:
        promotion = resumed_rounds(store).promotion
        print_text(promotion.promote(promotion.round(number)).message)


@click.command()
@click.argument("project", type=Folder)
@click.option("--dry-run", is_flag=True, help="Only say what it would bring.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def adjust(project: Path, dry_run: bool, as_json: bool) -> None:
    """Take off proposals what labels show to be wrong on many faces in the same way.

    It is learned in seconds from faces that were labelled one by one, and measured on faces that it
    was not learned from. Nothing changes if it does not help. Undo in the window takes it back.
    """
    from labeltool.review.desk import default_reviewer  # noqa: PLC0415

    with opened_project(project) as store:
        adjuster = resumed_rounds(store).adjuster
        learned = adjuster.learn()
        if as_json:
            print_line(json.dumps(learned.figures()))
        else:
            print_text(learned.sentence)
        if dry_run:
            return
        with progress_bar("Adjusting") as bar:
            result = adjuster.offer(default_reviewer(), learned, report_to(bar))
        if not as_json:
            print_text(result.message)


@click.command()
@click.argument("project", type=Folder)
@click.argument("number", type=click.IntRange(0))
def rollback(project: Path, number: int) -> None:
    """Go back to the network of an earlier round, or for 0 of the starter, and its proposals.

    Faces that a person decided on stay as they are. Undo in the window takes it back.
    """
    from labeltool.review.desk import default_reviewer  # noqa: PLC0415

    with opened_project(project) as store:
        promotion = resumed_rounds(store).promotion
        print_text(promotion.roll_back(default_reviewer(), promotion.round(number)).message)
