"""The words of a round's report, for the window and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeltool.domain import (
    N_,
    LandmarkCounts,
    Message,
    Movement,
    Round,
    model_name,
    round_model,
)
from labeltool.rounds.quality.round_figures import describe_audit, figures

if TYPE_CHECKING:
    from labeltool.rounds.quality.round_report import RoundReport

FIGURES = {
    "nme": N_("Mean error (NME)"),
    "nme_curve": N_("Mean error to curves"),
    "fr10": N_("Faces worse than 10 % (FR10)"),
    "auc10": N_("Area under the curve up to 10 % (AUC10)"),
}
"""The figures of `Evaluation.summary` that a report shows, in this order."""

REGION_TEXTS = (N_("jaw"), N_("brows"), N_("nose"), N_("eyes"), N_("mouth"), N_("chin"))
"""Regions of the shipped schemes, which have a translation."""


def headline(report: RoundReport) -> Message:
    """The error in one sentence, and how it compares."""
    return describe_audit({"audit": report.figures, "against": report.against()})


def learned_from(row: Round) -> Message:
    """The labels that a round was trained on: manual ones with the landmarks that are not visible,
    and pseudo-labels; and the adjustment that its network learned from them."""
    used = figures(row)
    manual, pseudo = int(str(used["manual"])), int(str(used["pseudo"]))
    labels = Message.counted(manual, N_("1 manual label"), N_("{count} manual labels"))
    known = row.summary.get("landmarks")
    counts = LandmarkCounts(**known) if isinstance(known, dict) else LandmarkCounts()
    trained = Message(N_("Trained on {manual}."), manual=labels)
    if pseudo:
        trained = Message(
            N_("Trained on {manual} and {pseudo}."), manual=labels,
            pseudo=Message.counted(pseudo, N_("1 pseudo-label"), N_("{count} pseudo-labels")),
        )  # fmt: skip
    return Message.join(trained, counts.describe(), _adjustment(row))


def _adjustment(row: Round) -> Message | None:
    """What the adjustment of the network brings, None without one."""
    found = row.summary.get("adjustment")
    if not isinstance(found, dict) or not found["kept"]:
        return None
    return Message(
        N_(
            "Its landmarks are adjusted to what {count} of these faces have in common: on manual "
            "labels that it was not learned from, they are off by {after} % instead of {before} %."
        ),
        count=found["faces"], before=f"{found['before']:.2f}", after=f"{found['after']:.2f}",
    )  # fmt: skip


def movement_sentence(movement: Movement) -> Message:
    """How far proposals moved on average."""
    counted = Message.counted(
        movement.faces,
        N_("The proposal of 1 face moved by {mean} % of the face."),
        N_("The proposals of {count} faces moved by {mean} % of the face on average."),
    )
    return Message(counted.template, count=movement.faces, mean=f"{movement.mean * 100:.2f}")


def other_name(number: int) -> Message:
    """'round 2', or the name of the starter for 0."""
    return model_name(round_model(number) if number else "starter")


def sentence_case(text: str) -> str:
    """The text with a capital at its beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]
