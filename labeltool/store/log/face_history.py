"""What the log says of a face, and of batches: to look at, restore and revert weeks later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import func, literal, select, text

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
from labeltool.store.database.schema import DraftRow, EntryRow, FaceRow, OperationRow, StateRow
from labeltool.store.log.operation_log import (
    BEFORE,
    REVERSIBLE,
    UNDO,
    doubles_of,
    enter,
    operate,
    removed_face,
    reversal,
)

_BATCH = "o.faces > 1 AND o.kind NOT IN ('undo', 'redo', 'proposals')"

_OF_FACE = text(
    "SELECT e.id, o.id AS operation, o.kind, o.description, o.reviewer, o.time, o.faces, "
    "o.target, e.verdict, e.flag, e.points, p.points AS proposed, m.name AS model "
    "FROM entry e JOIN operation o ON o.id = e.operation_id "
    "LEFT JOIN prediction p ON p.id = e.prediction_id "
    "LEFT JOIN round r ON r.id = p.round_id LEFT JOIN model m ON m.id = r.model_id "
    "WHERE e.face_id = :face ORDER BY e.id"
)


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
                    row.id, row.kind, Message.from_json(row.description), row.reviewer, row.time,
                    row.faces,
                    Verdict(row.verdict), bool(row.flag), row.model,
                    None if points is None else np.frombuffer(points, "<f8").reshape(-1, 2),
                    row.operation in undone,
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
            rows = connection.execute(
                text(
                    "SELECT o.id, o.reviewer, o.time, o.kind, o.description, o.faces "
                    f"FROM operation o WHERE {_BATCH} ORDER BY o.id DESC"
                )
            ).all()
            left: dict[int, int] = dict(
                connection.execute(
                    text(
                        "SELECT s.effect, count(*) FROM state s WHERE s.effect IN "
                        f"(SELECT o.id FROM operation o WHERE {_BATCH}) GROUP BY s.effect"
                    )
                ).all()
            )
        return [
            PastBatch(
                r.id, r.reviewer, r.time, r.kind, Message.from_json(r.description), r.faces,
                left=left.get(r.id, 0),
            )
            for r in rows
        ]  # fmt: skip

    def verdicts_after_revert(self, reviewer: str, operation: int) -> dict[Verdict, int]:
        """How many faces of a batch `revert_batch` would give which verdict now."""
        query = text(f"SELECT {BEFORE}, count(*) {REVERSIBLE} GROUP BY 1")
        with self._database.read() as connection:
            values = {
                "target": operation, "reviewer": reviewer,
                "doubles": doubles_of(connection, operation),
            }  # fmt: skip
            rows = connection.execute(query, values)
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
                text(UNDO),
                {
                    "operation": revert, "target": operation, "effect": revert,
                    "reviewer": reviewer, "doubles": doubles_of(connection, operation),
                },
            )  # fmt: skip
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
