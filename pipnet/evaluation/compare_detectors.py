"""Two detectors on the same labelled faces: errors, how sure their difference is, and speed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet.data.images import read_image
from pipnet.data.sample import Sample
from pipnet.data.scheme import Scheme
from pipnet.evaluation.compare import PairedChange, paired_change
from pipnet.evaluation.evaluate import Evaluation, box_of, evaluate
from pipnet.evaluation.metrics import auc, failure_rate
from pipnet.inference.base import Detector
from pipnet.inference.face_detection import FaceDetector

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
"""A value of each face, of the first detector and of the second."""

TIMED_FACES = 30
"""Faces whose prediction is timed, one at a time."""

MAX_ERROR = 0.1
"""An NME above is a failure, and the error curve ends there."""

ROUNDED = {"nme": 3, "nme_curve": 3, "fr10": 2, "auc10": 4}
"""Digits after the point that say something, by figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of both detectors, and how it changes from the first to the second; no change for
    too few faces."""

    first: float
    second: float
    change: PairedChange | None
    digits: int

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON: `a`, `b`, and if known `change`, `low`, `high`."""
        row = {"a": self.first, "b": self.second}
        if self.change is not None:
            row |= {"change": self.change.change, "low": self.change.low, "high": self.change.high}
        return {name: round(value, self.digits) for name, value in row.items()}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two detectors on the same faces.

    `faces`: those that both found, which the NMEs are of. `missed`: faces that each did not find;
    they count as failures. `figures`: `nme`, `nme_curve` and `fr10` in percent, and `auc10`, 0 to
    1. `regions`: NME of each region in percent. `milliseconds`: median time of each to predict one
    face of a decoded photo whose box is known. `first`: what was measured of the first detector,
    with the faces that are in no figure.
    """

    faces: int
    missed: tuple[int, int]
    figures: dict[str, Figure]
    regions: dict[str, Figure]
    milliseconds: tuple[float, float]
    first: Evaluation

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "faces": self.faces,
            "missed": dict(zip("ab", self.missed, strict=True)),
            "norm": self.first.norm,
            **{name: figure.to_dict() for name, figure in self.figures.items()},
            "regions": {name: figure.to_dict() for name, figure in self.regions.items()},
            "milliseconds": {
                name: round(value, 2) for name, value in zip("ab", self.milliseconds, strict=True)
            },
        }


def common_scheme(first: Scheme, second: Scheme) -> Scheme:
    """The scheme to measure two detectors by: of those that name the same landmarks the one that
    says what errors are divided by.

    Raises:
        ValueError: they have other landmarks, or the same in another order.
    """
    if first.names == second.names:
        return second if first.nme_pair is None else first
    only = [
        f"{', '.join(sorted(set(one.names) - set(other.names))) or 'none'} only in {one.name!r}"
        for one, other in ((first, second), (second, first))
    ]
    same = set(first.names) == set(second.names)
    raise ValueError(
        f"the landmarks of {first.name!r} and {second.name!r} cannot be compared: "
        + ("they are the same in another order" if same else "; ".join(only))
    )


def compare_detectors(
    first: Detector,
    second: Detector,
    samples: Sequence[Sample],
    face_detector: FaceDetector | None = None,
    *,
    norm: str | None = None,
) -> Comparison:
    """Measure both on the same faces.

    Args:
        samples: with the landmarks of both detectors.
        face_detector, norm: as `evaluate` has them.

    Raises:
        ValueError: the detectors have other landmarks, or no face was found by both.
    """
    scheme = common_scheme(first.scheme, second.scheme)
    one, other = (
        evaluate(detector, samples, face_detector, norm=norm, scheme=scheme)
        for detector in (first, second)
    )
    both = sorted(set(one.rows) & set(other.rows))
    if not both:
        raise ValueError("there is no face that both detectors find")
    places = [np.searchsorted(each.rows, both) for each in (one, other)]
    errors = one.errors[places[0]], other.errors[places[1]]
    curves = one.curve[places[0]], other.curve[places[1]]
    figures = {
        "nme": _percent("nme", _means(errors)),
        "nme_curve": _percent("nme_curve", _means(curves)),
        "fr10": _failures(*_with_missed(one, other)),
        "auc10": _areas(*_with_missed(one, other)),
    }
    regions = {
        name: _percent("nme", _means((errors[0][:, index], errors[1][:, index])))
        for name, index in ((name, list(row)) for name, row in scheme.regions.items())
        if np.isfinite(errors[0][:, index]).any()
    }
    timed = [samples[row] for row in both[:TIMED_FACES]]
    return Comparison(
        len(both), (one.missed, other.missed), figures, regions,
        _milliseconds(first, second, timed, face_detector), one,
    )  # fmt: skip


def _with_missed(one: Evaluation, other: Evaluation) -> Pair:
    """The NME of every face for both detectors, (F,) each, in one order; infinite where a detector
    did not find the face."""
    found = sorted(set(one.rows) | set(other.rows))
    nmes = np.full((2, len(one.rows) + one.missed), np.inf)  # last those that nobody found
    for row, each in zip(nmes, (one, other), strict=True):
        row[np.searchsorted(found, each.rows)] = each.nme_per_face()
    return nmes[0], nmes[1]


def _means(errors: Pair) -> Pair:
    """The mean error of each face, of (F, N) each; without the faces that have no labels here."""
    labelled = np.isfinite(errors[0]).any(1)
    return np.nanmean(errors[0][labelled], 1), np.nanmean(errors[1][labelled], 1)


def _percent(name: str, shares: Pair) -> Figure:
    first, second = 100 * shares[0], 100 * shares[1]
    change = paired_change(first, second)
    return Figure(float(first.mean()), float(second.mean()), change, ROUNDED[name])


def _failures(first: Floats, second: Floats) -> Figure:
    """Failure rates, from the NMEs (F,) of all faces."""
    fails = [np.where(nmes > MAX_ERROR, 100.0, 0.0) for nmes in (first, second)]
    rates = [100 * failure_rate(nmes, MAX_ERROR) for nmes in (first, second)]
    return Figure(rates[0], rates[1], paired_change(fails[0], fails[1]), ROUNDED["fr10"])


def _areas(first: Floats, second: Floats) -> Figure:
    """Areas under the error curve, which are the means of the shares of each face; from the NMEs
    (F,) of all faces."""
    shares: list[Floats] = [np.clip(1 - nmes / MAX_ERROR, 0, 1) for nmes in (first, second)]
    areas = auc(first, MAX_ERROR), auc(second, MAX_ERROR)
    change = paired_change(shares[0], shares[1])
    return Figure(*areas, change, ROUNDED["auc10"])


def _milliseconds(
    first: Detector,
    second: Detector,
    samples: Sequence[Sample],
    face_detector: FaceDetector | None,
) -> tuple[float, float]:
    """Median time to predict one face, in turns, so that other work on the machine slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for number, item in enumerate([samples[0], *samples]):
        image = read_image(item.image, size=item.size)
        for detector, mine in zip((first, second), times, strict=True):
            (box, kind), *_ = box_of(item, detector.convention, face_detector, image)
            began = time.perf_counter()
            detector.predict(image, [box], kind)
            if number:  # the first time warms up
                mine.append(1000 * (time.perf_counter() - began))
    return float(np.median(times[0])), float(np.median(times[1]))
