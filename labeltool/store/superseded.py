"""Predictions that nothing needs any more: newer rounds superseded them, or theirs was deleted."""

from __future__ import annotations

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.orm import aliased

from labeltool.domain import RoundKind
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    DraftRow,
    DraftStepRow,
    EntryRow,
    PredictionRow,
    RoundRow,
    StateRow,
)

_newer_trainings = aliased(RoundRow)
_second_newest_training = (
    select(_newer_trainings.sequence)
    .where(_newer_trainings.kind == RoundKind.TRAIN, _newer_trainings.sequence.is_not(None))
    .order_by(_newer_trainings.sequence.desc())
    .limit(1)
    .offset(1)
    .scalar_subquery()
)
UNNEEDED = (
    ~select(StateRow.face_id)
    .where(StateRow.face_id == PredictionRow.face_id, StateRow.prediction_id == PredictionRow.id)
    .exists(),
    ~select(EntryRow.prediction_id).where(EntryRow.prediction_id == PredictionRow.id).exists(),
    ~select(DraftRow.face_id)
    .where(DraftRow.face_id == PredictionRow.face_id, DraftRow.prediction_id == PredictionRow.id)
    .exists(),
    ~select(DraftStepRow.id)
    .where(
        DraftStepRow.face_id == PredictionRow.face_id,
        PredictionRow.id.in_((DraftStepRow.before_prediction, DraftStepRow.after_prediction)),
    )
    .exists(),
)
"""The conditions of a prediction that is not shown, and that nothing refers to."""

_SUPERSEDED = (
    select(PredictionRow.id)
    .join(RoundRow, RoundRow.id == PredictionRow.round_id)
    .where(
        RoundRow.kind != RoundKind.IMPORT, RoundRow.sequence < _second_newest_training, *UNNEEDED
    )
)
"""Predictions that nothing shows or needs any more, see `prune`."""

_OF_ROUND = select(PredictionRow.id).where(PredictionRow.round_id == bindparam("round"), *UNNEEDED)


def prune(database: Database, batch: int) -> int:
    """Delete up to `batch` of them; returns how many there were. See `Rounds.prune`."""
    return _delete(database, _SUPERSEDED, batch, {})


def discard(database: Database, round_id: int, batch: int) -> int:
    """Delete up to `batch` predictions of a round; returns how many there were. See
    `Rounds.discard_predictions`."""
    return _delete(database, _OF_ROUND, batch, {"round": round_id})


def _delete(database: Database, unneeded: Select[int], batch: int, values: dict[str, int]) -> int:
    # searched without the write lock, because old rounds have many judged predictions
    with database.read() as connection:
        old = list(connection.scalars(unneeded.limit(batch), values))
    if not old:
        return 0
    with database.write() as connection:
        still = unneeded.where(PredictionRow.id.in_(id_list(old)))
        gone = delete(PredictionRow).where(PredictionRow.id.in_(still))
        return int(connection.execute(gone, values).rowcount)
