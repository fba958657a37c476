"""Checks the faces of a project that are new, or changed since they were checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labeltool.checks.check_faces import CheckedFaces, Checker
from labeltool.checks.shape_model import MAX_SHAPE_FACES, MIN_SHAPE_FACES
from labeltool.domain import Changes, Progress, no_progress
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.store import Store
from labeltool.store.faces.finding_records import FaceToCheck
from pipnet.data.crop import CropConvention

CHUNK_PHOTOS = 200
"""Photos whose faces are checked at once: some megabytes, and a write of some milliseconds."""

ENOUGH_LABELS = 300
"""From so many labels on, what is usual is learned from them alone; else from proposals too."""


class FaceChecks:
    """Keeps the findings of a project up to date. What is usual for a face is learned when it is
    first needed, and again each time the faces to learn from have doubled."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._checker: Checker | None = None
        self._basis = -1

    @property
    def checker(self) -> Checker | None:
        """The checks with what is usual for this project; None before the first run."""
        return self._checker

    def run(
        self, progress: Progress = no_progress, limit: int | None = None
    ) -> tuple[Changes, int]:
        """Check the faces that have to be, of up to `limit` photos.

        Returns the faces whose findings changed, and how many photos are left. What was done stays
        if `progress` raises Cancelled.
        """
        self._learn()
        everything = self._store.trust.findings.unchecked(self._basis)
        photos = everything[:limit]
        faces = set[int]()
        progress(0, len(photos))
        for start in range(0, len(photos), CHUNK_PHOTOS):
            faces |= self._check(photos[start : start + CHUNK_PHOTOS].tolist())
            progress(min(start + CHUNK_PHOTOS, len(photos)), len(photos))
        return Changes(faces=frozenset(faces)), len(everything) - len(photos)

    def _check(self, photos: Sequence[int]) -> frozenset[int]:
        assert self._checker is not None
        faces = self._store.trust.findings.of_photos(photos)
        count = self._store.scheme.count
        fitting = [face for face in faces if face.points.shape == (count, 2)]
        found = self._checker.check(as_arrays(fitting, count))
        with self._store.background_write():
            return self._store.trust.findings.save(faces, found, self._basis).faces

    def _learn(self) -> None:
        labels = self._store.trust.findings.count_labels()
        basis = _basis(labels)
        if self._checker is not None and basis <= self._basis:
            return
        points = self._store.trust.findings.sample_labels(MAX_SHAPE_FACES)
        if labels < ENOUGH_LABELS:
            more = self._store.trust.findings.sample_proposals(
                MAX_SHAPE_FACES - len(points), MEAN_FACE
            )
            points += more
            basis = max(basis, _basis(min(len(points), ENOUGH_LABELS)))
        if self._checker is not None and basis <= self._basis:
            return
        count = self._store.scheme.count
        fitting = [each for each in points if each.shape == (count, 2)]
        stacked = np.stack(fitting) if fitting else np.zeros((0, count, 2))
        self._checker, self._basis = Checker.learned(stacked, self._store.scheme), basis


def _basis(faces: int) -> int:
    """0 for too few faces to learn from, then one more for each doubling."""
    return 0 if faces < MIN_SHAPE_FACES else int(np.log2(faces / MIN_SHAPE_FACES)) + 1


def as_arrays(faces: Sequence[FaceToCheck], count: int) -> CheckedFaces:
    """Faces of `count` landmarks as the checks take them."""
    convention = CropConvention()
    boxes = np.full((len(faces), 4), np.nan)
    stated = np.full((len(faces), count), 2, np.int8)
    for row, face in enumerate(faces):
        if face.box_kind in ("landmarks", "detected", "hand"):
            boxes[row] = convention.landmark_box(face.box, face.box_kind)
        if face.visibility is not None:
            stated[row] = face.visibility
    return CheckedFaces(
        np.array([face.id for face in faces], np.int64),
        np.array([face.photo_id for face in faces], np.int64),
        np.stack([face.points for face in faces]) if faces else np.zeros((0, count, 2)),
        np.array([face.photo_size for face in faces], np.float64).reshape(-1, 2),
        boxes, stated, np.array([face.visibility is not None for face in faces], bool),
    )  # fmt: skip
