"""Measuring a detector on labelled faces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipnet.data.boxes import Box
from pipnet.data.crop import CropConvention
from pipnet.data.sample import Sample
from pipnet.evaluation.evaluate import evaluate, match_box
from pipnet.inference.face_detection import DetectedFace
from pipnet.inference.results import FaceLandmarks
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint

Make = Callable[..., Checkpoint]


class Shifted(TorchDetector):
    """Knows every face, and is off by 3 pixels."""

    faces: Sequence[Sample] = ()
    asked: list[tuple[Box, str]]

    def predict_batch(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box],
        kinds: Sequence[str],
        *,
        mirror: bool = False,
    ) -> list[FaceLandmarks]:
        assert not mirror
        self.asked.extend(zip(boxes, kinds, strict=True))
        faces = []
        for box in boxes:
            nearest = min(self.faces, key=lambda face: abs(face.boxes[0][0] - box[0]))
            points = nearest.points + np.array([1.8, 2.4])
            faces.append(
                FaceLandmarks(points, points, points[:, None], points[:, 0], points[:, 0], 1, box)
            )
        return faces


@pytest.fixture
def detector(make_checkpoint: Make, faces: list[Sample]) -> Shifted:
    found = Shifted(make_checkpoint())
    found.faces, found.asked = faces, []
    return found


def eye_distance(face: Sample) -> float:
    return float(np.linalg.norm(face.points[0] - face.points[1]))


def test_the_figures(detector: Shifted, faces: list[Sample]) -> None:
    result = evaluate(detector, faces)
    wanted = [3 / eye_distance(face) for face in faces]
    np.testing.assert_allclose(result.errors, np.repeat(wanted, 5).reshape(6, 5))
    summary = result.summary()
    assert list(summary) == [
        "faces", "missed", "unreadable", "nme", "nme_curve", "fr10", "auc10", "norm"
    ]  # fmt: skip
    assert summary["faces"] == 6
    assert summary["missed"] == 0
    assert summary["nme"] == pytest.approx(100 * np.mean(wanted), abs=1e-3)
    assert summary["nme_curve"] < summary["nme"]
    assert summary["fr10"] == pytest.approx(100 * np.mean(np.array(wanted) > 0.1), abs=1e-3)
    assert 0 < summary["auc10"] < 1
    assert summary["norm"] == "0-1"
    regions = result.per_region()
    assert list(regions) == ["eyes", "rest"]
    assert regions["eyes"] == pytest.approx(summary["nme"], abs=1e-3)


def test_without_a_finder_the_boxes_are_those_of_the_labels(
    detector: Shifted, faces: list[Sample]
) -> None:
    evaluate(detector, faces)
    assert detector.asked == [(face.boxes[0], "landmarks") for face in faces]


def test_a_face_that_was_not_found_is_a_failure_and_no_error(
    detector: Shifted, faces: list[Sample]
) -> None:
    left, top, right, bottom = detector.checkpoint.convention.detected

    def as_detected(box: Box) -> DetectedFace:
        x, y, w, h = box
        w, h = w / (right - left), h / (bottom - top)
        return DetectedFace((x - left * w, y - top * h, w, h), 0.8)

    elsewhere = DetectedFace((500.0, 500.0, 20.0, 20.0), 0.9)
    answers = [
        # as a detected box, what bounds the landmarks tightly is some other face
        [elsewhere, DetectedFace(face.boxes[0], 0.9), as_detected(face.boxes[0])]
        for face in faces[:4]
    ] + [[elsewhere], []]
    all_found = evaluate(detector, faces[:4]).summary()
    detector.asked.clear()
    result = evaluate(detector, faces, lambda image: answers.pop(0))
    wanted = [(as_detected(face.boxes[0]).box, "detected") for face in faces[:4]]
    assert detector.asked == wanted
    summary = result.summary()
    assert (summary["faces"], summary["missed"]) == (6, 2)
    assert summary["nme"] == all_found["nme"]
    assert summary["fr10"] == pytest.approx(100 * (all_found["fr10"] / 100 * 4 + 2) / 6, abs=1e-3)
    assert summary["auc10"] == pytest.approx(all_found["auc10"] * 4 / 6, abs=1e-3)


def test_unlabelled_points_count_nowhere(detector: Shifted, faces: list[Sample]) -> None:
    points = faces[0].points.copy()
    points[2:] = np.nan
    result = evaluate(detector, [replace(faces[0], points=points)])
    assert result.summary()["nme"] == pytest.approx(300 / eye_distance(faces[0]), abs=1e-3)
    assert list(result.per_region()) == ["eyes"]


def test_a_face_that_nothing_normalises_is_left_out(detector: Shifted, faces: list[Sample]) -> None:
    points = faces[0].points.copy()
    points[0] = np.nan
    same_eyes = faces[1].points.copy()
    same_eyes[0] = same_eyes[1]
    rows = [replace(faces[0], points=points), replace(faces[1], points=same_eyes), *faces[2:]]
    assert evaluate(detector, rows).summary() == evaluate(detector, faces[2:]).summary()


def test_errors_in_units_of_the_crop(detector: Shifted, faces: list[Sample]) -> None:
    """As the authors measure: a stretched crop stretches the errors with it."""
    detector.convention = CropConvention(enlarge=1.1, square=False)
    result = evaluate(detector, faces, units="crop")
    for face, found in zip(faces, result.errors, strict=True):
        size = np.array(face.boxes[0][2:]) * 1.1
        eyes = np.linalg.norm((face.points[0] - face.points[1]) / size)
        np.testing.assert_allclose(found, np.linalg.norm([1.8, 2.4] / size) / eyes)
    square = replace(detector.convention, square=True)
    detector.convention = square
    alike = evaluate(detector, faces, units="crop").errors
    np.testing.assert_allclose(alike, evaluate(detector, faces).errors)


def test_another_norm_changes_the_figures_alone(detector: Shifted, faces: list[Sample]) -> None:
    boxed = evaluate(detector, faces, norm="box")
    wanted = [3 / np.sqrt(face.boxes[0][2] * face.boxes[0][3]) for face in faces]
    np.testing.assert_allclose(boxed.errors[:, 0], wanted)
    assert boxed.summary()["norm"] == "box"
    assert evaluate(detector, faces, norm="2-4").summary()["norm"] == "2-4"


def test_each_landmark_by_its_name(detector: Shifted, faces: list[Sample]) -> None:
    points = faces[0].points.copy()
    points[3] = np.nan
    per_point = evaluate(detector, [replace(faces[0], points=points)]).per_point()
    assert list(per_point) == list(detector.scheme.names)
    assert per_point.pop("left mouth") is None
    wanted = pytest.approx(300 / eye_distance(faces[0]), abs=1e-3)
    assert all(value == wanted for value in per_point.values())


def test_the_distribution_counts_missed_faces(detector: Shifted, faces: list[Sample]) -> None:
    left, top, right, bottom = detector.convention.detected
    x, y, w, h = faces[0].boxes[0]
    w, h = w / (right - left), h / (bottom - top)
    found = DetectedFace((x - left * w, y - top * h, w, h), 0.9)
    answers = [[found], []]
    result = evaluate(detector, faces[:2], lambda image: answers.pop(0))
    curve = dict(result.ced())
    assert len(curve) == 1001
    error = 3 / eye_distance(faces[0])
    assert {share for bound, share in curve.items() if bound < error - 1e-4} == {0}
    assert {share for bound, share in curve.items() if bound > error + 1e-4} == {0.5}


def test_no_face_at_all_is_an_error(detector: Shifted, faces: list[Sample]) -> None:
    with pytest.raises(ValueError, match="none of 6 faces could be measured"):
        evaluate(detector, faces, lambda image: [])


def test_the_box_of_most_overlap_is_the_face() -> None:
    truth = (0.0, 0.0, 10.0, 10.0)
    assert match_box(truth, [(8, 8, 10, 10), (1, 1, 10, 10), (3, 3, 10, 10)]) == 1
    assert match_box(truth, [(8, 8, 10, 10)]) is None
    assert match_box(truth, []) is None
