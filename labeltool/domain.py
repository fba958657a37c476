"""The values everything else talks in. Frozen, and free of Qt, SQL and torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(N, 2) landmarks in pixels of the upright image, (0, 0) the centre of the top-left pixel; NaN
where a landmark is absent."""

Box = tuple[float, float, float, float]
"""x, y, width, height in the same frame."""

Progress = Callable[[int, int], None]
"""Called with (done, total); raises Cancelled when the user asked to stop."""


class UserError(Exception):
    """Something the user can mend: `what` happened, and the `remedy`, a sentence each."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what, self.remedy = what, remedy


class StoreBusyError(UserError):
    """Another program holds the write lock for longer than this caller waits."""


class Cancelled(Exception):  # noqa: N818 - not an error
    """The user asked to stop."""


class Verdict(StrEnum):
    """What a person said of a face. A correction is an acceptance with moved points; *excluded* is
    not a face or unusable, never offered or trained."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    EXCLUDED = "excluded"


FINAL = (Verdict.ACCEPTED, Verdict.CORRECTED)
"""Verdicts that make a manual label."""


class RoundKind(StrEnum):
    """Where a set of predictions comes from."""

    PREDICT = "predict"
    TRAIN = "train"
    IMPORT = "import"


class RoundStatus(StrEnum):
    """`running` until its results are wholly taken in or it ended otherwise."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a write changed: these faces, or `all` of them; `photos`; `rounds`.

    Nothing at all says that only the desk turned to another face. `note`: a sentence for the
    message line, or empty.
    """

    faces: frozenset[int] = frozenset()
    all: bool = False
    photos: bool = False
    rounds: bool = False
    note: str = ""

    @property
    def any_face(self) -> bool:
        """Whether some face changed."""
        return self.all or bool(self.faces)


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a model proposed for a face. `scores` (N,) raw best map values; `score` 0..1 the face's;
    `spread`: of the neighbour votes as a fraction of the box size."""

    id: int
    round_id: int
    model: str
    points: Points
    scores: NDArray[np.float32]
    score: float
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What a person decided on a face, when, and on which prediction."""

    verdict: Verdict
    reviewer: str
    time: str
    prediction_id: int | None
    points: Points | None
    visibility: NDArray[np.int8] | None


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face with its current state. `photo` is the file, `name` its path under the photo root.

    `box_kind`: one of pipnet.crop.BOX_KINDS. `prediction` is the one offered now; `offered` says
    that nobody judged it yet. `draft`: unsaved moves, made on `draft_prediction`.
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
    prediction: Prediction | None
    decision: Decision | None
    draft: Points | None = None
    draft_prediction: int | None = None

    @property
    def points(self) -> Points | None:
        """The landmarks to show: of the draft, of a manual label, or of the prediction."""
        if self.draft is not None:
            return self.draft
        if self.decision is not None and self.verdict in FINAL and self.decision.points is not None:
            return self.decision.points
        return None if self.prediction is None else self.prediction.points


@dataclass(frozen=True, slots=True)
class Row:
    """A face in a list: only what the list draws."""

    id: int
    name: str
    verdict: Verdict
    flag: bool
    offered: bool
    score: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A face in the gallery: what a small picture of it shows. Frames as in `Face`.

    `draft`: unsaved moves are shown. `scores` (N,) are the prediction's; `moved` (N,) says which
    points a person put elsewhere.
    """

    id: int
    photo: Path
    name: str
    box: Box
    box_kind: str
    verdict: Verdict
    flag: bool
    offered: bool
    score: float | None
    draft: bool
    points: Points | None
    scores: NDArray[np.float32] | None
    moved: NDArray[np.bool_] | None


Seen = tuple[int, int | None, int | None]
"""A face, its newest entry of the log and its prediction, as they were when a batch was shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One verdict for many faces, before it is given; the lowest scores first.

    `waiting` faces wait for a verdict. `decided` ones have one from a person that the batch would
    replace, which needs asking. The others stay as they are: `same` have that verdict already,
    `drafts` have unsaved moves, `bare` no proposal to accept. `verdicts` counts all of them as they
    are now, `replaced` the decided ones; `lowest` is the lowest score of those waiting.
    """

    verdict: Verdict
    waiting: list[Seen]
    decided: list[Seen]
    same: int
    drafts: int
    bare: int
    verdicts: dict[Verdict, int]
    replaced: dict[Verdict, int]
    lowest: float | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which faces, in which order.

    `verdict`: one verdict, 'offered' for every proposal nobody judged, 'rejected-new' for rejected
    faces with a new proposal, or None for all. `text`: part of the file name. `order`: 'file',
    'score' (low first) or 'spread' (high first).
    """

    verdict: str | None = None
    flagged: bool = False
    text: str = ""
    order: str = "file"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of everything; `proposed` faces carry a proposal nobody judged."""

    photos: int = 0
    problems: int = 0
    waiting: int = 0
    faces: int = 0
    proposed: int = 0
    unreviewed: int = 0
    accepted: int = 0
    corrected: int = 0
    rejected: int = 0
    excluded: int = 0
    flagged: int = 0
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a model over the project, trained before or not."""

    id: int
    kind: RoundKind
    number: int
    model: str
    task: str
    status: RoundStatus
    folder: Path
    started: str
    finished: str | None
    error: str | None
    summary: dict[str, object]


@dataclass(frozen=True, slots=True)
class UndoState:
    """What undo and redo would do now, in words, or None."""

    undo: str | None
    redo: str | None


@dataclass(frozen=True, slots=True, eq=False)
class NewPrediction:
    """A prediction on its way into the store."""

    face_id: int
    points: Points
    scores: NDArray[np.float32]
    score: float
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class NewLabel:
    """A manual label that comes from a file: the verdict is accepted or corrected."""

    face_id: int
    verdict: Verdict
    points: Points
    visibility: NDArray[np.int8] | None = None
