"""Whether the current state of every face is what the log says."""

from __future__ import annotations

from labeltool.domain import counted
from labeltool.store.database import counters
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.log.face_state import rebuild_states


def check(database: Database, *, repair: bool) -> list[str]:
    """Compare the current state with the log; returns what differs, and mends it on demand."""
    said = []
    if damage := _damage(database):
        if repair:  # only indexes can be rebuilt from the rest
            with database.write() as connection:
                dialect_of(connection).rebuild_indexes(connection)
        if not repair or _damage(database):
            restore = f"'labeltool restore {database.path.parent}' lists its backups"
            return [f"the database file is damaged: {damage}; {restore}"]
        said.append(f"the indexes of the database were damaged and are mended: {damage}")
    with database.read() as connection:
        broken = dialect_of(connection).broken_references(connection)
    with database.write() as connection:
        tallies = counters.find_wrong(connection)
        wrong = rebuild_states(connection)
        if tallies:
            counters.recount(connection)
        if not repair:
            connection.rollback()
    said += [f"table {row[0]} row {row[1]} names a missing {row[2]}" for row in broken[:10]]
    done = "mended from the log" if repair else "it can be mended from the log"
    if wrong:
        said.append(f"{counted(wrong, 'face differs', 'faces differ')} from the log ({done})")
    if tallies:
        said.append(f"the counts are wrong: {', '.join(tallies)} ({done})")
    return said


def _damage(database: Database) -> str:
    with database.read() as connection:
        return dialect_of(connection).find_damage(connection)
