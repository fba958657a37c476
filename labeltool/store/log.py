"""The log of operations: how one is added to it, and how one is taken back.

Every function works within the transaction of who calls it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, literal, select, text
from sqlalchemy.orm import aliased

from labeltool.domain import Changes, Said, Verdict, mark
from labeltool.store.state import settle, settle_boxes
from labeltool.store.tables import EntryRow, OperationRow, StateRow

MANY = 500
"""Above this many faces a change says `all` instead of naming them."""

# Statements on the way of a decision are made once: to build one takes longer than to run it.
_LAST = (
    select(OperationRow)
    .where(OperationRow.reviewer == bindparam("reviewer"))
    .order_by(OperationRow.id.desc())
    .limit(1)
)
_ADD = insert(OperationRow)
_OPERATE = text("""
INSERT INTO operation (uuid, reviewer, time, kind, detail, faces, target, undo_below, undo_top)
SELECT :uuid, :reviewer, :time, :kind, :detail, 0, :target,
       (SELECT undo_top FROM operation WHERE reviewer = :reviewer ORDER BY id DESC LIMIT 1),
       coalesce(max(id), 0) + 1 FROM operation -- rows are only ever added: the id of this one
RETURNING id
""")
_NEWEST = text(
    "UPDATE state SET entry_id = e.id FROM entry e "
    "WHERE e.operation_id = :operation AND e.face_id = state.face_id"
)
_COUNT = text(
    "UPDATE operation SET faces = (SELECT count(*) FROM entry WHERE operation_id = :operation) "
    "WHERE id = :operation RETURNING faces"
)

# What undo puts back is each face's entry before the operation; what redo puts back is the
# operation's own. Both only where the face is as the operation left it, or found it. Taking back is
# an undo that is a deed of its own, by its own `effect`.
UNDO = """
INSERT INTO entry (operation_id, face_id, effect, previous, verdict, flag, prediction_id, points,
                   visibility, box)
SELECT :operation, s.face_id, coalesce(:effect, b.effect), s.entry_id,
       coalesce(b.verdict, :before), coalesce(b.flag, 0), b.prediction_id, b.points, b.visibility,
       b.box
FROM entry x JOIN state s ON s.face_id = x.face_id LEFT JOIN entry b ON b.id = x.previous
WHERE x.operation_id = :target AND s.effect = :target
"""
REDO = """
INSERT INTO entry (operation_id, face_id, effect, previous, verdict, flag, prediction_id, points,
                   visibility, box)
SELECT :operation, s.face_id, :target, s.entry_id, x.verdict, x.flag, x.prediction_id, x.points,
       x.visibility, x.box
FROM entry x JOIN state s ON s.face_id = x.face_id LEFT JOIN entry b ON b.id = x.previous
WHERE x.operation_id = :target AND s.effect IS b.effect
"""


def now() -> str:
    """The time for the log, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def words(verdict: Verdict, count: int) -> str:
    """What was done to so many faces, for the log."""
    what = {Verdict.UNREVIEWED: "set back"}.get(verdict, str(verdict))
    return what if count == 1 else f"{what} {count} faces"


def changed(faces: Sequence[int], note: str) -> Changes:
    """Changes of these faces, or of `all` if they are many."""
    if len(faces) > MANY:
        return Changes(all=True, note=note)
    return Changes(faces=frozenset(faces), note=note)


def newest(connection: Connection, reviewer: str) -> Any:
    """A reviewer's newest operation, whose columns are the tops of both stacks, or None."""
    return connection.execute(_LAST, {"reviewer": reviewer}).one_or_none()


def operate(
    connection: Connection, reviewer: str, kind: str, detail: str, *, target: int | None = None
) -> int:
    """Log a new operation: it becomes the top of the undo stack and empties the redo stack."""
    named = {"kind": kind, "detail": detail, "target": target}
    found = connection.execute(_OPERATE, _written(reviewer) | named)
    return int(found.scalar_one())


def add_operation(
    connection: Connection, reviewer: str, kind: str, detail: str, **columns: int | None
) -> int:
    """Log an operation that leaves the stacks as `columns` say; returns its id."""
    named = {"kind": kind, "detail": detail, "faces": 0}
    result = connection.execute(_ADD, _written(reviewer) | named | columns)
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def _written(reviewer: str) -> dict[str, Any]:
    return {"uuid": uuid.uuid4().hex, "reviewer": reviewer, "time": now()}


def enter(connection: Connection, operation: int, chosen: Any, box: Any = None) -> int:
    """Add an entry for every row of (face, verdict, flag, prediction, points, visibility).

    `box`: a column of theirs; None leaves boxes where they are.
    """
    if box is None:
        before = aliased(EntryRow)
        box = select(before.box).where(before.id == StateRow.entry_id).scalar_subquery()
    rows = chosen.add_columns(literal(operation), literal(operation), StateRow.entry_id, box)
    names = [
        "face_id", "verdict", "flag", "prediction_id", "points", "visibility",
        "operation_id", "effect", "previous", "box",
    ]  # fmt: skip
    connection.execute(insert(EntryRow).from_select(names, rows))
    return finish(connection, operation)


def finish(connection: Connection, operation: int, *, boxes: bool = True) -> int:
    """Bring the current state of the operation's faces up to date; returns how many there are.

    `boxes`: whether it may have moved some.
    """
    parameters = {"operation": operation}
    connection.execute(_NEWEST, parameters)
    count = int(connection.execute(_COUNT, parameters).scalar_one())
    where = "face_id IN (SELECT face_id FROM entry WHERE operation_id = :operation)"
    settle(connection, where, parameters)
    if boxes:
        settle_boxes(connection, where, parameters)
    return count


def without_entry(kind: str) -> Verdict:
    """What a face without an earlier entry was before an operation of this kind."""
    # before it was drawn a face was none, and no log forgets a face
    return Verdict.EXCLUDED if kind == "draw" else Verdict.UNREVIEWED


def taken_back(connection: Connection, operation: int, target: Any, deed: str) -> Changes:
    """The changes of an undo and the like; `deed`, a marked text, says it of `{what}`."""
    count = finish(connection, operation)
    query = select(EntryRow.face_id).where(EntryRow.operation_id == operation).limit(MANY + 1)
    faces = list(connection.scalars(query))
    left = target.faces - count
    others = mark("{left:,} of {faces:,} faces were changed since and stay as they are.")
    note = Said(deed, others if left else "", what=target.detail, left=left, faces=target.faces)
    changes = changed(faces, note)
    return replace(changes, boxes=changes.faces) if target.kind in ("box", "draw") else changes
