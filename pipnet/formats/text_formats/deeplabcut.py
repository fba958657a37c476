"""DeepLabCut and Lightning Pose: CSV with three or four header rows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

import numpy as np

from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import (
    ABSENT,
    PIXELS,
    FormatReader,
    LabelFile,
    LabelsToWrite,
    by_photo,
    common_names,
    listed,
    seen_where_placed,
)
from pipnet.formats.reading import csv_line, number_of, table_rows

_COORDS = ("x", "y", "likelihood", "visible")
_MISSING = ("", "nan", "none", "null")
UNIQUE = "single"
"""What DeepLabCut calls the individual that stands for the parts of none of the animals."""


@dataclass
class _Individual:
    """Columns of one animal: names in the order of the file, and the columns of each."""

    names: list[str] = field(default_factory=list)
    columns: dict[tuple[str, str], int] = field(default_factory=dict)

    def check(self, path: Path) -> None:
        """Raise LabelError for a part without x or y."""
        for part in self.names:
            if (part, "x") not in self.columns or (part, "y") not in self.columns:
                raise LabelError(f"{path.name}: {part!r} needs a column x and a column y.")


def read(path: Path) -> LabelFile:
    """Read a CSV of labels or predictions. Empty cells and NaN are absent landmarks, also in a row
    that is cut short. A photo is the path of its row, in one column or in three. Several animals of
    a photo are several faces; the parts of none (`single`) are one of their own. `likelihood` is a
    prediction's; Lightning Pose has `visible`, 0 to 2. Columns of anything else are left out.

    Raises:
        LabelError: the header is another one, or a cell is not a number; names the row.
    """
    try:
        return read_rows(table_rows(path), path)
    except csv.Error as error:
        raise LabelError(f"{path.name}: {error}.") from error


def read_rows(rows: Iterable[list[str]], path: Path) -> LabelFile:
    """As `read`, from the cells of the table in the file `path`."""
    header: dict[str, list[str]] = {}
    individuals: dict[str, _Individual] = {}
    faces: list[LabelledFace] = []
    photos: list[str] = []
    others: list[str] = []
    index = short = 0
    for number, row in enumerate(rows, 1):
        if not any(cell.strip() for cell in row):
            continue
        label = row[0].strip()
        if not individuals:
            if label not in ("scorer", "individuals", "bodyparts", "coords"):
                raise LabelError(f"{path.name}, row {number}: a header row {label!r}.")
            header[label] = row
            if label == "coords":
                index, individuals, others = _columns(header, path)
            continue
        photo = PureWindowsPath("/".join(cell for cell in row[:index] if cell)).as_posix()
        photos.append(photo)
        short += len(row) < len(header["coords"])
        place = f"{path.name}, row {number}"
        found = (_face(photo, row, individual, place) for individual in individuals.values())
        faces += (face for face in found if face is not None)
    if not individuals:
        raise LabelError(f"{path.name} has no row `coords`, so it is no table of DeepLabCut.")
    notes = _notes(faces, photos, short, individuals)
    if others:
        words = ", ".join(dict.fromkeys(others))
        notes.append(f"{len(others)} columns of other values are left out ({words[:100]})")
    return LabelFile(
        "dlc", PIXELS, faces, listed(photos), common_names(faces) if faces else None, notes=notes
    )


def _notes(
    faces: Sequence[LabelledFace],
    photos: Sequence[str],
    short: int,
    individuals: Mapping[str, _Individual],
) -> list[str]:
    notes = []
    if photos and all(photo.isdecimal() for photo in photos):
        notes.append("it names frames of a video, not photos")
    empty = len(set(photos) - {face.photo for face in faces})
    if empty:
        notes.append(f"{empty} photos have no landmark")
    if short:
        notes.append(f"{short} rows are cut short; their missing cells count as absent")
    if UNIQUE in individuals and len(individuals) > 1:
        notes.append(f"the parts of {UNIQUE!r} belong to no animal and are a face of their own")
    return notes


def _columns(
    header: dict[str, list[str]], path: Path
) -> tuple[int, dict[str, _Individual], list[str]]:
    """How many columns name the photo, the columns of each animal, and what others hold."""
    coords, parts = header["coords"], header.get("bodyparts")
    if parts is None:
        raise LabelError(f"{path.name} has no header row `bodyparts`.")
    index = next((k for k, word in enumerate(coords) if word.strip() in _COORDS), 0)
    if index == 0:
        raise LabelError(f"{path.name} has no columns x and y in its row `coords`.")
    owners = header.get("individuals", [""] * len(coords))
    individuals: dict[str, _Individual] = {}
    others: list[str] = []
    for column, word in enumerate(coords[index:], index):
        kind = word.strip()
        if kind not in _COORDS:
            others.append(kind or "".join(header.get("scorer", [])[column : column + 1]))
            continue
        if column >= len(parts) or column >= len(owners):
            raise LabelError(f"{path.name}: column {column + 1} has no part.")
        animal = individuals.setdefault(owners[column].strip(), _Individual())
        part = parts[column].strip()
        if (part, kind) in animal.columns:
            raise LabelError(f"{path.name} has {part!r} twice; name each part once.")
        animal.columns[part, kind] = column
        if part not in animal.names:
            animal.names.append(part)
    for animal in individuals.values():
        animal.check(path)
    return index, individuals, others


def _face(photo: str, row: Sequence[str], animal: _Individual, place: str) -> LabelledFace | None:
    """The face of an animal in a row, None without a single landmark."""

    def value(part: str, kind: str) -> float:
        column = animal.columns.get((part, kind))
        if column is None or column >= len(row) or row[column].strip().lower() in _MISSING:
            return np.nan
        return number_of(row[column], f"{place}, {part} {kind}")

    points = np.array([[value(part, "x"), value(part, "y")] for part in animal.names])
    points[~np.isfinite(points).all(axis=1)] = np.nan
    visibility = seen_where_placed(points)
    stated = np.array([value(part, "visible") for part in animal.names])
    if np.isfinite(stated).any():
        known = np.isin(stated, (0, 1, 2)) & (visibility != ABSENT)
        visibility[known] = stated[known].astype(np.int8)
        points[visibility == ABSENT] = np.nan
    if (visibility == ABSENT).all():
        return None
    likely = np.array([value(part, "likelihood") for part in animal.names])
    score = float(np.nanmean(likely)) if np.isfinite(likely).any() else None
    return LabelledFace(
        photo, points, tight_box(points), visibility, score, names=tuple(animal.names)
    )


def _fits(_path: Path, head: bytes) -> bool:
    lines = head.decode("utf-8-sig", errors="replace").splitlines()[:4]
    first = [line.lstrip('"') for line in lines]
    return (
        len(first) >= 3
        and first[0].startswith("scorer")
        and any(line.startswith("bodyparts") for line in first)
    )


def text(labels: LabelsToWrite, scorer: str = "labeltool") -> Iterator[str]:
    """The rows of a CSV: one for each photo, with the columns of as many animals as a photo has
    faces at most. Absent landmarks are empty."""
    animals = max(Counter(row.photo for row in labels.rows).values(), default=1)
    columns = [(animal, name) for animal in range(animals) for name in labels.names]
    header = [["scorer", *(scorer for _ in columns for _ in "xy")]]
    if animals > 1:
        header.append(["individuals", *(f"face{k + 1}" for k, _ in columns for _ in "xy")])
    header += [
        ["bodyparts", *(name for _, name in columns for _ in "xy")],
        ["coords", *(axis for _ in columns for axis in "xy")],
    ]
    for row in header:
        yield csv_line(row)
    for photo, rows in by_photo(labels.rows):
        cells = [
            "" if np.isnan(value) else repr(value)
            for row in rows
            for value in row.points.ravel().tolist()
        ]
        yield csv_line([photo, *cells, *[""] * (2 * len(columns) - len(cells))])


READER = FormatReader("dlc", _fits, read)
