"""dlib's imglab: XML of boxes with named parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import (
    PIXELS,
    FormatReader,
    LabelFile,
    LabelsToWrite,
    ListedPhoto,
    box_of,
    by_photo,
    seen_where_placed,
)
from pipnet.formats.reading import (
    check_amount,
    forward_slashes,
    number_of,
    numbers_of,
    xml_elements,
)


def read(path: Path) -> LabelFile:
    """Read a data set. A landmark that a box lacks is absent. Parts are put into the order of their
    names, by number where they are numbers; dlib itself sorts them as text.

    Raises:
        LabelError: not well-formed, or a number is damaged; names the photo and box.
    """
    rows: list[tuple[str, Box, tuple[str, ...], NDArray[np.float64]]] = []
    photos: dict[str, ListedPhoto] = {}
    alike: dict[tuple[str, ...], tuple[str, ...]] = {}  # most boxes have the same names
    boxes = without = ignored = hidden = 0
    for image in xml_elements(path, ("image",)):
        photo = forward_slashes(_file_name(image.get("file") or ""))
        if not photo:
            raise LabelError(f"{path.name}: an image without a file name.")
        photos[photo] = ListedPhoto(_size(image))
        for number, element in enumerate(image.iter("box"), 1):
            place = f"{path.name}, {photo}, box {number}"
            boxes += 1
            ignored += element.get("ignore") == "1"
            hidden += element.get("occluded") == "1"
            own, points = _parts(element, place)
            without += not own
            if own and element.get("ignore") != "1":
                left, top, width, height = (
                    number_of(element.get(key), place) for key in ("left", "top", "width", "height")
                )
                rows.append((photo, (left, top, width, height), alike.setdefault(own, own), points))
    names = _ordered({name for own in alike for name in own})
    check_amount(len(rows), len(names), path.name)
    place_of = {name: number for number, name in enumerate(names)}
    places = {own: [place_of[name] for name in own] for own in alike}
    faces = []
    for photo, box, own, placed in rows:
        points = np.full((len(names), 2), np.nan)
        points[places[own]] = placed
        faces.append(LabelledFace(photo, points, box, seen_where_placed(points), names=names))
    said = (
        (without, f"of {boxes} boxes have no parts: faces without landmarks"),
        (ignored, "boxes say `ignore` and are left out"),
        (hidden, "boxes say `occluded`, without saying which landmarks"),
    )
    notes = [f"{count} {words}" for count, words in said if count]
    if names and list(names) != sorted(names):
        notes.append("parts are in the order of their numbers; dlib sorts these names as text")
    return LabelFile("dlib", PIXELS, faces, photos, names or None, notes=notes)


def _parts(box: Element, place: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The names (N,) and points (N, 2) of a box's parts."""
    found = list(box.iter("part"))
    xs = numbers_of([part.get("x") for part in found], place)
    ys = numbers_of([part.get("y") for part in found], place)
    names = tuple(part.get("name") or "" for part in found)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise LabelError(f"{place}: part {twice!r} is there twice.")
    return names, np.array([xs, ys], np.float64).T.copy()


def _file_name(name: str) -> str:
    """imglab declares ISO-8859-1 and writes names as the system has them, mostly UTF-8."""
    try:
        return name.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return name


def _size(image: Element) -> tuple[int, int] | None:
    words = [image.get("width") or "", image.get("height") or ""]
    if all(re.fullmatch(r"[1-9]\d{0,5}", word) for word in words):
        return int(words[0]), int(words[1])
    return None


def _ordered(names: set[str]) -> tuple[str, ...]:
    if all(re.fullmatch(r"[0-9]{1,9}", name) for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(sorted(names))


def _fits(_path: Path, head: bytes) -> bool:
    return re.search(rb"<dataset[\s>]", head) is not None and b"<image" in head


def text(labels: LabelsToWrite) -> Iterator[str]:
    """The XML of a data set. Positions are whole pixels, as imglab's own; parts are named 00, 01,
    ..., because dlib sorts names as text. Absent landmarks are left out."""
    yield "<?xml version='1.0' encoding='UTF-8'?>\n<dataset>\n<images>\n"
    digits = max(2, len(str(len(labels.names) - 1)))
    for photo, rows in by_photo(labels.rows):
        size = labels.sizes.get(photo)
        stated = "" if size is None else f" width='{size[0]}' height='{size[1]}'"
        yield f"  <image file={quoteattr(photo)}{stated}>\n"
        for row in rows:
            x, y, w, h = (round(value) for value in box_of(row))
            yield f"    <box top='{y}' left='{x}' width='{w}' height='{h}'>\n"
            for landmark, (px, py) in enumerate(row.points.tolist()):
                if px == px:
                    name = f"{landmark:0{digits}d}"
                    yield f"      <part name='{name}' x='{round(px)}' y='{round(py)}'/>\n"
            yield "    </box>\n"
        yield "  </image>\n"
    yield "</images>\n</dataset>\n"


READER = FormatReader("dlib", _fits, read)
