"""Commands that decide on many faces: by their scores, or with a guarantee."""

from __future__ import annotations

from pathlib import Path

import click

from labeltool.cli.common import Folder, opened_project, print_line
from labeltool.domain import UserError, Verdict, counted

MAX_DRAWN = 2000
"""Faces that are drawn at once."""


@click.command()
@click.argument("project", type=Folder)
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    help="Accept every unreviewed face with at least this score: without a bound on how many are "
    "wrong.",
)
@click.option("--dry-run", is_flag=True, help="Only print how many faces it would be.")
@click.option(
    "--draw", type=Folder, help="Write random faces to this file, to be judged for a guarantee."
)
@click.option(
    "--certified",
    type=Folder,
    help="Accept what the judged faces of this file guarantee, with a certificate.",
)
@click.option(
    "--limit",
    type=click.FloatRange(0.1, 49),
    default=5.0,
    show_default=True,
    help="With --draw: percent of the faces that may be wrong.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(50, 99.99),
    default=95.0,
    show_default=True,
    help="With --draw: of the guarantee, in percent.",
)
@click.option(
    "--grouped-by", type=click.Choice(["folder", "pose"]),
    help="With --draw: guarantee it for each folder, or for each side that faces turn to.",
)  # fmt: skip
@click.option(
    "--no-planted", is_flag=True, help="With --draw: trust the reviewer to find every wrong face."
)
def accept(
    project: Path,
    min_score: float | None,
    dry_run: bool,
    draw: Path | None,
    certified: Path | None,
    limit: float,
    confidence: float,
    grouped_by: str | None,
    no_planted: bool,
) -> None:
    """Accept many faces: with a guarantee (--draw, then --certified), or by their score."""
    if sum(each is not None for each in (min_score, draw, certified)) != 1:
        raise click.UsageError("Give one of --min-score, --draw and --certified.")
    if dry_run and min_score is None:
        raise click.UsageError("--dry-run needs --min-score.")
    if draw is not None:
        _draw(project, draw, limit / 100, confidence / 100, grouped_by or "", not no_planted)
    elif certified is not None:
        _accept_certified(project, certified)
    else:
        assert min_score is not None
        _decide(project, Verdict.ACCEPTED, min_score, 1.0, dry_run)
        print_line("Nothing is known of how many of them are wrong.", err=True)


def _draw(
    project: Path, out: Path, limit: float, confidence: float, grouped_by: str, planted: bool
) -> None:
    from labeltool.review.desk import default_reviewer  # noqa: PLC0415
    from labeltool.trust.acceptance import Acceptance  # noqa: PLC0415
    from labeltool.trust.acceptance_settings import AcceptanceSettings  # noqa: PLC0415
    from labeltool.trust.judgement_file import write_draw  # noqa: PLC0415

    with opened_project(project) as store:
        settings = AcceptanceSettings(
            limit=limit, confidence=confidence, tolerance=store.trust.tolerance(),
            grouped_by=grouped_by, measure_reviewer=planted,
        )  # fmt: skip
        session = Acceptance.continued(store, default_reviewer(), settings)
        count = write_draw(session, store, out, MAX_DRAWN)
        print_line(f"Wrote {counted(count, 'face')} to judge to {out}.")
        print_line(session.guarantee(session.size))
        print_line(
            'Set "right" to true or false for each, then run '
            f"'labeltool accept {project} --certified {out}'.",
            err=True,
        )


def _accept_certified(project: Path, file: Path) -> None:
    from labeltool.trust.judgement_file import read_judgements  # noqa: PLC0415

    with opened_project(project) as store:
        session = read_judgements(store, file)
        state = session.state()
        if not state.can_accept:
            raise UserError(
                f"The guarantee does not hold yet. {state.sentence}",
                "Your judgements are kept: draw more faces with --draw.",
            )
        result, digest = session.accept(lambda done, total: None)
        print_line(result.message)
        print_line(f"Certificate {digest}.")


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
