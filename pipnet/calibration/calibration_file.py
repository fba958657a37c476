"""Calibration files: an error model as JSON, beside the model file it belongs to."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.error_model import CalibrationError, ErrorModel
from pipnet.calibration.signals import NAMES
from pipnet.output import replacing

FORMAT = 1

SUFFIX = ".calibration.json"

MAX_FILE_BYTES = 50_000_000
"""A larger file is not read: no scheme has so many landmarks."""


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
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CalibrationError(f"{source} is not a whole JSON file: {error}") from error
    if not isinstance(data, dict) or type(data.get("pipnet_calibration")) is not int:
        raise CalibrationError(f"{source} is not a calibration of this program")
    if data["pipnet_calibration"] > FORMAT or data.get("signals") != list(NAMES):
        raise CalibrationError(
            f"{source} was written by another version of this program: fit one by "
            "'pipnet calibrate'"
        )
    try:
        return _model(data)
    except KeyError as error:
        raise CalibrationError(f"{source} does not state {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise CalibrationError(f"{source} is damaged: {error}") from error


def _model(data: dict[str, Any]) -> ErrorModel:
    count, size = _whole(data, "landmarks", 1), len(NAMES)
    shapes = {
        "centre": (count, size), "scale": (size,), "point_weights": (2 * size,),
        "face_weights": (size,), "prior": (count,),
    }  # fmt: skip
    arrays = {name: _array(data, name, shape) for name, shape in shapes.items()}
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


def _array(data: dict[str, Any], name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = np.array(data[name], np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{name!r} must be {shape} finite numbers, not {array.shape}")
    return array


def save(model: ErrorModel, path: Path) -> None:
    """Write a calibration file, whole or not at all. Raises OSError."""
    with replacing(path) as partial:
        partial.write_text(to_json(model), encoding="utf-8")


def load(path: Path) -> ErrorModel:
    """Read a calibration file.

    Raises:
        CalibrationError: missing, damaged, of another program or a newer version.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CalibrationError(f"{path} is too large for a calibration")
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise CalibrationError(f"there is no calibration {path}") from None
    except UnicodeDecodeError as error:
        raise CalibrationError(f"{path} is not a calibration of this program") from error
    except OSError as error:
        raise CalibrationError(f"{path} could not be read: {error.strerror}") from error
    return from_json(text, str(path))
