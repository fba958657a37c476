"""COCO keypoints: all faces of a project in one JSON file."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, Message, Progress
from labeltool.exchange.formats import (
    CheckTargets,
    LabelFormat,
    LabelsToWrite,
    ListedPhoto,
    ReadLabels,
    Written,
    write_text_atomically,
)
from labeltool.exchange.formats.other_formats import as_read_labels
from pipnet.data.boxes import tight_box
from pipnet.data.coco import (
    CocoAnnotation,
    CocoCategory,
    CocoFile,
    CocoImage,
    LabelError,
    coco_text,
    contradictory_names,
    parse_coco,
)
from pipnet.data.labelled_faces import LabelledFace, only_json
from pipnet.formats.label_file import Rows
from pipnet.formats.registry import read_labels
from pipnet.output import COCO


def write(
    path: Path,
    rows: Rows,
    names: Sequence[str],
    edges: Sequence[tuple[int, int]],
    flip: Sequence[int] | None,
    sizes: Mapping[str, tuple[int, int]],
    progress: Progress = lambda done, total: None,
    hashes: Mapping[str, str] | None = None,
) -> None:
    """Write one file with a single category `face`, whole or not at all.

    `flip`: N indices, landmark k of a mirrored face is landmark flip[k] of the face, or None. It
    becomes the key `flip_idx` of the category, what was decided the keys `verdict`, `reviewer` and
    `round` of the annotation; other tools ignore them. `sizes`: width and height of each photo;
    `hashes`: the SHA-256 of its content, where known. `progress` may raise, and no file is written
    then.
    Raises OSError, and ValueError for a row that does not have as many points as there are names.
    """
    photos: dict[str, int] = {}
    for row in rows:
        photos.setdefault(row.photo, len(photos) + 1)
    extra: dict[str, Any] = {"supercategory": "person"}
    if flip:
        extra["flip_idx"] = [int(index) for index in flip]
    data = CocoFile(
        images=tuple(
            CocoImage(
                number, photo, *sizes[photo],
                {"sha256": hashes[photo]} if hashes and photo in hashes else {},
            )
            for photo, number in photos.items()
        ),
        categories=(CocoCategory(1, "face", tuple(names), tuple(edges), extra),),
        annotations=(),
    )  # fmt: skip
    faces = (
        CocoAnnotation(
            number, photos[row.photo], 1, row.points, _visibility(row), row.box, row.score,
            _decision(row),
        )
        for number, row in enumerate(rows, 1)
    )  # fmt: skip
    pieces = coco_text(data, faces)
    write_text_atomically(path, _with_progress(pieces, len(data.images) + len(rows), progress))


def read(path: Path) -> ReadLabels:
    """Read a file of any tool. Raises LabelError where it is not COCO or mixes schemes.

    Faces without a box get the tight box of their points; those with neither, and those of
    categories without keypoints, are left out and named in `problems`.
    """
    file = parse_coco(path)
    scheme = _scheme(file, path)
    photos = {image.id: image.file_name for image in file.images}
    twice = contradictory_names(file.images)
    rows: list[LabelledFace] = []
    problems = [Message(reason) for reason in twice.values()]
    for face in file.annotations:
        if photos[face.image_id] in twice:
            continue
        box = face.bbox
        if box is None and (face.visibility > 0).any():
            box = tight_box(face.points)
        if face.category_id != scheme.id or box is None:
            lack = (
                N_("{photo}: annotation {number} has no keypoints.")
                if face.category_id != scheme.id
                else N_("{photo}: annotation {number} has no box and no labelled point.")
            )
            problems.append(Message(lack, photo=photos[face.image_id], number=face.id))
            continue
        verdict = face.extra.get("verdict")
        rows.append(
            LabelledFace(
                photos[face.image_id], face.points, box, face.visibility, face.score,
                verdict if isinstance(verdict, str) else "",
            )
        )  # fmt: skip
    listed = {
        image.file_name: ListedPhoto(image.size, image.sha256)
        for image in file.images
        if image.file_name not in twice
    }
    return ReadLabels(
        scheme.keypoints, scheme.edges, rows, _flip(scheme), problems, listed, format="coco"
    )


def _with_progress(pieces: Iterator[str], total: int, progress: Progress) -> Iterator[str]:
    for done, piece in enumerate(pieces):
        progress(min(done, total), total)
        yield piece


def _decision(row: LabelledFace) -> dict[str, Any]:
    stated = {"verdict": row.verdict, "reviewer": row.reviewer, "round": row.round}
    return {key: value for key, value in stated.items() if value}


def _visibility(row: LabelledFace) -> NDArray[np.int8]:
    """A landmark without a position is not labelled, whatever else is said of it."""
    placed = np.isfinite(row.points).all(axis=1)
    stated = np.full(len(row.points), 2) if row.visibility is None else row.visibility
    return np.where(placed, stated, 0).astype(np.int8)


def _scheme(file: CocoFile, path: Path) -> CocoCategory:
    """The one category with keypoints that faces use, or else the only one there is."""
    schemes = [category for category in file.categories if category.keypoints]
    if len(schemes) > 1:
        used = {face.category_id for face in file.annotations}
        schemes = [category for category in schemes if category.id in used]
    if len(schemes) > 1:
        names = ", ".join(repr(category.name) for category in schemes)
        raise LabelError(
            f"{path.name} holds faces of several categories ({names}). "
            f"Export each into a file of its own."
        )
    if not schemes:
        raise LabelError(
            f"{path.name} names no keypoints in its categories, so it holds no landmarks. "
            f"Export it as COCO keypoints."
        )
    return schemes[0]


def _flip(category: CocoCategory) -> tuple[int, ...] | None:
    """From `flip_idx`, or from pairs in `flip_pairs`; None where either does not fit the names."""
    count = len(category.keypoints)
    given = category.extra.get("flip_idx")
    if given is None:
        given = list(range(count))
        try:
            for a, b in category.extra["flip_pairs"]:
                given[a], given[b] = b, a
        except (KeyError, TypeError, ValueError, IndexError):
            return None
    if not isinstance(given, list) or any(type(index) is not int for index in given):
        return None
    fits = sorted(given) == list(range(count)) and all(given[given[k]] == k for k in range(count))
    return tuple(given) if fits else None


def _find(path: Path) -> Path | None:
    """A .json file, or the only one of a folder.

    Raises:
        LabelError: the folder holds several.
    """
    if os.path.isfile(path):
        return path if path.suffix.lower() == ".json" else None
    if os.path.isdir(path) and any(file.suffix.lower() == ".json" for file in path.iterdir()):
        return only_json(path)
    return None


def _read(path: Path, _hidden: Collection[str]) -> ReadLabels:
    """Other JSON formats, and data sets that lack what COCO demands, are read too."""
    try:
        return read(path)
    except LabelError:
        try:
            file = read_labels(path)
        except LabelError:
            file = None
        if file is None or not file.faces:
            raise
        return as_read_labels(file)


def _write(path: Path, labels: LabelsToWrite, progress: Progress, _check: CheckTargets) -> Written:
    write(
        path, labels.rows, labels.names, labels.edges, labels.flip, labels.sizes, progress,
        labels.hashes,
    )  # fmt: skip
    return Written()


FORMAT = LabelFormat(
    name="coco",
    description=N_("COCO keypoints file (*.json)"),
    suffix=".json",
    is_folder=False,
    can_mark_absent=True,
    has_photo_details=True,
    find=_find,
    read=_read,
    write=_write,
    file_kind=COCO,
    file_text=N_("a COCO keypoints file"),
)
