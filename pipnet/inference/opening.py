"""What is a detector by its name or file."""

from __future__ import annotations

from pathlib import Path

from pipnet import resources
from pipnet.inference.base import Detector
from pipnet.inference.described_onnx import DescribedOnnx, description_of
from pipnet.inference.onnx_detector import ForeignOnnxError, OnnxDetector, OnnxError
from pipnet.inference.plugins import PluginDetector, plugin_names

PRETRAINED = {"300w": resources.STARTER, "300w-renders": resources.RENDERS}
"""Names of the detectors that ship with the package, and their files."""


def open_detector(name: str | Path, device: str = "auto") -> Detector:
    """See `Detector.from_pretrained`."""
    file = detector_file(name)
    if file is None:
        return PluginDetector(str(name))
    if file.suffix.lower() == ".onnx":
        if device not in ("auto", "cpu"):
            raise ValueError(f"an ONNX file runs on the CPU, not on {device!r}")
        return open_onnx(file)
    from pipnet.inference.torch_detector import TorchDetector  # noqa: PLC0415 - loads torch

    return TorchDetector.load(file, device)


def detector_file(name: str | Path) -> Path | None:
    """The file of a detector, whether it is there or not; None for the name of a plug-in.

    A file comes before a shipped name, and that before a plug-in.
    """
    file, text = Path(name), str(name)
    if file.exists():
        return file
    if text in PRETRAINED:
        return resources.path("weights", PRETRAINED[text])
    return None if text in plugin_names() else file


def open_onnx(
    file: Path, threads: int = 0, *, spin: bool = True, calibrated: bool = True
) -> OnnxDetector | DescribedOnnx:
    """An ONNX file that this program exported, or that a TOML file beside it describes.

    Args:
        threads, spin, calibrated: as `OnnxDetector` has them.

    Raises:
        OnnxError: it is neither, or it is broken.
        CalibrationError: its calibration is damaged, or of another model.
    """
    try:
        return OnnxDetector(file, threads, spin=spin, calibrated=calibrated)
    except ForeignOnnxError as error:
        description = description_of(file)
        if not description.exists():
            raise OnnxError(f"{error}, and there is no {description} that describes it") from error
    return DescribedOnnx(file, threads, spin=spin)
