"""What the checks find wrong with a face, in words, and how it is mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from labeltool.domain.face import Points
from labeltool.domain.messages import N_, Message


class Check(StrEnum):
    """What is checked, the gravest first."""

    DUPLICATE = "duplicate"
    SIDES = "sides"
    PAIR = "pair"
    ORDER = "order"
    EYE = "eye"
    OUTSIDE = "outside"
    SAME_PLACE = "same-place"
    CROSSED = "crossed"
    FAR = "far"
    UNLIKE = "unlike"
    BOX = "box"
    VISIBILITY = "visibility"


class Fix(StrEnum):
    """What one key does about a finding; every one of them can be undone."""

    SWAP = "swap"
    REORDER = "reorder"
    MOVE = "move"
    FIT_BOX = "fit box"
    SET_VISIBILITY = "set visibility"
    EXCLUDE = "exclude"


CHECK_LABELS = {
    Check.DUPLICATE: N_("Duplicate faces"),
    Check.SIDES: N_("Left and right swapped"),
    Check.PAIR: N_("A pair swapped"),
    Check.ORDER: N_("Contour out of order"),
    Check.EYE: N_("Eye outside the face"),
    Check.OUTSIDE: N_("Landmark outside the photo"),
    Check.SAME_PLACE: N_("Two landmarks in one place"),
    Check.CROSSED: N_("Crossed contours"),
    Check.FAR: N_("Landmark far off"),
    Check.UNLIKE: N_("Unlike all other faces"),
    Check.BOX: N_("Box and landmarks apart"),
    Check.VISIBILITY: N_("Contradictory visibility"),
}
"""The name of each check, for lists."""

FIXES = {
    Check.DUPLICATE: Fix.EXCLUDE,
    Check.SIDES: Fix.SWAP,
    Check.PAIR: Fix.SWAP,
    Check.ORDER: Fix.REORDER,
    Check.EYE: Fix.MOVE,
    Check.OUTSIDE: Fix.MOVE,
    Check.SAME_PLACE: Fix.MOVE,
    Check.CROSSED: Fix.MOVE,
    Check.FAR: Fix.MOVE,
    Check.UNLIKE: Fix.MOVE,
    Check.BOX: Fix.FIT_BOX,
    Check.VISIBILITY: Fix.SET_VISIBILITY,
}
"""What mends each finding."""

FIX_LABELS = {
    Fix.SWAP: N_("Swap them back"),
    Fix.REORDER: N_("Put them in order"),
    Fix.MOVE: N_("Move to the expected place"),
    Fix.FIT_BOX: N_("Fit the box to the landmarks"),
    Fix.SET_VISIBILITY: N_("Correct the visibility"),
    Fix.EXCLUDE: N_("Exclude this face"),
}
"""The words on the button of each fix."""

MAX_NAMED_LANDMARKS = 6
"""Landmarks that a sentence lists; of more it says how many there are."""

_SENTENCES = {
    Check.DUPLICATE: N_("Another face on this photo has the same place."),
    Check.SIDES: N_("The left and right side of the face are swapped."),
    Check.PAIR: N_("Left and right are swapped: {landmarks}."),
    Check.ORDER: N_("Along the contour, landmarks are out of order: {landmarks}."),
    Check.EYE: N_("An eye lies outside the face: {landmarks}."),
    Check.OUTSIDE: N_("Outside the photo: {landmarks}."),
    Check.SAME_PLACE: N_("Two landmarks are in one place: {landmarks}."),
    Check.CROSSED: N_("Two contours cross: {landmarks}."),
    Check.FAR: N_("Far from where the other landmarks expect it: {landmarks}."),
    Check.UNLIKE: N_("This face is unlike all others."),
    Check.BOX: N_("The box and the landmarks do not belong together."),
    Check.VISIBILITY: N_("Marked absent but placed, or visible without a place: {landmarks}."),
}


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What a check found on a face.

    `landmarks`: indices of those concerned, in order; empty for the whole face. `mended`: (N, 2)
    pixels, the landmarks as the fix would leave them, or None for a fix that moves none. `other`:
    the id of the face that this one doubles.
    """

    face_id: int
    check: Check
    landmarks: tuple[int, ...] = ()
    mended: Points | None = None
    other: int | None = None

    @property
    def fix(self) -> Fix | None:
        """What mends it; None where nothing is known that would."""
        fix = FIXES[self.check]
        needs_points = fix in (Fix.SWAP, Fix.REORDER, Fix.MOVE)
        return None if needs_points and self.mended is None else fix

    def sentence(self, names: Sequence[str]) -> Message:
        """The finding in words. `names`: of all landmarks of the scheme."""
        return Message(_SENTENCES[self.check], landmarks=_listed(self.landmarks, names))


def _listed(landmarks: Sequence[int], names: Sequence[str]) -> Message | str:
    """'9 chin, 31 nose tip', '37-48' or '12 landmarks': numbers from 1 as they are drawn, with
    names if there are and a few only."""
    words = [f"{index + 1} {names[index]}" for index in landmarks]
    is_numbered = all(names[index].isdecimal() for index in landmarks)
    if is_numbered or len(words) > MAX_NAMED_LANDMARKS:
        words = _runs([index + 1 for index in landmarks])
    if len(words) > MAX_NAMED_LANDMARKS:
        return Message(N_("{count} landmarks"), count=len(landmarks))
    return ", ".join(words)


def _runs(numbers: Sequence[int]) -> list[str]:
    """Rising numbers, three and more that follow each other as '3-5'."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = []
    for run in runs:
        words += [f"{run[0]}-{run[-1]}"] if len(run) > 2 else [f"{number}" for number in run]
    return words
