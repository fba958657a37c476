"""One verdict for many faces."""

from __future__ import annotations

from dataclasses import dataclass

from labeltool.domain.face import Verdict
from labeltool.domain.messages import Message

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
class PastBatch:
    """An operation on several `faces`, `left` of which are still as it left them."""

    id: int
    reviewer: str
    time: str
    kind: str
    description: Message
    faces: int
    left: int
