"""COCO keypoints: all faces of a project in one JSON file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, Progress
from labeltool.exchange.formats import (
    CheckTargets,
    LabelFormat,
    LabelsToWrite,
    Written,
    write_text_atomically,
)
from labeltool.exchange.formats.other_formats import read
from pipnet.data.coco import (
    CocoAnnotation,
    CocoCategory,
    CocoFile,
    CocoImage,
    coco_text,
)
from pipnet.data.labelled_faces import LabelledFace, only_json
from pipnet.formats.label_file import Rows
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
    read=read,
    write=_write,
    file_kind=COCO,
    file_text=N_("a COCO keypoints file"),
)
