"""The names of landmarks as messages, which the window and reports translate."""

from __future__ import annotations

import re

from labeltool.domain import N_, Message

LANDMARK_NAMES = (
    N_("chin"), N_("inner lower lip middle"), N_("inner upper lip middle"), N_("left brow"),
    N_("left brow inner end"), N_("left brow lower edge"), N_("left brow lower inner end"),
    N_("left brow middle"), N_("left brow outer end"), N_("left brow upper edge"),
    N_("left brow upper inner end"), N_("left eye centre"), N_("left eye inner corner"),
    N_("left eye outer corner"), N_("left inner lower lip"), N_("left inner mouth corner"),
    N_("left inner upper lip"), N_("left jaw"), N_("left lower eyelid inner"),
    N_("left lower eyelid middle"), N_("left lower eyelid outer"), N_("left lower lip"),
    N_("left mouth corner"), N_("left nose outline"), N_("left nose wing"), N_("left nostril"),
    N_("left pupil"), N_("left upper eyelid inner"), N_("left upper eyelid middle"),
    N_("left upper eyelid outer"), N_("left upper lip"), N_("lower lip middle"),
    N_("mouth middle"), N_("nose base"), N_("nose bridge"), N_("nose tip"), N_("right brow"),
    N_("right brow inner end"), N_("right brow lower edge"), N_("right brow lower inner end"),
    N_("right brow middle"), N_("right brow outer end"), N_("right brow upper edge"),
    N_("right brow upper inner end"), N_("right eye centre"), N_("right eye inner corner"),
    N_("right eye outer corner"), N_("right inner lower lip"), N_("right inner mouth corner"),
    N_("right inner upper lip"), N_("right jaw"), N_("right lower eyelid inner"),
    N_("right lower eyelid middle"), N_("right lower eyelid outer"), N_("right lower lip"),
    N_("right mouth corner"), N_("right nose outline"), N_("right nose wing"),
    N_("right nostril"), N_("right pupil"), N_("right upper eyelid inner"),
    N_("right upper eyelid middle"), N_("right upper eyelid outer"), N_("right upper lip"),
    N_("upper lip middle"),
)  # fmt: skip
"""Landmarks of the shipped schemes, without the number that some end in. Left and right are the
person's own."""

_KNOWN = frozenset(LANDMARK_NAMES)


def landmark_message(name: str) -> Message:
    """The name of a landmark: translated for the shipped schemes, else as its scheme has it."""
    match = re.fullmatch(r"(.+?)(?: ([0-9]+))?", name)
    if match is None or match[1] not in _KNOWN:
        return Message(N_("{name}"), name=name)
    if match[2] is None:
        return Message(name)
    return Message(N_("{landmark} {number}"), landmark=Message(match[1]), number=match[2])
