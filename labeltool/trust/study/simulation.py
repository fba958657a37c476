"""Simulated acceptances: how often the guarantee is broken, and how many faces are looked at.

They use the same draw, test, sets and reviewer bound as a session, without a project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.trust.acceptance_settings import PLANTED_EVERY
from labeltool.trust.detection_curve import lowest_detection
from labeltool.trust.drawing import set_sizes
from labeltool.trust.sequential_test import SequentialTest, allowed_wrong
from labeltool.trust.study.bounds import fixed_sample


@dataclass(frozen=True, slots=True)
class Batch:
    """A simulated set of faces and its reviewer.

    `size`: faces. `share`: of them that is wrong. `sorted_by`: how well the order of the faces
    knows the wrong ones, 0 (not at all) to 1. `detection`: share of wrong faces that the reviewer
    finds. `measured`: whether that is measured by planted faces, or trusted to be 1. `shares`: of
    the nested sets.
    """

    size: int = 2000
    share: float = 0.05
    sorted_by: float = 0.0
    detection: float = 1.0
    measured: bool = False
    shares: tuple[float, ...] = (1.0,)
    limit: float = 0.05
    confidence: float = 0.95
    most: int = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one batch: faces of the largest set that was accepted, or 0; whether more of
    them are wrong than guaranteed; draws looked at, and planted faces beside them."""

    accepted: int
    is_broken: bool
    looked_at: int
    planted: int


def run_batch(batch: Batch, random: np.random.Generator) -> Outcome:
    """Draw faces until everything is accepted, the guarantee is out of reach, or `most` were
    looked at for one set; watched after every face."""
    wrong = _wrong_faces(batch, random)
    found = wrong & (random.random(batch.size) < batch.detection)
    order = random.permutation(batch.size)
    risk = (1 - batch.confidence) / (2 if batch.measured else 1)
    seen: set[int] = set()
    planted: list[bool] = []
    lowest = 0.0 if batch.measured else 1.0
    accepted = 0
    for size in set_sizes(batch.size, batch.shares):
        own = order[order < size]
        answers: list[bool] = []
        perfect = SequentialTest(size, batch.limit)
        holds = False
        for face in own[: batch.most]:
            if int(face) not in seen:
                seen.add(int(face))
                if batch.measured and len(seen) % (PLANTED_EVERY - 1) == 0:
                    planted.append(bool(random.random() < batch.detection))
                    lowest = max(lowest, _lowest(planted, 1 - risk))
            answers.append(bool(found[face]))
            if sum(answers) > allowed_wrong(size, batch.limit):
                break
            perfect.add(answers[-1])
            # a reviewer who misses some never has more capital, so the long way is seldom needed
            if perfect.e_value >= 1 / risk and (
                lowest >= 1 or _capital(answers, size, batch.limit, lowest) >= 1 / risk
            ):
                holds = True
                break
        if not holds:
            break
        accepted = size
    limit = allowed_wrong(accepted, batch.limit)
    return Outcome(accepted, int(wrong[:accepted].sum()) > limit, len(seen), len(planted))


def _wrong_faces(batch: Batch, random: np.random.Generator) -> NDArray[np.bool_]:
    """(size,) which faces are wrong, the strictest first."""
    count = round(batch.size * batch.share)
    key = batch.sorted_by * np.linspace(0, 1, batch.size) + random.random(batch.size)
    wrong = np.zeros(batch.size, bool)
    wrong[np.argsort(key)[batch.size - count :]] = True
    return wrong


def _lowest(planted: Sequence[bool], confidence: float) -> float:
    return lowest_detection(sum(planted), len(planted) - sum(planted), confidence)


def _capital(answers: Sequence[bool], size: int, limit: float, detection: float) -> float:
    test, highest = SequentialTest(size, limit, detection), 0.0
    for is_wrong in answers:
        test.add(is_wrong)
        highest = max(highest, test.e_value)
    return highest


@dataclass(frozen=True, slots=True)
class Summary:
    """Of many batches: shares that were accepted and broken, and the mean and median of the faces
    looked at (draws and planted ones) of those that were accepted."""

    batches: int
    accepted: float
    broken: float
    mean: float
    median: float


def simulate(batch: Batch, batches: int, seed: int) -> Summary:
    """Run many batches with a seed."""
    random = np.random.default_rng(seed)
    found = [run_batch(batch, random) for _ in range(batches)]
    looks = [each.looked_at + each.planted for each in found if each.accepted]
    return Summary(
        batches,
        len(looks) / batches,
        sum(each.is_broken for each in found) / batches,
        float(np.mean(looks)) if looks else float("nan"),
        float(np.median(looks)) if looks else float("nan"),
    )


def simulate_fixed(batch: Batch, batches: int, seed: int, wrong: int = 0) -> Summary:
    """The same with a sample of fixed size that allows `wrong` wrong faces."""
    random = np.random.default_rng(seed)
    size = fixed_sample(batch.limit, batch.confidence, wrong=wrong, size=batch.size)
    if size is None:
        raise ValueError("the set is too small for a fixed sample")
    accepted = [
        int(random.permutation(_wrong_faces(batch, random))[:size].sum()) <= wrong
        for _ in range(batches)
    ]
    share = float(np.mean(accepted))
    broken = share if batch.share > batch.limit else 0.0
    return Summary(batches, share, broken, float(size), float(size))
