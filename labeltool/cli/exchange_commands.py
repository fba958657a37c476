"""Commands about photos that moved, and labels that go out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

import click

from labeltool.cli.common import Folder, opened_project, print_line
from labeltool.domain import PHOTO_RULE, UserError, Verdict, counted, folder_name
from pipnet.text import one_line

if TYPE_CHECKING:
    from labeltool.exchange.label_export import LossReport
    from labeltool.exchange.label_split import Split


@click.command()
@click.argument("project", type=Folder)
@click.argument("folder", type=Folder)
@click.option(
    "--from", "old",
    help="Which photo folder moved, if several are not there: its path as the project knows it, or "
    "its name if no other has it.",
)  # fmt: skip
def relocate(project: Path, folder: Path, old: str | None) -> None:
    """Set the new path of a photo folder of the project."""
    with opened_project(project) as store:
        roots = store.photos.roots()
        found = _missing(roots) or list(roots) if old is None else _named(roots, old)
        if len(found) != 1:
            known = "".join(
                f"\n  {one_line(root)}{' (not there)' * (root_id in _missing(roots))}"
                for root_id, root in roots.items()
            )
            raise UserError("Which photo folder moved? Name one with --from:" + known)
        print_line(store.photos.move_root(found[0], folder.absolute()).message)


def _missing(roots: dict[int, Path]) -> list[int]:
    return [root_id for root_id, root in roots.items() if not os.path.isdir(root)]


def _named(roots: dict[int, Path], name: str) -> list[int]:
    """The photo folders with this path, which Windows may have written, or else this name."""
    matches: tuple[Callable[[Path], bool], ...] = (
        lambda root: root in (Path(name), Path(name).absolute()),
        lambda root: not root.is_absolute() and PureWindowsPath(root) == PureWindowsPath(name),
        lambda root: folder_name(root) == name,
    )
    for match in matches:
        if found := [root_id for root_id, root in roots.items() if match(root)]:
            return found
    return []


class _LabelFormatName(click.ParamType[str]):
    """A name in the table of label formats, which is imported only when it is needed."""

    name = "format"

    @staticmethod
    def _choice() -> click.Choice[str]:
        from labeltool.exchange.formats.format_table import FORMATS  # noqa: PLC0415

        return click.Choice([known.name for known in FORMATS])

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return self._choice().convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._choice().get_metavar(param, ctx)


@click.command("export")
@click.argument("project", type=Folder)
@click.argument("out", type=Folder)
@click.option("--format", "form", type=_LabelFormatName(), required=True)
@click.option(
    "--verdict", type=click.Choice(["accepted", "corrected"]),
    help="Only faces accepted as proposed, or only corrected ones.",
)  # fmt: skip
@click.option("--filter", "saved", metavar="NAME", help="Only faces under this saved filter.")
@click.option(
    "--split", "shares", metavar="80/10/10",
    help="Write train, val and test, with these shares of the photos, to the new folder OUT.",
)  # fmt: skip
@click.option(
    "--split-by", "rule", metavar="photo|folder|REGEX",
    help="Which photos stay together: none (photo), those of a folder, or those where the regular "
    "expression finds the same text in the path.",
)  # fmt: skip
@click.option("--seed", type=int, help="Another number gives another split.")
@click.option("--force", is_flag=True, help="Replace files that are there, also of another kind.")
@click.option("--dry-run", is_flag=True, help="Say what would be lost, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: print one JSON object.")
def export_command(
    project: Path,
    out: Path,
    form: str,
    verdict: str | None,
    saved: str | None,
    *,
    shares: str | None,
    rule: str | None,
    seed: int | None,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write the accepted and corrected faces to the file OUT, or to a folder for pts.

    What the format cannot carry is said first.
    """
    from labeltool.exchange.label_choice import (  # noqa: PLC0415
        LABEL_VERDICTS,
        LabelChoice,
        filter_named,
    )
    from labeltool.exchange.label_export import export_labels, loss_report  # noqa: PLC0415

    if as_json and not dry_run:
        raise click.UsageError("--json is for --dry-run")
    split = _split_of(shares, rule, seed)
    with opened_project(project) as store:
        choice = LabelChoice(
            LABEL_VERDICTS if verdict is None else (Verdict(verdict),),
            None if saved is None else filter_named(store, saved),
        )
        if dry_run:
            report = loss_report(store, form, choice, split)
            if as_json:
                click.echo(json.dumps(_report_as_json(report), ensure_ascii=False))
            else:
                _print_report(report)
            return
        written = export_labels(
            store, out, form, choice=choice, split=split, force=force, report=_print_report
        )
    faces, photos = counted(written.faces, "face"), counted(written.photos, "photo")
    print_line(f"Wrote {faces} of {photos} to {out}.")
    for problem in written.problems:
        print_line(f"  {problem}", err=True)


def _split_of(shares: str | None, rule: str | None, seed: int | None) -> Split | None:
    from labeltool.exchange.label_split import Split, shares_of  # noqa: PLC0415

    if shares is None:
        if rule is not None or seed is not None:
            raise click.UsageError("--split-by and --seed are for --split")
        return None
    return Split(shares_of(shares), rule or PHOTO_RULE, seed or 0)


def _print_report(report: LossReport) -> None:
    print_line(report.content)
    print_line(report.sentence)


def _report_as_json(report: LossReport) -> dict[str, Any]:
    return {
        "format": report.form, "faces": report.faces, "photos": report.photos,
        "accepted": report.accepted, "corrected": report.corrected,
        "left_out": report.left_out, "unlabelled": report.unlabelled,
        "losses": [
            {"kind": loss.kind, "count": loss.count, "text": str(loss.text)}
            for loss in report.losses
        ],
        "parts": {
            part: {"faces": faces, "photos": photos} for part, faces, photos in report.parts
        },
    }  # fmt: skip
