"""The detectors of a run: ONNX Runtime on a CPU, torch where there is no ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labeltool.rounds.run_folder import RunFolder
from labeltool.workers.device import process_settings, run_detectors
from labeltool.workers.device.run_detectors import RunDetectors
from pipnet.data.images import read_image
from pipnet.export import onnx
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import load


def cannot_cache(_weights: Path) -> Path:
    raise OSError("read-only")


def test_the_run_proposes_with_its_onnx_file_what_torch_proposes(
    folder: RunFolder, light_starter: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, detectors = load(light_starter), RunDetectors(folder, "cpu")
    detectors.write_onnx(checkpoint, light_starter)
    cached = folder.onnx.read_bytes()
    monkeypatch.setattr(run_detectors, "cached_onnx", cannot_cache)
    detectors.write_onnx(checkpoint, light_starter)
    assert folder.onnx.read_bytes() == cached
    one, other = detectors.of_run(checkpoint, None), detectors.of(checkpoint)
    assert isinstance(one, OnnxDetector)
    assert isinstance(other, TorchDetector)
    image = read_image(sample / "portrait-0002.jpg")
    box = (0.2 * image.shape[1], 0.2 * image.shape[0], 0.6 * image.shape[1], 0.6 * image.shape[0])
    points = [detector.predict(image, [box])[0].points for detector in (one, other)]
    assert np.abs(points[0] - points[1]).max() < 0.1  # pixels
    assert not folder.new_events()


def test_a_network_that_cannot_be_exported_is_run_by_torch_and_the_events_say_why(
    folder: RunFolder, light_starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, detectors = load(light_starter), RunDetectors(folder, "cpu")
    folder.onnx.write_bytes(b"of a worker that died")
    monkeypatch.setattr(run_detectors, "cached_onnx", cannot_cache)
    monkeypatch.setattr(onnx, "TOLERANCE", -1.0)
    monkeypatch.setattr(run_detectors, "MIN_EXPORT_FACES", 1)
    detectors.write_onnx(checkpoint, light_starter)
    assert not folder.onnx.exists()
    assert isinstance(detectors.of_run(checkpoint, None), TorchDetector)
    assert isinstance(detectors.for_faces(checkpoint, 1), TorchDetector)
    events = folder.new_events()
    assert [event.kind for event in events] == ["notice", "notice"]
    for event in events:
        assert "model.onnx differs from torch" in str(event.reason)


def test_pseudo_labels_are_predicted_through_onnx_runtime_where_it_saves_time(
    folder: RunFolder, light_starter: Path
) -> None:
    checkpoint, detectors = load(light_starter), RunDetectors(folder, "cpu")
    few = run_detectors.MIN_EXPORT_FACES - 1
    assert isinstance(detectors.for_faces(checkpoint, few), TorchDetector)
    many = detectors.for_faces(checkpoint, few + 1)
    assert isinstance(many, OnnxDetector)
    side = checkpoint.convention.side
    crops = np.zeros((1, side, side, 3), np.uint8)
    assert many.predict_crops(crops).points.shape == (1, 68, 2)


@pytest.mark.parametrize("cores", [1, 2, 8])
def test_a_core_stays_with_the_window(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_settings.os, "cpu_count", lambda: cores)
    assert process_settings.worker_threads() == max(1, cores - 1)
