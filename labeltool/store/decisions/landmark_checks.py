"""Faces whose landmarks are looked at one by one: a face whose landmarks all passed is decided."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    LargeBinary,
    Select,
    case,
    func,
    insert,
    literal,
    select,
    type_coerce,
    update,
)

from labeltool.domain import (
    FINAL,
    N_,
    Changes,
    Message,
    Points,
    Progress,
    UserError,
    Verdict,
    WriteResult,
    no_progress,
)
from labeltool.store.arrays.array_types import ScoresType
from labeltool.store.arrays.layouts import FIRST, Layouts, layout_of
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    DraftRow,
    EntryRow,
    OperationRow,
    PredictionRow,
    StateRow,
)
from labeltool.store.decisions.drafts import NO_DRAFT, put_draft
from labeltool.store.log.landmark_marks import (
    PASSED,
    UNMARKED,
    WRONG,
    LandmarkCheckRow,
    LandmarkCheckStepRow,
)
from labeltool.store.log.operation_log import finish, now, operate

SCORES = ScoresType()

CHUNK = 4000
"""Faces that are read between two calls of progress."""


class SeenLandmark(NamedTuple):
    """A landmark of a face that a person looked at: on which proposal, and PASSED or WRONG."""

    face_id: int
    prediction_id: int
    mark: int


@dataclass(frozen=True, slots=True, eq=False)
class CheckTable:
    """F faces that wait for a decision, by id, and their N landmarks.

    `faces` and `predictions` (F,) ids. `errors` (F, N) float16: expected errors, shares of the
    scheme's norm; where none are known, 1 - score, so that only their order means anything. NaN of
    a landmark that the proposal lacks, because the scheme got it later.
    `marks` (F, N) int8 of UNMARKED, PASSED, WRONG.
    """

    faces: NDArray[np.int64]
    predictions: NDArray[np.int64]
    errors: NDArray[np.float16]
    marks: NDArray[np.int8]


class LandmarkChecks:
    """Reads and writes what was said of single landmarks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _layouts(self) -> Layouts:
        assert self._database.layouts is not None
        return self._database.layouts

    def table(self, progress: Progress = no_progress) -> CheckTable:
        """Every face that waits with a proposal: for a background task, it reads all of them.

        `progress` may raise Cancelled.
        """
        with self._database.read() as connection:
            total = connection.scalar(_COUNT) or 0
            return self._table(connection, _WAITING, {}, total, progress)

    def some(self, faces: Sequence[int]) -> CheckTable:
        """Those of a few faces that wait with a proposal."""
        with self._database.read() as connection:
            query, values = _WAITING.where(StateRow.face_id.in_(id_list("ids"))), {"ids": [*faces]}
            return self._table(connection, query, values, len(faces), no_progress)

    def _table(
        self, connection: Connection, query: Any, values: dict[str, Any], total: int,
        progress: Progress,
    ) -> CheckTable:  # fmt: skip
        count, done = len(self._layouts.ids), 0
        faces, predictions, errors = [_NO_IDS], [_NO_IDS], [np.empty((0, count), np.float16)]
        result = connection.execution_options(stream_results=True).execute(query, values)
        for rows in result.partitions(CHUNK):
            progress(done, total)
            stored = [self._in_force(row[2]) for row in rows]
            fitting = [len(each) == SCORES.width * count for each in stored]
            rows = list(itertools.compress(rows, fitting))
            ids = np.array([row[:2] for row in rows], np.int64).reshape(-1, 2)
            joined = b"".join(itertools.compress(stored, fitting))
            blob = np.frombuffer(joined, SCORES.stored).reshape(-1, count)
            raw = np.array([row[3] for row in rows], bool)
            faces.append(ids[:, 0])
            predictions.append(ids[:, 1])
            errors.append(np.where(raw[:, None], 1 - blob, blob).astype(np.float16))
            done += len(rows)
        of, on = np.concatenate(faces), np.concatenate(predictions)
        order = np.argsort(of, kind="stable")
        of, on = of[order], on[order]
        marks = np.zeros((len(of), count), np.int8)
        for row in connection.execute(_marked(query), values):
            place = int(np.searchsorted(of, row.face_id))
            if place < len(of) and of[place] == row.face_id:
                marks[place] = valid_marks(row, count)
        return CheckTable(of, on, np.concatenate(errors)[order], marks)

    def _in_force(self, stored: bytes) -> bytes:
        """Stored scores as those of the landmarks in force."""
        if self._layouts.current == FIRST == layout_of(stored, SCORES.width):
            return stored
        return SCORES.in_force(stored).tobytes()

    def check(self, reviewer: str, landmark: int, seen: Sequence[SeenLandmark]) -> WriteResult:
        """Store what a person said of one landmark of some faces, as one operation.

        A face whose landmarks all passed is accepted, or corrected if points of it were moved. A
        decided face whose landmark is wrong after all becomes unreviewed. A face that shows another
        proposal by now is left out.

        Raises:
            UserError: every one of the faces was changed meanwhile.
        """
        with self._database.write() as connection:
            rows = {
                row.face_id: row
                for row in connection.execute(_FACES, {"ids": [face for face, *_ in seen]})
            }
            there = [
                each
                for each in seen
                if each.face_id in rows and rows[each.face_id].shown == each.prediction_id
            ]
            if not there:
                raise UserError(
                    N_("Nothing was stored: the faces were changed meanwhile."),
                    N_("Look at them again."),
                )
            operation = operate(connection, reviewer, "decide", _looked_at(landmark, len(there)))
            steps, entries = [], []
            for each in there:
                row = rows[each.face_id]
                marks = valid_marks(row, len(self._layouts.ids))
                steps.append([each.face_id, each.prediction_id, int(marks[landmark]), each.mark])
                marks[landmark] = each.mark
                _put_marks(connection, row, marks)
                entry = _entry(operation, row, marks)
                if entry is not None:
                    entries.append(entry)
            if entries:
                connection.execute(insert(EntryRow), entries)
                for entry in entries:
                    connection.execute(NO_DRAFT, {"face": entry["face_id"]})
                    _keep_moves(connection, reviewer, rows[entry["face_id"]], entry)
            finish(connection, operation, boxes=False, decides=True)
            connection.execute(
                insert(LandmarkCheckStepRow).values(
                    operation_id=operation, landmark=self._layouts.ids[landmark], faces=steps
                )
            )
            decided = sum(entry["verdict"] != Verdict.UNREVIEWED for entry in entries)
            if decided:
                connection.execute(
                    update(OperationRow)
                    .where(OperationRow.id == operation)
                    .values(description=_decided(landmark, len(there), decided))
                )
        left = N_("{left:,} were changed meanwhile and stay as they are.")
        message = Message.join(
            _done(len(there), sum(each.mark == WRONG for each in there), decided),
            Message(left, left=len(seen) - len(there)) if len(there) < len(seen) else None,
        )
        return WriteResult(
            Changes(faces=frozenset(each.face_id for each in there)), message, undoable=True
        )


def valid_marks(row: Any, count: int) -> NDArray[np.int8]:
    """The marks (N,) of a face that still hold: of its proposal, and of where its points are.

    A landmark that a person called absent has passed. A face whose landmarks all passed and which
    waits again was set back: it begins anew. `row` has the columns of `_MARK_COLUMNS`.
    """
    marks = np.zeros(count, np.int8)
    if row.marks is not None and row.prediction_id == row.shown and len(row.marks) == count:
        marks[:] = row.marks
        shown = _shown_points(row)
        then = row.proposed if row.looked_at is None else row.looked_at
        if shown is not then:
            same = (shown == then) | (np.isnan(shown) & np.isnan(then))
            marks[~same.all(-1)] = UNMARKED
    if row.draft is not None:
        marks[np.isnan(row.draft).any(-1)] = PASSED
    if (marks == PASSED).all() and row.verdict not in FINAL:
        marks[:] = UNMARKED
    return marks


def _shown_points(row: Any) -> Points:
    points: Points = row.proposed
    if row.draft is not None:
        points = row.draft
    elif row.verdict in FINAL and row.decided is not None:
        points = row.decided
    return points


def _put_marks(connection: Connection, row: Any, marks: NDArray[np.int8]) -> None:
    shown = _shown_points(row)
    points = None if shown is row.proposed else shown
    values = {"prediction_id": row.shown, "marks": marks, "points": points}
    upsert = dialect_of(connection).upsert(LandmarkCheckRow, ["face_id"], values)
    connection.execute(upsert.values(face_id=row.face_id, **values))


def _entry(operation: int, row: Any, marks: NDArray[np.int8]) -> dict[str, Any] | None:
    """The decision that marks make of a face; None if they make none."""
    is_final = row.verdict in FINAL
    if is_final and (marks == WRONG).any():
        verdict, points, visibility = Verdict.UNREVIEWED, None, None
    elif not is_final and (marks == PASSED).all():
        points, visibility = row.draft, row.draft_visibility
        as_proposed = points is None or np.array_equal(points, row.proposed)
        verdict = Verdict.ACCEPTED if as_proposed else Verdict.CORRECTED
        if as_proposed:
            points, visibility = None, None
    else:
        return None
    return {
        "operation_id": operation, "face_id": row.face_id, "effect": operation,
        "previous": row.entry_id, "verdict": str(verdict), "flag": row.flag,
        "prediction_id": row.shown, "points": points, "visibility": visibility, "box": row.box,
    }  # fmt: skip


def _keep_moves(connection: Connection, reviewer: str, row: Any, entry: dict[str, Any]) -> None:
    """The moved points of a face that is set back are to be seen and mended, not lost."""
    if entry["verdict"] == Verdict.UNREVIEWED and row.decided is not None:
        values = {
            "reviewer": reviewer, "prediction_id": row.shown, "points": row.decided,
            "visibility": row.decided_visibility, "time": now(),
        }  # fmt: skip
        put_draft(connection, row.face_id, values)


def _looked_at(landmark: int, count: int) -> Message:
    one, many = (
        N_("point {landmark} of a face looked at"),
        N_("point {landmark} of {count} faces looked at"),
    )
    return Message(one if count == 1 else many, landmark=landmark + 1, count=count)


def _decided(landmark: int, count: int, decided: int) -> Message:
    return Message(
        N_("{what}, {decided} decided"), what=_looked_at(landmark, count), decided=decided
    )


def _done(count: int, wrong: int, decided: int) -> Message:
    """The sentence for the person."""
    passed = Message.counted(count - wrong, N_("1 point passed."), N_("{count} points passed."))
    marked = Message.counted(wrong, N_("1 marked wrong."), N_("{count} marked wrong."))
    faces = Message.counted(
        decided,
        N_("1 face is decided by it."),
        N_("{count} faces are decided by it."),
    )
    return Message.join(passed, marked if wrong else None, faces if decided else None)


_NO_IDS = np.empty(0, np.int64)
_waiting = (StateRow.offered, StateRow.prediction_id.is_not(None))
_COUNT = select(func.count()).select_from(StateRow).where(*_waiting)
_bytes = LargeBinary()
_WAITING = (
    select(
        StateRow.face_id, StateRow.prediction_id,
        case(
            (PredictionRow.errors.is_not(None), type_coerce(PredictionRow.errors, _bytes)),
            else_=type_coerce(PredictionRow.scores, _bytes),
        ),
        PredictionRow.errors.is_(None),
    )
    .join(PredictionRow, PredictionRow.id == StateRow.prediction_id)
    .where(*_waiting)
)  # fmt: skip
_MARK_COLUMNS = (
    StateRow.face_id, StateRow.verdict, StateRow.flag, StateRow.entry_id,
    StateRow.prediction_id.label("shown"), PredictionRow.points.label("proposed"),
    DraftRow.points.label("draft"), DraftRow.visibility.label("draft_visibility"),
    LandmarkCheckRow.prediction_id.label("prediction_id"), LandmarkCheckRow.marks,
    LandmarkCheckRow.points.label("looked_at"),
    EntryRow.points.label("decided"), EntryRow.visibility.label("decided_visibility"), EntryRow.box,
)  # fmt: skip
_FACES = (
    select(*_MARK_COLUMNS)
    .select_from(StateRow)
    .join(PredictionRow, PredictionRow.id == StateRow.prediction_id)
    .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
    .outerjoin(DraftRow, DraftRow.face_id == StateRow.face_id)
    .outerjoin(LandmarkCheckRow, LandmarkCheckRow.face_id == StateRow.face_id)
    .where(StateRow.face_id.in_(id_list("ids")), StateRow.verdict != Verdict.REMOVED)
)  # fmt: skip


def _marked(query: Select[*tuple[Any, ...]]) -> Any:
    """Of the faces of a query, those with marks or moved points."""
    chosen = query.with_only_columns(StateRow.face_id)
    either = select(LandmarkCheckRow.face_id).union_all(select(DraftRow.face_id)).subquery()
    return (
        select(*_MARK_COLUMNS)
        .select_from(StateRow)
        .join(PredictionRow, PredictionRow.id == StateRow.prediction_id)
        .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
        .outerjoin(DraftRow, DraftRow.face_id == StateRow.face_id)
        .outerjoin(LandmarkCheckRow, LandmarkCheckRow.face_id == StateRow.face_id)
        .where(
            StateRow.face_id.in_(select(either.c.face_id)),
            StateRow.face_id.in_(chosen) if query is not _WAITING else literal(True),
        )
    )  # fmt: skip
