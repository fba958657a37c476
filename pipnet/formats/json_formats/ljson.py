"""LJSON of menpo and landmarker.io, versions 1 to 3: positions are (y, x) from 0."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError, load_json
from pipnet.data.images import ImageError, walk_files
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import (
    PIXELS,
    LabelFile,
    LabelsToWrite,
    by_photo,
    common_names,
    listed,
    seen_where_placed,
)
from pipnet.formats.reading import list_of, number_of, object_of


def read(path: Path, data: object) -> LabelFile:
    """Read the landmarks of one photo from parsed JSON `data`. The photo has the file's name
    without the suffix. Each group of version 3 is a face of its own. Landmarks are named after the
    smallest label that has them and their place in it (`mouth 3`).

    Raises:
        LabelError: it is not LJSON, or a point is damaged.
    """
    data = object_of(data, path.name)
    notes: list[str] = []
    faces: list[LabelledFace] = []
    edges: tuple[tuple[int, int], ...] = ()
    groups = _groups(data, path)
    for name, (points, labels, connectivity) in groups.items():
        place = f"{path.name}, group {name!r}" if name else path.name
        if any(len(point) == 3 for point in points):
            notes.append(
                f"{place}: {len(points)} points in three dimensions: a model of a head, not "
                f"positions in a photo; left out"
            )
            continue
        array = np.array([_position(point, place) for point in points], np.float64)
        if not len(array):
            continue
        visibility = seen_where_placed(array)
        box = tight_box(array) if visibility.any() else None
        faces.append(
            LabelledFace(path.stem, array, box, visibility, names=_names(labels, len(array)))
        )
        if len(groups) == 1:
            edges = connectivity
        if not visibility.any():
            notes.append(f"{place}: no landmark has a position")
    if len(faces) > 1:
        notes.append(f"its {len(faces)} groups are read as faces: {', '.join(groups)}")
    names = common_names(faces) if faces else None
    return LabelFile(
        "ljson", PIXELS, faces, listed([path.stem]), names, edges, notes=notes, has_stems=True
    )


def read_folder(folder: Path) -> LabelFile:
    """Read all .ljson files below a folder; photos are named by paths without the suffix. Files
    that cannot be read are named in the notes.

    Raises:
        LabelError: the folder cannot be listed.
    """
    try:
        found, unreadable = walk_files(folder)
    except ImageError as error:
        raise LabelError(f"{error}.") from error
    notes = [f"{file} could not be listed" for file in unreadable]
    faces: list[LabelledFace] = []
    edges: set[tuple[tuple[int, int], ...]] = set()
    for file in found:
        if file.suffix.lower() != ".ljson":
            continue
        photo = file.relative_to(folder).with_suffix("").as_posix()
        try:
            one = read(file, load_json(file))
        except LabelError as error:
            notes.append(str(error).rstrip("."))
            continue
        faces += (replace(face, photo=photo) for face in one.faces)
        edges.add(one.edges)
    names = common_names(faces) if faces else None
    return LabelFile(
        "ljson", PIXELS, faces, listed([face.photo for face in faces]), names,
        edges.pop() if len(edges) == 1 else (), notes=notes, has_stems=True,
    )  # fmt: skip


_Group = tuple[list[list[Any]], list[tuple[str, list[int]]], tuple[tuple[int, int], ...]]
"""Points as the file has them, labels with the landmarks of each, edges."""


def _groups(data: Mapping[str, Any], path: Path) -> dict[str, _Group]:
    version = data.get("version")
    if version == 1:
        points: list[list[Any]] = []
        labels = []
        for row in list_of(data.get("groups"), f"{path.name}: groups"):
            group = object_of(row, f"{path.name}: a group")
            rows = list_of(group.get("landmarks"), f"{path.name}: landmarks")
            first = len(points)
            points += (
                list_of(object_of(one, f"{path.name}: a landmark").get("point"), path.name)
                for one in rows
            )
            labels.append((str(group.get("label", "")), list(range(first, len(points)))))
        return {"": (points, labels, ())}
    if version == 2:
        return {"": _group(data, path.name)}
    if version == 3:
        groups = object_of(data.get("groups"), f"{path.name}: groups")
        return {name: _group(object_of(row, path.name), path.name) for name, row in groups.items()}
    raise LabelError(f"{path.name} is LJSON of version {version!r}; 1, 2 and 3 are known.")


def _group(data: Mapping[str, Any], place: str) -> _Group:
    landmarks = object_of(data.get("landmarks"), f"{place}: landmarks")
    points = [
        list_of(point, f"{place}: a point")
        for point in list_of(landmarks.get("points"), f"{place}: points")
    ]
    labels = []
    for row in list_of(data.get("labels"), f"{place}: labels"):
        label = object_of(row, f"{place}: a label")
        mask = list_of(label.get("mask"), f"{place}: a mask")
        inside = [k for k in mask if type(k) is int and 0 <= k < len(points)]
        labels.append((str(label.get("label", "")), inside))
    edges = [
        (pair[0], pair[1])
        for pair in list_of(landmarks.get("connectivity"), f"{place}: connectivity")
        if isinstance(pair, list) and len(pair) == 2
        and all(type(end) is int and 0 <= end < len(points) for end in pair)
    ]  # fmt: skip
    return points, labels, tuple(edges)


def _position(point: list[Any], place: str) -> tuple[float, float]:
    """x and y of a (y, x) pair; NaN for null."""
    if len(point) != 2:
        raise LabelError(f"{place}: a point of {len(point)} numbers; y and x belong.")
    if any(value is None or value != value for value in point):  # Python writes NaN
        return np.nan, np.nan
    return number_of(point[1], place), number_of(point[0], place)


def _names(labels: list[tuple[str, list[int]]], count: int) -> tuple[str, ...] | None:
    names: dict[int, str] = {}
    for label, inside in sorted(labels, key=lambda row: -len(row[1])):
        for place, landmark in enumerate(inside):
            names[landmark] = label if len(inside) == 1 else f"{label} {place + 1}"
    whole = [names.get(landmark, "") for landmark in range(count)]
    return tuple(whole) if all(whole) and len(set(whole)) == count else None


def fits_json(data: object) -> bool:
    """Whether parsed JSON is of this format."""
    return isinstance(data, dict) and "version" in data and (
        "groups" in data or ("landmarks" in data and "labels" in data)
        or (isinstance(data.get("landmarks"), dict) and "points" in data["landmarks"])
    )  # fmt: skip


def files(labels: LabelsToWrite) -> Iterator[tuple[str, str]]:
    """A file of version 3 for each photo, with a group for each face: relative paths and texts."""
    for photo, rows in by_photo(labels.rows):
        groups = {
            f"face {number}" if len(rows) > 1 else "LJSON": {
                "labels": [
                    {"label": name, "mask": [landmark]}
                    for landmark, name in enumerate(labels.names)
                ],
                "landmarks": {
                    "connectivity": [list(edge) for edge in labels.edges],
                    "points": [[None, None] if x != x else [y, x] for x, y in row.points.tolist()],
                },
            }
            for number, row in enumerate(rows, 1)
        }
        path = PurePosixPath(photo).with_suffix(".ljson")
        yield str(path), json.dumps({"version": 3, "groups": groups}, ensure_ascii=False) + "\n"
