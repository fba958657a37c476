"""Counts of the faces under each filter, for the filter panel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeltool.checks.findings import Check
from labeltool.domain import Facets, Filter, Folder, LedgerRole, Round, SavedFilter, Verdict
from labeltool.store import Store


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many faces each choice of the filter panel would show.

    `saved`: saved filters with their numbers of faces, None for one that a newer version wrote.
    `roots`: photo folders by id. `rounds` (newest first) and `reviewers` with their numbers of
    faces. `audit`: faces that measure networks, under no filter. `roles`: how many faces had each
    role in the training `roles_round`, that of the filter or the newest finished one, or None.
    `findings`: faces that each check found something on, under no filter.
    """

    facets: Facets
    roots: dict[int, Path]
    folders: list[Folder]
    saved: list[tuple[SavedFilter, int | None]]
    rounds: list[tuple[Round, int]]
    reviewers: dict[str, int]
    audit: int
    roles_round: Round | None
    roles: dict[LedgerRole, int]
    findings: dict[Check, int]


def count_facets(store: Store, wanted: Filter) -> FacetCounts:
    """Count the faces under each choice. Some counts scan every face: run it in the background."""
    saved = [
        (row, None if row.filter is None else store.queue.count(row.filter))
        for row in store.filters.all()
    ]
    queue, shown = store.queue, store.queue.shown_rounds()
    everyone = store.rounds.all()
    rounds = [(row, shown[row.id]) for row in reversed(everyone) if row.id in shown]
    round_id, roles = store.ledger.count(wanted.role_round)
    return FacetCounts(
        queue.facets(wanted),
        store.photos.roots(),
        queue.folders(),
        saved,
        rounds,
        queue.reviewers(),
        sum(face.verdict is not Verdict.REMOVED for face in store.audit.get().faces),
        next((row for row in everyone if row.id == round_id), None),
        roles,
        store.trust.findings.counts(),
    )
