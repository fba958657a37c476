"""Drafts: moved points of a face that are not decided on yet, kept as steps of undo."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, false, func, insert, select
from sqlalchemy.orm import aliased

from labeltool.domain import Changes, Points, Verdict, Visibility
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import DraftRow, DraftStepRow, OperationRow, StateRow
from labeltool.store.log.operation_log import NO_REDO, note_last, now, removed_face

KEPT_STEPS = 1000
"""Steps of moves that are kept for each reviewer; older ones cannot be undone one by one."""


class Drafts:
    """Reads and writes drafts. Every write is one transaction and returns what it changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
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
            put_draft(connection, face_id, values)
            connection.execute(_FORGET_STEPS, {"reviewer": reviewer})
            note_last(connection, move_key(step))
        return Changes(faces=frozenset({face_id}))

    def earlier(self, reviewer: str, face_id: int) -> list[Points]:
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


def move_key(step: int) -> str:
    """The key of a step of moves, see `domain.Step`."""
    return f"move {step}"


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


def put_draft(connection: Connection, face_id: int, values: dict[str, Any]) -> None:
    """Write the draft of a face; without points there is none."""
    if values["points"] is None:
        connection.execute(NO_DRAFT, {"face": face_id})
        return
    upsert = dialect_of(connection).upsert(DraftRow, ["face_id"], values)
    connection.execute(upsert.values(face_id=face_id, **values))


NO_DRAFT = delete(DraftRow).where(DraftRow.face_id == bindparam("face"))
"""Deletes the draft of a `face`."""

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
_step = aliased(DraftStepRow, name="step")
_oldest_kept = (
    select(_step.id)
    .where(_step.reviewer == bindparam("reviewer"), _step.undone == false())
    .order_by(_step.operation_id.desc(), _step.id.desc())
    .limit(1)
    .offset(KEPT_STEPS - 1)
)
_FORGET_STEPS = delete(DraftStepRow).where(
    DraftStepRow.reviewer == bindparam("reviewer"), DraftStepRow.id < _oldest_kept.scalar_subquery()
)
