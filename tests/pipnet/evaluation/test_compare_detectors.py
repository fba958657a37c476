"""Two detectors on the same labelled faces, by detectors whose errors are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipnet.data.boxes import Box
from pipnet.data.crop import CropConvention
from pipnet.data.sample import Sample
from pipnet.data.scheme import Scheme
from pipnet.evaluation.compare import paired_change
from pipnet.evaluation.compare_detectors import common_scheme, compare_detectors
from pipnet.inference.base import Detector
from pipnet.inference.results import FaceLandmarks
from tests.pipnet.drawn import FIVE


class Shifted(Detector):
    """Knows every face, and is off by so many eye distances to the right; NaN: it misses it."""

    def __init__(self, faces: Sequence[Sample], shifts: Sequence[float], scheme: Scheme = FIVE):
        super().__init__(scheme, CropConvention())
        self._faces = {face.boxes[0]: face for face in faces}
        self._shifts = dict(zip(self._faces, shifts, strict=True))

    def _predict_part(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box],
        kinds: Sequence[str],
        mirror: bool,
    ) -> list[FaceLandmarks]:
        rows = []
        for box in boxes:
            truth = self._faces[box].points
            eyes = np.linalg.norm(truth[0] - truth[1])
            move = np.array([self._shifts[box] * eyes, 0])
            points = np.full((5, 2), np.nan) if np.isnan(move).any() else truth + move
            rows.append(
                FaceLandmarks(points, points, np.zeros((5, 0, 2)), *np.ones((2, 5)), 1.0, box)
            )
        return rows


FIRST = (0.02, 0.04, 0.06, 0.08, 0.12, 0.03)
SECOND = (0.01, 0.03, 0.07, 0.12, 0.12, np.nan)


def test_the_figures_are_of_the_same_faces(faces: list[Sample]):
    found = compare_detectors(Shifted(faces, FIRST), Shifted(faces, SECOND), faces)
    assert (found.faces, found.missed) == (5, (0, 1))
    nme = found.figures["nme"]
    one, other = np.array(FIRST[:5]), np.array(SECOND[:5])
    assert (nme.first, nme.second) == pytest.approx((100 * one.mean(), 100 * other.mean()))
    # the paired bootstrap that rounds are compared by
    expected = paired_change(100 * one, 100 * other)
    assert nme.change is not None
    assert expected is not None
    assert astuple(nme.change) == pytest.approx(astuple(expected))
    # a missed face is a failure, of which the first detector has one in six
    fr = found.figures["fr10"]
    assert (fr.first, fr.second) == pytest.approx((100 / 6, 50))
    assert fr.change is not None
    assert fr.change.change == pytest.approx(100 / 3)
    area = found.figures["auc10"]
    assert area.first == pytest.approx(np.clip(1 - np.array(FIRST) / 0.1, 0, 1).mean(), abs=1e-3)
    assert area.change is not None
    assert area.change.change == pytest.approx(area.second - area.first, abs=1e-3)
    # two landmarks of five make a region; a whole face that moves has one error everywhere
    assert found.regions["eyes"].first == pytest.approx(nme.first)
    assert found.figures["nme_curve"].first < nme.first
    assert min(found.milliseconds) > 0
    row = found.to_dict()
    assert list(row) == [
        "faces", "missed", "norm", "nme", "nme_curve", "fr10", "auc10", "regions", "milliseconds"
    ]  # fmt: skip
    assert list(row["nme"]) == ["a", "b", "change", "low", "high"]
    assert row["norm"] == "0-1"


def test_a_detector_equals_itself(faces: list[Sample]):
    found = compare_detectors(Shifted(faces, FIRST), Shifted(faces, FIRST), faces)
    for figure in (*found.figures.values(), *found.regions.values()):
        assert figure.first == figure.second
        assert figure.change is not None
        assert (figure.change.low, figure.change.high) == (0, 0)


def test_regions_without_labels_are_left_out(faces: list[Sample]):
    partly = [
        replace(face, points=np.where(np.arange(5)[:, None] < 2, face.points, np.nan))
        for face in faces
    ]
    known = [
        replace(face, boxes=tuple(part.boxes)) for face, part in zip(faces, partly, strict=True)
    ]
    detectors = [Shifted(known, FIRST), Shifted(known, FIRST)]
    for detector in detectors:  # asked for by the box of the labels that are left
        for face, part in zip(known, partly, strict=True):
            x0, y0 = part.points[:2].min(0)
            x1, y1 = part.points[:2].max(0)
            box = (float(x0), float(y0), float(x1 - x0), float(y1 - y0))
            detector._faces[box] = face
            detector._shifts[box] = detector._shifts[face.boxes[0]]
    assert list(compare_detectors(*detectors, partly).regions) == ["eyes"]


def test_what_cannot_be_compared_is_refused(faces: list[Sample]):
    other = replace(FIVE, name="other", names=(*FIVE.names[:4], "chin"))
    with pytest.raises(ValueError, match="right mouth only in 'five'; chin only in 'other'"):
        compare_detectors(Shifted(faces, FIRST), Shifted(faces, FIRST, other), faces)
    turned = Scheme("turned", FIVE.names[::-1])
    with pytest.raises(ValueError, match="the same in another order"):
        common_scheme(FIVE, turned)
    nothing = Shifted(faces, (*[np.nan] * 5, 0.1))
    with pytest.raises(ValueError, match="no face that both detectors find"):
        compare_detectors(Shifted(faces, (*[0.1] * 5, np.nan)), nothing, faces)


def test_the_scheme_that_knows_the_norm_is_measured_by():
    plain = Scheme("plain", FIVE.names)
    assert common_scheme(plain, FIVE) == common_scheme(FIVE, plain) == FIVE
