"""The error model of a round's network: that of its start, refitted on the audit faces."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from labeltool.rounds.quality.error_models import IS_OWN, is_own, read_error_model
from labeltool.rounds.quality.round_figures import MIN_CALIBRATION_FACES
from labeltool.rounds.run_folder import RunFolder
from labeltool.workers.round_audit import Measurement
from pipnet.calibration.calibration_file import to_json
from pipnet.calibration.error_model import ErrorModel, fit_error_model
from pipnet.data.scheme import Scheme
from pipnet.evaluation.metrics import calibration_errors

MIN_FIT_FACES = 60
"""Audit faces for an error model of a network whose start has none."""


def start_error_model(folder: RunFolder, scheme: Scheme) -> ErrorModel | None:
    """The error model of the network that a round starts from, which has the landmarks of `scheme`;
    None if it has none.

    Raises:
        RunFolderError: its file is damaged.
    """
    found = read_error_model(folder.start_calibration)
    return found if found is not None and found.count == scheme.count else None


def refitted(
    start: ErrorModel | None, measured: Measurement | None, scheme: Scheme
) -> ErrorModel | None:
    """The error model of a trained network, from what it does on the audit faces, which it has not
    seen. With too few of them it is that of the start, which belongs to another network."""
    last = None if start is None else replace(start, summary=start.summary | {IS_OWN: False})
    if measured is None:
        return last
    errors = calibration_errors(measured.points, measured.truth, scheme)
    if start is None and len(errors) >= MIN_FIT_FACES:
        model = fit_error_model(measured.signals, errors, scheme.name)
    elif start is not None and len(errors) >= MIN_CALIBRATION_FACES:
        model = start.refit(measured.signals, errors)
    else:
        return last
    return replace(model, summary={IS_OWN: True})


def write_error_model(folder: RunFolder, model: ErrorModel, files: list[Path]) -> dict[str, Any]:
    """Write the error model beside the network; returns the `calibration` of results.json.

    Args:
        files: the model files that it belongs to.
    """
    digests = tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    folder.write_calibration(to_json(replace(model, models=digests)))
    return {"faces": model.faces, "is_own": is_own(model)}
