"""Decisions, flags, drafts and labels of files; undo and redo."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    TextClause,
    TextualSelect,
    bindparam,
    func,
    insert,
    literal,
    null,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from labeltool.domain import (
    FINAL,
    Changes,
    NewLabel,
    Points,
    RoundStatus,
    Said,
    Step,
    UndoState,
    UserError,
    Verdict,
    Visibility,
    counted,
    mark,
)
from labeltool.store import tally
from labeltool.store.engine import Database
from labeltool.store.log import (
    NO_REDO,
    REDO,
    UNDO,
    add_operation,
    changed,
    enter,
    enter_new,
    finish,
    newest,
    note_last,
    now,
    operate,
    removed_face,
    taken_back,
    words,
)
from labeltool.store.queue import _ids
from labeltool.store.rounds import set_visible
from labeltool.store.state import rebuild, settle
from labeltool.store.tables import (
    DraftRow,
    DraftStepRow,
    EntryRow,
    OperationRow,
    RoundRow,
    StateRow,
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Unreviewed faces by the score of one model: at least `low`, at most `high`."""

    model_id: int
    low: float = 0.0
    high: float = 1.0


MOVE = "move"
"""The kind of a step of moves, and what it is called."""

LARGE_FACES = 20
"""Faces above which an undo is asked about first, unless it takes back what was just done."""

KEPT_STEPS = 1000
"""Steps of moves that are kept for each reviewer; older ones cannot be undone one by one."""


class _Unchanged(Exception):  # noqa: N818 - not an error
    """Nothing to do: raised inside a transaction so that no empty operation is logged."""


Write = Callable[..., Changes]


def _quiet(method: Write) -> Write:
    """A write that finds nothing to do changes nothing and says so by empty Changes."""

    @wraps(method)
    def quiet(*arguments: Any, **named: Any) -> Changes:
        try:
            return method(*arguments, **named)
        except _Unchanged:
            return Changes()

    return quiet


class Reviews:
    """Writes decisions. Every method is one transaction and returns what it changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @_quiet
    def decide(
        self,
        reviewer: str,
        faces: Sequence[int],
        verdict: Verdict,
        *,
        prediction_id: int | None = None,
        points: Points | None = None,
        visibility: Visibility | None = None,
    ) -> Changes:
        """Give faces a verdict, as one operation.

        `prediction_id`: what was on the screen, for a single face; the current ones if None.
        `points` and `visibility`: the corrected landmarks, for CORRECTED; with another verdict, of
        one face, moves that were made in vain, which undo brings back. Accepting skips faces
        without landmarks and faces that are accepted or corrected already.

        Raises:
            UserError: the proposal on the screen is gone, or there is nothing to accept.
        """
        with self._database.write() as connection:
            if prediction_id is not None:
                _check_prediction(connection, prediction_id, faces[0])
            operation = operate(connection, reviewer, "decide", words(verdict, len(faces)))
            connection.execute(
                _DECIDE[verdict],
                {
                    "operation": operation, "verdict": str(verdict), "prediction": prediction_id,
                    "points": points, "visibility": visibility, "single": len(faces) == 1,
                    "faces": json.dumps(list(faces)),
                },
            )  # fmt: skip
            count = finish(connection, operation, boxes=False)
            if count == 0:
                made = connection.scalar(_VERDICT, {"face": faces[0]})
                if len(faces) == 1 and made == Verdict.REMOVED:
                    raise removed_face()
                if verdict is Verdict.ACCEPTED:
                    if len(faces) == 1 and made in FINAL:  # in another window, just now
                        raise UserError(mark("This face is {verdict} already."), verdict=made)
                    raise UserError(
                        mark("Nothing was accepted: no proposal there waits for a verdict."),
                        mark("Predict first, or choose faces that are not accepted yet."),
                    )
                raise _Unchanged
            if count != len(faces):
                connection.execute(
                    text("UPDATE operation SET detail = :detail WHERE id = :id"),
                    {"detail": words(verdict, count), "id": operation},
                )
            if len(faces) == 1:
                connection.execute(_NO_DRAFT, {"face": faces[0]})
        return changed(faces, Said(mark("{what}."), what=words(verdict, count).capitalize()))

    def decide_where(
        self, reviewer: str, verdict: Verdict, threshold: Threshold
    ) -> tuple[int, Changes]:
        """Give every unreviewed face within a threshold a verdict; returns how many there were."""
        with self._database.write() as connection:
            detail = f"{verdict} by score {threshold.low:g} to {threshold.high:g}"
            operation = operate(connection, reviewer, "decide", detail)
            chosen = select(
                StateRow.face_id, literal(str(verdict)), StateRow.flag, StateRow.prediction_id,
                null(), null(),
            ).where(*_within(threshold))  # fmt: skip
            count = enter(connection, operation, chosen)
            if count == 0:
                connection.rollback()
                return 0, Changes()
        note = Said(mark("{what}."), what=words(verdict, count).capitalize())
        return count, Changes(all=True, note=note)

    def count_where(self, threshold: Threshold) -> int:
        """How many faces `decide_where` would take now."""
        with self._database.read() as connection:
            query = select(func.count()).select_from(StateRow).where(*_within(threshold))
            return int(connection.scalar(query) or 0)

    def ids_where(self, threshold: Threshold) -> list[int]:
        """The faces that `decide_where` would take now, the least certain first."""
        query = select(StateRow.face_id).where(*_within(threshold)).order_by(StateRow.score)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def models_waiting(self) -> list[tuple[int, str, int]]:
        """Models with unreviewed faces: id, name, how many; the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                text(
                    "SELECT m.id, m.name, sum(t.faces) FROM tally t "
                    "JOIN round r ON r.id = t.round_id JOIN model m ON m.id = r.model_id "
                    "WHERE t.verdict = 'unreviewed' GROUP BY m.id HAVING sum(t.faces) "
                    "ORDER BY m.id DESC"
                )
            )
            return [(row[0], row[1], row[2]) for row in rows]

    @_quiet
    def flag(self, reviewer: str, faces: Sequence[int], on: bool) -> Changes:
        """Set or clear the flag of faces."""
        with self._database.write() as connection:
            operation = operate(connection, reviewer, "flag", "flag" if on else "unflag")
            there = StateRow.verdict != Verdict.REMOVED
            chosen = (
                select(
                    StateRow.face_id, StateRow.verdict, literal(on),
                    EntryRow.prediction_id, EntryRow.points, EntryRow.visibility,
                )
                .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
                .where(StateRow.face_id.in_(_ids(faces)), StateRow.flag != on, there)
            )  # fmt: skip
            count = enter(connection, operation, chosen)
            if count == 0:
                raise _Unchanged
        if len(faces) == 1:
            return changed(faces, Said(mark("Flagged.") if on else mark("Flag removed.")))
        deed = mark("Flagged: {count:,} faces.") if on else mark("Flag removed: {count:,} faces.")
        return changed(faces, Said(deed, count=count))

    def take_labels(
        self, reviewer: str, labels: Sequence[NewLabel], source: str
    ) -> tuple[int, Changes]:
        """Manual labels from a file, one operation; faces with a human decision are left alone."""
        with self._database.write() as connection:
            free = set(
                connection.scalars(
                    select(StateRow.face_id).where(
                        StateRow.face_id.in_(_ids(label.face_id for label in labels)),
                        StateRow.verdict.in_((Verdict.UNREVIEWED, Verdict.REMOVED)),
                    )
                )
            )
            taken = [label for label in labels if label.face_id in free]
            if not taken:
                return 0, Changes()
            operation = operate(connection, reviewer, "import", f"labels from {source}")
            states = dict(
                connection.execute(
                    select(StateRow.face_id, StateRow.flag).where(StateRow.face_id.in_(_ids(free)))
                ).all()
            )
            connection.execute(
                insert(EntryRow),
                [
                    {
                        "operation_id": operation, "face_id": label.face_id, "effect": operation,
                        "verdict": label.verdict, "flag": bool(states[label.face_id]),
                        "points": label.points, "visibility": label.visibility,
                    }
                    for label in taken
                ],
            )  # fmt: skip
            connection.execute(
                text(
                    "UPDATE entry SET previous = s.entry_id, box = b.box "
                    "FROM state s LEFT JOIN entry b ON b.id = s.entry_id "
                    "WHERE s.face_id = entry.face_id AND entry.operation_id = :operation"
                ),
                {"operation": operation},
            )
            finish(connection, operation)
        note = Said(mark("{count} labels from {file}."), count=len(taken), file=source)
        return len(taken), Changes(all=True, note=note)

    def take_proposals(
        self, reviewer: str, round_id: int, faces: Sequence[int], count: int, source: str
    ) -> Changes:
        """Offer the `count` proposals of a file, whose round is filled, as one operation; none is
        logged if they are offered already and no face is new.

        `faces`: those of them that are removed or new (`by_operation`), and now are there. The
        others show their proposals once the round is settled.
        """
        with self._database.write() as connection:
            offered = connection.scalar(select(RoundRow.sequence).where(RoundRow.id == round_id))
            nothing = offered is not None and not faces
            if not nothing:
                operation = operate(connection, reviewer, "proposals", f"proposals from {source}")
                enter_new(connection, operation, faces)
                brought = None if offered is not None else round_id
                connection.execute(
                    text("UPDATE operation SET faces = :count, round_id = :round WHERE id = :id"),
                    {"count": count, "round": brought, "id": operation},
                )
            set_visible(connection, round_id, True)
            connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id)
                .values(status=RoundStatus.READY, finished=now(), unsettled=True)
            )
        return Changes(all=True, photos=True, rounds=True, back=nothing)

    # Undo and redo

    def undo(
        self, reviewer: str, *, moves: bool = True, asks: bool = False, confirmed: str = ""
    ) -> Changes:
        """Take back what the reviewer did last, moves or an operation, wherever the face still is
        as it left it; empty Changes if there is nothing.

        `moves`: False leaves moves as they are. `asks`: the caller asks a person before a step that
        `needs_question`; `confirmed` is the key of the step that they agreed to.

        Raises:
            UserError: `asks`, and the step would have needed a question that was not put.
        """
        with self._database.write() as connection:
            state, move = self._undo_state(connection, reviewer, moves=moves)[:2]
            if state.undo_step is None:
                return Changes()
            _check_question(state.undo_step, asks, confirmed)
            if move is not None:
                return _step_draft(connection, move, back=True)
            return replace(_undo(connection, reviewer, newest(connection, reviewer)), back=True)

    def redo(self, reviewer: str, *, asks: bool = False, confirmed: str = "") -> Changes:
        """Do again what the reviewer undid last; the rest as in `undo`."""
        with self._database.write() as connection:
            state, _, move = self._undo_state(connection, reviewer, moves=True)
            if state.redo_step is None:
                return Changes()
            _check_question(state.redo_step, asks, confirmed)
            if move is not None:
                return _step_draft(connection, move, back=False)
            return replace(_redo(connection, reviewer, newest(connection, reviewer)), back=True)

    def undo_state(self, reviewer: str, *, moves: bool = True) -> UndoState:
        """What undo and redo would do; `moves`: False for undo of operations only."""
        with self._database.read() as connection:
            return self._undo_state(connection, reviewer, moves=moves)[0]

    def _undo_state(
        self, connection: Connection, reviewer: str, *, moves: bool
    ) -> tuple[UndoState, Any, Any]:
        """The state, and the rows of the moves that undo and redo would take; None for others."""
        last = self._database.last_step
        named = {"reviewer": reviewer}
        row = connection.execute(_UNDO_STATE, named).one_or_none()
        undo = redo = None
        if row is not None and row.undo_top is not None:
            undo = Step(
                row.undo_detail, row.undo_kind, row.undo_faces, reviewer, row.undo_time,
                row.undo_key, row.undo_key == last,
            )  # fmt: skip
        if row is not None and row.redo_top is not None:
            newer = connection.scalar(_MOVED_SINCE, named | {"since": row.redo_top})
            if newer is None:  # or the moves emptied the redo stack
                redo = Step(
                    row.redo_detail, row.redo_kind, row.redo_faces, reviewer, row.redo_time,
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

    # Drafts

    def save_draft(
        self,
        reviewer: str,
        face_id: int,
        prediction_id: int | None,
        points: Points | None,
        visibility: Visibility | None = None,
    ) -> Changes:
        """Keep the unsaved moves of a face, or forget them (None), as one step of undo.

        Raises:
            UserError: the face was removed.
        """
        values = {
            "reviewer": reviewer, "prediction_id": prediction_id,
            "points": points, "visibility": visibility, "time": now(),
        }  # fmt: skip
        with self._database.write() as connection:
            row = connection.execute(_DRAFTED, {"face": face_id}).one()
            if row.verdict == Verdict.REMOVED:
                raise removed_face()
            before = (row.points, row.visibility, row.prediction_id)
            if _same_draft(before, (points, visibility, prediction_id)):
                return Changes(faces=frozenset({face_id}))
            connection.execute(NO_REDO, {"reviewer": reviewer})
            added = connection.execute(
                _ADD_STEP,
                {
                    "reviewer": reviewer, "time": values["time"], "face_id": face_id,
                    "operation_id": row.newest, "effect": row.effect, "undone": False,
                    "before_points": row.points, "before_visibility": row.visibility,
                    "before_prediction": row.prediction_id, "before_reviewer": row.reviewer,
                    "after_points": points, "after_visibility": visibility,
                    "after_prediction": prediction_id,
                },
            )  # fmt: skip
            step = int(added.inserted_primary_key[0])  # type: ignore[index]
            _put_draft(connection, face_id, values)
            connection.execute(_FORGET_STEPS, {"reviewer": reviewer, "kept": KEPT_STEPS - 1})
            note_last(connection, _key(step))
        return Changes(faces=frozenset({face_id}))

    def earlier_drafts(self, reviewer: str, face_id: int) -> list[Points]:
        """The landmarks of a face before a reviewer's moves of them, the newest first."""
        query = (
            select(DraftStepRow.before_points)
            .where(
                DraftStepRow.face_id == face_id, DraftStepRow.reviewer == reviewer,
                DraftStepRow.undone.is_(False), DraftStepRow.before_points.is_not(None),
            )
            .order_by(DraftStepRow.id.desc())
        )  # fmt: skip
        with self._database.read() as connection:
            return [points for points in connection.scalars(query) if points is not None]

    # What others read

    def labels(self) -> list[tuple[int, str, Points, NDArray[np.int8] | None]]:
        """Every manual label: face, verdict, points, visibility."""
        query = text(
            "SELECT s.face_id, s.verdict, coalesce(e.points, p.points), e.visibility FROM state s "
            "JOIN entry e ON e.id = s.entry_id LEFT JOIN prediction p ON p.id = e.prediction_id "
            "WHERE s.verdict IN ('accepted', 'corrected') ORDER BY s.face_id"
        )
        with self._database.read() as connection:
            return [
                (
                    row[0],
                    row[1],
                    np.frombuffer(row[2], "<f8").reshape(-1, 2),
                    None if row[3] is None else np.frombuffer(row[3], np.int8),
                )
                for row in connection.execute(query)
            ]

    def check(self, repair: bool = False) -> list[str]:
        """Compare the current state with the log; returns what differs, and mends it on demand."""
        said = []
        if damage := self._damage():
            if repair:  # indexes are all that can be made anew from the rest
                with self._database.write() as connection:
                    connection.exec_driver_sql("REINDEX")
            if not repair or self._damage():
                restore = f"'labeltool restore {self._database.path.parent}' lists its backups"
                return [f"the database file is damaged: {damage}; {restore}"]
            said.append(f"the indexes of the database were damaged and are mended: {damage}")
        with self._database.read() as connection:
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        with self._database.write() as connection:
            tallies = tally.wrong(connection)
            wrong = rebuild(connection)
            if tallies:
                tally.recount(connection)
            if not repair:
                connection.rollback()
        said += [f"table {row[0]} row {row[1]} names a missing {row[2]}" for row in broken[:10]]
        done = "mended from the log" if repair else "it can be mended from the log"
        if wrong:
            said.append(f"{counted(wrong, 'face differs', 'faces differ')} from the log ({done})")
        if tallies:
            said.append(f"the counts are wrong: {', '.join(tallies)} ({done})")
        return said

    def _damage(self) -> str:
        with self._database.read() as connection:
            said = str(connection.scalar(text("PRAGMA integrity_check(1)")))
        return "" if said == "ok" else said


def needs_question(step: Step) -> bool:
    """Whether a person has to agree to it first: many faces, and not what was done last here."""
    return step.faces > LARGE_FACES and not step.is_last


def _check_question(step: Step, asks: bool, confirmed: str) -> None:
    if asks and needs_question(step) and step.key != confirmed:
        raise UserError(
            mark("Nothing was changed: something else was done meanwhile."),
            mark("Try again: then you are asked about that."),
        )


def _key(step: int) -> str:
    return f"move {step}"


def _move_step(row: Any, last: str) -> Step:
    return Step(MOVE, MOVE, 0, row.reviewer, row.time, _key(row.id), _key(row.id) == last)


def _same_draft(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two drafts (points, visibility, prediction) are the same, without points none."""
    if one[0] is None or other[0] is None:
        return one[0] is None and other[0] is None
    seen = [part is None for part in (one[1], other[1])]
    return (
        one[2] == other[2]
        and np.array_equal(one[0], other[0], equal_nan=True)
        and (all(seen) or (not any(seen) and np.array_equal(one[1], other[1])))
    )


def _put_draft(connection: Connection, face_id: int, values: dict[str, Any]) -> None:
    """Write the draft of a face; without points there is none."""
    if values["points"] is None:
        connection.execute(_NO_DRAFT, {"face": face_id})
        return
    connection.execute(
        upsert(DraftRow)
        .values(face_id=face_id, **values)
        .on_conflict_do_update(index_elements=["face_id"], set_=values)
    )


def _step_draft(connection: Connection, row: Any, *, back: bool) -> Changes:
    """Undo or redo the moves of a row of `draft_step`."""
    side = "before" if back else "after"
    prediction = getattr(row, f"{side}_prediction")
    values = {
        "reviewer": (row.before_reviewer if back else None) or row.reviewer, "time": now(),
        "points": getattr(row, f"{side}_points"), "prediction_id": prediction,
        "visibility": getattr(row, f"{side}_visibility"),
    }  # fmt: skip
    _put_draft(connection, row.face_id, values)
    connection.execute(_STEPPED, {"undone": back, "id": row.id})
    note_last(connection, _key(row.id))
    deed = mark("Undid: {what}.") if back else mark("Redid: {what}.")
    return Changes(faces=frozenset({row.face_id}), note=Said(deed, what=MOVE), back=True)


def _undo(connection: Connection, reviewer: str, last: Any) -> Changes:
    """Undo the operation on top of the reviewer's stack; `last`: their newest one."""
    target = connection.execute(select(OperationRow).where(OperationRow.id == last.undo_top)).one()
    operation = add_operation(
        connection, reviewer, "undo", target.detail, target=target.id,
        undo_top=target.undo_below, redo_below=last.redo_top,
    )  # fmt: skip
    # an undo is the top of its own redo stack
    connection.execute(text("UPDATE operation SET redo_top = id WHERE id = :id"), {"id": operation})
    connection.execute(
        text(UNDO),
        {"operation": operation, "target": target.id, "reviewer": reviewer, "effect": None},
    )
    if target.kind in ("decide", "box"):  # a changed box may have discarded moves
        values = {
            "operation": operation, "target": target.id, "reviewer": reviewer, "time": now(),
            "decided": target.kind == "decide",
        }  # fmt: skip
        connection.execute(_DRAFT_AGAIN, values)
    changes = taken_back(connection, operation, target, mark("Undid: {what}."))
    return _with_round(connection, operation, target, changes, visible=False)


def _redo(connection: Connection, reviewer: str, last: Any) -> Changes:
    """Redo the operation on top of the reviewer's stack; `last`: their newest one."""
    undone = connection.execute(select(OperationRow).where(OperationRow.id == last.redo_top)).one()
    target = connection.execute(select(OperationRow).where(OperationRow.id == undone.target)).one()
    operation = add_operation(
        connection, reviewer, "redo", target.detail, target=target.id,
        undo_top=target.id, redo_top=undone.redo_below,
    )  # fmt: skip
    connection.execute(text(REDO), {"operation": operation, "target": target.id})
    connection.execute(_DRAFT_DECIDED, {"operation": operation})
    changes = taken_back(connection, operation, target, mark("Redid: {what}."))
    note_last(connection, target.uuid)  # which an undo would take
    return _with_round(connection, operation, target, changes, visible=True)


def _with_round(
    connection: Connection, operation: int, target: Any, changes: Changes, *, visible: bool
) -> Changes:
    """Show or hide the proposals that an operation brought."""
    if target.round_id is None:
        return changes
    set_visible(connection, target.round_id, visible)
    where = "face_id IN (SELECT face_id FROM prediction WHERE round_id = :round)"
    settle(connection, where, {"round": target.round_id})
    connection.execute(
        text("UPDATE operation SET faces = :count WHERE id = :id"),
        {"count": target.faces, "id": operation},
    )
    return replace(changes, faces=frozenset(), all=True, photos=True, rounds=True)


def _within(threshold: Threshold) -> list[Any]:
    return [
        StateRow.verdict == Verdict.UNREVIEWED,
        StateRow.model_id == threshold.model_id,
        StateRow.score >= threshold.low,
        StateRow.score <= threshold.high,
        StateRow.face_id.not_in(select(DraftRow.face_id)),
    ]


def _check_prediction(connection: Connection, prediction_id: int, face_id: int) -> None:
    found = connection.scalar(_PREDICTION, {"id": prediction_id, "face": face_id})
    if found is None:
        raise UserError(
            mark("The proposal on the screen was replaced by newer rounds."),
            mark("Look at the new proposal and decide again."),
        )


# Statements on the way of a decision are made once: to build one takes longer than to run it.
_PREDICTION = text("SELECT 1 FROM prediction WHERE id = :id AND face_id = :face")
_VERDICT = text("SELECT verdict FROM state WHERE face_id = :face")
_UNDO_STATE = text("""
SELECT o.undo_top, u.detail AS undo_detail, u.kind AS undo_kind, u.faces AS undo_faces,
       u.time AS undo_time, u.uuid AS undo_key,
       o.redo_top, r.detail AS redo_detail, t.kind AS redo_kind, r.faces AS redo_faces,
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
_DRAFTED = (
    select(
        StateRow.verdict, StateRow.effect, DraftRow.points, DraftRow.visibility,
        DraftRow.prediction_id, DraftRow.reviewer,
        select(func.coalesce(func.max(OperationRow.id), 0)).scalar_subquery().label("newest"),
    )
    .outerjoin(DraftRow, DraftRow.face_id == StateRow.face_id)
    .where(StateRow.face_id == bindparam("face"))
)  # fmt: skip
_ADD_STEP = insert(DraftStepRow)
_STEPPED = text("UPDATE draft_step SET undone = :undone WHERE id = :id")
_FORGET_STEPS = text(
    "DELETE FROM draft_step WHERE reviewer = :reviewer AND id < (SELECT id FROM draft_step "
    "WHERE reviewer = :reviewer AND undone = 0 ORDER BY operation_id DESC, id DESC "
    "LIMIT 1 OFFSET :kept)"
)
_NO_DRAFT = text("DELETE FROM draft WHERE face_id = :face")
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


def _deciding(condition: str) -> TextClause:
    """A verdict for those of `faces` that it would change."""
    return text(
        "INSERT INTO entry (face_id, verdict, flag, prediction_id, points, visibility, "
        "operation_id, effect, previous, box) "
        "SELECT s.face_id, :verdict, s.flag, coalesce(:prediction, s.prediction_id), :points, "
        ":visibility, :operation, :operation, s.entry_id, b.box "
        "FROM state s LEFT JOIN entry b ON b.id = s.entry_id "
        f"WHERE s.face_id IN (SELECT value FROM json_each(:faces)) AND {condition} "
        "AND s.verdict != 'removed' "
        # a batch never throws away what somebody began to move
        "AND (:single OR s.face_id NOT IN (SELECT face_id FROM draft))"
    ).bindparams(
        bindparam("points", type_=EntryRow.points.type),
        bindparam("visibility", type_=EntryRow.visibility.type),
    )


_DECIDE = {
    Verdict.ACCEPTED: _deciding(
        "s.prediction_id IS NOT NULL AND s.verdict NOT IN ('accepted', 'corrected')"
    ),
    Verdict.REJECTED: _deciding("(s.verdict != :verdict OR s.offered)"),
    Verdict.CORRECTED: _deciding("1"),
    Verdict.EXCLUDED: _deciding("s.verdict != :verdict"),
    Verdict.UNREVIEWED: _deciding("s.verdict != :verdict"),
}
