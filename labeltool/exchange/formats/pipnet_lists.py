"""PIPNet's training data: crops of faces, a list of the landmarks in them, and the mean face.

The authors' layout, which their scripts read as it is:

    images_train/a.jpg    a face of 256 x 256 pixels, cut as they cut 300W
    train.txt             a line for each: its name, then x and y of each landmark, 0 to 1
    meanface.txt          the mean of these numbers

A split has `images_val` and `val.txt`, `images_test` and `test.txt` too; the mean face is that of
train. `crops.csv` is ours: the photo of each crop, and the area in it.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labeltool.domain import N_, Message, Progress, UserError, photo_problem
from labeltool.exchange.formats import CheckTargets, LabelFormat, LabelsToWrite, Written
from labeltool.exchange.formats.other_formats import read
from labeltool.exchange.formats.written_folder import FileContent, write_folder
from pipnet.data.boxes import Box, tight_box
from pipnet.data.crop import AUTHORS_CROP, cut
from pipnet.data.images import ImageError, read_image
from pipnet.formats.label_file import LabelledFace, by_photo
from pipnet.formats.text_formats.face_lists import MEAN_FACE, PIPNET_PHOTOS, pipnet_line

CROP_TABLE = "crops.csv"

_JPEG_QUALITY = 95
"""As the authors' crops have."""

_NAME_CHARACTERS = 100
"""Of a crop, which every system can write."""


class _Writer:
    """The files of the data, one after the other; what could not be cut is in `written`."""

    def __init__(self) -> None:
        self.problems: list[Message] = []
        self.faces_missing = self.photos_missing = 0
        self._areas: list[tuple[object, ...]] = []
        self._names: set[str] = set()

    def files(self, parts: Mapping[str, LabelsToWrite]) -> Iterator[FileContent]:
        """Paths and contents. `parts`: by name, the one to train on first."""
        for place, (part, labels) in enumerate(parts.items()):
            lines: list[str] = []
            total: NDArray[np.float64] | None = None
            for photo, faces in by_photo(labels.rows):
                whole = [face for face in faces if np.isfinite(face.points).all()]
                for name, jpeg, shape in self._crops(photo, whole, labels):
                    yield PurePosixPath(f"{PIPNET_PHOTOS}{part}", name), jpeg
                    lines.append(pipnet_line(name, shape))
                    total = shape if total is None else total + shape
            yield PurePosixPath(f"{part}.txt"), "".join(lines)
            if place == 0 and total is not None:
                yield PurePosixPath(MEAN_FACE), pipnet_line("", total / len(lines)).strip()
        if not self._areas:
            raise UserError(
                N_("Nothing was written: {reason}."),
                N_("Check that the photos are where the project knows them."),
                reason=self.problems[0],
            )
        yield PurePosixPath(CROP_TABLE), self._table()

    def _crops(
        self, photo: str, faces: list[LabelledFace], labels: LabelsToWrite
    ) -> Iterator[tuple[str, bytes, NDArray[np.float64]]]:
        """Name and JPEG of the crop of each face, and its landmarks as shares of the crop."""
        if not faces:
            return
        try:
            size = labels.sizes.get(photo, (0, 0))
            image = read_image(labels.files[photo], size=size if all(size) else None)
        except ImageError as error:
            self.problems.append(photo_problem(error, photo))
            self.faces_missing += len(faces)
            self.photos_missing += 1
            return
        cut_before = len(self._areas)
        for face in faces:
            area = _area(face.points, (image.shape[1], image.shape[0]))
            if area is None:
                self.problems.append(
                    Message(N_("{photo}: a face outside of the photo is left out."), photo=photo)
                )
                self.faces_missing += 1
                continue
            jpeg = io.BytesIO()
            Image.fromarray(cut(image, area, AUTHORS_CROP)).save(
                jpeg, "JPEG", quality=_JPEG_QUALITY
            )
            name = self._name(photo)
            x, y, w, h = area
            self._areas.append((name, photo, *map(int, area)))
            yield name, jpeg.getvalue(), (face.points - [x, y]) / [w, h]
        self.photos_missing += len(self._areas) == cut_before

    def _name(self, photo: str) -> str:
        """A new name for a crop, without blanks, which separate the words of a line."""
        stem = re.sub(r"[^\w.-]+", "_", str(PurePosixPath(photo).with_suffix("")))
        stem = stem.strip("._-")[-_NAME_CHARACTERS:] or "face"
        name, number = f"{stem}.jpg", 1
        while name.casefold() in self._names:
            number += 1
            name = f"{stem}_{number}.jpg"
        self._names.add(name.casefold())
        return name

    def _table(self) -> str:
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["crop", "photo", "x", "y", "width", "height"])
        table.writerows(self._areas)
        return text.getvalue()


def _area(points: NDArray[np.float64], size: tuple[int, int]) -> Box | None:
    """The whole pixels of the photo that become the crop; None if it would have none."""
    x, y, w, h = AUTHORS_CROP.crop_box(tight_box(points))
    left, top = max(math.floor(x), 0), max(math.floor(y), 0)
    right, bottom = min(math.ceil(x + w), size[0]), min(math.ceil(y + h), size[1])
    if right <= left or bottom <= top:
        return None
    return (left, top, right - left, bottom - top)


def _write(folder: Path, labels: LabelsToWrite, progress: Progress, check: CheckTargets) -> Written:
    return _write_data(folder, {"train": labels}, progress, check)


def _write_parts(folder: Path, parts: Mapping[str, LabelsToWrite], progress: Progress) -> Written:
    return _write_data(folder, parts, progress, lambda _targets: None)


def _write_data(
    folder: Path, parts: Mapping[str, LabelsToWrite], progress: Progress, check: CheckTargets
) -> Written:
    writer, total = _Writer(), sum(len(labels.rows) for labels in parts.values())
    write_folder(folder, writer.files(parts), total, progress, check)
    return Written(writer.problems, writer.faces_missing, writer.photos_missing)


FORMAT = LabelFormat(
    name="pipnet",
    description=N_("Folder of PIPNet's training data (*)"),
    suffix=".txt",
    is_folder=True,
    can_mark_absent=False,
    has_photo_details=True,
    find=lambda _path: None,
    read=read,
    write=_write,
    write_parts=_write_parts,
)
