"""Measure a detector on labelled faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet.crop import Box, overlap, tight_box
from pipnet.data import Sample
from pipnet.detector import CropDetector
from pipnet.faces import FaceFinder
from pipnet.images import read_image
from pipnet.metrics import auc, curve_errors, failure_rate, norm_distance, point_errors


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Errors on F faces, normalised by the scheme's pair; `missed` more had no box.

    `errors`, `curve` (F, N): per landmark, plain and measured to curves, NaN where unlabelled.
    """

    errors: NDArray[np.float64]
    curve: NDArray[np.float64]
    missed: int
    regions: dict[str, tuple[int, ...]]
    norm: str

    def summary(self) -> dict[str, Any]:
        """Figures for people and scripts; NME, curve NME and failure rate in percent.

        A missed face counts as a failure and not in the means.
        """
        nmes = np.nanmean(self.errors, axis=1)
        everyone = np.concatenate([nmes, np.full(self.missed, np.inf)])
        return {
            "faces": len(everyone),
            "missed": self.missed,
            "nme": _percent(float(nmes.mean())),
            "nme_curve": _percent(float(np.nanmean(self.curve, axis=1).mean())),
            "fr10": _percent(failure_rate(everyone)),
            "auc10": round(auc(everyone), 4),
            "norm": self.norm,
        }

    def per_region(self) -> dict[str, float]:
        """NME of each region of the scheme that has labels, in percent."""
        errors = {name: self.errors[:, list(index)] for name, index in self.regions.items()}
        return {
            name: _percent(float(np.nanmean(part)))
            for name, part in errors.items()
            if np.isfinite(part).any()
        }


def _percent(value: float) -> float:
    return round(float(value) * 100, 3)


def match_box(truth: Box, found: Sequence[Box]) -> int | None:
    """Which found landmark box is this face: the one of most overlap, at least 0.3."""
    scores = [overlap(truth, box) for box in found]
    best = int(np.argmax(scores)) if scores else -1
    return best if best >= 0 and scores[best] >= 0.3 else None


def evaluate(
    detector: CropDetector, samples: Sequence[Sample], finder: FaceFinder | None = None
) -> Evaluation:
    """Predict every sample and compare.

    With `finder` the boxes come from the face detector, matched to each face by overlap; without,
    they are the tight boxes of the labels. Faces whose errors nothing normalises, because the
    scheme's pair is not labelled, are left out.

    Raises:
        ValueError: no face could be measured.
    """
    scheme, convention = detector.scheme, detector.convention
    points, truths, missed = [], [], 0
    for item in samples:
        if not norm_distance(item.points[None], scheme)[0] > 0:  # not for NaN either
            continue
        image, kind, box = read_image(item.image), "landmarks", tight_box(item.points)
        if finder is not None:
            kind, boxes = "detected", [face.box for face in finder(image)]
            match = match_box(box, [convention.landmark_box(b, kind) for b in boxes])
            if match is None:
                missed += 1
                continue
            box = boxes[match]
        points.append(detector.predict(image, [box], kind)[0].points)
        truths.append(item.points)
    if not points:
        raise ValueError(f"none of {len(samples)} faces could be measured")
    found, truth = np.stack(points), np.stack(truths)
    return Evaluation(
        point_errors(found, truth, scheme),
        curve_errors(found, truth, scheme),
        missed,
        dict(scheme.regions),
        "box" if scheme.nme_pair is None else "{}-{}".format(*scheme.nme_pair),
    )
