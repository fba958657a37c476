"""Circles that hold the truth for a stated share of the landmarks, and whether they still do.

Faces, not landmarks, are exchangeable: the landmarks of one face are off together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COVERAGE = 0.9
"""Share of the landmarks that their circles are made to hold."""

MIN_FACES = 9
"""Fewer faces cannot bound a coverage of 0.9: the new face alone could exceed the share outside."""

DRIFTING_STANDARD_ERRORS = 2.0
LOST_STANDARD_ERRORS = 4.0
"""A coverage that is lower than expected by so many standard errors is drifting, or lost."""

State = Literal["ok", "drifting", "lost"]


def conformal_factor(ratios: Floats, coverage: float = COVERAGE) -> float:
    """What expected errors are multiplied by to hold the truth.

    Conformal risk control (Angelopoulos, Bates, Fisch, Lei, Schuster, ICLR 2024) for the share of a
    face's landmarks that lie outside their circles, which is between 0 and 1 and falls as the
    circles grow. The smallest factor for which (n * mean share + 1) / (n + 1) is at most
    1 - `coverage`. If the n faces and a new one are exchangeable, then the expected share of the
    new face's landmarks that their circles hold is at least `coverage`, and at most 1 / (n + 1)
    plus one landmark's part of a face above it. It says nothing of a single face or landmark.

    Args:
        ratios: (F, N) true error over expected error; NaN where unlabelled. Faces without a
            labelled landmark do not count.

    Raises:
        ValueError: fewer than MIN_FACES faces have a labelled landmark.
    """
    ratios = ratios[np.isfinite(ratios).any(1)]
    faces = len(ratios)
    if faces < MIN_FACES:
        raise ValueError(f"circles need at least {MIN_FACES} labelled faces, and there are {faces}")
    is_labelled = np.isfinite(ratios)
    # each landmark's part of the mean share, from the largest ratio down
    parts = np.broadcast_to((1 / is_labelled.sum(1) / faces)[:, None], ratios.shape)[is_labelled]
    values = ratios[is_labelled]
    order = np.argsort(-values, kind="stable")
    outside = np.concatenate([[0.0], np.cumsum(parts[order])])  # outside[k]: the k largest are
    allowed = ((1 - coverage) * (faces + 1) - 1) / faces
    # the most that may lie outside; the next largest is on its circle
    count = int(np.searchsorted(outside, allowed + 1e-12, side="right")) - 1
    return float(values[order[min(count, len(order) - 1)]])


def coverage_by_face(errors: Floats, radius: Floats) -> Floats:
    """Share of the labelled landmarks that their circles hold, (F, N) x 2 -> (F,).

    NaN for a face without a labelled landmark.
    """
    is_labelled = np.isfinite(errors)
    inside = (errors <= radius) & is_labelled
    count = is_labelled.sum(1)
    result: Floats = np.divide(
        inside.sum(1), count, out=np.full(len(errors), np.nan), where=count > 0
    )
    return result


@dataclass(frozen=True, slots=True)
class CoverageCheck:
    """Whether circles hold what they should on newly judged faces.

    `faces`: how many were looked at. `coverage`: mean share of their landmarks that the circles
    held, 0 to 1. `standard_error`: of that mean. `low`, `high`: between which it lies for circles
    that hold what they should, with about 95 %. `state`: `ok`; `drifting` below `low`; `lost` if
    it is lower by LOST_STANDARD_ERRORS.
    """

    state: State
    faces: int
    coverage: float
    standard_error: float
    low: float
    high: float


def check_coverage(
    errors: Floats, radius: Floats, *, coverage: float = COVERAGE, calibration_faces: int
) -> CoverageCheck | None:
    """Compare circles with the errors of faces drawn at random, (F, N) x 2.

    The expected range allows for chance in these faces and in those of the calibration. None if no
    landmark is labelled.

    Args:
        calibration_faces: how many faces the factor of the circles rests on.
    """
    held = coverage_by_face(errors, radius)
    held = held[np.isfinite(held)]
    faces = len(held)
    if faces == 0:
        return None
    mean = float(held.mean())
    # a spread as of a wide sample of faces keeps few equal ones from looking certain
    prior_faces, prior_variance = 10, SPREAD_OF_FACES**2
    squares = float(((held - mean) ** 2).sum()) + prior_faces * prior_variance
    variance = squares / (faces + prior_faces - 1)
    error = float(np.sqrt(variance / faces))
    reach = float(np.sqrt(variance / faces + variance / max(calibration_faces, 1)))
    low = coverage - DRIFTING_STANDARD_ERRORS * reach
    state: State = "ok"
    if mean < coverage - LOST_STANDARD_ERRORS * reach:
        state = "lost"
    elif mean < low:
        state = "drifting"
    high = min(1.0, coverage + DRIFTING_STANDARD_ERRORS * reach)
    return CoverageCheck(state, faces, mean, error, max(0.0, low), high)


SPREAD_OF_FACES = 0.12
"""Standard deviation over faces of the share held, as measured for the shipped detector."""
