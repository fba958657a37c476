"""`from pipnet import ...`: one call opens every kind of detector, and results that tell more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pipnet
from pipnet import Detector, ImageError, read_image, resources
from pipnet.data.coco import parse_coco
from pipnet.export.onnx import export_onnx
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import CheckpointError

PORTRAIT = resources.path("sample", "portrait-0001.jpg")


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.from_pretrained("300w", device="cpu")


def test_importing_the_package_loads_nothing_heavy():
    code = "import pipnet, sys; print(sorted({'torch', 'cv2', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    assert set(pipnet.__all__) <= set(dir(pipnet))
    for name in pipnet.__all__:
        assert getattr(pipnet, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Detectr'"):
        _ = pipnet.Detectr  # type: ignore[attr-defined]


def test_a_path_and_an_array_give_the_same_landmarks(detector: Detector):
    by_path, by_array = detector(str(PORTRAIT)), detector(read_image(PORTRAIT))
    assert len(by_path) == len(by_array) == 1
    np.testing.assert_array_equal(by_path[0].points, by_array[0].points)
    assert by_path.photo == PORTRAIT
    assert by_array.photo is None
    assert [face.score for face in by_path] == [by_path[0].score]


def test_a_model_file_and_an_onnx_file_open_by_the_same_call(detector: Detector, tmp_path: Path):
    assert isinstance(detector, TorchDetector)
    export_onnx(detector.checkpoint, tmp_path / "own.ONNX")
    onnx = Detector.from_pretrained(tmp_path / "own.ONNX")
    own = Detector.from_pretrained(resources.starter(), device="cpu")
    expected = detector(PORTRAIT)[0].points
    np.testing.assert_array_equal(own(PORTRAIT)[0].points, expected)
    np.testing.assert_allclose(onnx(PORTRAIT)[0].points, expected, atol=0.5)
    with pytest.raises(ValueError, match="runs on the CPU, not on 'cuda'"):
        Detector.from_pretrained(tmp_path / "own.ONNX", device="cuda")


def test_what_cannot_be_opened_is_named(tmp_path: Path):
    with pytest.raises(CheckpointError, match="no-such-model"):
        Detector.from_pretrained("no-such-model")
    with pytest.raises(ValueError, match="device 'tpu' cannot be used"):
        Detector.from_pretrained("300w", device="tpu")


def test_a_drawing_differs_from_the_photo_at_the_landmarks_alone(detector: Detector):
    result, photo = detector(PORTRAIT), read_image(PORTRAIT)
    drawn = result.draw()
    assert drawn.shape == photo.shape
    changed = (drawn != photo).any(-1)
    for x, y in np.rint(result[0].points).astype(int):
        assert changed[y, x]
    rows, columns = np.nonzero(changed)
    low, high = result[0].points.min(0) - 10, result[0].points.max(0) + 10
    assert low[0] <= columns.min() <= columns.max() <= high[0]
    assert low[1] <= rows.min() <= rows.max() <= high[1]
    grey = np.full_like(photo, 128)
    assert ((result.draw(grey) != 128).any(-1) == (drawn != photo).any(-1)).mean() > 0.999
    assert (grey == 128).all(), "the caller's image is not drawn on"


def test_plain_values_survive_json(detector: Detector):
    told = json.loads(json.dumps(detector(PORTRAIT).to_dict()))
    assert told["photo"] == str(PORTRAIT)
    assert told["scheme"] == "300w"
    assert len(told["names"]) == len(told["faces"][0]["points"]) == 68
    np.testing.assert_array_equal(told["faces"][0]["points"], detector(PORTRAIT)[0].points)


def test_the_coco_form_is_read_back_by_the_coco_reader(detector: Detector, tmp_path: Path):
    result = detector(PORTRAIT)
    file = tmp_path / "one.json"
    file.write_text(json.dumps(result.to_coco()))
    read = parse_coco(file)
    with Image.open(PORTRAIT) as photo:
        assert (read.images[0].width, read.images[0].height) == photo.size
    assert read.images[0].file_name == PORTRAIT.name
    np.testing.assert_allclose(read.annotations[0].points, result[0].points)
    assert read.annotations[0].score == result[0].score


def test_a_photo_that_cannot_be_read_is_an_error(detector: Detector, tmp_path: Path):
    with pytest.raises(ImageError, match=r"gone\.jpg"):
        detector(tmp_path / "gone.jpg")
