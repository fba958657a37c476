"""Whether another round is worth its time, in one plain sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labeltool.domain import N_, Message, Movement, Round

STILL_PERCENT = 0.5
"""Proposals that move less than this from round to round, in percent of the face's size, stand
still: on a face 200 pixels wide that is one pixel."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether to train another round, and why."""

    go_on: bool
    sentence: Message


def advise(rounds: Sequence[Round]) -> Advice:
    """Advice after the last of some finished training rounds, oldest first, of which there is one
    at least.

    Go on if the error on the audit faces fell, its whole interval below zero. Stop after two rounds
    in a row whose interval holds zero, once proposals stand still (STILL_PERCENT). Without an audit
    the movement alone decides, which the sentence says. A round that made it worse is no reason to
    go on as before.
    """
    newest = rounds[-1]
    against, moved = _against(newest), moved_percent(newest)
    if against is None:
        return _by_movement(newest, moved)
    low, high = float(against["low"]), float(against["high"])
    points = f"{abs(float(against['nme_change'])):.2f}"
    if high < 0:
        return Advice(
            True,
            Message(
                N_("Go on: this round lowered the error by {points} points, more than chance."),
                points=points,
            ),
        )
    if low > 0:
        return Advice(
            False,
            Message(
                N_(
                    "Stop: this round raised the error by {points} points, more than chance. Look "
                    "at the corrections that it unlearned, or return to the round before."
                ),
                points=points,
            ),
        )
    if moved is not None and moved >= STILL_PERCENT:
        return Advice(
            True,
            Message(
                N_(
                    "Go on: the error is the same within chance, but proposals still move by "
                    "{moved} % of the face."
                ),
                moved=f"{moved:.2f}",
            ),
        )
    if len(rounds) > 1 and _is_within_chance(rounds[-2]):
        return Advice(
            False,
            Message(
                N_(
                    "Stop: two rounds in a row left the error the same within chance, and "
                    "proposals stand still. Only more labels would help now."
                )
            ),
        )
    return Advice(
        True,
        Message(
            N_(
                "Go on for one more round: the error is the same within chance, which one round "
                "alone does not prove."
            )
        ),
    )


def _by_movement(newest: Round, moved: float | None) -> Advice:
    unknown = (
        N_("There are no faces to measure by, so whether proposals get better is unknown.")
        if newest.summary.get("audit") is None
        else N_("There is no earlier network to compare with.")
    )
    if moved is None:
        what = Message(N_("Go on: these are the first proposals."))
    elif moved >= STILL_PERCENT:
        what = Message(
            N_("Go on: proposals still move by {moved} % of the face."), moved=f"{moved:.2f}"
        )
    else:
        what = Message(
            N_("Stop: proposals stand still, they moved by {moved} % of the face."),
            moved=f"{moved:.2f}",
        )
    is_still = moved is not None and moved < STILL_PERCENT
    return Advice(not is_still, Message.join(what, Message(unknown)))


def movement_of(row: Round) -> Movement | None:
    """How far a round moved the proposals, if it is known."""
    kept = row.summary.get("movement")
    return Movement.from_dict(kept) if isinstance(kept, dict) else None


def moved_percent(row: Round) -> float | None:
    """How far proposals moved on average, in percent of the face's size; None if not known."""
    movement = movement_of(row)
    return None if movement is None else movement.mean * 100


def _against(row: Round) -> Mapping[str, Any] | None:
    against = row.summary.get("against")
    return against if isinstance(against, dict) else None


def _is_within_chance(row: Round) -> bool:
    against = _against(row)
    return against is not None and float(against["low"]) <= 0 <= float(against["high"])
