"""One verdict for many faces: first what it would do, then exactly that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Integer, String, bindparam, func, insert, select, update

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
from labeltool.store.database.expressions import id_list, id_rows
from labeltool.store.database.schema import DraftRow, EntryRow, OperationRow, StateRow
from labeltool.store.log.descriptions import decision, decision_done
from labeltool.store.log.face_state import refresh_states
from labeltool.store.log.operation_log import operate
from labeltool.store.log.stored_layouts import keep_landmarks

CHUNK = 2000
"""Faces between two calls of progress."""

_asked = id_rows("ids")
_PLAN = (
    select(
        StateRow.face_id, StateRow.entry_id, StateRow.prediction_id, StateRow.verdict,
        StateRow.offered, StateRow.error, DraftRow.face_id.is_not(None).label("drafted"),
    )
    .select_from(_asked)
    .join(StateRow, StateRow.face_id == _asked.c.value)
    .outerjoin(DraftRow, DraftRow.face_id == StateRow.face_id)
    .where(StateRow.verdict != Verdict.REMOVED)
    .order_by(StateRow.error.desc().nulls_last(), StateRow.face_id)
)  # fmt: skip
_NOW = select(StateRow.face_id, StateRow.entry_id, StateRow.prediction_id).where(
    StateRow.face_id.in_(id_list("ids")), StateRow.face_id.not_in(select(DraftRow.face_id))
)
_operation = bindparam("operation", type_=Integer)
_ENTER = insert(EntryRow).from_select(
    ["operation_id", "face_id", "effect", "previous", "verdict", "flag", "prediction_id"],
    select(
        _operation, StateRow.face_id, _operation, StateRow.entry_id,
        bindparam("verdict", type_=String), StateRow.flag, StateRow.prediction_id,
    )
    .where(StateRow.face_id.in_(id_list("ids")))
    .order_by(StateRow.face_id),
)  # fmt: skip
_NEWEST_ENTRY = select(func.coalesce(func.max(EntryRow.id), 0))
_MAKE_CURRENT = (
    update(StateRow)
    .values(entry_id=EntryRow.id)
    .where(EntryRow.id > bindparam("newest"), EntryRow.face_id == StateRow.face_id)
)
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
        largest: float | None = None
        with self._database.read() as connection:
            for row in connection.execute(_PLAN, {"ids": list(faces)}):
                face_id, entry_id, prediction_id, now, offered, error, drafted = row
                verdicts[now] += 1
                if drafted:
                    kept["drafts"] += 1
                elif _stays(verdict, now, bool(offered)):
                    kept["same"] += 1
                elif verdict is Verdict.ACCEPTED and prediction_id is None:
                    kept["bare"] += 1
                elif now == Verdict.UNREVIEWED or offered or verdict is Verdict.UNREVIEWED:
                    waiting.append((face_id, entry_id, prediction_id))
                    largest = error if largest is None else largest
                else:
                    replaced[now] += 1
                    decided.append((face_id, entry_id, prediction_id))
        return Batch(
            verdict, waiting, decided, kept["same"], kept["drafts"], kept["bare"],
            _by_verdict(verdicts), _by_verdict(replaced), largest,
        )  # fmt: skip

    def run(
        self,
        reviewer: str,
        verdict: Verdict,
        seen: Sequence[Seen],
        progress: Progress,
        *,
        certificate: str = "",
    ) -> WriteResult:
        """Give the verdict to the faces that still are as they were seen, as one operation.

        `certificate`: the name of the certificate that says how many of them may be wrong.

        It is one transaction: `progress` may raise Cancelled, and nothing has happened then.

        Raises:
            UserError: every one of the faces was changed meanwhile.
        """
        total = len(seen)
        seen = sorted(seen)  # by face, as the tables lie on the disk
        with self._database.write() as connection:
            operation = operate(connection, reviewer, "decide", decision(verdict, total))
            count = 0
            for start in range(0, total, CHUNK):
                progress(start, total)
                part = seen[start : start + CHUNK]
                rows = connection.execute(_NOW, {"ids": [face for face, _, _ in part]})
                now = {tuple(row) for row in rows}
                unchanged = [face for face, *others in part if (face, *others) in now]
                newest = {"newest": connection.execute(_NEWEST_ENTRY).scalar_one()}
                connection.execute(
                    _ENTER, {"operation": operation, "verdict": str(verdict), "ids": unchanged}
                )
                keep_landmarks(connection, operation, after=newest["newest"])
                connection.execute(_MAKE_CURRENT, newest)
                refresh_states(connection, _ENTERED, newest)
                count += len(unchanged)
            progress(total, total)
            if count == 0:
                raise UserError(
                    N_("Nothing was decided: the faces were changed meanwhile."),
                    N_("Look at them again."),
                )
            connection.execute(
                update(OperationRow)
                .where(OperationRow.id == operation)
                .values(faces=count, description=_described(verdict, count, certificate))
            )
        left = N_("{left:,} were changed meanwhile and stay as they are.")
        message = Message.join(
            decision_done(verdict, count),
            Message(left, left=total - count) if count < total else None,
        )
        return WriteResult(Changes(all=True), message, undoable=True)


def _described(verdict: Verdict, count: int, certificate: str) -> Message:
    described = decision(verdict, count)
    if not certificate:
        return described
    named = N_("{decision}, certificate {certificate}")
    return Message(named, decision=described, certificate=certificate)


def _by_verdict(counted: Counter[str]) -> dict[Verdict, int]:
    return {verdict: counted[verdict] for verdict in Verdict if counted[verdict]}


def _stays(verdict: Verdict, now: str, offered: bool) -> bool:
    """Whether a face has the verdict already; a rejected one with a new proposal does not."""
    if verdict is Verdict.ACCEPTED:
        return now in FINAL
    return now == verdict and not (verdict is Verdict.REJECTED and offered)
