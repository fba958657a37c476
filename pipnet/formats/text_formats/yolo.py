"""YOLO-pose: a text file of objects for each photo, and a YAML file that describes all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from pipnet.data.coco import LabelError
from pipnet.data.images import ImageError, walk_files
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import (
    FRACTION,
    FormatReader,
    LabelFile,
    LabelsToWrite,
    box_of,
    by_photo,
    common_names,
    flip_of,
    listed,
    visibility_of,
)
from pipnet.formats.reading import is_number, numbers_of, read_lines, unreadable
from pipnet.formats.text_formats.yolo_rows import (
    Layout,
    are_outlines,
    is_turned_box,
    landmarks_of,
    layout_of,
)

_SETTINGS_BYTES = 1_000_000
"""A YAML file that describes a data set is shorter."""

_LABEL_FOLDER = re.compile(r"((train|val|valid|test)/)?labels/")
"""Where label files lie, from the folder of the YAML file."""

_ROWS_LOOKED_AT = 500
"""Rows from which it is told what a landmark's values are."""

_NAME_CHARACTERS = 1000
"""Names of classes and landmarks are shorter."""


@dataclass(frozen=True)
class _Settings:
    """What a YAML file says. `shape`: landmarks and values of each, (K, 2) or (K, 3)."""

    shape: tuple[int, int] | None = None
    flip: object = None
    classes: dict[int, str] = field(default_factory=dict)
    names: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a label file: its photo, where it stands, and its numbers."""

    photo: str
    place: str
    numbers: list[float]


def read(path: Path) -> LabelFile:
    """Read a label file, the YAML file of a data set, or a folder of label files.

    A row is a class, the box's centre and size, then x, y of each landmark, or x, y and visibility
    (0 is not labelled, 1 hidden, 2 visible), all as fractions of the photo. Predictions of
    Ultralytics have confidences in place of the visibilities, and may end in that of the box;
    `layout_of` says how they are told apart. The photo is the label file's path below `labels`
    without the suffix.

    Raises:
        LabelError: a row has another shape; names it.
    """
    described = path.suffix.lower() in (".yaml", ".yml")
    files = _label_files(path)
    settings = _settings(path if described else _description(path))
    notes = list(settings.notes)
    if described and not files:
        notes.append("it describes a data set whose label files are not beside it")
    root = path.parent if path.is_file() else path
    photo_of = {file: _photo_of(file, root) for file in files}
    layouts = _layouts(islice(_read_rows(photo_of, root), _ROWS_LOOKED_AT), settings, notes)
    faces: list[LabelledFace] = []
    classes: set[int] = set()
    for row in _read_rows(photo_of, root):
        count = len(row.numbers) - 5
        if count not in layouts:
            layouts |= _layouts([row], settings, notes)
        faces.append(_face(row, layouts.get(count), settings))
        classes.add(int(row.numbers[0]))
    counts = sorted({len(face.points) for face in faces})
    if len(counts) > 1 and settings.shape is None:
        raise LabelError(
            f"{path.name}: rows have {counts[0]} to {counts[-1]} landmarks; in YOLO-pose all have "
            f"as many. It may hold outlines (segmentation) instead."
        )
    if any(face.score is not None for face in faces):
        notes.append("it holds predictions: confidences stand where labels have the visibility")
    if len(classes) > 1:
        said = ", ".join(settings.classes.get(kind, str(kind)) for kind in sorted(classes))
        notes.append(f"objects of several classes ({said}) share the list of landmarks")
    count = len(faces[0].points) if faces else (settings.shape or (0, 0))[0]
    flip = flip_of(settings.flip, count)
    if settings.flip is not None and flip is None:
        notes.append("flip_idx does not fit the landmarks, or is not its own inverse: not used")
    photos = listed(list(photo_of.values()))
    names = common_names(faces) if faces else settings.names
    return LabelFile(
        "yolo", FRACTION, faces, photos, names, flip=flip, notes=list(dict.fromkeys(notes)),
        has_stems=True,
    )  # fmt: skip


def _photo_of(file: Path, root: Path) -> str:
    """The photo of a label file, without its suffix: `images` stands for `labels`."""
    inside = file.relative_to(root).with_suffix("").as_posix()
    return re.sub(r"^(.*/)?labels/", r"\1images/", inside)


def _read_rows(files: Mapping[Path, str], root: Path) -> Iterator[_Row]:
    """The rows of label files, whose photos `files` names."""
    for file, photo in files.items():
        inside = file.relative_to(root).as_posix()
        for number, line in read_lines(file):
            if line.strip():
                place = f"{inside}, line {number}"
                yield _Row(photo, place, numbers_of(line.split(), place))


def _layouts(rows: Iterable[_Row], settings: _Settings, notes: list[str]) -> dict[int, Layout]:
    """What the rows of each number of values are.

    Raises:
        LabelError: they look like outlines.
    """
    alike: dict[int, list[list[float]]] = {}
    places: dict[int, str] = {}
    for row in rows:
        alike.setdefault(len(row.numbers) - 5, []).append(row.numbers[1:])
        places.setdefault(len(row.numbers) - 5, row.place)
    found = {}
    for count, given in alike.items():
        values = np.array(given, np.float64)
        layout = layout_of(values[:, 4:], settings.shape) if count > 0 else None
        if settings.shape is None and layout == Layout(2) and are_outlines(values):
            raise LabelError(
                f"{places[count]}: the numbers look like the corners of an outline (segmentation), "
                f"not like a box with landmarks. Export it as pose; if they are landmarks, put a "
                f"YAML file with kpt_shape beside the labels."
            )
        if layout is not None:
            found[count] = layout
        if settings.shape is not None and count > 0 and not _fits_shape(count, settings.shape):
            landmarks, size = settings.shape
            notes.append(
                f"the YAML file beside it is of another data set: it says {landmarks} landmarks of "
                f"{size} values"
            )
    return found


def _fits_shape(count: int, shape: tuple[int, int]) -> bool:
    return count - shape[0] * shape[1] in (0, 1)


def _face(row: _Row, layout: Layout | None, settings: _Settings) -> LabelledFace:
    place, numbers, values = row.place, row.numbers, row.numbers[5:]
    if len(numbers) < 5 or not numbers[0].is_integer() or numbers[0] < 0:
        raise LabelError(f"{place}: a class and the four numbers of a box belong in front.")
    if not values:
        raise LabelError(f"{place}: a box without landmarks; this is a file of boxes only.")
    if len(values) == 4 and is_turned_box(numbers[1:]):
        raise LabelError(f"{place}: four corners; this is a file of turned boxes (OBB).")
    if layout is None:
        raise LabelError(
            f"{place}: {len(values)} numbers after the box; x and y, or x, y and visibility, of "
            f"each landmark belong there."
        )
    points, visibility, score = landmarks_of(values, layout, place)
    x, y, width, height = numbers[1:5]
    names = settings.names if settings.names and len(settings.names) == len(points) else None
    box = (x - width / 2, y - height / 2, width, height)
    return LabelledFace(row.photo, points, box, visibility, score, names=names)


def _label_files(path: Path) -> list[Path]:
    if path.suffix.lower() == ".txt":
        return [path]
    folder = path if path.is_dir() else path.parent
    try:
        files = walk_files(folder)[0]
    except ImageError as error:
        raise LabelError(f"{error}.") from error
    found = [file for file in files if file.suffix.lower() == ".txt"]
    if path.is_file():  # of the YAML file: labels/train and train/labels are both usual
        found = [file for file in found if _LABEL_FOLDER.match(file.relative_to(folder).as_posix())]
    return [file for file in found if file.name not in ("classes.txt", "train.txt", "val.txt")]


def _description(path: Path) -> Path | None:
    """The YAML file that describes a label file or folder: the nearest one with `kpt_shape`."""
    folder = path if path.is_dir() else path.parent
    for candidate in (folder, *list(folder.parents)[:2]):
        try:
            files = sorted(candidate.glob("*.y*ml"))
        except OSError:
            continue
        for file in files:
            if b"kpt_shape" in _bytes(file):
                return file
    return None


def _settings(path: Path | None) -> _Settings:
    if path is None:
        return _Settings()
    text = _bytes(path).decode("utf-8", errors="replace")
    notes: list[str] = []
    try:
        data: Any = yaml.safe_load(text)
        if not isinstance(data, dict):
            raise yaml.YAMLError("no mapping")
    except (yaml.YAMLError, RecursionError, ValueError):
        notes.append(f"{path.name} is not YAML; only kpt_shape and flip_idx were taken from it")
        data = {}
        for key in ("kpt_shape", "flip_idx"):
            if match := re.search(rf"^\s*{key}\s*:\s*\[([\d\s,]*)\]", text, re.MULTILINE):
                data[key] = [int(word[:9]) for word in re.findall(r"\d+", match[1])]
    shape = data.get("kpt_shape")
    fits = isinstance(shape, list) and len(shape) == 2 and shape[1] in (2, 3)
    fits = fits and isinstance(shape, list) and type(shape[0]) is int and shape[0] > 0
    names = data.get("names")
    if names is None:
        names = {key: value for key, value in data.items() if isinstance(key, int)}
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict):
        names = {}
    landmarks = data.get("kpt_names") or data.get("node_names")  # the latter is sleap-io's
    if isinstance(landmarks, dict) and landmarks:
        landmarks = next(iter(landmarks.values()))
    are_plain = isinstance(landmarks, list) and landmarks and all(map(_is_plain, landmarks))
    return _Settings(
        (shape[0], int(shape[1])) if fits and isinstance(shape, list) else None,
        data.get("flip_idx"),
        # other values may be lists of lists of lists, whose texts are a thousand times as long
        {key: str(names[key]) for key in names if type(key) is int and _is_plain(names[key])},
        tuple(map(str, landmarks)) if are_plain else None,
        tuple(notes),
    )


def _is_plain(value: object) -> bool:
    """Whether a YAML value is a short text or number."""
    if isinstance(value, int):  # the text of a long number takes minutes
        return value.bit_length() < 64
    return isinstance(value, str) and len(value) <= _NAME_CHARACTERS


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_SETTINGS_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error


def _fits(path: Path, head: bytes) -> bool:
    if path.suffix.lower() in (".yaml", ".yml"):
        return b"kpt_shape" in head
    if path.suffix.lower() != ".txt":
        return False
    text = head.decode("utf-8-sig", errors="replace")
    words = next((line.split() for line in text.splitlines() if line.strip()), [])
    if (
        len(words) < 7
        or not all(map(is_number, words[:40]))
        or not re.fullmatch(r"\d+(\.0*)?", words[0])
    ):
        return False
    return all(-1 <= float(word) <= 2 for word in words[1:5])


def files(labels: LabelsToWrite) -> Iterator[tuple[str, str]]:
    """`data.yaml`, and for each photo a label file below `labels`: relative paths and texts."""
    yield "data.yaml", _settings_text(labels, {"train": "images", "val": "images"})
    yield from _rows(labels, "labels")


def split_files(parts: Mapping[str, LabelsToWrite]) -> Iterator[tuple[str, str]]:
    """The same for `parts` train, val and test, of which some may lack: label files lie below
    `labels/PART`, and photos belong below `images/PART`."""
    folders = {part: f"images/{part}" for part in parts}
    # trainers demand both
    folders.setdefault("val", next(iter(folders.values())))
    folders.setdefault("train", next(iter(folders.values())))
    yield "data.yaml", _settings_text(next(iter(parts.values())), folders)
    for part, labels in parts.items():
        yield from _rows(labels, f"labels/{part}")


def _settings_text(labels: LabelsToWrite, folders: Mapping[str, str]) -> str:
    settings: dict[str, Any] = {
        "path": ".", **folders, "kpt_shape": [len(labels.names), 3],
        "names": {0: "face"}, "kpt_names": {0: list(labels.names)},
    }  # fmt: skip
    if labels.flip is not None:
        settings["flip_idx"] = [int(index) for index in labels.flip]
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def _rows(labels: LabelsToWrite, folder: str) -> Iterator[tuple[str, str]]:
    for photo, rows in by_photo(labels.rows):
        size = np.array(labels.sizes[photo], np.float64)
        yield (
            f"{folder}/{PurePosixPath(photo).with_suffix('.txt')}",
            "".join(f"{_row(row, size)}\n" for row in rows),
        )


def _row(face: LabelledFace, size: NDArray[np.float64]) -> str:
    x, y, w, h = box_of(face)
    width, height = size.tolist()
    words = [0, (x + w / 2) / width, (y + h / 2) / height, w / width, h / height]
    for point, seen in zip(face.points / size, visibility_of(face).tolist(), strict=True):
        words += [*point.tolist(), seen] if seen else [0, 0, 0]
    return " ".join(map(repr, words))


READER = FormatReader("yolo", _fits, read)
