"""The command that draws the faces to measure by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from labeltool.cli.common import Folder, opened_project, print_line, progress_bar, report_to
from labeltool.domain import AUDIT_FACES, FOLDER_RULE, NUMBER_RULE, PHOTO_RULE, counted

if TYPE_CHECKING:
    from labeltool.domain import AuditSet


@click.command()
@click.argument("project", type=Folder)
@click.option(
    "--faces", type=click.IntRange(1), metavar="N", help="Draw at random until there are so many."
)
@click.option(
    "--group",
    default="",
    metavar="RULE",
    help="What never trains a network that a face of it measures: photo, folder, or a regular "
    "expression on the photo's path whose first group is the person or video.",
)
def audit(project: Path, faces: int | None, group: str) -> None:
    """Draw faces to measure rounds by, or report those that there are."""
    if group and faces is None:
        raise click.UsageError("--group needs --faces.")
    from labeltool.review.desk import default_reviewer  # noqa: PLC0415
    from labeltool.rounds.quality.audit_draw import grow_audit_set  # noqa: PLC0415

    with opened_project(project) as store:
        if faces is not None:
            with progress_bar("Drawing") as bar:
                result = grow_audit_set(
                    store, default_reviewer(), faces, group, progress=report_to(bar)
                )
            if result.message:
                print_line(result.message)
        _report(store.audit.get(), project)


def _report(found: AuditSet, project: Path) -> None:
    judged, waiting = len(found.measuring), len(found.waiting)
    unknown = "The quality of a round is unknown without judged faces to measure by."
    if not found.faces:
        print_line("There are no faces to measure by.")
        print_line(unknown, err=True)
        print_line(f"Draw some with 'labeltool audit {project} --faces {AUDIT_FACES}'.", err=True)
        return
    names = {PHOTO_RULE: "photo", FOLDER_RULE: "folder", NUMBER_RULE: "name but for its number"}
    rule = names.get(found.rule, f"the pattern '{found.rule}'")
    wait = "1 waits" if waiting == 1 else f"{waiting} wait"
    print_line(
        f"{counted(judged + waiting, 'face')} to measure by, grouped by {rule}: "
        f"{judged} judged, {wait} for a judgement."
    )
    if not judged:
        print_line(unknown, err=True)
    if waiting:
        print_line(
            f"To judge them, open 'labeltool {project}', choose the filter 'Faces to measure by', "
            "and accept or correct each face.",
            err=True,
        )
    if unusable := len(found.faces) - judged - waiting:
        print_line(
            f"{unusable} more cannot measure: excluded, removed, or trained on.",
            err=True,
        )
