"""Whether the circles around landmarks still hold what they should, and what to do if not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from labeltool.domain import N_, Calibration, Message, Round
from labeltool.domain.tolerance import CIRCLE_SHARE, landmark_errors
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.store import Store

MIN_CHECKED_FACES = 10
"""Labelled random faces without which nothing is said of how the circles do here."""

WANTED_FACES = 30
"""Faces that circles should rest on: with fewer, chance alone moves their share by 5 points."""

MORE_FACES = 20
"""Faces that a person is asked to label in addition."""


class Trust(StrEnum):
    """How far circles can be trusted."""

    HOLDS = "holds"
    DOUBTFUL = "doubtful"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class CircleCheck:
    """How the circles of the network in use do.

    `share`: of the `points` landmarks of `faces` random faces that lay within their circles, 0 to
    1; NaN without any. `sentence`: what is known, and what to do.
    """

    trust: Trust
    sentence: Message
    share: float
    points: int
    faces: int


def check_circles(store: Store) -> CircleCheck | None:
    """Check the circles of the network in use by the audit faces whose label was given on its
    proposals; None while it has no expected errors to check."""
    current = store.rounds.current()
    if current is None or current.model == MEAN_FACE:
        return None
    calibration = store.trust.calibrations.of_round(current.id)
    if calibration is None:
        return CircleCheck(Trust.DOUBTFUL, Message(_NO_ERRORS, count=WANTED_FACES), np.nan, 0, 0)
    return _check(store, current, calibration)


def _check(store: Store, current: Round, calibration: Calibration) -> CircleCheck:
    # imported here: the window opens without it
    from pipnet.calibration.conformal import check_coverage  # noqa: PLC0415

    judged = store.trust.calibrations.judged(current.id)
    errors = [landmark_errors(face.points, face.truth, store.scheme) for face in judged]
    radii = [calibration.circle_factor * face.errors.astype(np.float64) for face in judged]
    points = sum(int(np.isfinite(row).sum()) for row in errors)
    found = None
    if judged:
        found = check_coverage(
            np.stack(errors), np.stack(radii), calibration_faces=calibration.faces
        )
    if found is None or found.faces < MIN_CHECKED_FACES:
        trust, sentence = _unchecked(calibration)
        return CircleCheck(trust, sentence, np.nan, points, len(judged))
    trust = _TRUST[found.state]
    said = Message(
        _SENTENCES[trust], percent=f"{100 * found.coverage:.0f}", count=points,
        expected=f"{100 * CIRCLE_SHARE:.0f}", more=MORE_FACES,
    )  # fmt: skip
    return CircleCheck(trust, said, found.coverage, points, found.faces)


def _unchecked(calibration: Calibration) -> tuple[Trust, Message]:
    """What the calibration alone says."""
    if not calibration.is_own:
        return Trust.DOUBTFUL, Message(_OTHER_NETWORK, more=MORE_FACES)
    if calibration.faces < WANTED_FACES:
        return Trust.DOUBTFUL, Message(_FEW, count=calibration.faces, more=MORE_FACES)
    return Trust.HOLDS, Message(_UNCHECKED, count=calibration.faces)


_TRUST = {"ok": Trust.HOLDS, "drifting": Trust.DOUBTFUL, "lost": Trust.FAILS}
_SENTENCES = {
    Trust.HOLDS: N_("Circles held {percent} % of {count} points, expected {expected}."),
    Trust.DOUBTFUL: N_(
        "Circles held {percent} % of {count} points, expected {expected}: label {more} more random "
        "faces and start a round."
    ),
    Trust.FAILS: N_(
        "Circles held only {percent} % of {count} points, expected {expected}. Do not rely on "
        "them: label {more} more random faces and start a round."
    ),
}
_NO_ERRORS = N_(
    "This network has no expected errors: add {count} faces to measure by, label them and start a "
    "round."
)
_OTHER_NETWORK = N_(
    "Circles are not calibrated for this network: add {more} faces to measure by, label them and "
    "start a round."
)
_FEW = N_("Circles rest on {count} faces only: label {more} more random faces and start a round.")
_UNCHECKED = N_("Circles rest on {count} labelled faces.")
