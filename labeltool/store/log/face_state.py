"""The current state of each face, as it follows from the log and the predictions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    CreateTableAs,
    MetaData,
    Select,
    Table,
    Update,
    and_,
    case,
    except_,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.schema import DropTable

from labeltool.domain import FINAL, Verdict
from labeltool.store.arrays.array_types import layout_number
from labeltool.store.database.schema import (
    EntryRow,
    FaceRow,
    OperationRow,
    PhotoRow,
    PredictionRow,
    RoundRow,
    StateRow,
)

Faces = Select[Any]
"""A query of face ids."""

UNDECIDED_VERDICT = case(
    (FaceRow.by_operation, str(Verdict.REMOVED)), else_=str(Verdict.UNREVIEWED)
)
"""The verdict of a face without an entry, in a query of `FaceRow`."""


def refresh_states(
    connection: Connection, faces: Faces | None, parameters: Mapping[str, Any] | None = None
) -> None:
    """Recompute the state of some faces, or of all, from their entries and predictions.

    A face with a manual label shows the prediction that it judged, every other face the prediction
    of the visible round with the highest sequence. A rejected face is offered a prediction that it
    did not reject. A face that an operation added counts as removed while it has no entry.
    """
    connection.execute(_state_update(faces), parameters)


REVIEWER = func.coalesce(OperationRow.source, OperationRow.reviewer).label("reviewer")
"""Whose decision an operation's is: a file's, if its labels were imported."""


@cache
def _state_update(faces: Faces | None) -> Update:
    current = aliased(StateRow, name="current")
    newest = (
        select(PredictionRow.id)
        .join(RoundRow, RoundRow.id == PredictionRow.round_id)
        .where(PredictionRow.face_id == current.face_id, RoundRow.sequence.is_not(None))
        .order_by(RoundRow.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_final = or_(*(EntryRow.verdict == verdict for verdict in FINAL))  # quicker than an IN
    is_labelled = and_(is_final, EntryRow.prediction_id.is_not(None))
    logged = (
        select(
            current.face_id, EntryRow.effect, REVIEWER,
            func.coalesce(EntryRow.verdict, UNDECIDED_VERDICT).label("verdict"),
            func.coalesce(EntryRow.flag, false()).label("flag"),
            EntryRow.prediction_id.label("judged"),
            case((is_labelled, EntryRow.prediction_id), else_=newest).label("shown"),
            layout_number(EntryRow.points).label("layout"),
        )
        .select_from(current)
        .join(FaceRow, FaceRow.id == current.face_id)
        .outerjoin(EntryRow, EntryRow.id == current.entry_id)
        .outerjoin(OperationRow, OperationRow.id == EntryRow.effect)
    )  # fmt: skip
    if faces is not None:
        logged = logged.where(current.face_id.in_(faces))
    new = logged.subquery("logged")
    is_new = case(
        (new.c.verdict == Verdict.UNREVIEWED, new.c.shown.is_not(None)),
        (
            new.c.verdict == Verdict.REJECTED,
            and_(new.c.shown.is_not(None), new.c.shown.is_distinct_from(new.c.judged)),
        ),
        else_=false(),
    )
    is_label = or_(*(new.c.verdict == verdict for verdict in FINAL))
    layout = func.coalesce(new.c.layout, layout_number(PredictionRow.points))
    state = (
        select(
            new.c.face_id, new.c.verdict, new.c.flag, new.c.effect, new.c.reviewer,
            new.c.shown.label("prediction_id"), is_new.label("offered"), PredictionRow.score,
            PredictionRow.error, PredictionRow.change, PredictionRow.round_id, RoundRow.model_id,
            case((is_label, layout)).label("layout"),
        )
        .select_from(new)
        .outerjoin(PredictionRow, PredictionRow.id == new.c.shown)
        .outerjoin(RoundRow, RoundRow.id == PredictionRow.round_id)
        .subquery("new")
    )  # fmt: skip
    values = {column.name: column for column in state.c if column.name != "face_id"}
    return update(StateRow).values(values).where(StateRow.face_id == state.c.face_id)


def refresh_boxes(
    connection: Connection, faces: Faces | None, parameters: Mapping[str, Any] | None = None
) -> int:
    """Set the boxes of some faces, or of all, to those of the log; returns how many differed.

    Faces whose box nobody changed have no `first_box` and keep their box.
    """
    return int(connection.execute(_box_update(faces), parameters).rowcount)


@cache
def _box_update(faces: Faces | None) -> Update:
    face = aliased(FaceRow, name="changed")
    logged = (
        select(
            face.id,
            func.coalesce(EntryRow.box, face.first_box, type_=EntryRow.box.type).label("box"),
        )
        .select_from(StateRow)
        .join(face, face.id == StateRow.face_id)
        .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
        .where(face.first_box.is_not(None))
    )
    if faces is not None:
        logged = logged.where(StateRow.face_id.in_(faces))
    box = logged.subquery("logged")
    values: dict[str, Any] = {
        name: box.c.box[place].as_float() for place, name in enumerate(("x", "y", "w", "h"))
    }
    values["kind"] = box.c.box[4].as_string()
    differs = or_(*(getattr(FaceRow, name) != value for name, value in values.items()))
    return update(FaceRow).values(values).where(FaceRow.id == box.c.id, differs)


def rebuild_states(connection: Connection) -> int:
    """Make the current state again from the log; returns how many rows and boxes differed."""
    columns = (Column(column.name, column.type) for column in StateRow.__table__.columns)
    before = Table("before", MetaData(), *columns)
    connection.execute(CreateTableAs(select(StateRow.__table__), "before", temporary=True))
    connection.execute(_ADD_MISSING)
    newest_entry = select(func.max(EntryRow.id)).where(EntryRow.face_id == StateRow.face_id)
    connection.execute(update(StateRow).values(entry_id=newest_entry.scalar_subquery()))
    refresh_states(connection, None)
    differing = except_(select(StateRow.__table__), select(before)).subquery()
    count = connection.scalar(select(func.count()).select_from(differing)) or 0
    connection.execute(DropTable(before))
    return count + refresh_boxes(connection, None)


_ADD_MISSING = insert(StateRow).from_select(
    ["face_id", "verdict", "flag", "offered", "photo_id", "folder_id"],
    select(FaceRow.id, UNDECIDED_VERDICT, false(), false(), PhotoRow.id, PhotoRow.folder_id)
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .where(FaceRow.id.not_in(select(StateRow.face_id))),
)
