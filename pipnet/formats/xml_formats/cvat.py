"""CVAT for images 1.1: skeletons, points, and tracks of skeletons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import (
    ABSENT,
    OCCLUDED,
    PIXELS,
    VISIBLE,
    FormatReader,
    LabelFile,
    LabelsToWrite,
    ListedPhoto,
    box_of,
    by_photo,
    common_names,
    visibility_of,
)
from pipnet.formats.reading import (
    all_numbers,
    check_amount,
    forward_slashes,
    number_of,
    numbers_of,
    xml_elements,
)

_HIDDEN_ATTRIBUTE = re.compile(r"occlu|hidden|invisib|presumed", re.IGNORECASE)
"""Names of attributes whose `true` says that a point is hidden."""


def read(path: Path) -> LabelFile:
    """Read a dump of a task, job or project.

    A skeleton is a face, its points matched by label. Points in one shape are a face without names.
    One-point shapes of a photo are one face: named by their labels if these differ, else in the
    order of the file. `outside` is absent, `occluded` hidden, and so is an attribute such as
    `occluded` or `Presumed_Location` that is true. Positions are taken as they are.

    Raises:
        LabelError: not well-formed, or a number is damaged; names the photo.
    """
    sub_labels: dict[str, list[str]] = {}
    faces: list[LabelledFace] = []
    photos: dict[str, ListedPhoto] = {}
    notes: list[str] = []
    others: dict[str, int] = {}
    tracks = points = 0
    for element in xml_elements(path, ("labels", "image", "track")):
        if element.tag == "labels":
            _add_sub_labels(element, sub_labels)
            continue
        if element.tag == "track":
            tracks += 1
            for face in _track_faces(element, path.name, sub_labels):
                photos[face.photo] = ListedPhoto()
                points += len(face.points)
                check_amount(1, points, path.name)
                faces.append(face)
            continue
        photo = forward_slashes(element.get("name") or "")
        if not photo:
            raise LabelError(f"{path.name}: an image without a name.")
        photos[photo] = ListedPhoto(_size(element))
        for face in _image_faces(
            element, photo, f"{path.name}, {photo}", sub_labels, others, notes
        ):
            points += len(face.points)
            check_amount(1, points, path.name)
            faces.append(face)
    if tracks:
        notes.append(f"{tracks} tracks of a video: photos are named by their frames (frame_000000)")
    notes += (f"{count} shapes of kind `{kind}` are left out" for kind, count in others.items())
    return LabelFile(
        "cvat", PIXELS, faces, photos, common_names(faces) if faces else None,
        notes=list(dict.fromkeys(notes)),
    )  # fmt: skip


def _add_sub_labels(labels: Element, found: dict[str, list[str]]) -> None:
    """The points of each skeleton label, in the order of the task."""
    for label in labels.iter("label"):
        parent, name = label.findtext("parent"), label.findtext("name")
        if parent and name:
            found.setdefault(parent, []).append(name)


def _size(image: Element) -> tuple[int, int] | None:
    words = [image.get("width") or "", image.get("height") or ""]
    if all(re.fullmatch(r"[1-9]\d{0,5}", word) for word in words):
        return int(words[0]), int(words[1])
    return None


def _image_faces(
    image: Element,
    photo: str,
    place: str,
    sub_labels: dict[str, list[str]],
    others: dict[str, int],
    notes: list[str],
) -> Iterator[LabelledFace]:
    boxes: list[tuple[str, Box]] = []
    skeletons: list[LabelledFace] = []
    shapes: dict[str, list[Element]] = {}
    points = 0
    for shape in image:
        if shape.tag == "skeleton":
            skeletons.append(_skeleton(shape, photo, place, sub_labels))
            points += len(skeletons[-1].points)
            check_amount(1, points, place)
        elif shape.tag == "points":
            if ";" in (shape.get("points") or ""):
                skeletons.append(_many_points(shape, photo, place))
            else:
                shapes.setdefault(shape.get("group_id") or "", []).append(shape)
        elif shape.tag == "box":
            left, top, right, bottom = (
                number_of(shape.get(key), place) for key in ("xtl", "ytl", "xbr", "ybr")
            )
            boxes.append((shape.get("group_id") or "", (left, top, right - left, bottom - top)))
        else:
            others[shape.tag] = others.get(shape.tag, 0) + 1
    skeletons += (_single_points(members, photo, place, notes) for members in shapes.values())
    for face in skeletons:
        yield _with_box(face, [box for _group, box in boxes])


def _with_box(face: LabelledFace, boxes: list[Box]) -> LabelledFace:
    """The face with the smallest box around all its points, or the tight one."""
    placed = face.points[np.isfinite(face.points).all(axis=1)]
    if not len(placed):
        return face
    low, high = placed.min(axis=0), placed.max(axis=0)
    around = [
        (w * h, (x, y, w, h))
        for x, y, w, h in boxes
        if x <= low[0] and y <= low[1] and high[0] <= x + w and high[1] <= y + h
    ]
    box = min(around)[1] if around else tight_box(placed)
    return LabelledFace(
        face.photo, face.points, box, face.visibility, face.score, face.verdict, face.names
    )


def _skeleton(
    shape: Element, photo: str, place: str, sub_labels: dict[str, list[str]]
) -> LabelledFace:
    label = shape.get("label") or ""
    members = list(shape.iter("points"))
    positions = _positions([point.get("points") or "" for point in members], place)
    found: dict[str, tuple[tuple[float, float], int]] = {}
    for point, position in zip(members, positions, strict=True):
        name = point.get("label") or ""
        if name in found:
            raise LabelError(f"{place}: point {name!r} of a skeleton {label!r} is there twice.")
        found[name] = (position, _visibility(point))
    names = tuple(dict.fromkeys([*sub_labels.get(label, ()), *found]))
    landmarks = dict(zip(names, range(len(names)), strict=True))
    points = np.full((len(names), 2), np.nan)
    visibility = np.full(len(names), ABSENT, np.int8)
    for name, (position, seen) in found.items():
        if seen != ABSENT:
            points[landmarks[name]], visibility[landmarks[name]] = position, seen
    return LabelledFace(photo, points, None, visibility, names=names)


def _many_points(shape: Element, photo: str, place: str) -> LabelledFace:
    rows = [_position(pair, place) for pair in (shape.get("points") or "").split(";") if pair]
    seen = OCCLUDED if shape.get("occluded") == "1" else VISIBLE
    return LabelledFace(photo, np.array(rows, np.float64), None, np.full(len(rows), seen, np.int8))


def _single_points(
    members: list[Element], photo: str, place: str, notes: list[str]
) -> LabelledFace:
    labels = [point.get("label") or "" for point in members]
    is_named = len(set(labels)) == len(labels)
    if not is_named:
        notes.append(
            f"points of a photo share the label {labels[0]!r}: they have no names, and their order "
            f"is that of the file"
        )
    points = np.array([_position(point.get("points"), place) for point in members], np.float64)
    visibility = np.array([_visibility(point) for point in members], np.int8)
    if any(_hidden_attribute(point) is not None for point in members):
        notes.append("attributes of points say which ones are hidden")
    points[visibility == ABSENT] = np.nan
    return LabelledFace(photo, points, None, visibility, names=tuple(labels) if is_named else None)


def _visibility(point: Element) -> int:
    if point.get("outside") == "1":
        return ABSENT
    is_hidden = point.get("occluded") == "1" or _hidden_attribute(point)
    return OCCLUDED if is_hidden else VISIBLE


def _hidden_attribute(point: Element) -> bool | None:
    """What an attribute says of whether a point is hidden, None if no attribute does."""
    if not len(point):
        return None
    for attribute in point.iter("attribute"):
        if _HIDDEN_ATTRIBUTE.search(attribute.get("name") or ""):
            return (attribute.text or "").strip().lower() in ("true", "1", "yes")
    return None


def _positions(pairs: list[str], place: str) -> list[tuple[float, float]]:
    if all(pair.count(",") == 1 for pair in pairs):
        numbers = all_numbers(",".join(pairs).split(",")) if pairs else []
        if numbers is not None:
            return list(zip(numbers[::2], numbers[1::2], strict=True))
    return [_position(pair, place) for pair in pairs]


def _position(pair: str | None, place: str) -> tuple[float, float]:
    words = (pair or "").split(",")
    if len(words) != 2:
        raise LabelError(f"{place}: {(pair or '')[:30]!r} is no position; x,y belongs there.")
    x, y = numbers_of(words, place)
    return x, y


def _track_faces(
    track: Element, file: str, sub_labels: dict[str, list[str]]
) -> Iterator[LabelledFace]:
    for shape in track:
        if shape.get("outside") == "1" or shape.tag not in ("skeleton", "points"):
            continue
        frame = shape.get("frame") or ""
        if not frame.isdecimal():
            raise LabelError(f"{file}: a shape of a track has no frame.")
        photo = f"frame_{int(frame):06d}"
        place = f"{file}, {photo}"
        if shape.tag == "skeleton":
            labelled = _skeleton(shape, photo, place, {})
            label = track.get("label") or ""
            if names := sub_labels.get(label):
                shape.set("label", label)
                labelled = _skeleton(shape, photo, place, {label: names})
        else:
            labelled = _many_points(shape, photo, place)
        yield _with_box(labelled, [])


def _fits(_path: Path, head: bytes) -> bool:
    return re.search(rb"<annotations[\s>]", head) is not None and (
        b"<image" in head or b"<track" in head or b"<meta>" in head
    )


def text(labels: LabelsToWrite) -> Iterator[str]:
    """The XML of a task whose label `face` is a skeleton with the scheme's landmarks."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
    yield "  <meta><task><labels>\n    <label><name>face</name><type>skeleton</type></label>\n"
    for name in labels.names:
        yield (
            f"    <label><name>{escape(name)}</name><type>points</type><parent>face</parent>"
            f"</label>\n"
        )
    yield "  </labels></task></meta>\n"
    for number, (photo, rows) in enumerate(by_photo(labels.rows)):
        width, height = labels.sizes[photo]
        yield f'  <image id="{number}" name={quoteattr(photo)} width="{width}" height="{height}">\n'
        for row in rows:
            x, y, w, h = box_of(row)
            yield (
                f'    <box label="face box" occluded="0" xtl="{x!r}" ytl="{y!r}" xbr="{x + w!r}" '
                f'ybr="{y + h!r}" z_order="0"></box>\n'
            )
            yield '    <skeleton label="face" source="manual" z_order="0">\n'
            seen = visibility_of(row).tolist()
            for name, point, visible in zip(labels.names, row.points.tolist(), seen, strict=True):
                px, py = point if visible else (0.0, 0.0)
                yield (
                    f'      <points label={quoteattr(name)} outside="{int(visible == ABSENT)}" '
                    f'occluded="{int(visible == OCCLUDED)}" points="{px!r},{py!r}"></points>\n'
                )
            yield "    </skeleton>\n"
        yield "  </image>\n"
    yield "</annotations>\n"


READER = FormatReader("cvat", _fits, read)
