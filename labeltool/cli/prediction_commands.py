"""Predictions that go out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from labeltool.cli.common import Folder, opened_project, print_line, progress_bar, report_to
from labeltool.domain import VERDICTS, UserError, Verdict, counted

MIN_PIXELS, MAX_PIXELS = 16, 8192
"""Bounds of the size of pictures."""


@click.command("predictions")
@click.argument("project", type=Folder)
@click.argument("out", type=Folder)
@click.option(
    "--format", "form", required=True,
    type=click.Choice(["csv", "coco-results", "overlays", "crops"]),
)  # fmt: skip
@click.option(
    "--verdict", "verdicts", multiple=True, type=click.Choice([str(v) for v in VERDICTS]),
    help="Only faces with this verdict; may be given several times.",
)  # fmt: skip
@click.option(
    "--size", type=click.IntRange(MIN_PIXELS, MAX_PIXELS),
    help="Pixels of the longest side of an overlay (1600), or of a crop (256).",
)  # fmt: skip
def predictions(
    project: Path, out: Path, form: str, verdicts: tuple[str, ...], size: int | None
) -> None:
    """Write what was predicted to the file OUT (csv), or to the new folder OUT."""
    from labeltool.exchange.predictions.prediction_export import (  # noqa: PLC0415
        export_predictions,
    )

    if size is not None and form not in ("overlays", "crops"):
        raise UserError("--size belongs to --format overlays or crops.")
    with opened_project(project) as store, progress_bar("Writing predictions") as bar:
        draw = None
        if form == "overlays":
            from labeltool.gui.canvas.items.landmark_picture import (  # noqa: PLC0415
                draw_predictions,
            )

            draw = partial(draw_predictions, store.scheme, store.trust.tolerance())
        wanted = [Verdict(verdict) for verdict in verdicts] or VERDICTS
        written = export_predictions(
            store, out, form, report_to(bar), verdicts=wanted, size=size, draw=draw
        )
    faces, photos = counted(written.faces, "face"), counted(written.photos, "photo")
    print_line(f"Wrote the predictions of {faces} of {photos} to {out}.")
    for problem in written.problems:
        print_line(f"  {problem}", err=True)
