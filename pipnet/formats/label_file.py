"""What a label file holds, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace

PIXELS, FRACTION = "pixels", "fraction"
"""Units of points: pixels of the upright photo, (0, 0) the centre of the top-left pixel; or the
position divided by the width and height of the photo, where a format does not state them."""

ABSENT, OCCLUDED, VISIBLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class ListedPhoto:
    """What a file states about a photo: `size` (width, height) in pixels, and the SHA-256 of its
    content."""

    size: tuple[int, int] | None = None
    sha256: str | None = None


@dataclass(frozen=True, eq=False)
class LabelFile:
    """The content of a label file.

    `format`: the name of its format. `unit`: of all points and boxes, PIXELS or FRACTION. `faces`:
    in the order of the file. `photos`: all photos that it lists, by name, also those without a
    face. `names`: the landmarks of every face, None if the file names none or faces differ.
    `edges`: pairs that count from 0. `flip`: landmark k of a mirrored face is landmark flip[k] of
    the face, None if the file does not say. `notes`: a sentence for everything that was interpreted
    or left out. `has_stems`: photos are named without a suffix. `is_y_up`: y is counted in pixels
    from the bottom edge of the photo, whose height the file does not state. `origins`: what the
    centre of the top-left pixel was in its files, where those of a format differ; it is subtracted
    already.
    """

    format: str
    unit: str
    faces: list[LabelledFace]
    photos: Mapping[str, ListedPhoto] = field(default_factory=dict)
    names: tuple[str, ...] | None = None
    edges: tuple[tuple[int, int], ...] = ()
    flip: tuple[int, ...] | None = None
    notes: list[str] = field(default_factory=list)
    has_stems: bool = False
    is_y_up: bool = False
    origins: frozenset[float] = frozenset()


class Rows(Protocol):
    """Faces of which the number is known."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[LabelledFace]: ...


@dataclass(frozen=True, eq=False)
class LabelsToWrite:
    """What an export writes.

    `rows`: faces in pixels, those of one photo one after the other; they can be gone through many
    times, and need not be in memory. `names`, `edges` (from 0) and `flip` are the scheme's.
    `all_photos`: names of all photos of the project. `sizes` (width, height), `hashes` (SHA-256)
    and `files` of the photos of `rows`, by name; empty unless the format needs them.
    """

    rows: Rows
    names: Sequence[str]
    edges: Sequence[tuple[int, int]] = ()
    flip: Sequence[int] | None = None
    all_photos: Collection[str] = ()
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormatReader:
    """How one format is recognised and read.

    `read` gets a path that `fits` accepted. Both get the file only, no photos.
    """

    name: str
    fits: Callable[[Path, bytes], bool]
    read: Callable[[Path], LabelFile]


def in_pixels(face: LabelledFace, file: LabelFile, size: tuple[int, int]) -> LabelledFace:
    """The face in pixels of its upright photo of this (width, height), as the file counts them."""
    width, height = size
    points, box = face.points, face.box
    if file.unit == FRACTION:
        points = points * [width, height]
        if box is not None:
            box = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    if file.is_y_up:
        points = np.stack([points[:, 0], height - 1 - points[:, 1]], -1)
        if box is not None:
            box = (box[0], height - 1 - box[1] - box[3], box[2], box[3])
    return replace(face, points=points, box=box)


def common_names(faces: Sequence[LabelledFace]) -> tuple[str, ...] | None:
    """The landmark names of all faces, None if there are none or faces differ."""
    found = {face.names for face in faces}
    return next(iter(found)) if len(found) == 1 else None


def stated_size(width: object, height: object) -> tuple[int, int] | None:
    """A photo's (width, height) in pixels, None unless both are positive whole numbers."""
    if type(width) is int and type(height) is int and width > 0 and height > 0:
        return width, height
    return None


def listed(photos: Sequence[str]) -> dict[str, ListedPhoto]:
    """Photos of which a file states the name only."""
    return {photo: ListedPhoto() for photo in photos}


def seen_where_placed(points: NDArray[np.float64]) -> NDArray[np.int8]:
    """(N, 2) points -> (N,): VISIBLE where there is a position, ABSENT elsewhere."""
    return np.where(np.isfinite(points).all(axis=1), VISIBLE, ABSENT).astype(np.int8)


def visibility_of(face: LabelledFace) -> NDArray[np.int8]:
    """(N,) of ABSENT, OCCLUDED, VISIBLE: a landmark without a position is absent, whatever else is
    said of it, and one with a position is not."""
    placed = seen_where_placed(face.points)
    if face.visibility is None:
        return placed
    return np.where(placed == ABSENT, ABSENT, np.maximum(face.visibility, OCCLUDED)).astype(np.int8)


def box_of(face: LabelledFace) -> Box:
    """The face's box, or the tight one of its landmarks."""
    return tight_box(face.points) if face.box is None else face.box


def by_photo(rows: Iterable[LabelledFace]) -> Iterator[tuple[str, list[LabelledFace]]]:
    """Each photo with its faces, one after the other, so that a large data set needs no memory.

    Raises:
        ValueError: the faces of a photo do not follow each other.
    """
    seen = set[str]()
    for photo, faces in groupby(rows, attrgetter("photo")):
        if photo in seen:
            raise ValueError(f"the faces of {photo} do not follow each other")
        seen.add(photo)
        yield photo, list(faces)


def flip_of(given: object, count: int) -> tuple[int, ...] | None:
    """A mirror table (N,), or None unless it is its own inverse."""
    if not isinstance(given, list | tuple) or any(type(index) is not int for index in given):
        return None
    if (
        len(given) != count
        or sorted(given) != list(range(count))
        or any(given[given[k]] != k for k in range(count))
    ):
        return None
    return tuple(given)


__all__ = [
    "ABSENT",
    "FRACTION",
    "OCCLUDED",
    "PIXELS",
    "VISIBLE",
    "FormatReader",
    "LabelError",
    "LabelFile",
    "LabelledFace",
    "LabelsToWrite",
    "ListedPhoto",
    "Rows",
    "box_of",
    "by_photo",
    "common_names",
    "flip_of",
    "in_pixels",
    "listed",
    "seen_where_placed",
    "stated_size",
    "visibility_of",
]
