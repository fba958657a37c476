"""From photos and boxes to landmarks, whatever runs the network. No torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipnet.crop import Box, CropConvention, cut, overlap, tight_box
from pipnet.decode import Landmarks, face_score
from pipnet.faces import FaceFinder, face_finder
from pipnet.scheme import Scheme

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FaceLandmarks:
    """The landmarks of one face, in pixels of the upright image.

    `points`, `own` (N, 2): merged and the landmark's own point. `votes` (N, M, 2): what neighbours
    say. `spread` (N,): root mean square distance of the votes from the point, pixels. `scores`
    (N,): raw best map value, may leave 0..1. `score`: the face's, 0 to 1. `box`: what it was asked
    for.
    """

    points: Floats
    own: Floats
    votes: Floats
    spread: Floats
    scores: Floats
    score: float
    box: Box


class CropDetector(ABC):
    """What every detector does around its network: boxes, crops, frames.

    `scheme`: the landmarks. `convention`: how a box becomes the network's input. `finder`: finds
    faces where no boxes are given; the default detector if None.
    """

    def __init__(
        self, scheme: Scheme, convention: CropConvention, finder: FaceFinder | None = None
    ) -> None:
        self.scheme, self.convention = scheme, convention
        self._finder = finder

    @abstractmethod
    def predict_crops(self, crops: NDArray[np.uint8]) -> Landmarks:
        """Landmarks of network inputs (B, S, S, 3), RGB, in crop units."""

    def predict(
        self, image: NDArray[np.uint8], boxes: Sequence[Box] | None = None, kind: str = "detected"
    ) -> list[FaceLandmarks]:
        """Landmarks of one photo's faces.

        Args:
            image: upright RGB, (H, W, 3) uint8.
            boxes: image pixels; found by the face detector if None.
            kind: where the boxes come from, one of `pipnet.crop.BOX_KINDS`.

        Raises:
            ValueError: the image is not (H, W, 3) uint8.
        """
        if boxes is None:
            self._finder = self._finder or face_finder()
            boxes, kind = [face.box for face in self._finder(_checked(image))], "detected"
        return self.predict_batch([image] * len(boxes), boxes, [kind] * len(boxes))

    def predict_batch(
        self, images: Sequence[NDArray[np.uint8]], boxes: Sequence[Box], kinds: Sequence[str]
    ) -> list[FaceLandmarks]:
        """Landmarks of B faces, each with its own photo, box and kind of box.

        A box that does not come from landmarks only says roughly where the face is, so the face is
        cropped a second time around the landmarks that the first crop gave. A box that is the crop
        itself is taken as it is.
        """
        if len(boxes) == 0:
            return []
        convention = self.convention
        landmark_boxes = [
            convention.landmark_box(box, kind) for box, kind in zip(boxes, kinds, strict=True)
        ]
        areas = [convention.area(box, kind) for box, kind in zip(boxes, kinds, strict=True)]
        found = self._pass(images, areas)
        rough = [i for i, kind in enumerate(kinds) if kind not in ("landmarks", "crop")]
        again = [i for i in rough if overlap(tight_box(found[i].points), landmark_boxes[i]) > 0.2]
        if again:
            closer = self._pass(
                [images[i] for i in again],
                [convention.crop_box(tight_box(found[i].points)) for i in again],
            )
            for i, face in zip(again, closer, strict=True):
                found[i] = face
        return [
            FaceLandmarks(f.points, f.own, f.votes, f.spread, f.scores, f.score, box)
            for f, box in zip(found, boxes, strict=True)
        ]

    def _pass(
        self, images: Sequence[NDArray[np.uint8]], areas: Sequence[Box]
    ) -> list[FaceLandmarks]:
        """The landmarks of crop areas, which stand in for the boxes."""
        crops = np.stack(
            [
                cut(_checked(image), area, self.convention)
                for image, area in zip(images, areas, strict=True)
            ]
        )
        result = self.predict_crops(crops)
        spread, scores = result.spread(), face_score(result.scores)
        faces = []
        for i, (x, y, w, h) in enumerate(areas):
            origin = np.array([x, y])
            size = np.array([w, h])
            faces.append(
                FaceLandmarks(
                    result.points[i] * size + origin,
                    result.own[i] * size + origin,
                    result.votes[i] * size + origin,
                    spread[i] * float(np.sqrt(w * h)),
                    result.scores[i],
                    float(scores[i]),
                    areas[i],
                )
            )
        return faces


def _checked(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            f"an image must be (height, width, 3) of uint8, not {image.shape} of {image.dtype}"
        )
    return image
