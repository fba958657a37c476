"""Undo and redo: moves of points and operations, in the order in which a reviewer did them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    Connection,
    TextualSelect,
    bindparam,
    select,
    text,
)

from labeltool.domain import (
    N_,
    Changes,
    Message,
    Step,
    UndoState,
    UserError,
    WriteResult,
)
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import DraftStepRow, OperationRow, PredictionRow
from labeltool.store.decisions.drafts import move_key, put_draft
from labeltool.store.log.face_state import refresh_states
from labeltool.store.log.operation_log import (
    REDO,
    UNDO,
    add_operation,
    doubles_of,
    newest,
    note_last,
    now,
    reversal,
)
from labeltool.store.round_records import set_visible

MOVE = "move"
"""The kind of a step of moves."""

_MOVE_NAME = N_("move")

LARGE_FACES = 20
"""Faces above which an undo is asked about first, unless it takes back what was just done."""


class Undo:
    """One stack of steps a reviewer. Every write is one transaction and returns what it changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def undo(
        self, reviewer: str, *, moves: bool = True, asks: bool = False, confirmed: str = ""
    ) -> WriteResult:
        """Take back what the reviewer did last, moves or an operation, wherever the face still is
        as it left it; nothing changes if there is none.

        `moves`: False leaves moves as they are. `asks`: the caller asks a person before a step that
        `needs_question`; `confirmed` is the key of the step that they agreed to.

        Raises:
            UserError: `asks`, and the step would have needed a question that was not put.
        """
        with self._database.write() as connection:
            state, move = self._steps(connection, reviewer, moves=moves)[:2]
            if state.undo_step is None:
                return WriteResult()
            _check_question(state.undo_step, asks, confirmed)
            if move is not None:
                return _step_draft(connection, move, back=True)
            return _undo(connection, reviewer, newest(connection, reviewer))

    def redo(self, reviewer: str, *, asks: bool = False, confirmed: str = "") -> WriteResult:
        """Do again what the reviewer undid last; the rest as in `undo`."""
        with self._database.write() as connection:
            state, _, move = self._steps(connection, reviewer, moves=True)
            if state.redo_step is None:
                return WriteResult()
            _check_question(state.redo_step, asks, confirmed)
            if move is not None:
                return _step_draft(connection, move, back=False)
            return _redo(connection, reviewer, newest(connection, reviewer))

    def state(self, reviewer: str, *, moves: bool = True) -> UndoState:
        """What undo and redo would do; `moves`: False for undo of operations only."""
        with self._database.read() as connection:
            return self._steps(connection, reviewer, moves=moves)[0]

    def _steps(
        self, connection: Connection, reviewer: str, *, moves: bool
    ) -> tuple[UndoState, Any, Any]:
        """The state, and the rows of the moves that undo and redo would take; None for others."""
        last = self._database.last_step
        named = {"reviewer": reviewer}
        row = connection.execute(_UNDO_STATE, named).one_or_none()
        undo = redo = None
        if row is not None and row.undo_top is not None:
            undo = Step(
                Message.from_json(row.undo_description), row.undo_kind, row.undo_faces, reviewer,
                row.undo_time,
                row.undo_key, row.undo_key == last,
            )  # fmt: skip
        if row is not None and row.redo_top is not None:
            newer = connection.scalar(_MOVED_SINCE, named | {"since": row.redo_top})
            if newer is None:  # or the moves emptied the redo stack
                redo = Step(
                    Message.from_json(row.redo_description), row.redo_kind, row.redo_faces,
                    reviewer, row.redo_time,
                    row.redo_key, row.redo_key == last,
                )  # fmt: skip
        undo_move = redo_move = None
        since = 0 if row is None or row.undo_top is None else row.undo_top
        moved = connection.execute(_UNDO_MOVE, named | {"since": since}).one_or_none()
        if moves and moved is not None:
            undo, undo_move = _move_step(moved, last), moved
        moved = connection.execute(_REDO_MOVE, named).one_or_none()
        target = None if row is None or redo is None else row.redo_target
        if moved is not None and (target is None or moved.operation_id < target):
            redo, redo_move = _move_step(moved, last), moved
        state = UndoState(
            None if undo is None else undo.what, None if redo is None else redo.what, undo, redo
        )
        return state, undo_move, redo_move


def needs_question(step: Step) -> bool:
    """Whether a person has to agree to it first: many faces, and not what was done last here."""
    return step.faces > LARGE_FACES and not step.is_last


def _check_question(step: Step, asks: bool, confirmed: str) -> None:
    if asks and needs_question(step) and step.key != confirmed:
        raise UserError(
            N_("Nothing was changed: something else was done meanwhile."),
            N_("Try again: then you are asked about that."),
        )


def _move_step(row: Any, last: str) -> Step:
    key = move_key(row.id)
    return Step(Message(_MOVE_NAME), MOVE, 0, row.reviewer, row.time, key, key == last)


def _step_draft(connection: Connection, row: Any, *, back: bool) -> WriteResult:
    """Undo or redo the moves of a row of `draft_step`."""
    side = "before" if back else "after"
    prediction = getattr(row, f"{side}_prediction")
    values = {
        "reviewer": (row.before_reviewer if back else None) or row.reviewer, "time": now(),
        "points": getattr(row, f"{side}_points"), "prediction_id": prediction,
        "visibility": getattr(row, f"{side}_visibility"),
    }  # fmt: skip
    put_draft(connection, row.face_id, values)
    connection.execute(_STEPPED, {"undone": back, "id": row.id})
    note_last(connection, move_key(row.id))
    template = N_("Undid: {what}.") if back else N_("Redid: {what}.")
    changes = Changes(faces=frozenset({row.face_id}))
    return WriteResult(changes, Message(template, what=Message(_MOVE_NAME)))


def _undo(connection: Connection, reviewer: str, last: Any) -> WriteResult:
    """Undo the operation on top of the reviewer's stack; `last`: their newest one."""
    target = connection.execute(select(OperationRow).where(OperationRow.id == last.undo_top)).one()
    operation = add_operation(
        connection, reviewer, "undo", target.description, target=target.id,
        undo_top=target.undo_below, redo_below=last.redo_top,
    )  # fmt: skip
    # an undo is the top of its own redo stack
    connection.execute(text("UPDATE operation SET redo_top = id WHERE id = :id"), {"id": operation})
    connection.execute(
        text(UNDO),
        {
            "operation": operation, "target": target.id, "reviewer": reviewer, "effect": None,
            "doubles": doubles_of(connection, target.id),
        },
    )  # fmt: skip
    if target.kind in ("decide", "box"):  # a changed box may have discarded moves
        values = {
            "operation": operation, "target": target.id, "reviewer": reviewer, "time": now(),
            "decided": target.kind == "decide",
        }  # fmt: skip
        connection.execute(_DRAFT_AGAIN, values)
    result = reversal(connection, operation, target, N_("Undid: {what}."))
    return _with_round(connection, operation, target, result, visible=False)


def _redo(connection: Connection, reviewer: str, last: Any) -> WriteResult:
    """Redo the operation on top of the reviewer's stack; `last`: their newest one."""
    undone = connection.execute(select(OperationRow).where(OperationRow.id == last.redo_top)).one()
    target = connection.execute(select(OperationRow).where(OperationRow.id == undone.target)).one()
    operation = add_operation(
        connection, reviewer, "redo", target.description, target=target.id,
        undo_top=target.id, redo_top=undone.redo_below,
    )  # fmt: skip
    doubles = doubles_of(connection, target.id)
    redone = {"operation": operation, "target": target.id, "doubles": doubles}
    connection.execute(text(REDO), redone)
    connection.execute(_DRAFT_DECIDED, {"operation": operation})
    result = reversal(connection, operation, target, N_("Redid: {what}."))
    note_last(connection, target.uuid)  # which an undo would take
    return _with_round(connection, operation, target, result, visible=True)


def _with_round(
    connection: Connection, operation: int, target: Any, result: WriteResult, *, visible: bool
) -> WriteResult:
    """Show or hide the proposals that an operation brought."""
    if target.round_id is None:
        return result
    set_visible(connection, target.round_id, visible)
    refresh_states(connection, _PREDICTED, {"round": target.round_id})
    connection.execute(
        text("UPDATE operation SET faces = :count WHERE id = :id"),
        {"count": target.faces, "id": operation},
    )
    changes = replace(result.changes, faces=frozenset(), all=True, photos=True, rounds=True)
    return replace(result, changes=changes)


_PREDICTED = select(PredictionRow.face_id).where(PredictionRow.round_id == bindparam("round"))
_UNDO_STATE = text("""
SELECT o.undo_top, u.description AS undo_description, u.kind AS undo_kind, u.faces AS undo_faces,
       u.time AS undo_time, u.uuid AS undo_key,
       o.redo_top, r.description AS redo_description, t.kind AS redo_kind, r.faces AS redo_faces,
       t.time AS redo_time, r.uuid AS redo_key, t.id AS redo_target
FROM operation o LEFT JOIN operation u ON u.id = o.undo_top
LEFT JOIN operation r ON r.id = o.redo_top LEFT JOIN operation t ON t.id = r.target
WHERE o.reviewer = :reviewer ORDER BY o.id DESC LIMIT 1
""")
_MOVED_SINCE = text(
    "SELECT 1 FROM draft_step WHERE reviewer = :reviewer AND undone IN (0, 1) "
    "AND operation_id >= :since LIMIT 1"
)


def _next_move(side: str, condition: str, order: str) -> TextualSelect:
    """The move to step over: the face still is as it was on that side of the move.

    A face without a draft tells that by its newest decision.
    """
    columns = DraftStepRow.__table__.columns
    return text(
        f"SELECT {', '.join(f'm.{column.name}' for column in columns)} "
        "FROM draft_step m JOIN state s ON s.face_id = m.face_id "
        "LEFT JOIN draft d ON d.face_id = m.face_id "
        f"WHERE m.reviewer = :reviewer AND {condition} AND s.verdict != 'removed' "
        f"AND d.points IS m.{side}_points AND d.visibility IS m.{side}_visibility "
        "AND (d.points IS NOT NULL OR s.effect IS m.effect) "
        f"ORDER BY m.operation_id {order}, m.id {order} LIMIT 1"
    ).columns(*columns)


_UNDO_MOVE = _next_move("after", "m.undone = 0 AND m.operation_id >= :since", "DESC")
_REDO_MOVE = _next_move("before", "m.undone = 1", "ASC")
_STEPPED = text("UPDATE draft_step SET undone = :undone WHERE id = :id")
_DRAFT_AGAIN = text(
    "INSERT OR IGNORE INTO draft (face_id, reviewer, time, prediction_id, points, visibility) "
    "SELECT x.face_id, coalesce((SELECT m.reviewer FROM draft_step m "
    "WHERE m.face_id = x.face_id AND m.after_points = x.points ORDER BY m.id DESC LIMIT 1), "
    ":reviewer), :time, x.prediction_id, x.points, x.visibility FROM entry x "
    "JOIN entry u ON u.face_id = x.face_id AND u.operation_id = :operation "
    "LEFT JOIN entry b ON b.id = x.previous WHERE x.operation_id = :target "
    "AND x.points IS NOT NULL AND (:decided OR x.points IS NOT b.points)"
)
_DRAFT_DECIDED = text(
    "DELETE FROM draft WHERE (face_id, points) IN "
    "(SELECT face_id, points FROM entry WHERE operation_id = :operation)"
)
