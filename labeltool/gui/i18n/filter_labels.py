"""Filters and orders in words."""

from __future__ import annotations

from labeltool.domain import Filter, Round, RoundKind, mark
from labeltool.gui.i18n.translate import read, sentence, tr

VERDICTS: dict[str | None, str] = {
    None: mark("All faces"),
    "offered": mark("To review"),
    "unreviewed": mark("Unreviewed"),
    "accepted": mark("Accepted"),
    "corrected": mark("Corrected"),
    "rejected": mark("Rejected"),
    "rejected-new": mark("Rejected, new proposal"),
    "excluded": mark("Excluded"),
}
ORDERS = {
    "file": mark("By file"),
    "score": mark("Low score first"),
    "spread": mark("Uncertain first"),
    "time": mark("Last decided first"),
    "round": mark("Newest round first"),
    "change": mark("Largest change first"),
}
TURNED = {
    "file": mark("By file, last first"),
    "score": mark("High score first"),
    "spread": mark("Certain first"),
    "time": mark("First decided first"),
    "round": mark("Oldest round first"),
    "change": mark("Smallest change first"),
}


def round_name(row: Round) -> str:
    """'Round 3', or whose proposals they are."""
    if row.kind is RoundKind.TRAIN:
        return tr("Round {number}", number=row.number)
    if row.kind is RoundKind.IMPORT:
        return tr("Import {number}", number=row.id)
    return sentence(read(row.model))


def describe(wanted: Filter, rounds: dict[int, str]) -> str:
    """What a filter lets through, in a line; `rounds`: their names."""
    parts = []
    if wanted.verdict is not None:
        parts.append(tr(VERDICTS[wanted.verdict]))
    if wanted.flagged:
        parts.append(tr("Flagged"))
    if wanted.score is not None:
        low, high = wanted.score
        parts.append(tr("Score {low:.2f} to {high:.2f}", low=low, high=high))
    if wanted.round_id is not None:
        unknown = tr("Round no. {number}", number=wanted.round_id)
        parts.append(rounds.get(wanted.round_id, unknown))
    if wanted.folder:
        parts.append(wanted.folder.partition("/")[2] or tr("Photo folder"))
    if wanted.reviewer:
        parts.append(tr("By {reviewer}", reviewer=wanted.reviewer))
    if wanted.batch is not None:
        parts.append(tr("One batch"))
    if wanted.text:
        parts.append(f"“{wanted.text}”")
    return " · ".join(parts) or tr("All faces")
