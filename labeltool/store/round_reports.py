"""What a round's report asks the project: moved proposals, and corrections of proposals."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from labeltool.domain import Correction, Movement, Verdict
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import EntryRow, PredictionRow, StateRow

MOST_MOVED_FACES = 50
"""Faces that are listed of those whose proposals moved most."""


class RoundReports:
    """Reads what the report of a round shows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def movement(self, round_id: int) -> Movement | None:
        """How far a round moved the proposals of faces without a decision; None if none of them
        had a proposal before."""
        with self._database.read() as connection:
            mean, faces = connection.execute(_MEAN_CHANGE, {"round": round_id}).one()
            if not faces:
                return None
            most = connection.execute(_MOST_MOVED, {"round": round_id}).all()
        return Movement(mean, faces, tuple((row.face_id, row.change) for row in most))

    def corrections(self, round_id: int) -> list[Correction]:
        """Every correction that stands, of proposals older than this round, by face."""
        with self._database.read() as connection:
            return [
                Correction(row.face_id, row.proposal, row.points)
                for row in connection.execute(_CORRECTIONS, {"round": round_id})
            ]

    def recent_corrections(self, count: int) -> list[Correction]:
        """The corrections that stand, of any proposals, at most `count`, the newest first."""
        with self._database.read() as connection:
            return [
                Correction(row.face_id, row.proposal, row.points)
                for row in connection.execute(_RECENT_CORRECTIONS, {"count": count})
            ]


_OF_ROUND = (PredictionRow.round_id == bindparam("round"), PredictionRow.change.is_not(None))
_MEAN_CHANGE = select(func.avg(PredictionRow.change), func.count()).where(*_OF_ROUND)
_MOST_MOVED = (
    select(PredictionRow.face_id, PredictionRow.change)
    .where(*_OF_ROUND)
    .order_by(PredictionRow.change.desc(), PredictionRow.face_id)
    .limit(MOST_MOVED_FACES)
)
_CORRECTIONS = (
    select(StateRow.face_id, PredictionRow.points.label("proposal"), EntryRow.points)
    .join(EntryRow, EntryRow.id == StateRow.entry_id)
    .join(PredictionRow, PredictionRow.id == EntryRow.prediction_id)
    .where(
        StateRow.verdict == Verdict.CORRECTED,
        EntryRow.points.is_not(None),
        PredictionRow.round_id < bindparam("round"),
    )
    .order_by(StateRow.face_id)
)
_RECENT_CORRECTIONS = (
    select(StateRow.face_id, PredictionRow.points.label("proposal"), EntryRow.points)
    .join(EntryRow, EntryRow.id == StateRow.entry_id)
    .join(PredictionRow, PredictionRow.id == EntryRow.prediction_id)
    .where(StateRow.verdict == Verdict.CORRECTED, EntryRow.points.is_not(None))
    .order_by(EntryRow.id.desc())
    .limit(bindparam("count"))
)
