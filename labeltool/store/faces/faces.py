"""Faces, their proposals and pseudo-labels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    insert,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from labeltool.domain import (
    Box,
    Card,
    Decision,
    Face,
    LeftOut,
    Points,
    PredictedFace,
    Prediction,
    Verdict,
)
from labeltool.store.arrays.array_types import layout_number
from labeltool.store.arrays.layouts import in_use
from labeltool.store.database.counters import total
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.finding_schema import FindingRow
from labeltool.store.database.schema import (
    CalibrationRow,
    DraftRow,
    EntryRow,
    FaceCounterRow,
    FaceRow,
    ModelRow,
    OperationRow,
    PhotoRow,
    PredictionRow,
    ProjectRow,
    RootRow,
    RoundRow,
    StateRow,
)
from labeltool.store.faces.face_cards import read_cards
from labeltool.store.faces.predicted_faces import read_predicted
from labeltool.store.log.face_state import REVIEWER


class Faces:
    """Faces with their current state, and what was proposed for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest_id(self) -> int:
        """The id of the newest face; 0 without faces."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(FaceRow.id))) or 0

    def add(
        self, faces: Sequence[tuple[int, Box, str]], *, by_operation: bool = False
    ) -> list[int]:
        """Add (photo, box, kind) in one transaction; returns the ids in order.

        `by_operation`: they are removed (Verdict.REMOVED) until an operation gives them an entry.
        """
        with self._database.write() as connection:
            return add_faces(
                connection, [(*face, None) for face in faces], by_operation=by_operation
            )

    def boxes(
        self, *, with_removed: bool = False
    ) -> list[tuple[int, int, Box, str, str, str | None]]:
        """Every face: id, photo id, box, kind of box, verdict, digest of its prediction's model."""
        kept = StateRow.verdict != Verdict.REMOVED
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    FaceRow.id, FaceRow.photo_id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h,
                    FaceRow.kind, StateRow.verdict, ModelRow.digest,
                )
                .join(StateRow, StateRow.face_id == FaceRow.id)
                .outerjoin(ModelRow, ModelRow.id == StateRow.model_id)
                .where(true() if with_removed else kept)
                .order_by(FaceRow.id)
            )  # fmt: skip
            # each row brings its texts anew, and few of them differ
            return [
                (r[0], r[1], (r[2], r[3], r[4], r[5]), intern(r[6]), intern(r[7]), _interned(r[8]))
                for r in rows
            ]

    def count_unpredicted(self) -> int:
        """How many unreviewed faces have no proposal."""
        with self._database.read() as connection:
            return int(connection.scalar(_COUNT_UNPREDICTED) or 0)

    def count_pseudo_labels(self, not_model: str) -> int:
        """How many unreviewed faces without a flag have a proposal of a model other than
        `not_model` (a name)."""
        with self._database.read() as connection:
            return int(connection.scalar(_COUNT_PSEUDO_LABELS, {"name": not_model}) or 0)

    def count_left_out(self, not_model: str) -> dict[str, int]:
        """How many faces no training uses, by LeftOut, whatever it measures by and needs."""
        with self._database.read() as connection:
            counts = connection.execute(_COUNT_LEFT_OUT, {"name": not_model}).one()._mapping
        return {str(reason): int(counts[reason]) for reason in counts}

    def pseudo_labels(
        self, not_model: str, limit: int, without: Collection[int] = ()
    ) -> list[tuple[int, Points]]:
        """Up to `limit` pseudo-labels, the most confident first: face id and landmarks, (N, 2).

        They are the proposals for unreviewed faces without a flag, except those of the model
        `not_model` and those for the faces `without`.
        """
        query = _pseudo(not_model).where(StateRow.face_id.not_in(id_list("without")))
        query = query.order_by(StateRow.score.desc(), StateRow.face_id).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(query, {"without": sorted(without)})
            return [(row.face_id, row.points) for row in rows]

    def get(self, face_id: int) -> Face | None:
        """One face with everything that a view shows; None if there is no such face."""
        with self._database.read() as connection:
            row = connection.execute(_FACE, {"face": face_id}).one_or_none()
            return None if row is None else _face(row)

    def photo_files(self, ids: Sequence[int]) -> list[Path]:
        """The photo of each face, in the order of `ids`; unknown faces are left out."""
        with self._database.read() as connection:
            rows = connection.execute(_FILES, {"ids": list(ids)})
            found = {row.id: Path(row.root) / row.path for row in rows}
        return [found[i] for i in ids if i in found]

    def recent_proposals(self, count: int) -> list[Points]:
        """Landmarks of the newest `count` proposals, (N, 2) each."""
        with self._database.read() as connection:
            query = (
                select(PredictionRow.points)
                .join(RoundRow, RoundRow.id == PredictionRow.round_id)
                .join(StateRow, StateRow.face_id == PredictionRow.face_id)
                .where(RoundRow.sequence.is_not(None), StateRow.verdict != Verdict.REMOVED)
                .order_by(PredictionRow.id.desc())
                .limit(count)
            )
            return list(connection.scalars(query))

    def previous_proposal(self, face_id: int, prediction_id: int) -> Points | None:
        """The landmarks that were proposed before one of a face's predictions; None if not kept."""
        earlier, judged = aliased(RoundRow), aliased(PredictionRow)
        sequence = (
            select(RoundRow.sequence)
            .join(judged, judged.round_id == RoundRow.id)
            .where(judged.id == prediction_id)
            .scalar_subquery()
        )
        query = (
            select(PredictionRow.points)
            .join(earlier, earlier.id == PredictionRow.round_id)
            .where(PredictionRow.face_id == face_id, earlier.sequence < sequence)
            .order_by(earlier.sequence.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.scalar(query)

    def cards(self, ids: Sequence[int]) -> dict[int, Card]:
        """The cards of these faces for the gallery, by face id."""
        with self._database.read() as connection:
            return read_cards(connection, ids)

    def predicted(self, ids: Sequence[int]) -> list[PredictedFace]:
        """Those of these faces that have a prediction, in the order of `ids`."""
        with self._database.read() as connection:
            return read_predicted(connection, ids)


def _pseudo(not_model: str) -> Select[int, Points]:
    return (
        select(StateRow.face_id, PredictionRow.points)
        .join(PredictionRow, PredictionRow.id == StateRow.prediction_id)
        .join(ModelRow, ModelRow.id == StateRow.model_id)
        .where(StateRow.verdict == Verdict.UNREVIEWED, ~StateRow.flag, ModelRow.name != not_model)
    )


def add_faces(
    connection: Connection,
    faces: Sequence[tuple[int, Box, str, float | None]],
    *,
    by_operation: bool = False,
) -> list[int]:
    """Add (photo, box, kind, confidence); returns the ids in order. See `Faces.add`."""
    if not faces:
        return []
    first = (connection.scalar(select(func.max(FaceRow.id))) or 0) + 1
    rows = [
        {
            "id": first + k,
            "photo_id": photo,
            "kind": kind,
            "confidence": confidence,
            "by_operation": by_operation,
        }
        | dict(zip("xywh", map(float, box), strict=True))
        for k, (photo, box, kind, confidence) in enumerate(faces)
    ]
    connection.execute(insert(FaceRow), rows)
    connection.execute(_ADD_STATES, {"first": first})
    return list(range(first, first + len(rows)))


# Built once, because they run for every face shown, and building one takes longer than running it.
_ADD_STATES = insert(StateRow).from_select(
    ["face_id", "photo_id", "folder_id", "verdict", "flag", "offered"],
    select(
        FaceRow.id, PhotoRow.id, PhotoRow.folder_id,
        case((FaceRow.by_operation, str(Verdict.REMOVED)), else_=str(Verdict.UNREVIEWED)),
        false(), false(),
    )
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .where(FaceRow.id >= bindparam("first"))
    .order_by(FaceRow.id),
)  # fmt: skip
_COUNT_UNPREDICTED = select(total(FaceCounterRow.faces)).where(
    FaceCounterRow.verdict == Verdict.UNREVIEWED, FaceCounterRow.round_id == 0
)
_COUNT_PSEUDO_LABELS = (
    select(total(FaceCounterRow.faces))
    .join(RoundRow, RoundRow.id == FaceCounterRow.round_id)
    .join(ModelRow, ModelRow.id == RoundRow.model_id)
    .where(
        FaceCounterRow.verdict == Verdict.UNREVIEWED,
        ~FaceCounterRow.flag,
        ModelRow.name != bindparam("name"),
    )
)
_HAS_NONE = or_(ModelRow.name.is_(None), ModelRow.name == bindparam("name"))
_UNREVIEWED = FaceCounterRow.verdict == Verdict.UNREVIEWED
_COUNT_LEFT_OUT = (
    select(
        *(
            total(FaceCounterRow.faces, condition).label(str(reason))
            for reason, condition in (
                (LeftOut.REJECTED, FaceCounterRow.verdict == Verdict.REJECTED),
                (LeftOut.EXCLUDED, FaceCounterRow.verdict == Verdict.EXCLUDED),
                (LeftOut.FLAGGED, and_(_UNREVIEWED, FaceCounterRow.flag)),
                (LeftOut.NO_PROPOSAL, and_(_UNREVIEWED, ~FaceCounterRow.flag, _HAS_NONE)),
            )
        )
    )
    .select_from(FaceCounterRow)
    .outerjoin(RoundRow, RoundRow.id == FaceCounterRow.round_id)
    .outerjoin(ModelRow, ModelRow.id == RoundRow.model_id)
)
_FACE = (  # one statement: each takes some 0.15 ms, and a person waits for it
    select(
        FaceRow.id, FaceRow.photo_id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h,
        FaceRow.kind, PhotoRow.path, PhotoRow.width, PhotoRow.height,
        RootRow.path.label("root"), StateRow.verdict, StateRow.flag, StateRow.offered,
        select(ProjectRow.tolerance).scalar_subquery().label("tolerance"),
        select(FindingRow.face_id).where(FindingRow.face_id == FaceRow.id).exists()
        .label("has_findings"),
        DraftRow.points.label("draft"),
        DraftRow.visibility.label("draft_visibility"),
        DraftRow.prediction_id.label("draft_prediction"),
        PredictionRow.id.label("shown"), PredictionRow.round_id,
        PredictionRow.points.label("proposed"), PredictionRow.scores, PredictionRow.score,
        PredictionRow.spread, PredictionRow.errors, PredictionRow.error, ModelRow.name,
        CalibrationRow.circle_factor, EntryRow.id.label("entry"),
        EntryRow.verdict.label("decided"), EntryRow.prediction_id.label("judged"),
        EntryRow.points.label("decided_points"),
        EntryRow.visibility.label("decided_visibility"),
        REVIEWER, OperationRow.time,
        func.coalesce(
            layout_number(DraftRow.points), StateRow.layout, layout_number(PredictionRow.points)
        ).label("layout"),
    )
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .join(RootRow, RootRow.id == PhotoRow.root_id)
    .join(StateRow, StateRow.face_id == FaceRow.id)
    .outerjoin(DraftRow, DraftRow.face_id == FaceRow.id)
    .outerjoin(
        PredictionRow,
        PredictionRow.id == func.coalesce(DraftRow.prediction_id, StateRow.prediction_id),
    )
    .outerjoin(RoundRow, RoundRow.id == PredictionRow.round_id)
    .outerjoin(ModelRow, ModelRow.id == RoundRow.model_id)
    .outerjoin(CalibrationRow, CalibrationRow.model_id == RoundRow.model_id)
    .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
    .outerjoin(OperationRow, OperationRow.id == EntryRow.operation_id)
    .where(FaceRow.id == bindparam("face"))
)  # fmt: skip
_FILES = (
    select(FaceRow.id, PhotoRow.path, RootRow.path.label("root"))
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .join(RootRow, RootRow.id == PhotoRow.root_id)
    .where(FaceRow.id.in_(id_list("ids")))
)


def _interned(text: str | None) -> str | None:
    return None if text is None else intern(text)


def _face(row: Any) -> Face:
    prediction = decision = None
    if row.shown is not None:
        prediction = Prediction(
            row.shown, row.round_id, row.name or "", row.proposed, row.scores, row.score,
            row.spread, row.errors, row.error, row.circle_factor,
        )  # fmt: skip
    if row.entry is not None:
        decision = Decision(
            Verdict(row.decided), row.reviewer, row.time, row.judged, row.decided_points,
            row.decided_visibility,
        )  # fmt: skip
    return Face(
        id=row.id, photo_id=row.photo_id, photo=Path(row.root) / row.path, name=row.path,
        photo_size=(row.width or 0, row.height or 0), box=(row.x, row.y, row.w, row.h),
        box_kind=row.kind, verdict=Verdict(row.verdict), flag=row.flag, offered=row.offered,
        tolerance=row.tolerance, has_findings=row.has_findings, prediction=prediction,
        decision=decision, draft=row.draft, draft_visibility=row.draft_visibility,
        draft_prediction=row.draft_prediction, missing=_missing(row.layout),
    )  # fmt: skip


def _missing(layout: int | None) -> NDArray[np.bool_] | None:
    """The landmarks of the project that a layout does not know; None for none."""
    layouts = in_use()
    if layout is None or layouts is None or layouts.has_one:
        return None
    lacking = layouts.missing(layout)
    return lacking if lacking.any() else None
