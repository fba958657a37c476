"""From photos and boxes to landmarks by a network that sees one crop of each face. No torch."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.signals import measure, predicted_norm, sharpness
from pipnet.data.boxes import Box, overlap, tight_box
from pipnet.data.crop import cut
from pipnet.inference.base import Detector, checked_image
from pipnet.inference.results import FaceLandmarks
from pipnet.models.decoding import Landmarks, face_score


class CropDetector(Detector):
    """What a detector does around a network whose input is a square crop of one face."""

    @abstractmethod
    def predict_crops(self, crops: NDArray[np.uint8]) -> Landmarks:
        """Landmarks of network inputs (B, S, S, 3), RGB, in crop units, not adjusted."""

    def _predict_part(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box],
        kinds: Sequence[str],
        mirror: bool,
    ) -> list[FaceLandmarks]:
        """What `predict_batch` returns, of so many faces as are predicted at once."""
        convention = self.convention
        landmark_boxes = [
            convention.landmark_box(box, kind) for box, kind in zip(boxes, kinds, strict=True)
        ]
        areas = [convention.area(box, kind) for box, kind in zip(boxes, kinds, strict=True)]
        found = self._pass(images, areas, mirror)
        first = np.full_like(found.points, np.nan)
        rough = [i for i, kind in enumerate(kinds) if kind not in ("landmarks", "crop")]
        rough = rough if convention.around == "landmarks" else []
        again = [i for i in rough if overlap(tight_box(found.points[i]), landmark_boxes[i]) > 0.2]
        if again:
            first[again] = found.points[again]
            closer = self._pass(
                [images[i] for i in again],
                [convention.crop_box(tight_box(found.points[i])) for i in again],
                mirror,
            )
            found.replace(again, closer)
        if self.adjustment is not None:
            # last: crops, and means with mirror images, are of what the network itself predicts
            moves = self.adjustment.apply(found.points) - found.points
            found.move(moves)
            first += moves
        return self._faces(found, first, boxes)

    def _pass(
        self, images: Sequence[NDArray[np.uint8]], areas: Sequence[Box], mirror: bool
    ) -> _Found:
        """The landmarks of crop areas."""
        crops = np.stack(
            [
                cut(checked_image(image), area, self.convention)
                for image, area in zip(images, areas, strict=True)
            ]
        )
        result = self.predict_crops(crops)
        points, flip = result.points, self.scheme.flip_table
        if mirror and flip is not None:
            mirrored = self.predict_crops(np.ascontiguousarray(crops[:, :, ::-1])).points
            points = (points + (mirrored * [-1, 1] + [1, 0])[:, flip]) / 2
        corner, size = np.split(np.array(areas, np.float64), 2, axis=1)  # (B, 2)
        origin, scale = corner[:, None], size[:, None]
        return _Found(
            points * scale + origin,
            result.own * scale + origin,
            result.votes * scale[:, None] + origin[:, None],
            result.spread() * np.sqrt(size.prod(1))[:, None],
            result.scores,
            sharpness(crops),
        )

    def _faces(
        self, found: _Found, first: NDArray[np.float64], boxes: Sequence[Box]
    ) -> list[FaceLandmarks]:
        """The faces with their expected errors, as far as there is a calibration."""
        signals = measure(
            found.points, found.own, found.votes, found.scores, first, found.sharpness, self.scheme
        )
        errors = radius = face_errors = None
        if self._error_model is not None:
            norm = predicted_norm(found.points, self.scheme)[:, None]
            shares = self._error_model.expected(signals)
            errors, radius = shares * norm, self._error_model.factor * shares * norm
            face_errors = self._error_model.face_error(signals)
        scores = face_score(found.scores)
        return [
            FaceLandmarks(
                found.points[i], found.own[i], found.votes[i], found.spread[i], found.scores[i],
                float(scores[i]), box, signals[i],
                None if errors is None else errors[i],
                None if radius is None else radius[i],
                None if face_errors is None else float(face_errors[i]),
            )
            for i, box in enumerate(boxes)
        ]  # fmt: skip


@dataclass(slots=True, eq=False)
class _Found:
    """The landmarks of B crops in pixels of their photos, as in `FaceLandmarks`, batched.

    `sharpness` (B,): see `pipnet.calibration.signals.sharpness`.
    """

    points: NDArray[np.float64]
    own: NDArray[np.float64]
    votes: NDArray[np.float64]
    spread: NDArray[np.float64]
    scores: NDArray[np.float64]
    sharpness: NDArray[np.float64]

    def replace(self, index: Sequence[int], other: _Found) -> None:
        """Put the rows of `other` at these places."""
        for name in self.__slots__:
            getattr(self, name)[list(index)] = getattr(other, name)

    def move(self, moves: NDArray[np.float64]) -> None:
        """Move the landmarks by (B, N, 2) with what votes for them, so that these disagree as they
        did."""
        self.points = self.points + moves
        self.own = self.own + moves
        self.votes = self.votes + moves[:, :, None]
