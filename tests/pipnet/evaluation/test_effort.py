"""Drags of the simulated annotator."""

from __future__ import annotations

import numpy as np

from pipnet import resources
from pipnet.calibration import residual_file
from pipnet.data.scheme import load_scheme
from pipnet.evaluation.effort import count_drags

SCHEME = load_scheme("300w")
MODEL = residual_file.load(residual_file.beside(resources.starter()))
TRUTH = MODEL.mean * 80 + 200
NORM = float(np.linalg.norm(TRUTH[36] - TRUTH[45]))


def test_only_landmarks_outside_the_tolerance_are_dragged() -> None:
    points = TRUTH.copy()
    points[[30, 48, 60]] += [[0, 0.1 * NORM], [0.06 * NORM, 0], [0, 0.04 * NORM]]
    assert count_drags(points, TRUTH, SCHEME, 0.05) == 2
    assert count_drags(points, TRUTH, SCHEME, 0.08) == 1
    assert count_drags(TRUTH, TRUTH, SCHEME, 0.05) == 0


def test_sliding_along_a_contour_needs_no_drag() -> None:
    points = TRUTH.copy()
    points[3] = (TRUTH[3] + TRUTH[4]) / 2
    assert np.linalg.norm(points[3] - TRUTH[3]) > 0.08 * NORM
    assert count_drags(points, TRUTH, SCHEME, 0.05) == 0


def test_what_goes_together_takes_one_drag() -> None:
    points = TRUTH.copy()
    points[48:] += [0, 0.1 * NORM]  # the whole mouth is too low
    assert count_drags(points, TRUTH, SCHEME, 0.08) == 20
    assert count_drags(points, TRUTH, SCHEME, 0.08, MODEL) < 5
