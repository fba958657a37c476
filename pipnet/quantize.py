"""8-bit ONNX files: about three times as fast on CPUs with integer instructions."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process


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

    Convolutions and additions become integers, with a scale a channel for the weights and ranges
    seen on real faces for the activations; normalisation, decode and merge stay as they are.

    Args:
        source: what `pipnet.export.export_onnx` wrote. target: the new file, whole or not at all.
        crops: at least some dozens of network inputs (B, S, S, 3) of real faces.
    """
    meta = onnx.load(source).metadata_props
    quiet = logging.getLogger()
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # it advises to preprocess although that was done
    try:
        with tempfile.TemporaryDirectory() as folder:
            prepared, written = Path(folder) / "prepared.onnx", Path(folder) / "int8.onnx"
            quant_pre_process(str(source), str(prepared))
            quantize_static(
                str(prepared), str(written), _Crops(crops), quant_format=QuantFormat.QDQ,
                per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
                op_types_to_quantize=["Conv", "Add", "Clip"],
                calibrate_method=CalibrationMethod.MinMax,
            )  # fmt: skip
            model = onnx.load(written)
    finally:
        quiet.setLevel(level)
    del model.metadata_props[:]
    model.metadata_props.extend(meta)
    partial = target.with_name(target.name + ".partial")
    onnx.save(model, partial)
    os.replace(partial, target)
