"""The predictions of a round's network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, UserError
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import FaceTable
from labeltool.workers.run_photos import RunPhotos
from labeltool.workers.run_progress import RunProgress
from pipnet.calibration.signals import predicted_norm
from pipnet.data.boxes import Box
from pipnet.data.scheme import Scheme
from pipnet.inference.base import Detector
from pipnet.inference.pipeline import PhotoRequest, predict_photos
from pipnet.inference.results import FaceLandmarks

FACES_PER_CHUNK = 256
"""Faces in one predictions file."""


def predict_faces(
    folder: RunFolder,
    detector: Detector,
    photos: RunPhotos,
    progress: RunProgress,
) -> list[str]:
    """Predict every face and write the results in chunks; returns their names. They have expected
    errors if the detector has an error model."""
    faces = folder.tables.faces()
    done, total = 0, len(faces.ids)
    ids: list[int] = []
    found: list[FaceLandmarks] = []
    chunks: list[str] = []

    def flush() -> None:
        if not ids:
            return
        name = f"predictions-{len(chunks):05d}.npz"
        size = np.sqrt([f.box[2] * f.box[3] for f in found])
        folder.write_predictions(
            name,
            faces=np.array(ids, np.int64),
            points=np.stack([f.points for f in found]),
            scores=np.stack([f.scores for f in found]).astype(np.float32),
            score=np.array([f.score for f in found]),
            spread=np.array([f.spread.mean() for f in found]) / size,
            **error_columns(found, detector.scheme),
        )
        chunks.append(name)
        ids.clear()
        found.clear()

    def on_batch(count: int) -> None:
        nonlocal done
        done += count
        progress.report(done)

    for index, face in predict_table(detector, faces, photos, on_batch=on_batch):
        ids.append(int(faces.ids[index]))
        found.append(face)
        # the first chunks are small, so that reviewing can begin at once
        if len(ids) >= min(FACES_PER_CHUNK, 32 << len(chunks)):
            flush()
    flush()
    if total and not done:
        raise UserError(
            N_("None of the photos with faces can be used: {reason}."),
            N_("Put them back, or point the project to where they are now."),
            reason=photos.example(),
        )
    return chunks


def error_columns(
    found: Sequence[FaceLandmarks], scheme: Scheme, *, of_faces: bool = True
) -> dict[str, NDArray[Any]]:
    """The columns `errors` (F, N), float32, and `error` (F,) of some faces, shares of the norm;
    none without an error model. `of_faces`: with `error`."""
    if any(face.errors is None for face in found):
        return {}
    norm = predicted_norm(np.stack([face.points for face in found]), scheme)
    errors = np.stack([face.errors for face in found if face.errors is not None])
    columns: dict[str, NDArray[Any]] = {"errors": (errors / norm[:, None]).astype(np.float32)}
    return columns | ({"error": np.array([face.error for face in found])} if of_faces else {})


def predict_table(
    detector: Detector,
    faces: FaceTable,
    photos: RunPhotos,
    *,
    mirror: bool = False,
    on_batch: Callable[[int], object] = lambda faces: None,
) -> Iterator[tuple[int, FaceLandmarks]]:
    """Yield the landmarks of the faces whose photos can be used, each with its place in the table.

    Args:
        mirror: see `Detector.predict_batch`.
        on_batch: called with the number of faces after each run of the network; an exception ends
            the prediction.
    """
    requests, faces_of = _requests(faces, photos)
    results = predict_photos(detector, requests, mirror=mirror, on_batch=on_batch)
    for result, indices in zip(results, faces_of, strict=True):
        if result.error is not None:
            photos.skip(result.error)
            continue
        yield from zip(indices.tolist(), result.faces, strict=True)


def _requests(
    faces: FaceTable, photos: RunPhotos
) -> tuple[list[PhotoRequest], list[NDArray[np.int64]]]:
    """A request for each photo with faces, and the indices of its faces in the table."""
    order = np.argsort(faces.photos, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(faces.photos[order])) + 1)
    groups = [group for group in groups if len(group)]
    requests = []
    for group in groups:
        boxes: list[tuple[Box, str]] = [
            (tuple(faces.boxes[index]), str(faces.kinds[index])) for index in group
        ]
        place = int(faces.photos[group[0]])
        requests.append(
            PhotoRequest(photos.files[place], partial(_given, boxes), photos.sizes[place])
        )
    return requests, groups


def _given(boxes: list[tuple[Box, str]], _image: NDArray[np.uint8]) -> list[tuple[Box, str]]:
    return boxes
