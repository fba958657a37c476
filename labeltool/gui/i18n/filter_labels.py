"""The texts of filters, orders and rounds."""

from __future__ import annotations

from labeltool.checks.findings import CHECK_LABELS, Check
from labeltool.domain import N_, Filter, LedgerRole, Round, RoundKind, model_name
from labeltool.gui.i18n.error_words import percent_words
from labeltool.gui.i18n.translate import sentence, tr, translate

VERDICT_LABELS: dict[str | None, str] = {
    None: N_("All faces"),
    "offered": N_("To review"),
    "unreviewed": N_("Unreviewed"),
    "accepted": N_("Accepted"),
    "corrected": N_("Corrected"),
    "rejected": N_("Rejected"),
    "rejected-new": N_("Rejected, new proposal"),
    "excluded": N_("Excluded"),
    "missing": N_("Landmarks missing"),
}
ORDER_LABELS = {
    "file": N_("By file"),
    "error": N_("Largest expected error first"),
    "time": N_("Latest decision first"),
    "round": N_("Newest round first"),
    "change": N_("Largest change first"),
}
REVERSED_ORDER_LABELS = {
    "file": N_("By file, reversed"),
    "error": N_("Smallest expected error first"),
    "time": N_("Earliest decision first"),
    "round": N_("Oldest round first"),
    "change": N_("Smallest change first"),
}


ROLE_LABELS = {
    LedgerRole.MANUAL: N_("Trained"),
    LedgerRole.PSEUDO: N_("Pseudo-label"),
    LedgerRole.AUDIT: N_("Measured"),
    LedgerRole.LEFT_OUT: N_("Left out"),
}


def round_name(row: Round) -> str:
    """'Round 3', with the name that it was given; 'Import 2', or the model that predicted."""
    if row.kind is RoundKind.TRAIN:
        name = tr("Round {number}", number=row.number)
        return f"{name} · {row.name}" if row.name else name
    if row.kind is RoundKind.IMPORT:
        return tr("Import {number}", number=row.id)
    return sentence(translate(model_name(row.model)))


def describe_filter(wanted: Filter, rounds: dict[int, str]) -> str:
    """Describe a filter in one line; `rounds`: their names by id."""
    parts = []
    if wanted.verdict is not None:
        parts.append(tr(VERDICT_LABELS[wanted.verdict]))
    if wanted.flagged:
        parts.append(tr("Flagged"))
    if wanted.error is not None:
        parts.append(_describe_errors(*wanted.error))
    if wanted.round_id is not None:
        unknown = tr("Round no. {number}", number=wanted.round_id)
        parts.append(rounds.get(wanted.round_id, unknown))
    if wanted.folder:
        parts.append(wanted.folder.partition("/")[2] or tr("Photo folder"))
    if wanted.reviewer:
        parts.append(tr("By {reviewer}", reviewer=wanted.reviewer))
    parts += _describe_sets(wanted, rounds)
    if wanted.text:
        parts.append(f"“{wanted.text}”")
    return " · ".join(parts) or tr("All faces")


def _describe_errors(low: float, high: float) -> str:
    if high >= 1:
        return tr("Expected error from {low}", low=percent_words(low))
    return tr("Expected error {low} to {high}", low=percent_words(low), high=percent_words(high))


def _describe_sets(wanted: Filter, rounds: dict[int, str]) -> list[str]:
    """The sets of faces that a filter is limited to."""
    parts = []
    if wanted.check in set(Check):
        parts.append(tr(CHECK_LABELS[Check(wanted.check)]))
    if wanted.audit:
        parts.append(tr("Faces to measure by"))
    if wanted.role:
        role = tr(ROLE_LABELS[LedgerRole(wanted.role)])
        name = tr("Newest round")
        if wanted.role_round is not None:
            unknown = tr("Round no. {number}", number=wanted.role_round)
            name = rounds.get(wanted.role_round, unknown)
        parts.append(f"{name}: {role}")
    if wanted.batch is not None:
        parts.append(tr("One batch"))
    if wanted.faces:
        parts.append(tr("%Ln chosen face(s)", "", len(wanted.faces)))
    return parts
