"""How far the guarantee is for each set, from the faces that were looked at.

Sets are tried from the strictest, each only once all before it hold (Learn then Test, fixed
sequence: Angelopoulos et al., arXiv 2110.01052), so trying several costs no confidence.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.trust.detection_curve import lowest_detection
from labeltool.trust.drawing import draw_order
from labeltool.trust.sequential_test import SequentialTest, allowed_wrong


class Group:
    """A group's faces, and the random order in which each of its nested sets is looked at.

    `faces` (F,): ids, the strictest first. `sizes`: of the nested sets, from the strictest.
    """

    def __init__(self, name: str, faces: Sequence[int], sizes: Sequence[int], seed: str) -> None:
        self.name = name
        self.faces = [int(face) for face in faces]
        self.sizes = tuple(sizes)
        order = draw_order(self.faces, seed)
        places = {face: place for place, face in enumerate(self.faces)}
        place = np.array([places[int(face)] for face in order], np.int64)
        self._orders: list[NDArray[np.int64]] = [order[place < size] for size in self.sizes]

    def answers(self, step: int, wrong: Mapping[int, bool]) -> list[bool]:
        """Whether each face of a set is wrong, in its random order, up to the first unjudged."""
        return [wrong[face] for face in self.drawn(step, wrong)]

    def drawn(self, step: int, judged: Container[int]) -> list[int]:
        """The first faces of a set, in its random order, up to the first unjudged."""
        return list(itertools.takewhile(judged.__contains__, map(int, self._orders[step])))

    def coming(self, step: int, judged: Container[int], count: int) -> list[int]:
        """The next faces of a set to look at, at most `count`."""
        faces = (int(face) for face in self._orders[step] if int(face) not in judged)
        return list(itertools.islice(faces, count))

    def next_face(self, step: int, wrong: Mapping[int, bool]) -> int | None:
        """The next face of a set to look at; None if all were."""
        for face in self._orders[step]:
            if int(face) not in wrong:
                return int(face)
        return None


@dataclass(frozen=True, slots=True)
class SetResult:
    """How far the guarantee is for one set.

    `group`, `step`: places of the group and of the set in it. `e_value`: highest so far; the
    guarantee `holds` once it reaches `needed`. `can_hold`: it still may.
    """

    group: int
    step: int
    size: int
    looked_at: int
    wrong: int
    e_value: float
    needed: float
    holds: bool
    can_hold: bool


def find_results(
    groups: Sequence[Group],
    wrong: Mapping[int, bool],
    *,
    limit: float,
    risk: float,
    detection: float,
) -> list[SetResult]:
    """The result of each set, group by group, from the strictest.

    Args:
        wrong: what the reviewer said, by face.
        risk: probability that the guarantee is wrong for a set of some group, shared by them.
        detection: lowest probability with which the reviewer finds a wrong face.
    """
    needed = len(groups) / risk
    found = []
    for place, group in enumerate(groups):
        may_hold = True
        for step, size in enumerate(group.sizes):
            answers = group.answers(step, wrong)
            test, highest = SequentialTest(size, limit, detection), 1.0
            for is_wrong in answers:
                test.add(is_wrong)
                highest = max(highest, test.e_value)
            holds = may_hold and highest >= needed * (1 - 1e-12)
            possible = sum(answers) <= allowed_wrong(size, limit) and test.looked_at < size
            found.append(
                SetResult(
                    place, step, size, len(answers), sum(answers), highest, needed, holds,
                    holds or possible,
                )
            )  # fmt: skip
            may_hold = holds
    return found


def reviewer_bound(found: Iterable[bool], confidence: float) -> float:
    """The lowest share of planted shifts that the reviewer finds, 0 to 1.

    `found` in the order in which they were shown. The highest of the bounds so far holds, because
    they hold all together.
    """
    hits = misses = 0
    highest = 0.0
    for hit in found:
        hits, misses = hits + hit, misses + (not hit)
        if hit:
            highest = max(highest, lowest_detection(hits, misses, confidence))
    return highest
