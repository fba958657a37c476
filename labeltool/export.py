"""Manual labels out, in the formats others read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeltool.domain import Progress, UserError, mark
from labeltool.formats import LabelledRow, coco, pts
from labeltool.store import Store
from pipnet.crop import tight_box

FORMATS = ("coco", "pts")


@dataclass(frozen=True, slots=True)
class Exported:
    """How many faces of how many photos were written; a sentence for each face left out."""

    faces: int
    photos: int
    problems: tuple[str, ...] = ()


def export_labels(
    store: Store, out: Path, form: str, progress: Progress = lambda done, total: None
) -> Exported:
    """Write every accepted or corrected face: `coco` writes the file OUT, `pts` the folder OUT.

    `progress` may raise Cancelled: nothing of the file, or of the folder, is there then.

    Raises:
        UserError: there is nothing to export, or OUT cannot be written; nothing is left
        half-written.
    """
    for root in store.faces.roots().values():
        if form == "pts" and (out.absolute() == root or root in out.absolute().parents):
            raise UserError(
                mark("{path} is inside the photo folder {root}, where .pts files may lie already."),
                mark("Choose another folder, so that no label of yours is overwritten."),
                path=out,
                root=root,
            )
    sizes_of = {row[0]: (row[4] or 0, row[5] or 0) for row in store.faces.photo_index()}
    names = store.faces.label_names()
    photo_of = {face: photo for face, photo, *_ in store.faces.boxes()}
    rows, sizes = [], {}
    for face, verdict, points, visibility in store.reviews.labels():
        photo = photo_of[face]
        name = names[photo]
        sizes[name] = sizes_of.get(photo, (0, 0))
        rows.append(LabelledRow(name, tight_box(points), points, visibility, None, verdict))
    if not rows:
        raise UserError(
            mark("There is nothing to export: no face is accepted or corrected yet."),
            mark("Review some faces first."),
        )
    scheme, problems = store.scheme, list[str]()
    try:
        if form == "coco":
            coco.write(out, rows, scheme.names, scheme.edges, scheme.flip, sizes, progress)
        else:
            problems = pts.write(out, rows, names.values(), progress)
    except OSError as error:
        raise UserError(
            mark("{path} cannot be written: {reason}."),
            mark("Choose another place, or free some space."),
            path=out,
            reason=error.strerror or str(error),
        ) from error
    return Exported(len(rows) - len(problems), len(sizes), tuple(problems))
