"""What is known of a training round: its figures, whether it may be promoted, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labeltool.domain import (
    N_,
    Message,
    Round,
    RoundKind,
    RoundStatus,
    model_name,
    round_model,
)

MIN_CALIBRATION_FACES = 9
"""Faces that a calibration needs, see `pipnet.calibration.conformal.MIN_FACES`."""


def may_promote(results: Mapping[str, Any], in_use: int) -> bool:
    """Whether a network may be used without asking: it was not compared, or its error is not
    larger by more than chance than that of the round `in_use`, 0 for the starter.

    A comparison with another round says nothing: the one in use may have changed meanwhile.
    """
    against = results.get("against")
    return not against or (float(against["low"]) <= 0 and int(against["round"]) == in_use)


def figures(row: Round) -> dict[str, object]:
    """The figures of a training round, for `labeltool rounds --json`; errors in percent."""
    ledger = row.summary.get("ledger")
    used: Mapping[str, Any] = ledger if isinstance(ledger, dict) else row.summary
    return {
        "number": row.number, "status": str(row.status), "task": row.task,
        "manual": used.get("manual", 0), "pseudo": used.get("pseudo", 0),
        "promoted": row.promoted, "audit": row.summary.get("audit"),
        "against": row.summary.get("against"),
    }  # fmt: skip


def finished_rounds(rows: Iterable[Round]) -> list[Round]:
    """Those of some rounds, oldest first, that are trainings which ended with a network."""
    return [row for row in rows if row.kind is RoundKind.TRAIN and row.status is RoundStatus.READY]


def describe_audit(summary: Mapping[str, Any]) -> Message:
    """The error of a round on the faces to measure by, and whether it is better than the one
    before; `summary`: of a round, or its results."""
    audit, against = summary.get("audit"), summary.get("against")
    if not audit:
        return Message(N_("Its quality is unknown: there are no faces to measure by."))
    measured = Message.counted(
        audit["faces"], N_("Audit: {nme} % on 1 face"), N_("Audit: {nme} % on {count} faces")
    )
    measured = Message(measured.template, count=audit["faces"], nme=f"{audit['nme']:.2f}")
    if not against:
        return Message(N_("{measured}."), measured=measured)
    change = float(against["nme_change"])
    low, high = float(against["low"]), float(against["high"])
    better = change <= 0
    if better:  # said as a gain
        change, low, high = -change, -high, -low
    return Message(
        N_("{measured}, {points} points better than {model} (95 %: {low} to {high}).")
        if better
        else N_("{measured}, {points} points worse than {model} (95 %: {low} to {high})."),
        measured=measured, points=f"{change:.2f}", model=_name(int(against["round"])),
        low=f"{low:.2f}", high=f"{high:.2f}",
    )  # fmt: skip


def describe_calibration(summary: Mapping[str, Any]) -> Message | None:
    """That the circles are those of another network; None if they are not, or there are none."""
    calibration = summary.get("calibration")
    if not calibration or calibration["is_own"]:
        return None
    return Message(
        N_(
            "The circles around landmarks are not calibrated for this network: that takes at least "
            "{count} labelled faces to measure by."
        ),
        count=MIN_CALIBRATION_FACES,
    )


def _name(number: int) -> Message:
    return model_name(round_model(number) if number else "starter")
