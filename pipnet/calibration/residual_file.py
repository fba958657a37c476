"""Residual models as JSON files, beside the model file they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from pipnet import resources
from pipnet.calibration.json_file import CalibrationError, array_of, parse, read_text
from pipnet.calibration.residuals import ResidualModel
from pipnet.data.scheme import Scheme
from pipnet.output import replacing

FORMAT = 1

SUFFIX = ".residuals.json"

KIND = "residual model"


def beside(weights: Path) -> Path:
    """Where the residual model of a model file lies: `face.safetensors` has
    `face.residuals.json`."""
    return weights.with_name(weights.stem + SUFFIX)


def find(weights: Path) -> ResidualModel | None:
    """The residual model that lies beside a model file; None if there is none.

    Raises:
        CalibrationError: it is damaged.
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
        CalibrationError: damaged, of another program or a newer version.
    """

    def build(data: dict[str, Any]) -> ResidualModel:
        if data["pipnet_residuals"] > FORMAT:
            raise CalibrationError(f"{source} was written by a newer version of this program")
        return _model(data)

    return parse(text, source, KIND, "pipnet_residuals", build)


def _model(data: dict[str, Any]) -> ResidualModel:
    count, faces = data["landmarks"], data["faces"]
    if type(count) is not int or not 1 <= count <= 10_000:
        raise ValueError(f"'landmarks' must be a whole number from 1, not {count!r}")
    if isinstance(faces, bool) or not isinstance(faces, int | float) or not 0 < faces < 1e12:
        raise ValueError(f"'faces' must be a number above 0, not {faces!r}")
    if not isinstance(data["scheme"], str):
        raise ValueError("'scheme' must be a name")
    size = 2 * count
    mean = array_of(data, "mean", (size,)).reshape(count, 2)
    lower = array_of(data, "covariance", (size * (size + 1) // 2,))
    covariance = np.zeros((size, size))
    covariance[np.tril_indices(size)] = lower
    covariance = covariance + np.tril(covariance, -1).T
    least = float(np.linalg.eigvalsh(covariance)[0])
    if least < -1e-4 * float(np.diag(covariance).max()) or (np.diag(covariance) <= 0).any():
        raise ValueError("'covariance' is not that of any residuals")
    return ResidualModel(data["scheme"], mean, covariance, float(faces))


def save(model: ResidualModel, path: Path) -> None:
    """Write a residual model, whole or not at all. Raises OSError."""
    with replacing(path) as partial:
        partial.write_text(to_json(model), encoding="utf-8")


def load(path: Path) -> ResidualModel:
    """Read a residual model.

    Raises:
        CalibrationError: missing, damaged, of another program or a newer version.
    """
    return from_json(read_text(path, KIND), str(path))
