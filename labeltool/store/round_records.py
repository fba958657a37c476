"""Rounds: which model proposed what. Results are saved in small transactions."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, bindparam, case, func, insert, select, update
from sqlalchemy.orm import aliased

from labeltool.domain import (
    FINAL,
    Changes,
    Message,
    NewPrediction,
    Points,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    Verdict,
)
from labeltool.store.arrays.array_types import PointsType, ScoresType
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    EntryRow,
    ModelRow,
    OperationRow,
    PredictionRow,
    RaisedRow,
    RoundRow,
    StateRow,
)
from labeltool.store.log.face_state import refresh_states
from labeltool.store.log.operation_log import now
from labeltool.store.superseded import discard, prune

BOX_TASK = "box"
"""The task of rounds that only hold proposals for boxes that people changed."""

ADJUSTED_TASK = "adjusted"
"""The task of rounds that hold adjusted proposals of a network, see `store.trust.adjustments`."""

DETECTOR_TASK = "detector"
"""The task of predictions by another detector than the networks of the project."""

LEASE_SECONDS = 30.0
"""A process that saves results and does not renew its lease for so long counts as dead."""

WRITE_BATCH_PREDICTIONS = 16
"""Predictions written in one transaction: about 5 ms, so that a click never waits longer."""

REFRESH_BATCH = 16
"""Faces brought up to date in one transaction: a few milliseconds."""


class Rounds:
    """The rounds of a project. `folder` of a round is relative to the project folder."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._owner = uuid.uuid4().hex
        self._leases = False

    def add(
        self,
        kind: RoundKind,
        task: str,
        folder: str,
        summary: dict[str, object],
        status: RoundStatus = RoundStatus.RUNNING,
    ) -> int:
        """Add a round that runs, waits or is packed; returns its id. Trainings are numbered from
        1."""
        with self._database.write() as connection:
            number = _next_number(connection) if kind is RoundKind.TRAIN else 0
            result = connection.execute(
                insert(RoundRow).values(
                    uuid=uuid.uuid4().hex, kind=kind, number=number, task=task,
                    status=status, folder=folder, started=now(),
                    summary=json.dumps(summary),
                )
            )  # fmt: skip
            return int(result.inserted_primary_key[0])  # type: ignore[index]

    def bring_in(self, round_id: int) -> bool:
        """Let a packed round run, whose results are in its folder; False if they were added.

        It keeps its number, or gets the next one if adding them was cancelled or failed before.
        """
        with self._database.write() as connection:
            number = case(
                (RoundRow.status == RoundStatus.PACKED, RoundRow.number),
                else_=_next_number(connection),
            )
            result = connection.execute(
                update(RoundRow)
                .where(
                    RoundRow.id == round_id,
                    RoundRow.status.not_in((RoundStatus.RUNNING, RoundStatus.READY)),
                )
                .values(status=RoundStatus.RUNNING, number=number, error=None, finished=None)
            )
            return bool(result.rowcount)

    def next_number(self) -> int:
        """The number of the training round that starts next."""
        with self._database.read() as connection:
            return _next_number(connection)

    def start_queued(
        self, round_id: int, task: str, folder: str, summary: dict[str, object]
    ) -> bool:
        """Mark a round that waits as running; False if it does not wait any more."""
        with self._database.write() as connection:
            result = connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id, RoundRow.status == RoundStatus.QUEUED)
                .values(
                    status=RoundStatus.RUNNING, number=_next_number(connection), task=task,
                    folder=folder, started=now(), summary=json.dumps(summary),
                )
            )  # fmt: skip
            return bool(result.rowcount)

    def all(self) -> list[Round]:
        """Every round, oldest first."""
        root = self._database.path.parent
        with self._database.read() as connection:
            rows = connection.execute(
                select(RoundRow, ModelRow.name.label("model"))
                .outerjoin(ModelRow, ModelRow.id == RoundRow.model_id)
                .order_by(RoundRow.id)
            )
            return [
                Round(
                    r.id, RoundKind(r.kind), r.number, r.model or "", r.task, RoundStatus(r.status),
                    root / r.folder, r.started, r.finished, r.error, json.loads(r.summary),
                    r.promoted, r.name, r.note,
                )
                for r in rows
            ]  # fmt: skip

    def current(self, *, of_networks: bool = False) -> Round | None:
        """The round whose model proposes now: of the first visible round of each model, the one
        with the highest sequence. Later rounds of a model only predict what it has not seen.
        `of_networks`: of the project's own networks alone."""
        hidden = (BOX_TASK, DETECTOR_TASK) if of_networks else (BOX_TASK,)
        with self._database.read() as connection:
            first = (
                select(func.min(RoundRow.id))
                .where(
                    RoundRow.sequence.is_not(None), RoundRow.kind != RoundKind.IMPORT,
                    RoundRow.task.not_in(hidden),
                )
                .group_by(RoundRow.model_id)
            )  # fmt: skip
            newest = connection.scalar(
                select(RoundRow.id)
                .where(RoundRow.id.in_(first))
                .order_by(RoundRow.sequence.desc())
                .limit(1)
            )
        return next((r for r in self.all() if r.id == newest), None)

    def set_model(self, round_id: int, name: str, digest: str) -> None:
        """Set the model of a round's predictions. Models with the same digest are one model."""
        with self._database.write() as connection:
            model = connection.scalar(select(ModelRow.id).where(ModelRow.digest == digest))
            if model is None:
                result = connection.execute(insert(ModelRow).values(name=name, digest=digest))
                model = result.inserted_primary_key[0]  # type: ignore[index]
            connection.execute(
                update(RoundRow).where(RoundRow.id == round_id).values(model_id=model)
            )

    def imported(self, digest: str) -> int | None:
        """The id of the import round whose file has this digest; None if there is none."""
        with self._database.read() as connection:
            return connection.scalar(
                select(RoundRow.id)
                .join(ModelRow, ModelRow.id == RoundRow.model_id)
                .where(ModelRow.digest == digest, RoundRow.kind == RoundKind.IMPORT)
            )

    def lease(self, round_id: int) -> bool:
        """Take or renew the lease to save a round's results; False if another process has it."""
        moment = time.time()
        with self._database.write() as connection:
            result = connection.execute(
                update(RoundRow)
                .where(
                    RoundRow.id == round_id,
                    (RoundRow.lease.is_(None))
                    | (RoundRow.lease == self._owner)
                    | (RoundRow.lease_until < moment)
                    # its process' clock was ahead
                    | (RoundRow.lease_until > moment + LEASE_SECONDS),
                )
                .values(lease=self._owner, lease_until=moment + LEASE_SECONDS)
            )
            self._leases = self._leases or bool(result.rowcount)
            return bool(result.rowcount)

    def release_lease(self) -> None:
        """Release the leases of this process, so that the next one need not wait for them."""
        if self._leases:
            with self._database.write() as connection:
                connection.execute(
                    update(RoundRow).where(RoundRow.lease == self._owner).values(lease=None)
                )
            self._leases = False

    def add_predictions(self, round_id: int, batch: Sequence[NewPrediction]) -> None:
        """Add predictions for faces without a manual label, but not again, and not for boxes that
        changed since the round started.

        Callers keep batches short, so that a decision never waits for one.
        """
        with self._database.write() as connection:
            _insert(connection, round_id, _with_unchanged_box(connection, round_id, batch))

    def offer(self, round_id: int, batch: Sequence[NewPrediction]) -> Changes:
        """Like `add_predictions`, for faces without a prediction; shows them at once."""
        with self._database.write() as connection:
            _insert(connection, round_id, _with_unchanged_box(connection, round_id, batch))
            _make_visible(connection, round_id, again=False)
            ids = [prediction.face_id for prediction in batch]
            refresh_states(connection, _FEW, {"ids": ids})
        return Changes(faces=frozenset(ids))

    def offer_anew(self, like: Round, prediction: NewPrediction) -> Changes:
        """Show a prediction of the model of the round `like` for one face whose box changed.

        A round has one prediction a face, so this one needs another round: that of the changed
        boxes before it, if it is still the newest, or a new one.
        """
        with self._database.write() as connection:
            newest = connection.execute(
                select(RoundRow).where(RoundRow.sequence.is_not(None))
                .order_by(RoundRow.sequence.desc()).limit(1)
            ).one_or_none()  # fmt: skip
            model = select(RoundRow.model_id, RoundRow.folder).where(RoundRow.id == like.id)
            model_id, folder = connection.execute(model).one()
            taken = newest is not None and connection.scalar(
                select(PredictionRow.id).where(
                    PredictionRow.round_id == newest.id,
                    PredictionRow.face_id == prediction.face_id,
                )
            )
            if newest is None or newest.task != BOX_TASK or newest.model_id != model_id or taken:
                result = connection.execute(
                    insert(RoundRow).values(
                        uuid=uuid.uuid4().hex, kind=RoundKind.PREDICT, number=0, task=BOX_TASK,
                        status=RoundStatus.READY, folder=folder, model_id=model_id,
                        started=now(), finished=now(), summary="{}",
                    )
                )  # fmt: skip
                round_id = int(result.inserted_primary_key[0])  # type: ignore[index]
            else:
                round_id = newest.id
            _insert(connection, round_id, [prediction])
            _make_visible(connection, round_id, again=False)
            refresh_states(connection, _FEW, {"ids": [prediction.face_id]})
        return Changes(faces=frozenset({prediction.face_id}))

    def finish(self, round_id: int, summary: dict[str, object], *, visible: bool = True) -> Changes:
        """Mark a round as ready; `visible`: show its proposals, which promotes a training."""
        with self._database.write() as connection:
            if visible:
                _make_visible(connection, round_id, again=True)
            _add_to_summary(connection, round_id, summary)
            is_training = RoundRow.kind == RoundKind.TRAIN
            connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id)
                .values(
                    status=RoundStatus.READY, finished=now(), needs_refresh=visible,
                    promoted=is_training if visible else False,
                )
            )  # fmt: skip
        if visible:
            self.refresh_faces(round_id)
        return Changes(all=True, rounds=True)

    def to_refresh(self) -> list[int]:
        """Rounds whose proposals some faces do not show yet: `refresh_faces` was cut short."""
        with self._database.read() as connection:
            return list(connection.scalars(select(RoundRow.id).where(RoundRow.needs_refresh)))

    def refresh_faces(
        self, round_id: int, progress: Progress = lambda done, total: None
    ) -> Changes:
        """Bring the state of a visible round's faces up to date, in small transactions.

        May be repeated. If `progress` raises, the round stays in `to_refresh`.
        """
        last, done, total = 0, 0, self._count(round_id)
        while faces := self._faces_after(round_id, last):
            with self._database.background_write(), self._database.write() as connection:
                refresh_states(connection, _FEW, {"ids": faces})
            last, done = faces[-1], done + len(faces)
            progress(done, total)
        with self._database.write() as connection:
            connection.execute(
                update(RoundRow).where(RoundRow.id == round_id).values(needs_refresh=False)
            )
        return Changes(all=True)

    def _count(self, round_id: int) -> int:
        with self._database.read() as connection:
            faces = _may_show(round_id).subquery()
            return connection.scalars(select(func.count()).select_from(faces)).one()

    def _faces_after(self, round_id: int, last: int) -> list[int]:
        with self._database.read() as connection:
            query = _may_show(round_id).where(PredictionRow.face_id > last)
            return list(
                connection.scalars(query.order_by(PredictionRow.face_id).limit(REFRESH_BATCH))
            )

    def end(self, round_id: int, status: RoundStatus, error: Message | None = None) -> Changes:
        """Mark a running, queued or packed round as failed or cancelled."""
        with self._database.write() as connection:
            connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id, RoundRow.status.in_(_UNFINISHED))
                .values(status=status, error=error, finished=now())
            )
        return Changes(rounds=True)

    def prune(self, batch: int = 500) -> int:
        """Delete up to `batch` superseded predictions; returns how many there were.

        Kept are predictions that are shown, were judged, or belong to a draft or an undo step of
        one; imported ones; and those since the training before the newest, so that a proposal on a
        screen still exists after a new round arrived. The run folders keep all of them.
        """
        return prune(self._database, batch)

    def discard_predictions(self, round_id: int, batch: int = 500) -> int:
        """Delete up to `batch` predictions of a round that was never promoted; returns how many
        there were. Kept are those that were judged, or belong to a draft."""
        return discard(self._database, round_id, batch)

    def annotate(
        self, round_id: int, *, name: str | None = None, note: str | None = None
    ) -> Changes:
        """Give a round a name or a note of the user's; None leaves what is there."""
        texts = {"name": name, "note": note}
        with self._database.write() as connection:
            connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id)
                .values({key: text for key, text in texts.items() if text is not None})
            )
        return Changes(rounds=True)

    def add_figures(self, round_id: int, figures: dict[str, object]) -> Changes:
        """Add to the summary of a round."""
        with self._database.write() as connection:
            _add_to_summary(connection, round_id, figures)
        return Changes(rounds=True)


def _next_number(connection: Connection) -> int:
    """The number of a training round that starts now: above those that ended well or are packed."""
    numbered = RoundRow.status.in_((RoundStatus.READY, RoundStatus.PACKED))
    highest = select(func.max(RoundRow.number)).where(numbered)
    return (connection.scalar(highest) or 0) + 1


_UNFINISHED = (RoundStatus.QUEUED, RoundStatus.RUNNING, RoundStatus.PACKED)


def _add_to_summary(connection: Connection, round_id: int, figures: dict[str, object]) -> None:
    written = connection.scalars(select(RoundRow.summary).where(RoundRow.id == round_id)).one()
    summary = json.dumps(json.loads(written) | figures)
    connection.execute(update(RoundRow).where(RoundRow.id == round_id).values(summary=summary))


def _may_show(round_id: int) -> Select[int]:
    """The faces that a round has a prediction for, without labels that judged another one: those
    show that one, whatever comes."""
    return (
        select(PredictionRow.face_id)
        .join(StateRow, StateRow.face_id == PredictionRow.face_id)
        .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
        .where(
            PredictionRow.round_id == round_id,
            StateRow.verdict.not_in(FINAL) | EntryRow.prediction_id.is_(None),
        )
    )


_FEW = id_list("ids")
_before = aliased(EntryRow)
_BOX_CHANGED_SINCE = (
    select(EntryRow.face_id)
    .join(OperationRow, OperationRow.id == EntryRow.operation_id)
    .outerjoin(_before, _before.id == EntryRow.previous)
    .where(
        EntryRow.face_id.in_(id_list("ids")),
        EntryRow.box.is_distinct_from(_before.box),
        OperationRow.time
        > select(RoundRow.started).where(RoundRow.id == bindparam("round")).scalar_subquery(),
    )
)
_SHOWN = (  # undo or an import may bring removed faces back
    select(StateRow.face_id, PredictionRow.points)
    .outerjoin(
        PredictionRow,
        (PredictionRow.id == StateRow.prediction_id)
        & (PredictionRow.round_id != bindparam("round")),
    )
    .where(
        StateRow.face_id.in_(id_list("ids")),
        StateRow.verdict.in_((Verdict.UNREVIEWED, Verdict.REJECTED, Verdict.REMOVED)),
    )
)


def _with_unchanged_box(
    connection: Connection, round_id: int, batch: Sequence[NewPrediction]
) -> list[NewPrediction]:
    """Leave out the faces whose box was changed since the round started."""
    changed = with_changed_box(connection, round_id, [prediction.face_id for prediction in batch])
    return [prediction for prediction in batch if prediction.face_id not in changed]


def with_changed_box(connection: Connection, round_id: int, faces: Sequence[int]) -> set[int]:
    """Those of a few faces whose box was changed since the round started."""
    return set(connection.scalars(_BOX_CHANGED_SINCE, {"round": round_id, "ids": list(faces)}))


def _insert(connection: Connection, round_id: int, batch: Sequence[NewPrediction]) -> None:
    ids = [prediction.face_id for prediction in batch]
    shown: dict[int, Points | None] = dict(
        connection.execute(_SHOWN, {"ids": ids, "round": round_id}).all()
    )
    rows: list[dict[str, Any]] = [
        {
            "face_id": p.face_id, "round_id": round_id,
            "points": PointsType().stored_as(p.points, p.layout),
            "scores": ScoresType().stored_as(p.scores, p.layout), "score": p.score,
            "spread": p.spread, "change": _change(shown[p.face_id], p), "error": p.error,
            "errors": None if p.errors is None else ScoresType().stored_as(p.errors, p.layout),
        }
        for p in batch
        if p.face_id in shown
    ]  # fmt: skip
    if rows:
        connection.execute(dialect_of(connection).insert_or_ignore(PredictionRow), rows)


def _change(before: Points | None, prediction: NewPrediction) -> float | None:
    """Mean distance of landmarks from the proposal shown before, (N, 2); see PredictionRow."""
    if before is None:
        return None
    points: Points = PointsType().in_force(
        PointsType().stored_as(prediction.points, prediction.layout)
    )
    moved = np.linalg.norm(points - before, axis=-1)
    if not np.isfinite(moved).any():
        return None
    size = np.sqrt((np.nanmax(points, 0) - np.nanmin(points, 0)).prod())
    return float(np.nanmean(moved) / max(size, 1.0))


def set_visible(connection: Connection, round_id: int, visible: bool) -> None:
    """Make a round's proposals the current ones, or hide them; then `refresh_faces` is due."""
    if visible:
        _make_visible(connection, round_id, again=True)
    else:
        hide = update(RoundRow).where(RoundRow.id == round_id).values(sequence=None)
        connection.execute(hide)


def _make_visible(connection: Connection, round_id: int, *, again: bool) -> None:
    """Give a round the highest sequence; with `again`, even if it has one."""
    sequence = next_sequence(connection)
    query = update(RoundRow).where(RoundRow.id == round_id).values(sequence=sequence)
    if not again:
        query = query.where(RoundRow.sequence.is_(None))
    connection.execute(query)


def next_sequence(connection: Connection) -> int:
    """A sequence above every one that a round has, or that a redo may give it again."""
    return max(connection.scalar(select(func.max(c))) or 0 for c in _SEQUENCES) + 1


_SEQUENCES = (RoundRow.sequence, RaisedRow.after)
