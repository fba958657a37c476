"""8-bit ONNX files: several times as fast on CPUs with integer instructions."""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantType
from onnxruntime.quantization.calibrate import create_calibrator
from onnxruntime.quantization.qdq_quantizer import QDQQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process

from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.output import replacing

OPERATIONS = ["Conv", "Clip", "Relu", "MaxPool"]
"""What becomes integers. Not the additions of residual blocks: rounding their sums again and again
was most of what 8 bits cost, and they take no time. `MaxPool` loses nothing."""

PERCENTILE = 99.999
"""Activations beyond this are clipped; with whole ranges a single outlier costs all resolution."""

TRUNK_PARTS = 5
"""The trunk's convolutions are divided into this many parts; one of them may stay in fp32."""

MAX_REMAINING_SHARE = 4 / 5
"""A part stays in fp32 if that reduces the landmarks' movement to at most this share."""


class _Crops(CalibrationDataReader):  # type: ignore[misc]
    """Feeds calibration one face at a time."""

    def __init__(self, crops: NDArray[np.uint8]) -> None:
        self._rows: Iterator[NDArray[np.uint8]] = iter(crops)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """The next input, None at the end."""
        crop = next(self._rows, None)
        return None if crop is None else {"images": crop[None]}


def quantize(source: Path, target: Path, crops: NDArray[np.uint8]) -> None:
    """Turn an exported fp32 ONNX file into an 8-bit one.

    Convolutions become integers, with a scale a channel for the weights and ranges seen on real
    faces for the activations. Normalisation, decode and merge stay as they are, and so does a fifth
    of the trunk's convolutions if that is where most of the error comes from.

    Args:
        source: what `pipnet.export.onnx.export_onnx` wrote. target: the new file, whole or not at
        all. crops: at least some dozens of network inputs (B, S, S, 3) of real faces.
    """
    wanted = OnnxDetector(source).predict_crops(crops).points  # (B, N, 2)
    with tempfile.TemporaryDirectory() as folder, _quiet():
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared))
        ranges = _ranges(prepared, Path(folder), crops)
        convolutions = [n.name for n in onnx.load(prepared).graph.node if n.op_type == "Conv"]
        layers = [name for name in convolutions if "/trunk/" in name]
        tried: list[tuple[float, Path]] = []
        parts = [part.tolist() for part in np.array_split(layers, TRUNK_PARTS)]
        for number, part in enumerate([[], *parts]):
            file = Path(folder) / f"{number}.onnx"
            _convert(prepared, file, ranges, part, source)
            points = OnnxDetector(file).predict_crops(crops).points
            tried.append((float(np.linalg.norm(points - wanted, axis=-1).mean()), file))
        best = min(tried) if min(tried)[0] < MAX_REMAINING_SHARE * tried[0][0] else tried[0]
        with replacing(target) as partial:
            partial.write_bytes(best[1].read_bytes())


def _ranges(prepared: Path, folder: Path, crops: NDArray[np.uint8]) -> Any:
    """The range of every activation on these faces."""
    calibrator = create_calibrator(
        prepared, OPERATIONS, augmented_model_path=str(folder / "observed.onnx"),
        calibrate_method=CalibrationMethod.Percentile,
        extra_options={"symmetric": False, "num_bins": 2048, "percentile": PERCENTILE},
    )  # fmt: skip
    calibrator.collect_data(_Crops(crops))
    return calibrator.compute_data()


def _convert(
    prepared: Path, file: Path, ranges: Any, excluded: Sequence[str], source: Path
) -> None:
    """Write the 8-bit file, with the metadata of the source."""
    quantizer = QDQQuantizer(
        onnx.load(prepared), True, False, QuantType.QInt8, QuantType.QUInt8, ranges,
        [], list(excluded), OPERATIONS, {},
    )  # fmt: skip
    quantizer.quantize_model()
    model = quantizer.model.model
    del model.metadata_props[:]
    model.metadata_props.extend(onnx.load(source, load_external_data=False).metadata_props)
    onnx.save(model, file)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The library prints its settings, and advises to preprocess although that was done."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        root.setLevel(level)
