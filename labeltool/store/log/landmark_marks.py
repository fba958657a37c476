"""What a person said of single landmarks of proposals, and how undo takes it back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import JSON, Connection, ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from labeltool.domain import Points
from labeltool.store.arrays.array_types import PointsType, VisibilityType
from labeltool.store.arrays.layouts import in_use
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import Base

UNMARKED, PASSED, WRONG = 0, 1, 2
"""What a person said of a landmark: nothing yet, it is in its place, it is not."""


class LandmarkCheckRow(Base):
    """What a person said of the landmarks of a face; it holds for one proposal.

    `marks` (N,) of UNMARKED, PASSED, WRONG. `points`: the moved landmarks that were looked at, NULL
    where nobody had moved any: a landmark that was moved since has no mark.
    """

    __tablename__ = "landmark_check"
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"), primary_key=True)
    prediction_id: Mapped[int]
    marks: Mapped[NDArray[np.int8]] = mapped_column(VisibilityType)
    points: Mapped[Points | None] = mapped_column(PointsType)


class LandmarkCheckStepRow(Base):
    """The marks of one landmark (its permanent id) that an operation of the log set, for its undo.

    `faces`: face, prediction, mark before and mark after.
    """

    __tablename__ = "landmark_check_step"
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"), primary_key=True)
    landmark: Mapped[int]
    faces: Mapped[list[list[int]]] = mapped_column(JSON)


def step_marks(connection: Connection, operation: int, *, back: bool) -> frozenset[int]:
    """Take back the marks that an operation set, or set them again; returns their faces.

    A face that has another proposal or mark since stays as it is.
    """
    step = connection.execute(
        select(LandmarkCheckStepRow.landmark, LandmarkCheckStepRow.faces).where(
            LandmarkCheckStepRow.operation_id == operation
        )
    ).one_or_none()
    layouts = in_use()
    place = () if step is None or layouts is None else layouts.places_of([step.landmark])
    if step is None or not place:  # or the landmark was removed since
        return frozenset()
    faces = [face for face, *_ in step.faces]
    rows: dict[int, Any] = {
        row.face_id: row
        for row in connection.execute(
            select(LandmarkCheckRow).where(LandmarkCheckRow.face_id.in_(id_list(faces)))
        )
    }
    for face, prediction, before, after in step.faces:
        now, then = (after, before) if back else (before, after)
        row = rows.get(face)
        if row is None or row.prediction_id != prediction or row.marks[place[0]] != now:
            continue
        marks = row.marks.copy()
        marks[place[0]] = then
        connection.execute(
            update(LandmarkCheckRow).where(LandmarkCheckRow.face_id == face).values(marks=marks)
        )
    return frozenset(faces)
