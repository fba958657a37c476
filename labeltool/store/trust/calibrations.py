"""The error models of a project's networks, and labels that their circles can be checked by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, select, union

from labeltool.domain import FINAL, Calibration, Points
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import (
    AuditRow,
    CalibrationRow,
    EntryRow,
    PredictionRow,
    RoundRow,
    StateRow,
)
from labeltool.store.database.trust_schema import JudgementRow
from labeltool.store.log.operation_log import now


class JudgedFace(NamedTuple):
    """A label, and the proposal that it was given on, or beside: `truth` and `points` (N, 2)
    pixels; `errors` (N,) expected, shares of the norm."""

    face_id: int
    points: Points
    truth: Points
    errors: NDArray[np.float32]


class Calibrations:
    """The calibration of each model that has one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, round_id: int, content: str, *, faces: int, circle_factor: float, is_own: bool
    ) -> None:
        """Save the calibration of a round's model, whose predictions carry its expected errors; one
        that the model has stays.

        Args:
            content: the JSON. faces, circle_factor, is_own: see `Calibration`.
        """
        with self._database.write() as connection:
            model = connection.scalar(select(RoundRow.model_id).where(RoundRow.id == round_id))
            row = {
                "model_id": model, "content": content, "faces": faces,
                "circle_factor": circle_factor, "is_own": is_own, "time": now(),
            }  # fmt: skip
            if model is not None:
                connection.execute(dialect_of(connection).insert_or_ignore(CalibrationRow), [row])

    def of_round(self, round_id: int) -> Calibration | None:
        """The calibration of a round's model; None if it has none."""
        with self._database.read() as connection:
            row = connection.execute(_OF_ROUND, {"round": round_id}).first()
            return None if row is None else Calibration(*row)

    def judged(self, round_id: int) -> list[JudgedFace]:
        """The faces drawn at random that have a label and show a proposal of this round's model:
        audit faces, and those that a person judged for a guarantee. That network has not seen their
        labels. Wrong faces that nobody corrected have none, so that their errors are not counted.
        """
        with self._database.read() as connection:
            rows = connection.execute(_JUDGED, {"round": round_id})
            return [
                JudgedFace(face, points, truth, errors)
                for face, points, truth, errors in rows
                if errors is not None
            ]


_MODEL = select(RoundRow.model_id).where(RoundRow.id == bindparam("round")).scalar_subquery()
_OF_ROUND = select(
    CalibrationRow.content, CalibrationRow.faces, CalibrationRow.circle_factor,
    CalibrationRow.is_own, CalibrationRow.time,
).where(CalibrationRow.model_id == _MODEL)  # fmt: skip
_DRAWN = union(
    select(AuditRow.face_id),
    select(JudgementRow.face_id).where(
        JudgementRow.kind == "real", JudgementRow.answer.is_not(None)
    ),
).subquery()
_JUDGED = (
    select(
        StateRow.face_id, PredictionRow.points,
        func.coalesce(EntryRow.points, PredictionRow.points), PredictionRow.errors,
    )
    .select_from(_DRAWN)
    .join(StateRow, StateRow.face_id == _DRAWN.c.face_id)
    .join(EntryRow, EntryRow.id == StateRow.entry_id)
    .join(PredictionRow, PredictionRow.id == StateRow.prediction_id)
    .where(
        StateRow.verdict.in_(FINAL),
        StateRow.model_id == _MODEL,
        PredictionRow.errors.is_not(None),
    )
    .order_by(StateRow.face_id)
)  # fmt: skip
