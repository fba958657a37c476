"""Landmarks in CSV tables: our own layout, those that spreadsheets and scripts write, OpenFace and
MediaPipe.

Our layout has one row for each face: `photo`, `box_x`, `box_y`, `box_w`, `box_h` (pixels), then for
each landmark `NAME_x`, `NAME_y` and `NAME_v` (`visible`, `occluded` or `absent`); at the end
`verdict` (`accepted` or `corrected`), `reviewer` and `round` (which are not read). Everything but
`photo` and the coordinates may be missing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import LabelError
from pipnet.data.images import ImageError, walk_files
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.json_formats import label_studio
from pipnet.formats.label_file import (
    ABSENT,
    FRACTION,
    OCCLUDED,
    PIXELS,
    VISIBLE,
    FormatReader,
    LabelFile,
    LabelsToWrite,
    box_of,
    common_names,
    listed,
    seen_where_placed,
    visibility_of,
)
from pipnet.formats.reading import (
    all_numbers,
    csv_line,
    forward_slashes,
    number_of,
    read_head,
    table_rows,
)

PHOTO_COLUMNS = (
    "photo", "image", "file", "filename", "file_name", "image_name", "image_path", "path", "img",
    "image_id",
)  # fmt: skip
"""Headings under which the photo's name may stand."""

BOX_COLUMNS = ("box_x", "box_y", "box_w", "box_h")

DECISION_COLUMNS = ("verdict", "reviewer", "round")

VISIBILITY_WORDS = {
    "visible": VISIBLE, "occluded": OCCLUDED, "absent": ABSENT, "2": VISIBLE, "1": OCCLUDED,
    "0": ABSENT, "2.0": VISIBLE, "1.0": OCCLUDED, "0.0": ABSENT,
}  # fmt: skip

_SAYS_NOTHING = re.compile(
    r"(reviewer|round|face|model|(.*_)?expected_error(_px)?|.*_score|(unnamed.*)?|id|index"
    r"|(.*[_. -])?z[_. -]?\d*)$",
    re.IGNORECASE,
)
"""Columns that are not missed: what our own tables add, row numbers, and depth."""

_FRAMES = "it names frames of a video, not photos"
_MISSING = ("", "nan", "none", "null", "na")
_MESH_POINTS = (468, 478)
"""Landmarks of the face meshes of MediaPipe."""


@dataclass(frozen=True)
class _Layout:
    """Where a table has what. `xs`, `ys`, `vs`: columns of each landmark, -1 for none."""

    format: str
    photo: int
    folder: int
    names: tuple[str, ...] | None
    xs: tuple[int, ...]
    ys: tuple[int, ...]
    vs: tuple[int, ...]
    box: tuple[int, ...]
    score: int
    frame: int
    notes: tuple[str, ...] = ()
    verdict: int = -1
    is_one_photo: bool = False


def read(path: Path) -> LabelFile:
    """Read a table.

    A table without photo names but with a column `frame`, as OpenFace writes of a video, has
    photos `frame N`; OpenFace's table of one photo has the photo's name without the suffix. Points
    of MediaPipe are fractions, and so are those of a table without a coordinate above 1.

    Raises:
        LabelError: no columns of landmarks are found, or a cell is not a number; names the row.
    """
    rows = table_rows(path)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        first = next(rows, None)
    except csv.Error as error:
        raise LabelError(f"{path.name}, row 1: {error}.") from error
    layout = _layout(header, first, path)
    faces: list[LabelledFace] = []
    notes = list(layout.notes)
    lost = 0
    number = 1
    try:
        for number, row in enumerate(chain([first] if first else [], rows), 2):
            if not any(cell.strip() for cell in row):
                continue
            face = _face(row, layout, f"{path.name}, row {number}", path.stem)
            lost += face.score == 0 and layout.format == "openface"
            faces.append(face)
    except csv.Error as error:
        raise LabelError(f"{path.name}, row {number + 1}: {error}.") from error
    placed = [face.points for face in faces if np.isfinite(face.points).any()]
    is_fraction = bool(placed) and all(np.nanmax(np.abs(points)) <= 1.5 for points in placed)
    if is_fraction and layout.format == "csv":
        notes.append("no position is above 1: taken for shares of the photo's width and height")
    if lost:
        notes.append(f"{lost} frames in which the face was lost (confidence 0)")
    photos = listed([face.photo for face in faces if face.photo])
    return LabelFile(
        layout.format, FRACTION if is_fraction else PIXELS, faces, photos,
        common_names(faces) if faces else None, notes=notes, has_stems=layout.is_one_photo,
    )  # fmt: skip


def read_openface_folder(folder: Path) -> LabelFile:
    """Read OpenFace's tables of photos below a folder: one for each, with its name.

    Raises:
        LabelError: a table is damaged, or the folder cannot be listed.
    """
    try:
        files = walk_files(folder)[0]
    except ImageError as error:
        raise LabelError(f"{error}.") from error
    faces: list[LabelledFace] = []
    photos: list[str] = []
    notes: list[str] = []
    for file in files:
        if file.suffix.lower() == ".csv" and is_openface_photo(read_head(file)):
            photo = file.relative_to(folder).with_suffix("").as_posix()
            photos.append(photo)
            one = read(file)
            faces += (replace(face, photo=photo) for face in one.faces)
            notes += one.notes
    return LabelFile(
        "openface", PIXELS, faces, listed(photos), notes=list(dict.fromkeys(notes)), has_stems=True
    )


def is_openface_photo(head: bytes) -> bool:
    """Whether a file's first bytes are those of OpenFace's table of one photo."""
    cells = [cell.strip() for cell in head[:200].decode("utf-8-sig", "replace").split(",")]
    return cells[:2] == ["face", "confidence"]


def _face(row: Sequence[str], layout: _Layout, place: str, stem: str) -> LabelledFace:
    def cell(column: int) -> str:
        return row[column].strip() if 0 <= column < len(row) else ""

    def value(column: int) -> float:
        word = cell(column)
        return np.nan if word.lower() in _MISSING else number_of(word, place)

    def values(columns: Sequence[int]) -> list[float]:
        in_row = len(row) > max(columns) and min(columns) >= 0
        numbers = all_numbers([row[column] for column in columns]) if in_row else None
        return [value(column) for column in columns] if numbers is None else numbers

    points = np.array([values(layout.xs), values(layout.ys)], np.float64).T.copy()
    points[~np.isfinite(points).all(axis=1)] = np.nan
    seen = [row[column] if 0 <= column < len(row) else "" for column in layout.vs]
    visibility = _visibility(points, seen, place)
    points[visibility == ABSENT] = np.nan
    box: Box | None = tight_box(points) if (visibility > 0).any() else None
    if layout.box:
        x, y, w, h = values(layout.box)
        if np.isfinite([x, y, w, h]).all():
            box = (x, y, w, h)
    if layout.is_one_photo:
        photo = stem
    elif layout.frame >= 0:
        photo = f"frame {cell(layout.frame)}"
    else:
        folder = cell(layout.folder)
        photo = forward_slashes(cell(layout.photo))
        photo = f"{folder.rstrip('/')}/{photo}" if folder else photo
        if not photo:
            raise LabelError(f"{place}: it names no photo.")
    score = value(layout.score)
    return LabelledFace(
        photo, points, box, visibility, float(score) if np.isfinite(score) else None,
        cell(layout.verdict), layout.names,
    )  # fmt: skip


def _visibility(points: NDArray[np.float64], words: Sequence[str], place: str) -> NDArray[np.int8]:
    visibility = seen_where_placed(points)
    if words and set(words) <= VISIBILITY_WORDS.keys():
        stated = np.array([VISIBILITY_WORDS[word] for word in words], np.int8)
        return np.where(visibility == ABSENT, visibility, stated).astype(np.int8)
    for landmark, word in enumerate(map(str.strip, words)):
        if word and visibility[landmark] != ABSENT:
            if word.lower() not in VISIBILITY_WORDS:
                raise LabelError(
                    f"{place}: {word[:20]!r} is no visibility; write visible, occluded or absent."
                )
            visibility[landmark] = VISIBILITY_WORDS[word.lower()]
    return visibility


def _layout(header: Sequence[str], first: Sequence[str] | None, path: Path) -> _Layout:
    columns: dict[str, int] = {}
    for column, name in enumerate(header):
        if name in columns and name:
            raise LabelError(f"{path.name} has the column {name!r} twice.")
        columns[name] = column
    lower = {name.lower(): column for name, column in columns.items()}
    photo = next((lower[name] for name in PHOTO_COLUMNS if name in lower), -1)
    if photo < 0 and {"confidence", "x_0", "y_0"} <= set(columns):
        return _openface(columns)
    names, xs, ys, vs = _landmark_columns(columns)
    notes: list[str] = []
    if not xs:
        raise LabelError(_why_no_landmarks(columns, first, path))
    frame = lower.get("frame", -1) if photo < 0 else -1
    if frame >= 0:
        notes.append(_FRAMES)
    kind = "csv"
    if len(xs) in _MESH_POINTS and _is_interleaved(header, first, len(xs), min(xs)):
        start = min(xs)
        xs = tuple(range(start, start + 3 * len(xs), 3))
        ys = tuple(x + 1 for x in xs)
        notes.append(
            "the header says that all x come first, but the values run x, y, z for each landmark: "
            "read so"
        )
    if len(xs) in _MESH_POINTS:
        kind = "mediapipe"
        notes.append("z is left out")
    if photo < 0 and frame < 0:
        raise LabelError(
            f"{path.name} has no column with the photo's name; call it `photo` "
            f"({', '.join(PHOTO_COLUMNS[1:5])} are known too)."
        )
    box = tuple(lower[name] for name in BOX_COLUMNS if name in lower)
    box = box if len(box) == 4 else ()
    score, verdict = lower.get("score", -1), lower.get("verdict", -1)
    folder = lower.get("folder", -1)
    used = {photo, frame, folder, score, verdict, *xs, *ys, *vs, *box}
    if unread := _unread(columns, used):
        notes.append(unread)
    return _Layout(kind, photo, folder, names, xs, ys, vs, box, score, frame, tuple(notes), verdict)


def _unread(columns: dict[str, int], used: set[int]) -> str:
    """A sentence about the columns that say something else."""
    others = [name for name, column in columns.items() if column not in used]
    others = [name for name in others if not _SAYS_NOTHING.match(name)]
    if not others:
        return ""
    more = f" and {len(others) - 5} more" if len(others) > 5 else ""
    return f"columns are not read: {', '.join(others[:5])[:200]}{more}"


def _why_no_landmarks(columns: dict[str, int], first: Sequence[str] | None, path: Path) -> str:
    if label_studio.is_csv(list(columns), first):
        return (
            f"{path.name} is a CSV export of Label Studio, which does not say what belongs "
            f"together; export JSON instead."
        )
    wanted = "name them NAME_x and NAME_y, and the photo's column `photo`"
    if {"x", "y"} <= {name.lower() for name in columns}:
        return f"{path.name} has a row for each point; make it one for each face, and {wanted}."
    return f"{path.name} has no columns of landmarks; {wanted}."


def _openface(columns: dict[str, int]) -> _Layout:
    count = 0
    while f"x_{count}" in columns and f"y_{count}" in columns:
        count += 1
    xs = tuple(columns[f"x_{k}"] for k in range(count))
    ys = tuple(columns[f"y_{k}"] for k in range(count))
    return _Layout(
        "openface", -1, -1, None, xs, ys, (-1,) * count, (), columns.get("confidence", -1),
        columns.get("frame", -1), (_FRAMES,) if "frame" in columns else (),
        is_one_photo="frame" not in columns,
    )  # fmt: skip


_PATTERNS = (
    # NAME_x / NAME_y, then x_NAME, x12, X12
    (re.compile(r"(?P<name>.+)[_. -](?P<axis>[xyv])$", re.IGNORECASE), True),
    (re.compile(r"(?P<axis>[xyv])[_. -]?(?P<name>\d+)$", re.IGNORECASE), False),
    (re.compile(r"(?P<axis>[xyv])[_. -](?P<name>.+)$", re.IGNORECASE), True),
)


def _landmark_columns(
    columns: dict[str, int],
) -> tuple[tuple[str, ...] | None, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Names (None for numbers) and columns of x, y and visibility of each landmark."""
    for pattern, is_named in _PATTERNS:
        found: dict[str, dict[str, int]] = {}
        for heading, column in columns.items():
            if heading.lower() in BOX_COLUMNS:
                continue
            if match := pattern.match(heading):
                found.setdefault(match["name"], {})[match["axis"].lower()] = column
        whole = {name: axes for name, axes in found.items() if "x" in axes and "y" in axes}
        if whole:
            names = tuple(whole)
            if all(name.isdecimal() for name in names):
                names = tuple(sorted(names, key=int))
                is_named = False
            rows = [whole[name] for name in names]
            return (
                names if is_named else None,
                tuple(axes["x"] for axes in rows),
                tuple(axes["y"] for axes in rows),
                tuple(axes.get("v", -1) for axes in rows),
            )
    return None, (), (), ()


def _is_interleaved(
    header: Sequence[str], row: Sequence[str] | None, count: int, start: int
) -> bool:
    """Whether the values of a face mesh run x, y, z although the header lists all x first.

    z is the only coordinate that is often negative.
    """
    if row is None or len(row) < start + 3 * count or _axis(header[start + 1]) == "y":
        return False
    try:
        values = np.array([float(word) for word in row[start : start + 3 * count]])
    except ValueError:
        return False
    negative = values < 0
    return int(negative[2::3].sum()) > int(negative[2 * count :].sum())


def _axis(heading: str) -> str:
    """The axis of a column, empty if it is of none."""
    found = next((match for pattern, _ in _PATTERNS if (match := pattern.match(heading))), None)
    return found["axis"].lower() if found else ""


def is_ours(_path: Path, head: bytes) -> bool:
    """Whether a file's first bytes are those of a table that `text` makes."""
    return head.startswith(",".join(["photo", *BOX_COLUMNS, ""]).encode())


def _fits(path: Path, head: bytes) -> bool:
    if path.suffix.lower() not in (".csv", ".tsv"):
        return False
    first = head.decode("utf-8-sig", errors="replace").splitlines()[:1]
    return bool(first) and not first[0].startswith(("scorer", "#filename", "filename,file_size"))


def text(labels: LabelsToWrite) -> Iterator[str]:
    """The rows of our own layout: nothing of a face is lost."""
    words = {number: word for word, number in VISIBILITY_WORDS.items() if word.isalpha()}
    axes = [f"{name}_{axis}" for name in labels.names for axis in "xyv"]
    yield csv_line(["photo", *BOX_COLUMNS, *axes, *DECISION_COLUMNS])
    for row in labels.rows:
        cells = [repr(float(value)) for value in box_of(row)]
        seen = visibility_of(row).tolist()
        for (x, y), visibility in zip(row.points.tolist(), seen, strict=True):
            cells += [repr(x), repr(y)] if visibility else ["", ""]
            cells.append(words[visibility])
        number = "" if row.round is None else str(row.round)
        yield csv_line([row.photo, *cells, row.verdict, row.reviewer, number])


READER = FormatReader("csv", _fits, read)
