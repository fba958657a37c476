"""The command that deletes photos from a project for good."""

from __future__ import annotations

from pathlib import Path

import click

from labeltool.cli.common import Folder, print_line, print_text, progress_bar, report_to


@click.command()
@click.argument("project", type=Folder)
@click.option(
    "--photos",
    "patterns",
    multiple=True,
    metavar="PATTERN",
    help="File name, path in the photo folder or full path; * stands for any letters. May be given "
    "several times.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("--yes", is_flag=True, help="Without asking.")
def forget(project: Path, patterns: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Delete for good everything that a project holds of some photos: undo cannot bring it back.

    The photos themselves stay. Without --photos, a deletion that was cut short is ended.
    """
    from labeltool.domain import PhotoPatterns  # noqa: PLC0415
    from labeltool.gui.images.thumbnail_file import empty, thumbnail_path  # noqa: PLC0415
    from labeltool.project import forgetting  # noqa: PLC0415

    was_cut_short = forgetting.finish_forgetting(project)
    if was_cut_short:
        print_line("Ended the deletion that was cut short.")
    if not patterns:
        if not was_cut_short:
            raise click.UsageError("Say which photos: --photos PATTERN.")
        return
    forgetting.open_project(project).close()  # so that it is upgraded
    wanted = PhotoPatterns(patterns)
    plan = forgetting.plan_forgetting(project, wanted)
    print_line("Deleted for good:")
    for said in plan.deleted():
        print_text(f"- {said}")
    print_line("Left:")
    for said in plan.left():
        print_text(f"- {said}")
    if dry_run:
        return
    if not yes:
        click.confirm("Delete it? It cannot be undone.", abort=True)
    with progress_bar("Deleting") as bar:
        forgetting.forget(project, wanted, lambda: empty(thumbnail_path()), report_to(bar))
    print_line("Done. Nothing of it is left in the project.")
