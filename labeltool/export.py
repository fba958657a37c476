"""Manual labels out, in the formats others read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labeltool.domain import PhotoRecord, Progress, UserError, mark
from labeltool.formats import LabelledRow, coco, pts
from labeltool.formats.photo_names import photo_names
from labeltool.store import Store
from pipnet.crop import tight_box
from pipnet.images import ImageError, read_header
from pipnet.photo_lookup import content_hash

FORMATS = ("coco", "pts")


@dataclass(frozen=True, slots=True)
class Exported:
    """How many faces of how many photos were written; a sentence for each
    face left out and for each photo that could not be read."""

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
    photos = {photo.id: photo for photo in store.faces.photo_records()}
    names = photo_names((photo.id, photo.root, photo.path) for photo in photos.values())
    photo_of = {face: photo for face, photo, *_ in store.faces.boxes()}
    rows, written = [], dict[str, PhotoRecord]()
    for face, verdict, points, visibility in store.reviews.labels():
        name = names[photo_of[face]]
        written[name] = photos[photo_of[face]]
        rows.append(LabelledRow(name, tight_box(points), points, visibility, None, verdict))
    if not rows:
        raise UserError(
            mark("There is nothing to export: no face is accepted or corrected yet."),
            mark("Review some faces first."),
        )
    scheme, problems, left_out = store.scheme, list[str](), 0
    try:
        if form == "coco":
            sizes = {name: _size(photo) for name, photo in written.items()}
            hashes = _hashes(written, problems)
            coco.write(out, rows, scheme.names, scheme.edges, scheme.flip, sizes, progress, hashes)
        else:
            problems = pts.write(out, rows, names.values(), progress)
            left_out = len(problems)
    except OSError as error:
        raise UserError(
            mark("{path} cannot be written: {reason}."),
            mark("Choose another place, or free some space."),
            path=out,
            reason=error.strerror or str(error),
        ) from error
    return Exported(len(rows) - left_out, len(written), tuple(problems))


def _size(photo: PhotoRecord) -> tuple[int, int]:
    """Width and height; zeros, which say nothing, for a photo that cannot be read."""
    if photo.size is not None:
        return photo.size
    try:
        header = read_header(photo.file)
    except ImageError:
        return (0, 0)
    return (header.width, header.height)


def _hashes(photos: Mapping[str, PhotoRecord], problems: list[str]) -> dict[str, str]:
    """The content hash of each photo by name; those that cannot be read are named."""
    hashes: dict[str, str] = {}
    for name, photo in photos.items():
        try:
            hashes[name] = photo.sha256 or content_hash(photo.file)
        except OSError as error:
            problems.append(
                f"{name} could not be read: {error.strerror or error}; its labels are written "
                f"without the hash of its content"
            )
    return hashes
