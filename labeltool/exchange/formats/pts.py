"""300W .pts: one text file a face, named after its photo, counted from 1."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from labeltool.domain import N_, Message, Progress
from labeltool.exchange.formats import (
    CheckTargets,
    LabelFormat,
    LabelsToWrite,
    ReadLabels,
    Written,
    write_folder,
)
from labeltool.exchange.formats.other_formats import as_read_labels
from labeltool.exchange.formats.written_folder import FileContent
from pipnet.data.coco import LabelError
from pipnet.data.photo_lookup import PhotoNames
from pipnet.data.pts import format_pts
from pipnet.formats.label_file import Rows, by_photo
from pipnet.formats.text_formats import pts_files


def write(
    folder: Path,
    rows: Rows,
    photos: Iterable[str] = (),
    progress: Progress = lambda done, total: None,
    check: CheckTargets = lambda targets: None,
) -> list[Message]:
    """Write `relative/dir/stem.pts` for each face; `stem_1.pts`, `stem_2.pts`, … where a photo has
    several. Returns a sentence for each face left out because a landmark is absent.

    Names that would belong to another photo, of the rows or of `photos` (relative paths of all in
    the project), are avoided, so that every file leads back to its photo. Points only: the
    format has no names, boxes, visibility or verdicts. All files are written before the first is
    put in place; `progress` may raise until then, and so may `check`, which gets the files to write
    just before. Links among them are followed. Raises OSError, and ValueError for a path that
    leaves the folder.
    """
    names = _names_by_folder([*(row.photo for row in rows), *photos])
    problems: list[Message] = []

    def files() -> Iterator[FileContent]:
        for photo, faces in by_photo(rows):
            path = _inside(photo)
            whole = [row for row in faces if np.isfinite(row.points).all()]
            problems.extend([_left_out(photo)] * (len(faces) - len(whole)))
            stems = names[path.parent].stems(path.name, len(whole)) if whole else []
            for stem, row in zip(stems, whole, strict=True):
                yield path.parent / f"{stem}.pts", format_pts(row.points)

    write_folder(folder, files(), len(rows), progress, check)
    return problems


def _left_out(photo: str) -> Message:
    text = N_("{photo}: a face is left out, for .pts cannot tell that a landmark is absent.")
    return Message(text, photo=photo)


def read(folder: Path, origin: int | None = None, hidden: Iterable[str] = ()) -> ReadLabels:
    """Read all .pts files below a folder; see `pipnet.formats.text_formats.pts_files`.

    Files that cannot be read are named in `problems`. Raises LabelError if the folder cannot be
    listed.
    """
    if not folder.exists():
        raise LabelError(f"{folder} could not be listed: it is not there.")
    return as_read_labels(pts_files.read(folder, origin, hidden))


def _names_by_folder(photos: Iterable[str]) -> dict[PurePosixPath, PhotoNames]:
    names: dict[PurePosixPath, dict[str, None]] = {}
    for path in map(PurePosixPath, photos):
        names.setdefault(path.parent, {})[path.name] = None
    return {folder: PhotoNames(known) for folder, known in names.items()}


def _inside(photo: str) -> PurePosixPath:
    path = PurePosixPath(photo)
    if path.is_absolute() or ".." in path.parts or not path.name:
        raise ValueError(f"{photo!r} is not a path inside the folder")
    return path


def _find(path: Path) -> Path | None:
    """A folder with .pts files at any depth."""
    if os.path.isdir(path) and any(file.suffix.lower() == ".pts" for file in path.rglob("*")):
        return path
    return None


def _read(folder: Path, hidden: Collection[str]) -> ReadLabels:
    return read(folder, hidden=hidden)


def _write(folder: Path, labels: LabelsToWrite, progress: Progress, check: CheckTargets) -> Written:
    return Written(write(folder, labels.rows, labels.all_photos, progress, check))


FORMAT = LabelFormat(
    name="pts",
    description=N_("Folder of 300W .pts files (*)"),
    suffix=".pts",
    is_folder=True,
    can_mark_absent=False,
    has_photo_details=False,
    find=_find,
    read=_read,
    write=_write,
)
