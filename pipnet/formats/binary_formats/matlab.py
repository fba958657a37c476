"""Benchmarks in MATLAB files: COFW (with its photos inside), COFW-68, AFLW."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.binary_formats.hdf5 import (
    MAX_TABLE_BYTES,
    check_positions,
    content,
    is_like,
    opened,
    table,
)
from pipnet.formats.label_file import (
    ABSENT,
    OCCLUDED,
    PIXELS,
    VISIBLE,
    FormatReader,
    LabelFile,
    listed,
    seen_where_placed,
)

if TYPE_CHECKING:
    import h5py

Pixels = NDArray[np.uint8]

_COFW_POINTS = 29
_AFLW_POINTS = 19


def read(path: Path) -> LabelFile:
    """Read one of the three. MATLAB counts pixels from 1, so 1 is subtracted for COFW and COFW-68.

    COFW: the photos are inside and named by their number (`train/0001.png`). COFW-68: one file for
    each photo of COFW's test set, which its number names. AFLW: names of photos.

    Raises:
        LabelError: it is another or a damaged MATLAB file.
    """
    # the window does not load these two at its start
    import h5py  # noqa: PLC0415
    import scipy.io  # noqa: PLC0415

    if h5py.is_hdf5(path):
        return _cofw(path)
    try:
        for name, shape, _kind in scipy.io.whosmat(path):
            if 8 * math.prod(shape) > MAX_TABLE_BYTES:
                raise ValueError(f"{name} claims {math.prod(shape):,} values")
        data = scipy.io.loadmat(path)
        if "Points" in data and "Occ" in data:
            return _cofw68(path, data)
        if "data" in data and "bbox" in data:
            return _aflw(path, data)
    except LabelError:
        raise
    except Exception as error:  # scipy raises errors of many kinds for damaged files
        raise LabelError(f"{path.name} is not a MATLAB file that can be read: {error}.") from error
    known = ", ".join(key for key in data if not key.startswith("__")) or "nothing"
    raise LabelError(f"{path.name} holds {known}: neither COFW nor AFLW.")


def _cofw68(path: Path, data: dict[str, Any]) -> LabelFile:
    points = np.asarray(data["Points"], np.float64)
    hidden = np.asarray(data["Occ"]).ravel()
    if points.ndim != 2 or points.shape[1] != 2 or len(hidden) != len(points):
        raise LabelError(f"{path.name}: Points {points.shape} and Occ {hidden.shape} do not fit.")
    points = points - 1
    check_positions(points, path.name)
    visibility = np.where(hidden > 0, OCCLUDED, VISIBLE).astype(np.int8)
    visibility[seen_where_placed(points) == ABSENT] = ABSENT
    number = path.stem.split("_")[0]
    notes = ["it names no photo: the number is that of a photo of COFW's test set"]
    face = LabelledFace(number, points, tight_box(points), visibility)
    return LabelFile("cofw68", PIXELS, [face], listed([number]), notes=notes, has_stems=True)


def _aflw(path: Path, data: dict[str, Any]) -> LabelFile:
    rows = np.asarray(data["data"], np.float64)
    boxes = np.asarray(data["bbox"], np.float64)
    if rows.ndim != 2 or rows.shape[1] != 2 * _AFLW_POINTS or boxes.shape != (len(rows), 4):
        raise LabelError(f"{path.name}: data {rows.shape} and bbox {boxes.shape} do not fit.")
    check_positions(rows, path.name)
    names = [str(np.asarray(cell).ravel()[0]) for cell in np.asarray(data["nameList"]).ravel()]
    if len(names) != len(rows):
        raise LabelError(f"{path.name}: {len(names)} names for {len(rows)} faces.")
    mask = np.asarray(data.get("mask_new", np.ones((len(rows), _AFLW_POINTS))))
    faces = []
    for name, row, (left, right, top, bottom), seen in zip(names, rows, boxes, mask, strict=True):
        points = np.stack([row[:_AFLW_POINTS], row[_AFLW_POINTS:]], -1)
        visibility = np.where(np.ravel(seen) > 0, VISIBLE, OCCLUDED).astype(np.int8)
        visibility[seen_where_placed(points) == ABSENT] = ABSENT
        faces.append(
            LabelledFace(name, points, (left, top, right - left, bottom - top), visibility)
        )
    return LabelFile("aflw", PIXELS, faces, listed(names))


def _cofw(path: Path) -> LabelFile:
    with opened(path, "a MATLAB file") as data:
        part, suffix = _cofw_part(data)
        if f"phis{suffix}" not in data:
            raise LabelError(f"{path.name} holds {', '.join(data)}: not COFW.")
        rows = table(data, f"phis{suffix}").astype(np.float64)
        boxes = table(data, f"bboxes{suffix}").astype(np.float64)
    # MATLAB stores columns first: h5py shows the transpose
    rows, boxes = _upright(rows, 3 * _COFW_POINTS), _upright(boxes, 4)
    if rows.shape[1:] != (3 * _COFW_POINTS,) or boxes.shape != (len(rows), 4):
        raise LabelError(f"{path.name}: phis {rows.shape} and bboxes {boxes.shape} do not fit.")
    check_positions(rows, path.name)
    faces = []
    for number, (row, (x, y, w, h)) in enumerate(zip(rows, boxes, strict=True), 1):
        points = np.stack([row[:_COFW_POINTS], row[_COFW_POINTS : 2 * _COFW_POINTS]], -1) - 1
        hidden = row[2 * _COFW_POINTS :] > 0
        visibility = np.where(hidden, OCCLUDED, VISIBLE).astype(np.int8)
        visibility[seen_where_placed(points) == ABSENT] = ABSENT
        faces.append(
            LabelledFace(f"{part}/{number:04d}.png", points, (x - 1, y - 1, w, h), visibility)
        )
    notes = ["the photos are inside the file; 'labeltool import PROJECT FILE' extracts them"]
    return LabelFile("cofw", PIXELS, faces, listed([f.photo for f in faces]), notes=notes)


def _cofw_part(data: h5py.File) -> tuple[str, str]:
    """Which part of COFW it is, and the suffix of its names."""
    return ("train", "Tr") if "phisTr" in data else ("test", "T")


def holds_photos(path: Path) -> bool:
    """Whether it is a file of COFW, with its photos inside."""
    return path.suffix.lower() == ".mat" and is_like(
        path, lambda data: f"Is{_cofw_part(data)[1]}" in data
    )


def photos_inside(path: Path) -> Iterator[tuple[str, int, Pixels]]:
    """The photos of a file of COFW, one at a time: name (as labels call it), how many there are,
    and pixels, (H, W, 3) RGB or (H, W) grey.

    Raises:
        LabelError: the file is damaged.
    """
    import h5py  # noqa: PLC0415

    with opened(path, "a MATLAB file of COFW") as data:
        part, suffix = _cofw_part(data)
        references = table(data, f"Is{suffix}").ravel()
        for number, reference in enumerate(references, 1):
            if not isinstance(reference, h5py.Reference):
                raise ValueError(f"Is{suffix} holds no photos")
            # MATLAB stores columns first: h5py shows the transpose
            pixels = content(data[reference], f"photo {number}").T
            is_photo = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
            if pixels.dtype != np.uint8 or not is_photo or not pixels.size:
                raise ValueError(f"photo {number} is {pixels.dtype} of shape {pixels.shape}")
            yield f"{part}/{number:04d}.png", len(references), np.ascontiguousarray(pixels)


def _upright(table: NDArray[np.float64], columns: int) -> NDArray[np.float64]:
    is_transposed = table.ndim == 2 and table.shape[0] == columns and table.shape[1] != columns
    return table.T if is_transposed else table


def _fits(path: Path, head: bytes) -> bool:
    return path.suffix.lower() == ".mat" or head.startswith(b"MATLAB ")


READER = FormatReader("mat", _fits, read)
