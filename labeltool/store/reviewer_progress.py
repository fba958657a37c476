"""Where each reviewer stopped, what changed since then, and how fast they are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, bindparam, case, cast, func, select

from labeltool.domain import Filter, News, ReviewerProgress, RoundKind, UserError, Verdict
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import use_index
from labeltool.store.database.schema import (
    FaceCounterRow,
    ModelRow,
    OperationRow,
    PhotoRow,
    ReviewerProgressRow,
    RoundRow,
    StateRow,
)
from labeltool.store.log.descriptions import is_set_back
from labeltool.store.log.operation_log import now

MAX_RECENT_OPERATIONS = 300
"""Operations of a reviewer from which their speed is measured."""

MAX_VIEWED_FACES = 200
"""Faces that a person can have looked at in one operation; more is a batch by score."""


_decided_faces = func.count()
_DECIDED_BY_OTHERS = use_index(
    select(OperationRow.reviewer, _decided_faces)
    .select_from(StateRow)
    .join(OperationRow, OperationRow.id == StateRow.effect)
    .where(
        StateRow.effect > bindparam("seen"),
        OperationRow.reviewer != bindparam("reviewer"),
        OperationRow.kind.in_(("decide", "import")),
        StateRow.verdict != Verdict.UNREVIEWED,
    )
    .group_by(OperationRow.reviewer)
    .order_by(_decided_faces.desc()),
    StateRow,
    "state_by_effect",
)
_round_name = case(
    (RoundRow.kind == RoundKind.TRAIN, "round " + cast(RoundRow.number, String)),
    else_=func.coalesce(ModelRow.name, RoundRow.kind),
).label("name")
_PROPOSED_SINCE = (
    select(_round_name, func.sum(FaceCounterRow.faces))
    .select_from(RoundRow)
    .join(FaceCounterRow, (FaceCounterRow.round_id == RoundRow.id) & FaceCounterRow.offered)
    .outerjoin(ModelRow, ModelRow.id == RoundRow.model_id)
    .where(RoundRow.sequence > bindparam("seen"))
    .group_by(_round_name)
    .having(func.sum(FaceCounterRow.faces) > 0)
    .order_by(func.max(RoundRow.sequence).desc())
)


class ReviewerProgressRecords:
    """Reads and saves where reviewers stopped."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, reviewer: str) -> tuple[ReviewerProgress, News] | None:
        """Where a reviewer stopped, and what others did since; None for a new reviewer."""
        with self._database.read() as connection:
            row = connection.execute(
                select(ReviewerProgressRow).where(ReviewerProgressRow.reviewer == reviewer)
            ).one_or_none()
            if row is None:
                return None
            # only what still holds: a face that was decided, undone and decided again counts once
            decided = connection.execute(
                _DECIDED_BY_OTHERS, {"seen": row.operation_id, "reviewer": reviewer}
            )
            proposed = connection.execute(_PROPOSED_SINCE, {"seen": row.sequence})
            photos = connection.scalar(
                select(func.count()).select_from(PhotoRow).where(PhotoRow.id > row.photo_id)
            )
            news = News(
                {r[0]: r[1] for r in decided if r[1]}, {r[0]: r[1] for r in proposed}, photos or 0
            )
        try:
            wanted = Filter.from_json(row.filter)
        except UserError:  # of a newer version: all faces are better than none
            wanted = Filter()
        return ReviewerProgress(row.time, row.face_id, wanted), news

    def save(self, reviewer: str, face_id: int | None, wanted: Filter) -> None:
        """Save where a reviewer is, and the newest rows that they can have seen."""
        with self._database.write() as connection:
            values = {
                "time": now(), "face_id": face_id, "filter": wanted.to_json(),
                "operation_id": _newest(connection, OperationRow.id),
                "sequence": _newest(connection, RoundRow.sequence),
                "photo_id": _newest(connection, PhotoRow.id),
            }  # fmt: skip
            connection.execute(
                dialect_of(connection)
                .upsert(ReviewerProgressRow, ["reviewer"], values)
                .values(reviewer=reviewer, **values)
            )

    def recent_decisions(self, reviewer: str) -> list[tuple[float, int]]:
        """Time (seconds since 1970) and number of faces of a reviewer's latest decisions.

        The newest comes last. Left out are batches too large to be looked at face by face,
        decisions that were undone, and faces that were set back.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    OperationRow.id,
                    OperationRow.time,
                    OperationRow.faces,
                    OperationRow.kind,
                    OperationRow.description,
                    OperationRow.target,
                )
                .where(OperationRow.reviewer == reviewer)
                .order_by(OperationRow.id.desc())
                .limit(MAX_RECENT_OPERATIONS)
            ).all()
        undone = Counter(row.target for row in rows if row.kind == "undo")
        undone -= Counter(row.target for row in rows if row.kind == "redo")
        return [
            (datetime.fromisoformat(row.time).timestamp(), row.faces)
            for row in reversed(rows)
            if row.kind == "decide"
            and row.faces <= MAX_VIEWED_FACES
            and row.id not in undone
            and not is_set_back(row.description)
        ]


def _newest(connection: Connection, column: Any) -> int:
    return int(connection.scalar(select(func.max(column))) or 0)
