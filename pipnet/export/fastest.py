"""The fastest way to run a model file on this machine; torch is loaded only where it is needed.

On a CPU that is the exported network. The export takes seconds, so it is kept in the user's cache.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

from pipnet.calibration.calibration_file import digest, find
from pipnet.inference.base import Detector
from pipnet.inference.onnx_detector import OnnxDetector, OnnxError

GRAPH = 1
"""To be raised when `export_onnx` writes another file for the same network."""

MAX_CACHED = 8
"""Networks in the cache; the one that was not used for longest goes first."""


def fastest_detector(
    weights: Path,
    device: str = "auto",
    *,
    calibrated: bool = True,
    on_fallback: Callable[[str], object] = lambda reason: None,
) -> Detector:
    """A detector for many faces: on a CPU ONNX Runtime, on every other device torch.

    Args:
        weights: a model file (`.safetensors`).
        device: as `Detector.from_pretrained` has it.
        calibrated: with the calibration that lies beside the weights, if any.
        on_fallback: called with the reason if torch has to run on the CPU: the network could not be
            exported, or the cache not be used.

    Raises:
        CheckpointError, CalibrationError: the model file, or its calibration, cannot be used.
        DeviceError: the device cannot be used.
    """
    error_model = find(weights) if calibrated else None
    if _is_cpu(device):
        try:
            return OnnxDetector(cached_onnx(weights), error_model=error_model, calibrated=False)
        except (OnnxError, OSError) as error:
            on_fallback(str(error))
    from pipnet.inference.torch_detector import TorchDetector  # noqa: PLC0415
    from pipnet.models.checkpoint import load  # noqa: PLC0415

    return TorchDetector(load(weights), device, error_model=error_model)


def cached_onnx(weights: Path) -> Path:
    """The exported network of a model file in the cache, exported if it is not there yet.

    Raises:
        CheckpointError: the model file cannot be used.
        ExportError: the network cannot be exported, or gives other landmarks than torch.
        OSError: the cache cannot be written, or the model file not be read.
    """
    file = user_cache_path("pipnet", appauthor=False) / f"{digest(weights)}-{GRAPH}.onnx"
    if file.exists():
        with suppress(OSError):  # a cache of another user, say
            file.touch()
        return file
    from pipnet.export.onnx import export_onnx  # noqa: PLC0415
    from pipnet.models.checkpoint import load  # noqa: PLC0415

    export_onnx(load(weights), file)
    _remove_oldest(file.parent)
    return file


def _remove_oldest(folder: Path) -> None:
    with suppress(OSError):  # another process may remove the same files
        files = sorted(folder.glob("*.onnx"), key=lambda file: file.stat().st_mtime)
        for file in files[:-MAX_CACHED]:
            file.unlink(missing_ok=True)


def _is_cpu(device: str) -> bool:
    if device != "auto":
        return device == "cpu"
    # known without torch, which takes seconds to load: `auto` is CUDA or the CPU
    if sys.platform == "darwin" or version("torch").endswith("+cpu"):
        return True
    from pipnet.models.devices import usable_device  # noqa: PLC0415

    return usable_device(device).type == "cpu"
