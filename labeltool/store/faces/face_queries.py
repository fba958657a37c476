"""Lists of faces under a filter, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    union_all,
)

from labeltool.domain import (
    FINAL,
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
from labeltool.store.arrays.layouts import in_use
from labeltool.store.database.counters import is_present, is_waiting, search_text, total
from labeltool.store.database.dialects import Dialect, dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import (
    contains_text,
    id_list,
    joined_numbers,
    read_numbers,
    use_index,
)
from labeltool.store.database.finding_schema import FindingRow
from labeltool.store.database.schema import (
    AuditRow,
    EntryRow,
    FaceCounterRow,
    FaceRow,
    FolderRow,
    LedgerRow,
    PhotoRow,
    RootRow,
    RoundRow,
    StateRow,
)

_ORDERS = {  # order: its column, of which high values come first
    "error": StateRow.error,
    "time": StateRow.effect,
    "round": StateRow.round_id,
    "change": StateRow.change,
}

ROUNDING = 0.0005
"""Half of the last digit that is shown of an error: a filter for 2.4 % means what is shown so."""

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
            query, values = _prepare(_ids_query, connection, wanted)
            numbers = read_numbers(connection, query, values)
            if wanted.order == "file" and (ranks := self._ranks_by_file(connection)) is not None:
                numbers = numbers[np.argsort(ranks[np.abs(numbers)])]
                numbers = numbers[::-1] if wanted.descending else numbers
        return np.abs(numbers).tolist(), numbers < 0

    def _ranks_by_file(self, connection: Connection) -> NDArray[np.int64] | None:
        """By face, its rank among all by root, path and face; None where that is the order of the
        ids, as it is when all photos came at once."""
        newest = connection.scalar(_NEWEST_FACE) or 0
        if newest != self._file_ranks[0]:  # faces are never deleted, and photos keep their path
            faces = read_numbers(connection, joined_numbers(_BY_FILE))
            ranks = None
            if (np.diff(faces) < 0).any():
                ranks = np.zeros(newest + 1, np.int64)
                ranks[faces] = np.arange(len(faces))
            self._file_ranks = newest, ranks
        return self._file_ranks[1]

    def matching(self, wanted: Filter, ids: Iterable[int]) -> list[int]:
        """Those of a few faces that a filter lets through, in its order."""
        with self._database.read() as connection:
            query, values = _prepare(_matching_query, connection, wanted)
            return list(connection.scalars(query, values | {"ids": list(ids)}))

    def waiting(self, ids: Sequence[int]) -> set[int]:
        """Those of a few faces that wait for a person."""
        with self._database.read() as connection:
            return set(connection.scalars(_WAITING, {"ids": list(ids)}))

    def present(self, ids: Iterable[int]) -> dict[int, bool]:
        """Those of a few faces that were not removed, and whether each waits for a person."""
        with self._database.read() as connection:
            return dict(connection.execute(_PRESENT, {"ids": list(ids)}).all())

    def rows(self, ids: Sequence[int]) -> dict[int, Row]:
        """What a list draws of these faces."""
        with self._database.read() as connection:
            rows = connection.execute(_ROWS, {"ids": list(ids)})
            return {
                r.face_id: Row(r.face_id, r.path, Verdict(r.verdict), r.flag, r.offered, r.error)
                for r in rows
            }

    # How many

    def count(self, wanted: Filter) -> int:
        """How many faces a filter lets through."""
        with self._database.read() as connection:
            query, values = _prepare(_count_query, connection, wanted)
            return int(connection.scalar(query, values) or 0)

    def facets(self, wanted: Filter) -> Facets:
        """How many faces the filter would let through with each verdict in place of its own, and
        how many of those that it lets through are left to decide."""
        with self._database.read() as connection:
            query, values = _prepare(_facets_query, connection, wanted)
            *verdicts, flagged, left = connection.execute(query, values).one()
        return Facets(dict(zip(VERDICT_FILTERS, verdicts, strict=True)), flagged, left)

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
        StateRow.offered, StateRow.error,
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


_NEWEST_FACE = select(func.max(FaceRow.id))
_OF_FEW = use_index(  # looked up by their ids
    select(StateRow.face_id).where(StateRow.face_id.in_(id_list("ids"))), StateRow, None
)
_WAITING = _OF_FEW.where(is_waiting(StateRow))
_PRESENT = _OF_FEW.where(is_present(StateRow)).add_columns(is_waiting(StateRow))


NEWEST_TRAINING = (
    select(func.max(RoundRow.id))
    .where(RoundRow.kind == RoundKind.TRAIN, RoundRow.status == RoundStatus.READY)
    .scalar_subquery()
)
"""The id of the newest finished training, in a query."""


# Statements of filters, built once for all filters that differ in their values alone


def _prepare(
    build: Callable[..., Any], connection: Connection, wanted: Filter
) -> tuple[Any, dict[str, Any]]:
    """The statement that `build` makes for a filter, and its parameters."""
    dialect, layouts = dialect_of(connection), in_use()
    shape, values = wanted, dict[str, Any]()
    values["incomplete"] = [] if layouts is None else layouts.incomplete()
    if wanted.error is not None:
        low, high = wanted.error
        values |= {"low": low - ROUNDING, "high": high + ROUNDING}
        shape = replace(shape, error=(0.0, 1.0))
    if wanted.round_id is not None:
        values["round"] = wanted.round_id
        shape = replace(shape, round_id=0)
    if wanted.reviewer:
        values["reviewer"] = wanted.reviewer
        shape = replace(shape, reviewer="any")
    if wanted.batch is not None:
        values["batch"] = wanted.batch
        shape = replace(shape, batch=0)
    if wanted.faces:
        values["faces"] = list(wanted.faces)
        shape = replace(shape, faces=(0,))
    if wanted.role:
        values |= {"role": wanted.role, "role_round": wanted.role_round}
        shape = replace(shape, role="any", role_round=None if wanted.role_round is None else 0)
    if wanted.check:
        values["check"] = wanted.check
        shape = replace(shape, check="any")
    if wanted.folder:
        after_slash = chr(ord("/") + 1)
        values |= {
            "folder": wanted.folder, "below": f"{wanted.folder}/",
            "beyond": f"{wanted.folder}{after_slash}",
        }  # fmt: skip
        shape = replace(shape, folder="any")
    if wanted.text:
        words = search_text(wanted.text)
        is_indexed = len(words) >= MIN_INDEXED_LETTERS
        values["text"] = dialect.name_pattern(words) if is_indexed else words
        shape = replace(shape, text="a" * (MIN_INDEXED_LETTERS if is_indexed else 1))
    return build(shape, dialect), values


@lru_cache
def _ids_query(wanted: Filter, dialect: Dialect) -> Any:
    number = case((is_waiting(StateRow), -StateRow.face_id), else_=StateRow.face_id)
    query = select(number.label("number")).where(*_conditions(wanted, dialect))
    return joined_numbers(use_index(query.order_by(*_order(wanted)), StateRow, _index(wanted)))


@lru_cache
def _matching_query(wanted: Filter, dialect: Dialect) -> Any:
    return _OF_FEW.where(*_conditions(wanted, dialect)).order_by(*_order(wanted))


@lru_cache
def _count_query(wanted: Filter, dialect: Dialect) -> Any:
    table, weight = _counted(wanted)
    query = select(total(weight)).where(*_conditions(wanted, dialect, table))
    return _walk_counted(query, table)


@lru_cache
def _facets_query(wanted: Filter, dialect: Dialect) -> Any:
    table, weight = _counted(wanted)
    flagged = [table.flag] if wanted.flagged else []
    verdict = _has_verdict(table, wanted.verdict)
    asked = [and_(_has_verdict(table, name), *flagged) for name in VERDICT_FILTERS]
    left = verdict if wanted.verdict == "missing" else is_waiting(table)
    asked += [and_(table.flag, verdict), and_(left, verdict, *flagged)]
    any_verdict = replace(wanted, verdict=None, flagged=False)
    query = select(*(total(weight, each) for each in asked))
    return _walk_counted(query.where(*_conditions(any_verdict, dialect, table)), table)


def _counted(wanted: Filter) -> tuple[Any, Any]:
    """Where to count, and how many faces a row there stands for."""
    others = (wanted.audit, wanted.role, wanted.check, wanted.faces, wanted.folder, wanted.text)
    if wanted.error is None and wanted.batch is None and not any(others):
        return FaceCounterRow, FaceCounterRow.faces
    return StateRow, literal(1)


def _walk_counted(query: Select[Any], table: Any) -> Select[Any]:
    return query if table is FaceCounterRow else use_index(query, StateRow, "state_by_error")


def _index(wanted: Filter) -> str | None:
    """The index that has the filter's faces in its order; None for the table, ordered by face."""
    if wanted.order != "file":
        return f"state_by_{_ORDERS[wanted.order].key}"
    if wanted.verdict == "offered":
        return "state_offered"
    if wanted.verdict not in (None, "missing"):  # of two verdicts an index has two lists
        return "state_verdict"
    return "state_flag" if wanted.flagged else None


def _order(wanted: Filter) -> list[ColumnElement[Any]]:
    face = StateRow.face_id.desc() if wanted.descending else StateRow.face_id.asc()
    if wanted.order == "file":
        return [face]
    column = _ORDERS[wanted.order]
    turned = column.asc() if wanted.descending else column.desc()
    return [turned.nulls_last(), face]


def _has_verdict(table: Any, verdict: str | None) -> ColumnElement[bool]:
    """The condition of a verdict filter on rows of `StateRow` or `FaceCounterRow`."""
    if verdict is None:
        return is_present(table)
    if verdict == "offered":
        return and_(table.offered)
    if verdict == "rejected-new":
        return and_(table.offered, table.verdict == Verdict.REJECTED)
    if verdict == "missing":
        return and_(table.verdict.in_(FINAL), table.layout.in_(id_list("incomplete")))
    return and_(table.verdict == verdict)


def _conditions(
    wanted: Filter, dialect: Dialect, table: Any = StateRow
) -> list[ColumnElement[bool]]:
    """What a filter asks of a row of `StateRow`, or of `FaceCounterRow` where that is enough.

    The parameters are those of `_prepare`.
    """
    conditions = [_has_verdict(table, wanted.verdict)]
    if wanted.flagged:
        conditions.append(table.flag)
    if wanted.error is not None:
        conditions.append(table.error.between(bindparam("low"), bindparam("high")))
    if wanted.round_id is not None:
        conditions.append(table.round_id == bindparam("round"))
    if wanted.reviewer:
        conditions.append(table.reviewer == bindparam("reviewer"))
    conditions += [table.face_id.in_(faces) for faces in _listed(wanted)]
    if wanted.folder:
        conditions.append(table.folder_id.in_(_FOLDER_AND_BELOW))
    if wanted.text:
        is_indexed = len(wanted.text) >= MIN_INDEXED_LETTERS
        named = dialect.photos_named("text") if is_indexed else _PHOTOS_CONTAINING
        conditions.append(table.photo_id.in_(named))
    return conditions


def _listed(wanted: Filter) -> list[Any]:
    """The lists of faces that a face must be in, as queries of ids."""
    lists: list[Any] = []
    if wanted.batch is not None:
        lists.append(select(EntryRow.face_id).where(EntryRow.operation_id == bindparam("batch")))
    if wanted.faces:
        lists.append(id_list("faces"))
    if wanted.audit:
        lists.append(select(AuditRow.face_id))
    if wanted.role:
        lists.append(_with_role(wanted.role_round))
    if wanted.check:
        lists.append(_FOUND)
    return lists


def _with_role(round_id: int | None) -> Any:
    """The faces that had the role in a training; None stands for the newest finished one."""
    one = NEWEST_TRAINING if round_id is None else bindparam("role_round")
    found = select(LedgerRow.face_id).where(
        LedgerRow.round_id == one, LedgerRow.role == bindparam("role")
    )
    return use_index(found, LedgerRow, "ledger_role")


_FOUND = use_index(
    select(FindingRow.face_id).where(
        FindingRow.check == bindparam("check"), FindingRow.ignored.is_(False)
    ),
    FindingRow,
    "finding_check",
)
_FOLDER_AND_BELOW = union_all(  # what is inside begins with the path of the folder and a slash
    select(FolderRow.id).where(FolderRow.path == bindparam("folder")),
    select(FolderRow.id).where(
        FolderRow.path > bindparam("below"), FolderRow.path < bindparam("beyond")
    ),
)
_PHOTOS_CONTAINING = select(PhotoRow.id).where(
    contains_text(PhotoRow.search, bindparam("text", type_=String))
)
