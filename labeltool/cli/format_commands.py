"""Commands about label files without a project: what one holds, and which formats there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labeltool.cli.common import Folder, print_line
from labeltool.domain import UserError, counted

if TYPE_CHECKING:
    from pipnet.formats.label_file import LabelFile

VISIBILITY = ("absent", "occluded", "visible")
"""The words for 0, 1 and 2."""

FACES_SHOWN = 3


@click.command("inspect")
@click.argument("path", type=Folder)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
def inspect(path: Path, as_json: bool) -> None:
    """Say what a label file holds, without a project and without the photos."""
    from pipnet.data.coco import LabelError  # noqa: PLC0415
    from pipnet.formats.registry import read_labels  # noqa: PLC0415

    if not path.exists():
        raise UserError(
            "{path} is not there.", "Name a label file, or a folder of them.", path=path
        )
    try:
        file = read_labels(path)
    except LabelError as error:
        raise UserError("{reason}", reason=str(error)) from error
    if as_json:
        click.echo(json.dumps(_as_json(file), ensure_ascii=False, allow_nan=False))
        return
    print_line(
        f"{path.name}: {file.format}, {counted(len(file.faces), 'face')} of "
        f"{counted(len(file.photos), 'photo')}, positions in {file.unit}."
    )
    counts = sorted({len(face.points) for face in file.faces})
    if counts:
        print_line(f"  landmarks of a face: {', '.join(map(str, counts))}")
    for face in file.faces[:FACES_SHOWN]:
        placed = [k for k, (x, y) in enumerate(face.points.tolist()) if x == x and y == y]
        if placed:
            first = placed[0]
            name = face.names[first] if face.names else str(first)
            at = ", ".join(f"{value:.3f}" for value in face.points[first])
            print_line(f"  {face.photo or '(no photo)'}: landmark {name} at {at}")
    for note in file.notes:
        print_line(f"  note: {note}")


def _as_json(file: LabelFile) -> dict[str, Any]:
    faces = []
    for face in file.faces:
        seen = [2] * len(face.points) if face.visibility is None else face.visibility.tolist()
        faces.append(
            {
                "photo": face.photo,
                "points": [
                    point if word and point[0] == point[0] and point[1] == point[1] else None
                    for point, word in zip(face.points.tolist(), seen, strict=True)
                ],
                "visibility": [VISIBILITY[word] for word in seen],
                "names": list(face.names or ()),
            }
        )
    return {"format": file.format, "unit": file.unit, "faces": faces, "notes": file.notes}


@click.command("formats")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def formats(as_json: bool) -> None:
    """List the label formats: which are read and written, and what each can carry."""
    from labeltool.exchange.formats.format_table import FORMATS as WRITTEN  # noqa: PLC0415
    from pipnet.formats.registry import FORMATS as READ  # noqa: PLC0415

    written = {known.name for known in WRITTEN}
    rows = [
        {
            "name": known.name,
            "title": known.title,
            "reads": True,
            "writes": known.name in written,
            "carries": list(known.carries),
        }
        for known in READ
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for known in READ:
        use = "read, written" if known.name in written else "read"
        print_line(f"{known.name:12} {known.title:34} {use:14} {', '.join(known.carries)}".rstrip())
