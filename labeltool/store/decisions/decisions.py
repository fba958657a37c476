"""Decisions, flags, and labels and proposals of files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    String,
    and_,
    bindparam,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from labeltool.domain import (
    FINAL,
    N_,
    Changes,
    Message,
    Points,
    RoundStatus,
    UserError,
    Verdict,
    Visibility,
    WriteResult,
    verdict_name,
)
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    AuditRow,
    DraftRow,
    EntryRow,
    FaceCounterRow,
    ModelRow,
    OperationRow,
    PredictionRow,
    RoundRow,
    StateRow,
)
from labeltool.store.decisions.drafts import NO_DRAFT
from labeltool.store.decisions.label_landmarks import LabelLandmarks
from labeltool.store.decisions.landmark_checks import LandmarkChecks
from labeltool.store.log.descriptions import decision, decision_done
from labeltool.store.log.operation_log import (
    changes_of,
    enter,
    enter_new,
    finish,
    now,
    operate,
    removed_face,
)
from labeltool.store.round_records import set_visible
from pipnet.data.labelled_faces import LabelledFace

ROWS_AT_ONCE = 5000
"""Labels of a file that are put into the database together: more would hold more copies of them."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """Unreviewed faces by the score of one model: at least `low`, at most `high`."""

    model_id: int
    low: float = 0.0
    high: float = 1.0


class _Unchanged(Exception):  # noqa: N818 - not an error
    """Nothing to do: raised inside a transaction so that no empty operation is logged."""


Write = Callable[..., WriteResult]


def _quiet(method: Write) -> Write:
    """A write that finds nothing to do changes nothing and says nothing."""

    @wraps(method)
    def quiet(*arguments: Any, **named: Any) -> WriteResult:
        try:
            return method(*arguments, **named)
        except _Unchanged:
            return WriteResult()

    return quiet


class Decisions:
    """Writes decisions. Every method is one transaction and returns what it changed.

    `landmark_checks`: decisions by landmarks that are looked at one by one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.landmark_checks = LandmarkChecks(database)
        self.landmarks = LabelLandmarks(database)

    @_quiet
    def decide(
        self,
        reviewer: str,
        faces: Sequence[int],
        verdict: Verdict,
        *,
        prediction_id: int | None = None,
        points: Points | None = None,
        visibility: Visibility | None = None,
    ) -> WriteResult:
        """Give faces a verdict, as one operation.

        `prediction_id`: what was on the screen, for a single face; the current ones if None.
        `points` and `visibility`: the corrected landmarks, for CORRECTED; with another verdict, of
        one face, moves that were made in vain, which undo brings back. Accepting skips faces
        without landmarks and faces that are accepted or corrected already.

        Raises:
            UserError: the proposal on the screen is gone, or there is nothing to accept.
        """
        with self._database.write() as connection:
            if prediction_id is not None:
                _check_prediction(connection, prediction_id, faces[0])
            operation = operate(connection, reviewer, "decide", decision(verdict, len(faces)))
            connection.execute(
                _DECIDE[verdict],
                {
                    "operation": operation, "verdict": str(verdict), "prediction": prediction_id,
                    "points": points, "visibility": visibility, "single": len(faces) == 1,
                    "ids": list(faces),
                },
            )  # fmt: skip
            count = finish(connection, operation, boxes=False, decides=True)
            if count == 0:
                made = connection.scalar(_VERDICT, {"face": faces[0]})
                if len(faces) == 1 and made == Verdict.REMOVED:
                    raise removed_face()
                if verdict is Verdict.ACCEPTED:
                    if len(faces) == 1 and made in FINAL:  # in another window, just now
                        raise UserError(
                            N_("This face is {verdict} already."),
                            verdict=verdict_name(Verdict(made)),
                        )
                    raise UserError(
                        N_("Nothing was accepted: no proposal there waits for a verdict."),
                        N_("Predict first, or choose faces that are not accepted yet."),
                    )
                raise _Unchanged
            if count != len(faces):
                connection.execute(
                    update(OperationRow)
                    .where(OperationRow.id == operation)
                    .values(description=decision(verdict, count))
                )
            if len(faces) == 1:
                connection.execute(NO_DRAFT, {"face": faces[0]})
        return WriteResult(changes_of(faces), decision_done(verdict, count), undoable=True)

    def decide_where(
        self, reviewer: str, verdict: Verdict, threshold: Threshold
    ) -> tuple[int, WriteResult]:
        """Give every unreviewed face within a threshold a verdict; returns how many there were."""
        with self._database.write() as connection:
            description = Message(
                N_("{verdict} by score {low} to {high}"), verdict=verdict_name(verdict),
                low=f"{threshold.low:g}", high=f"{threshold.high:g}",
            )  # fmt: skip
            operation = operate(connection, reviewer, "decide", description)
            chosen = select(
                StateRow.face_id, literal(str(verdict)), StateRow.flag, StateRow.prediction_id,
                null(), null(),
            ).where(*_within(threshold))  # fmt: skip
            count = enter(connection, operation, chosen, decides=True)
            if count == 0:
                connection.rollback()
                return 0, WriteResult()
        done = decision_done(verdict, count)
        return count, WriteResult(Changes(all=True), done, undoable=True)

    def count_where(self, threshold: Threshold) -> int:
        """How many faces `decide_where` would take now."""
        with self._database.read() as connection:
            query = select(func.count()).select_from(StateRow).where(*_within(threshold))
            return int(connection.scalar(query) or 0)

    def ids_where(self, threshold: Threshold) -> list[int]:
        """The faces that `decide_where` would take now, the least certain first."""
        query = select(StateRow.face_id).where(*_within(threshold)).order_by(StateRow.score)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def models_waiting(self) -> list[tuple[int, str, int]]:
        """Models with unreviewed faces: id, name, how many; the newest first."""
        with self._database.read() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(_MODELS_WAITING)]

    @_quiet
    def flag(self, reviewer: str, faces: Sequence[int], on: bool) -> WriteResult:
        """Set or clear the flag of faces."""
        with self._database.write() as connection:
            description = Message(N_("flag") if on else N_("unflag"))
            operation = operate(connection, reviewer, "flag", description)
            there = StateRow.verdict != Verdict.REMOVED
            chosen = (
                select(
                    StateRow.face_id, StateRow.verdict, literal(on),
                    EntryRow.prediction_id, EntryRow.points, EntryRow.visibility,
                )
                .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
                .where(StateRow.face_id.in_(id_list(faces)), StateRow.flag != on, there)
            )  # fmt: skip
            count = enter(connection, operation, chosen)
            if count == 0:
                raise _Unchanged
        if len(faces) == 1:
            message = Message(N_("Flagged.") if on else N_("Flag removed."))
        else:
            many = N_("Flagged: {count:,} faces.") if on else N_("Flag removed: {count:,} faces.")
            message = Message(many, count=count)
        return WriteResult(changes_of(faces), message, undoable=True)

    def take_labels(
        self, reviewer: str, labels: Sequence[tuple[int, LabelledFace]], source: str
    ) -> tuple[int, Changes]:
        """Take the labels of a file for faces (ids) as one operation; returns how many were taken.

        `reviewer`: who imports them; the file, `source`, counts as who decided.

        Faces with a human decision are left alone. A label becomes accepted if its verdict is
        that, else corrected.
        """
        with self._database.write() as connection:
            free = set(
                connection.scalars(
                    select(StateRow.face_id).where(
                        StateRow.face_id.in_(id_list(face_id for face_id, _ in labels)),
                        StateRow.verdict.in_((Verdict.UNREVIEWED, Verdict.REMOVED)),
                    )
                )
            )
            taken = [(face_id, label) for face_id, label in labels if face_id in free]
            if not taken:
                return 0, Changes()
            operation = operate(
                connection, reviewer, "import", Message(N_("labels from {file}"), file=source),
                source=source,
            )  # fmt: skip
            states = dict(
                connection.execute(
                    select(StateRow.face_id, StateRow.flag).where(
                        StateRow.face_id.in_(id_list(free))
                    )
                ).all()
            )
            for start in range(0, len(taken), ROWS_AT_ONCE):
                connection.execute(
                    insert(EntryRow),
                    [
                        {
                            "operation_id": operation, "face_id": face_id, "effect": operation,
                            "verdict": str(
                                Verdict.ACCEPTED
                                if label.verdict == Verdict.ACCEPTED
                                else Verdict.CORRECTED
                            ),
                            "flag": states[face_id],
                            "points": label.points, "visibility": label.visibility,
                        }
                        for face_id, label in taken[start : start + ROWS_AT_ONCE]
                    ],
                )  # fmt: skip
            connection.execute(_CONTINUE, {"operation": operation})
            finish(connection, operation)
        return len(taken), Changes(all=True)

    def take_proposals(
        self, reviewer: str, round_id: int, faces: Sequence[int], count: int, source: str
    ) -> tuple[bool, Changes]:
        """Offer the `count` proposals of a file, whose round is filled, as one operation; returns
        whether it was logged, which is not so if they are offered already and no face is new.

        `faces`: those of them that are removed or new (`by_operation`), and now are there. The
        others show their proposals once the faces are refreshed.
        """
        with self._database.write() as connection:
            offered = connection.scalar(select(RoundRow.sequence).where(RoundRow.id == round_id))
            nothing = offered is not None and not faces
            if not nothing:
                operation = operate(
                    connection, reviewer, "proposals",
                    Message(N_("proposals from {file}"), file=source),
                )  # fmt: skip
                enter_new(connection, operation, faces)
                brought = None if offered is not None else round_id
                connection.execute(
                    update(OperationRow)
                    .where(OperationRow.id == operation)
                    .values(faces=count, round_id=brought)
                )
            set_visible(connection, round_id, True)
            connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id)
                .values(status=RoundStatus.READY, finished=now(), needs_refresh=True)
            )
        return not nothing, Changes(all=True, photos=True, rounds=True)


def _within(threshold: Threshold) -> list[Any]:
    """The faces within a threshold, without those that measure rounds: accepted unseen, a
    prediction would be measured by itself."""
    return [
        StateRow.verdict == Verdict.UNREVIEWED,
        StateRow.model_id == threshold.model_id,
        StateRow.score >= threshold.low,
        StateRow.score <= threshold.high,
        StateRow.face_id.not_in(select(DraftRow.face_id)),
        StateRow.face_id.not_in(select(AuditRow.face_id)),
    ]


def _check_prediction(connection: Connection, prediction_id: int, face_id: int) -> None:
    found = connection.scalar(_PREDICTION, {"id": prediction_id, "face": face_id})
    if found is None:
        raise UserError(
            N_("The proposal on the screen was replaced by newer rounds."),
            N_("Look at the new proposal and decide again."),
        )


# Statements on the way of a decision are made once: to build one takes longer than to run it.
_PREDICTION = select(PredictionRow.id).where(
    PredictionRow.id == bindparam("id"), PredictionRow.face_id == bindparam("face")
)
_VERDICT = select(StateRow.verdict).where(StateRow.face_id == bindparam("face"))
_before = aliased(EntryRow, name="before")
_decided = bindparam("verdict", type_=String)


def _deciding(condition: ColumnElement[bool]) -> Insert:
    """A verdict for those of the faces `ids` that it would change."""
    operation = bindparam("operation", type_=Integer)
    chosen = (
        select(
            StateRow.face_id, _decided, StateRow.flag,
            func.coalesce(bindparam("prediction", type_=Integer), StateRow.prediction_id),
            bindparam("points", type_=EntryRow.points.type),
            bindparam("visibility", type_=EntryRow.visibility.type),
            operation, operation, StateRow.entry_id, _before.box,
        )
        .outerjoin(_before, _before.id == StateRow.entry_id)
        .where(
            StateRow.face_id.in_(id_list("ids")), condition, StateRow.verdict != Verdict.REMOVED,
            # a batch never throws away what somebody began to move
            or_(
                bindparam("single", type_=Boolean),
                StateRow.face_id.not_in(select(DraftRow.face_id)),
            ),
        )
    )  # fmt: skip
    names = [
        "face_id", "verdict", "flag", "prediction_id", "points", "visibility", "operation_id",
        "effect", "previous", "box",
    ]  # fmt: skip
    return insert(EntryRow).from_select(names, chosen)


_DECIDE = {
    Verdict.ACCEPTED: _deciding(
        and_(StateRow.prediction_id.is_not(None), StateRow.verdict.not_in(FINAL))
    ),
    Verdict.REJECTED: _deciding(or_(StateRow.verdict != _decided, StateRow.offered)),
    Verdict.CORRECTED: _deciding(true()),
    Verdict.EXCLUDED: _deciding(StateRow.verdict != _decided),
    Verdict.UNREVIEWED: _deciding(StateRow.verdict != _decided),
}
_CONTINUE = (  # the entries of an operation follow those that the faces had
    update(EntryRow)
    .values(
        previous=StateRow.entry_id,
        box=select(_before.box).where(_before.id == StateRow.entry_id).scalar_subquery(),
    )
    .where(
        StateRow.face_id == EntryRow.face_id,
        EntryRow.operation_id == bindparam("operation", type_=Integer),
    )
)
_MODELS_WAITING = (
    select(ModelRow.id, ModelRow.name, func.sum(FaceCounterRow.faces))
    .select_from(FaceCounterRow)
    .join(RoundRow, RoundRow.id == FaceCounterRow.round_id)
    .join(ModelRow, ModelRow.id == RoundRow.model_id)
    .where(FaceCounterRow.verdict == Verdict.UNREVIEWED)
    .group_by(ModelRow.id)
    .having(func.sum(FaceCounterRow.faces) > 0)
    .order_by(ModelRow.id.desc())
)
