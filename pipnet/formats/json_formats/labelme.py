"""labelme and X-AnyLabeling: one JSON file of shapes for each photo, or a folder of them."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import LabelError, load_json
from pipnet.data.images import ImageError, walk_files
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.grouping import check_grouping, containing, has_repeats, same_landmarks
from pipnet.formats.label_file import (
    OCCLUDED,
    PIXELS,
    VISIBLE,
    LabelFile,
    LabelsToWrite,
    ListedPhoto,
    box_of,
    by_photo,
    common_names,
    stated_size,
    visibility_of,
)
from pipnet.formats.reading import (
    forward_slashes,
    id_of,
    list_of,
    number_of,
    numbers_of,
    object_of,
    text_of,
)

_HIDDEN_FLAGS = ("occluded", "hidden", "invisible", "difficult")


def read(path: Path, data: object = None) -> LabelFile:
    """Read one file from its parsed JSON `data`, or all files below a folder.

    Points of one `group_id` are a face; those without one belong to the rectangle around them, and
    to one face where there is no rectangle. `difficult`, or a flag such as `occluded`, says that a
    landmark is hidden. `visible: false`, which X-AnyLabeling writes everywhere, says nothing. A
    landmark that a face lacks and another has is absent.

    Raises:
        LabelError: the file is damaged; of a folder, damaged files are named in the notes.
    """
    if not path.is_dir():
        files, notes = [path], []
    else:
        try:
            found, unreadable = walk_files(path)
        except ImageError as error:
            raise LabelError(f"{error}.") from error
        files = [file for file in found if file.suffix.lower() == ".json"]
        notes = [f"{file} could not be listed" for file in unreadable]
    photos: dict[str, ListedPhoto] = {}
    faces: list[LabelledFace] = []
    for file in files:
        try:
            if path.is_dir() and not fits_json(data := load_json(file)):
                continue
            photo, listed, rows = _photo(object_of(data, file.name), file, notes)
        except LabelError as error:
            if not path.is_dir():
                raise
            notes.append(str(error).rstrip("."))
            continue
        if path.is_dir() and (inside := file.parent.relative_to(path).as_posix()) != ".":
            photo = f"{inside}/{photo}"
            rows = [replace(face, photo=photo) for face in rows]
        photos[photo] = listed
        faces += rows
    faces = same_landmarks(faces, path.name)
    names = common_names(faces) if faces else None
    return LabelFile("labelme", PIXELS, faces, photos, names, notes=list(dict.fromkeys(notes)))


def _photo(
    data: Mapping[str, Any], file: Path, notes: list[str]
) -> tuple[str, ListedPhoto, list[LabelledFace]]:
    """The photo's name, what is stated of it, and its faces."""
    photo = forward_slashes(text_of(data.get("imagePath"), f"{file.name}: its imagePath"))
    size = stated_size(data.get("imageWidth"), data.get("imageHeight"))
    embedded = _embedded_size(data.get("imageData"))
    if embedded and size and embedded != size:
        notes.append(
            f"{file.name}: it says {size[0]} x {size[1]} pixels, and the photo inside has "
            f"{embedded[0]} x {embedded[1]}"
        )
        size = embedded
    flags = data.get("flags")
    if isinstance(flags, dict) and any(flags.values()):
        names = ", ".join(name for name, is_set in flags.items() if is_set)
        notes.append(f"flags of photos are left out ({names[:100]})")
    points, rectangles = _shapes(data, file, notes)
    boxes: dict[object, Box] = {("group", key): box for key, box in rectangles if key is not None}
    loose = [box for key, box in rectangles if key is None]
    check_grouping(len(points), len(loose), file.name)
    groups: dict[object, list[_Point]] = {}
    for point in points:
        group: tuple[str, object] = ("group", point.group)
        if point.group is None:
            inside = containing(point.at, loose)
            group = ("box", inside)
            if inside is not None:
                boxes[group] = loose[inside]
        groups.setdefault(group, []).append(point)
    faces = [_face(photo, members, boxes.get(group)) for group, members in groups.items()]
    if any(face.names is None for face in faces):
        notes.append(f"{file.name}: landmarks share a label, so they have no names")
    return photo, ListedPhoto(size), faces


@dataclass(frozen=True, slots=True)
class _Point:
    group: object
    label: str
    at: tuple[float, float]
    is_hidden: bool
    score: float | None


def _shapes(
    data: Mapping[str, Any], file: Path, notes: list[str]
) -> tuple[list[_Point], list[tuple[object, Box]]]:
    """Points, and rectangles with their groups."""
    points: list[_Point] = []
    rectangles: list[tuple[object, Box]] = []
    others = 0
    for number, row in enumerate(list_of(data.get("shapes"), f"{file.name}: shapes"), 1):
        place = f"{file.name}, shape {number}"
        shape = object_of(row, place)
        corners = [
            numbers_of(list_of(point, place), place)
            for point in list_of(shape.get("points"), f"{place}: points")
        ]
        if any(len(corner) != 2 for corner in corners):
            raise LabelError(f"{place}: a point needs x and y.")
        kind = shape.get("shape_type")
        group = id_of(shape.get("group_id"), f"{place}: its group_id")
        if kind in ("rectangle", "rotation") and len(corners) >= 2:  # X-AnyLabeling's turned one
            rectangles.append((group, tight_box(np.array(corners))))
        elif kind == "point" and len(corners) == 1:
            score = None if shape.get("score") is None else number_of(shape["score"], place)
            at = (corners[0][0], corners[0][1])
            points.append(_Point(group, str(shape.get("label", "")), at, _is_hidden(shape), score))
        else:
            others += 1
    if others:
        notes.append(f"{file.name}: {others} shapes are no points or rectangles and are left out")
    return points, rectangles


def _face(photo: str, members: Sequence[_Point], box: Box | None) -> LabelledFace:
    labels = [point.label for point in members]
    points = np.array([point.at for point in members], np.float64)
    scores = [point.score for point in members if point.score is not None]
    return LabelledFace(
        photo, points, box or tight_box(points),
        np.array([OCCLUDED if point.is_hidden else VISIBLE for point in members], np.int8),
        float(np.mean(scores)) if scores else None,
        names=None if has_repeats(labels) else tuple(labels),
    )  # fmt: skip


def _is_hidden(shape: Mapping[str, Any]) -> bool:
    flags = shape.get("flags")
    said = flags if isinstance(flags, dict) else {}
    return shape.get("difficult") is True or any(said.get(key) is True for key in _HIDDEN_FLAGS)


def _embedded_size(data: object) -> tuple[int, int] | None:
    """Width and height of the photo inside the file, without decoding it."""
    if not isinstance(data, str) or not data:
        return None
    try:
        with Image.open(io.BytesIO(base64.b64decode(data))) as image:
            return image.size
    except Exception:  # noqa: BLE001 - Pillow raises many kinds, and the photo itself counts
        return None


def fits_json(data: object) -> bool:
    """Whether parsed JSON is of this format."""
    return isinstance(data, dict) and "shapes" in data and "imagePath" in data


def files(labels: LabelsToWrite) -> Iterator[tuple[str, str]]:
    """A file for each photo, beside where the photo would be: relative paths and texts. A face is a
    rectangle and points of one group; an absent landmark is left out."""
    for photo, rows in by_photo(labels.rows):
        width, height = labels.sizes[photo]
        shapes = []
        for group, row in enumerate(rows, 1):
            x, y, w, h = box_of(row)
            shapes.append(_shape("face", [[x, y], [x + w, y + h]], group, "rectangle", {}))
            for name, point, seen in zip(
                labels.names, row.points.tolist(), visibility_of(row).tolist(), strict=True
            ):
                if seen:
                    flags = {"occluded": seen == OCCLUDED}
                    shapes.append(_shape(name, [point], group, "point", flags))
        path = PurePosixPath(photo)
        data: dict[str, Any] = {
            "version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": path.name,
            "imageData": None, "imageHeight": height, "imageWidth": width,
        }  # fmt: skip
        yield str(path.with_suffix(".json")), json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _shape(
    label: str, points: list[list[float]], group: int, kind: str, flags: dict[str, bool]
) -> dict[str, Any]:
    return {
        "label": label, "points": points, "group_id": group, "description": "",
        "shape_type": kind, "flags": flags, "mask": None,
    }  # fmt: skip
