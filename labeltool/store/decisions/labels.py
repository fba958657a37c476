"""The manual labels of a project, to be written: which there are, then some of them at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from labeltool.domain import FINAL, Points, Verdict, Visibility
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_rows
from labeltool.store.database.schema import EntryRow, PredictionRow, RoundRow, StateRow


class Label(NamedTuple):
    """A face's landmarks. `reviewer`: who decided, or the file whose label it is. `round`: the
    number of the training whose network proposed it, None if none did."""

    face: int
    verdict: Verdict
    points: Points
    visibility: Visibility | None
    reviewer: str
    round: int | None


class Labels:
    """Reads labels; a hundred thousand of them at once would not fit some memories."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def faces(self) -> list[tuple[int, int, Verdict]]:
        """Face, photo and verdict of every label, those of one photo one after the other."""
        with self._database.read() as connection:
            rows = connection.execute(_FACES)
            return [(row.face_id, row.photo_id, Verdict(row.verdict)) for row in rows]

    def all(self) -> list[Label]:
        """Every label, in the order of the faces."""
        return self.of(sorted(face for face, _photo, _verdict in self.faces()))

    def of(self, faces: Sequence[int]) -> list[Label]:
        """The labels of those of these faces that have one, in the order of `faces`."""
        with self._database.read() as connection:
            rows = connection.execute(_LABELS, {"ids": list(faces)})
            labels = (Label(row[0], Verdict(row[1]), *row[2:]) for row in rows)
            found = {label.face: label for label in labels if label.verdict in FINAL}
        return [found[face] for face in faces if face in found]


_FACES = (
    select(StateRow.face_id, StateRow.photo_id, StateRow.verdict)
    .where(StateRow.verdict.in_(FINAL))
    .order_by(StateRow.photo_id, StateRow.face_id)
)
_ids = id_rows("ids")
_LABELS = (
    select(
        StateRow.face_id, StateRow.verdict, func.coalesce(EntryRow.points, PredictionRow.points),
        EntryRow.visibility, func.coalesce(StateRow.reviewer, ""), func.nullif(RoundRow.number, 0),
    )
    .select_from(_ids)
    .join(StateRow, StateRow.face_id == _ids.c.value)
    .join(EntryRow, EntryRow.id == StateRow.entry_id)
    .outerjoin(PredictionRow, PredictionRow.id == EntryRow.prediction_id)
    .outerjoin(RoundRow, RoundRow.id == PredictionRow.round_id)
)  # fmt: skip
# no condition on the verdict: SQLite would go through all labels by it, for each part again
