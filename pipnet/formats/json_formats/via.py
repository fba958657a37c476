"""VGG Image Annotator 1 to 3: JSON of regions by photo, or CSV with JSON in its cells."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.grouping import check_grouping, containing, same_landmarks
from pipnet.formats.label_file import (
    PIXELS,
    FormatReader,
    LabelFile,
    LabelsToWrite,
    by_photo,
    common_names,
    listed,
    seen_where_placed,
)
from pipnet.formats.reading import id_of, list_of, number_of, object_of, read_lines, text_of

_NAME_KEYS = ("name", "label", "landmark", "keypoint", "id", "type", "class")
"""Region attributes that may hold a landmark's name."""

_CSV_3 = "# Exported using VGG Image Annotator"
"""How a table of VIA 3 begins."""

_SHAPES = {1: ("point", "cx", "cy"), 2: ("rect", "x", "y", "width", "height")}
"""Numbers of shapes in VIA 3, with what follows the number."""

Region = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Shape and attributes of a region."""


def read(path: Path, data: object = None) -> LabelFile:
    """Read a CSV file, or the parsed JSON `data` of a file. Points of a photo belong to the
    smallest rectangle around them; without one they are one face, in the order of their regions,
    unless an attribute `face` tells them apart. An attribute that names each region of a face
    differently gives the landmarks' names.

    Raises:
        LabelError: it is not VIA, or a region is damaged; names it.
    """
    photos = _csv_photos(path) if data is None else _json_photos(path, data)
    faces: list[LabelledFace] = []
    notes: list[str] = []
    others = 0
    for photo, regions in photos.items():
        found, left_out = _photo_faces(photo, regions, path.name)
        faces += found
        others += left_out
    faces = same_landmarks(faces, path.name)
    if others:
        notes.append(f"{others} regions are no points, nor rectangles around any, and are left out")
    if faces and all(face.names is None for face in faces):
        notes.append("points have no names: their order is that of the file")
    if len({len(face.points) for face in faces}) > 1:
        notes.append("photos have different numbers of points")
    names = common_names(faces) if faces else None
    return LabelFile("via", PIXELS, faces, listed(list(photos)), names, notes=notes)


def _photo_faces(
    photo: str, regions: Sequence[Region], file: str
) -> tuple[list[LabelledFace], int]:
    """The faces of a photo, and how many regions belong to none."""
    points: list[tuple[tuple[float, float], Mapping[str, Any]]] = []
    boxes: list[Box] = []
    for number, (shape, attribute) in enumerate(regions):
        place = f"{file}, {photo}, region {number}"
        if shape.get("name") == "point":
            x, y = (number_of(shape.get(key), place) for key in ("cx", "cy"))
            id_of(attribute.get("face"), f"{place}: its face")
            points.append(((x, y), attribute))
        elif shape.get("name") == "rect":
            x, y, w, h = (number_of(shape.get(key), place) for key in ("x", "y", "width", "height"))
            boxes.append((x, y, w, h))
    check_grouping(len(points), len(boxes), f"{file}, {photo}")
    groups: dict[object, list[tuple[tuple[float, float], Mapping[str, Any]]]] = {}
    box_of: dict[object, Box] = {}
    for at, attribute in points:
        inside = containing(at, boxes) if attribute.get("face") is None else None
        group: object = ("face", attribute.get("face")) if inside is None else ("box", inside)
        if inside is not None:
            box_of[group] = boxes[inside]
        groups.setdefault(group, []).append((at, attribute))
    faces = []
    for group, members in groups.items():
        array = np.array([at for at, _attribute in members], np.float64)
        names = _names([attribute for _at, attribute in members])
        box = box_of.get(group) or tight_box(array)
        faces.append(LabelledFace(photo, array, box, seen_where_placed(array), names=names))
    return faces, len(regions) - len(points) - len(box_of)


def _names(attributes: list[Mapping[str, Any]]) -> tuple[str, ...] | None:
    """The names that one attribute gives: one that is called so, else the only one but `face`."""
    keys = dict.fromkeys(key for attribute in attributes for key in attribute if key != "face")
    known = [key for name in _NAME_KEYS for key in keys if key.lower() == name]
    for key in known or (list(keys) if len(keys) == 1 else []):
        values = [_chosen(attribute.get(key)) for attribute in attributes]
        if all(values) and len(set(values)) == len(values):
            return tuple(values)
    return None


def _chosen(value: object) -> str:
    """The text of an attribute, or the one option of a checkbox that is set; else empty."""
    if isinstance(value, dict):
        chosen = [option for option, is_set in value.items() if is_set]
        return str(chosen[0]) if len(chosen) == 1 else ""
    return value.strip() if isinstance(value, str) else ""


def _json_photos(path: Path, parsed: object) -> dict[str, list[Region]]:
    data = object_of(parsed, path.name)
    if _is_version_3(data):
        return _version_3_photos(path, data)
    data = object_of(data.get("_via_img_metadata", data), path.name)
    photos: dict[str, list[Region]] = {}
    for key, row in data.items():
        place = f"{path.name}, {key[:60]!r}"
        row = object_of(row, place)
        regions = row.get("regions")
        if isinstance(regions, dict):  # VIA 1
            are_numbered = all(number.isdecimal() for number in regions)
            order = sorted(regions, key=int) if are_numbered else list(regions)
            regions = [regions[number] for number in order]
        photo = text_of(row.get("filename"), f"{place}: its filename")
        photos.setdefault(photo, []).extend(_regions(list_of(regions, place), place))
    return photos


def _regions(rows: Iterable[object], place: str) -> Iterator[Region]:
    for row in rows:
        region = object_of(row, f"{place}: a region")
        yield (
            object_of(region.get("shape_attributes") or {}, f"{place}: a shape"),
            object_of(region.get("region_attributes") or {}, f"{place}: attributes"),
        )


def _version_3_photos(path: Path, data: Mapping[str, Any]) -> dict[str, list[Region]]:
    """Regions of a project of VIA 3: `metadata` has a shape and attributes by their ids, of a
    `view`, which shows a file."""
    parts = {
        key: object_of(data.get(key, {}), f"{path.name}: {key}")
        for key in ("attribute", "file", "view", "metadata")
    }
    attributes = parts["attribute"]
    photo_of: dict[str, str] = {}
    photos: dict[str, list[Region]] = {}
    for key, row in parts["view"].items():
        place = f"{path.name}, view {key}"
        shown = list_of(object_of(row, place).get("fid_list"), place)
        file = object_of(parts["file"].get(str(shown[0]) if shown else ""), f"{place}: its file")
        photo_of[key] = text_of(file.get("fname"), f"{place}: its file")
        photos[photo_of[key]] = []
    for key, row in parts["metadata"].items():
        place = f"{path.name}, region {key[:60]}"
        region = object_of(row, place)
        photo = photo_of.get(str(region.get("vid")))
        if photo is None:
            raise LabelError(f"{place} is of no view.")
        values = object_of(region.get("av") or {}, f"{place}: av")
        shape = _version_3_shape(list_of(region.get("xy"), place))
        photos[photo].append((shape, _version_3_attributes(values, attributes)))
    return photos


def _version_3_shape(xy: list[Any]) -> Mapping[str, Any]:
    """The shape of a number and coordinates, as earlier versions have it."""
    name, *keys = _SHAPES.get(xy[0] if xy and type(xy[0]) is int else 0, ("",))
    return {"name": name, **dict(zip(keys, xy[1:], strict=False))}


def _version_3_attributes(
    values: Mapping[str, Any], attributes: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Values by names, and chosen options by their texts; the values have the ids of both."""
    named: dict[str, Any] = {}
    for key, value in values.items():
        stated = attributes.get(key)
        row = stated if isinstance(stated, dict) else {"aname": stated or key}
        options = row.get("options")
        named[str(row.get("aname", key))] = (
            options.get(value, value)
            if isinstance(options, dict) and isinstance(value, str)
            else value
        )
    return named


def _is_version_3(data: Mapping[str, Any]) -> bool:
    return all(key in data for key in ("project", "attribute", "file", "metadata", "view"))


def _csv_photos(path: Path) -> dict[str, list[Region]]:
    lines = (line for _number, line in read_lines(path))
    head = next(lines, "")
    if head.startswith(_CSV_3):
        return _version_3_rows(path, chain([head], lines))
    rows = csv.DictReader(chain([head], lines))
    photos: dict[str, list[Region]] = {}
    try:
        for number, row in enumerate(rows, 2):
            place = f"{path.name}, row {number}"
            photo = row.get("#filename") or row.get("filename")
            regions = photos.setdefault(text_of(photo, f"{place}: its filename"), [])
            shape, attributes = (
                object_of(_cell(row.get(key) or "{}", f"{place}: {key}"), f"{place}: {key}")
                for key in ("region_shape_attributes", "region_attributes")
            )
            if shape:
                regions.append((shape, attributes))
    except csv.Error as error:
        raise LabelError(f"{path.name}: {error}.") from error
    return photos


def _version_3_rows(path: Path, lines: Iterable[str]) -> dict[str, list[Region]]:
    """Regions of a table of VIA 3, whose comments hold the heading and the attributes' names."""
    attributes: Mapping[str, Any] = {}
    rows: list[str] = []
    for line in lines:
        if line.startswith("# ATTRIBUTE"):
            place = f"{path.name}: ATTRIBUTE"
            attributes = object_of(_cell(line.partition(" = ")[2], place), place)
        elif not line.startswith("#") and line.strip():
            rows.append(line)
    photos: dict[str, list[Region]] = {}
    try:
        for number, row in enumerate(csv.reader(rows), 1):
            place = f"{path.name}, row {number}"
            if len(row) != 6:
                raise LabelError(f"{place}: {len(row)} cells where 6 belong.")
            files = list_of(_cell(row[1], place), place)
            photo = text_of(files[0] if files else None, f"{place}: its file")
            xy = list_of(_cell(row[4] or "[]", place), place)
            values = object_of(_cell(row[5] or "{}", place), place)
            regions = photos.setdefault(photo, [])
            if xy:
                named = _version_3_attributes(values, attributes)
                regions.append((_version_3_shape(xy), named))
    except csv.Error as error:
        raise LabelError(f"{path.name}: {error}.") from error
    return photos


def _cell(text: str, place: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise LabelError(f"{place} is not JSON.") from None


def fits_json(data: object) -> bool:
    """Whether parsed JSON is of this format."""
    if not isinstance(data, dict):
        return False
    if _is_version_3(data) or isinstance(data.get("_via_img_metadata"), dict):
        return True
    rows = data.get("_via_img_metadata", data)
    if not isinstance(rows, dict) or not rows:
        return False
    row = next(iter(rows.values()))
    return isinstance(row, dict) and "filename" in row and "regions" in row


def _fits_csv(path: Path, head: bytes) -> bool:
    text = head.decode("utf-8-sig", errors="replace")
    return path.suffix.lower() == ".csv" and (
        text.lstrip("#").startswith("filename,file_size") or text.startswith(_CSV_3)
    )


def text(labels: LabelsToWrite) -> Iterator[str]:
    """The JSON of an annotation file: points with the attributes `name` and `face`. Absent
    landmarks are left out."""
    yield "{"
    for number, (photo, rows) in enumerate(by_photo(labels.rows)):
        regions = [
            {
                "shape_attributes": {"name": "point", "cx": x, "cy": y},
                "region_attributes": {"name": name, "face": str(face)},
            }
            for face, row in enumerate(rows, 1)
            for name, (x, y) in zip(labels.names, row.points.tolist(), strict=True)
            if x == x
        ]
        entry = {"filename": photo, "size": -1, "regions": regions, "file_attributes": {}}
        yield f"{', ' if number else ''}{json.dumps(f'{photo}-1')}: "
        yield json.dumps(entry, ensure_ascii=False)
    yield "}\n"


CSV_READER = FormatReader("via", _fits_csv, read)
