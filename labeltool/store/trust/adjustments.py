"""Adjustments of proposals: what they are learned from, and the rounds that hold their results.

The adjusted proposals of a network are a further round of its model. The network's own predictions
stay beside them, so that an adjustment is always learned and computed from those.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.orm import aliased

from labeltool.domain import FINAL, Message, NewPrediction, Points, RoundKind, RoundStatus, Verdict
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    AuditRow,
    EntryRow,
    FaceRow,
    OperationRow,
    PredictionRow,
    RaisedRow,
    RoundRow,
    StateRow,
)
from labeltool.store.database.trust_schema import AdjustmentRow
from labeltool.store.log.operation_log import now, operate
from labeltool.store.rollbacks import ROLLBACK
from labeltool.store.round_records import ADJUSTED_TASK, BOX_TASK, next_sequence

READ_BATCH_FACES = 512
"""Faces whose predictions are read at once."""


class LabelledProposal(NamedTuple):
    """A label that one decision gave to one face, and what the network itself predicted for it.

    `points`, `truth` (N, 2) pixels, `truth` NaN where absent. `is_audit`: the face measures
    networks.
    """

    face_id: int
    photo_id: int
    points: Points
    truth: Points
    is_audit: bool


class StoredAdjustment(NamedTuple):
    """An adjustment in force. `round_id`: the round that it was computed for. `operation_id`: what
    offered it. `content`: as it was stored."""

    round_id: int
    operation_id: int
    content: bytes


class Adjustments:
    """The adjustments of a project's networks. A network is named by a round of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def labelled(self, network: int, limit: int) -> list[LabelledProposal]:
        """The newest labels that were given on proposals of this network, at most `limit`.

        Left out are faces that were accepted together, for nobody looked at each, and those whose
        box was changed.
        """
        with self._database.read() as connection:
            rows = connection.execute(_LABELLED, {"round": network, "limit": limit}).all()
        found: dict[int, LabelledProposal] = {}
        for face, photo, points, label, visibility, audit in rows:  # the newest prediction wins
            truth = label.copy()
            if visibility is not None:
                truth[visibility == 0] = float("nan")
            found[face] = LabelledProposal(face, photo, points, truth, audit is not None)
        return list(found.values())

    def count_open(self, network: int, adjusted: Sequence[int] = ()) -> int:
        """How many faces `open_faces` gives."""
        faces = _OPEN.with_only_columns(PredictionRow.face_id).distinct().subquery()
        with self._database.read() as connection:
            values = {"round": network, "adjusted": list(adjusted)}
            return connection.scalars(select(func.count()).select_from(faces), values).one()

    def open_faces(
        self, network: int, adjusted: Sequence[int] = ()
    ) -> Iterator[list[NewPrediction]]:
        """The network's own predictions of undecided faces, some hundreds at a time, by id.

        Args:
            adjusted: rounds whose faces are left out.
        """
        values = {"round": network, "adjusted": list(adjusted)}
        last = 0
        while True:
            with self._database.read() as connection:
                ids = list(connection.scalars(_UNDECIDED, {"last": last}))
                if not ids:
                    return
                rows = connection.execute(_OPEN_OF, values | {"ids": ids}).all()
            last = ids[-1]
            if rows:  # of several predictions of a face the newest is the last
                yield list({row[0]: NewPrediction(*row) for row in rows}.values())

    def in_force(self, network: int) -> StoredAdjustment | None:
        """The adjustment of this network whose proposals are offered; None if there is none."""
        with self._database.read() as connection:
            row = connection.execute(_IN_FORCE, {"round": network}).first()
            return None if row is None else StoredAdjustment(*row)

    def learned_from(self, network: int) -> int:
        """How many faces the adjustment in force was learned from; 0 if there is none."""
        stored = self.in_force(network)
        if stored is None:
            return 0
        query = select(RoundRow.summary).where(RoundRow.id.in_(self.rounds(stored)))
        with self._database.read() as connection:
            figures = [json.loads(row) for row in connection.scalars(query)]
        return max((int(row.get("learned_from", 0)) for row in figures), default=0)

    def add_round(self, network: int, figures: Mapping[str, object]) -> int:
        """Add a round for adjusted proposals, which nobody sees yet; returns its id.

        Args:
            figures: what was learned, with `learned_from`, how many faces it was learned from; none
                if the round takes in further faces of an adjustment.
        """
        with self._database.write() as connection:
            model, folder = connection.execute(
                select(RoundRow.model_id, RoundRow.folder).where(RoundRow.id == network)
            ).one()
            result = connection.execute(
                insert(RoundRow).values(
                    uuid=uuid.uuid4().hex, kind=RoundKind.PREDICT, number=0, task=ADJUSTED_TASK,
                    status=RoundStatus.READY, folder=folder, model_id=model, started=now(),
                    finished=now(), summary=json.dumps(dict(figures)),
                )
            )  # fmt: skip
            return int(result.inserted_primary_key[0])  # type: ignore[index]

    def unfinished(self) -> list[int]:
        """Rounds from `add_round` that hold predictions and were never offered."""
        query = select(RoundRow.id).where(
            RoundRow.task == ADJUSTED_TASK,
            RoundRow.sequence.is_(None),
            select(PredictionRow.id).where(PredictionRow.round_id == RoundRow.id).exists(),
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def offer(self, reviewer: str, round_id: int, content: bytes, description: Message) -> None:
        """Offer the proposals of a round from `add_round`, as one operation that undo takes back.

        `refresh_faces` of the rounds is due then.
        """
        with self._database.write() as connection:
            faces = connection.scalars(
                select(func.count()).where(PredictionRow.round_id == round_id)
            ).one()
            operation = operate(connection, reviewer, ROLLBACK, description)
            connection.execute(
                update(OperationRow)
                .where(OperationRow.id == operation)
                .values(faces=faces, round_id=round_id)
            )
            connection.execute(
                insert(AdjustmentRow).values(
                    round_id=round_id, operation_id=operation, content=content
                )
            )
            _raise_from_below(connection, operation, round_id)

    def offer_further(self, stored: StoredAdjustment, round_id: int) -> None:
        """Offer the proposals of a further round with the same operation, so that one undo takes
        both back; `refresh_faces` of the round is due then."""
        with self._database.write() as connection:
            _raise_from_below(connection, stored.operation_id, round_id)

    def rounds(self, stored: StoredAdjustment) -> list[int]:
        """The rounds that hold proposals of this adjustment."""
        query = select(RaisedRow.round_id).where(RaisedRow.operation_id == stored.operation_id)
        with self._database.read() as connection:
            return list(connection.scalars(query))


def _raise_from_below(connection: Connection, operation: int, round_id: int) -> None:
    """Put a round above all others; taking the operation back puts it below all."""
    lowest = connection.scalar(select(func.min(RoundRow.sequence))) or 0
    after = next_sequence(connection)
    connection.execute(
        insert(RaisedRow).values(
            operation_id=operation, round_id=round_id, before=lowest - 1, after=after
        )
    )
    connection.execute(
        update(RoundRow).where(RoundRow.id == round_id).values(sequence=after, needs_refresh=True)
    )


_named = aliased(RoundRow)
_MODEL = select(_named.model_id).where(_named.id == bindparam("round")).scalar_subquery()
_OWN = (
    RoundRow.model_id == _MODEL,
    RoundRow.sequence.is_not(None),
    RoundRow.task.not_in((ADJUSTED_TASK, BOX_TASK)),
)
"""The conditions of a round that holds the network's own predictions, for unchanged boxes."""

_judged, _judged_round = aliased(PredictionRow), aliased(RoundRow)
_LABELS = (
    select(StateRow.face_id, StateRow.photo_id, EntryRow.id.label("entry"))
    .join(EntryRow, EntryRow.id == StateRow.entry_id)
    .join(OperationRow, OperationRow.id == StateRow.effect)
    .join(FaceRow, FaceRow.id == StateRow.face_id)
    .join(_judged, _judged.id == EntryRow.prediction_id)
    .join(_judged_round, _judged_round.id == _judged.round_id)
    .where(
        StateRow.verdict.in_(FINAL),
        OperationRow.kind == "decide",
        OperationRow.faces == 1,
        FaceRow.first_box.is_(None),
        _judged_round.model_id == _MODEL,
    )
    .order_by(EntryRow.id.desc())
    .limit(bindparam("limit"))
    .subquery()
)
_LABELLED = (
    select(
        _LABELS.c.face_id, _LABELS.c.photo_id, PredictionRow.points,
        func.coalesce(EntryRow.points, _judged.points), EntryRow.visibility, AuditRow.face_id,
    )
    .select_from(_LABELS)
    .join(EntryRow, EntryRow.id == _LABELS.c.entry)
    .join(_judged, _judged.id == EntryRow.prediction_id)
    .join(PredictionRow, PredictionRow.face_id == _LABELS.c.face_id)
    .join(RoundRow, RoundRow.id == PredictionRow.round_id)
    .outerjoin(AuditRow, AuditRow.face_id == _LABELS.c.face_id)
    .where(*_OWN)
    .order_by(_LABELS.c.entry.desc(), RoundRow.sequence)
)  # fmt: skip
_done = aliased(PredictionRow)
_OPEN = (
    select(
        PredictionRow.face_id, PredictionRow.points, PredictionRow.scores, PredictionRow.score,
        PredictionRow.spread, PredictionRow.errors, PredictionRow.error,
    )
    .join(RoundRow, RoundRow.id == PredictionRow.round_id)
    .join(StateRow, StateRow.face_id == PredictionRow.face_id)
    .join(FaceRow, FaceRow.id == PredictionRow.face_id)
    .where(
        *_OWN,
        StateRow.verdict == Verdict.UNREVIEWED,
        FaceRow.first_box.is_(None),
        ~select(_done.id)
        .where(_done.face_id == PredictionRow.face_id, _done.round_id.in_(id_list("adjusted")))
        .exists(),
    )
)  # fmt: skip
_OPEN_OF = _OPEN.where(PredictionRow.face_id.in_(id_list("ids"))).order_by(
    PredictionRow.face_id, RoundRow.sequence
)
# their ids first: to order the predictions of all faces would read them all, for each batch
_UNDECIDED = (
    select(StateRow.face_id)
    .where(StateRow.verdict == Verdict.UNREVIEWED, StateRow.face_id > bindparam("last"))
    .order_by(StateRow.face_id)
    .limit(READ_BATCH_FACES)
)
_own_sequence = select(_named.sequence).where(_named.id == bindparam("round")).scalar_subquery()
_IN_FORCE = (
    select(AdjustmentRow.round_id, AdjustmentRow.operation_id, AdjustmentRow.content)
    .join(RoundRow, RoundRow.id == AdjustmentRow.round_id)
    .where(RoundRow.model_id == _MODEL, RoundRow.sequence > _own_sequence)
    .order_by(RoundRow.sequence.desc())
    .limit(1)
)
