"""The results of a detector: landmarks to draw or to convert to plain values. No torch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import cv2
import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import CocoAnnotation, CocoCategory, CocoFile, CocoImage, coco_text
from pipnet.data.images import ImageError, read_image
from pipnet.data.scheme import Scheme

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

_POINT_COLOUR = (64, 224, 96)
_OUTLINE_COLOUR = (0, 0, 0)
_EDGE_COLOUR = (255, 255, 255)
_FACE_SIZES_PER_RADIUS = 90
"""The radius of a drawn point is the face's size divided by this."""
_SUBPIXEL_BITS = 4


@dataclass(frozen=True, slots=True, eq=False)
class FaceLandmarks:
    """The landmarks of one face, in pixels of the upright image.

    `points` (N, 2): the landmarks, averaged from their own predictions, `own` (N, 2), and those of
    their neighbours, `votes` (N, M, 2); an adjustment of the network moves all three alike.
    `spread` (N,): root mean square distance of the votes from the point, pixels. `scores` (N,):
    maximum of each score map, about 0 to 1. `score`: of the face, 0 to 1. `box`: the x, y, width,
    height that the prediction was requested for.

    `signals` (N, K): what the prediction says of its own error, see `pipnet.calibration.signals`.
    Of a detector with a calibration, else None: `errors` (N,), expected errors in pixels; `radius`
    (N,), of circles in pixels that hold the truth 90 % of the time; `error`, expected mean error of
    the face, share of the scheme's norm of these points. Points of a contour are measured to the
    contour.
    """

    points: Floats
    own: Floats
    votes: Floats
    spread: Floats
    scores: Floats
    score: float
    box: Box
    signals: Floats | None = None
    errors: Floats | None = None
    radius: Floats | None = None
    error: float | None = None

    @property
    def is_found(self) -> bool:
        """False if a detector that finds faces itself found none in the box: then all points are
        NaN."""
        return bool(np.isfinite(self.points).any())

    def to_dict(self) -> dict[str, Any]:
        """Plain values that `json` writes: box, points, scores, score, spread; and with a
        calibration errors, radius, error."""
        row: dict[str, Any] = {
            "box": [float(value) for value in self.box],
            "points": self.points.tolist(),
            "scores": self.scores.tolist(),
            "score": self.score,
            "spread": self.spread.tolist(),
        }
        if self.errors is not None and self.radius is not None:
            row |= {
                "errors": self.errors.tolist(),
                "radius": self.radius.tolist(),
                "error": self.error,
            }
        return row


@dataclass(frozen=True, slots=True, eq=False)
class PhotoLandmarks(Sequence[FaceLandmarks]):
    """The faces of one photo, in the order of their boxes; or `error`, why it was not read.

    `photo`: its file, None for an array. `image`: (H, W, 3) uint8 RGB, kept for arrays only.
    """

    scheme: Scheme
    photo: Path | None
    faces: tuple[FaceLandmarks, ...] = ()
    error: ImageError | None = None
    image: Pixels | None = None

    @property
    def problem(self) -> str | None:
        """Why the photo was not read, as a phrase that begins with its path; None if it was."""
        return None if self.error is None else f"{self.error.path} {self.error.reason}"

    @overload
    def __getitem__(self, index: int) -> FaceLandmarks: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[FaceLandmarks, ...]: ...
    def __getitem__(self, index: int | slice) -> FaceLandmarks | tuple[FaceLandmarks, ...]:
        return self.faces[index]

    def __len__(self) -> int:
        return len(self.faces)

    def __iter__(self) -> Iterator[FaceLandmarks]:
        return iter(self.faces)

    def draw(self, image: Pixels | None = None) -> Pixels:
        """The photo with every landmark and edge on it: a new array, (H, W, 3) uint8 RGB.

        Args:
            image: what to draw on instead of the photo, of the same size.

        Raises:
            ImageError: the photo cannot be read any more.
        """
        drawn = np.array(self._pixels() if image is None else image)
        for face in self.faces:
            _draw_face(drawn, face.points, self.scheme.edges)
        return drawn

    def to_dict(self) -> dict[str, Any]:
        """Plain values that `json` writes: photo, scheme, landmark names, faces, problem."""
        return {
            "photo": None if self.photo is None else str(self.photo),
            "scheme": self.scheme.name,
            "names": list(self.scheme.names),
            "faces": [face.to_dict() for face in self.faces],
            "problem": self.problem,
        }

    def to_coco(self) -> dict[str, Any]:
        """A COCO keypoint data set of this one photo, each face an annotation with its score.

        Raises:
            ImageError: the photo cannot be read any more.
        """
        height, width = self._pixels().shape[:2]
        name = "image" if self.photo is None else self.photo.name
        visible = np.full(self.scheme.count, 2, np.int8)
        file = CocoFile(
            images=(CocoImage(1, name, width, height),),
            categories=(CocoCategory(1, "face", self.scheme.names, self.scheme.edges),),
            annotations=tuple(
                CocoAnnotation(
                    number, 1, 1, face.points, visible, tight_box(face.points), face.score
                )
                for number, face in enumerate(self.faces, 1)
            ),
        )
        return dict(json.loads("".join(coco_text(file))))

    def _pixels(self) -> Pixels:
        if self.image is not None:
            return self.image
        assert self.photo is not None
        return read_image(self.photo)


def _draw_face(image: Pixels, points: Floats, edges: Sequence[tuple[int, int]]) -> None:
    """Edges as thin lines, points as discs with a dark outline; sizes follow the face's size."""
    size = float(np.ptp(points, axis=0).max())
    radius = max(1.0, size / _FACE_SIZES_PER_RADIUS)
    places = np.rint(points * 2**_SUBPIXEL_BITS).astype(int)
    width = max(1, round(radius / 2))
    for first, second in edges:
        a, b = places[first].tolist(), places[second].tolist()
        cv2.line(image, a, b, _EDGE_COLOUR, width, cv2.LINE_AA, _SUBPIXEL_BITS)
    for scale, colour in ((1.5, _OUTLINE_COLOUR), (1.0, _POINT_COLOUR)):
        length = round(radius * scale * 2**_SUBPIXEL_BITS)
        for place in places.tolist():
            cv2.circle(image, place, length, colour, cv2.FILLED, cv2.LINE_AA, _SUBPIXEL_BITS)
