"""What changed in the file since the last look, whoever changed it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from labeltool.domain import Changes
from labeltool.store.database.engine import Database
from labeltool.store.log.operation_log import MANY

_LOOK = {
    "entry": "SELECT max(id) FROM entry",
    "rounds": "SELECT id, status, sequence, needs_refresh FROM round",
    "photos": "SELECT id, path, photos, problems, waiting FROM root",
    "face_counter": "SELECT * FROM face_counter WHERE faces",
    "filters": "SELECT id, name, filter FROM saved_filter",
    "drafts": "SELECT face_id, time FROM draft",
}


class ChangeDetector:
    """Compares the project with what it was at the last look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = self._look()

    def _look(self) -> dict[str, list[tuple[Any, ...]]]:
        with self._database.read() as connection:
            return {
                name: [tuple(row) for row in connection.execute(text(query))]
                for name, query in _LOOK.items()
            }

    def changes(self) -> Changes:
        """What is different from the last look; decisions are named by their faces, if few."""
        old, self._seen = self._seen, self._look()
        differs = {name: self._seen[name] != old[name] for name in _LOOK}
        faces = {row[0] for row in set(self._seen["drafts"]) ^ set(old["drafts"])}
        if differs["entry"]:
            with self._database.read() as connection:
                query = text("SELECT face_id FROM entry WHERE id > :seen LIMIT :many")
                values = {"seen": old["entry"][0][0] or 0, "many": MANY + 1}
                faces |= set(connection.scalars(query, values))
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
        )
