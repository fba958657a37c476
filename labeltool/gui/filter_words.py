"""Filters and orders in words."""

from __future__ import annotations

from labeltool.domain import Filter, Round, RoundKind

VERDICTS: dict[str | None, str] = {
    None: "All faces",
    "offered": "To review",
    "unreviewed": "Unreviewed",
    "accepted": "Accepted",
    "corrected": "Corrected",
    "rejected": "Rejected",
    "rejected-new": "Rejected, new proposal",
    "excluded": "Excluded",
}
ORDERS = {
    "file": "By file",
    "score": "Low score first",
    "spread": "Uncertain first",
    "time": "Last decided first",
    "round": "Newest round first",
    "change": "Largest change first",
}
TURNED = {
    "file": "By file, last first",
    "score": "High score first",
    "spread": "Certain first",
    "time": "First decided first",
    "round": "Oldest round first",
    "change": "Smallest change first",
}


def round_name(row: Round) -> str:
    """'Round 3', or whose proposals they are."""
    if row.kind is RoundKind.TRAIN:
        return f"Round {row.number}"
    return f"Import {row.id}" if row.kind is RoundKind.IMPORT else row.model.capitalize()


def describe(wanted: Filter, rounds: dict[int, str]) -> str:
    """What a filter lets through, in a line; `rounds`: their names."""
    parts = []
    if wanted.verdict is not None:
        parts.append(VERDICTS[wanted.verdict])
    if wanted.flagged:
        parts.append("Flagged")
    if wanted.score is not None:
        parts.append(f"Score {wanted.score[0]:.2f} to {wanted.score[1]:.2f}")
    if wanted.round_id is not None:
        parts.append(rounds.get(wanted.round_id, f"Round no. {wanted.round_id}"))
    if wanted.folder:
        parts.append(wanted.folder.partition("/")[2] or "Photo folder")
    if wanted.reviewer:
        parts.append(f"By {wanted.reviewer}")
    if wanted.batch is not None:
        parts.append("One batch")
    if wanted.text:
        parts.append(f"“{wanted.text}”")
    return " · ".join(parts) or VERDICTS[None]
