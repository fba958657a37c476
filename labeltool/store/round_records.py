"""Rounds: who proposed what, and taking results in a little at a time."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, insert, select, text, update

from labeltool.domain import (
    Changes,
    NewPrediction,
    Points,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
)
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import ModelRow, PredictionRow, RoundRow
from labeltool.store.log.face_state import settle
from labeltool.store.log.operation_log import now

BOX = "box"
"""The task of rounds that only hold proposals for boxes that people changed."""

LEASE = 30.0
"""Seconds after which a process that takes results in and says nothing is taken for dead."""

PIECE = 16
"""Faces brought up to date in one transaction: a few milliseconds."""


class Rounds:
    """The rounds of a project. `folder` of a round is relative to the project folder."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._owner = uuid.uuid4().hex
        self._leases = False

    def add(self, kind: RoundKind, task: str, folder: str, summary: dict[str, object]) -> int:
        """A new running round; training rounds are numbered from 1."""
        with self._database.write() as connection:
            number = 0
            if kind is RoundKind.TRAIN:
                highest = select(func.max(RoundRow.number)).where(RoundRow.status == "ready")
                number = (connection.scalar(highest) or 0) + 1
            result = connection.execute(
                insert(RoundRow).values(
                    uuid=uuid.uuid4().hex, kind=kind, number=number, task=task,
                    status=RoundStatus.RUNNING, folder=folder, started=now(),
                    summary=json.dumps(summary),
                )
            )  # fmt: skip
            return int(result.inserted_primary_key[0])  # type: ignore[index]

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
                )
                for r in rows
            ]  # fmt: skip

    def current(self) -> Round | None:
        """The round whose model proposes now: the visible one with the highest sequence."""
        with self._database.read() as connection:
            newest = connection.scalar(
                select(RoundRow.id)
                .where(RoundRow.sequence.is_not(None), RoundRow.kind != RoundKind.IMPORT)
                .order_by(RoundRow.sequence.desc())
                .limit(1)
            )
        return next((r for r in self.all() if r.id == newest), None)

    def set_model(self, round_id: int, name: str, digest: str) -> None:
        """Say whose predictions a round brings; the same weights are one model."""
        with self._database.write() as connection:
            model = connection.scalar(select(ModelRow.id).where(ModelRow.digest == digest))
            if model is None:
                result = connection.execute(insert(ModelRow).values(name=name, digest=digest))
                model = result.inserted_primary_key[0]  # type: ignore[index]
            connection.execute(
                update(RoundRow).where(RoundRow.id == round_id).values(model_id=model)
            )

    def imported(self, digest: str) -> int | None:
        """The import whose proposals have this digest."""
        with self._database.read() as connection:
            return connection.scalar(
                select(RoundRow.id)
                .join(ModelRow, ModelRow.id == RoundRow.model_id)
                .where(ModelRow.digest == digest, RoundRow.kind == RoundKind.IMPORT)
            )

    def lease(self, round_id: int) -> bool:
        """Take or renew the right to take a round's results in; False if another process has it."""
        moment = time.time()
        with self._database.write() as connection:
            result = connection.execute(
                update(RoundRow)
                .where(
                    RoundRow.id == round_id,
                    (RoundRow.lease.is_(None))
                    | (RoundRow.lease == self._owner)
                    | (RoundRow.lease_until < moment)
                    # taken while the clock was ahead
                    | (RoundRow.lease_until > moment + LEASE),
                )
                .values(lease=self._owner, lease_until=moment + LEASE)
            )
            self._leases = self._leases or bool(result.rowcount)
            return bool(result.rowcount)

    def release_lease(self) -> None:
        """Give back the right to take results in, so that the next window need not wait for it."""
        if self._leases:
            with self._database.write() as connection:
                connection.execute(
                    update(RoundRow).where(RoundRow.lease == self._owner).values(lease=None)
                )
            self._leases = False

    def add_predictions(self, round_id: int, batch: Sequence[NewPrediction]) -> None:
        """Add predictions of faces without a manual label; those that are there already stay, and
        those for boxes that were changed since the round started are left out.

        Callers keep batches short, so that a click never waits for one.
        """
        with self._database.write() as connection:
            _insert(connection, round_id, _of_these_boxes(connection, round_id, batch))

    def offer(self, round_id: int, batch: Sequence[NewPrediction]) -> Changes:
        """As `add_predictions`, and offer them at once: for faces that had no proposal before."""
        with self._database.write() as connection:
            _insert(connection, round_id, _of_these_boxes(connection, round_id, batch))
            _make_visible(connection, round_id, again=False)
            ids = [prediction.face_id for prediction in batch]
            settle(
                connection,
                "face_id IN (SELECT value FROM json_each(:ids))",
                {"ids": json.dumps(ids)},
            )
        return Changes(faces=frozenset(ids))

    def offer_anew(self, like: Round, prediction: NewPrediction) -> Changes:
        """Offer what the model of the round `like` proposes for one face with another box.

        A round has one proposal a face, so this one belongs to a round of its own, or shares the
        one of other such faces if nothing newer came between.
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
            if newest is None or newest.task != BOX or newest.model_id != model_id or taken:
                result = connection.execute(
                    insert(RoundRow).values(
                        uuid=uuid.uuid4().hex, kind=RoundKind.PREDICT, number=0, task=BOX,
                        status=RoundStatus.READY, folder=folder, model_id=model_id,
                        started=now(), finished=now(), summary="{}",
                    )
                )  # fmt: skip
                round_id = int(result.inserted_primary_key[0])  # type: ignore[index]
            else:
                round_id = newest.id
            _insert(connection, round_id, [prediction])
            _make_visible(connection, round_id, again=False)
            settle(connection, "face_id = :face", {"face": prediction.face_id})
        return Changes(faces=frozenset({prediction.face_id}))

    def finish(self, round_id: int, summary: dict[str, object], *, visible: bool = True) -> Changes:
        """A round's proposals are offered now, and it is ready.

        Also restores an earlier round: its proposals become the current ones again.
        """
        with self._database.write() as connection:
            if visible:
                _make_visible(connection, round_id, again=True)
            row = connection.execute(select(RoundRow.summary).where(RoundRow.id == round_id)).one()
            connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id)
                .values(
                    status=RoundStatus.READY,
                    finished=now(),
                    summary=json.dumps(json.loads(row.summary) | summary),
                    unsettled=visible,
                )
            )
        if visible:
            self.settle(round_id)
        return Changes(all=True, rounds=True)

    def unsettled(self) -> list[int]:
        """Rounds whose proposals some faces do not show yet: `settle` was cut short."""
        with self._database.read() as connection:
            return list(connection.scalars(select(RoundRow.id).where(RoundRow.unsettled)))

    def settle(self, round_id: int, progress: Progress = lambda done, total: None) -> Changes:
        """Bring the faces of a visible round up to date, a few at a time, so that no decision waits
        for 200,000 of them. May be repeated; if `progress` raises, the round stays unsettled."""
        last, done, total = 0, 0, self._count(round_id)
        while faces := self._faces_after(round_id, last):
            with self._database.background_write(), self._database.write() as connection:
                settle(
                    connection,
                    "face_id IN (SELECT value FROM json_each(:ids))",
                    {"ids": json.dumps(faces)},
                )
            last, done = faces[-1], done + len(faces)
            progress(done, total)
        with self._database.write() as connection:
            connection.execute(
                update(RoundRow).where(RoundRow.id == round_id).values(unsettled=False)
            )
        return Changes(all=True)

    def _count(self, round_id: int) -> int:
        with self._database.read() as connection:
            return connection.scalars(
                select(func.count()).where(PredictionRow.round_id == round_id)
            ).one()

    def _faces_after(self, round_id: int, last: int) -> list[int]:
        with self._database.read() as connection:
            return list(
                connection.scalars(
                    select(PredictionRow.face_id)
                    .where(PredictionRow.round_id == round_id, PredictionRow.face_id > last)
                    .order_by(PredictionRow.face_id)
                    .limit(PIECE)
                )
            )

    def end(self, round_id: int, status: RoundStatus, error: str | None = None) -> Changes:
        """A round failed or was cancelled; everything else stays as it was."""
        with self._database.write() as connection:
            connection.execute(
                update(RoundRow)
                .where(RoundRow.id == round_id, RoundRow.status == RoundStatus.RUNNING)
                .values(status=status, error=error, finished=now())
            )
        return Changes(rounds=True)

    def prune(self, batch: int = 500) -> int:
        """Delete up to `batch` superseded predictions; returns how many there were.

        Kept are those shown, judged or drafted upon (also by moves that can be undone), imported
        ones, and those since the training before the newest, so that a proposal on a screen
        outlives the arrival of a new round. All others stay in the run folders.
        """
        # looked for without the write lock: the judged ones of old rounds are many
        with self._database.read() as connection:
            query = text(f"SELECT p.id FROM prediction p {_SUPERSEDED} LIMIT :batch")
            old = list(connection.scalars(query, {"batch": batch}))
        if not old:
            return 0
        with self._database.write() as connection:
            result = connection.execute(
                text(
                    "DELETE FROM prediction WHERE id IN (SELECT p.id FROM json_each(:ids) "
                    f"JOIN prediction p ON p.id = value {_SUPERSEDED})"
                ),
                {"ids": json.dumps(old)},
            )
            return int(result.rowcount)


_SUPERSEDED = """
JOIN round r ON r.id = p.round_id
WHERE r.kind != 'import' AND r.sequence < (
    SELECT sequence FROM round WHERE kind = 'train' AND sequence IS NOT NULL
    ORDER BY sequence DESC LIMIT 1 OFFSET 1
)
AND NOT EXISTS (SELECT 1 FROM state s WHERE s.face_id = p.face_id AND s.prediction_id = p.id)
AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.prediction_id = p.id)
AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.face_id = p.face_id AND d.prediction_id = p.id)
AND NOT EXISTS (SELECT 1 FROM draft_step m WHERE m.face_id = p.face_id
                AND p.id IN (m.before_prediction, m.after_prediction))
"""


def _of_these_boxes(
    connection: Connection, round_id: int, batch: Sequence[NewPrediction]
) -> list[NewPrediction]:
    """Without the faces whose box is another one since the round started."""
    query = text(
        "SELECT e.face_id FROM entry e JOIN operation o ON o.id = e.operation_id "
        "LEFT JOIN entry b ON b.id = e.previous "
        "WHERE e.face_id IN (SELECT value FROM json_each(:ids)) AND e.box IS NOT b.box "
        "AND o.time > (SELECT started FROM round WHERE id = :round)"
    )
    ids = json.dumps([prediction.face_id for prediction in batch])
    changed = set(connection.scalars(query, {"round": round_id, "ids": ids}))
    return [prediction for prediction in batch if prediction.face_id not in changed]


def _insert(connection: Connection, round_id: int, batch: Sequence[NewPrediction]) -> None:
    query = text(
        "SELECT s.face_id, p.points FROM state s LEFT JOIN prediction p "
        "ON p.id = s.prediction_id AND p.round_id IS NOT :round "
        "WHERE s.face_id IN (SELECT value FROM json_each(:ids)) "
        "AND s.verdict IN ('unreviewed', 'rejected', 'removed')"  # the last may come back
    )
    ids = json.dumps([prediction.face_id for prediction in batch])
    shown: dict[int, bytes | None] = dict(
        connection.execute(query, {"ids": ids, "round": round_id}).all()
    )
    rows: list[dict[str, Any]] = [
        {
            "face_id": p.face_id, "round_id": round_id, "points": p.points, "scores": p.scores,
            "score": p.score, "spread": p.spread, "change": _change(shown[p.face_id], p.points),
        }
        for p in batch
        if p.face_id in shown
    ]  # fmt: skip
    if rows:
        connection.execute(insert(PredictionRow).prefix_with("OR IGNORE"), rows)


def _change(before: bytes | None, points: Points) -> float | None:
    """Mean movement of the landmarks against the proposal shown before; see PredictionRow."""
    if before is None:
        return None
    moved = np.linalg.norm(points - np.frombuffer(before, "<f8").reshape(-1, 2), axis=-1)
    if not np.isfinite(moved).any():
        return None
    size = np.sqrt((np.nanmax(points, 0) - np.nanmin(points, 0)).prod())
    return float(np.nanmean(moved) / max(size, 1.0))


def set_visible(connection: Connection, round_id: int, visible: bool) -> None:
    """Offer the proposals of a round before all others, or no longer; faces follow by `settle`."""
    if visible:
        _make_visible(connection, round_id, again=True)
    else:
        hide = update(RoundRow).where(RoundRow.id == round_id).values(sequence=None)
        connection.execute(hide)


def _make_visible(connection: Connection, round_id: int, *, again: bool) -> None:
    """Give the round the highest sequence, once, or once more to bring it back on top."""
    sequence = (connection.scalar(select(func.max(RoundRow.sequence))) or 0) + 1
    query = update(RoundRow).where(RoundRow.id == round_id).values(sequence=sequence)
    if not again:
        query = query.where(RoundRow.sequence.is_(None))
    connection.execute(query)
