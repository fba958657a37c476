"""The tables.

Until the first release a change here needs nothing else: new projects are made from these
classes. Afterwards it also needs a migration in `migrations/versions`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    Float,
    ForeignKey,
    Index,
    String,
    TypeDecorator,
    UniqueConstraint,
    column,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from labeltool.domain import Message
from labeltool.domain.tolerance import DEFAULT_TOLERANCE
from labeltool.store.arrays.array_types import PointsType, ScoresType, VisibilityType

SCHEMA = 1
"""The number of the newest migration."""


class Base(DeclarativeBase):
    """Base of the table classes."""


class MessageType(TypeDecorator[Message]):
    """A Message as JSON: its template and values."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Message | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else value.to_json()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Message | None:
        """From the database."""
        return None if value is None else Message.from_json(value)


class ProjectRow(Base):
    """One row: what the project is. `scheme_id`: the scheme in force. `tolerance`: see
    `labeltool.domain.tolerance`."""

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(32))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"))
    created: Mapped[str]
    tolerance: Mapped[float] = mapped_column(Float, server_default=str(DEFAULT_TOLERANCE))


class LayoutRow(Base):
    """Which landmarks arrays hold: `landmarks` are their ids, see `store.arrays.layouts`."""

    __tablename__ = "layout"
    id: Mapped[int] = mapped_column(primary_key=True)
    landmarks: Mapped[str] = mapped_column(unique=True)


class SchemeRow(Base):
    """A version of the landmark scheme; rows are only ever added.

    `operation_id`: what made it, from the version `previous`; NULL for the one that the project was
    made with. `content`: the scheme as JSON. `layout_id`: the landmarks by their permanent ids.
    """

    __tablename__ = "scheme"
    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operation.id"), unique=True)
    previous: Mapped[int | None] = mapped_column(ForeignKey("scheme.id"))
    layout_id: Mapped[int] = mapped_column(ForeignKey("layout.id"))
    content: Mapped[str]


class VersionRow(Base):
    """One row: the number of the newest migration that the file has had; alembic's own table."""

    __tablename__ = "alembic_version"
    version_num: Mapped[str] = mapped_column(String(32), primary_key=True)


class RootRow(Base):
    """A folder of photos, which stay where they are.

    Triggers count its photos, those with a `problem`, and those not searched for faces yet
    (`waiting`).
    """

    __tablename__ = "root"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    photos: Mapped[int] = mapped_column(server_default="0")
    problems: Mapped[int] = mapped_column(server_default="0")
    waiting: Mapped[int] = mapped_column(server_default="0")


class FolderRow(Base):
    """A folder that holds photos. `path`: the id of its root, then its path below the root.

    Triggers count its `faces`, and those of them that wait for a decision (`todo`).
    """

    __tablename__ = "folder"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    faces: Mapped[int] = mapped_column(server_default="0")
    todo: Mapped[int] = mapped_column(server_default="0")


class PhotoRow(Base):
    """A photo. `searched`: face detection ran on it. `problem`: why it cannot be used now.

    `bytes`, `modified` (nanoseconds since 1970, NULL if unknown), `sha256`, `width` and `height`
    describe the file at the time when its faces were detected or labelled. `fingerprint`: the
    perceptual hash, 64 bits as a signed number, which near-duplicates nearly share.
    `search`: the path as the file name search compares it (`search_text`).
    """

    __tablename__ = "photo"
    __table_args__ = (
        Index("photo_file", "root_id", "path", unique=True),
        Index("photo_todo", "searched", "id"),
        Index("photo_path", "path", "id"),
        Index("photo_search", "search"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("root.id"))
    path: Mapped[str]
    bytes: Mapped[int]
    modified: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    fingerprint: Mapped[int | None] = mapped_column(BigInteger)
    searched: Mapped[bool]
    problem: Mapped[Message | None] = mapped_column(MessageType)
    folder_id: Mapped[int] = mapped_column(ForeignKey("folder.id"))
    search: Mapped[str]


class FaceRow(Base):
    """A face of a photo and its box. `first_box`: x, y, w, h and kind of its original box, set when
    a person changes it. `by_operation`: added by an operation of the log, so that without an entry
    the face counts as removed (Verdict.REMOVED)."""

    __tablename__ = "face"
    __table_args__ = (Index("face_photo", "photo_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"))
    x: Mapped[float]
    y: Mapped[float]
    w: Mapped[float]
    h: Mapped[float]
    kind: Mapped[str]
    confidence: Mapped[float | None]
    first_box: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    by_operation: Mapped[bool] = mapped_column(server_default="0")


class ModelRow(Base):
    """One row for each set of weights or imported file: scores of one model can be compared."""

    __tablename__ = "model"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)


class CalibrationRow(Base):
    """The error model that a model's expected errors come from.

    `content`: its JSON (`pipnet.calibration`). `faces`: how many faces its circles rest on.
    `circle_factor`: a circle's radius over the expected error. `is_own`: it was fitted on faces
    that this very network has not seen; else it is that of the network it was trained from.
    """

    __tablename__ = "calibration"
    model_id: Mapped[int] = mapped_column(ForeignKey("model.id"), primary_key=True)
    content: Mapped[str]
    faces: Mapped[int]
    circle_factor: Mapped[float] = mapped_column(Float)
    is_own: Mapped[bool]
    time: Mapped[str]


class RoundRow(Base):
    """One run. `sequence`: a face shows the prediction of the round with the highest one; NULL
    while a round's results are not visible. `lease`, `lease_until`: which process saves its
    results. `needs_refresh`: the state of some of its faces is not up to date yet. `promoted`:
    whether the network of a training was taken into use. `name`, `note`: the user's."""

    __tablename__ = "round"
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str]
    number: Mapped[int]
    model_id: Mapped[int | None] = mapped_column(ForeignKey("model.id"))
    task: Mapped[str]
    status: Mapped[str]
    sequence: Mapped[int | None]
    folder: Mapped[str]
    started: Mapped[str]
    finished: Mapped[str | None]
    error: Mapped[Message | None] = mapped_column(MessageType)
    summary: Mapped[str]
    lease: Mapped[str | None]
    lease_until: Mapped[float | None]
    needs_refresh: Mapped[bool] = mapped_column(server_default="0")
    promoted: Mapped[bool] = mapped_column(server_default="0")
    name: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")


class PredictionRow(Base):
    """What a round proposes for a face. `change`: mean distance of the landmarks from those of the
    proposal shown before, as a fraction of the face's size; NULL for a first one. `errors` and
    `error`: expected errors of the landmarks and of the face, shares of the scheme's norm; NULL
    where no error model belongs to the model."""

    __tablename__ = "prediction"
    __table_args__ = (UniqueConstraint("round_id", "face_id"), Index("prediction_face", "face_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    points: Mapped[NDArray[np.float64]] = mapped_column(PointsType)
    scores: Mapped[NDArray[np.float32]] = mapped_column(ScoresType)
    score: Mapped[float] = mapped_column(Float)
    spread: Mapped[float] = mapped_column(Float)
    change: Mapped[float | None] = mapped_column(Float)
    errors: Mapped[NDArray[np.float32] | None] = mapped_column(ScoresType)
    error: Mapped[float | None] = mapped_column(Float)


class OperationRow(Base):
    """The log: what was done, by whom, when. Rows are only ever added.

    `kind`: decide, flag, import, proposals, draw, box, scheme, restore, rollback, revert, undo or
    redo.
    `target`: the operation that was reverted, undone or redone. `round_id`: whose proposals it
    brought, or rolled back to. `source`: the file whose labels it took, which counts as their
    reviewer; `reviewer` is who imported it.
    The last four columns are each reviewer's undo and redo stacks as linked lists: `undo_top` and
    `redo_top` after this operation, and what lies below it on its stack.
    """

    __tablename__ = "operation"
    __table_args__ = (Index("operation_reviewer", "reviewer", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(32), unique=True)
    reviewer: Mapped[str]
    time: Mapped[str]
    kind: Mapped[str]
    description: Mapped[Message] = mapped_column(MessageType)
    faces: Mapped[int]
    target: Mapped[int | None] = mapped_column(ForeignKey("operation.id"))
    source: Mapped[str | None]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))
    undo_top: Mapped[int | None]
    undo_below: Mapped[int | None]
    redo_top: Mapped[int | None]
    redo_below: Mapped[int | None]


class RaisedRow(Base):
    """A round that a rollback raised above all others: its sequence `before` and `after`.

    Several rounds hold the proposals of one network: its own, and predictions of later photos.
    """

    __tablename__ = "raised"
    __table_args__ = ({"sqlite_with_rowid": False},)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    before: Mapped[int]
    after: Mapped[int]


class EntryRow(Base):
    """What an operation made of a face. Rows are only ever added; the newest one of a face holds.

    `effect`: the operation whose doing this state is (for an undo, the one before). `previous`: the
    face's entry before. `points` only where they differ from the prediction's. `box`: x, y, w, h
    and kind, NULL for the box that the face came with.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index("entry_face", "face_id", "id"),
        UniqueConstraint("operation_id", "face_id"),
        Index("entry_prediction", "prediction_id"),
        Index("entry_visibility", "id", sqlite_where=column("visibility").is_not(None)),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"))
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"))
    effect: Mapped[int | None]
    previous: Mapped[int | None]
    verdict: Mapped[str]
    flag: Mapped[bool]
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("prediction.id"))
    points: Mapped[NDArray[np.float64] | None] = mapped_column(PointsType)
    visibility: Mapped[NDArray[np.int8] | None] = mapped_column(VisibilityType)
    box: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class StateRow(Base):
    """The current state of each face, written together with the log, from which it can be rebuilt.

    `prediction_id`, `model_id`, `round_id`, `score`, `error` describe the prediction shown now;
    `change`: its mean distance from the one before, as a fraction of the box size. `offered`:
    nobody has judged it yet. `effect`: the operation that set the verdict; `reviewer`: who did it,
    or the file whose label it is. `layout`: of a manual label, NULL without one. The four columns
    before it are copies from other tables, for the filters.
    """

    __tablename__ = "state"
    __table_args__ = (
        Index("state_verdict", "verdict", "face_id"),
        Index("state_offered", "offered", "face_id"),
        Index("state_threshold", "verdict", "model_id", "score"),
        Index("state_flag", "flag", "face_id"),
        Index("state_prediction", "prediction_id"),  # or deleting a prediction scans all faces
    )
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"), primary_key=True)
    verdict: Mapped[str]
    flag: Mapped[bool]
    offered: Mapped[bool]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    effect: Mapped[int | None]
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("prediction.id"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("model.id"))
    score: Mapped[float | None] = mapped_column(Float)
    error: Mapped[float | None] = mapped_column(Float)
    change: Mapped[float | None] = mapped_column(Float)
    photo_id: Mapped[int]
    folder_id: Mapped[int]
    round_id: Mapped[int | None]
    reviewer: Mapped[str | None]
    layout: Mapped[int | None]


def _add_order_index(key: str) -> None:
    """Add an index in an order of the queue, high values first; it holds every column that a filter
    compares.

    A queue is then one walk along it, whatever the filter: no row is looked up, nothing is sorted.
    """
    compared = (
        "verdict", "offered", "flag", "error", "round_id", "reviewer", "folder_id", "photo_id",
        "layout",
    )  # fmt: skip
    others = (getattr(StateRow, name) for name in compared if name != key)
    Index(f"state_by_{key}", getattr(StateRow, key).desc(), StateRow.face_id, *others)


for _key in ("error", "change", "effect", "round_id"):
    _add_order_index(_key)


class FaceCounterRow(Base):
    """How many faces have each combination of values; triggers write it (see `counters`)."""

    __tablename__ = "face_counter"
    __table_args__ = ({"sqlite_with_rowid": False},)
    verdict: Mapped[str] = mapped_column(primary_key=True)
    offered: Mapped[bool] = mapped_column(primary_key=True)
    flag: Mapped[bool] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reviewer: Mapped[str] = mapped_column(primary_key=True)
    layout: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    faces: Mapped[int]


class AuditRow(Base):
    """A face that measures networks and never trains one, drawn at random.

    `rule`: what its group is, `photo`, `folder` or a regular expression on the photo's path; no
    other face of its group may train a network. `seed`: of the draw.
    """

    __tablename__ = "audit"
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"), primary_key=True)
    rule: Mapped[str]
    seed: Mapped[int]
    reviewer: Mapped[str]
    time: Mapped[str]


class LedgerRow(Base):
    """What a training round used a face for: `role` is a LedgerRole, `reason` a LeftOut."""

    __tablename__ = "ledger"
    __table_args__ = (
        Index("ledger_role", "round_id", "role", "face_id"),
        {"sqlite_with_rowid": False},
    )
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    role: Mapped[str]
    reason: Mapped[str | None]


class SavedFilterRow(Base):
    """A named filter; `filter` is JSON."""

    __tablename__ = "saved_filter"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    filter: Mapped[str]


class ReviewerProgressRow(Base):
    """Where a reviewer stopped: the face, the filter, and the newest rows at that time."""

    __tablename__ = "reviewer_progress"
    reviewer: Mapped[str] = mapped_column(primary_key=True)
    time: Mapped[str]
    face_id: Mapped[int | None]
    filter: Mapped[str]
    operation_id: Mapped[int]
    sequence: Mapped[int]
    photo_id: Mapped[int]


class DraftRow(Base):
    """Moved landmarks without a decision yet; saved so that a crash loses none."""

    __tablename__ = "draft"
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"), primary_key=True)
    reviewer: Mapped[str]
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("prediction.id"))
    points: Mapped[NDArray[np.float64]] = mapped_column(PointsType)
    visibility: Mapped[NDArray[np.int8] | None] = mapped_column(VisibilityType)
    time: Mapped[str]


class DraftStepRow(Base):
    """A change of a draft, for undo: what the draft was before and after, NULL for none.

    `operation_id`: the newest operation of the log when it was made, so that moves and operations
    have one order. `effect`: of the face then, see StateRow. `undone`: it can be redone.
    """

    __tablename__ = "draft_step"
    __table_args__ = (
        Index("draft_step_order", "reviewer", "undone", "operation_id", "id"),
        Index("draft_step_face", "face_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reviewer: Mapped[str]
    time: Mapped[str]
    face_id: Mapped[int] = mapped_column(ForeignKey("face.id"))
    operation_id: Mapped[int]
    effect: Mapped[int | None]
    undone: Mapped[bool] = mapped_column(server_default="0")
    before_points: Mapped[NDArray[np.float64] | None] = mapped_column(PointsType)
    before_visibility: Mapped[NDArray[np.int8] | None] = mapped_column(VisibilityType)
    before_prediction: Mapped[int | None]
    before_reviewer: Mapped[str | None]
    after_points: Mapped[NDArray[np.float64] | None] = mapped_column(PointsType)
    after_visibility: Mapped[NDArray[np.int8] | None] = mapped_column(VisibilityType)
    after_prediction: Mapped[int | None]
