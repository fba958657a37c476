"""The calibrations that ship with the detectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipnet import resources
from pipnet.calibration.calibration_file import find
from pipnet.data.boxes import Box, tight_box
from pipnet.data.images import read_image
from pipnet.data.labelled_faces import load_labelled
from pipnet.export.onnx import export_onnx
from pipnet.inference.base import Detector
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.opening import PRETRAINED
from pipnet.models.checkpoint import load


@pytest.fixture
def face() -> tuple[NDArray[np.uint8], Box]:
    """A photo of the sample, and the box of its landmarks."""
    truth = load_labelled(resources.path("sample", "truth.json"))[0]
    return read_image(Path(truth.photo)), tight_box(truth.points)


@pytest.mark.parametrize("name", PRETRAINED)
def test_every_shipped_detector_expects_errors(
    name: str, face: tuple[NDArray[np.uint8], Box]
) -> None:
    detector = Detector.from_pretrained(name, "cpu")
    assert detector.error_model is not None
    assert detector.error_model.faces >= 100
    (found,) = detector.predict(face[0], [face[1]], "landmarks")
    assert found.errors is not None
    assert found.radius is not None
    assert found.error is not None
    eyes = np.linalg.norm(found.points[36] - found.points[45])
    assert (found.errors > 0.001 * eyes).all()
    assert (found.errors < 0.2 * eyes).all()
    np.testing.assert_allclose(found.radius, found.errors * detector.error_model.factor)
    assert 0.005 < found.error < 0.1


def test_the_exported_starter_expects_the_same(
    tmp_path: Path, face: tuple[NDArray[np.uint8], Box]
) -> None:
    weights = resources.starter()
    export_onnx(load(weights), tmp_path / "starter.onnx")
    ours = OnnxDetector(tmp_path / "starter.onnx", error_model=find(weights))
    torchs = Detector.from_pretrained(weights, "cpu")
    (one,), (other,) = (d.predict(face[0], [face[1]], "hand") for d in (ours, torchs))
    assert one.errors is not None
    assert other.errors is not None
    np.testing.assert_allclose(one.errors, other.errors, rtol=0.01)
