"""Labelled faces with their photos, from a label file of any format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pipnet.data.coco import LabelError
from pipnet.data.images import ImageError, read_header
from pipnet.data.labelled_faces import (
    LabelledFace,
    landmark_order,
    load_labelled,
    of_stated_size,
    plausible_faces,
)
from pipnet.data.photo_lookup import PhotoLookup
from pipnet.formats.label_file import LabelFile, in_pixels, visibility_of
from pipnet.formats.registry import folder_of_files, is_coco, read_labels
from pipnet.formats.text_formats import pts_files


def load_any_labels(
    source: Path,
    *,
    names: Sequence[str],
    report: Callable[[str], object],
    note: Callable[[str], object],
) -> list[LabelledFace]:
    """All labelled faces of a label file or folder, each with the path of its photo.

    COCO files and folders of .pts files are read by `load_labelled`. Photos of other formats are
    found from the folder of the label file, as in `pipnet.data.photo_lookup`. `names`: the
    landmarks in the order that is wanted. `report` is called with a sentence about everything that
    cannot be used, and `note` about what was interpreted.

    Raises:
        LabelError: the source cannot be read, has no usable face, or names other landmarks.
    """
    is_folder = source.is_dir()
    reader = folder_of_files(source) if is_folder else None
    if is_folder and reader in (None, pts_files.read):
        return load_labelled(source, names=names, report=report)
    if is_folder or source.suffix.lower() != ".json":
        return _with_photos(read_labels(source), source, names, report, note)
    try:  # most are COCO, and a large file is then parsed once
        return load_labelled(source, names=names, report=report)
    except LabelError:
        if not is_coco(source):
            return _with_photos(read_labels(source), source, names, report, note)
        file = _labels_or_none(source)
        if file is None:
            raise
        return _with_photos(file, source, names, report, note)


def _labels_or_none(source: Path) -> LabelFile | None:
    """The labels of a COCO file that breaks its rules; None if there are none."""
    try:
        file = read_labels(source)
    except LabelError:
        return None
    return file if file.faces else None


def _with_photos(
    file: LabelFile,
    source: Path,
    names: Sequence[str],
    report: Callable[[str], object],
    note: Callable[[str], object],
) -> list[LabelledFace]:
    if not file.faces:
        raise LabelError(f"{source.name} holds no labelled face; label some, or choose another.")
    hashes = {name: photo.sha256 for name, photo in file.photos.items()}
    folder = source if source.is_dir() else source.parent
    found, lacking = PhotoLookup(folder).find_all(hashes, stems=file.has_stems)
    problems = list(lacking.values())
    are_there = bool(found)
    sizes = {name: photo.size for name, photo in file.photos.items()}
    found = of_stated_size(found, sizes, source, problems)
    for sentence in file.notes:
        note(f"{sentence}.")
    faces: list[LabelledFace] = []
    for face in file.faces:
        path = found.get(face.photo)
        if path is None or not (visibility_of(face) > 0).any():
            continue
        try:
            header = read_header(path)
        except ImageError as error:
            problems.append(f"{error.path} {error.reason}")
            continue
        placed = in_pixels(face, file, (header.width, header.height))
        order = landmark_order(face.names, names, source.name) if _fits(face, names) else None
        if order is not None:
            seen = None if placed.visibility is None else placed.visibility[order]
            placed = replace(placed, points=placed.points[order], visibility=seen)
        faces.append(replace(placed, photo=str(path)))
    faces = plausible_faces(faces, problems)
    for problem in dict.fromkeys(problems):
        report(f"{problem}.")
    if not faces:
        raise _nothing_left(source, problems, are_there=are_there)
    return faces


def _nothing_left(source: Path, problems: Sequence[str], *, are_there: bool) -> LabelError:
    if are_there:
        why = problems[0] if problems else "none has a labelled landmark"
        return LabelError(f"No face of {source.name} can be used: {why}.")
    return LabelError(
        f"{source.name} has no face whose photo is there; its names count from the folder it is in."
    )


def _fits(face: LabelledFace, names: Sequence[str]) -> bool:
    return len(face.points) == len(names)
