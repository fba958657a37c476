"""Commands for certificates: list, export, verify."""

from __future__ import annotations

from pathlib import Path

import click

from labeltool.cli.common import Folder, opened_project, print_line
from labeltool.domain import UserError, counted


@click.group()
def certificate() -> None:
    """List, export and verify the certificates of accepted sets."""


@certificate.command("list")
@click.argument("project", type=Folder)
def list_certificates(project: Path) -> None:
    """List the certificates of a project, the newest first."""
    with opened_project(project) as store:
        found = store.trust.certificates.all()
    if not found:
        print_line("There is no certificate.")
    for each in found:
        left = "" if each.left == each.faces else f"; {each.left} of them are still so"
        print_line(
            f"{each.digest[:10]}  {each.time[:16].replace('T', ' ')}  {each.reviewer}  "
            f"{counted(each.faces, 'face')} accepted{left}"
        )


@certificate.command()
@click.argument("project", type=Folder)
@click.argument("name")
@click.argument("out", type=Folder)
def export(project: Path, name: str, out: Path) -> None:
    """Write a certificate to OUT: as JSON, or as a web page if OUT ends in .html.

    NAME is the beginning of its digest. The page is in the language of the window.
    """
    from labeltool.trust.certificate_file import write_certificate  # noqa: PLC0415

    with opened_project(project) as store:
        document = store.trust.certificates.document(name)
    if out.suffix.lower() in (".html", ".htm"):
        from labeltool.gui.i18n.language import speech_without_window  # noqa: PLC0415
        from labeltool.gui.settings import Settings  # noqa: PLC0415

        speech = speech_without_window(Settings().language)
        write_certificate(document, out, speech.words, speech.language)
    else:
        write_certificate(document, out)
    print_line(f"Wrote {out}.")


@certificate.command()
@click.argument("file", type=Folder)
@click.argument("project", type=Folder, required=False)
@click.option("--photos", is_flag=True, help="Read every photo again and compare its content.")
def verify(file: Path, project: Path | None, photos: bool) -> None:
    """Check a certificate's JSON file: the draw, the test and the bound are computed again.

    With PROJECT its faces, photos and proposals are compared, too.
    """
    from labeltool.trust.certificate_check import (  # noqa: PLC0415
        check_project,
        check_statistics,
        read_certificate,
    )

    if photos and project is None:
        raise click.UsageError("--photos needs a project.")
    values = read_certificate(file)
    wrong = check_statistics(values)
    if project is not None and not wrong:
        with opened_project(project) as store:
            wrong += check_project(values, store, photos=photos)
    if wrong:
        for each in wrong:
            print_line(each)
        raise UserError(
            f"The certificate does not hold: {counted(len(wrong), 'thing')} did not agree.",
            "See the lines above.",
        )
    print_line(values["statement"])
    print_line(
        "The draw, the test and the bound are right"
        + ("." if project is None else ", and the project is as certified.")
    )
