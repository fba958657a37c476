"""Where each reviewer stopped, what changed since then, and how fast they are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from labeltool.domain import Filter, News, ReviewerProgress, UserError
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import OperationRow, PhotoRow, ReviewerProgressRow, RoundRow
from labeltool.store.log.operation_log import now

RECENT = 300
"""Operations that the pace looks back upon."""

LOOKED_AT = 200
"""Faces that a person can have looked at in one operation; more is a batch by score."""


class ReviewerProgressRecords:
    """Reads and keeps where reviewers were."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, reviewer: str) -> tuple[ReviewerProgress, News] | None:
        """A reviewer's last visit and what others did since; None for somebody new."""
        with self._database.read() as connection:
            row = connection.execute(
                select(ReviewerProgressRow).where(ReviewerProgressRow.reviewer == reviewer)
            ).one_or_none()
            if row is None:
                return None
            # what still holds: who decides, undoes and decides again has decided one face
            decided = connection.execute(
                text(
                    "SELECT o.reviewer, count(*) FROM state s INDEXED BY state_by_effect "
                    "JOIN operation o ON o.id = s.effect WHERE s.effect > :seen "
                    "AND o.reviewer != :reviewer AND o.kind IN ('decide', 'import') "
                    "AND s.verdict != 'unreviewed' GROUP BY o.reviewer ORDER BY 2 DESC"
                ),
                {"seen": row.operation_id, "reviewer": reviewer},
            )
            proposed = connection.execute(
                text(
                    "SELECT CASE r.kind WHEN 'train' THEN 'round ' || r.number "
                    "ELSE coalesce(m.name, r.kind) END AS name, sum(t.faces) FROM round r "
                    "JOIN face_counter t ON t.round_id = r.id AND t.offered "
                    "LEFT JOIN model m ON m.id = r.model_id WHERE r.sequence > :seen "
                    "GROUP BY name HAVING sum(t.faces) ORDER BY max(r.sequence) DESC"
                ),
                {"seen": row.sequence},
            )
            photos = connection.scalar(
                select(func.count()).select_from(PhotoRow).where(PhotoRow.id > row.photo_id)
            )
            news = News(
                {r[0]: r[1] for r in decided if r[1]}, {r[0]: r[1] for r in proposed}, photos or 0
            )
        try:
            wanted = Filter.from_json(row.filter)
        except UserError:  # a newer version left it: better all faces than none
            wanted = Filter()
        return ReviewerProgress(row.time, row.face_id, wanted), news

    def save(self, reviewer: str, face_id: int | None, wanted: Filter) -> None:
        """Remember where a reviewer is, and what there is for them to have seen."""
        with self._database.write() as connection:
            values = {
                "time": now(), "face_id": face_id, "filter": wanted.to_json(),
                "operation_id": _newest(connection, OperationRow.id),
                "sequence": _newest(connection, RoundRow.sequence),
                "photo_id": _newest(connection, PhotoRow.id),
            }  # fmt: skip
            connection.execute(
                upsert(ReviewerProgressRow)
                .values(reviewer=reviewer, **values)
                .on_conflict_do_update(index_elements=["reviewer"], set_=values)
            )

    def recent_decisions(self, reviewer: str) -> list[tuple[float, int]]:
        """Moments (seconds since 1970) and numbers of faces of a reviewer's latest decisions,
        the newest last. Left out is what nobody can have looked at face by face, what was undone,
        and faces that were set back."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    OperationRow.id,
                    OperationRow.time,
                    OperationRow.faces,
                    OperationRow.kind,
                    OperationRow.detail,
                    OperationRow.target,
                )
                .where(OperationRow.reviewer == reviewer)
                .order_by(OperationRow.id.desc())
                .limit(RECENT)
            ).all()
        undone = Counter(row.target for row in rows if row.kind == "undo")
        undone -= Counter(row.target for row in rows if row.kind == "redo")
        return [
            (datetime.fromisoformat(row.time).timestamp(), row.faces)
            for row in reversed(rows)
            if row.kind == "decide"
            and row.faces <= LOOKED_AT
            and row.id not in undone
            and not row.detail.startswith("set back")
        ]


def _newest(connection: Connection, column: Any) -> int:
    return int(connection.scalar(select(func.max(column))) or 0)
