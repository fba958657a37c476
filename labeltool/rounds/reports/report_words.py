"""The words of a round's report, for the window and the page."""

from __future__ import annotations

from labeltool.domain import N_, Message, Movement, model_name, round_model
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
    if report.figures is None:
        return Message(
            N_("The quality of this round is unknown: there are no faces to measure by.")
        )
    nme = f"{report.figures['nme']:.2f}"
    found = report.comparison
    if found is None:
        return Message(N_("{nme} % mean error."), nme=nme)
    change, ends = found.nme.change * 100, (found.nme.low * 100, found.nme.high * 100)
    if change > 0:
        return Message(
            N_("{nme} % mean error, {points} points worse than {model} (95 %: {low} to {high})."),
            nme=nme, points=f"{change:.2f}", model=other_name(found.round),
            low=f"{ends[0]:.2f}", high=f"{ends[1]:.2f}",
        )  # fmt: skip
    return Message(
        N_("{nme} % mean error, {points} points better than {model} (95 %: {low} to {high})."),
        nme=nme, points=f"{-change:.2f}", model=other_name(found.round),
        low=f"{-ends[1]:.2f}", high=f"{-ends[0]:.2f}",
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
