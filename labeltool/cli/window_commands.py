"""Commands that open the window, or say whether it can be opened."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from labeltool.cli.common import Folder, print_line, print_text


@click.command("open")
@click.argument("project", required=False, type=Folder)
def open_window(project: Path | None) -> int:
    """Open the window, with a project or the welcome page."""
    from labeltool.doctor import display_problem  # noqa: PLC0415

    problem = display_problem()
    if problem is not None:
        print_line(problem, err=True)
        return 2
    from labeltool.app import main  # noqa: PLC0415

    return main(project)


@click.command()
@click.argument("project", type=Folder)
def sample(project: Path) -> int:
    """Make a project of the pictures that ship with the program, and open it in the window.

    Made before, the same project is opened again.
    """
    from labeltool.doctor import display_problem  # noqa: PLC0415
    from labeltool.project.sample import make_sample  # noqa: PLC0415

    photos = make_sample(project)
    problem = display_problem()
    if problem is not None:
        print_line(problem, err=True)
        command = shlex.join(["labeltool", "import", str(project), str(photos)])
        print_line(f"Without a window: {command}", err=True)
        return 2
    from labeltool.app import main  # noqa: PLC0415

    return main(project, sample=True)


@click.command()
@click.argument("project", required=False, type=Folder)
def doctor(project: Path | None) -> int:
    """List what is installed or missing on this machine, and what to do."""
    from labeltool.doctor import checks, format_report  # noqa: PLC0415

    found = checks(project)
    print_text(format_report(found))
    return 0 if all(check.ok is not False for check in found) else 1
