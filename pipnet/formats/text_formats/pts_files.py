"""300W .pts files: one, or a folder of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError
from pipnet.data.images import ImageError, walk_files
from pipnet.data.labelled_faces import LabelledFace
from pipnet.data.pts import PtsFace, read_pts
from pipnet.formats.label_file import PIXELS, FormatReader, LabelFile, listed


def read(path: Path, origin: int | None = None, hidden: Iterable[str] = ()) -> LabelFile:
    """Read a .pts file, or all below a folder.

    The photo of each face is the file's path below the folder without the suffix. `_det_0` at its
    end is the number of the face and no part of the photo's name; of `_1` only the photos can tell
    (see `pipnet.data.photo_lookup`). `origin`: see `read_pts`. `hidden`: sub-folders to read
    although their names begin with a dot. Files that cannot be read are named in the notes.

    Raises:
        LabelError: the folder cannot be listed, or the one file cannot be read.
    """
    faces: list[LabelledFace] = []
    notes: list[str] = []
    if not path.is_dir():
        face, stated = _face(path, path.name, origin)
        notes += (f"{path.name}: {note}" for note in stated.notes)
        return LabelFile(
            "pts", PIXELS, [face], listed([face.photo]), notes=notes, has_stems=True,
            origins=frozenset([stated.origin]),
        )  # fmt: skip
    said_of: Counter[str] = Counter()
    origins = set[float]()
    for file in _files(path, hidden, notes):
        inside = file.relative_to(path).as_posix()
        try:
            face, stated = _face(file, inside, origin)
        except LabelError as error:
            notes.append(f"{inside}: {error}")
            continue
        faces.append(face)
        origins.add(stated.origin)
        said_of.update(
            note if "negative" not in note else f"{inside}: {note}" for note in stated.notes
        )
    notes += (f"{count} files: {note}" if count > 1 else note for note, count in said_of.items())
    photos = listed([face.photo for face in faces])
    return LabelFile(
        "pts", PIXELS, faces, photos, notes=notes, has_stems=True, origins=frozenset(origins)
    )


def _files(folder: Path, hidden: Iterable[str], notes: list[str]) -> list[Path]:
    try:
        files, unreadable = walk_files(folder)
        for name in sorted(set(hidden)):
            if name.startswith(".") and (folder / name).is_dir():
                more, lost = walk_files(folder / name)
                files, unreadable = files + more, unreadable + lost
    except ImageError as error:
        raise LabelError(f"{error}.") from error
    notes += (f"{path} could not be listed" for path in unreadable)
    return [file for file in files if file.suffix.lower() == ".pts"]


def _face(file: Path, inside: str, origin: int | None) -> tuple[LabelledFace, PtsFace]:
    read = read_pts(file, origin)
    name = PurePosixPath(inside)
    photo = (name.parent / re.sub(r"_det_\d+$", "", name.stem)).as_posix()
    seen = read.points[read.visibility == 2]  # hidden ones may lie far off
    box = tight_box(seen) if len(seen) else None
    visibility = None if (read.visibility == 2).all() else read.visibility
    return LabelledFace(photo, read.points, box, visibility), read


READER = FormatReader("pts", lambda path, _head: path.suffix.lower() == ".pts", read)
