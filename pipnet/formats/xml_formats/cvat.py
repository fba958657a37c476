"""CVAT for images 1.1: skeletons, points, and tracks of skeletons."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.grouping import check_grouping, containing, has_repeats, same_landmarks
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
    numbers_of,
    read_head,
    xml_elements,
)

_HIDDEN_ATTRIBUTE = re.compile(r"occlu|hidden|invisib|presumed", re.IGNORECASE)
"""Names of attributes whose `true` says that a point is hidden."""


def read(path: Path) -> LabelFile:
    """Read a dump of a task, job or project.

    A skeleton is a face, its points matched by label. Points in one shape are a face without names.
    One-point shapes, also those that are tracks of their own, are a face for each group, else for
    each box around them: named by their labels if these differ, else in the order of the file; a
    landmark that a face lacks and another has is absent. `outside` is absent, `occluded` hidden,
    and so is an attribute such as `occluded` or `Presumed_Location` that is true. Positions are
    taken as they are. Photos of one name in several subsets of a project are named with these.

    Raises:
        LabelError: not well-formed, or a number is damaged; names the photo.
    """
    reader = _Reader(path)
    for element in xml_elements(path, ("labels", "image", "track")):
        if element.tag == "labels":
            _add_sub_labels(element, reader.sub_labels)
        elif element.tag == "track":
            reader.add_track(element)
        else:
            reader.add_image(element)
    return reader.result()


@dataclass(frozen=True, slots=True)
class _OnePoint:
    """A shape of one point."""

    label: str
    at: tuple[float, float]
    visibility: int
    is_said: bool
    """By an attribute."""


class _Reader:
    """Collects the faces of a dump."""

    def __init__(self, path: Path) -> None:
        self.sub_labels: dict[str, list[str]] = {}
        self._path = path
        self._faces: list[LabelledFace] = []
        self._photos: dict[str, ListedPhoto] = {}
        self._others: Counter[str] = Counter()
        self._notes: list[str] = []
        self._repeated = _repeated_names(path)
        self._of_single: list[int] = []  # faces of one-point shapes
        self._tracked: dict[tuple[str, str], list[_OnePoint]] = {}
        self._points = self._tracks = self._interpolated = 0

    def add_image(self, image: Element) -> None:
        photo = forward_slashes(image.get("name") or "")
        if not photo:
            raise LabelError(f"{self._path.name}: an image without a name.")
        if photo in self._repeated:
            photo = f"{image.get('subset') or 'default'}/{photo}"
        place = f"{self._path.name}, {photo}"
        self._photos[photo] = ListedPhoto(_size(image))
        boxes: list[Box] = []
        faces: list[LabelledFace] = []
        singles: list[tuple[str, _OnePoint]] = []
        points = 0
        for shape in image:
            if shape.tag == "skeleton":
                faces.append(_skeleton(shape, shape.get("label"), photo, place, self.sub_labels))
                points += len(faces[-1].points)
                check_amount(1, points, place)
            elif shape.tag == "points" and ";" in (shape.get("points") or ""):
                faces.append(_many_points(shape, photo, place))
            elif shape.tag == "points":
                singles.append((shape.get("group_id") or "", _one_point(shape, place)))
            elif shape.tag == "box" and shape.get("rotation", "0").strip("0.") == "":
                boxes.append(_upright_box(shape, place))
            else:
                self._others[shape.tag] += 1
        for face in faces:
            self._add(_with_box(face, boxes))
        self._add_singles(singles, boxes, photo)

    def _add_singles(
        self, singles: list[tuple[str, _OnePoint]], boxes: list[Box], photo: str
    ) -> None:
        check_grouping(len(singles), len(boxes), f"{self._path.name}, {photo}")
        groups: dict[object, list[_OnePoint]] = {}
        for group, point in singles:
            inside = None if group else containing(point.at, boxes)
            groups.setdefault(("group", group) if group else inside, []).append(point)
        for members in groups.values():
            self._add_single(members, photo, boxes)

    def add_track(self, track: Element) -> None:
        self._tracks += 1
        label = track.get("label") or ""
        for shape in track:
            if shape.get("outside") == "1":
                continue
            if shape.tag not in ("skeleton", "points"):
                self._others[shape.tag] += 1
                continue
            frame = shape.get("frame") or ""
            if not frame.isdecimal():
                raise LabelError(f"{self._path.name}: a shape of a track has no frame.")
            photo = f"frame_{int(frame):06d}"
            place = f"{self._path.name}, {photo}"
            self._photos[photo] = ListedPhoto()
            self._interpolated += shape.get("keyframe") == "0"
            if shape.tag == "skeleton":
                self._add(_with_box(_skeleton(shape, label, photo, place, self.sub_labels), []))
            elif ";" in (shape.get("points") or ""):
                self._add(_with_box(_many_points(shape, photo, place), []))
            else:
                key = photo, track.get("group_id") or ""
                point = replace(_one_point(shape, place), label=label)
                self._tracked.setdefault(key, []).append(point)

    def _add(self, face: LabelledFace) -> None:
        self._points += len(face.points)
        check_amount(1, self._points, self._path.name)
        self._faces.append(face)

    def _add_single(self, members: list[_OnePoint], photo: str, boxes: list[Box]) -> None:
        face = _single_points(members, photo, self._notes)
        if face.names is not None:
            self._of_single.append(len(self._faces))
        self._add(_with_box(face, boxes))

    def result(self) -> LabelFile:
        for (photo, _group), members in self._tracked.items():
            self._add_single(members, photo, [])
        alike = same_landmarks([self._faces[k] for k in self._of_single], self._path.name)
        for place, face in zip(self._of_single, alike, strict=True):
            self._faces[place] = face
        said = (
            (self._tracks, "tracks of a video: photos are named by their frames (frame_000000)"),
            (self._interpolated, "shapes of tracks lie between key frames: nobody placed them"),
            (len(self._repeated), "names are in several subsets: photos are named SUBSET/NAME"),
        )
        notes = [*self._notes, *(f"{count} {words}" for count, words in said if count)]
        notes += (
            f"{count} shapes of kind `{kind}` are left out" for kind, count in self._others.items()
        )
        return LabelFile(
            "cvat", PIXELS, self._faces, self._photos,
            common_names(self._faces) if self._faces else None, notes=list(dict.fromkeys(notes)),
        )  # fmt: skip


def _repeated_names(path: Path) -> set[str]:
    """Names of photos that are in several subsets or tasks of a project."""
    if b' subset="' not in read_head(path):
        return set()
    names = Counter(forward_slashes(e.get("name") or "") for e in xml_elements(path, ("image",)))
    return {name for name, count in names.items() if count > 1}


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


def _upright_box(shape: Element, place: str) -> Box:
    words = [shape.get(key) for key in ("xtl", "ytl", "xbr", "ybr")]
    left, top, right, bottom = numbers_of(words, place)
    return left, top, right - left, bottom - top


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
    shape: Element, label: str | None, photo: str, place: str, sub_labels: dict[str, list[str]]
) -> LabelledFace:
    members = list(shape.iter("points"))
    positions = _positions([point.get("points") or "" for point in members], place)
    found: dict[str, tuple[tuple[float, float], int]] = {}
    for point, position in zip(members, positions, strict=True):
        name = point.get("label") or ""
        if name in found:
            raise LabelError(f"{place}: point {name!r} of a skeleton {label!r} is there twice.")
        found[name] = (position, _visibility(point))
    names = tuple(dict.fromkeys([*sub_labels.get(label or "", ()), *found]))
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


def _one_point(shape: Element, place: str) -> _OnePoint:
    at = _position(shape.get("points"), place)
    is_said = _hidden_attribute(shape) is not None
    return _OnePoint(shape.get("label") or "", at, _visibility(shape), is_said)


def _single_points(members: list[_OnePoint], photo: str, notes: list[str]) -> LabelledFace:
    labels = [point.label for point in members]
    if has_repeats(labels):
        notes.append(
            f"points of a photo share the label {labels[0]!r}: they have no names, and their order "
            f"is that of the file"
        )
    if any(point.is_said for point in members):
        notes.append("attributes of points say which ones are hidden")
    points = np.array([point.at for point in members], np.float64)
    visibility = np.array([point.visibility for point in members], np.int8)
    points[visibility == ABSENT] = np.nan
    names = None if has_repeats(labels) else tuple(labels)
    return LabelledFace(photo, points, None, visibility, names=names)


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
