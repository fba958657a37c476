"""The log of operations: how one is added to it, and how one is undone.

Every function works within the transaction of who calls it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    literal,
    not_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from labeltool.domain import N_, Changes, Message, UserError, Verdict, WriteResult
from labeltool.store.database.engine import LAST_STEP
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    DraftRow,
    DraftStepRow,
    EntryRow,
    FaceRow,
    MessageType,
    OperationRow,
    StateRow,
)
from labeltool.store.log.face_state import UNDECIDED_VERDICT, refresh_boxes, refresh_states
from labeltool.store.log.stored_layouts import keep_landmarks
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
_operation = bindparam("operation", type_=Integer)
_target = bindparam("target", type_=Integer)
_reviewer = bindparam("reviewer", type_=String)
_OPERATE = (
    insert(OperationRow)
    .from_select(
        [
            "uuid", "reviewer", "time", "kind", "description", "faces", "target", "source",
            "undo_below", "undo_top",
        ],
        select(
            bindparam("uuid", type_=String), _reviewer, bindparam("time", type_=String),
            bindparam("kind", type_=String), bindparam("description", type_=MessageType),
            literal(0), _target, bindparam("source", type_=String),
            _LAST.with_only_columns(OperationRow.undo_top).scalar_subquery(),
            # rows are only ever added: the id of this one
            func.coalesce(func.max(aliased(OperationRow).id), 0) + 1,
        ),
    )
    .returning(OperationRow.id)
)  # fmt: skip
_NEWEST = (
    update(StateRow)
    .values(entry_id=EntryRow.id)
    .where(EntryRow.operation_id == _operation, EntryRow.face_id == StateRow.face_id)
)
_COUNT = (
    update(OperationRow)
    .where(OperationRow.id == _operation)
    .values(faces=select(func.count()).where(EntryRow.operation_id == _operation).scalar_subquery())
    .returning(OperationRow.faces)
)
_ENTERED = select(EntryRow.face_id).where(EntryRow.operation_id == _operation)
NO_REDO = delete(DraftStepRow).where(DraftStepRow.reviewer == _reviewer, DraftStepRow.undone)
"""Empties the redo stack of moves of a `reviewer`."""

_NEW = insert(EntryRow).from_select(
    ["operation_id", "face_id", "effect", "previous", "verdict", "flag"],
    select(
        _operation, StateRow.face_id, _operation, StateRow.entry_id,
        literal(str(Verdict.UNREVIEWED)), false(),
    )
    .where(StateRow.face_id.in_(id_list("ids")), StateRow.verdict == Verdict.REMOVED),
)  # fmt: skip

_entered = aliased(EntryRow, name="entered")
_before = aliased(EntryRow, name="before")
_verdict_before = func.coalesce(_before.verdict, UNDECIDED_VERDICT)


def _reversible(*columns: Any) -> Select[*tuple[Any, ...]]:
    """The faces that still are as an operation left them, except `doubles` (see `doubles_of`)."""
    drafted_by_others = (
        select(DraftRow.face_id)
        .where(DraftRow.face_id == _entered.face_id, DraftRow.reviewer != _reviewer)
        .exists()
    )
    return (
        select(*columns)
        .select_from(_entered)
        .join(StateRow, StateRow.face_id == _entered.face_id)
        .join(FaceRow, FaceRow.id == _entered.face_id)
        .outerjoin(_before, _before.id == _entered.previous)
        .where(
            _entered.operation_id == _target,
            StateRow.effect == _target,
            # a face on which somebody else began to move points is not taken from under their hands
            not_(and_(_verdict_before == Verdict.REMOVED, drafted_by_others)),
            _entered.face_id.not_in(id_list("doubles")),
        )
    )


VERDICTS_BEFORE = _reversible(_verdict_before.label("verdict"))
"""The verdict before the operation `target` of every face that `UNDO` would return to it."""

# What undo puts back is each face's entry before the operation; what redo puts back is the
# operation's own. Both only where the face is as the operation left it, or found it. A revert is an
# undo that is an operation of its own, with its own `effect`.
_COLUMNS = [
    "operation_id", "face_id", "effect", "previous", "verdict", "flag", "prediction_id", "points",
    "visibility", "box",
]  # fmt: skip
UNDO = insert(EntryRow).from_select(
    _COLUMNS,
    _reversible(
        _operation, StateRow.face_id,
        func.coalesce(bindparam("new_effect", type_=Integer), _before.effect), StateRow.entry_id,
        _verdict_before, func.coalesce(_before.flag, false()), _before.prediction_id,
        _before.points, _before.visibility, _before.box,
    ),
)  # fmt: skip
REDO = insert(EntryRow).from_select(
    _COLUMNS,
    select(
        _operation, StateRow.face_id, _target, StateRow.entry_id, _entered.verdict, _entered.flag,
        _entered.prediction_id, _entered.points, _entered.visibility, _entered.box,
    )
    .select_from(_entered)
    .join(StateRow, StateRow.face_id == _entered.face_id)
    .outerjoin(_before, _before.id == _entered.previous)
    .where(
        _entered.operation_id == _target,
        StateRow.effect.is_not_distinct_from(_before.effect),
        _entered.face_id.not_in(id_list("doubles")),
    ),
)  # fmt: skip

_newer = aliased(FaceRow, name="newer")
_newer_state = aliased(StateRow, name="newer_state")
_REMOVED_BESIDE_OTHERS = (
    select(
        FaceRow.id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h, FaceRow.kind,
        _newer.x.label("newer_x"), _newer.y.label("newer_y"), _newer.w.label("newer_w"),
        _newer.h.label("newer_h"), _newer.kind.label("newer_kind"),
    )
    .select_from(EntryRow)
    .join(
        StateRow, and_(StateRow.face_id == EntryRow.face_id, StateRow.verdict == Verdict.REMOVED)
    )
    .join(FaceRow, FaceRow.id == EntryRow.face_id)
    .join(_newer, and_(_newer.photo_id == FaceRow.photo_id, _newer.id > FaceRow.id))
    .join(
        _newer_state,
        and_(_newer_state.face_id == _newer.id, _newer_state.verdict != Verdict.REMOVED),
    )
    .where(EntryRow.operation_id == _target)
)  # fmt: skip


def doubles_of(connection: Connection, target: int) -> list[int]:
    """The removed faces of an operation whose place a newer face has taken.

    The face search may have found a face again after the import that brought it was undone. A redo
    leaves such faces removed: one person must not get two faces.
    """
    convention = CropConvention()
    doubles = {
        row.id
        for row in connection.execute(_REMOVED_BESIDE_OTHERS, {"target": target})
        if overlap(
            convention.landmark_box((row.x, row.y, row.w, row.h), row.kind),
            convention.landmark_box(
                (row.newer_x, row.newer_y, row.newer_w, row.newer_h), row.newer_kind
            ),
        )
        >= SAME_FACE_OVERLAP
    }
    return sorted(doubles)


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
    source: str | None = None,
) -> int:
    """Log a new operation: it becomes the top of the undo stack and empties the redo stack.

    `source`: the file whose labels it takes.
    """
    written = _written(reviewer)
    named = {"kind": kind, "description": description, "target": target, "source": source}
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
    connection.execute(_NEW, {"operation": operation, "ids": list(faces)})
    return finish(connection, operation)


def enter(
    connection: Connection, operation: int, chosen: Any, box: Any = None, *, decides: bool = False
) -> int:
    """Add an entry for every row of (face, verdict, flag, prediction, points, visibility).

    `box`: a column of theirs; None leaves boxes where they are. `decides`: see `finish`.
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
    return finish(connection, operation, decides=decides)


def finish(
    connection: Connection, operation: int, *, boxes: bool = True, decides: bool = False
) -> int:
    """Bring the current state of the operation's faces up to date; returns how many there are.

    `boxes`: whether it may have moved some. `decides`: whether a person decided on landmarks as
    they are in force, instead of bringing an earlier state back.
    """
    parameters = {"operation": operation}
    if decides:
        keep_landmarks(connection, operation)
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
