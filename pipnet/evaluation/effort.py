"""How many landmarks a person would have to drag, counted with a simulated annotator.

The annotator moves the landmark that is off most exactly to its true place, again and again, until
every landmark is within the tolerance. Points of a contour are measured to the contour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.residuals import ResidualModel
from pipnet.data.boxes import Box, tight_box
from pipnet.data.sample import Sample
from pipnet.data.scheme import Scheme, norm_distance
from pipnet.evaluation.evaluate import box_of
from pipnet.evaluation.metrics import curve_errors
from pipnet.inference.base import Detector
from pipnet.inference.face_detection import FaceDetector
from pipnet.inference.pipeline import PhotoRequest, predict_photos

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Effort:
    """Drags of F faces; `missed` more had no box, or a photo that cannot be read.

    `plain` (F,): each drag moves one landmark. `assisted` (F,): the others follow by a residual
    model; None without one. `scratch` (F,): each drag moves one landmark, and all start from the
    mean face of the model, which is placed into the box that the landmarks are expected in; None
    without a model.
    """

    plain: NDArray[np.int64]
    assisted: NDArray[np.int64] | None
    scratch: NDArray[np.int64] | None
    tolerance: float
    missed: int

    def summary(self) -> dict[str, Any]:
        """Figures for scripts: means over the faces, the share of untouched ones, 0 to 1."""

        def mean(drags: NDArray[np.int64] | None) -> float | None:
            return None if drags is None else round(float(drags.mean()), 3)

        return {
            "faces": len(self.plain),
            "missed": self.missed,
            "tolerance": round(self.tolerance * 100, 6),
            "untouched": round(float((self.plain == 0).mean()), 4),
            "drags_plain": mean(self.plain),
            "drags_assisted": mean(self.assisted),
            "drags_scratch": mean(self.scratch),
        }


def measure_effort(
    detector: Detector,
    samples: Sequence[Sample],
    tolerance: float,
    model: ResidualModel | None,
    face_detector: FaceDetector | None = None,
) -> Effort:
    """Predict the landmarks of every sample, and count the drags to the true ones.

    Args:
        samples: faces with all their landmarks; others count as missed.
        tolerance: by how much a landmark may be off, a share of the scheme's norm.
        model: how other landmarks follow a drag, or None.
        face_detector: finds the boxes to predict by; None takes the boxes of the true landmarks.

    Raises:
        ValueError: no face could be measured.
    """
    scheme, convention = detector.scheme, detector.convention
    whole = [
        item
        for item in samples
        if np.isfinite(item.points).all() and norm_distance(item.points[None], scheme)[0] > 0
    ]
    requests = (
        PhotoRequest(item.image, partial(box_of, item, convention, face_detector), item.size)
        for item in whole
    )
    plain, assisted, scratch = list[int](), list[int](), list[int]()
    for item, found in zip(whole, predict_photos(detector, requests), strict=True):
        if not (found.faces and found.faces[0].is_found):
            continue
        points, box = found.faces[0].points, found.faces[0].box
        plain.append(count_drags(points, item.points, scheme, tolerance))
        if model is not None:
            assisted.append(count_drags(points, item.points, scheme, tolerance, model))
            expected = tight_box(item.points)
            if face_detector is not None:
                expected = convention.landmark_box(box, "detected")
            start = into_box(model.mean, expected)
            scratch.append(count_drags(start, item.points, scheme, tolerance))
    if not plain:
        raise ValueError(f"none of {len(samples)} faces could be measured")
    return Effort(
        np.array(plain),
        None if model is None else np.array(assisted),
        None if model is None else np.array(scratch),
        tolerance,
        len(samples) - len(plain),
    )


def count_drags(
    points: Floats,
    truth: Floats,
    scheme: Scheme,
    tolerance: float,
    model: ResidualModel | None = None,
) -> int:
    """How many landmarks the annotator moves until all of a face are within the tolerance.

    Args:
        points, truth: (N, 2) pixels, all placed.
        tolerance: a share of the scheme's norm.
        model: by which the landmarks that were not moved follow each drag; None: they stay.
    """
    now, touched = points.copy(), list[int]()
    while len(touched) < scheme.count:
        errors = curve_errors(now[None], truth[None], scheme)[0]
        errors[touched] = 0  # they are in their place, and are not moved again
        worst = int(errors.argmax())
        if errors[worst] <= tolerance:
            break
        if model is not None:
            move = truth[worst] - now[worst]
            now = now + (model.response(now, touched, [worst]) @ move).reshape(-1, 2)
        now[worst] = truth[worst]
        touched.append(worst)
    return len(touched)


def into_box(shape: Floats, box: Box) -> Floats:
    """A shape (N, 2) moved and scaled, width and height alike, so that it fills a box as well as
    its own proportions allow."""
    x, y, w, h = tight_box(shape)
    scale = float(np.sqrt(box[2] * box[3] / (w * h)))
    centre = np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])
    placed: Floats = (shape - [x + w / 2, y + h / 2]) * scale + centre
    return placed
