"""Rules that the field uses to turn the landmarks of one scheme into those of another.

Sources, by rule:

- WFLW -> 300W: every second point of the jaw, the upper edge of each brow, the nose, the eyes
  without the middle of each lid, the mouth. Used by AdaptiveWingLoss, MaskTheFace and the *face6*
  configurations of MMPose (RTMPose), all the same.
- COFW -> 300W: the 16 landmarks that both have, as in the *face6* configurations of MMPose.
- COFW -> WFLW: as MMPose's *face6* does for LaPa, whose points of brows, eyes, nose and mouth are
  those of WFLW; and the pupils, which both schemes have.
- LaPa -> WFLW: as MMPose's *face6*; all but the eight points that WFLW does not have.
- 300W -> 51 and 49: without the jaw, and without the inner corners of the mouth (Tzimiropoulos
  and Pantic 2013; menpo's `face_ibug_68_to_face_ibug_51` and `_49`).
- 300W -> 5: the middle between the corners of each eye, the tip of the nose, the corners of the
  mouth (Deng et al. 2019, *Accurate 3D Face Reconstruction with Weakly-Supervised Learning*).
- WFLW -> 5: the pupils, the tip of the nose, the corners of the mouth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Sources = tuple[tuple[int, ...], ...]
"""For each landmark of a scheme the landmarks whose mean it is; none: it is absent."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How faces of `theirs` landmarks become faces of as many as `sources` has, by place from 0.

    `name`: on the command line. `title`: the two schemes.
    """

    name: str
    title: str
    theirs: int
    sources: Sources

    @property
    def ours(self) -> int:
        """How many landmarks the faces have then."""
        return len(self.sources)


def _chosen(places: Iterable[int]) -> Sources:
    return tuple((place,) for place in places)


def _placed(count: int, places: Mapping[int, int]) -> Sources:
    """`places`: their landmark by ours, of `count`."""
    return tuple((places[k],) if k in places else () for k in range(count))


def _inverse(places: Mapping[int, int]) -> dict[int, int]:
    return {theirs: ours for ours, theirs in places.items()}


_300W_OF_WFLW = dict(
    enumerate(
        [
            *range(0, 33, 2), *range(33, 38), *range(42, 47), *range(51, 60),
            60, 61, 63, 64, 65, 67, 68, 69, 71, 72, 73, 75, *range(76, 96),
        ]
    )
)  # fmt: skip
"""The landmark of WFLW for each of 300W."""

_300W_OF_COFW = {
    8: 28, 17: 0, 19: 4, 24: 6, 26: 1, 30: 20, 36: 8, 39: 10, 42: 11, 45: 9,
    48: 22, 51: 24, 54: 23, 57: 27, 62: 25, 66: 26,
}  # fmt: skip
"""The landmark of COFW for those of 300W that it has."""

_WFLW_OF_COFW = {
    16: 28, 33: 0, 35: 4, 38: 2, 40: 5, 44: 6, 46: 1, 48: 7, 50: 3,
    54: 20, 55: 18, 57: 21, 59: 19,
    60: 8, 62: 12, 64: 10, 66: 13, 68: 11, 70: 14, 72: 9, 74: 15,
    76: 22, 79: 24, 82: 23, 85: 27, 90: 25, 94: 26, 96: 16, 97: 17,
}  # fmt: skip
"""The landmark of COFW for those of WFLW that it has."""

_WFLW_OF_LAPA = dict(
    enumerate(
        [*range(55), *range(58, 63), *range(66, 74), *range(75, 83), *range(84, 104), 104, 105]
    )
)
"""The landmark of LaPa for each of WFLW."""

_300W_OF_LAPA = {ours: _WFLW_OF_LAPA[theirs] for ours, theirs in _300W_OF_WFLW.items()}

_FIVE_OF_300W: Sources = ((36, 39), (42, 45), (30,), (48,), (54,))
_FIVE_OF_WFLW: Sources = ((96,), (97,), (54,), (76,), (82,))

RULES: tuple[Rule, ...] = (
    Rule("wflw-300w", "WFLW 98 → 300W 68", 98, _placed(68, _300W_OF_WFLW)),
    Rule("lapa-300w", "LaPa 106 → 300W 68", 106, _placed(68, _300W_OF_LAPA)),
    Rule("cofw-300w", "COFW 29 → 300W 68", 29, _placed(68, _300W_OF_COFW)),
    Rule("300w-wflw", "300W 68 → WFLW 98", 68, _placed(98, _inverse(_300W_OF_WFLW))),
    Rule("lapa-wflw", "LaPa 106 → WFLW 98", 106, _placed(98, _WFLW_OF_LAPA)),
    Rule("cofw-wflw", "COFW 29 → WFLW 98", 29, _placed(98, _WFLW_OF_COFW)),
    Rule("300w-lapa", "300W 68 → LaPa 106", 68, _placed(106, _inverse(_300W_OF_LAPA))),
    Rule("wflw-lapa", "WFLW 98 → LaPa 106", 98, _placed(106, _inverse(_WFLW_OF_LAPA))),
    Rule("300w-cofw", "300W 68 → COFW 29", 68, _placed(29, _inverse(_300W_OF_COFW))),
    Rule("wflw-cofw", "WFLW 98 → COFW 29", 98, _placed(29, _inverse(_WFLW_OF_COFW))),
    Rule("300w-51", "300W 68 → 51", 68, _chosen(range(17, 68))),
    Rule("300w-49", "300W 68 → 49", 68,
         _chosen(k for k in range(17, 68) if k not in (60, 64))),
    Rule("300w-5", "300W 68 → 5", 68, _FIVE_OF_300W),
    Rule("wflw-5", "WFLW 98 → 5", 98, _FIVE_OF_WFLW),
)  # fmt: skip


def rules_between(theirs: int, ours: int) -> list[Rule]:
    """The rules that make faces of `ours` landmarks from faces of `theirs`."""
    return [rule for rule in RULES if (rule.theirs, rule.ours) == (theirs, ours)]
