"""On a CPU a model file is run by ONNX Runtime, from a cache, or by torch where that fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipnet import resources
from pipnet.calibration.calibration_file import digest
from pipnet.data.images import read_image
from pipnet.data.sample import Sample
from pipnet.export import fastest, onnx
from pipnet.export.fastest import cached_onnx, fastest_detector
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint, CheckpointError, save

Make = Callable[..., Checkpoint]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cache, which is not there yet."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pipnet"


@pytest.fixture
def weights(make_checkpoint: Make, tmp_path: Path) -> Path:
    save(make_checkpoint(), tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


def refuse(*_: object) -> None:
    raise AssertionError("exported")


def test_the_starter_gives_what_torch_gives(cache: Path, sample: Path) -> None:
    starter = resources.starter()
    ours, torchs = fastest_detector(starter, "cpu"), TorchDetector.load(starter)
    assert isinstance(ours, OnnxDetector)
    assert (ours.scheme, ours.convention) == (torchs.scheme, torchs.convention)
    image = read_image(sample / "portrait-0001.jpg")
    box = (0.25 * image.shape[1], 0.2 * image.shape[0], 0.5 * image.shape[1], 0.6 * image.shape[0])
    one, other = ours.predict(image, [box])[0], torchs.predict(image, [box])[0]
    assert np.abs(one.points - other.points).max() < 0.1  # pixels
    assert one.signals == pytest.approx(other.signals, rel=1e-2, abs=1e-2)
    assert one.errors == pytest.approx(other.errors, rel=1e-2)
    assert one.radius == pytest.approx(other.radius, rel=1e-2)
    assert fastest_detector(starter, "cpu", calibrated=False).error_model is None


def test_a_network_is_exported_once(
    weights: Path, cache: Path, faces: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fastest_detector(weights, "cpu")
    assert [file.name for file in cache.iterdir()] == [f"{digest(weights)}-{fastest.GRAPH}.onnx"]
    monkeypatch.setattr(onnx, "export_onnx", refuse)
    image = read_image(faces[0].image)
    points = [
        detector.predict(image, faces[0].boxes, "landmarks")[0].points
        for detector in (first, fastest_detector(weights, "cpu"))
    ]
    assert np.array_equal(*points)


def test_another_network_in_the_same_file_is_exported_anew(
    make_checkpoint: Make, weights: Path, cache: Path
) -> None:
    before = cached_onnx(weights)
    save(make_checkpoint(seed=1), weights)
    assert cached_onnx(weights) != before
    assert len(list(cache.iterdir())) == 2


@pytest.mark.usefixtures("cache")
def test_without_a_gpu_auto_is_the_cpu(weights: Path) -> None:
    assert isinstance(fastest_detector(weights), OnnxDetector)


def test_torch_predicts_with_the_reason_if_the_check_fails(
    weights: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx, "TOLERANCE", -1.0)
    reasons: list[str] = []
    assert isinstance(fastest_detector(weights, "cpu", on_fallback=reasons.append), TorchDetector)
    assert len(reasons) == 1
    assert "differs from torch" in reasons[0]
    assert not cache.exists()


def test_torch_predicts_with_the_reason_if_the_export_fails(
    weights: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TypeError("no such operator")

    monkeypatch.setattr(onnx.torch.onnx, "export", fail)
    reasons: list[str] = []
    assert isinstance(fastest_detector(weights, "cpu", on_fallback=reasons.append), TorchDetector)
    assert "could not be exported: no such operator" in reasons[0]
    assert not cache.exists()


@pytest.mark.parametrize("obstacle", ["cache", "cached file"])
def test_torch_predicts_if_the_cache_cannot_be_used(
    weights: Path, cache: Path, obstacle: str
) -> None:
    if obstacle == "cache":
        cache.parent.write_text("a file")
    else:
        cached_onnx(weights).write_bytes(b"broken")
    reasons: list[str] = []
    assert isinstance(fastest_detector(weights, "cpu", on_fallback=reasons.append), TorchDetector)
    assert str(cache) in reasons[0]


@pytest.mark.usefixtures("cache")
def test_a_damaged_model_file_is_an_error(weights: Path) -> None:
    weights.write_bytes(b"no network")
    with pytest.raises(CheckpointError, match="model"):
        fastest_detector(weights, "cpu", on_fallback=refuse)


def test_the_cache_keeps_the_networks_that_were_used_last(
    make_checkpoint: Make, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fastest, "MAX_CACHED", 2)
    weights = [tmp_path / f"{number}.safetensors" for number in range(3)]
    for number, file in enumerate(weights):
        save(make_checkpoint(side=32, neighbours=0, seed=number), file)
    made = [cached_onnx(file) for file in weights[:2]]
    for number, file in enumerate(made):
        os.utime(file, (number + 1, number + 1))
    assert cached_onnx(weights[0]) == made[0]  # used again
    last = cached_onnx(weights[2])
    assert set(cache.iterdir()) == {made[0], last}


def test_the_command_loads_torch_for_the_export_alone(
    cache: Path, faces: list[Sample], tmp_path: Path
) -> None:
    boxes = tmp_path / "boxes.json"
    boxes.write_text(f'{{"{faces[0].image.name}": [[20, 20, 60, 60]]}}')
    code = (
        "import atexit, sys\n"
        "from pipnet.__main__ import main\n"
        "atexit.register(lambda: print('torch' in sys.modules))\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code, "predict", str(faces[0].image), "--boxes", str(boxes)]
    command += ["--weights", str(resources.starter()), "--device", "cpu", "--force"]
    for loaded in (True, False):
        out = tmp_path / f"{loaded}.json"
        run = subprocess.run(
            [*command, "--json", str(out)], check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert run.stdout.strip() == str(loaded)
        assert '"points"' in out.read_text()
    assert (tmp_path / "True.json").read_bytes() == (tmp_path / "False.json").read_bytes()
