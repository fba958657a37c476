"""Residual models as JSON files, beside the model file they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet import resources
from pipnet.calibration.residuals import ResidualModel
from pipnet.data.scheme import Scheme
from pipnet.output import replacing

FORMAT = 1

SUFFIX = ".residuals.json"

MAX_FILE_BYTES = 50_000_000
"""A larger file is not read: no scheme has so many landmarks."""


class ResidualFileError(ValueError):
    """A file that is no residual model; the message names it."""


def beside(weights: Path) -> Path:
    """Where the residual model of a model file lies: `face.safetensors` has
    `face.residuals.json`."""
    return weights.with_name(weights.stem + SUFFIX)


def find(weights: Path) -> ResidualModel | None:
    """The residual model that lies beside a model file; None if there is none.

    Raises:
        ResidualFileError: it is damaged.
    """
    path = beside(weights)
    return load(path) if path.exists() else None


def shipped(scheme: Scheme) -> ResidualModel | None:
    """The residual model of a scheme that comes with the program; None if there is none."""
    for path in sorted(resources.path("weights").glob(f"*{SUFFIX}")):
        model = load(path)
        if model.fits(scheme):
            return model
    return None


def to_json(model: ResidualModel) -> str:
    """The model as JSON text; of the symmetric covariance the lower triangle, row by row."""
    lower = model.covariance[np.tril_indices(2 * model.count)]
    return json.dumps(
        {
            "pipnet_residuals": FORMAT,
            "scheme": model.scheme,
            "landmarks": model.count,
            "faces": model.faces,
            "mean": [float(f"{value:.6g}") for value in model.mean.ravel()],
            "covariance": [float(f"{value:.5g}") for value in lower],
        },
        ensure_ascii=False,
    )


def from_json(text: str, source: str = "the residual model") -> ResidualModel:
    """Read what `to_json` wrote.

    Args:
        source: what messages call it.

    Raises:
        ResidualFileError: damaged, of another program or a newer version.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ResidualFileError(f"{source} is not a whole JSON file: {error}") from error
    if not isinstance(data, dict) or type(data.get("pipnet_residuals")) is not int:
        raise ResidualFileError(f"{source} is not a residual model of this program")
    if data["pipnet_residuals"] > FORMAT:
        raise ResidualFileError(f"{source} was written by a newer version of this program")
    try:
        return _model(data)
    except KeyError as error:
        raise ResidualFileError(f"{source} does not state {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise ResidualFileError(f"{source} is damaged: {error}") from error


def _model(data: dict[str, Any]) -> ResidualModel:
    count, faces = data["landmarks"], data["faces"]
    if type(count) is not int or not 1 <= count <= 10_000:
        raise ValueError(f"'landmarks' must be a whole number from 1, not {count!r}")
    if isinstance(faces, bool) or not isinstance(faces, int | float) or not 0 < faces < 1e12:
        raise ValueError(f"'faces' must be a number above 0, not {faces!r}")
    if not isinstance(data["scheme"], str):
        raise ValueError("'scheme' must be a name")
    size = 2 * count
    mean = _numbers(data, "mean", size).reshape(count, 2)
    lower = _numbers(data, "covariance", size * (size + 1) // 2)
    covariance = np.zeros((size, size))
    covariance[np.tril_indices(size)] = lower
    covariance = covariance + np.tril(covariance, -1).T
    least = float(np.linalg.eigvalsh(covariance)[0])
    if least < -1e-4 * float(np.diag(covariance).max()) or (np.diag(covariance) <= 0).any():
        raise ValueError("'covariance' is not that of any residuals")
    return ResidualModel(data["scheme"], mean, covariance, float(faces))


def _numbers(data: dict[str, Any], name: str, count: int) -> NDArray[np.float64]:
    array = np.array(data[name], np.float64)
    if array.shape != (count,) or not np.isfinite(array).all():
        raise ValueError(f"{name!r} must be {count} finite numbers, not {array.shape}")
    return array


def save(model: ResidualModel, path: Path) -> None:
    """Write a residual model, whole or not at all. Raises OSError."""
    with replacing(path) as partial:
        partial.write_text(to_json(model), encoding="utf-8")


def load(path: Path) -> ResidualModel:
    """Read a residual model.

    Raises:
        ResidualFileError: missing, damaged, of another program or a newer version.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ResidualFileError(f"{path} is too large for a residual model")
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ResidualFileError(f"there is no residual model {path}") from None
    except UnicodeDecodeError as error:
        raise ResidualFileError(f"{path} is not a residual model of this program") from error
    except OSError as error:
        raise ResidualFileError(f"{path} could not be read: {error.strerror}") from error
    return from_json(text, str(path))
