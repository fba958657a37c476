"""Named filters, saved in the project for everybody who opens it."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select, update

from labeltool.domain import N_, Changes, Filter, Message, SavedFilter, UserError, WriteResult
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import SavedFilterRow

MAX_NAME_LETTERS = 60
"""Longest name of a filter."""


class Filters:
    """The saved filters of a project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SavedFilter]:
        """Every saved filter, by name."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(SavedFilterRow).order_by(func.lower(SavedFilterRow.name), SavedFilterRow.id)
            ).all()
        return [SavedFilter(row.id, row.name, _known(row.filter)) for row in rows]

    def save(self, name: str, wanted: Filter) -> WriteResult:
        """Save a filter under a name; a filter of the same name is replaced.

        Raises:
            UserError: the name is empty or too long.
        """
        name = _checked(name)
        with self._database.write() as connection:
            known = _find(connection, name)
            if known is None:
                connection.execute(
                    insert(SavedFilterRow).values(name=name, filter=wanted.to_json())
                )
            else:
                connection.execute(
                    update(SavedFilterRow)
                    .where(SavedFilterRow.id == known)
                    .values(name=name, filter=wanted.to_json())
                )
        return WriteResult(Changes(filters=True), Message(N_("Filter “{name}” saved."), name=name))

    def rename(self, filter_id: int, name: str) -> Changes:
        """Rename a filter.

        Raises:
            UserError: the name is empty, too long, or another filter's.
        """
        name = _checked(name)
        with self._database.write() as connection:
            if _find(connection, name) not in (None, filter_id):
                raise UserError(
                    N_("There is a filter “{name}” already."),
                    N_("Choose another name."),
                    name=name,
                )
            connection.execute(
                update(SavedFilterRow).where(SavedFilterRow.id == filter_id).values(name=name)
            )
        return Changes(filters=True)

    def delete(self, filter_id: int) -> Changes:
        """Delete a filter; the faces stay as they are."""
        with self._database.write() as connection:
            connection.execute(delete(SavedFilterRow).where(SavedFilterRow.id == filter_id))
        return Changes(filters=True)


def _known(written: str) -> Filter | None:
    try:
        return Filter.from_json(written)
    except UserError:
        return None


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise UserError(N_("A filter needs a name."), N_("Type one."))
    if len(name) > MAX_NAME_LETTERS:
        raise UserError(
            N_("The name is longer than {count} letters."),
            N_("Choose a shorter one."),
            count=MAX_NAME_LETTERS,
        )
    return name


def _find(connection: Connection, name: str) -> int | None:
    return connection.scalar(select(SavedFilterRow.id).where(SavedFilterRow.name == name))
