"""Predictions as a CSV table and as COCO results, a face at a time."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from labeltool.domain import Message, PhotoRecord, PredictedFace, photo_problem
from labeltool.domain.tolerance import norm_pixels
from pipnet.data.coco import CocoCategory, CocoFile, CocoImage, coco_text
from pipnet.data.images import ImageError, read_header
from pipnet.data.scheme import Scheme
from pipnet.output import FileKind

FACE_COLUMNS = (
    "photo", "face", "box_x", "box_y", "box_w", "box_h", "verdict", "model", "score",
    "expected_error", "expected_error_px",
)  # fmt: skip
RESULTS, IMAGES = "results.json", "images.json"
"""Files of a folder of COCO results."""

_HEADER = ",".join(FACE_COLUMNS).encode()


def _is_table(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_HEADER)) == _HEADER


TABLE = FileKind("a table of predictions", _is_table)


@dataclass(eq=False)
class Source:
    """The predictions to write, and what became of them.

    `names`: of each photo in the files. `predicted`: can be walked once. `faces`, `written` (ids of
    photos) and `problems` are filled while they are written.
    """

    scheme: Scheme
    photos: Mapping[int, PhotoRecord]
    names: Mapping[int, str]
    predicted: Iterator[PredictedFace]
    faces: int = 0
    written: dict[int, None] = field(default_factory=dict)
    problems: list[Message] = field(default_factory=list)

    def count(self, face: PredictedFace) -> None:
        """To be called when a face was written."""
        self.faces += 1
        self.written.setdefault(face.photo_id)


def write_table(source: Source, path: Path) -> None:
    """Write a row for each face; positions in pixels, (0, 0) the centre of the top-left one.

    Cells of what is not known are empty. Raises OSError.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        parts = ("x", "y", "score", "expected_error")
        landmarks = (f"{name}_{part}" for name in source.scheme.names for part in parts)
        table.writerow([*FACE_COLUMNS, *landmarks])
        for face in source.predicted:
            table.writerow(_row(source, face))
            source.count(face)


def _row(source: Source, face: PredictedFace) -> list[str]:
    prediction = face.prediction
    error = math.nan if prediction.error is None else prediction.error
    row = [source.names[face.photo_id], str(face.id), *map(pixels_text, face.box)]
    row += [str(face.verdict), prediction.model, _number(prediction.score), _number(error)]
    row.append(_number(error * norm_pixels(prediction.points, source.scheme)))
    count = len(prediction.points)
    errors = np.full(count, np.nan) if prediction.errors is None else prediction.errors
    scores = prediction.scores if len(prediction.scores) == count else np.full(count, np.nan)
    for (x, y), score, expected in zip(
        prediction.points.tolist(), scores.tolist(), errors.tolist(), strict=True
    ):
        row += [pixels_text(x), pixels_text(y), _number(score), _number(expected)]
    return row


def pixels_text(value: float) -> str:
    """A position to a thousandth of a pixel; empty for NaN."""
    return "" if math.isnan(value) else f"{value:.3f}"


def _number(value: float) -> str:
    """With four digits, as many as are stored; empty for NaN."""
    return "" if math.isnan(value) else f"{value:.4g}"


def write_coco_results(source: Source, folder: Path) -> None:
    """Write the list of predictions and the data set, without annotations, that it refers to.

    Raises OSError.
    """
    encode = json.JSONEncoder(allow_nan=False).encode
    with (folder / RESULTS).open("w", encoding="utf-8") as file:
        file.write("[")
        for face in source.predicted:
            file.write((",\n" if source.faces else "") + encode(_result(face)))
            source.count(face)
        file.write("]\n")
    scheme = source.scheme
    extra: dict[str, object] = {"supercategory": "person"}
    if scheme.flip:
        extra["flip_idx"] = [int(index) for index in scheme.flip]
    images = CocoFile(
        images=tuple(_image(source, photo) for photo in source.written),
        categories=(CocoCategory(1, "face", tuple(scheme.names), tuple(scheme.edges), extra),),
        annotations=(),
    )
    with (folder / IMAGES).open("w", encoding="utf-8") as file:
        file.writelines(coco_text(images))


def _result(face: PredictedFace) -> dict[str, object]:
    """A landmark without a position is 0, 0, 0; the others have the 1 that COCO asks for."""
    flat = list[float | int]()
    for x, y in face.prediction.points.tolist():
        is_placed = math.isfinite(x) and math.isfinite(y)
        flat += [round(x, 3), round(y, 3), 1] if is_placed else [0, 0, 0]
    return {
        "image_id": face.photo_id,
        "category_id": 1,
        "keypoints": flat,
        "score": float(_number(face.prediction.score)),
    }


def _image(source: Source, photo_id: int) -> CocoImage:
    photo = source.photos[photo_id]
    size: tuple[int | None, int | None] = photo.size or (None, None)
    if photo.size is None:
        try:
            header = read_header(photo.file)
            size = (header.width, header.height)
        except ImageError as error:
            source.problems.append(photo_problem(error, source.names[photo_id]))
    extra = {} if photo.sha256 is None else {"sha256": photo.sha256}
    return CocoImage(photo_id, source.names[photo_id], *size, extra)
