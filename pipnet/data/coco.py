"""COCO keypoints: the file as frozen values, read with every number checked, written as specified.

Format: https://cocodataset.org/#format-data (keypoint detection) and pycocotools. In the file the
skeleton counts from 1 and an unlabelled point is 0, 0, 0; here edges count from 0 and it is NaN.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, tight_box
from pipnet.text import encoding_of

MAX_JSON_BYTES = 2_000_000_000
"""JSON is parsed at once and takes several times its size in memory."""


class LabelError(Exception):
    """Labelled data that cannot be used: names the file, the place, what is wrong, what to do."""


@dataclass(frozen=True)
class CocoImage:
    """A photo. `width` and `height` in pixels, None where the file does not state them."""

    id: int
    file_name: str
    width: int | None
    height: int | None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height, if the file states both."""
        if self.width and self.height:
            return self.width, self.height
        return None

    @property
    def sha256(self) -> str | None:
        """The hash of the photo's content, which our exports state."""
        stated = self.extra.get("sha256")
        if isinstance(stated, str) and re.fullmatch("[0-9a-fA-F]{64}", stated):
            return stated.lower()
        return None


@dataclass(frozen=True)
class CocoCategory:
    """A kind of face: names of its N keypoints, 0-based `edges` (the skeleton), and other keys."""

    id: int
    name: str
    keypoints: tuple[str, ...]
    edges: tuple[tuple[int, int], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CocoAnnotation:
    """One face.

    `points` (N, 2) float64 image pixels, NaN where `visibility` (N,) int8 is 0 (not labelled); 1 is
    labelled but hidden, 2 visible. `bbox` x, y, width, height or None. `extra`: all other keys.
    """

    id: int
    image_id: int
    category_id: int
    points: NDArray[np.float64]
    visibility: NDArray[np.int8]
    bbox: Box | None = None
    score: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CocoFile:
    """A data set; `extra` holds the other keys of the file, such as `info` and `licenses`."""

    images: tuple[CocoImage, ...]
    categories: tuple[CocoCategory, ...]
    annotations: tuple[CocoAnnotation, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)


def parse_coco(path: Path) -> CocoFile:
    """Read a COCO keypoint file. Raises LabelError, which names the annotation that is wrong."""
    path = Path(path)
    data = load_json(path)
    if isinstance(data, list):
        raise LabelError(
            f"{path.name} is a results file (a list of predictions), which names no photos. Use "
            f"the data set it was made for: an object with images, annotations and categories."
        )
    if not isinstance(data, dict):
        raise LabelError(f"{path.name} is not a COCO file: it holds {_kind(data)}, not an object.")
    lists: dict[str, list[Any]] = {}
    for key in ("images", "categories", "annotations"):
        if key not in data:
            raise LabelError(f'{path.name} is not a COCO data set: it has no "{key}".')
        if not isinstance(data[key], list):
            raise LabelError(f'{path.name}: "{key}" is {_kind(data[key])}, not a list.')
        lists[key] = data[key]
    reader = _Reader(path)
    images = tuple(reader.image(row, n) for n, row in enumerate(lists["images"], 1))
    categories = tuple(reader.category(row, n) for n, row in enumerate(lists["categories"], 1))
    reader.known = (
        {image.id for image in images},
        {category.id: category for category in categories},
    )
    annotations = tuple(reader.annotation(row, n) for n, row in enumerate(lists["annotations"], 1))
    for what, rows in (("image", images), ("category", categories), ("annotation", annotations)):
        twice = _first_twice(row.id for row in rows)
        if twice is not None:
            raise LabelError(f"{path.name} has {what} {twice} twice; every id must be unique.")
    extra = {key: value for key, value in data.items() if key not in lists}
    return CocoFile(images, categories, annotations, extra)


def contradictory_names(images: Iterable[CocoImage]) -> dict[str, str]:
    """File names that a file lists more than once with different sizes or contents, and a sentence
    about each."""
    stated: dict[str, set[tuple[object, ...]]] = {}
    for image in images:
        stated.setdefault(image.file_name, set()).add((image.size, image.sha256))
    return {
        name: f"{name} is listed twice, with different sizes or contents; leave the right one"
        for name, rows in stated.items()
        if len(rows) > 1
    }


def coco_text(file: CocoFile, annotations: Iterable[CocoAnnotation] | None = None) -> Iterator[str]:
    """The JSON text of a data set: skeleton from 1, unlabelled points 0, 0, 0.

    `annotations`: take the place of the file's, and need not be in memory.

    In pieces, about one for each image and annotation: a large data set takes a gigabyte, and
    encoding it in one call would block all other threads. A face without a box gets the tight box
    of its labelled points.

    Raises:
        ValueError: ids are not unique or not known, or a labelled point has no finite position.
    """
    _check(file)
    faces = _checked(file, file.annotations if annotations is None else annotations)
    yield "{"
    for key, value in file.extra.items():
        yield f"{_encode(key)}: {_encode(value)}, "
    for key, rows in (
        ("images", map(_image_row, file.images)),
        ("annotations", map(_annotation_row, faces)),
    ):
        yield f'"{key}": ['
        for number, row in enumerate(rows):
            yield (", " if number else "") + _encode(row)
        yield "], "
    yield f'"categories": {_encode([_category_row(category) for category in file.categories])}}}'


_encode = json.JSONEncoder(allow_nan=False).encode


def _check(file: CocoFile) -> None:
    for rows in (file.images, file.categories):
        twice = _first_twice(row.id for row in rows)
        if twice is not None:
            raise ValueError(f"id {twice} is used twice")


def _checked(file: CocoFile, faces: Iterable[CocoAnnotation]) -> Iterator[CocoAnnotation]:
    images = {image.id for image in file.images}
    counts = {category.id: len(category.keypoints) for category in file.categories}
    seen = set[int]()
    for face in faces:
        if face.id in seen:
            raise ValueError(f"id {face.id} is used twice")
        if face.image_id not in images or counts.get(face.category_id) != len(face.points):
            raise ValueError(f"annotation {face.id} does not fit its image or its category")
        seen.add(face.id)
        yield face


def _category_row(category: CocoCategory) -> dict[str, Any]:
    return {
        "id": category.id,
        "name": category.name,
        **category.extra,
        "keypoints": list(category.keypoints),
        "skeleton": [[a + 1, b + 1] for a, b in category.edges],
    }


def _image_row(image: CocoImage) -> dict[str, Any]:
    row = {"id": image.id, "file_name": image.file_name, **image.extra}
    if image.width is not None and image.height is not None:
        row |= {"width": image.width, "height": image.height}
    return row


def _annotation_row(face: CocoAnnotation) -> dict[str, Any]:
    labelled = face.visibility > 0
    if not np.isfinite(face.points[labelled]).all():
        raise ValueError(f"annotation {face.id} has a labelled point without a position")
    flat: list[float | int] = []
    for (x, y), seen in zip(face.points.tolist(), face.visibility.tolist(), strict=True):
        flat += [x, y, seen] if seen else [0, 0, 0]
    box = face.bbox
    if box is None:
        box = tight_box(face.points[labelled]) if labelled.any() else (0.0, 0.0, 0.0, 0.0)
    return {
        "id": face.id,
        "image_id": face.image_id,
        "category_id": face.category_id,
        "iscrowd": 0,
        "area": box[2] * box[3],
        **face.extra,
        "bbox": [float(value) for value in box],
        "num_keypoints": int(labelled.sum()),
        "keypoints": flat,
        **({} if face.score is None else {"score": float(face.score)}),
    }


def load_json(path: Path) -> Any:
    """The content of a JSON file, with the keypoints of annotations as arrays (`pack_keypoints`).

    Raises:
        LabelError: it is not JSON, or too large.
    """
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise LabelError(
                f"{path.name} is larger than {MAX_JSON_BYTES // 10**9} GB; split it into several "
                f"files."
            )
        content = path.read_bytes()
        return json.loads(content.decode(encoding_of(content)), object_hook=pack_keypoints)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LabelError(f"{path.name} could not be opened: {reason}.") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path.name} is not JSON: it is not UTF-8 text.") from error
    except json.JSONDecodeError as error:
        raise LabelError(
            f"{path.name} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, deep nesting
        raise LabelError(f"{path.name} is not JSON that can be read: {error}.") from error


def pack_keypoints(row: dict[str, Any]) -> dict[str, Any]:
    """An object of JSON while it is parsed: the keypoints of an annotation become an array (3N,) if
    all are finite numbers, for a large file has ten million, which take 32 bytes each in lists."""
    flat = row.get("keypoints")
    if isinstance(flat, list) and "image_id" in row and set(map(type, flat)) <= {int, float}:
        with suppress(OverflowError):
            numbers = np.array(flat, np.float64)
            if len(flat) and np.isfinite(numbers).all():
                row["keypoints"] = numbers
    return row


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    if value is None:
        return "null"
    return names.get(type(value), f"the number {value}")


def _first_twice(ids: Iterable[int]) -> int | None:
    return next((key for key, count in Counter(ids).items() if count > 1), None)


class _Reader:
    """Parses the rows of one file; errors name the row."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.known: tuple[set[int], dict[int, CocoCategory]] = (set(), {})
        self.place = ""

    def image(self, given: object, number: int) -> CocoImage:
        row = self._row(given, "image", number)
        name = self._text(row, "file_name")
        size = [None if row.get(key) is None else self._whole(row, key) for key in _SIZE]
        return CocoImage(row["id"], name, size[0], size[1], _rest(row, "file_name", *_SIZE))

    def category(self, given: object, number: int) -> CocoCategory:
        row = self._row(given, "category", number)
        names = row.get("keypoints") or []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self._error("keypoints must be a list of names")
        pairs = row.get("skeleton") or []
        if not isinstance(pairs, list):
            raise self._error("skeleton must be a list of pairs")
        edges = tuple(self._edge(pair, len(names)) for pair in pairs)
        rest = _rest(row, "name", "keypoints", "skeleton")
        return CocoCategory(row["id"], self._text(row, "name"), tuple(names), edges, rest)

    def annotation(self, given: object, number: int) -> CocoAnnotation:
        row = self._row(given, "annotation", number)
        images, categories = self.known
        image_id, category_id = self._whole(row, "image_id"), self._whole(row, "category_id")
        if image_id not in images:
            raise self._error(f"image_id {image_id} is none of the file's images")
        if category_id not in categories:
            raise self._error(f"category_id {category_id} is none of the file's categories")
        values = self._keypoints(row, categories[category_id])
        visibility = values[:, 2].astype(np.int8)
        points = np.where(visibility[:, None] > 0, values[:, :2], np.nan)
        score = None if row.get("score") is None else self._number(row["score"], "score")
        known = ("image_id", "category_id", "keypoints", "num_keypoints", "bbox", "score")
        return CocoAnnotation(
            row["id"], image_id, category_id, points, visibility, self._box(row), score,
            _rest(row, *known),
        )  # fmt: skip

    def _keypoints(self, row: Mapping[str, Any], category: CocoCategory) -> NDArray[np.float64]:
        """(N, 3) of x, y, visibility."""
        flat, count = row.get("keypoints"), len(category.keypoints)
        if flat is None and count == 0:
            return np.zeros((0, 3))
        if not isinstance(flat, list | np.ndarray):
            raise self._error("it has no list of keypoints; only files with keypoints can be used")
        if len(flat) % 3:
            raise self._error(
                f"keypoints has {len(flat)} numbers; x, y and visibility of each point make "
                f"a multiple of 3"
            )
        if len(flat) != 3 * count:
            raise self._error(
                f"it has {len(flat) // 3} keypoints, but its category {category.name!r} has {count}"
            )
        values = self._numbers(flat, "keypoints").reshape(-1, 3)
        wrong = ~np.isin(values[:, 2], (0, 1, 2))
        if wrong.any():
            index = int(wrong.argmax())
            raise self._error(
                f"keypoint {index + 1} has visibility {values[index, 2]:g}; "
                f"it must be 0 (not labelled), 1 (hidden) or 2 (visible)"
            )
        return values

    def _box(self, row: Mapping[str, Any]) -> Box | None:
        box = row.get("bbox")
        if box is None:
            return None
        if not isinstance(box, list) or len(box) != 4:
            raise self._error("bbox must be four numbers: x, y, width, height")
        x, y, width, height = (self._number(value, "bbox") for value in box)
        if width < 0 or height < 0:
            raise self._error(f"bbox has the size {width:g} x {height:g}, which is negative")
        return x, y, width, height

    def _edge(self, pair: object, count: int) -> tuple[int, int]:
        if not isinstance(pair, list) or len(pair) != 2:
            raise self._error("skeleton must be a list of pairs")
        ends = [self._integer(end, "skeleton") for end in pair]
        for end in ends:
            if not 1 <= end <= count:
                raise self._error(
                    f"skeleton names keypoint {end}, but COCO counts them from 1 to {count}"
                )
        return ends[0] - 1, ends[1] - 1

    def _row(self, row: object, what: str, number: int) -> dict[str, Any]:
        self.place = f"{what} number {number}"
        if not isinstance(row, dict):
            raise self._error(f"it is {_kind(row)}, not an object")
        checked = {**row, "id": self._whole(row, "id")}
        self.place = f"{what} {checked['id']}"
        return checked

    def _text(self, row: Mapping[str, Any], key: str) -> str:
        if not isinstance(row.get(key), str) or not row[key]:
            raise self._error(f"it has no {key}")
        return str(row[key])

    def _whole(self, row: Mapping[str, Any], key: str) -> int:
        if key not in row:
            raise self._error(f"it has no {key}")
        return self._integer(row[key], key)

    def _integer(self, value: object, key: str) -> int:
        number = self._number(value, key)
        if isinstance(value, int):
            return value
        if not number.is_integer():
            raise self._error(f"{key} is {number:g}, not a whole number")
        return int(number)

    def _numbers(self, values: list[object] | NDArray[np.float64], key: str) -> NDArray[np.float64]:
        if isinstance(values, np.ndarray):
            return values
        return np.array([self._number(value, key) for value in values], np.float64)

    def _number(self, value: object, key: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._error(f"{key} holds {_kind(value)} where a number belongs")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._error(f"{key} holds {value if number != number else 'an endless number'}")
        return number

    def _error(self, problem: str) -> LabelError:
        return LabelError(f"{self.name}, {self.place}: {problem}.")


_SIZE = ("width", "height")


def _rest(row: Mapping[str, Any], *known: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("id", *known)}
