"""A face: its box, landmarks, proposal and decision, and the views of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeltool.domain.messages import N_, Message
from pipnet.data.boxes import Box

Points = NDArray[np.float64]
"""(N, 2) landmarks in pixels of the upright image, (0, 0) the centre of the top-left pixel; NaN
where a landmark is absent."""

Visibility = NDArray[np.int8]
"""(N,) of ABSENT, OCCLUDED, VISIBLE: how each landmark can be seen, as COCO numbers it."""

ABSENT, OCCLUDED, VISIBLE = 0, 1, 2


class Verdict(StrEnum):
    """What a person said of a face. A correction is an acceptance with moved points; *excluded* is
    not a face or unusable, never offered or trained. *Removed* is no verdict of a person: the
    operation that added the face was undone, or not finished yet, so the face is nowhere shown or
    counted until a redo brings it back."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    EXCLUDED = "excluded"
    REMOVED = "removed"


VERDICTS = tuple(verdict for verdict in Verdict if verdict is not Verdict.REMOVED)
"""Verdicts of faces that are there."""

_VERDICT_NAMES = {
    Verdict.UNREVIEWED: N_("unreviewed"),
    Verdict.ACCEPTED: N_("accepted"),
    Verdict.CORRECTED: N_("corrected"),
    Verdict.REJECTED: N_("rejected"),
    Verdict.EXCLUDED: N_("excluded"),
    Verdict.REMOVED: N_("removed"),
}


def verdict_name(verdict: Verdict) -> Message:
    """'accepted', for the middle of a sentence or a list."""
    return Message(_VERDICT_NAMES[verdict])


FINAL = (Verdict.ACCEPTED, Verdict.CORRECTED)
"""Verdicts that make a manual label."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a model proposed for a face. `scores` (N,) raw best map values; `score` 0..1 the face's;
    `spread`: of the neighbour votes as a fraction of the box size.

    `errors` (N,): the expected error of each landmark, `error`: of the face, both shares of the
    scheme's norm; None if no error model belongs to the model. `circle_factor` times an expected
    error is the radius within which the landmark truly lies in 90 % of faces; None likewise.
    """

    id: int
    round_id: int
    model: str
    points: Points
    scores: NDArray[np.float32]
    score: float
    spread: float
    errors: NDArray[np.float32] | None = None
    error: float | None = None
    circle_factor: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What was decided on a face, when, and on which prediction. `reviewer`: a person, or the file
    whose label was imported."""

    verdict: Verdict
    reviewer: str
    time: str
    prediction_id: int | None
    points: Points | None
    visibility: Visibility | None


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face with its current state. `photo` is the file, `name` its path under the photo root.

    `box_kind`: one of pipnet.data.boxes.BOX_KINDS. `prediction` is the one offered now; `offered`
    says that nobody judged it yet. `tolerance`: of the project, a share of the norm.
    `has_findings`: the checks found something on it, ignored or not. `draft`: unsaved moves, made
    on `draft_prediction`, with the visibility that goes with them. `missing` (N,): the landmarks
    that `points` do not know, because the scheme has got them since; None if there is none.
    """

    id: int
    photo_id: int
    photo: Path
    name: str
    photo_size: tuple[int, int]
    box: Box
    box_kind: str
    verdict: Verdict
    flag: bool
    offered: bool
    tolerance: float
    has_findings: bool
    prediction: Prediction | None
    decision: Decision | None
    draft: Points | None = None
    draft_visibility: Visibility | None = None
    draft_prediction: int | None = None
    missing: NDArray[np.bool_] | None = None

    @property
    def points(self) -> Points | None:
        """The landmarks to show: of the draft, of a manual label, or of the prediction."""
        if self.draft is not None:
            return self.draft
        if self.decision is not None and self.verdict in FINAL and self.decision.points is not None:
            return self.decision.points
        return None if self.prediction is None else self.prediction.points

    @property
    def visibility(self) -> Visibility | None:
        """How each of `points` can be seen; visible where nobody said otherwise."""
        points = self.points
        if points is None:
            return None
        stated = self.draft_visibility
        if self.draft is None and self.decision is not None and self.verdict in FINAL:
            stated = self.decision.visibility
        placed = np.isfinite(points).all(axis=1)
        said = np.full(len(points), VISIBLE) if stated is None else stated
        # a landmark in a place is not absent, whatever a file said of it
        return np.where(placed, np.maximum(said, OCCLUDED), ABSENT).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Row:
    """A face in a list: only what the list draws. `error`: see `Prediction`."""

    id: int
    name: str
    verdict: Verdict
    flag: bool
    offered: bool
    error: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A face in the gallery: what a small picture of it shows. Frames as in `Face`.

    `draft`: unsaved moves are shown. `error` and `errors` (N,): see `Prediction`. `tolerance`: of
    the project, a share of the norm. `moved` (N,) says which points a person put elsewhere.
    """

    id: int
    photo: Path
    name: str
    box: Box
    box_kind: str
    verdict: Verdict
    flag: bool
    offered: bool
    error: float | None
    draft: bool
    points: Points | None
    errors: NDArray[np.float32] | None
    tolerance: float
    moved: NDArray[np.bool_] | None


@dataclass(frozen=True, slots=True, eq=False)
class PredictedFace:
    """A face with the prediction that it shows now, whatever was decided; frames as in `Face`."""

    id: int
    photo_id: int
    box: Box
    box_kind: str
    verdict: Verdict
    prediction: Prediction


@dataclass(frozen=True, slots=True, eq=False)
class NewPrediction:
    """A prediction on its way into the store; see `Prediction`.

    `layout`: of which landmarks it is, see `labeltool.store.arrays`; None for those of the scheme
    that the project is opened with.
    """

    face_id: int
    points: Points
    scores: NDArray[np.float32]
    score: float
    spread: float
    errors: NDArray[np.float32] | None = None
    error: float | None = None
    layout: int | None = None
