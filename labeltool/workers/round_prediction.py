"""The predictions of a round's network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, Message, UserError
from labeltool.exchange.mapping.landmark_map import between_schemes
from labeltool.rounds.run_folder import Event, RunFolder
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
    chunks = _Chunks(folder, detector.scheme)
    for face_id, face in _predicted(folder, detector, photos, progress):
        chunks.add(face_id, face)
    return chunks.end()


def predict_faces_with_other(
    folder: RunFolder,
    detector: Detector,
    scheme: Scheme,
    photos: RunPhotos,
    progress: RunProgress,
) -> dict[str, Any]:
    """Predict every face by a detector that may have other landmarks than the project's `scheme`.

    Nothing is offered before all is there, for a detector of others may fail at any face. Returns
    the results: `chunks`, the names of the files, and `not_found`, how many faces the detector did
    not find.

    Raises:
        UserError: its landmarks are not those of the scheme.
        PluginError, OnnxError: it fails.
    """
    mapping = between_schemes(detector.scheme, scheme)
    unknown = sum(not group for group in mapping.sources)
    if unknown:
        reason = Message(
            N_("The detector knows {count} of {total} landmarks; the others are left open."),
            count=scheme.count - unknown, total=scheme.count,
        )  # fmt: skip
        folder.report(Event("notice", "predict", reason=reason))
    chunks, not_found = _Chunks(folder, scheme, is_offered=False), 0
    for face_id, face in _predicted(folder, detector, photos, progress):
        if not face.is_found:
            not_found += 1
            continue
        points = mapping.points(face.points)
        none = np.zeros((scheme.count, 0, 2))
        scores, spread = mapping.scores(face.scores), mapping.scores(face.spread)
        chunks.add(
            face_id, FaceLandmarks(points, points, none, spread, scores, face.score, face.box)
        )
    return {"chunks": chunks.end(), "not_found": not_found}


def _predicted(
    folder: RunFolder, detector: Detector, photos: RunPhotos, progress: RunProgress
) -> Iterator[tuple[int, FaceLandmarks]]:
    """Every face that can be used, by id.

    Raises:
        UserError: there are faces, and none can be used.
    """
    faces = folder.tables.faces()
    done = 0

    def on_batch(count: int) -> None:
        nonlocal done
        done += count
        progress.report(done)

    for index, face in predict_table(detector, faces, photos, on_batch=on_batch):
        yield int(faces.ids[index]), face
    if len(faces.ids) and not done:
        raise UserError(
            N_("None of the photos with faces can be used: {reason}."),
            N_("Put them back, or point the project to where they are now."),
            reason=photos.example(),
        )


class _Chunks:
    """Writes predictions in files of a run folder; `is_offered`: each may be offered at once."""

    def __init__(self, folder: RunFolder, scheme: Scheme, *, is_offered: bool = True) -> None:
        self._folder, self._scheme, self._is_offered = folder, scheme, is_offered
        self._ids: list[int] = []
        self._found: list[FaceLandmarks] = []
        self._names: list[str] = []

    def add(self, face_id: int, face: FaceLandmarks) -> None:
        """Add a prediction."""
        self._ids.append(face_id)
        self._found.append(face)
        # the first chunks are small, so that reviewing can begin at once
        if len(self._ids) >= min(FACES_PER_CHUNK, 32 << len(self._names)):
            self._flush()

    def end(self) -> list[str]:
        """Write what is left; returns the names of all files."""
        if self._ids:
            self._flush()
        return self._names

    def _flush(self) -> None:
        name, found = f"predictions-{len(self._names):05d}.npz", self._found
        size = np.sqrt([f.box[2] * f.box[3] for f in found])
        self._folder.write_predictions(
            name,
            is_offered=self._is_offered,
            faces=np.array(self._ids, np.int64),
            points=np.stack([f.points for f in found]),
            scores=np.stack([f.scores for f in found]).astype(np.float32),
            score=np.array([f.score for f in found]),
            spread=np.array([f.spread.mean() for f in found]) / size,
            **error_columns(found, self._scheme),
        )
        self._names.append(name)
        self._ids.clear()
        self._found.clear()


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
