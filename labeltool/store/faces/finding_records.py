"""Findings of the checks, and which faces have to be checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, bindparam, case, delete, exists, func, insert, or_, select, update

from labeltool.checks.findings import Check, Finding
from labeltool.domain import FINAL, Box, Changes, Points, Verdict, Visibility
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import (
    id_list,
    id_rows,
    joined_numbers,
    read_numbers,
    use_index,
)
from labeltool.store.database.finding_schema import CheckedRow, FindingRow, IgnoredFindingRow
from labeltool.store.database.schema import (
    EntryRow,
    FaceRow,
    ModelRow,
    PhotoRow,
    PredictionRow,
    StateRow,
)
from labeltool.store.log.operation_log import now


@dataclass(frozen=True, slots=True, eq=False)
class FaceToCheck:
    """A face as it is checked: its label, or the proposal that waits. `version`: entry and
    prediction that it was read from. `visibility`: as a person or a file stated it."""

    id: int
    photo_id: int
    photo_size: tuple[int, int]
    box: Box
    box_kind: str
    is_label: bool
    points: Points
    visibility: Visibility | None
    version: tuple[int | None, int | None]


class Findings:
    """What the checks found. A finding of an earlier state of a face is never there: see
    FindingRow."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # What has to be checked

    def unchecked(self, basis: int) -> NDArray[np.int64]:
        """The photos (P,) with a face to check: new or changed since, or checked on less than
        `basis`. A walk over all faces."""
        with self._database.read() as connection:
            return read_numbers(connection, _UNCHECKED, {"basis": basis})

    def of_photos(self, photos: Sequence[int]) -> list[FaceToCheck]:
        """The faces to check of some photos, by photo; those with a label come first."""
        with self._database.read() as connection:
            rows = connection.execute(_OF_PHOTOS, {"ids": list(photos)}).all()
        return [
            FaceToCheck(
                r.face_id, r.photo_id, (r.width or 0, r.height or 0), (r.x, r.y, r.w, r.h), r.kind,
                r.is_label, r.points, r.visibility if r.is_label else None,
                (r.entry_id, r.prediction_id),
            )
            for r in rows
        ]  # fmt: skip

    def sample_labels(self, count: int) -> list[Points]:
        """Up to `count` labels, evenly over the project."""
        return self._sample(_LABELLED, count)

    def sample_proposals(self, count: int, not_model: str) -> list[Points]:
        """Up to `count` proposals that wait, evenly over the project, but none of a model."""
        return self._sample(_PROPOSED, count, not_model)

    def count_labels(self) -> int:
        """How many faces have a label."""
        with self._database.read() as connection:
            return len(read_numbers(connection, _LABELLED))

    def _sample(self, query: object, count: int, not_model: str = "") -> list[Points]:
        with self._database.read() as connection:
            ids = read_numbers(connection, query)
            places = np.linspace(0, len(ids) - 1, min(count, len(ids))).astype(int)
            values = {"ids": ids[places].tolist(), "name": not_model}
            return list(connection.scalars(_POINTS, values))

    # What was found

    def save(self, faces: Sequence[FaceToCheck], found: Sequence[Finding], basis: int) -> Changes:
        """Replace the findings of checked faces; one that changed meanwhile stays unchecked."""
        versions = {face.id: face.version for face in faces}
        with self._database.write() as connection:
            current = connection.execute(_VERSIONS, {"ids": list(versions)})
            same = {r.face_id for r in current if versions[r.face_id] == tuple(r)[1:]}
            before = set(connection.scalars(_FOUND_ON, {"ids": list(versions)}))
            connection.execute(_FORGET, {"ids": list(versions)})
            rows = [self._row(each) for each in found if each.face_id in same]
            rows = [row for row in rows if row["other"] is None or row["other"] in same]
            if rows:
                connection.execute(insert(FindingRow), rows)
                connection.execute(_MARK_IGNORED, {"ids": list(versions)})
            if same:
                values = [{"face_id": face, "basis": basis} for face in same]
                upsert = dialect_of(connection).upsert(CheckedRow, ["face_id"], {"basis": basis})
                connection.execute(upsert, values)
        changed = before | {int(str(row["face_id"])) for row in rows}
        return Changes(faces=frozenset(changed))

    def of_face(self, face_id: int) -> list[tuple[Finding, bool]]:
        """What was found on a face, the gravest first, and whether it is ignored."""
        with self._database.read() as connection:
            rows = connection.execute(_OF_FACE, {"face": face_id}).all()
        found = [(self._finding(row), bool(row.ignored)) for row in rows]
        order = list(Check)
        return sorted(found, key=lambda pair: (pair[1], order.index(pair[0].check)))

    def all(self) -> list[tuple[str, Finding, bool]]:
        """Everything found: the photo's name, the finding, whether it is ignored; by face."""
        with self._database.read() as connection:
            rows = connection.execute(_ALL).all()
        return [(row.path, self._finding(row), bool(row.ignored)) for row in rows]

    def counts(self) -> dict[Check, int]:
        """How many faces each check has a finding on, without the ignored ones."""
        with self._database.read() as connection:
            counted: dict[str, int] = dict(connection.execute(_COUNTS).all())
        return {check: counted[check] for check in Check if counted.get(check)}

    def ignore(self, reviewer: str, finding: Finding, *, on: bool) -> Changes:
        """Ignore a finding on its face from now on, or no longer."""
        key = {
            "face_id": finding.face_id, "check": str(finding.check),
            "landmarks": self._written(finding.landmarks),
        }  # fmt: skip
        with self._database.write() as connection:
            if on:
                added = dialect_of(connection).insert_or_ignore(IgnoredFindingRow)
                connection.execute(added, key | {"reviewer": reviewer, "time": now()})
            else:
                connection.execute(
                    delete(IgnoredFindingRow).where(
                        *(getattr(IgnoredFindingRow, name) == value for name, value in key.items())
                    )
                )
            connection.execute(_MARK_IGNORED, {"ids": [finding.face_id]})
        return Changes(faces=frozenset({finding.face_id}))

    def _written(self, landmarks: Sequence[int]) -> str:
        """Landmarks by their permanent ids: what is ignored stays so when the scheme changes."""
        assert self._database.layouts is not None
        return json.dumps(self._database.layouts.ids_of(landmarks))

    def _row(self, finding: Finding) -> dict[str, object]:
        return {
            "face_id": finding.face_id, "check": str(finding.check),
            "landmarks": self._written(finding.landmarks), "ignored": False,
            "other": finding.other, "mended": finding.mended,
        }  # fmt: skip

    def _finding(self, row: object) -> Finding:
        values = row._mapping  # type: ignore[attr-defined]
        assert self._database.layouts is not None
        return Finding(
            values["face_id"], Check(values["check"]),
            self._database.layouts.places_of(json.loads(values["landmarks"])),
            values["mended"], values["other"],
        )  # fmt: skip


# built once: they run after every change
_IS_FINAL = or_(*(StateRow.verdict == verdict for verdict in FINAL))
_IS_CHECKED = or_(
    _IS_FINAL,
    and_(
        StateRow.prediction_id.is_not(None),
        or_(StateRow.verdict == Verdict.UNREVIEWED, and_(StateRow.offered)),
    ),
)
_UNCHECKED = joined_numbers(
    select(StateRow.photo_id.label("number"))
    .where(
        _IS_CHECKED,
        ~exists().where(
            CheckedRow.face_id == StateRow.face_id, CheckedRow.basis >= bindparam("basis")
        ),
    )
    .group_by(StateRow.photo_id)
)
_LABELLED = joined_numbers(
    use_index(select(StateRow.face_id.label("number")).where(_IS_FINAL), StateRow, "state_verdict")
)
_PROPOSED = joined_numbers(
    use_index(
        select(StateRow.face_id.label("number")).where(and_(StateRow.offered)),
        StateRow,
        "state_offered",
    )
)
_SHOWN = case(
    (_IS_FINAL, func.coalesce(EntryRow.points, PredictionRow.points, type_=EntryRow.points.type)),
    else_=PredictionRow.points,
)
_POINTS = (
    select(_SHOWN.label("points"))
    .select_from(StateRow)
    .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
    .outerjoin(PredictionRow, PredictionRow.id == StateRow.prediction_id)
    .outerjoin(ModelRow, ModelRow.id == StateRow.model_id)
    .where(
        StateRow.face_id.in_(id_list("ids")),
        or_(ModelRow.name.is_(None), ModelRow.name != bindparam("name"), _IS_FINAL),
        _SHOWN.is_not(None),
    )
    .order_by(StateRow.face_id)
)
_PHOTOS = id_rows("ids")
_OF_PHOTOS = (
    select(
        StateRow.face_id, FaceRow.photo_id, PhotoRow.width, PhotoRow.height, FaceRow.x, FaceRow.y,
        FaceRow.w, FaceRow.h, FaceRow.kind, _IS_FINAL.label("is_label"), _SHOWN.label("points"),
        EntryRow.visibility, StateRow.entry_id, StateRow.prediction_id,
    )
    .select_from(_PHOTOS)
    .join(FaceRow, FaceRow.photo_id == _PHOTOS.c.value)
    .join(StateRow, StateRow.face_id == FaceRow.id)
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)
    .outerjoin(PredictionRow, PredictionRow.id == StateRow.prediction_id)
    .where(_IS_CHECKED, _SHOWN.is_not(None))
    .order_by(FaceRow.photo_id, _IS_FINAL.desc(), FaceRow.id)
)  # fmt: skip
_VERSIONS = select(StateRow.face_id, StateRow.entry_id, StateRow.prediction_id).where(
    StateRow.face_id.in_(id_list("ids"))
)
_FOUND_ON = select(FindingRow.face_id).where(FindingRow.face_id.in_(id_list("ids")))
_FORGET = delete(FindingRow).where(FindingRow.face_id.in_(id_list("ids")))
_MARK_IGNORED = (
    update(FindingRow)
    .where(FindingRow.face_id.in_(id_list("ids")))
    .values(
        ignored=exists().where(
            IgnoredFindingRow.face_id == FindingRow.face_id,
            IgnoredFindingRow.check == FindingRow.check,
            IgnoredFindingRow.landmarks == FindingRow.landmarks,
        )
    )
)
_OF_FACE = select(FindingRow.__table__).where(FindingRow.face_id == bindparam("face"))
_ALL = (
    select(FindingRow.__table__, PhotoRow.path)
    .join(FaceRow, FaceRow.id == FindingRow.face_id)
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .order_by(FindingRow.face_id, FindingRow.check)
)
_COUNTS = (
    select(FindingRow.check, func.count()).where(~FindingRow.ignored).group_by(FindingRow.check)
)
