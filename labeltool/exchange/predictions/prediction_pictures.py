"""Predictions as pictures: whole photos with their landmarks, and a square crop of each face."""

from __future__ import annotations

import csv
import errno
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labeltool.domain import N_, Box, Message, PredictedFace, photo_problem, system_reason
from labeltool.exchange.predictions.prediction_tables import Source, pixels_text
from pipnet.data.crop import CropConvention, transform, warp
from pipnet.data.images import (
    ImageError,
    open_reduced,
    read_header,
    read_image,
    size_change_error,
)

Pixels = NDArray[np.uint8]
"""(H, W, 3) RGB."""

DrawFaces = Callable[[Pixels, tuple[float, float], Sequence[PredictedFace]], Pixels]
"""Draws faces on a copy of a photo that was scaled by so much in x and y."""

CROP_TABLE = "crops.csv"
"""The table of a folder of crops."""

_PNG_EFFORT = 3
"""How hard Pillow compresses, of 9: with more, it takes longer than all the rest."""

_NAME_ERRORS = (
    errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL,
)  # fmt: skip
"""Of a file whose name the file system does not take, or takes for that of another one."""


def write_overlays(source: Source, folder: Path, longest: int, draw: DrawFaces) -> None:
    """Write `NAME.png` for each photo, at most `longest` pixels wide and high.

    Photos that cannot be read or written are named in `source.problems`. Raises OSError.
    """
    for photo_id, group in groupby(source.predicted, attrgetter("photo_id")):
        faces, photo = list(group), source.photos[photo_id]
        try:
            if photo.size is not None:
                header = read_header(photo.file)
                now = (header.width, header.height)
                if now != photo.size:
                    raise size_change_error(photo.file, photo.size, now)
            image, scale = open_reduced(photo.file, longest)
        except ImageError as error:
            source.problems.append(photo_problem(error, source.names[photo_id]))
            continue
        drawn = draw(np.array(image, np.uint8), scale, faces)
        if _save(source, folder, f"{source.names[photo_id]}.png", drawn):
            for face in faces:
                source.count(face)


def write_crops(source: Source, folder: Path, side: int) -> None:
    """Write `NAME.face12.png` for each face, 12 its number in the project, and `crops.csv`.

    A crop shows what a network sees of the face, at `side` x `side` pixels. The table has a row for
    each, with the area in the photo that it shows, and the landmarks in pixels of the crop.
    Photos that cannot be read are named in `source.problems`. Raises OSError.
    """
    with (folder / CROP_TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        landmarks = (f"{name}_{part}" for name in source.scheme.names for part in ("x", "y"))
        area_columns = ("area_x", "area_y", "area_size")
        table.writerow(["crop", "photo", "face", *area_columns, *landmarks])
        for photo_id, faces in groupby(source.predicted, attrgetter("photo_id")):
            photo, name = source.photos[photo_id], source.names[photo_id]
            try:
                image = read_image(photo.file, size=photo.size)
            except ImageError as error:
                source.problems.append(photo_problem(error, name))
                continue
            for face in faces:
                try:
                    area = _square(CropConvention().area(face.box, face.box_kind))
                except ValueError:
                    source.problems.append(
                        Message(N_("{photo}: the box of a face has no size"), photo=name)
                    )
                    continue
                matrix = CropConvention(side=side).matrix(area)
                crop = f"{name}.face{face.id}.png"
                if not _save(source, folder, crop, warp(image, matrix, side)):
                    continue
                points = transform(matrix, face.prediction.points)
                cells = map(pixels_text, [*area[:3], *points.ravel().tolist()])
                table.writerow([crop, name, face.id, *cells])
                source.count(face)


def _square(area: Box) -> Box:
    x, y, w, h = area
    side = max(w, h)
    return (x + (w - side) / 2, y + (h - side) / 2, side, side)


def _save(source: Source, folder: Path, name: str, pixels: Pixels) -> bool:
    """Whether the picture was written; why it was not goes to the problems.

    Raises:
        OSError: for a reason that is not its name.
    """
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            Image.fromarray(pixels).save(file, "png", compress_level=_PNG_EFFORT)
    except OSError as error:
        if error.errno not in _NAME_ERRORS:
            raise
        source.problems.append(
            Message(
                N_("{photo} could not be written: {reason}"),
                photo=name,
                reason=system_reason(error),
            )
        )
        return False
    return True
