"""Undo and redo: moves of points and operations, in the order in which a reviewer did them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased

from labeltool.domain import (
    N_,
    Changes,
    Message,
    Step,
    UndoState,
    UserError,
    Verdict,
    WriteResult,
)
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import (
    DraftRow,
    DraftStepRow,
    EntryRow,
    OperationRow,
    PredictionRow,
    StateRow,
)
from labeltool.store.decisions.drafts import move_key, put_draft
from labeltool.store.log.face_state import refresh_states
from labeltool.store.log.landmark_marks import step_marks
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
from labeltool.store.rollbacks import ROLLBACK, step_rollback
from labeltool.store.round_records import Rounds, set_visible
from labeltool.store.scheme_versions import SCHEME, step_scheme

MOVE = "move"
"""The kind of a step of moves."""

_MOVE_NAME = N_("move")

LARGE_FACES = 20
"""An undo of more faces asks first, unless it undoes what was just done."""


class Undo:
    """One stack of steps a reviewer. Every write is one transaction and returns what it changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def undo(
        self, reviewer: str, *, moves: bool = True, asks: bool = False, confirmed: str = ""
    ) -> WriteResult:
        """Undo what the reviewer did last, moves or an operation, on the faces that still are as
        it left them; nothing changes if there is none.

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
            result = _undo(connection, reviewer, newest(connection, reviewer))
        return self._refreshed(state.undo_step, result)

    def redo(self, reviewer: str, *, asks: bool = False, confirmed: str = "") -> WriteResult:
        """Do again what the reviewer undid last; the rest as in `undo`."""
        with self._database.write() as connection:
            state, _, move = self._steps(connection, reviewer, moves=True)
            if state.redo_step is None:
                return WriteResult()
            _check_question(state.redo_step, asks, confirmed)
            if move is not None:
                return _step_draft(connection, move, back=False)
            result = _redo(connection, reviewer, newest(connection, reviewer))
        return self._refreshed(state.redo_step, result)

    def _refreshed(self, step: Step, result: WriteResult) -> WriteResult:
        """Bring faces up to date after a step of a rollback, in short transactions."""
        if step.kind == ROLLBACK:
            rounds = Rounds(self._database)
            with self._database.cancellable(_not_cancelled):  # the step is done already
                for round_id in rounds.to_refresh():
                    rounds.refresh_faces(round_id)
        return result

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
                row.undo_description, row.undo_kind, row.undo_faces, reviewer, row.undo_time,
                row.undo_key, row.undo_key == last,
            )  # fmt: skip
        if row is not None and row.redo_top is not None:
            newer = connection.scalar(_MOVED_SINCE, named | {"since": row.redo_top})
            if newer is None:  # or the moves emptied the redo stack
                redo = Step(
                    row.redo_description, row.redo_kind, row.redo_faces, reviewer, row.redo_time,
                    row.redo_key, row.redo_key == last,
                )  # fmt: skip
        undo_move, redo_move = _next_moves(connection, reviewer, row)
        if not moves:
            undo_move = None
        elif undo_move is not None:
            undo = _move_step(undo_move, last)
        target = None if row is None or redo is None else row.redo_target
        if redo_move is not None and (target is None or redo_move.operation_id < target):
            redo = _move_step(redo_move, last)
        else:
            redo_move = None
        state = UndoState(
            None if undo is None else undo.what, None if redo is None else redo.what, undo, redo
        )
        return state, undo_move, redo_move


def _not_cancelled(_done: int, _total: int) -> None:
    """For what has to be finished."""


def needs_question(step: Step) -> bool:
    """Whether a person has to agree to it first: many faces, and not what was done last here."""
    return step.faces > LARGE_FACES and not step.is_last


def _check_question(step: Step, asks: bool, confirmed: str) -> None:
    if asks and needs_question(step) and step.key != confirmed:
        raise UserError(
            N_("Nothing was changed: something else was done meanwhile."),
            N_("Try again: then you are asked about that."),
        )


def _next_moves(connection: Connection, reviewer: str, row: Any) -> tuple[Any, Any]:
    """The rows of the moves that undo and redo could take, None without; `row`: of _UNDO_STATE."""
    if row is not None and not row.has_moves:  # as after most decisions
        return None, None
    since = 0 if row is None or row.undo_top is None else row.undo_top
    named = {"reviewer": reviewer}
    undo = connection.execute(_UNDO_MOVE, named | {"since": since}).one_or_none()
    return undo, connection.execute(_REDO_MOVE, named).one_or_none()


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
    connection.execute(update(DraftStepRow).where(DraftStepRow.id == row.id).values(undone=back))
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
    connection.execute(
        update(OperationRow).where(OperationRow.id == operation).values(redo_top=operation)
    )
    connection.execute(
        UNDO,
        {
            "operation": operation, "target": target.id, "reviewer": reviewer, "new_effect": None,
            "doubles": doubles_of(connection, target.id),
        },
    )  # fmt: skip
    if (again := _DRAFT_AGAIN.get(target.kind)) is not None:
        values = {
            "operation": operation, "target": target.id, "reviewer": reviewer, "time": now(),
        }  # fmt: skip
        connection.execute(again, values)
    result = reversal(connection, operation, target, N_("Undid: {what}."))
    result = _with_marks(connection, operation, target.id, result, back=True)
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
    connection.execute(REDO, redone)
    connection.execute(_DRAFT_DECIDED, {"operation": operation})
    result = reversal(connection, operation, target, N_("Redid: {what}."))
    result = _with_marks(connection, operation, target.id, result, back=False)
    note_last(connection, target.uuid)  # which an undo would take
    return _with_round(connection, operation, target, result, visible=True)


def _with_marks(
    connection: Connection, operation: int, target: int, result: WriteResult, *, back: bool
) -> WriteResult:
    """Take back, or set again, the marks of landmarks that an operation set."""
    faces = step_marks(connection, target, back=back)
    if not faces:
        return result
    connection.execute(_DRAFT_DECIDED, {"operation": operation})  # moves that are a label again
    return replace(result, changes=replace(result.changes, faces=result.changes.faces | faces))


def _with_round(
    connection: Connection, operation: int, target: Any, result: WriteResult, *, visible: bool
) -> WriteResult:
    """Show or hide the proposals that an operation brought, or put a rollback's rounds, or the
    scheme before a change of it, back."""
    if target.round_id is None and target.kind != SCHEME:
        return result
    connection.execute(
        update(OperationRow).where(OperationRow.id == operation).values(faces=target.faces)
    )
    if target.kind == SCHEME:
        if not step_scheme(connection, target.id, back=not visible):
            again = N_("They were changed again since, and stay as they are.")
            return replace(result, message=Message.join(result.message, Message(again)))
        return replace(result, changes=Changes(all=True, scheme=True))
    if target.kind == ROLLBACK:
        if not step_rollback(connection, target.id, back=not visible):
            again = N_("Somebody rolled back again since: the proposals stay as they are.")
            result = replace(result, message=Message.join(result.message, Message(again)))
        return replace(result, changes=Changes(all=True, rounds=True))
    set_visible(connection, target.round_id, visible)
    refresh_states(connection, _PREDICTED, {"round": target.round_id})
    changes = replace(result.changes, faces=frozenset(), all=True, photos=True, rounds=True)
    return replace(result, changes=changes)


_PREDICTED = select(PredictionRow.face_id).where(PredictionRow.round_id == bindparam("round"))
_reviewer = bindparam("reviewer", type_=String)
_operation = bindparam("operation", type_=Integer)
_last = aliased(OperationRow, name="last")
_undo_of = aliased(OperationRow, name="undo_of")
_redo_of = aliased(OperationRow, name="redo_of")
_redo_target = aliased(OperationRow, name="redo_target")
_of_reviewer = select(DraftStepRow.id).where(DraftStepRow.reviewer == _reviewer)
_has_moves = or_(
    _of_reviewer.where(DraftStepRow.undone == true()).exists(),
    _of_reviewer.where(
        DraftStepRow.undone == false(),
        DraftStepRow.operation_id >= func.coalesce(_last.undo_top, 0),
    ).exists(),
)
_UNDO_STATE = (
    select(
        _last.undo_top, _undo_of.description.label("undo_description"),
        _undo_of.kind.label("undo_kind"), _undo_of.faces.label("undo_faces"),
        _undo_of.time.label("undo_time"), _undo_of.uuid.label("undo_key"),
        _last.redo_top, _redo_of.description.label("redo_description"),
        _redo_target.kind.label("redo_kind"), _redo_of.faces.label("redo_faces"),
        _redo_target.time.label("redo_time"), _redo_of.uuid.label("redo_key"),
        _redo_target.id.label("redo_target"), _has_moves.label("has_moves"),
    )
    .select_from(_last)
    .outerjoin(_undo_of, _undo_of.id == _last.undo_top)
    .outerjoin(_redo_of, _redo_of.id == _last.redo_top)
    .outerjoin(_redo_target, _redo_target.id == _redo_of.target)
    .where(_last.reviewer == _reviewer)
    .order_by(_last.id.desc())
    .limit(1)
)  # fmt: skip
_MOVED_SINCE = (
    select(DraftStepRow.id)
    .where(
        DraftStepRow.reviewer == _reviewer,
        DraftStepRow.undone.in_((False, True)),  # names every column of the index
        DraftStepRow.operation_id >= bindparam("since", type_=Integer),
    )
    .limit(1)
)


def _next_move(side: str, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The moves that can be stepped over: the face still is as it was on that side of the move.

    A face without a draft tells that by its newest decision.
    """
    points = getattr(DraftStepRow, f"{side}_points")
    visibility = getattr(DraftStepRow, f"{side}_visibility")
    return (
        select(DraftStepRow)
        .join(StateRow, StateRow.face_id == DraftStepRow.face_id)
        .outerjoin(DraftRow, DraftRow.face_id == DraftStepRow.face_id)
        .where(
            DraftStepRow.reviewer == _reviewer,
            *conditions,
            StateRow.verdict != Verdict.REMOVED,
            DraftRow.points.is_not_distinct_from(points),
            DraftRow.visibility.is_not_distinct_from(visibility),
            or_(
                DraftRow.points.is_not(None),
                StateRow.effect.is_not_distinct_from(DraftStepRow.effect),
            ),
        )
        .limit(1)
    )


_UNDO_MOVE = _next_move(
    "after",
    DraftStepRow.undone == false(),
    DraftStepRow.operation_id >= bindparam("since", type_=Integer),
).order_by(DraftStepRow.operation_id.desc(), DraftStepRow.id.desc())
_REDO_MOVE = _next_move("before", DraftStepRow.undone == true()).order_by(
    DraftStepRow.operation_id, DraftStepRow.id
)

_entered = aliased(EntryRow, name="entered")
_returned = aliased(EntryRow, name="returned")
_before = aliased(EntryRow, name="before")
_mover = (
    select(DraftStepRow.reviewer)
    .where(DraftStepRow.face_id == _entered.face_id, DraftStepRow.after_points == _entered.points)
    .order_by(DraftStepRow.id.desc())
    .limit(1)
    .scalar_subquery()
)
_discarded_moves = (
    select(
        _entered.face_id, func.coalesce(_mover, _reviewer), bindparam("time", type_=String),
        _entered.prediction_id, _entered.points, _entered.visibility,
    )
    .join(
        _returned,
        and_(_returned.face_id == _entered.face_id, _returned.operation_id == _operation),
    )
    .outerjoin(_before, _before.id == _entered.previous)
    .where(
        _entered.operation_id == bindparam("target", type_=Integer),
        _entered.points.is_not(None),
        _entered.face_id.not_in(select(DraftRow.face_id)),
    )
)  # fmt: skip


def _draft_again(moves: Select[*tuple[Any, ...]]) -> Insert:
    names = ["face_id", "reviewer", "time", "prediction_id", "points", "visibility"]
    return insert(DraftRow).from_select(names, moves)


_DRAFT_AGAIN = {  # kind of operation: how its undo makes drafts again
    "decide": _draft_again(_discarded_moves),
    "box": _draft_again(  # with a changed box, only if it discarded moves
        _discarded_moves.where(_entered.points.is_distinct_from(_before.points))
    ),
}
_DRAFT_DECIDED = delete(DraftRow).where(
    tuple_(DraftRow.face_id, DraftRow.points).in_(
        select(EntryRow.face_id, EntryRow.points).where(EntryRow.operation_id == _operation)
    )
)
