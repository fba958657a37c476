"""The databases that the store can run on, and what each of them says in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, Insert, Select

from labeltool.store.database.sqlite import SqliteDialect


class Dialect(Protocol):
    """What no SQLAlchemy expression says for every database; see `SqliteDialect`."""

    def insert_or_ignore(self, into: Any) -> Insert: ...
    def upsert(self, into: Any, keys: Sequence[str], values: dict[str, Any]) -> Insert: ...
    def photos_named(self, words: str) -> Select[Any]: ...
    def is_name_index_intact(self, connection: Connection) -> bool: ...
    def rebuild_name_index(self, connection: Connection) -> None: ...
    def find_damage(self, connection: Connection) -> str: ...
    def rebuild_indexes(self, connection: Connection) -> None: ...
    def broken_references(self, connection: Connection) -> list[tuple[str, int, str]]: ...
    def describe(self, connection: Connection) -> dict[str, str]: ...


_DIALECTS: dict[str, Dialect] = {"sqlite": SqliteDialect()}


def dialect_of(connection: Connection) -> Dialect:
    """The dialect of the database behind a connection."""
    return _DIALECTS[connection.dialect.name]
