"""The ledger: what each training round used each face for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from labeltool.domain import LedgerLine, LedgerRole, LeftOut, Verdict
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import use_index
from labeltool.store.database.schema import LedgerRow, RoundRow, StateRow
from labeltool.store.faces.face_queries import NEWEST_TRAINING


class LedgerRecords:
    """Reads and writes the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, round_id: int, lines: Sequence[tuple[int, str, str]]) -> None:
        """Add (face, LedgerRole, LeftOut or an empty text); those that are there stay.

        Callers keep batches short, so that a decision never waits for one.
        """
        rows = [
            {"round_id": round_id, "face_id": face, "role": role, "reason": reason or None}
            for face, role, reason in lines
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(dialect_of(connection).insert_or_ignore(LedgerRow), rows)

    def of_face(self, face_id: int) -> LedgerLine | None:
        """What the newest finished training used a face for; None if it did not know the face."""
        with self._database.read() as connection:
            row = connection.execute(_OF_FACE, {"face": face_id}).one_or_none()
        if row is None:
            return None
        reason = None if row.reason is None else LeftOut(row.reason)
        return LedgerLine(row.number, row.task, LedgerRole(row.role), reason)

    def count(self, round_id: int | None = None) -> tuple[int | None, dict[LedgerRole, int]]:
        """A training, by default the newest finished one, and how many faces of the project have
        each role in it; None if there is none."""
        with self._database.read() as connection:
            if round_id is None:
                round_id = connection.scalar(select(NEWEST_TRAINING))
            values = {"round": round_id}
            counts: dict[str, int] = dict(connection.execute(_COUNTS, values).all())
            removed: dict[str, int] = dict(connection.execute(_REMOVED, values).all())
        return round_id, {role: counts.get(role, 0) - removed.get(role, 0) for role in LedgerRole}


# built once: one runs for every face that is shown, the others after every change
_OF_FACE = (
    select(RoundRow.number, RoundRow.task, LedgerRow.role, LedgerRow.reason)
    .join(RoundRow, RoundRow.id == LedgerRow.round_id)
    .where(
        LedgerRow.face_id == bindparam("face"), LedgerRow.round_id == NEWEST_TRAINING
    )
)  # fmt: skip
_OF_ROUND = LedgerRow.round_id == bindparam("round")
_COUNTS = use_index(
    select(LedgerRow.role, func.count()).where(_OF_ROUND).group_by(LedgerRow.role),
    LedgerRow,
    "ledger_role",
)
_REMOVED = (  # few, so they are found first
    use_index(
        select(LedgerRow.role, func.count())
        .select_from(StateRow)
        .join(LedgerRow, LedgerRow.face_id == StateRow.face_id)
        .where(StateRow.verdict == Verdict.REMOVED, _OF_ROUND)
        .group_by(LedgerRow.role),
        StateRow,
        "state_verdict",
    )
)
