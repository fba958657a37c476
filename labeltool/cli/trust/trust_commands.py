"""Commands that say what is right, and how sure that is."""

from __future__ import annotations

from pathlib import Path

import click

from labeltool.cli.common import Folder, opened_project, print_line


@click.command()
@click.argument("project", type=Folder)
@click.argument("percent", type=float, required=False)
def tolerance(project: Path, percent: float | None) -> None:
    """Show or set by how many percent of the scheme's norm a landmark may be off.

    Points of a contour are measured to the contour.
    """
    with opened_project(project) as store:
        if percent is not None:
            print_line(store.trust.set_tolerance(percent / 100).message)
        else:
            print_line(f"{store.trust.tolerance() * 100:g}")
