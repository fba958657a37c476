"""VGG Image Annotator 2: JSON of regions by photo, or CSV with JSON in its cells."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.json_formats.labelme import same_landmarks
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

Region = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Shape and attributes of a region."""


def read(path: Path, data: object = None) -> LabelFile:
    """Read a CSV file, or the parsed JSON `data` of a file. All points of a photo are one face, in
    the order of their regions, unless an attribute `face` tells them apart. An attribute that names
    each region of a face differently gives the landmarks' names.

    Raises:
        LabelError: it is not VIA, or a region is damaged; names it.
    """
    photos = _csv_photos(path) if data is None else _json_photos(path, data)
    faces: list[LabelledFace] = []
    notes: list[str] = []
    others = 0
    for photo, regions in photos.items():
        groups: dict[object, list[tuple[list[float], Mapping[str, Any]]]] = {}
        for number, (shape, attribute) in enumerate(regions):
            place = f"{path.name}, {photo}, region {number}"
            if shape.get("name") != "point":
                others += 1
                continue
            point = [number_of(shape.get(key), place) for key in ("cx", "cy")]
            group = id_of(attribute.get("face"), f"{place}: its face")
            groups.setdefault(group, []).append((point, attribute))
        for members in groups.values():
            array = np.array([point for point, _attribute in members], np.float64)
            faces.append(
                LabelledFace(
                    photo, array, tight_box(array), seen_where_placed(array),
                    names=_names([attribute for _point, attribute in members]),
                )
            )  # fmt: skip
    faces = same_landmarks(faces, path.name)
    if others:
        notes.append(f"{others} regions are no points and are left out")
    if faces and all(face.names is None for face in faces):
        notes.append("points have no names: their order is that of the file")
    if len({len(face.points) for face in faces}) > 1:
        notes.append("photos have different numbers of points")
    names = common_names(faces) if faces else None
    return LabelFile("via", PIXELS, faces, listed(list(photos)), names, notes=notes)


def _names(attributes: list[Mapping[str, Any]]) -> tuple[str, ...] | None:
    for key in _NAME_KEYS:
        values = [attribute.get(key) for attribute in attributes]
        are_names = all(isinstance(value, str) and value for value in values)
        if are_names and len(set(values)) == len(values):
            return tuple(map(str, values))
    return None


def _json_photos(path: Path, parsed: object) -> dict[str, list[Region]]:
    data = object_of(parsed, path.name)
    data = object_of(data.get("_via_img_metadata", data), path.name)
    photos: dict[str, list[Region]] = {}
    for key, row in data.items():
        place = f"{path.name}, {key[:60]!r}"
        row = object_of(row, place)
        regions = row.get("regions")
        if isinstance(regions, dict):  # VIA 1
            regions = list(regions.values())
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


def _csv_photos(path: Path) -> dict[str, list[Region]]:
    rows = csv.DictReader(line for _number, line in read_lines(path))
    photos: dict[str, list[Region]] = {}
    try:
        for number, row in enumerate(rows, 2):
            place = f"{path.name}, row {number}"
            photo = row.get("#filename") or row.get("filename")
            regions = photos.setdefault(text_of(photo, f"{place}: its filename"), [])
            cells = []
            for key in ("region_shape_attributes", "region_attributes"):
                try:
                    cells.append(object_of(json.loads(row.get(key) or "{}"), f"{place}: {key}"))
                except (ValueError, RecursionError):
                    raise LabelError(f"{place}: {key} is not JSON.") from None
            if cells[0]:
                regions.append((cells[0], cells[1]))
    except csv.Error as error:
        raise LabelError(f"{path.name}: {error}.") from error
    return photos


def fits_json(data: object) -> bool:
    """Whether parsed JSON is of this format."""
    if not isinstance(data, dict):
        return False
    rows = data.get("_via_img_metadata", data)
    if not isinstance(rows, dict) or not rows:
        return False
    row = next(iter(rows.values()))
    return isinstance(row, dict) and "filename" in row and "regions" in row


def _fits_csv(path: Path, head: bytes) -> bool:
    text = head.decode("utf-8-sig", errors="replace")
    return path.suffix.lower() == ".csv" and text.lstrip("#").startswith("filename,file_size")


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
