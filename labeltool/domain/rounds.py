"""One run of a model over the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from labeltool.domain.face import Points
from labeltool.domain.messages import Message


class RoundKind(StrEnum):
    """Where a set of predictions comes from."""

    PREDICT = "predict"
    TRAIN = "train"
    IMPORT = "import"


class RoundStatus(StrEnum):
    """`queued` until it starts; `running` until its results are wholly taken in or it ended
    otherwise; `packed` while another machine trains it."""

    QUEUED = "queued"
    RUNNING = "running"
    PACKED = "packed"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LedgerRole(StrEnum):
    """What a training round used a face for."""

    MANUAL = "manual"
    """Its manual label was trained."""
    PSEUDO = "pseudo"
    """Its proposal was trained, with the round's task."""
    AUDIT = "audit"
    """It measured the network, which never saw it."""
    LEFT_OUT = "left-out"
    """Nothing; the ledger says why."""


class LeftOut(StrEnum):
    """Why a training round did not use a face."""

    REJECTED = "rejected"
    EXCLUDED = "excluded"
    FLAGGED = "flagged"
    AUDIT_GROUP = "audit-group"
    """It is too similar to a face that measures the network."""
    NO_PROPOSAL = "no-proposal"
    BAD_PHOTO = "bad-photo"
    NOT_NEEDED = "not-needed"
    """There were more pseudo-labels than the round could use, or it used none."""


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a model over the project, trained before or not.

    `promoted`: whether the network of a training was taken into use. `name` and `note` are texts of
    the user's, empty without. `summary`: plain values that the worker and the program recorded.
    """

    id: int
    kind: RoundKind
    number: int
    model: str
    task: str
    status: RoundStatus
    folder: Path
    started: str
    finished: str | None
    error: Message | None
    summary: dict[str, object]
    promoted: bool = False
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """How far the proposals of `faces` faces moved in a round.

    `mean` and those of the `most` moved faces (face id, movement) are mean distances of the
    landmarks from those shown before, as fractions of the face's size.
    """

    mean: float
    faces: int
    most: tuple[tuple[int, float], ...]

    def to_dict(self) -> dict[str, object]:
        """Plain values for the summary of a round."""
        return {"mean": self.mean, "faces": self.faces, "most": [list(row) for row in self.most]}

    @classmethod
    def from_dict(cls, read: Mapping[str, Any]) -> Movement:
        """The movement that `to_dict` gave."""
        return cls(
            read["mean"], read["faces"], tuple((face, moved) for face, moved in read["most"])
        )


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """A proposal and the label that a person made of it, (N, 2) each, pixels of the upright
    photo; NaN where the label has no such landmark."""

    face_id: int
    proposal: Points
    label: Points
