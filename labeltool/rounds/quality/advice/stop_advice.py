"""What more labels would bring, and when to stop labelling, in one sentence.

The error of a network falls with the number n of its labels about as a power, n^-b (Hestness et
al., 2017, "Deep Learning Scaling is Predictable, Empirically"). The exponent is fitted to the
project's own rounds, measured on the same audit faces; its interval comes from bootstrapping those
faces. With fewer than two such rounds it is taken from rounds that were measured before release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, Message

PRIOR_EXPONENT, PRIOR_DEVIATION = 0.12, 0.06
"""Exponent of the learning curve where a project has no two rounds to fit: 4.33 % with 60 labels of
HELEN (docs/loop.md), 3.06 % with 1,083 of HELEN and AFW; its deviation is a judgement, as the two
were trained from other networks."""

MAX_EXPONENT = 0.6
"""A steeper curve than this was never measured; it follows from too few faces."""

BOOTSTRAPS = 1_000

MORE_SHARE = 0.25
"""Advice is about so many more labels, as a share of those that there are."""

MIN_MORE, MAX_MORE = 10, 500
"""The fewest and most further labels that advice is about."""


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoint:
    """A round: the number of labels that it trained on, and its NME on each of A audit faces (A,),
    as fractions; the same faces in the same order for every round."""

    labels: int
    errors: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Looks:
    """`differing`: share of the faces that a person judged otherwise at a second look. `wrong`:
    share of the audit faces that the newest network has wrong, by the project's tolerance."""

    differing: float
    wrong: float


@dataclass(frozen=True, slots=True)
class StopAdvice:
    """What `more` labels would bring: `gain` and `deviation` in points (percent of the norm).

    `minutes`: what they would cost; None where nothing was measured yet. `is_prior`: the curve is
    not of this project. `stop`: what is wrong still is lost in the reviewer's own differences.
    """

    more: int
    gain: float
    deviation: float
    minutes: float | None
    is_prior: bool
    stop: bool
    sentence: Message


def advise_labels(
    rounds: Sequence[CurvePoint],
    left: int,
    seconds: float | None = None,
    looks: Looks | None = None,
) -> StopAdvice | None:
    """Advice after the last of some rounds, oldest first; None without a round or faces left.

    Args:
        left: faces without a decision.
        seconds: what a face costs; None if that is not known.
        looks: how second looks at faces differ from first ones; None if there are too few.
    """
    usable = [each for each in rounds if each.labels > 0 and len(each.errors)]
    if not usable or left <= 0:
        return None
    newest = usable[-1]
    wanted = int(round(newest.labels * MORE_SHARE, -1))
    more = min(left, max(MIN_MORE, min(wanted, MAX_MORE)))
    exponents, means, is_prior = _curves(usable)
    gains = 100 * means * (1 - ((newest.labels + more) / newest.labels) ** -exponents)
    gain, deviation = float(gains.mean()), float(gains.std())
    stop = looks is not None and looks.differing >= looks.wrong
    minutes = None if seconds is None else more * seconds / 60
    if looks is not None and stop:
        sentence = _stop_sentence(looks)
    else:
        sentence = _gain_sentence(more, gain, deviation, minutes, is_prior=is_prior)
    return StopAdvice(more, gain, deviation, minutes, is_prior, stop, sentence)


def _curves(
    rounds: Sequence[CurvePoint],
) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Bootstrapped exponents (B,), mean errors of the newest round (B,), whether by the prior."""
    random = np.random.default_rng(0)
    count = len(rounds[-1].errors)
    drawn = random.integers(0, count, (BOOTSTRAPS, count))
    newest = rounds[-1].errors[drawn].mean(1)
    measured = [each for each in rounds if len(each.errors) == count]
    if len({each.labels for each in measured}) < 2:
        prior = random.normal(PRIOR_EXPONENT, PRIOR_DEVIATION, BOOTSTRAPS)
        return np.clip(prior, 0, MAX_EXPONENT), newest, True
    x = np.log([each.labels for each in measured])  # (R,)
    y = np.log(np.stack([each.errors[drawn].mean(1) for each in measured], 1))  # (B, R)
    centred = x - x.mean()
    slopes = (y - y.mean(1, keepdims=True)) @ centred / (centred**2).sum()
    return np.clip(-slopes, 0, MAX_EXPONENT), newest, False


def _stop_sentence(looks: Looks) -> Message:
    return Message(
        N_(
            "Stop labelling: the difference between two looks of yours ({differing} % of faces) is "
            "larger than what is left ({wrong} % of faces are wrong)."
        ),
        differing=f"{100 * looks.differing:.1f}", wrong=f"{100 * looks.wrong:.1f}",
    )  # fmt: skip


def _gain_sentence(
    more: int, gain: float, deviation: float, minutes: float | None, *, is_prior: bool
) -> Message:
    values = {"count": more, "gain": f"{gain:.2f}", "deviation": f"{deviation:.2f}"}
    if minutes is None:
        what = Message(
            N_("About {count} more faces would bring {gain} ± {deviation} points."), **values
        )
    else:
        what = Message(
            N_(
                "About {count} more faces ({minutes} min) would bring {gain} ± {deviation} points."
            ),
            **values, minutes=f"{max(1, round(minutes))}",
        )  # fmt: skip
    if not is_prior:
        return what
    return Message.join(
        what,
        Message(
            N_("That is by rounds of other projects: this one has no two rounds to learn from.")
        ),
    )
