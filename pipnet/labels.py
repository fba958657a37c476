"""Labelled faces from disk: .pts files beside their photos, or a COCO file."""

from __future__ import annotations

import math
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from pipnet.coco import (
    CocoAnnotation,
    CocoCategory,
    CocoFile,
    CocoImage,
    LabelError,
    coco_text,
    parse_coco,
)
from pipnet.crop import Box
from pipnet.images import ImageError, classify, walk_files

__all__ = [
    "CocoAnnotation",
    "CocoCategory",
    "CocoFile",
    "CocoImage",
    "LabelError",
    "LabelledFace",
    "PhotoNames",
    "coco_text",
    "format_pts",
    "load_labelled",
    "parse_coco",
    "parse_pts",
]

_LARGEST_PTS = 10_000_000
"""Bytes. Laser scans use the suffix .pts too, and are gigabytes."""


@dataclass(frozen=True, eq=False)
class LabelledFace:
    """One face to learn from.

    `points` (N, 2) float64 pixels of the upright photo, (0, 0) the centre of the top-left pixel,
    NaN where unlabelled. `box` x, y, width, height as the file states it. `visibility` (N,) int8 of
    0 (not labelled), 1 (hidden) or 2 (visible), or None where the format has none.
    """

    image: Path
    points: NDArray[np.float64]
    box: Box | None = None
    visibility: NDArray[np.int8] | None = None


def parse_pts(path: Path, origin: int = 1) -> NDArray[np.float64]:
    """The landmarks of a 300W .pts file, (N, 2) float64 pixels counted from 0.

    `origin` is what the file counts from: 1, as the iBUG group does (MATLAB; menpo#160), or 0. The
    first block in braces is read; a third column (z) is left out. Raises LabelError.
    """
    _check_origin(origin)
    path = Path(path)
    text = _read_text(path)
    start = text.find("{")
    end = text.find("}", start)
    if start < 0 or end < 0:
        missing = "{" if start < 0 else "}"
        raise LabelError(
            f'{path.name} has no "{missing}": the points of a .pts file stand between braces. '
            f"It may be cut off or of another kind; export it again."
        )
    first = text.count("\n", 0, start) + 1
    rows: list[tuple[float, float]] = []
    for number, line in enumerate(text[start + 1 : end].split("\n"), first):
        if words := line.split():
            rows.append(_point(words, f"{path.name}, line {number}"))
    if not rows:
        raise LabelError(f"{path.name} has no points between its braces; label it again.")
    stated = re.search(r"^\s*n_?points\s*:\s*(\S+)", text[:start], re.MULTILINE | re.IGNORECASE)
    if stated and stated[1] != str(len(rows)):
        raise LabelError(
            f"{path.name} says n_points: {stated[1]}, but holds {len(rows)} points. "
            f"It may be cut off; export it again, or correct the number."
        )
    return np.array(rows, np.float64) - origin


def format_pts(points: NDArray[np.float64], origin: int = 1) -> str:
    """The text of a .pts file, six decimals, counted from `origin`; `points` (N, 2) from 0.

    Raises ValueError for a point without a finite position, which the format cannot tell.
    """
    _check_origin(origin)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError("a .pts file needs finite points of shape (N, 2)")
    lines = [f"{x:.6f} {y:.6f}" for x, y in (points + origin).tolist()]
    return "\n".join(["version: 1", f"n_points: {len(lines)}", "{", *lines, "}", ""])


def load_labelled(source: Path, origin: int = 1) -> list[LabelledFace]:
    """All labelled faces of a COCO JSON file or of a folder, in a fixed order.

    A folder holds .pts files, at any depth, each beside its photo (the same name, or the name and
    _1, _2, … where a photo shows several faces); or else one COCO JSON file. File names of COCO are
    relative to the JSON. Faces without a single labelled point are left out. `origin` is what .pts
    files count from. Raises LabelError, also if faces differ in their number of points.
    """
    source = Path(source)
    if not os.path.isdir(source):
        faces = _from_coco(source)
    else:
        try:
            files = walk_files(source)[0]
        except ImageError as error:
            raise LabelError(f"{error}.") from error
        pts = [path for path in files if path.suffix.lower() == ".pts"]
        faces = _from_pts(pts, files, origin) if pts else _from_coco(_only_json(source))
    if not faces:
        raise LabelError(f"{source.name} holds no labelled face; label some, or choose another.")
    for face in faces:
        if len(face.points) != len(faces[0].points):
            raise LabelError(
                f"{source.name} mixes landmark schemes: {faces[0].image.name} has "
                f"{len(faces[0].points)} points, {face.image.name} {len(face.points)}. "
                f"Keep each scheme in a folder or file of its own."
            )
    return faces


class PhotoNames:
    """Names of label files for the photos of one folder, and back.

    Names are compared without regard to case and to how accents and Hangul are encoded (file
    systems differ in both), unless that leaves a choice.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for name in names:
            self._by_name.setdefault(_same(name), []).append(name)
            self._by_stem.setdefault(_same(_stem(name)), []).append(name)

    def match(self, stem: str) -> list[str]:
        """The photos that a label file of this stem may belong to: none, one, or a choice.

        A photo called exactly so (`a.jpg` for `a.jpg.pts`), else with this stem (`a.pts`), else one
        of them for the stem without its `_K` (`a_2.pts`, the second face of `a.jpg`).
        """
        for wanted in (stem, re.sub(r"_[0-9]+$", "", stem)):
            for table, part in ((self._by_name, str), (self._by_stem, _stem)):
                found = table.get(_same(wanted), [])
                if exact := [name for name in found if part(name) == wanted]:
                    return exact
                if found:
                    return found
        return []

    def stems(self, name: str, faces: int) -> list[str]:
        """Stems for the label files of so many faces of a photo; `match` leads each back to it.

        The photo's own stem, or its whole name where another photo has the stem too; with `_1`,
        `_2`, … for several faces, leaving out numbers that would name another photo.
        """
        stem = _stem(name)
        alone = self._by_stem.get(_same(stem)) == [name] and _same(stem) not in self._by_name
        base = stem if alone else name
        if faces == 1:
            return [base]
        numbered = (f"{base}_{number}" for number in count(1))
        taken = self._by_name.keys() | self._by_stem.keys()
        free = (stem for stem in numbered if _same(stem) not in taken)
        return list(islice(free, faces))


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _stem(name: str) -> str:
    return PurePath(name).stem


def _check_origin(origin: int) -> None:
    if origin not in (0, 1):
        raise ValueError(f"origin must be 0 or 1, not {origin}")


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_PTS:
            raise LabelError(f"{path.name} is too large for landmarks; it may be a laser scan.")
        return path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LabelError(f"{path.name} could not be opened: {reason}.") from error


def _point(words: Sequence[str], place: str) -> tuple[float, float]:
    if len(words) not in (2, 3):
        raise LabelError(
            f"{place}: {len(words)} columns where x and y belong; put one point on each line."
        )
    values = []
    for word in words:
        try:
            value = float(word.replace("_", "?"))  # Python alone takes 1_000 for a number
        except ValueError:
            raise LabelError(f"{place}: {word!r} is not a number; correct it.") from None
        if not math.isfinite(value):
            raise LabelError(f"{place}: {word!r} is no position; label this point again.")
        values.append(value)
    return values[0], values[1]


def _from_pts(pts: Sequence[Path], files: Sequence[Path], origin: int) -> list[LabelledFace]:
    names: dict[Path, list[str]] = {}
    for path in files:
        if classify(path) == "photo":
            names.setdefault(path.parent, []).append(path.name)
    beside = {folder: PhotoNames(photos) for folder, photos in names.items()}
    faces = []
    for path in pts:
        found = beside.get(path.parent, PhotoNames([])).match(path.stem)
        if not found:
            raise LabelError(
                f"{path} has no photo beside it: put {path.stem}.jpg (or another kind of photo) "
                f"into the same folder, or take the .pts file out."
            )
        if len(found) > 1:
            raise LabelError(f"{path} could belong to {' or '.join(found)}; rename one of them.")
        faces.append(LabelledFace(path.with_name(found[0]), parse_pts(path, origin)))
    return faces


def _only_json(folder: Path) -> Path:
    found = sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))
    if not found:
        raise LabelError(
            f"{folder.name} holds neither .pts files beside photos nor a COCO .json file."
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found[:3])
        raise LabelError(f"{folder.name} holds several .json files ({names}); choose one of them.")
    return found[0]


def _from_coco(path: Path) -> list[LabelledFace]:
    data = parse_coco(path)
    photos = {image.id: _photo(path.parent, image.file_name) for image in data.images}
    labelled = [row for row in data.annotations if (row.visibility > 0).any()]
    wanted = {row.image_id: None for row in labelled}
    missing = [photos[image_id] for image_id in wanted if not os.path.isfile(photos[image_id])]
    if missing and len(missing) == len(wanted):
        raise LabelError(
            f"none of the photos that {path.name} names is there, such as {missing[0]}. Its file "
            "names count from the folder it is in."
        )
    return [LabelledFace(photos[r.image_id], r.points, r.bbox, r.visibility) for r in labelled]


def _photo(folder: Path, name: str) -> Path:
    """The photo of a COCO file name, which tools on Windows may write with backslashes."""
    path = folder / name
    return path if "\\" not in name or os.path.isfile(path) else folder / name.replace("\\", "/")
