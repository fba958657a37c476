"""Whether to train another round."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeltool.domain import Round, RoundKind, RoundStatus
from labeltool.rounds.quality.convergence import advise

BETTER, WORSE, SAME = (-0.4, -0.6, -0.2), (0.4, 0.2, 0.6), (-0.1, -0.3, 0.1)


def trained(change: tuple[float, float, float] | None, moved: float | None) -> Round:
    """A round that changed the error by so much, in percent points with its interval, and moved
    proposals by so many percent."""
    audit = None if change is None else {"faces": 20, "nme": 3.0}
    against = change and dict(zip(("nme_change", "low", "high"), change, strict=True))
    movement = None if moved is None else {"mean": moved / 100, "faces": 9, "most": []}
    return Round(
        1, RoundKind.TRAIN, 1, "round-1", "std", RoundStatus.READY, Path(), "", "", None,
        {"audit": audit, "against": against and {"round": 0} | against, "movement": movement},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rounds", "goes_on", "words"),
    [
        ([(BETTER, 0.1)], True, "lowered the error by 0.40 points"),
        ([(SAME, 0.1), (BETTER, 0.1)], True, "lowered the error"),
        ([(WORSE, 3.0)], False, "raised the error by 0.40 points"),
        ([(SAME, 0.1)], True, "one more round"),
        ([(SAME, 0.1), (SAME, 0.4)], False, "two rounds in a row"),
        ([(SAME, 0.1), (SAME, 0.5)], True, "still move by 0.50 %"),
        ([(SAME, 0.1), (SAME, None)], False, "two rounds in a row"),
        ([(SAME, 0.1), (BETTER, 1.0), (SAME, 0.1)], True, "one more round"),
    ],
)
def test_faces_to_measure_by_decide(rounds, goes_on, words):
    advice = advise([trained(*each) for each in rounds])
    assert advice.go_on is goes_on
    assert words in str(advice.sentence)


@pytest.mark.parametrize(
    ("moved", "goes_on", "words"),
    [
        (None, True, "the first proposals"),
        (0.5, True, "still move by 0.50 %"),
        (0.4, False, "stand still"),
    ],
)
def test_without_them_movement_decides_and_the_advice_says_so(moved, goes_on, words):
    advice = advise([trained(SAME, 0.1), trained(None, moved)])
    assert advice.go_on is goes_on
    assert words in str(advice.sentence)
    assert "no faces to measure by" in str(advice.sentence)
