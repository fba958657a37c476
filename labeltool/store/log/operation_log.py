"""The log of operations: how one is added to it, and how one is taken back.

Every function works within the transaction of who calls it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal, select, text
from sqlalchemy.orm import aliased

from labeltool.domain import N_, Changes, Message, UserError, Verdict, WriteResult
from labeltool.store.database.engine import LAST_STEP
from labeltool.store.database.schema import EntryRow, MessageType, OperationRow, StateRow
from labeltool.store.log.face_state import refresh_boxes, refresh_states
from pipnet.data.boxes import SAME_FACE_OVERLAP, overlap
from pipnet.data.crop import CropConvention

ADDING = ("draw", "import", "proposals")
"""Kinds of operations that may add faces."""

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
INSERT INTO operation (uuid, reviewer, time, kind, description, faces, target, undo_below, undo_top)
SELECT :uuid, :reviewer, :time, :kind, :description, 0, :target,
       (SELECT undo_top FROM operation WHERE reviewer = :reviewer ORDER BY id DESC LIMIT 1),
       coalesce(max(id), 0) + 1 FROM operation -- rows are only ever added: the id of this one
RETURNING id
""").bindparams(bindparam("description", type_=MessageType))
_NEWEST = text(
    "UPDATE state SET entry_id = e.id FROM entry e "
    "WHERE e.operation_id = :operation AND e.face_id = state.face_id"
)
_COUNT = text(
    "UPDATE operation SET faces = (SELECT count(*) FROM entry WHERE operation_id = :operation) "
    "WHERE id = :operation RETURNING faces"
)

_ENTERED = select(EntryRow.face_id).where(EntryRow.operation_id == bindparam("operation"))
NO_REDO = text("DELETE FROM draft_step WHERE reviewer = :reviewer AND undone")
_NEW = text("""
INSERT INTO entry (operation_id, face_id, effect, previous, verdict, flag)
SELECT :operation, s.face_id, :operation, s.entry_id, 'unreviewed', 0 FROM state s
WHERE s.face_id IN (SELECT value FROM json_each(:faces)) AND s.verdict = 'removed'
""")

BEFORE = "coalesce(b.verdict, iif(f.by_operation, 'removed', 'unreviewed'))"
"""The verdict of a face before an operation, among the rows of `REVERSIBLE`."""

# A face on which somebody else began to move points is not taken from under their hands.
REVERSIBLE = f"""
FROM entry x JOIN state s ON s.face_id = x.face_id JOIN face f ON f.id = x.face_id
LEFT JOIN entry b ON b.id = x.previous
WHERE x.operation_id = :target AND s.effect = :target AND NOT ({BEFORE} = 'removed' AND EXISTS
    (SELECT 1 FROM draft d WHERE d.face_id = x.face_id AND d.reviewer != :reviewer))
AND x.face_id NOT IN (SELECT value FROM json_each(:doubles))
"""
"""The faces that still are as an operation left them. `doubles`: see `doubles_of`."""

# What undo puts back is each face's entry before the operation; what redo puts back is the
# operation's own. Both only where the face is as the operation left it, or found it. A revert is an
# undo that is an operation of its own, with its own `effect`.
UNDO = f"""
INSERT INTO entry (operation_id, face_id, effect, previous, verdict, flag, prediction_id, points,
                   visibility, box)
SELECT :operation, s.face_id, coalesce(:effect, b.effect), s.entry_id,
       {BEFORE}, coalesce(b.flag, 0), b.prediction_id, b.points, b.visibility, b.box
{REVERSIBLE}
"""
REDO = """
INSERT INTO entry (operation_id, face_id, effect, previous, verdict, flag, prediction_id, points,
                   visibility, box)
SELECT :operation, s.face_id, :target, s.entry_id, x.verdict, x.flag, x.prediction_id, x.points,
       x.visibility, x.box
FROM entry x JOIN state s ON s.face_id = x.face_id LEFT JOIN entry b ON b.id = x.previous
WHERE x.operation_id = :target AND s.effect IS b.effect
AND x.face_id NOT IN (SELECT value FROM json_each(:doubles))
"""
_REMOVED_BESIDE_OTHERS = text("""
SELECT r.id, r.x, r.y, r.w, r.h, r.kind, p.x AS px, p.y AS py, p.w AS pw, p.h AS ph, p.kind AS pkind
FROM entry x JOIN state s ON s.face_id = x.face_id AND s.verdict = 'removed'
JOIN face r ON r.id = x.face_id JOIN face p ON p.photo_id = r.photo_id AND p.id > r.id
JOIN state t ON t.face_id = p.id AND t.verdict != 'removed'
WHERE x.operation_id = :target
""")


def doubles_of(connection: Connection, target: int) -> str:
    """The removed faces of an operation whose place a newer face has taken, as JSON.

    The face search may have found a face again after the import that brought it was undone. A redo
    leaves such faces removed: one person must not get two faces.
    """
    convention = CropConvention()
    doubles = {
        row.id
        for row in connection.execute(_REMOVED_BESIDE_OTHERS, {"target": target})
        if overlap(
            convention.landmark_box((row.x, row.y, row.w, row.h), row.kind),
            convention.landmark_box((row.px, row.py, row.pw, row.ph), row.pkind),
        )
        >= SAME_FACE_OVERLAP
    }
    return json.dumps(sorted(doubles))


def now() -> str:
    """The time for the log, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def changes_of(faces: Sequence[int]) -> Changes:
    """Changes of these faces, or of `all` if they are many."""
    return Changes(all=True) if len(faces) > MANY else Changes(faces=frozenset(faces))


def newest(connection: Connection, reviewer: str) -> Any:
    """A reviewer's newest operation, whose columns are the tops of both stacks, or None."""
    return connection.execute(_LAST, {"reviewer": reviewer}).one_or_none()


def operate(
    connection: Connection,
    reviewer: str,
    kind: str,
    description: Message,
    *,
    target: int | None = None,
) -> int:
    """Log a new operation: it becomes the top of the undo stack and empties the redo stack."""
    written = _written(reviewer)
    named = {"kind": kind, "description": description, "target": target}
    found = connection.execute(_OPERATE, written | named)
    connection.execute(NO_REDO, {"reviewer": reviewer})
    note_last(connection, written["uuid"])
    return int(found.scalar_one())


def add_operation(
    connection: Connection, reviewer: str, kind: str, description: Message, **columns: int | None
) -> int:
    """Log an operation that leaves the stacks as `columns` say; returns its id."""
    written = _written(reviewer)
    named = {"kind": kind, "description": description, "faces": 0}
    result = connection.execute(_ADD, written | named | columns)
    note_last(connection, written["uuid"])
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def note_last(connection: Connection, key: str) -> None:
    """Remember what was done last through this connection, see `domain.Step`."""
    connection.info[LAST_STEP] = key


def _written(reviewer: str) -> dict[str, Any]:
    return {"uuid": uuid.uuid4().hex, "reviewer": reviewer, "time": now()}


def enter_new(connection: Connection, operation: int, faces: Sequence[int]) -> int:
    """Add faces that are removed or new, `by_operation`, as unreviewed; returns how many."""
    connection.execute(_NEW, {"operation": operation, "faces": json.dumps(list(faces))})
    return finish(connection, operation)


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
    refresh_states(connection, _ENTERED, parameters)
    if boxes:
        refresh_boxes(connection, _ENTERED, parameters)
    return count


def removed_face() -> UserError:
    """What to say where somebody writes to a face that was removed meanwhile."""
    return UserError(N_("This face is not in the project any more."), N_("Choose another one."))


def reversal(connection: Connection, operation: int, target: Any, template: str) -> WriteResult:
    """The result of an undo, a redo or a revert of the operation `target`; `template` says it of
    `{what}`."""
    count = finish(connection, operation)
    query = (
        select(EntryRow.face_id, EntryRow.verdict)
        .where(EntryRow.operation_id == operation)
        .limit(MANY + 1)
    )
    verdicts = {row.face_id: row.verdict for row in connection.execute(query)}
    entered = select(func.count()).where(EntryRow.operation_id == target.id)
    total = connection.scalars(entered).one()
    left = total - count
    others = N_("{left:,} of {faces:,} faces were changed since and stay as they are.")
    message = Message.join(
        Message(template, what=target.description),
        Message(others, left=left, faces=total) if left else None,
    )
    changes = replace(changes_of(list(verdicts)), photos=target.kind in ADDING)
    if target.kind in ("box", "draw"):
        there = {face for face, verdict in verdicts.items() if verdict != Verdict.REMOVED}
        changes = replace(changes, boxes=changes.faces & there)
    return WriteResult(changes, message)
