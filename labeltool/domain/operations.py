"""What the log holds of a face, what undo would do, and one verdict for many faces."""

from __future__ import annotations

from dataclasses import dataclass, field

from labeltool.domain.face import Points, Verdict
from labeltool.domain.messages import Message


@dataclass(frozen=True, slots=True)
class Step:
    """What one undo or redo would undo or redo: moves of points, or an operation.

    `what`: as the log describes it. `faces`: how many it was done to, 0 for moves. `key` names
    the step, whoever asks. `is_last`: it is what was done last through this open project, so the
    person has it before their eyes.
    """

    what: Message
    kind: str
    faces: int
    reviewer: str
    time: str
    key: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class UndoState:
    """What undo and redo would do now, in words, or None; the steps say more of it."""

    undo: Message | None
    redo: Message | None
    undo_step: Step | None = field(default=None, compare=False)
    redo_step: Step | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A state that a face was given: by which operation on how many `faces`, whose, when (UTC).

    `kind`: decide, flag, import, restore, revert, undo or redo. `model`: whose proposal it
    judged. `points`: the landmarks it decided on, else those of that proposal. `undone`: the
    operation was undone or reverted since, as far as this face goes.
    """

    id: int
    kind: str
    description: Message
    reviewer: str
    time: str
    faces: int
    verdict: Verdict
    flag: bool
    model: str | None
    points: Points | None
    undone: bool


Seen = tuple[int, int | None, int | None]
"""A face, its newest entry of the log and its prediction, as they were when a batch was shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One verdict for many faces, before it is given; the largest expected errors first.

    `waiting` faces wait for a verdict. `decided` ones have one from a person that the batch would
    replace, which needs asking. The others stay as they are: `same` have that verdict already,
    `drafts` have unsaved moves, `bare` no proposal to accept. `verdicts` counts all of them as they
    are now, `replaced` the decided ones; `largest_error`: the largest
    expected error of those waiting, a share of the norm, None if none is known.
    """

    verdict: Verdict
    waiting: list[Seen]
    decided: list[Seen]
    same: int
    drafts: int
    bare: int
    verdicts: dict[Verdict, int]
    replaced: dict[Verdict, int]
    largest_error: float | None


@dataclass(frozen=True, slots=True)
class PastBatch:
    """An operation on several `faces`, `left` of which are still as it left them."""

    id: int
    reviewer: str
    time: str
    kind: str
    description: Message
    faces: int
    left: int
