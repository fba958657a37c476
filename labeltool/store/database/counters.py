"""Counters, which triggers keep up to date (see `sqlite`), so that no writer can forget them.

`face_counter` has a row for each combination of verdict, offered, flag, round of the shown
prediction, reviewer, and layout of the label: a few rows answer what would otherwise scan every
face. `folder` and
`root` have counters of their own. `face_counter` also counts removed faces; `folder` does not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    except_,
    func,
    insert,
    or_,
    select,
    update,
)

from labeltool.domain import Verdict
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.schema import (
    FaceCounterRow,
    FolderRow,
    PhotoRow,
    RootRow,
    StateRow,
)


def search_text(words: str) -> str:
    """Text as the file name search compares it: composed (macOS keeps names apart), case folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())


def is_present(faces: Any) -> ColumnElement[bool]:
    """Whether rows of `StateRow` or `FaceCounterRow` are of faces that nobody removed."""
    return and_(faces.verdict != Verdict.REMOVED)


def is_waiting(faces: Any) -> ColumnElement[bool]:
    """Whether rows of `StateRow` or `FaceCounterRow` wait for a decision: unreviewed, or with a new
    proposal."""
    return or_(faces.offered, faces.verdict == Verdict.UNREVIEWED)


def total(number: ColumnElement[int] | Any, where: ColumnElement[bool] | None = None) -> Any:
    """The sum of a column, or of its rows that satisfy a condition; 0 without any."""
    added = func.sum(number) if where is None else func.sum(number).filter(where)
    return func.coalesce(added, 0)


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


_FACE_KEY = (
    StateRow.verdict, StateRow.offered, StateRow.flag, func.coalesce(StateRow.round_id, 0),
    func.coalesce(StateRow.reviewer, ""), func.coalesce(StateRow.layout, 0),
)  # fmt: skip
_FACES = select(*_FACE_KEY, func.count()).group_by(*_FACE_KEY)
_FOLDERS = (
    select(
        StateRow.folder_id.label("id"),
        func.count().label("faces"),
        _number_of(is_waiting(StateRow)).label("todo"),
    )
    .where(is_present(StateRow))
    .group_by(StateRow.folder_id)
)
_ROOTS = select(
    PhotoRow.root_id.label("id"),
    func.count().label("photos"),
    _number_of(PhotoRow.problem.is_not(None)).label("problems"),
    _number_of(PhotoRow.searched.is_(False)).label("waiting"),
).group_by(PhotoRow.root_id)

_COUNTED: dict[str, tuple[Any, Any]] = {  # counter: what it counts, what it says
    "face_counter": (_FACES, select(FaceCounterRow.__table__).where(FaceCounterRow.faces != 0)),
    "folder": (
        _FOLDERS,
        select(FolderRow.id, FolderRow.faces, FolderRow.todo).where(
            or_(FolderRow.faces != 0, FolderRow.todo != 0)
        ),
    ),
    "root": (
        _ROOTS,
        select(RootRow.id, RootRow.photos, RootRow.problems, RootRow.waiting).where(
            or_(RootRow.photos != 0, RootRow.problems != 0, RootRow.waiting != 0)
        ),
    ),
}


def find_wrong(connection: Connection) -> list[str]:
    """Names of the counters, and of the name index, that differ from what they count."""
    found = [
        name
        for name, (counted, said) in _COUNTED.items()
        if _any(connection, except_(counted, said)) or _any(connection, except_(said, counted))
    ]
    if not dialect_of(connection).is_name_index_intact(connection):
        found.append("photo_name")
    return found


def _any(connection: Connection, query: Any) -> bool:
    return connection.execute(query.limit(1)).first() is not None


def recount(connection: Connection) -> None:
    """Count everything again, and fill the name index."""
    connection.execute(delete(FaceCounterRow))
    columns = [column.name for column in FaceCounterRow.__table__.columns]
    connection.execute(insert(FaceCounterRow).from_select(columns, _FACES))
    _recount(connection, FolderRow, _FOLDERS, ("faces", "todo"))
    _recount(connection, RootRow, _ROOTS, ("photos", "problems", "waiting"))
    dialect_of(connection).rebuild_name_index(connection)


def _recount(connection: Connection, table: Any, counted: Any, names: Iterable[str]) -> None:
    connection.execute(update(table).values(dict.fromkeys(names, 0)))
    new = counted.subquery()
    values = {name: new.c[name] for name in names}
    connection.execute(update(table).values(values).where(table.id == new.c.id))
