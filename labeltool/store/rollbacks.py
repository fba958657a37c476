"""Which network is in use: rounds are promoted, and earlier ones are rolled back to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from labeltool.domain import N_, Changes, Message, Verdict, WriteResult
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    FaceRow,
    OperationRow,
    PredictionRow,
    RaisedRow,
    RoundRow,
    StateRow,
)
from labeltool.store.log.operation_log import operate
from labeltool.store.round_records import (
    BOX_TASK,
    Rounds,
    next_sequence,
    set_visible,
    with_changed_box,
)
from labeltool.store.superseded import UNNEEDED

ROLLBACK = "rollback"
"""The kind of a rollback in the log."""


class Rollbacks:
    """Takes the networks of rounds into use. Decisions of people stay as they are."""

    def __init__(self, database: Database, rounds: Rounds) -> None:
        self._database, self._rounds = database, rounds

    def promote(self, round_id: int) -> Changes:
        """Show the proposals of a training that waits for it."""
        faces = self._faces_with_moved_box()
        with self._database.write() as connection:
            _drop_outdated(connection, round_id, faces)
            set_visible(connection, round_id, True)
            connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id)
                .values(promoted=True, needs_refresh=True)
            )
        self._rounds.refresh_faces(round_id)
        return Changes(all=True, rounds=True)

    def rounds_of_model(self, round_id: int) -> list[int]:
        """The visible rounds that hold proposals of the same model, from the lowest sequence."""
        model = select(RoundRow.model_id).where(RoundRow.id == round_id).scalar_subquery()
        with self._database.read() as connection:
            return list(
                connection.scalars(
                    select(RoundRow.id)
                    .where(
                        RoundRow.model_id == model, RoundRow.sequence.is_not(None),
                        RoundRow.task != BOX_TASK,
                    )
                    .order_by(RoundRow.sequence)
                )
            )  # fmt: skip

    def count_changing(self, rounds: Sequence[int], faces: Sequence[int] | None = None) -> int:
        """How many faces without a label would show a proposal of these rounds instead of another.

        Of those that the rounds have predictions for, or of some `faces`.
        """
        predicted = select(PredictionRow.face_id).where(PredictionRow.round_id.in_(id_list(rounds)))
        query = select(func.count()).where(
            StateRow.face_id.in_(predicted if faces is None else id_list(faces)),
            StateRow.verdict.in_((Verdict.UNREVIEWED, Verdict.REJECTED)),
            StateRow.round_id.is_(None) | StateRow.round_id.not_in(id_list(rounds)),
        )
        with self._database.read() as connection:
            return connection.scalars(query).one()

    def roll_back(self, reviewer: str, rounds: Sequence[int], name: Message) -> WriteResult:
        """Show the proposals of these rounds of one model again, as one operation in the log.

        `rounds`: from `rounds_of_model`. `name`: what the model is called in a sentence.
        """
        moved, count = self._faces_with_moved_box(), self.count_changing(rounds)
        with self._database.write() as connection:
            for round_id in rounds:
                _drop_outdated(connection, round_id, moved)
            description = Message(N_("rolling back to {model}"), model=name)
            operation = operate(connection, reviewer, ROLLBACK, description)
            connection.execute(
                update(OperationRow)
                .where(OperationRow.id == operation)
                .values(faces=count, round_id=rounds[0])
            )
            _raise(connection, operation, rounds)
        for round_id in rounds:
            self._rounds.refresh_faces(round_id)
        message = Message.join(
            Message(N_("The proposals of {model} are offered again."), model=name),
            Message.counted(
                count,
                N_("1 face without a label shows another one now."),
                N_("{count:,} faces without a label show another one now."),
            ),
        )
        return WriteResult(Changes(all=True, rounds=True), message, undoable=True)

    def _faces_with_moved_box(self) -> list[int]:
        """Faces whose box was ever changed: few, but it takes a look at all to find them."""
        with self._database.read() as connection:
            return list(
                connection.scalars(select(FaceRow.id).where(FaceRow.first_box.is_not(None)))
            )


def _drop_outdated(connection: Connection, round_id: int, faces: Sequence[int]) -> None:
    """Delete a round's predictions for boxes that changed since, unless something refers to them.

    What was predicted for those faces later is offered instead.
    """
    changed = with_changed_box(connection, round_id, faces) if faces else set()
    if changed:
        connection.execute(
            delete(PredictionRow).where(
                PredictionRow.round_id == round_id,
                PredictionRow.face_id.in_(id_list(changed)),
                *UNNEEDED,
            )
        )


def _raise(connection: Connection, operation: int, rounds: Sequence[int]) -> None:
    """Raise rounds above all others, in their order, and remember where they were."""
    before = connection.execute(
        select(RoundRow.id, RoundRow.sequence)
        .where(RoundRow.id.in_(id_list(rounds)), RoundRow.sequence.is_not(None))
        .order_by(RoundRow.sequence)
    ).all()
    first = next_sequence(connection)
    rows = [
        {"operation_id": operation, "round_id": row.id, "before": row.sequence, "after": first + k}
        for k, row in enumerate(before)
    ]
    connection.execute(insert(RaisedRow), rows)
    for row in rows:
        _move(connection, int(row["round_id"]), int(row["after"]))


def step_rollback(connection: Connection, operation: int, *, back: bool) -> bool:
    """Undo or redo a rollback: each round that still is where the step expects it moves.

    Returns whether one did; `Rounds.refresh_faces` is due for those then.
    """
    rows = connection.execute(
        select(RaisedRow.round_id, RaisedRow.before, RaisedRow.after, RoundRow.sequence)
        .join(RoundRow, RoundRow.id == RaisedRow.round_id)
        .where(RaisedRow.operation_id == operation)
    ).all()
    moved = False
    for row in rows:
        expected, wanted = (row.after, row.before) if back else (row.before, row.after)
        if row.sequence == expected:
            _move(connection, row.round_id, wanted)
            moved = True
    return moved


def _move(connection: Connection, round_id: int, sequence: int) -> None:
    connection.execute(
        update(RoundRow)
        .where(RoundRow.id == round_id)
        .values(sequence=sequence, needs_refresh=True)
    )
