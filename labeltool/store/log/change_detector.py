"""What changed in the file since the last look, whoever changed it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, select

from labeltool.domain import Changes
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import (
    DraftRow,
    EntryRow,
    FaceCounterRow,
    ProjectRow,
    RootRow,
    RoundRow,
    SavedFilterRow,
)
from labeltool.store.log.operation_log import MANY

_LOOK: dict[str, Select[*tuple[Any, ...]]] = {
    "entry": select(func.max(EntryRow.id)),
    "rounds": select(RoundRow.id, RoundRow.status, RoundRow.sequence, RoundRow.needs_refresh),
    "photos": select(RootRow.id, RootRow.path, RootRow.photos, RootRow.problems, RootRow.waiting),
    "face_counter": select(FaceCounterRow.__table__).where(FaceCounterRow.faces != 0),
    "filters": select(SavedFilterRow.id, SavedFilterRow.name, SavedFilterRow.filter),
    "drafts": select(DraftRow.face_id, DraftRow.time),
    "scheme": select(ProjectRow.scheme_id),
}
_NEW_ENTRIES = select(EntryRow.face_id).where(EntryRow.id > bindparam("newest")).limit(MANY + 1)


class ChangeDetector:
    """Compares the project with what it was at the last look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = self._look()

    def _look(self) -> dict[str, list[tuple[Any, ...]]]:
        with self._database.read() as connection:
            return {
                name: [tuple(row) for row in connection.execute(query)]
                for name, query in _LOOK.items()
            }

    def data_version(self) -> int:
        """A number that changes when another process changed the project; -1 if unknown now."""
        return self._database.data_version()

    def changes(self) -> Changes:
        """What is different from the last look; decisions are named by their faces, if few."""
        old, self._seen = self._seen, self._look()
        differs = {name: self._seen[name] != old[name] for name in _LOOK}
        faces = {row[0] for row in set(self._seen["drafts"]) ^ set(old["drafts"])}
        if differs["entry"]:
            with self._database.read() as connection:
                newest = old["entry"][0][0] or 0
                faces |= set(connection.scalars(_NEW_ENTRIES, {"newest": newest}))
        # decisions and proposals both change the counters; only a decision names its face
        everything = (
            len(faces) > MANY
            or (differs["face_counter"] and not differs["entry"])
            or [row[2] for row in old["rounds"]] != [row[2] for row in self._seen["rounds"]]
        )
        return Changes(
            faces=frozenset() if everything else frozenset(faces),
            all=everything,
            photos=differs["photos"],
            rounds=differs["rounds"],
            filters=differs["filters"],
            scheme=differs["scheme"],
        )
