"""The command that reports on a round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from labeltool.cli.common import Folder, opened_project, print_line, print_text

if TYPE_CHECKING:
    from labeltool.rounds.quality.round_report import RoundReport


@click.command()
@click.argument("project", type=Folder)
@click.argument("number", type=click.IntRange(1))
@click.option("--against", type=click.IntRange(0), help="Another round; 0 for the starter.")
@click.option("--json", "json_file", type=Folder, help="Write it all to this file as JSON.")
@click.option("--html", "html_file", type=Folder, help="Write it to this file as a web page.")
def report(
    project: Path,
    number: int,
    against: int | None,
    json_file: Path | None,
    html_file: Path | None,
) -> None:
    """Say how good a round is, what it learned, and whether to go on.

    It is compared with the network that was in use before, unless --against names another round.
    The page is in the language of the window.
    """
    from labeltool.rounds.quality.round_report import make_report  # noqa: PLC0415
    from labeltool.rounds.reports.report_file import write_html, write_json  # noqa: PLC0415

    with opened_project(project) as store:
        made = make_report(store, number, against)
    if json_file is not None:
        write_json(made, json_file)
        print_line(f"Wrote {json_file}.")
    if html_file is not None:
        from labeltool.gui.i18n.language import speech_without_window  # noqa: PLC0415
        from labeltool.gui.settings import Settings  # noqa: PLC0415

        speech = speech_without_window(Settings().language)
        write_html(made, html_file, speech.words, speech.language)
        print_line(f"Wrote {html_file}.")
    if json_file is None and html_file is None:
        _print(made)


def _print(made: RoundReport) -> None:
    from labeltool.rounds.reports.report_words import headline, movement_sentence  # noqa: PLC0415

    print_text(headline(made))
    if made.evaluation is not None:
        regions = made.evaluation.per_region().items()
        if regions:
            print_line("Regions: " + ", ".join(f"{name} {nme:.2f} %" for name, nme in regions))
        worst = (f"{made.photos.get(face, face)} {nme:.2f} %" for face, nme in made.worst[:3])
        print_line("Worst: " + ", ".join(worst))
    if made.movement is not None:
        print_line(movement_sentence(made.movement))
    found = made.corrections
    if found:
        print_line(
            f"Corrections: {len(found.learned)} learned, {len(found.ignored)} ignored, "
            f"{len(found.unlearned)} unlearned."
        )
    print_line(made.advice.sentence)
    if made.labels is not None:
        print_line(made.labels.sentence)
