"""Lists of one face on each line: WFLW, and the training lists of PIPNet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import (
    FRACTION,
    PIXELS,
    FormatReader,
    LabelFile,
    LabelsToWrite,
    box_of,
    listed,
    seen_where_placed,
)
from pipnet.formats.reading import is_number, numbers_of, read_head, read_lines

WFLW_ATTRIBUTES = ("pose", "expression", "illumination", "make-up", "occlusion", "blur")
"""What the six flags at the end of a line of WFLW stand for."""

MEAN_FACE = "meanface.txt"
"""Beside the training lists of PIPNet."""

PIPNET_PHOTOS = "images_"
"""Begins the name of the folder of a list's crops; the list's name follows."""

_EXTRA_NUMBERS = 4 + len(WFLW_ATTRIBUTES)
"""Numbers after the points of a WFLW line: the face's rectangle, and the flags."""


def read_wflw(path: Path) -> LabelFile:
    """Read a list of WFLW: x and y of each landmark in pixels; x_min, y_min, x_max, y_max of the
    face and six flags, the four numbers alone, or none of these; the photo's name.

    Raises:
        LabelError: a line has another shape; names it.
    """
    faces: list[LabelledFace] = []
    flags = np.zeros(len(WFLW_ATTRIBUTES), int)
    bare = 0
    for number, line in read_lines(path):
        place = f"{path.name}, line {number}"
        words = line.split()
        if not words:
            continue
        name = _last_words(words)
        numbers = numbers_of(words[: len(words) - len(name.split())], place)
        count = _wflw_points(numbers)
        bare += count is not None and 2 * count + 4 == len(numbers)
        if count is None or not name:
            raise LabelError(
                f"{place}: {len(numbers)} numbers and the name {name!r}; a line of WFLW has x and "
                f"y of each landmark, four numbers of the rectangle, six flags, and the name."
            )
        points = np.array(numbers[: 2 * count], np.float64).reshape(-1, 2)
        rest = numbers[2 * count :]
        box = tight_box(points)
        if rest:
            left, top, right, bottom = rest[:4]
            if left < right and top < bottom:
                box = (left, top, right - left, bottom - top)
            if rest[4:]:
                flags += np.array(rest[4:], int)
        faces.append(LabelledFace(name, points, box, seen_where_placed(points)))
    notes = []
    if flags.any():
        said = ", ".join(
            f"{name} {count}" for name, count in zip(WFLW_ATTRIBUTES, flags.tolist(), strict=True)
        )
        notes.append(f"attributes of faces are not imported ({said})")
    if bare:
        notes.append(f"the last four numbers of {bare} lines surround the others: rectangles")
    if len({len(face.points) for face in faces}) > 1:
        notes.append("lines have different numbers of landmarks")
    return LabelFile("wflw", PIXELS, faces, listed([face.photo for face in faces]), notes=notes)


def _last_words(words: list[str]) -> str:
    """The photo's name, which may hold blanks: the words from the first that is no number. There
    is an even number of numbers, so one too many is the beginning of the name."""
    first = next((k for k, word in enumerate(words) if not is_number(word)), len(words) - 1)
    return " ".join(words[first - first % 2 :])


def _wflw_points(numbers: list[float]) -> int | None:
    """How many landmarks a line has."""
    total = len(numbers)
    if total < 2 or total % 2:
        return None
    if total > _EXTRA_NUMBERS and set(numbers[4 - _EXTRA_NUMBERS :]) <= {0.0, 1.0}:
        return (total - _EXTRA_NUMBERS) // 2
    if total > 8 and _is_rectangle(numbers):
        return (total - 4) // 2
    return total // 2


def _is_rectangle(numbers: list[float]) -> bool:
    """Whether the last four numbers are two corners, with the other points between them."""
    points = np.array(numbers, np.float64).reshape(-1, 2)
    low, high = points[-2], points[-1]
    others = points[:-2]
    spread = others.max(axis=0) - others.min(axis=0)
    return bool(
        (low < high).all()
        and (low <= others.min(axis=0) + spread / 20).all()
        and (high >= others.max(axis=0) - spread / 20).all()
    )


def _fits_wflw(path: Path, head: bytes) -> bool:
    words = _first_line(head)
    if path.suffix.lower() != ".txt" or len(words) < 3 or is_number(words[-1]):
        return False
    return is_number(words[0]) and is_number(words[1]) and len(words) > 4


def read_pipnet(path: Path) -> LabelFile:
    """Read a training list of PIPNet: the name of a crop, then x and y of each landmark as
    fractions of the crop; or its mean face: x and y only. Other programs write such lists with
    pixels of a photo, which are most of the numbers above 2.

    Raises:
        LabelError: a line has another shape; names it.
    """
    faces: list[LabelledFace] = []
    notes: list[str] = []
    for number, line in read_lines(path):
        place = f"{path.name}, line {number}"
        words = line.split()
        if not words:
            continue
        is_mean = is_number(words[0]) and len(words) % 2 == 0
        if not is_mean and (len(words) % 2 == 0 or len(words) < 3):
            raise LabelError(f"{place}: {len(words) - 1} numbers; x and y of each landmark belong.")
        numbers = numbers_of(words if is_mean else words[1:], place)
        points = np.array(numbers, np.float64).reshape(-1, 2)
        photo = "" if is_mean else words[0]
        faces.append(LabelledFace(photo, points, tight_box(points), seen_where_placed(points)))
    if faces and faces[0].photo == "":
        notes.append("this is a mean face: the average shape, not a face of a photo")
    photos = listed([face.photo for face in faces if face.photo])
    if faces and float(np.median(np.abs(np.concatenate([f.points for f in faces])))) > 2:
        notes.append("positions are pixels of photos: no training list, which has shares of crops")
        return LabelFile("pipnet", PIXELS, faces, photos, notes=notes)
    outside = sum(int(((face.points < 0) | (face.points > 1)).sum()) for face in faces)
    if outside:
        notes.append(f"{outside} coordinates lie outside the crop")
    return LabelFile("pipnet", FRACTION, faces, photos, notes=notes)


def pipnet_lists_of(folder: Path) -> list[Path]:
    """The training lists in a folder that holds a mean face too; empty if it is of no such kind."""
    if not (folder / MEAN_FACE).is_file():
        return []
    return [
        file for file in sorted(folder.glob("*.txt"))
        if file.name != MEAN_FACE and file.is_file() and _fits_pipnet(file, read_head(file))
    ]  # fmt: skip


def read_pipnet_folder(folder: Path) -> LabelFile:
    """Read the training lists of a folder, such as `train.txt`, whose crops are in `images_train`.

    Raises:
        LabelError: a line has another shape; names it.
    """
    lists = [(file, read_pipnet(file)) for file in pipnet_lists_of(folder)]
    faces = [
        replace(face, photo=f"{PIPNET_PHOTOS}{file.stem.split('_')[0]}/{face.photo}")
        for file, labels in lists
        for face in labels.faces
    ]
    notes = [f"{file.name}: {note}" for file, labels in lists for note in labels.notes]
    photos = listed([face.photo for face in faces])
    return LabelFile("pipnet", FRACTION, faces, photos, notes=notes)


def pipnet_line(name: str, points: NDArray[np.float64]) -> str:
    """A line of a training list, of (N, 2) shares of a crop. A mean face has no name."""
    return " ".join([name, *map(repr, points.ravel().tolist())]).lstrip() + "\n"


def _fits_pipnet(path: Path, head: bytes) -> bool:
    words = _first_line(head)
    if path.suffix.lower() != ".txt" or len(words) < 3:
        return False
    if not is_number(words[0]):
        return len(words) % 2 == 1 and all(map(is_number, words[1:5]))
    # a mean face: one line of fractions without a class and a box in front
    sample = [word for word in words[:200] if is_number(word)]
    return (
        len(words) % 2 == 0 and len(sample) == len(words[:200]) and not float(words[0]).is_integer()
    )


def _first_line(head: bytes) -> list[str]:
    text = head.decode("utf-8-sig", errors="replace")
    return next((line.split() for line in text.splitlines() if line.strip()), [])


def wflw_text(labels: LabelsToWrite) -> Iterator[str]:
    """The lines of a WFLW list; its flags are 0. Faces with an absent landmark are left out."""
    for row in labels.rows:
        if not np.isfinite(row.points).all():
            continue
        x, y, w, h = box_of(row)
        numbers = [*row.points.ravel().tolist(), x, y, x + w, y + h]
        words = [f"{value:.6f}" for value in numbers] + ["0"] * len(WFLW_ATTRIBUTES)
        yield f"{' '.join(words)} {row.photo}\n"


WFLW = FormatReader("wflw", _fits_wflw, read_wflw)
PIPNET = FormatReader("pipnet", _fits_pipnet, read_pipnet)
