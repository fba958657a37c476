"""How many faces there are under the filters, for the panel that finds work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeltool.domain import Facets, Filter, Folder, Round, SavedFilter
from labeltool.store import Store


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is under a filter, and to filter by.

    `saved`: with how many faces each lets through, or None for one of a newer version. `roots`:
    photo folders by number. `rounds`, newest first, and `reviewers`: with their faces.
    """

    facets: Facets
    roots: dict[int, Path]
    folders: list[Folder]
    saved: list[tuple[SavedFilter, int | None]]
    rounds: list[tuple[Round, int]]
    reviewers: dict[str, int]


def survey(store: Store, wanted: Filter) -> Survey:
    """Count what the filters would show. Walks over every face for some of them, so it is not for
    the moment of a decision."""
    saved = [
        (row, None if row.filter is None else store.queue.count(row.filter))
        for row in store.filters.all()
    ]
    queue, shown = store.queue, store.queue.shown_rounds()
    rounds = [(row, shown[row.id]) for row in reversed(store.rounds.all()) if row.id in shown]
    return Survey(
        queue.facets(wanted),
        store.photos.roots(),
        queue.folders(),
        saved,
        rounds,
        queue.reviewers(),
    )
