"""The cards of many faces for the gallery, in one query."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from labeltool.domain import FINAL, Card, Verdict
from labeltool.store.database.expressions import id_rows
from labeltool.store.database.schema import (
    DraftRow,
    EntryRow,
    FaceRow,
    PhotoRow,
    PredictionRow,
    ProjectRow,
    RootRow,
    StateRow,
)

_ids = id_rows("ids")
_CARDS = (
    select(
        StateRow.face_id, StateRow.verdict, StateRow.flag, StateRow.offered, StateRow.error,
        FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h, FaceRow.kind, PhotoRow.path,
        RootRow.path.label("root"), PredictionRow.points.label("proposed"), PredictionRow.errors,
        select(ProjectRow.tolerance).scalar_subquery().label("tolerance"),
        EntryRow.points.label("decided"), DraftRow.points.label("draft"),
    )
    .select_from(_ids)
    .join(StateRow, StateRow.face_id == _ids.c.value)
    .join(FaceRow, FaceRow.id == StateRow.face_id)
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .join(RootRow, RootRow.id == PhotoRow.root_id)
    .outerjoin(DraftRow, DraftRow.face_id == StateRow.face_id)
    .outerjoin(
        PredictionRow,
        PredictionRow.id == func.coalesce(DraftRow.prediction_id, StateRow.prediction_id),
    )
    .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
)  # fmt: skip


def read_cards(connection: Connection, ids: Sequence[int]) -> dict[int, Card]:
    """The cards of these faces, without those that do not exist."""
    rows = connection.execute(_CARDS, {"ids": list(ids)})
    return {row.face_id: _card(row) for row in rows}


def _card(row: Any) -> Card:
    verdict = Verdict(row.verdict)
    by_hand = row.draft if row.draft is not None else row.decided if verdict in FINAL else None
    proposed = row.proposed
    points, moved = proposed, None
    if by_hand is not None:
        points = by_hand
        moved = np.ones(len(points), bool) if proposed is None else (points != proposed).any(-1)
    return Card(
        id=row.face_id, photo=Path(row.root) / row.path, name=row.path,
        box=(row.x, row.y, row.w, row.h),
        box_kind=row.kind, verdict=verdict, flag=bool(row.flag), offered=bool(row.offered),
        error=row.error, draft=row.draft is not None, points=points,
        errors=row.errors, tolerance=row.tolerance, moved=moved,
    )  # fmt: skip
