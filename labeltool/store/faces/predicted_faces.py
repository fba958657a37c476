"""Faces with the prediction that each shows now, many in one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from labeltool.domain import PredictedFace, Prediction, Verdict
from labeltool.store.database.expressions import id_rows
from labeltool.store.database.schema import (
    CalibrationRow,
    FaceRow,
    ModelRow,
    PredictionRow,
    RoundRow,
    StateRow,
)

_ids = id_rows("ids")
_PREDICTED = (
    select(
        StateRow.face_id, StateRow.verdict, FaceRow.photo_id, FaceRow.x, FaceRow.y, FaceRow.w,
        FaceRow.h, FaceRow.kind, PredictionRow.id, PredictionRow.round_id, PredictionRow.points,
        PredictionRow.scores, PredictionRow.score, PredictionRow.spread, PredictionRow.errors,
        PredictionRow.error, ModelRow.name, CalibrationRow.circle_factor,
    )
    .select_from(_ids)
    .join(StateRow, StateRow.face_id == _ids.c.value)
    .join(FaceRow, FaceRow.id == StateRow.face_id)
    .join(PredictionRow, PredictionRow.id == StateRow.prediction_id)
    .join(RoundRow, RoundRow.id == PredictionRow.round_id)
    .outerjoin(ModelRow, ModelRow.id == RoundRow.model_id)
    .outerjoin(CalibrationRow, CalibrationRow.model_id == RoundRow.model_id)
)  # fmt: skip


def read_predicted(connection: Connection, ids: Sequence[int]) -> list[PredictedFace]:
    """Those of these faces that have a prediction, in the order of `ids`."""
    rows = connection.execute(_PREDICTED, {"ids": list(ids)})
    found = {row.face_id: _predicted(row) for row in rows}
    return [found[face] for face in ids if face in found]


def _predicted(row: Any) -> PredictedFace:
    prediction = Prediction(
        row.id, row.round_id, row.name or "", row.points, row.scores, row.score, row.spread,
        row.errors, row.error, row.circle_factor,
    )  # fmt: skip
    box = (row.x, row.y, row.w, row.h)
    return PredictedFace(row.face_id, row.photo_id, box, row.kind, Verdict(row.verdict), prediction)
