"""Lists of faces under a filter, and how many there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, func, literal, select, text

from labeltool.domain import (
    VERDICT_FILTERS,
    VERDICTS,
    Counts,
    Facets,
    Filter,
    Folder,
    Row,
    Verdict,
)
from labeltool.store.database.counters import NOT_REMOVED, search_text
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import FaceRow, FolderRow, PhotoRow, StateRow

_KEYS = {  # order: its column, and the direction that comes first
    "score": ("score", "ASC"),
    "spread": ("spread", "DESC"),
    "time": ("effect", "DESC"),
    "round": ("round_id", "DESC"),
    "change": ("change", "DESC"),
}
_TURNED = {"ASC": "DESC", "DESC": "ASC"}
_VERDICTS = {verdict: f"verdict = '{verdict}'" for verdict in map(str, VERDICTS)} | {
    None: NOT_REMOVED,
    "offered": "offered = 1",
    "rejected-new": "(offered = 1 AND verdict = 'rejected')",
}
_TODO = "(offered = 1 OR verdict = 'unreviewed')"
_FEW = "state NOT INDEXED WHERE face_id IN (SELECT value FROM json_each(:ids))"

_BY_FILE = (
    "SELECT group_concat(id) FROM (SELECT f.id FROM photo p INDEXED BY sqlite_autoindex_photo_1 "
    "CROSS JOIN face f INDEXED BY face_photo ON f.photo_id = p.id ORDER BY p.root_id, p.path, f.id)"
)

ROUNDED = 0.005
"""Half of the last digit that is shown of a score: who asks for 0.73 means what is shown so."""

SHORTEST = 3
"""Letters that the index of file names needs; shorter texts are looked for name by name."""


class Queue:
    """What the lists of a window ask for. Every query walks an index of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._places: tuple[int, NDArray[np.int64] | None] = 0, None

    def ids(self, wanted: Filter) -> list[int]:
        """Ids of the faces a filter lets through, in its order."""
        return self.ids_and_waiting(wanted)[0]

    def ids_and_waiting(self, wanted: Filter) -> tuple[list[int], NDArray[np.bool_]]:
        """Ids of the faces a filter lets through, in its order, and (as many,) whether each waits
        for a person: is unreviewed, or offered anew."""
        where, values = _where(wanted)
        # One text in place of a row for each face takes half the time, and other threads run
        # meanwhile. Waiting faces are the negative numbers: ids begin at 1.
        query = (
            f"SELECT group_concat(number) FROM (SELECT iif({_TODO}, -face_id, face_id) AS number "
            f"FROM {_walk(wanted)} WHERE {where} {_by(wanted)})"
        )
        with self._database.read() as connection:
            numbers = _numbers(connection.exec_driver_sql(query, values).scalar_one())
            if wanted.order == "file" and (places := self._file_places(connection)) is not None:
                numbers = numbers[np.argsort(places[np.abs(numbers)])]
                numbers = numbers[::-1] if wanted.descending else numbers
        return np.abs(numbers).tolist(), numbers < 0

    def _file_places(self, connection: Connection) -> NDArray[np.int64] | None:
        """By face, its place among all by root, path and face; None where that is the order of the
        ids, as it is when all photos came at once."""
        newest = int(connection.exec_driver_sql("SELECT max(id) FROM face").scalar_one() or 0)
        if newest != self._places[0]:  # no face ever goes, and no photo gets another path
            faces = _numbers(connection.exec_driver_sql(_BY_FILE).scalar_one())
            places = None
            if (np.diff(faces) < 0).any():
                places = np.zeros(newest + 1, np.int64)
                places[faces] = np.arange(len(faces))
            self._places = newest, places
        return self._places[1]

    def matching(self, wanted: Filter, ids: Iterable[int]) -> list[int]:
        """Those of a few faces that a filter lets through, in its order."""
        where, values = _where(wanted)
        return self._column(
            f"SELECT face_id FROM {_FEW} AND {where} {_by(wanted)}",
            values | {"ids": json.dumps(list(ids))},
        )

    def _column(self, query: str, values: dict[str, Any]) -> list[int]:
        with self._database.read() as connection:
            return list(connection.exec_driver_sql(query, values).scalars())

    def waiting(self, ids: Sequence[int]) -> set[int]:
        """Those of the faces that wait for a person."""
        query = f"SELECT face_id FROM {_FEW} AND {_TODO}"
        return set(self._column(query, {"ids": json.dumps(list(ids))}))

    def rows(self, ids: Sequence[int]) -> dict[int, Row]:
        """What a list draws of these faces."""
        with self._database.read() as connection:
            rows = connection.execute(_ROWS, {"ids": json.dumps(list(ids))})
            return {
                r.face_id: Row(r.face_id, r.path, Verdict(r.verdict), r.flag, r.offered, r.score)
                for r in rows
            }

    # How many

    def count(self, wanted: Filter) -> int:
        """How many faces a filter lets through."""
        source, weight = _source(wanted)
        where, values = _where(wanted)
        with self._database.read() as connection:
            query = f"SELECT coalesce(sum({weight}), 0) FROM {source} WHERE {where}"
            return int(connection.exec_driver_sql(query, values).scalar_one())

    def facets(self, wanted: Filter) -> Facets:
        """How many faces the filter would let through with each verdict in place of its own, and
        how many of those that it lets through are left to decide."""
        source, weight = _source(wanted)
        where, values = _where(replace(wanted, verdict=None, flagged=False))
        flag, verdict = "flag = 1" if wanted.flagged else "1", _VERDICTS[wanted.verdict]
        asked = [f"{_VERDICTS[name]} AND {flag}" for name in VERDICT_FILTERS]
        asked += [f"flag = 1 AND {verdict}", f"{_TODO} AND {verdict} AND {flag}"]
        sums = ", ".join(f"coalesce(sum({weight} * ({each})), 0)" for each in asked)
        with self._database.read() as connection:
            row = connection.exec_driver_sql(f"SELECT {sums} FROM {source} WHERE {where}", values)
            *verdicts, flagged, left = row.one()
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
        return self._counted(
            "SELECT reviewer, sum(faces) FROM face_counter "
            f"WHERE reviewer != '' AND {NOT_REMOVED} GROUP BY 1"
        )

    def shown_rounds(self) -> dict[int, int]:
        """Rounds whose proposals are shown, and on how many faces."""
        return self._counted(
            "SELECT round_id, sum(faces) FROM face_counter "
            f"WHERE round_id AND {NOT_REMOVED} GROUP BY 1"
        )

    def _counted(self, query: str) -> dict[Any, int]:
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(text(query)) if row[1]}

    def counts(self) -> Counts:
        """How many of everything."""
        with self._database.read() as connection:
            return Counts(**connection.execute(_COUNTS).one()._mapping)


def _sum(verdict: Verdict) -> str:
    return f"coalesce(sum(faces * (verdict = '{verdict}')), 0) AS {verdict}"


# asked for at each decision: to build a statement takes longer than to run it
_COUNTS = text(
    f"SELECT {', '.join(map(_sum, VERDICTS))}, coalesce(sum(faces), 0) AS faces, "
    "coalesce(sum(faces * offered), 0) AS proposed, "
    "coalesce(sum(faces * flag), 0) AS flagged, "
    "(SELECT coalesce(sum(photos), 0) FROM root) AS photos, "
    "(SELECT coalesce(sum(problems), 0) FROM root) AS problems, "
    "(SELECT coalesce(sum(waiting), 0) FROM root) AS waiting, "
    "(SELECT count(*) FROM round WHERE kind = 'train' AND status = 'ready') AS rounds "
    f"FROM face_counter WHERE {NOT_REMOVED}"
)
_ROWS = (
    select(
        StateRow.face_id, PhotoRow.path, StateRow.verdict, StateRow.flag,
        StateRow.offered, StateRow.score,
    )
    .join(FaceRow, FaceRow.id == StateRow.face_id)
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .where(StateRow.face_id.in_(select(text("value FROM json_each(:ids)"))))
)  # fmt: skip


def _ids(ids: Iterable[int]) -> Select[Any]:
    """A list of any length as a subquery: SQLite limits the number of parameters."""
    return select(text("value")).select_from(func.json_each(literal(json.dumps(list(ids)))))


def _source(wanted: Filter) -> tuple[str, str]:
    """Where to count, and how many faces a row there stands for."""
    if wanted.score is None and wanted.batch is None and not wanted.folder and not wanted.text:
        return "face_counter", "faces"
    return "state INDEXED BY state_by_score", "1"


def _numbers(text: str | None) -> NDArray[np.int64]:
    return np.fromstring(text or "", np.int64, sep=",")


def _walk(wanted: Filter) -> str:
    """The table and the index that has its faces in the filter's order.

    Named, because without statistics SQLite takes any equality for a strong filter, and sorts.
    """
    if wanted.order != "file":
        return f"state INDEXED BY state_by_{_KEYS[wanted.order][0]}"
    if wanted.verdict == "offered":
        return "state INDEXED BY state_offered"
    if wanted.verdict is not None:
        return "state INDEXED BY state_verdict"
    if wanted.flagged:
        return "state INDEXED BY state_flag"
    return "state NOT INDEXED"  # the table itself lies in this order


def _by(wanted: Filter) -> str:
    face = "DESC" if wanted.descending else "ASC"
    if wanted.order == "file":
        return f"ORDER BY face_id {face}"
    column, direction = _KEYS[wanted.order]
    turned = _TURNED[direction] if wanted.descending else direction
    return f"ORDER BY {column} {turned} NULLS LAST, face_id {face}"


def _where(wanted: Filter) -> tuple[str, dict[str, Any]]:
    conditions, values = [_VERDICTS[wanted.verdict]], dict[str, Any]()
    if wanted.flagged:
        conditions.append("flag = 1")
    if wanted.score is not None:
        conditions.append("score BETWEEN :low AND :high")
        low, high = wanted.score
        values["low"], values["high"] = low - ROUNDED, high + ROUNDED
    if wanted.round_id is not None:
        conditions.append("round_id = :round")
        values["round"] = wanted.round_id
    if wanted.reviewer:
        conditions.append("reviewer = :reviewer")
        values["reviewer"] = wanted.reviewer
    if wanted.batch is not None:
        conditions.append("face_id IN (SELECT face_id FROM entry WHERE operation_id = :batch)")
        values["batch"] = wanted.batch
    if wanted.folder:
        # what begins with the folder and a slash; 0 is the character after it
        conditions.append(
            "folder_id IN (SELECT id FROM folder WHERE path = :folder "
            "UNION ALL SELECT id FROM folder WHERE path > :folder || '/' AND path < :folder || '0')"
        )
        values["folder"] = wanted.folder
    if wanted.text:
        words = search_text(wanted.text)
        if len(words) < SHORTEST:
            found = "SELECT id FROM photo WHERE instr(search, :text)"
            values["text"] = words
        else:
            found = "SELECT rowid FROM photo_name WHERE photo_name MATCH :text"
            values["text"] = '"' + words.replace('"', '""') + '"'
        conditions.append(f"photo_id IN ({found})")
    return " AND ".join(conditions), values
