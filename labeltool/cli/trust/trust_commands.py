"""Commands that say what is right, and how sure that is."""

from __future__ import annotations

import json
from pathlib import Path

import click

from labeltool.checks.findings import Check
from labeltool.cli.common import Folder, opened_project, print_line, progress_bar, report_to
from labeltool.domain import counted


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


@click.command()
@click.argument("project", type=Folder)
@click.option(
    "--check",
    "wanted",
    type=click.Choice([str(each) for each in Check]),
    multiple=True,
    help="Only findings of this check; may be repeated.",
)
@click.option("--ignored", is_flag=True, help="Also findings that somebody said to ignore.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON array.")
def findings(project: Path, wanted: tuple[str, ...], ignored: bool, as_json: bool) -> None:
    """Check the landmarks of all labels and proposals, and list what is wrong with them.

    Faces that were checked already are checked again only if they changed. ('labeltool check'
    checks the files of a project.)
    """
    from labeltool.project.face_checks import FaceChecks  # noqa: PLC0415

    with opened_project(project) as store:
        checks = FaceChecks(store)
        if not store.read_only:
            with progress_bar("Checking") as bar:
                checks.run(report_to(bar))
        names = store.scheme.names
        rows = [
            (path, finding, is_ignored)
            for path, finding, is_ignored in store.trust.findings.all()
            if (ignored or not is_ignored) and (not wanted or finding.check in wanted)
        ]
        if as_json:
            listed = [
                {
                    "face": finding.face_id, "photo": path, "check": str(finding.check),
                    "landmarks": list(finding.landmarks), "other": finding.other,
                    "sentence": str(finding.sentence(names)), "ignored": is_ignored,
                }
                for path, finding, is_ignored in rows
            ]  # fmt: skip
            print_line(json.dumps(listed, ensure_ascii=False))
            return
        for path, finding, _ in rows:
            print_line(f"{path}  face {finding.face_id}  {finding.sentence(names)}")
        faces = len({finding.face_id for _, finding, _ in rows})
        print_line(f"{counted(len(rows), 'finding')} on {counted(faces, 'face')}.", err=True)
        unavailable = [] if checks.checker is None else checks.checker.unavailable()
        if unavailable:
            print_line(
                "Not checked, because the scheme does not say enough or there are too few faces: "
                f"{', '.join(unavailable)}.",
                err=True,
            )
