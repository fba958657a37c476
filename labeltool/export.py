"""Manual labels out, in the formats others read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeltool.domain import UserError
from labeltool.formats import LabelledRow, coco, pts
from labeltool.store import Store
from pipnet.crop import tight_box

FORMATS = ("coco", "pts")


@dataclass(frozen=True, slots=True)
class Exported:
    """How many faces of how many photos were written."""

    faces: int
    photos: int


def export_labels(store: Store, out: Path, form: str) -> Exported:
    """Write every accepted or corrected face: `coco` writes the file OUT, `pts` the folder OUT.

    Raises:
        UserError: there is nothing to export, or OUT cannot be written; nothing is left
        half-written.
    """
    for root in store.faces.roots().values():
        if form == "pts" and (out.absolute() == root or root in out.absolute().parents):
            raise UserError(
                f"{out} is inside the photo folder {root}, where .pts files may lie already.",
                "Choose another folder, so that no label of yours is overwritten.",
            )
    photos = {row[0]: row for row in store.faces.photo_index()}
    places = {face: (photo, box) for face, photo, box, *_ in store.faces.boxes()}
    several = len({row[1] for row in photos.values()}) > 1
    rows, sizes = [], {}
    for face, verdict, points, visibility in store.reviews.labels():
        photo_id, _box = places[face]
        _, root_id, _root, path, width, height = photos[photo_id]
        # two photo folders may hold the same relative path
        name = f"{root_id}/{path}" if several else path
        sizes[name] = (width or 0, height or 0)
        rows.append(LabelledRow(name, tight_box(points), points, visibility, None, verdict))
    if not rows:
        raise UserError(
            "There is nothing to export: no face is accepted or corrected yet.",
            "Review some faces first.",
        )
    scheme = store.scheme
    try:
        if form == "coco":
            coco.write(out, rows, scheme.names, scheme.edges, scheme.flip, sizes)
        else:
            pts.write(out, rows)
    except OSError as error:
        raise UserError(
            f"{out} cannot be written: {error.strerror or error}.",
            "Choose another place, or free some space.",
        ) from error
    return Exported(len(rows), len(sizes))
