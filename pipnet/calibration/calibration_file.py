"""Calibration files: an error model as JSON, beside the model file it belongs to."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from pipnet.calibration.error_model import ErrorModel
from pipnet.calibration.json_file import CalibrationError, array_of, parse, read_text
from pipnet.calibration.signals import NAMES
from pipnet.output import replacing

FORMAT = 1

SUFFIX = ".calibration.json"

KIND = "calibration"


def beside(weights: Path) -> Path:
    """Where the calibration of a model file lies: `face.onnx` has `face.calibration.json`."""
    return weights.with_name(weights.stem + SUFFIX)


def digest(weights: Path) -> str:
    """SHA-256 of a model file, in hexadecimal. Raises OSError."""
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find(weights: Path) -> ErrorModel | None:
    """The calibration that lies beside a model file; None if there is none.

    Raises:
        CalibrationError: it is damaged, or belongs to another model file.
    """
    path = beside(weights)
    if not path.exists():
        return None
    model = load(path)
    if model.models and digest(weights) not in model.models:
        raise CalibrationError(
            f"{path} belongs to another model file than {weights}: remove it, or fit one by "
            "'pipnet calibrate'"
        )
    return model


def to_json(model: ErrorModel) -> str:
    """The model as JSON text."""
    return json.dumps(
        {
            "pipnet_calibration": FORMAT,
            "scheme": model.scheme,
            "landmarks": model.count,
            "signals": list(NAMES),
            "faces": model.faces,
            "factor": model.factor,
            "models": list(model.models),
            "summary": model.summary,
            "face_prior": model.face_prior,
            **{name: getattr(model, name).tolist() for name in _ARRAYS},
        },
        ensure_ascii=False,
    )


_ARRAYS = ("scale", "point_weights", "face_weights", "prior", "centre")


def from_json(text: str, source: str = "the calibration") -> ErrorModel:
    """Read what `to_json` wrote.

    Args:
        source: what messages call it.

    Raises:
        CalibrationError: damaged, of another program or a newer version.
    """

    def build(data: dict[str, Any]) -> ErrorModel:
        if data["pipnet_calibration"] > FORMAT or data.get("signals") != list(NAMES):
            raise CalibrationError(
                f"{source} was written by another version of this program: fit one by "
                "'pipnet calibrate'"
            )
        return _model(data)

    return parse(text, source, KIND, "pipnet_calibration", build)


def _model(data: dict[str, Any]) -> ErrorModel:
    count, size = _whole(data, "landmarks", 1), len(NAMES)
    shapes = {
        "centre": (count, size), "scale": (size,), "point_weights": (2 * size,),
        "face_weights": (size,), "prior": (count,),
    }  # fmt: skip
    arrays = {name: array_of(data, name, shape) for name, shape in shapes.items()}
    if (arrays["scale"] <= 0).any():
        raise ValueError("'scale' must be above 0")
    factor = _number(data, "factor")
    if factor <= 0:
        raise ValueError(f"'factor' must be above 0, not {factor}")
    models = data["models"]
    if not isinstance(models, list) or not all(isinstance(name, str) for name in models):
        raise ValueError("'models' must be a list of digests")
    if not isinstance(data["summary"], dict) or not isinstance(data["scheme"], str):
        raise ValueError("'summary' or 'scheme' is of another kind")
    return ErrorModel(
        scheme=data["scheme"], count=count, face_prior=_number(data, "face_prior"),
        factor=factor, faces=_whole(data, "faces", 0), models=tuple(models),
        summary=data["summary"], **arrays,
    )  # fmt: skip


def _whole(data: dict[str, Any], name: str, least: int) -> int:
    value = data[name]
    if type(value) is not int or value < least:
        raise ValueError(f"{name!r} must be a whole number from {least}, not {value!r}")
    return value


def _number(data: dict[str, Any], name: str) -> float:
    value = data[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise ValueError(f"{name!r} must be a number, not {value!r}")
    return float(value)


def save(model: ErrorModel, path: Path) -> None:
    """Write a calibration file, whole or not at all. Raises OSError."""
    with replacing(path) as partial:
        partial.write_text(to_json(model), encoding="utf-8")


def load(path: Path) -> ErrorModel:
    """Read a calibration file.

    Raises:
        CalibrationError: missing, damaged, of another program or a newer version.
    """
    return from_json(read_text(path, KIND), str(path))
