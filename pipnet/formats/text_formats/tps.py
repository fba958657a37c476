"""TPS files of morphometrics (tpsDig): landmarks, curves and a scale of each specimen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import (
    PIXELS,
    FormatReader,
    LabelFile,
    LabelsToWrite,
    listed,
    seen_where_placed,
)
from pipnet.formats.reading import forward_slashes, numbers_of, read_lines

_DECIMAL_COMMA = re.compile(r"(-?\d+),(\d*)")


@dataclass
class _Specimen:
    line: int
    points: list[list[float]] = field(default_factory=list)
    expected: int = 0
    curve_points: int = 0
    outline_points: int = 0
    image: str = ""
    id: str = ""
    scale: str = ""


def read(path: Path) -> LabelFile:
    """Read all specimens. Points of curves (semi-landmarks) follow the landmarks in order.

    y is counted from the bottom of the photo, whose height the file does not have, and is left as
    it is (`is_y_up`). A landmark is absent if both of its numbers are the same negative one, as
    tpsDig writes it, or NA, as geomorph does. The photo is IMAGE, or ID without one. SCALE is not
    applied: points are pixels. Outlines (OUTLINES, CHAINS) are not read.

    Raises:
        LabelError: too few points, or something that is no TPS; names the line.
    """
    specimens = _specimens(path)
    faces, notes = [], []
    for specimen in specimens:
        place = f"line {specimen.line}"
        if len(specimen.points) != specimen.expected:
            raise LabelError(
                f"{path.name}, {place}: this specimen says {specimen.expected} points and has "
                f"{len(specimen.points)}. It may be cut off."
            )
        photo = forward_slashes(specimen.image) or specimen.id
        if not photo:
            notes.append(f"{place}: a specimen without IMAGE and ID names no photo")
        if not specimen.points:
            notes.append(f"{place}: {photo or 'a specimen'} has no landmarks")
            continue
        points = np.array(specimen.points, np.float64)
        visibility = seen_where_placed(points)
        box = tight_box(points) if visibility.any() else None
        faces.append(LabelledFace(photo, points, box, visibility))
    if faces:
        notes.insert(0, "y counts from the bottom edge of the photo, as tpsDig writes it")
    if curves := sum(specimen.curve_points for specimen in specimens):
        notes.append(f"{curves} points of curves follow the landmarks of their specimens")
    if any(specimen.scale for specimen in specimens):
        notes.append("SCALE is not applied: landmarks are pixels")
    negative = sum(int((face.points < 0).all(axis=1).sum()) for face in faces)
    if negative:
        notes.append(
            f"{negative} landmarks have negative numbers, which some programs write for missing "
            f"ones: read as positions"
        )
    if any(specimen.outline_points for specimen in specimens):
        notes.append("outlines are left out")
    photos = listed([face.photo for face in faces if face.photo])
    return LabelFile("tps", PIXELS, faces, photos, notes=notes, is_y_up=True)


def _specimens(path: Path) -> list[_Specimen]:
    specimens: list[_Specimen] = []
    is_outline = False
    for number, line in read_lines(path):
        place = f"{path.name}, line {number}"
        text = line.strip()
        if not text:
            continue
        match = re.match(r"([A-Za-z]+)\s*\d*\s*=\s*(.*)$", text)
        if match is None:
            _add_point(specimens, text, is_outline, place)
            continue
        key, value = match[1].upper(), match[2].strip()
        if key == "LM":
            if "LM3" in text.upper().split("=")[0]:
                raise LabelError(
                    f"{place}: landmarks in three dimensions have no place in a photo."
                )
            specimens.append(_Specimen(number, expected=_count(value, place)))
            is_outline = False
        elif not specimens:
            raise LabelError(f"{place}: a specimen begins with LM=, not with {key}=.")
        elif key in ("OUTLINES", "CHAINS", "CURVES"):
            is_outline = key != "CURVES"
        else:
            _add_detail(specimens[-1], key, value, is_outline, place)
    return specimens


def _add_detail(specimen: _Specimen, key: str, value: str, is_outline: bool, place: str) -> None:
    if key == "POINTS" and is_outline:
        specimen.outline_points += _count(value, place)
    elif key == "POINTS":
        count = _count(value, place)
        specimen.expected += count
        specimen.curve_points += count
    elif key == "IMAGE":
        specimen.image = re.sub(r"^(IMAGE\s*=\s*)+", "", value, flags=re.IGNORECASE)
    elif key == "ID":
        specimen.id = value
    elif key == "SCALE":
        specimen.scale = value


def _add_point(specimens: list[_Specimen], text: str, is_outline: bool, place: str) -> None:
    if not specimens:
        raise LabelError(f"{place}: a specimen begins with LM=, not with {text[:20]!r}.")
    words = text.split()
    if is_outline:
        return
    if len(words) != 2:
        raise LabelError(f"{place}: {len(words)} numbers where x and y belong.")
    if all(word.upper() in ("NA", "NAN") for word in words):
        specimens[-1].points.append([np.nan, np.nan])
        return
    x, y = numbers_of([_DECIMAL_COMMA.sub(r"\1.\2", word) for word in words], place)
    is_missing = x == y < 0 and x.is_integer()
    specimens[-1].points.append([np.nan, np.nan] if is_missing else [x, y])


def _count(value: str, place: str) -> int:
    if not re.fullmatch(r"\d{1,6}", value):
        raise LabelError(f"{place}: {value[:20]!r} is no number of points.")
    return int(value)


def begins_with_specimen(_path: Path, head: bytes) -> bool:
    """Whether a file's first bytes are those of a specimen."""
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    return re.match(r"LM\s*=\s*\d+\s", text, re.IGNORECASE) is not None


def _fits(path: Path, head: bytes) -> bool:
    return path.suffix.lower() == ".tps" or begins_with_specimen(path, head)


def text(labels: LabelsToWrite) -> Iterator[str]:
    """A specimen for each face, y counted from below; an absent landmark is -1 -1."""
    for number, row in enumerate(labels.rows):
        height = labels.sizes[row.photo][1]
        yield f"LM={len(row.points)}\n"
        for x, y in row.points.tolist():
            yield "-1 -1\n" if x != x else f"{x!r} {height - 1 - y!r}\n"
        yield f"IMAGE={row.photo}\nID={number}\n"


READER = FormatReader("tps", _fits, read)
