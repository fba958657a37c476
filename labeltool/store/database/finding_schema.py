"""The tables of findings, and of which faces were checked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from labeltool.store.arrays.array_types import PointsType
from labeltool.store.database.schema import Base


class FindingRow(Base):
    """What a check found on a face as it is now: triggers delete it when the entry or the
    prediction of the face changes, or those of the face that it doubles (`other`).

    `landmarks`: their permanent ids, as JSON. `mended`: the landmarks as the fix leaves them.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("finding_check", "check", "ignored", "face_id"),
        Index("finding_other", "other"),
        {"sqlite_with_rowid": False},
    )
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"), primary_key=True)
    check: Mapped[str] = mapped_column(primary_key=True)
    landmarks: Mapped[str]
    ignored: Mapped[bool]
    other: Mapped[int | None] = mapped_column(ForeignKey("face.id"))
    mended: Mapped[NDArray[np.float64] | None] = mapped_column(PointsType)


class CheckedRow(Base):
    """A face that was checked as it is now. `basis`: how much was known then of what is usual, see
    `labeltool.project.face_checks`; faces are checked again once more is known."""

    __tablename__ = "checked"
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"), primary_key=True)
    basis: Mapped[int]


class IgnoredFindingRow(Base):
    """A finding that a person said to ignore on one face; other landmarks make it another one."""

    __tablename__ = "ignored_finding"
    __table_args__ = ({"sqlite_with_rowid": False},)
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"), primary_key=True)
    check: Mapped[str] = mapped_column(primary_key=True)
    landmarks: Mapped[str] = mapped_column(primary_key=True)
    reviewer: Mapped[str]
    time: Mapped[str]
