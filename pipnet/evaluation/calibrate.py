"""Fit what a detector's expected errors are, on labelled faces that it did not train on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipnet.calibration.error_model import FOLDS, ErrorModel, fit_error_model
from pipnet.evaluation.error_figures import ErrorFigures, error_figures
from pipnet.evaluation.evaluate import Evaluation

MIN_CALIBRATION_FACES = 20
"""With fewer faces, each part's own model would have too few."""


def calibrate(faces: Evaluation, scheme: str) -> tuple[ErrorModel, ErrorFigures]:
    """An error model for the detector that was evaluated, and how well it does on unseen faces.

    Args:
        faces: of the detector, on labelled faces that it never saw.
        scheme: name of the landmarks.

    Returns:
        The model of all the faces; and the figures of FOLDS models, each on the faces that it did
        not see, nor another face of their photos.

    Raises:
        ValueError: too few faces, or an evaluation of points of unknown origin.
    """
    if faces.estimates is None:
        raise ValueError("there are no signals of these predictions, so nothing can be learned")
    signals, scale = faces.estimates.signals, faces.estimates.scale[:, None]
    # circles are drawn in pixels, by the norm of the predicted landmarks
    errors = faces.curve * scale
    if len(errors) < MIN_CALIBRATION_FACES:
        raise ValueError(
            f"a calibration needs at least {MIN_CALIBRATION_FACES} labelled faces, and "
            f"{len(errors)} could be measured"
        )
    numbers: dict[Path, int] = {}
    parts = np.array(
        [numbers.setdefault(photo, len(numbers)) % FOLDS for photo in faces.estimates.photos]
    )
    model = fit_error_model(signals, errors, scheme, parts)
    expected, radius = np.full(errors.shape, np.nan), np.full(errors.shape, np.nan)
    means = np.full(len(errors), np.nan)
    for part in np.unique(parts):
        seen, unseen = parts != part, parts == part
        one = fit_error_model(signals[seen], errors[seen], scheme, parts[seen])
        expected[unseen], radius[unseen] = (
            one.expected(signals[unseen]),
            one.radius(signals[unseen]),
        )
        means[unseen] = one.face_error(signals[unseen])
    figures = error_figures(faces.curve, expected / scale, radius / scale, means / scale[:, 0])
    return model, figures
