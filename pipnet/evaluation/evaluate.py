"""Measure a detector on labelled faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, overlap, tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.sample import Sample
from pipnet.data.scheme import Scheme
from pipnet.evaluation.error_figures import ErrorFigures, Estimates, error_figures
from pipnet.evaluation.metrics import (
    auc,
    ced,
    curve_errors,
    failure_rate,
    norm_distance,
    point_errors,
)
from pipnet.inference.base import Detector
from pipnet.inference.face_detection import FaceDetector
from pipnet.inference.pipeline import PhotoRequest, predict_photos
from pipnet.inference.results import FaceLandmarks


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Errors on F faces, normalised by the scheme's pair; `missed` more had no box.

    `unreadable`: a sentence for each face that was left out because its photo cannot be read.
    `unmeasured`: photos of the faces that are in no figure, for their norm is 0 or unlabelled.

    `errors`, `curve` (F, N): per landmark, plain and measured to curves, NaN where unlabelled.
    `estimates`: what the predictions say of these errors, None for points of unknown origin.
    `rows`: which of the given faces the F are, by place; empty for points of unknown origin.
    """

    errors: NDArray[np.float64]
    curve: NDArray[np.float64]
    missed: int
    regions: dict[str, tuple[int, ...]]
    names: tuple[str, ...]
    norm: str
    unreadable: tuple[str, ...] = ()
    unmeasured: tuple[Path, ...] = ()
    estimates: Estimates | None = None
    rows: tuple[int, ...] = ()

    @staticmethod
    def of_points(
        found: NDArray[np.float64],
        truth: NDArray[np.float64],
        scheme: Scheme,
        norm: str | None = None,
        *,
        missed: int = 0,
        unreadable: tuple[str, ...] = (),
        unmeasured: tuple[Path, ...] = (),
        estimates: Estimates | None = None,
        rows: tuple[int, ...] = (),
    ) -> Evaluation:
        """Compare landmarks (F, N, 2) that were found with true ones, whose norm must not be 0.

        Args:
            norm: see `pipnet.data.scheme.norm_distance`.

        Raises:
            ValueError: the scheme does not have that norm.
        """
        return Evaluation(
            point_errors(found, truth, scheme, norm),
            curve_errors(found, truth, scheme, norm),
            missed, dict(scheme.regions), scheme.names, _norm_name(scheme, norm),
            unreadable, unmeasured, estimates, rows,
        )  # fmt: skip

    def error_figures(self) -> ErrorFigures | None:
        """How well the predictions tell these errors, with contour points measured to the contour;
        None without a calibration."""
        told = self.estimates
        if told is None or told.errors is None or told.radius is None or told.face_errors is None:
            return None
        return error_figures(self.curve, told.errors, told.radius, told.face_errors)

    def summary(self) -> dict[str, Any]:
        """Figures for people and scripts; NME, curve NME and failure rate in percent.

        A missed face counts as a failure and not in the means; one whose photo cannot be read
        nowhere but in `unreadable`.
        """
        everyone = self._nmes()
        return {
            "faces": len(everyone),
            "missed": self.missed,
            "unreadable": len(self.unreadable),
            "nme": _percent(float(self.nme_per_face().mean())),
            "nme_curve": _percent(float(np.nanmean(self.curve, axis=1).mean())),
            "fr10": _percent(failure_rate(everyone)),
            "auc10": round(auc(everyone), 4),
            "norm": self.norm,
        }

    def nme_per_face(self) -> NDArray[np.float64]:
        """NME of each measured face, (F,), a fraction."""
        result: NDArray[np.float64] = np.nanmean(self.errors, axis=1)
        return result

    def _nmes(self) -> NDArray[np.float64]:
        """NME of each face; a missed one's is infinite."""
        return np.concatenate([self.nme_per_face(), np.full(self.missed, np.inf)])

    def ced(self) -> list[tuple[float, float]]:
        """Cumulative error distribution: NME, and the share of faces up to it."""
        bins, shares = ced(self._nmes())
        return [
            (round(float(error), 6), round(float(share), 6))
            for error, share in zip(bins, shares, strict=True)
        ]

    def per_point(self) -> dict[str, float | None]:
        """NME of each landmark by name, in percent; None where it is never labelled."""
        return {
            name: _percent(float(np.nanmean(part))) if np.isfinite(part).any() else None
            for name, part in zip(self.names, self.errors.T, strict=True)
        }

    def per_region(self) -> dict[str, float]:
        """NME of each region of the scheme that has labels, in percent."""
        errors = {name: self.errors[:, list(index)] for name, index in self.regions.items()}
        return {
            name: _percent(float(np.nanmean(part)))
            for name, part in errors.items()
            if np.isfinite(part).any()
        }


_NO_VOTES = np.zeros((0, 0, 2))
"""Instead of a face's votes, which need much memory for many faces."""


def _norm_name(scheme: Scheme, norm: str | None) -> str:
    """What errors are divided by, for people."""
    return norm or ("box" if scheme.nme_pair is None else "{}-{}".format(*scheme.nme_pair))


def _percent(value: float) -> float:
    return round(float(value) * 100, 3)


def match_box(truth: Box, found: Sequence[Box]) -> int | None:
    """Which found landmark box is this face: the one of most overlap, at least 0.3."""
    scores = [overlap(truth, box) for box in found]
    best = int(np.argmax(scores)) if scores else -1
    return best if best >= 0 and scores[best] >= 0.3 else None


def box_of(
    item: Sample,
    convention: CropConvention,
    face_detector: FaceDetector | None,
    image: NDArray[np.uint8],
) -> list[tuple[Box, str]]:
    """The box to predict a sample's face by; none if the face detector does not find it."""
    box = tight_box(item.points)
    if face_detector is None:
        return [(box, "landmarks")]
    boxes = [face.box for face in face_detector(image)]
    match = match_box(box, [convention.landmark_box(found, "detected") for found in boxes])
    return [] if match is None else [(boxes[match], "detected")]


def evaluate(
    detector: Detector,
    samples: Sequence[Sample],
    face_detector: FaceDetector | None = None,
    *,
    norm: str | None = None,
    units: str = "image",
    scheme: Scheme | None = None,
) -> Evaluation:
    """Predict every sample and compare.

    With `face_detector` the boxes are detected, and matched to each face by overlap; without, they
    are the tight boxes of the labels. Faces whose errors nothing normalises, because the
    points of the norm are not labelled or at one place, are `unmeasured`.

    Args:
        norm: see `pipnet.data.scheme.norm_distance`.
        units: `image` for pixels; `crop` for fractions of the crop's width and height, which the
            authors' code measures in (not the same where crops are not square).
        scheme: the detector's landmarks, with the norm, contours and regions to measure by; the
            detector's own scheme if None.

    Raises:
        ValueError: no face could be measured, or the scheme does not have that norm.
    """
    scheme, convention = scheme or detector.scheme, detector.convention
    is_measurable = [norm_distance(item.points[None], scheme, norm)[0] > 0 for item in samples]
    places = [row for row, is_ok in enumerate(is_measurable) if is_ok]
    measurable = [samples[row] for row in places]
    unmeasured = [
        item.image for item, is_ok in zip(samples, is_measurable, strict=True) if not is_ok
    ]
    requests = (
        PhotoRequest(item.image, partial(box_of, item, convention, face_detector), item.size)
        for item in measurable
    )
    faces, photos, points, truths = list[FaceLandmarks](), list[Path](), [], []
    missed, unreadable, rows = 0, list[str](), list[int]()
    results = predict_photos(detector, requests)
    for row, item, result in zip(places, measurable, results, strict=True):
        if result.problem is not None:
            unreadable.append(result.problem)
        elif not (result.faces and result.faces[0].is_found):
            missed += 1
        else:
            crop = convention.area(tight_box(item.points), "landmarks")
            size = crop[2:] if units == "crop" else (1.0, 1.0)
            faces.append(replace(result.faces[0], votes=_NO_VOTES))
            photos.append(item.image)
            rows.append(row)
            points.append(result.faces[0].points / size)
            truths.append(item.points / size)
    if not points:
        reasons = []
        if unmeasured:
            stated = _norm_name(scheme, norm)
            reasons.append(
                f"in {len(unmeasured)} the points of the norm {stated} are unlabelled or at one "
                f"place, as in {unmeasured[0]}"
            )
        if unreadable:
            reasons.append(f"{len(unreadable)} are of photos that cannot be read: {unreadable[0]}")
        if missed:
            reasons.append(f"in {missed} the face detector does not find the face")
        raise ValueError(
            f"none of {len(samples)} faces could be measured: {'; '.join(reasons) or 'none given'}"
        )
    truth = np.stack(truths)
    estimates = None
    if units == "image":
        estimates = Estimates.of_faces(faces, norm_distance(truth, scheme, norm), photos, scheme)
    return Evaluation.of_points(
        np.stack(points), truth, scheme, norm,
        missed=missed, unreadable=tuple(unreadable), unmeasured=tuple(unmeasured),
        estimates=estimates, rows=tuple(rows),
    )  # fmt: skip
