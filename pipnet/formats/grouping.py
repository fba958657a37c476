"""Which points of a photo are one face, and which landmarks faces have together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipnet.data.boxes import Box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.reading import check_amount

_MAX_COMPARISONS = 20_000_000
"""Of a point with a rectangle, a fifth of a microsecond each; 200 faces of 478 points take as
many."""


def containing(point: tuple[float, float], boxes: Sequence[Box]) -> int | None:
    """The smallest box that holds a point, None if none does."""
    x, y = point
    inside = [
        (w * h, index)
        for index, (left, top, w, h) in enumerate(boxes)
        if left <= x <= left + w and top <= y <= top + h
    ]
    return min(inside)[1] if inside else None


def check_grouping(points: int, boxes: int, place: str) -> None:
    """Raise LabelError for more points and boxes on a photo than can be compared in seconds."""
    if points * boxes > _MAX_COMPARISONS:
        raise LabelError(f"{place}: {points:,} points and {boxes:,} rectangles on one photo.")


def has_repeats(names: Sequence[str]) -> bool:
    """Whether a name comes more than once, so that names cannot tell the landmarks apart."""
    return len(set(names)) < len(names)


def same_landmarks(faces: list[LabelledFace], file: str) -> list[LabelledFace]:
    """The faces with the landmarks of all, in the order of the fullest one; absent where a face
    lacks one. Raises LabelError if the `file` has too many of them."""
    if any(face.names is None for face in faces) or not faces:
        return faces
    fullest = max(faces, key=lambda face: len(face.names or ()))
    order = dict.fromkeys(fullest.names or ())
    for face in faces:
        order |= dict.fromkeys(face.names or ())
    check_amount(len(faces), len(order), file)
    names = tuple(order)
    places = {name: place for place, name in enumerate(names)}
    return [face if face.names == names else _in_order(face, names, places) for face in faces]


def _in_order(
    face: LabelledFace, names: tuple[str, ...], places: Mapping[str, int]
) -> LabelledFace:
    assert face.names is not None
    assert face.visibility is not None
    points = np.full((len(names), 2), np.nan)
    visibility = np.zeros(len(names), np.int8)
    for own, name in enumerate(face.names):
        place = places[name]
        points[place], visibility[place] = face.points[own], face.visibility[own]
    return LabelledFace(face.photo, points, face.box, visibility, face.score, face.verdict, names)
