"""What the log says of a face, and of batches: to look at, restore and revert weeks later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, select

from labeltool.domain import (
    FINAL,
    N_,
    Changes,
    Entry,
    Message,
    PastBatch,
    UserError,
    Verdict,
    WriteResult,
    verdict_name,
)
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import (
    DraftRow,
    EntryRow,
    FaceRow,
    ModelRow,
    OperationRow,
    PredictionRow,
    RoundRow,
    StateRow,
)
from labeltool.store.log.landmark_marks import step_marks
from labeltool.store.log.operation_log import (
    UNDO,
    VERDICTS_BEFORE,
    doubles_of,
    enter,
    operate,
    removed_face,
    reversal,
)

_NO_BATCH = ("undo", "redo", "proposals", "rollback", "scheme")
_IS_BATCH = and_(OperationRow.faces > 1, OperationRow.kind.not_in(_NO_BATCH))
_BATCHES = select(OperationRow).where(_IS_BATCH).order_by(OperationRow.id.desc())
_LEFT = (
    select(StateRow.effect, func.count())
    .where(StateRow.effect.in_(select(OperationRow.id).where(_IS_BATCH)))
    .group_by(StateRow.effect)
)
_before = VERDICTS_BEFORE.subquery()
_COUNT_BEFORE = select(_before.c.verdict, func.count()).group_by(_before.c.verdict)

_OF_FACE = (
    select(
        EntryRow.id, OperationRow.id.label("operation"), OperationRow.kind,
        OperationRow.description, OperationRow.reviewer, OperationRow.time, OperationRow.faces,
        OperationRow.target, EntryRow.verdict, EntryRow.flag, EntryRow.points,
        PredictionRow.points.label("proposed"), ModelRow.name.label("model"),
    )
    .join(OperationRow, OperationRow.id == EntryRow.operation_id)
    .outerjoin(PredictionRow, PredictionRow.id == EntryRow.prediction_id)
    .outerjoin(RoundRow, RoundRow.id == PredictionRow.round_id)
    .outerjoin(ModelRow, ModelRow.id == RoundRow.model_id)
    .where(EntryRow.face_id == bindparam("face"))
    .order_by(EntryRow.id)
)  # fmt: skip


class History:
    """Reads the log; every write is one more operation, and can be undone like any other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_face(self, face_id: int) -> list[Entry]:
        """Every state that a face was given, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(_OF_FACE, {"face": face_id}).all()
        undone = _undone(rows)
        entries = []
        for row in rows:
            points = row.points if row.points is not None and row.verdict in FINAL else row.proposed
            entries.append(
                Entry(
                    row.id, row.kind, row.description, row.reviewer, row.time, row.faces,
                    Verdict(row.verdict), row.flag, row.model, points, row.operation in undone,
                )
            )  # fmt: skip
        return entries[::-1]

    def restore(self, reviewer: str, face_id: int, entry_id: int | None) -> WriteResult:
        """Give a face the state of an earlier entry again, or of before the first one (None).

        Raises:
            UserError: somebody moved points of the face and has not decided yet, or the face was
                removed, now or in that entry.
        """
        with self._database.write() as connection:
            drafted = select(DraftRow.face_id).where(DraftRow.face_id == face_id)
            if connection.scalar(drafted) is not None:
                raise UserError(
                    N_("Points of this face were moved and are not decided yet."),
                    N_("Accept them, or discard the moves, then restore."),
                )
            verdict = func.coalesce(EntryRow.verdict, str(Verdict.UNREVIEWED))
            chosen = (
                select(
                    StateRow.face_id, verdict, func.coalesce(EntryRow.flag, False),
                    EntryRow.prediction_id, EntryRow.points, EntryRow.visibility,
                )
                .outerjoin(EntryRow, EntryRow.id == literal(entry_id))
                .where(StateRow.face_id == face_id)
            )  # fmt: skip
            word, now = connection.execute(
                chosen.with_only_columns(verdict, StateRow.verdict)
            ).one()
            if Verdict.REMOVED in (word, now):
                raise removed_face()
            place = select(FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h).where(FaceRow.id == face_id)
            before = connection.execute(place).one()
            name = verdict_name(Verdict(word))
            description = Message(N_("restoring {verdict}"), verdict=name)
            operation = operate(connection, reviewer, "restore", description)
            enter(connection, operation, chosen, EntryRow.box)
            moved = connection.execute(place).one() != before
        faces = frozenset({face_id})
        return WriteResult(
            Changes(faces=faces, boxes=faces if moved else frozenset()),
            Message(N_("Restored: {what}."), what=name),
            undoable=True,
        )

    def batches(self) -> list[PastBatch]:
        """Every operation on more than one face, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(_BATCHES).all()
            left: dict[int | None, int] = dict(connection.execute(_LEFT).all())
        return [
            PastBatch(
                r.id, r.reviewer, r.time, r.kind, r.description, r.faces, left=left.get(r.id, 0),
            )
            for r in rows
        ]  # fmt: skip

    def verdicts_after_revert(self, reviewer: str, operation: int) -> dict[Verdict, int]:
        """How many faces of a batch `revert_batch` would give which verdict now."""
        with self._database.read() as connection:
            values = {
                "target": operation, "reviewer": reviewer,
                "doubles": doubles_of(connection, operation),
            }  # fmt: skip
            rows = connection.execute(_COUNT_BEFORE, values)
            return {Verdict(row[0]): row[1] for row in rows}

    def revert_batch(self, reviewer: str, operation: int) -> WriteResult:
        """Return the faces that are as a batch left them to what they were before it.

        Unlike an undo this is a new operation of `reviewer`, whoever did the batch, and however
        long ago.

        Raises:
            UserError: no face is as the batch left it.
        """
        with self._database.write() as connection:
            target = connection.execute(
                select(OperationRow).where(OperationRow.id == operation)
            ).one()
            revert = operate(
                connection, reviewer, "revert",
                Message(N_("reverting {what}"), what=target.description), target=operation,
            )  # fmt: skip
            connection.execute(
                UNDO,
                {
                    "operation": revert, "target": operation, "new_effect": revert,
                    "reviewer": reviewer, "doubles": doubles_of(connection, operation),
                },
            )  # fmt: skip
            step_marks(connection, operation, back=True)
            result = reversal(connection, revert, target, N_("Reverted: {what}."))
            if not result.changes.any_face:
                raise UserError(
                    N_("Nothing of this batch is left to revert."),
                    N_("Every face of it was changed since; each face's history shows how."),
                )
        return replace(result, undoable=True)


def _undone(rows: Sequence[Any]) -> set[int]:
    """Operations whose effect on one face does not count any more, from its entries in order."""
    undone: set[int] = set()
    reverts = {row.operation: row.target for row in rows if row.kind == "revert"}

    def note(operation: int, is_undone: bool) -> None:
        (undone.add if is_undone else undone.discard)(operation)
        if operation in reverts:
            note(reverts[operation], not is_undone)

    for row in rows:
        if row.kind == "revert":
            note(row.operation, False)
        elif row.kind in ("undo", "redo"):
            note(row.target, row.kind == "undo")
    return undone
