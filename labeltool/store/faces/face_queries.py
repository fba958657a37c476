"""Lists of faces under a filter, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from labeltool.domain import (
    VERDICT_FILTERS,
    VERDICTS,
    Counts,
    Facets,
    Filter,
    Folder,
    RoundKind,
    RoundStatus,
    Row,
    Verdict,
)
from labeltool.store.database.counters import is_present, is_waiting, search_text, total
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import contains_text, id_list, use_index
from labeltool.store.database.schema import (
    EntryRow,
    FaceCounterRow,
    FaceRow,
    FolderRow,
    PhotoRow,
    RootRow,
    RoundRow,
    StateRow,
)

_ORDERS = {  # order: its column, and whether high values come first
    "score": (StateRow.score, False),
    "spread": (StateRow.spread, True),
    "time": (StateRow.effect, True),
    "round": (StateRow.round_id, True),
    "change": (StateRow.change, True),
}

SCORE_TOLERANCE = 0.005
"""Half of the last digit that is shown of a score: a filter for 0.73 means what is shown so."""

MIN_INDEXED_LETTERS = 3
"""Letters that the index of file names needs; for shorter texts every name is compared."""


class Queue:
    """What the lists of a window ask for. Every query walks an index of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file_ranks: tuple[int, NDArray[np.int64] | None] = 0, None

    def ids(self, wanted: Filter) -> list[int]:
        """Ids of the faces a filter lets through, in its order."""
        return self.ids_and_waiting(wanted)[0]

    def ids_and_waiting(self, wanted: Filter) -> tuple[list[int], NDArray[np.bool_]]:
        """Ids of the faces a filter lets through, in its order, and (as many,) whether each waits
        for a person: is unreviewed, or has a new proposal."""
        with self._database.read() as connection:
            # One text instead of a row for each face takes half the time, and other threads run
            # meanwhile. Waiting faces are the negative numbers: ids begin at 1.
            number = case((is_waiting(StateRow), -StateRow.face_id), else_=StateRow.face_id)
            query = select(number.label("number")).where(*_conditions(connection, wanted))
            query = use_index(query.order_by(*_order(wanted)), StateRow, _index(wanted))
            numbers = _numbers(connection, query)
            if wanted.order == "file" and (ranks := self._ranks_by_file(connection)) is not None:
                numbers = numbers[np.argsort(ranks[np.abs(numbers)])]
                numbers = numbers[::-1] if wanted.descending else numbers
        return np.abs(numbers).tolist(), numbers < 0

    def _ranks_by_file(self, connection: Connection) -> NDArray[np.int64] | None:
        """By face, its rank among all by root, path and face; None where that is the order of the
        ids, as it is when all photos came at once."""
        newest = connection.scalar(select(func.max(FaceRow.id))) or 0
        if newest != self._file_ranks[0]:  # faces are never deleted, and photos keep their path
            faces = _numbers(connection, _BY_FILE)
            ranks = None
            if (np.diff(faces) < 0).any():
                ranks = np.zeros(newest + 1, np.int64)
                ranks[faces] = np.arange(len(faces))
            self._file_ranks = newest, ranks
        return self._file_ranks[1]

    def matching(self, wanted: Filter, ids: Iterable[int]) -> list[int]:
        """Those of a few faces that a filter lets through, in its order."""
        with self._database.read() as connection:
            query = _of_few(ids).where(*_conditions(connection, wanted)).order_by(*_order(wanted))
            return list(connection.scalars(query))

    def waiting(self, ids: Sequence[int]) -> set[int]:
        """Those of a few faces that wait for a person."""
        with self._database.read() as connection:
            return set(connection.scalars(_of_few(ids).where(is_waiting(StateRow))))

    def rows(self, ids: Sequence[int]) -> dict[int, Row]:
        """What a list draws of these faces."""
        with self._database.read() as connection:
            rows = connection.execute(_ROWS, {"ids": list(ids)})
            return {
                r.face_id: Row(r.face_id, r.path, Verdict(r.verdict), r.flag, r.offered, r.score)
                for r in rows
            }

    # How many

    def count(self, wanted: Filter) -> int:
        """How many faces a filter lets through."""
        table, weight = _counted(wanted)
        with self._database.read() as connection:
            query = select(total(weight)).where(*_conditions(connection, wanted, table))
            return int(connection.scalar(_walk_counted(query, table)) or 0)

    def facets(self, wanted: Filter) -> Facets:
        """How many faces the filter would let through with each verdict in place of its own, and
        how many of those that it lets through are left to decide."""
        table, weight = _counted(wanted)
        flagged = [table.flag] if wanted.flagged else []
        verdict = _has_verdict(table, wanted.verdict)
        asked = [and_(_has_verdict(table, name), *flagged) for name in VERDICT_FILTERS]
        asked += [and_(table.flag, verdict), and_(is_waiting(table), verdict, *flagged)]
        unlimited = replace(wanted, verdict=None, flagged=False)
        with self._database.read() as connection:
            query = select(*(total(weight, each) for each in asked))
            query = query.where(*_conditions(connection, unlimited, table))
            *verdicts, count_flagged, left = connection.execute(_walk_counted(query, table)).one()
        return Facets(dict(zip(VERDICT_FILTERS, verdicts, strict=True)), count_flagged, left)

    def folders(self) -> list[Folder]:
        """Every folder that holds photos, by path."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(FolderRow.path, FolderRow.faces, FolderRow.todo).order_by(FolderRow.path)
            )
            return [Folder(*row) for row in rows]

    def reviewers(self) -> dict[str, int]:
        """Whose decisions stand, and on how many faces."""
        return self._counted_by(FaceCounterRow.reviewer, "")

    def shown_rounds(self) -> dict[int, int]:
        """Rounds whose proposals are shown, and on how many faces."""
        return self._counted_by(FaceCounterRow.round_id, 0)

    def _counted_by(self, column: Any, none: Any) -> dict[Any, int]:
        """Faces that are there by a column of the counters, without those that have `none`."""
        faces = func.sum(FaceCounterRow.faces)
        query = select(column, faces).where(column != none, is_present(FaceCounterRow))
        with self._database.read() as connection:
            return dict(connection.execute(query.group_by(column).having(faces > 0)).all())

    def counts(self) -> Counts:
        """How many of everything."""
        with self._database.read() as connection:
            return Counts(**connection.execute(_COUNTS).one()._mapping)


def _faces(where: Any = None) -> Any:
    return total(FaceCounterRow.faces, where)


# asked at each decision: building a statement takes longer than running it
_COUNTS = select(
    *(_faces(FaceCounterRow.verdict == verdict).label(verdict) for verdict in VERDICTS),
    _faces().label("faces"),
    _faces(FaceCounterRow.offered).label("proposed"),
    _faces(FaceCounterRow.flag).label("flagged"),
    *(
        select(total(column)).scalar_subquery().label(column.key)
        for column in (RootRow.photos, RootRow.problems, RootRow.waiting)
    ),
    select(func.count())
    .select_from(RoundRow)
    .where(RoundRow.kind == RoundKind.TRAIN, RoundRow.status == RoundStatus.READY)
    .scalar_subquery()
    .label("rounds"),
).where(is_present(FaceCounterRow))
_ROWS = (
    select(
        StateRow.face_id, PhotoRow.path, StateRow.verdict, StateRow.flag,
        StateRow.offered, StateRow.score,
    )
    .join(FaceRow, FaceRow.id == StateRow.face_id)
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .where(StateRow.face_id.in_(id_list("ids")))
)  # fmt: skip
_BY_FILE = use_index(
    use_index(
        select(FaceRow.id.label("number"))
        .select_from(PhotoRow)
        .join(FaceRow, FaceRow.photo_id == PhotoRow.id)
        .order_by(PhotoRow.root_id, PhotoRow.path, FaceRow.id),
        PhotoRow,
        "photo_file",
    ),
    FaceRow,
    "face_photo",
)


def _of_few(ids: Iterable[int]) -> Select[Any]:
    """A query of some faces, which are looked up by their ids."""
    return use_index(
        select(StateRow.face_id).where(StateRow.face_id.in_(id_list(ids))), StateRow, None
    )


def _numbers(connection: Connection, query: Select[Any]) -> NDArray[np.int64]:
    """What a query of one column, `number`, finds, in its order."""
    number = query.subquery().c.number
    joined = connection.scalar(select(func.aggregate_strings(cast(number, String), ",")))
    return np.fromstring(joined or "", np.int64, sep=",")


def _counted(wanted: Filter) -> tuple[Any, Any]:
    """Where to count, and how many faces a row there stands for."""
    if wanted.score is None and wanted.batch is None and not wanted.folder and not wanted.text:
        return FaceCounterRow, FaceCounterRow.faces
    return StateRow, literal(1)


def _walk_counted(query: Select[Any], table: Any) -> Select[Any]:
    return query if table is FaceCounterRow else use_index(query, StateRow, "state_by_score")


def _index(wanted: Filter) -> str | None:
    """The index that has the filter's faces in its order; None for the table, ordered by face."""
    if wanted.order != "file":
        return f"state_by_{_ORDERS[wanted.order][0].key}"
    if wanted.verdict == "offered":
        return "state_offered"
    if wanted.verdict is not None:
        return "state_verdict"
    return "state_flag" if wanted.flagged else None


def _order(wanted: Filter) -> list[ColumnElement[Any]]:
    face = StateRow.face_id.desc() if wanted.descending else StateRow.face_id.asc()
    if wanted.order == "file":
        return [face]
    column, high_first = _ORDERS[wanted.order]
    turned = column.desc() if high_first != wanted.descending else column.asc()
    return [turned.nulls_last(), face]


def _has_verdict(table: Any, verdict: str | None) -> ColumnElement[bool]:
    """The condition of a verdict filter on rows of `StateRow` or `FaceCounterRow`."""
    if verdict is None:
        return is_present(table)
    if verdict == "offered":
        return and_(table.offered)
    if verdict == "rejected-new":
        return and_(table.offered, table.verdict == Verdict.REJECTED)
    return and_(table.verdict == verdict)


def _conditions(
    connection: Connection, wanted: Filter, table: Any = StateRow
) -> list[ColumnElement[bool]]:
    """What a filter asks of a row of `StateRow`, or of `FaceCounterRow` where that is enough."""
    conditions = [_has_verdict(table, wanted.verdict)]
    if wanted.flagged:
        conditions.append(table.flag)
    if wanted.score is not None:
        low, high = wanted.score
        conditions.append(table.score.between(low - SCORE_TOLERANCE, high + SCORE_TOLERANCE))
    if wanted.round_id is not None:
        conditions.append(table.round_id == wanted.round_id)
    if wanted.reviewer:
        conditions.append(table.reviewer == wanted.reviewer)
    if wanted.batch is not None:
        entered = select(EntryRow.face_id).where(EntryRow.operation_id == wanted.batch)
        conditions.append(table.face_id.in_(entered))
    if wanted.folder:
        conditions.append(table.folder_id.in_(_folder_and_below(wanted.folder)))
    if wanted.text:
        conditions.append(table.photo_id.in_(_photos_named(connection, wanted.text)))
    return conditions


def _folder_and_below(path: str) -> Any:
    """Ids of a folder and those inside it: their paths begin with its path and a slash."""
    after_slash = chr(ord("/") + 1)
    return union_all(
        select(FolderRow.id).where(FolderRow.path == path),
        select(FolderRow.id).where(
            FolderRow.path > f"{path}/", FolderRow.path < f"{path}{after_slash}"
        ),
    )


def _photos_named(connection: Connection, words: str) -> Select[Any]:
    words = search_text(words)
    if len(words) >= MIN_INDEXED_LETTERS:
        return dialect_of(connection).photos_named(words)
    return select(PhotoRow.id).where(contains_text(PhotoRow.search, words))
