"""The tables of costs, and of acceptances with a guarantee, beside labels and never among them.

A planted judgement shows landmarks that are wrong on purpose. Constraints and triggers keep them
out of everything else: a planted row has no operation, never changes its kind, face or landmarks,
and no entry of the log, draft or prediction may hold the landmarks that it showed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from labeltool.store.arrays.array_types import PointsType
from labeltool.store.database.schema import Base


class AcceptanceRow(Base):
    """A session in which a person looks at random faces of a set before all of it is accepted.

    `settings`: JSON, see `labeltool.trust.settings`. `candidates`: the faces, their proposals and
    groups, see `store.trust.acceptances`. `status`: open, accepted or ended.
    """

    __tablename__ = "acceptance"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'accepted', 'ended')", name="acceptance_status"),
        Index("acceptance_open", "status", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(32), unique=True)
    reviewer: Mapped[str]
    time: Mapped[str]
    seed: Mapped[str]
    settings: Mapped[str]
    groups: Mapped[list[str]] = mapped_column(JSON)
    candidates: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(server_default="open")


class JudgementRow(Base):
    """A face that was shown in an acceptance, and what the person said of it.

    `kind`: real (a draw of the set), planted (shown with a known shift) or repeat (a real one shown
    again). `shift`: of a planted face, in tolerances; `points`: what it showed. `answer`: whether
    the face is right, NULL until said. `operation_id`: the correction of a real face.
    `prediction_id`: the proposal that was shown, which may be deleted later.
    """

    __tablename__ = "judgement"
    __table_args__ = (
        UniqueConstraint("acceptance_id", "number"),
        CheckConstraint("kind IN ('real', 'planted', 'repeat')", name="judgement_kind"),
        CheckConstraint("(kind = 'planted') = (shift IS NOT NULL)", name="judgement_shift"),
        CheckConstraint("(kind = 'planted') = (points IS NOT NULL)", name="judgement_points"),
        CheckConstraint("kind = 'real' OR operation_id IS NULL", name="judgement_no_label"),
        CheckConstraint("operation_id IS NULL OR answer = 0", name="judgement_correction"),
        Index("judgement_face", "face_id", "kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    acceptance_id: Mapped[int] = mapped_column(ForeignKey("acceptance.id"))
    number: Mapped[int]
    token: Mapped[str] = mapped_column(String(32), unique=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"))
    prediction_id: Mapped[int | None]
    kind: Mapped[str]
    shift: Mapped[float | None] = mapped_column(Float)
    points: Mapped[NDArray[np.float64] | None] = mapped_column(PointsType)
    answer: Mapped[bool | None] = mapped_column(Boolean)
    time: Mapped[str | None]
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operation.id"))


class CertificateRow(Base):
    """What an acceptance certifies. `document`: its JSON, compressed by zlib. `digest`: SHA-256 of
    the JSON."""

    __tablename__ = "certificate"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    acceptance_id: Mapped[int] = mapped_column(ForeignKey("acceptance.id"), unique=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"))
    time: Mapped[str]
    document: Mapped[bytes] = mapped_column(LargeBinary)


class AdjustmentRow(Base):
    """How the proposals of a round were adjusted, see `pipnet.calibration.adjustment`.

    `round_id`: the first round that holds them. `operation_id`: what offered them. `content`: see
    `labeltool.rounds.proposals.adjusting`.
    """

    __tablename__ = "adjustment"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary)


_IS_PLANTED = (
    "new.points IS NOT NULL AND EXISTS (SELECT 1 FROM judgement WHERE kind = 'planted' "
    "AND face_id = new.face_id AND points = new.points)"
)
_REFUSED = "SELECT RAISE(ABORT, 'planted landmarks are no label');"

TRUST_TRIGGERS = (
    *(
        f"""CREATE TRIGGER {table}_not_planted_{event.split()[0].lower()}
BEFORE {event} ON {table} WHEN {_IS_PLANTED} BEGIN {_REFUSED} END"""
        for table in ("entry", "draft", "prediction")
        for event in ("INSERT", "UPDATE OF points, face_id")
    ),
    """CREATE TRIGGER judgement_stays BEFORE UPDATE OF acceptance_id, number, token, face_id,
prediction_id, kind, shift, points ON judgement
BEGIN SELECT RAISE(ABORT, 'what was shown cannot change'); END""",
    """CREATE TRIGGER judgement_answered BEFORE UPDATE OF answer ON judgement
WHEN old.answer IS NOT NULL AND new.answer IS NOT old.answer
AND (new.answer IS NOT NULL OR EXISTS (SELECT 1 FROM judgement WHERE answer IS NOT NULL
AND acceptance_id = old.acceptance_id AND number > old.number))
BEGIN SELECT RAISE(ABORT, 'only the last judgement can be taken back'); END""",
    """CREATE TRIGGER judgement_kept BEFORE DELETE ON judgement
BEGIN SELECT RAISE(ABORT, 'a judgement cannot be deleted'); END""",
)
"""Statements that keep planted landmarks out of the log, drafts and predictions, and judgements as
they were."""


class CostRow(Base):
    """What one decision on a face cost: active `seconds`, moves of points, and the `pixels` of the
    photo that the point of each move went which went farthest."""

    __tablename__ = "cost"
    __table_args__ = (Index("cost_reviewer", "reviewer", "time"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"))
    reviewer: Mapped[str]
    time: Mapped[str]
    seconds: Mapped[float] = mapped_column(Float)
    drags: Mapped[int]
    pixels: Mapped[float] = mapped_column(Float)


class UnmeasuredReviewerRow(Base):
    """A reviewer who does not want to be measured."""

    __tablename__ = "unmeasured_reviewer"
    reviewer: Mapped[str] = mapped_column(primary_key=True)
