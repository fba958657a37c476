"""Commands that decide on many faces by their scores."""

from __future__ import annotations

from pathlib import Path

import click

from labeltool.cli.common import Folder, opened_project, print_line
from labeltool.domain import UserError, Verdict, counted


@click.command()
@click.argument("project", type=Folder)
@click.option("--min-score", required=True, type=click.FloatRange(0, 1))
@click.option("--dry-run", is_flag=True, help="Only print how many faces it would be.")
def accept(project: Path, min_score: float, dry_run: bool) -> None:
    """Accept every unreviewed face whose score is at least this."""
    _decide(project, Verdict.ACCEPTED, min_score, 1.0, dry_run)


@click.command()
@click.argument("project", type=Folder)
@click.option("--max-score", required=True, type=click.FloatRange(0, 1))
@click.option("--dry-run", is_flag=True, help="Only print how many faces it would be.")
def reject(project: Path, max_score: float, dry_run: bool) -> None:
    """Reject every unreviewed face whose score is at most this."""
    _decide(project, Verdict.REJECTED, 0.0, max_score, dry_run)


def _decide(project: Path, verdict: Verdict, low: float, high: float, dry_run: bool) -> None:
    from labeltool.review.desk import Desk, default_reviewer  # noqa: PLC0415

    with opened_project(project) as store:
        found = Desk(store).batches.threshold(low, high)
        if found is None:
            raise UserError("No unreviewed face has a proposal.", "Predict first.")
        name, threshold = found
        if dry_run:
            count = store.decisions.count_where(threshold)
        else:
            count, _ = store.decisions.decide_where(default_reviewer(), verdict, threshold)
        print_line(count)
        if not count and not dry_run:
            raise UserError(
                f"No unreviewed face has such a score by '{name}'.", "Choose another threshold."
            )
        others = sum(row[2] for row in store.decisions.models_waiting()[1:])
        word = "would be" if dry_run else "was" if count == 1 else "were"
        print_line(
            f"{counted(count, 'face')} {word} {verdict} by the scores of '{name}'.", err=True
        )
        if others:
            rest = counted(
                others,
                "unreviewed face of other models was",
                "unreviewed faces of other models were",
            )
            print_line(f"{rest} not changed.", err=True)
