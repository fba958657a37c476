"""One verdict for many faces: first what it would do, then exactly that."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import bindparam, select, text, update

from labeltool.domain import (
    FINAL,
    N_,
    Batch,
    Changes,
    Message,
    Progress,
    Seen,
    UserError,
    Verdict,
    WriteResult,
)
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import EntryRow, OperationRow
from labeltool.store.log.descriptions import decision, decision_done
from labeltool.store.log.face_state import refresh_states
from labeltool.store.log.operation_log import operate

CHUNK = 2000
"""Faces between two calls of progress."""

_PLAN = text("""
SELECT s.face_id, s.entry_id, s.prediction_id, s.verdict, s.offered, s.score,
       d.face_id IS NOT NULL AS drafted
FROM json_each(:ids) j JOIN state s ON s.face_id = j.value
LEFT JOIN draft d ON d.face_id = s.face_id WHERE s.verdict != 'removed' ORDER BY s.score, s.face_id
""")

# only faces that still are as the person saw them
_ENTER = text("""
INSERT INTO entry (operation_id, face_id, effect, previous, verdict, flag, prediction_id)
SELECT :operation, s.face_id, :operation, s.entry_id, :verdict, s.flag, s.prediction_id
FROM json_each(:seen) j JOIN state s ON s.face_id = json_extract(j.value, '$[0]')
WHERE s.entry_id IS json_extract(j.value, '$[1]')
AND s.prediction_id IS json_extract(j.value, '$[2]')
AND s.face_id NOT IN (SELECT face_id FROM draft)
""")


_ENTERED = select(EntryRow.face_id).where(EntryRow.id > bindparam("newest"))


class Batches:
    """Plans batches and runs them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, faces: Sequence[int], verdict: Verdict) -> Batch:
        """What a verdict for these faces would do now; ACCEPTED, REJECTED, EXCLUDED or UNREVIEWED.

        Taking verdicts back is asked for by name, so it counts no face as `decided`.
        """
        waiting: list[Seen] = []
        decided: list[Seen] = []
        kept: Counter[str] = Counter()
        verdicts: Counter[str] = Counter()
        replaced: Counter[str] = Counter()
        lowest: float | None = None
        with self._database.read() as connection:
            for row in connection.execute(_PLAN, {"ids": json.dumps(list(faces))}):
                face_id, entry_id, prediction_id, now, offered, score, drafted = row
                verdicts[now] += 1
                if drafted:
                    kept["drafts"] += 1
                elif _stays(verdict, now, bool(offered)):
                    kept["same"] += 1
                elif verdict is Verdict.ACCEPTED and prediction_id is None:
                    kept["bare"] += 1
                elif now == Verdict.UNREVIEWED or offered or verdict is Verdict.UNREVIEWED:
                    waiting.append((face_id, entry_id, prediction_id))
                    lowest = score if lowest is None else lowest
                else:
                    replaced[now] += 1
                    decided.append((face_id, entry_id, prediction_id))
        return Batch(
            verdict, waiting, decided, kept["same"], kept["drafts"], kept["bare"],
            _by_verdict(verdicts), _by_verdict(replaced), lowest,
        )  # fmt: skip

    def run(
        self, reviewer: str, verdict: Verdict, seen: Sequence[Seen], progress: Progress
    ) -> WriteResult:
        """Give the verdict to the faces that still are as they were seen, as one operation.

        It is one transaction: `progress` may raise Cancelled, and nothing has happened then.

        Raises:
            UserError: every one of the faces was changed meanwhile.
        """
        total = len(seen)
        seen = sorted(seen)  # by face, as the tables lie on the disk
        with self._database.write() as connection:
            operation = operate(connection, reviewer, "decide", decision(verdict, total))
            for start in range(0, total, CHUNK):
                progress(start, total)
                newest = connection.scalar(text("SELECT max(id) FROM entry")) or 0
                part = json.dumps(seen[start : start + CHUNK])
                connection.execute(
                    _ENTER, {"operation": operation, "verdict": str(verdict), "seen": part}
                )
                connection.execute(
                    text(
                        "UPDATE state SET entry_id = e.id FROM entry e "
                        "WHERE e.id > :newest AND e.face_id = state.face_id"
                    ),
                    {"newest": newest},
                )
                refresh_states(connection, _ENTERED, {"newest": newest})
            progress(total, total)
            query = text("SELECT count(*) FROM entry WHERE operation_id = :operation")
            count = int(connection.execute(query, {"operation": operation}).scalar_one())
            if count == 0:
                raise UserError(
                    N_("Nothing was decided: the faces were changed meanwhile."),
                    N_("Look at them again."),
                )
            connection.execute(
                update(OperationRow)
                .where(OperationRow.id == operation)
                .values(faces=count, description=decision(verdict, count))
            )
        left = N_("{left:,} were changed meanwhile and stay as they are.")
        message = Message.join(
            decision_done(verdict, count),
            Message(left, left=total - count) if count < total else None,
        )
        return WriteResult(Changes(all=True), message, undoable=True)


def _by_verdict(counted: Counter[str]) -> dict[Verdict, int]:
    return {verdict: counted[verdict] for verdict in Verdict if counted[verdict]}


def _stays(verdict: Verdict, now: str, offered: bool) -> bool:
    """Whether a face has the verdict already; a rejected one with a new proposal does not."""
    if verdict is Verdict.ACCEPTED:
        return now in FINAL
    return now == verdict and not (verdict is Verdict.REJECTED and offered)
