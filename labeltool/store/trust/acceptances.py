"""Acceptances with a guarantee: their sets, what was shown, and what the reviewer said."""

from __future__ import annotations

import secrets
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, insert, literal, select, update

from labeltool.domain import FINAL, N_, Points, UserError, Verdict
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list, joined_numbers, read_numbers
from labeltool.store.database.schema import (
    AuditRow,
    DraftRow,
    EntryRow,
    FolderRow,
    ModelRow,
    OperationRow,
    PredictionRow,
    ProjectRow,
    StateRow,
)
from labeltool.store.database.trust_schema import AcceptanceRow, JudgementRow
from labeltool.store.log.operation_log import now

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Proposals that nobody judged, the smallest expected error first within each group.

    `faces`, `predictions`, `group` (F,): ids, and places in `groups`. `groups`: their names; one
    without a name if they are not grouped.
    """

    faces: Numbers
    predictions: Numbers
    group: Numbers
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcceptanceRecord:
    """An acceptance as it is stored. `settings`: JSON of `labeltool.trust.settings`."""

    id: int
    uuid: str
    reviewer: str
    time: str
    seed: str
    settings: str
    status: str
    candidates: Candidates


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """A face that was shown: see `JudgementRow`."""

    number: int
    token: str
    face_id: int
    prediction_id: int | None
    kind: str
    shift: float | None
    points: Points | None
    answer: bool | None
    time: str | None
    operation_id: int | None


class Acceptances:
    """Reads and writes acceptances. Each write is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def candidates(self, faces: Sequence[int], *, by_folder: bool) -> Candidates:
        """Those of these faces that may be accepted unseen: proposals that nobody judged, without
        drafts and without the faces to measure by."""
        folder: Any = StateRow.folder_id if by_folder else literal(0)
        order = (StateRow.error.asc().nulls_last(), StateRow.score.desc(), StateRow.face_id)
        query = (
            select(StateRow.face_id, StateRow.prediction_id, folder.label("folder"))
            .where(
                StateRow.face_id.in_(id_list("ids")),
                StateRow.verdict == Verdict.UNREVIEWED,
                StateRow.prediction_id.is_not(None),
                StateRow.face_id.not_in(select(DraftRow.face_id)),
                StateRow.face_id.not_in(select(AuditRow.face_id)),
            )
            .order_by("folder", *order)
        )
        with self._database.read() as connection:
            rows = connection.execute(query, {"ids": list(faces)}).all()
            names = dict(connection.execute(select(FolderRow.id, FolderRow.path)).all())
        table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 3)
        found, group = np.unique(table[:, 2], return_inverse=True)
        groups = tuple(names.get(int(folder), "") for folder in found) if by_folder else ("",)
        return Candidates(table[:, 0], table[:, 1], group.astype(np.int64), groups)

    def start(self, reviewer: str, seed: str, settings: str, candidates: Candidates) -> int:
        """Store a new acceptance; returns its id."""
        columns = (candidates.faces, candidates.predictions, candidates.group)
        packed = zlib.compress(np.stack(columns).astype("<i8").tobytes(), 1)
        with self._database.write() as connection:
            result = connection.execute(
                insert(AcceptanceRow).values(
                    uuid=uuid.uuid4().hex, reviewer=reviewer, time=now(), seed=seed,
                    settings=settings, groups=list(candidates.groups), candidates=packed,
                )
            )  # fmt: skip
            return int(result.inserted_primary_key[0])  # type: ignore[index]

    def get(self, acceptance_id: int) -> AcceptanceRecord:
        """One acceptance.

        Raises:
            UserError: there is none with this id.
        """
        query = select(AcceptanceRow.__table__).where(AcceptanceRow.id == acceptance_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise UserError(N_("There is no such acceptance."), N_("Start a new one."))
        table = np.frombuffer(zlib.decompress(row.candidates), "<i8").reshape(3, -1)
        candidates = Candidates(table[0], table[1], table[2], tuple(row.groups))
        return AcceptanceRecord(
            row.id, row.uuid, row.reviewer, row.time, row.seed, row.settings, row.status, candidates
        )

    def id_of(self, acceptance_uuid: str) -> int | None:
        """The id of the acceptance with this uuid; None if the project has none."""
        query = select(AcceptanceRow.id).where(AcceptanceRow.uuid == acceptance_uuid)
        with self._database.read() as connection:
            return connection.scalar(query)

    def open_ids(self, reviewer: str) -> list[int]:
        """A reviewer's acceptances that are not finished, the newest first."""
        query = select(AcceptanceRow.id).where(
            AcceptanceRow.status == "open", AcceptanceRow.reviewer == reviewer
        )
        with self._database.read() as connection:
            return list(connection.scalars(query.order_by(AcceptanceRow.id.desc())))

    def end(self, acceptance_id: int, status: str) -> None:
        """Say that an acceptance is finished: accepted or ended."""
        query = update(AcceptanceRow).where(AcceptanceRow.id == acceptance_id)
        with self._database.write() as connection:
            connection.execute(query.values(status=status))

    def changed(self, candidates: Candidates) -> int:
        """How many of the faces show another proposal now, or are not there any more."""
        order = np.argsort(candidates.faces)
        faces = candidates.faces[order]
        query = joined_numbers(
            select(func.coalesce(StateRow.prediction_id, 0).label("number"))
            .where(StateRow.face_id.in_(id_list("ids")), StateRow.verdict != Verdict.REMOVED)
            .order_by(StateRow.face_id)
        )
        with self._database.read() as connection:
            shown = read_numbers(connection, query, {"ids": faces.tolist()})
            if len(shown) != len(faces):
                return abs(len(faces) - len(shown)) or 1
        return int((shown != candidates.predictions[order]).sum())

    def proposal(self, face_id: int, prediction_id: int) -> Points | None:
        """The landmarks (N, 2) of a face's proposal, if the face still shows that one."""
        with self._database.read() as connection:
            return connection.scalar(_SHOWN, {"face": face_id, "prediction": prediction_id})

    def labels(self, limit: int) -> list[int]:
        """Up to `limit` faces with a manual label whose landmarks are all placed by a person or
        accepted, chosen evenly over the project."""
        query = joined_numbers(
            select(StateRow.face_id.label("number"))
            .where(StateRow.verdict.in_(FINAL))
            .order_by(StateRow.face_id)
        )
        with self._database.read() as connection:
            found = read_numbers(connection, query)
        if len(found) > limit:
            found = found[np.linspace(0, len(found) - 1, limit).astype(int)]
        return [int(face) for face in found]

    def label(self, face_id: int) -> Points | None:
        """The landmarks (N, 2) of a face's manual label; None without one."""
        with self._database.read() as connection:
            return connection.scalar(_LABEL, {"face": face_id})

    # What was shown

    def judgements(self, acceptance_id: int) -> list[Judgement]:
        """Everything that was shown, in order."""
        with self._database.read() as connection:
            rows = connection.execute(_JUDGEMENTS, {"acceptance": acceptance_id})
            return [_judgement(row) for row in rows]

    def show(
        self,
        acceptance_id: int,
        number: int,
        face_id: int,
        prediction_id: int | None,
        kind: str = "real",
        shift: float | None = None,
        points: Points | None = None,
    ) -> Judgement:
        """Store what is shown next, before it is shown; `number` counts from 1."""
        token = secrets.token_hex(16)
        values = {
            "acceptance_id": acceptance_id, "number": number, "token": token, "face_id": face_id,
            "prediction_id": prediction_id, "kind": kind, "shift": shift, "points": points,
        }  # fmt: skip
        with self._database.write() as connection:
            connection.execute(insert(JudgementRow), values)
        return Judgement(
            number, token, face_id, prediction_id, kind, shift, points, None, None, None
        )

    def answer(self, token: str, right: bool) -> None:
        """Store what the reviewer said of a shown face.

        Raises:
            UserError: it was answered already, or never shown.
        """
        with self._database.write() as connection:
            result = connection.execute(_ANSWER, {"shown": token, "said": right, "moment": now()})
            if result.rowcount != 1:
                raise UserError(N_("This face was judged already."), N_("Look at the next one."))

    def take_back(self, token: str) -> None:
        """Forget what the reviewer said of a face: only of the one judged last, as the database
        enforces."""
        with self._database.write() as connection:
            connection.execute(_TAKE_BACK, {"shown": token})

    def note_correction(self, token: str, reviewer: str) -> None:
        """Say that the reviewer's newest operation corrects the face shown under this token."""
        with self._database.write() as connection:
            operation = connection.scalar(_NEWEST, {"reviewer": reviewer})
            connection.execute(_CORRECTED, {"shown": token, "operation": operation})

    def newest_operation(self, reviewer: str) -> int:
        """The id of a reviewer's newest operation."""
        with self._database.read() as connection:
            return int(connection.scalar(_NEWEST, {"reviewer": reviewer}) or 0)

    def project_uuid(self) -> str:
        """What names this project."""
        with self._database.read() as connection:
            return str(connection.scalar(select(ProjectRow.uuid)))

    def models(self, faces: Sequence[int]) -> list[str]:
        """The names of the models whose proposals these faces show."""
        query = (
            select(ModelRow.name)
            .where(
                ModelRow.id.in_(
                    select(StateRow.model_id).where(StateRow.face_id.in_(id_list("ids")))
                )
            )
            .order_by(ModelRow.name)
        )
        with self._database.read() as connection:
            return list(connection.scalars(query, {"ids": list(faces)}))


_SHOWN = (
    select(PredictionRow.points)
    .join(StateRow, StateRow.prediction_id == PredictionRow.id)
    .where(
        StateRow.face_id == bindparam("face"),
        StateRow.prediction_id == bindparam("prediction"),
        StateRow.verdict != Verdict.REMOVED,
    )
)
_LABEL = (
    select(func.coalesce(EntryRow.points, PredictionRow.points, type_=PredictionRow.points.type))
    .select_from(StateRow)
    .join(EntryRow, EntryRow.id == StateRow.entry_id)
    .outerjoin(PredictionRow, PredictionRow.id == EntryRow.prediction_id)
    .where(StateRow.face_id == bindparam("face"), StateRow.verdict.in_(FINAL))
)
_JUDGEMENTS = (
    select(JudgementRow.__table__)
    .where(JudgementRow.acceptance_id == bindparam("acceptance"))
    .order_by(JudgementRow.number)
)
_ANSWER = (
    update(JudgementRow)
    .where(JudgementRow.token == bindparam("shown"), JudgementRow.answer.is_(None))
    .values(answer=bindparam("said"), time=bindparam("moment"))
)
_TAKE_BACK = (
    update(JudgementRow)
    .where(JudgementRow.token == bindparam("shown"))
    .values(answer=None, time=None, operation_id=None)
)
_CORRECTED = (
    update(JudgementRow)
    .where(JudgementRow.token == bindparam("shown"))
    .values(operation_id=bindparam("operation"))
)
_NEWEST = select(func.max(OperationRow.id)).where(OperationRow.reviewer == bindparam("reviewer"))


def _judgement(row: Any) -> Judgement:
    return Judgement(
        row.number, row.token, row.face_id, row.prediction_id, row.kind, row.shift, row.points,
        row.answer, row.time, row.operation_id,
    )  # fmt: skip
