"""How far an acceptance is, in numbers and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labeltool.domain import N_, Message
from labeltool.trust.acceptance_settings import PLANTED_EVERY, AcceptanceSettings
from labeltool.trust.detection_curve import ReviewerState, lowest_detection
from labeltool.trust.sequential_test import SequentialTest
from labeltool.trust.set_results import SetResult

MAX_MORE = 2000
"""Faces that a forecast looks ahead."""


@dataclass(frozen=True, slots=True)
class AcceptanceState:
    """How far an acceptance is.

    `sets`: the result of each set, see `SetResult`; `current`: the place of the one that is tried
    now, None if there is none left. `shown`: faces that were judged. `holds_for`: faces of the
    sets that the guarantee holds for. `more`: clean faces that would do for the current set, None
    if that cannot be told. `sentence`: all this for people.
    """

    sets: tuple[SetResult, ...]
    current: int | None
    reviewer: ReviewerState
    shown: int
    holds_for: int
    more: int | None
    sentence: Message

    @property
    def can_accept(self) -> bool:
        """Whether the guarantee holds for some faces."""
        return self.holds_for > 0

    @property
    def is_finished(self) -> bool:
        """Whether looking at more faces would change nothing."""
        return self.current is None


def current_set(sets: Sequence[SetResult]) -> int | None:
    """The place of the set to look at: the first that does not hold and may, of the first group
    that has one."""
    for place, each in enumerate(sets):
        follows = each.step == 0 or sets[place - 1].holds
        if follows and not each.holds and each.can_hold:
            return place
    return None


def clean_faces_needed(
    at: SetResult,
    answers: Sequence[bool],
    reviewer: ReviewerState,
    settings: AcceptanceSettings,
) -> int | None:
    """How many more clean faces would do for a set, if every planted one is found too; None if that
    cannot be told.

    `answers`: whether each face that was looked at is wrong.
    """
    confidence = (1 + settings.confidence) / 2

    def would_do(more: int) -> bool:
        detection = reviewer.lowest
        if settings.measure_reviewer:
            hits = reviewer.found + more // (PLANTED_EVERY - 1)
            misses = reviewer.planted - reviewer.found
            detection = max(detection, lowest_detection(hits, misses, confidence))
        test, highest = SequentialTest(at.size, settings.limit, detection), 0.0
        for is_wrong in [*answers, *[False] * more]:
            test.add(is_wrong)
            highest = max(highest, test.e_value)
        return highest >= at.needed * (1 - 1e-12)

    low, high = 0, 8
    most = min(at.size - len(answers), MAX_MORE)
    while high < most and not would_do(high):
        low, high = high, high * 2
    high = min(high, most)
    if not would_do(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if would_do(middle) else (middle, high)
    return high


def sentence_of(
    sets: Sequence[SetResult], current: int | None, holds_for: int, total: int, more: int | None
) -> Message:
    """How far it is, for people."""
    held = (
        Message(
            N_("The guarantee holds for {count:,} of {total:,} faces."),
            count=holds_for, total=total,
        )
        if holds_for
        else None
    )  # fmt: skip
    if current is None:
        nothing = Message(N_("Too many faces are wrong: the guarantee cannot hold."))
        return held or nothing
    at = sets[current]
    if more is None:
        far = Message(N_("It is not in reach for {count:,} faces."), count=at.size)
        return Message.join(held, far)
    template = Message.counted(
        more,
        N_("1 more clean face would do for {size:,} faces."),
        N_("{count} more clean faces would do for {size:,} faces."),
    ).template
    return Message.join(held, Message(template, count=more, size=at.size))
