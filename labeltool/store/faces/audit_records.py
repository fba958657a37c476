"""The audit set, and what finds the groups of its faces: paths and fingerprints of photos."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, insert, select, update

from labeltool.domain import (
    FINAL,
    N_,
    AuditFace,
    AuditSet,
    Changes,
    LedgerRole,
    UserError,
    Verdict,
)
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list, joined_numbers, read_numbers
from labeltool.store.database.schema import (
    AuditRow,
    FaceRow,
    LedgerRow,
    ModelRow,
    PhotoRow,
    RootRow,
    StateRow,
)
from labeltool.store.log.operation_log import now

TRAINABLE = (Verdict.UNREVIEWED, Verdict.ACCEPTED, Verdict.CORRECTED)
"""Verdicts of faces that a round may train on."""


class PhotoColumns(NamedTuple):
    """What groups compare of P photos, K of them with a fingerprint, by id.

    `ids` (P,) and `folders` (P,) of photos; `hashed` (K,): ids of those with a fingerprint;
    `hashes` (K,): the 64 bits of it, as signed numbers.
    """

    ids: NDArray[np.int64]
    folders: NDArray[np.int64]
    hashed: NDArray[np.int64]
    hashes: NDArray[np.int64]


class AuditRecords:
    """The audit set of a project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self) -> AuditSet:
        """The faces that measure networks."""
        with self._database.read() as connection:
            rows = connection.execute(_AUDIT).all()
        faces = (AuditFace(r.face_id, r.photo_id, Verdict(r.verdict), r.trained) for r in rows)
        return AuditSet(rows[0].rule if rows else "", tuple(faces))

    def add(
        self, reviewer: str, faces: Collection[int], rule: str, seed: int, *, beside: AuditSet
    ) -> Changes:
        """Add drawn faces to the set, which must still be `beside`.

        Raises:
            UserError: another program drew faces meanwhile.
        """
        known = {face.face_id for face in beside.faces}
        with self._database.write() as connection:
            if set(connection.scalars(select(AuditRow.face_id))) != known:
                raise UserError(
                    N_("Another window added faces to measure by just now."),
                    N_("Look how many there are, and try again."),
                )
            time = now()
            connection.execute(
                insert(AuditRow),
                [
                    {"face_id": face, "rule": rule, "seed": seed, "reviewer": reviewer,
                     "time": time}
                    for face in sorted(faces)
                ],
            )  # fmt: skip
        return Changes(faces=frozenset(faces))

    def trainable(self) -> list[tuple[int, int]]:
        """Every face that a round may train on, by id: face and photo."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(StateRow.face_id, StateRow.photo_id)
                .where(StateRow.verdict.in_(TRAINABLE))
                .order_by(StateRow.face_id)
            )
            return [(row.face_id, row.photo_id) for row in rows]

    def trained(self) -> set[int]:
        """Faces that some round has trained on, by its ledger."""
        with self._database.read() as connection:
            return set(connection.scalars(select(LedgerRow.face_id).where(_WAS_TRAINED)))

    def count_labels(self, faces: Collection[int], not_model: str) -> tuple[int, int]:
        """How many of these faces have a manual label, and how many a pseudo-label of a model other
        than `not_model`, see `Faces.pseudo_labels`."""
        with self._database.read() as connection:
            values = {"ids": sorted(faces), "name": not_model}
            manual, pseudo = connection.execute(_COUNT_LABELS, values).one()
            return manual, pseudo

    def photos(self) -> PhotoColumns:
        """Every photo."""
        with self._database.read() as connection:
            return PhotoColumns(*(read_numbers(connection, query) for query in _PHOTO_COLUMNS))

    def paths(self) -> list[str]:
        """The path of every photo under its photo folder, by id."""
        with self._database.read() as connection:
            return list(connection.scalars(select(PhotoRow.path).order_by(PhotoRow.id)))

    def photos_of(self, faces: Collection[int]) -> set[int]:
        """The photos of these faces."""
        query = select(FaceRow.photo_id).where(FaceRow.id.in_(id_list("ids")))
        with self._database.read() as connection:
            return set(connection.scalars(query, {"ids": sorted(faces)}))

    def faces_of(self, photos: Collection[int]) -> set[int]:
        """Every face of these photos, removed ones too."""
        query = select(FaceRow.id).where(FaceRow.photo_id.in_(id_list("ids")))
        with self._database.read() as connection:
            return set(connection.scalars(query, {"ids": sorted(photos)}))

    def without_fingerprint(self, photos: Collection[int]) -> list[tuple[int, Path]]:
        """Those of these photos that have no fingerprint yet and may be readable: id and file."""
        query = (
            select(PhotoRow.id, PhotoRow.path, RootRow.path.label("root"))
            .join(RootRow, RootRow.id == PhotoRow.root_id)
            .where(
                PhotoRow.id.in_(id_list("ids")),
                PhotoRow.fingerprint.is_(None),
                PhotoRow.problem.is_(None),
            )
            .order_by(PhotoRow.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query, {"ids": sorted(photos)})
            return [(row.id, Path(row.root) / row.path) for row in rows]

    def save_fingerprints(self, found: Mapping[int, int]) -> None:
        """Save the fingerprints of photos, by photo id."""
        rows: Sequence[dict[str, int]] = [
            {"photo": photo, "hash": fingerprint} for photo, fingerprint in found.items()
        ]
        if rows:
            query = update(PhotoRow).where(PhotoRow.id == bindparam("photo"))
            with self._database.write() as connection:
                connection.execute(query.values(fingerprint=bindparam("hash")), rows)


_COUNT_LABELS = (
    select(
        func.count().filter(StateRow.verdict.in_(FINAL)),
        func.count().filter(
            StateRow.verdict == Verdict.UNREVIEWED,
            ~StateRow.flag,
            ModelRow.name != bindparam("name"),
        ),
    )
    .select_from(StateRow)
    .outerjoin(ModelRow, ModelRow.id == StateRow.model_id)
    .where(StateRow.face_id.in_(id_list("ids")))
)
_PHOTO_COLUMNS = tuple(
    joined_numbers(query.order_by(PhotoRow.id))
    for query in (
        select(PhotoRow.id.label("number")),
        select(PhotoRow.folder_id.label("number")),
        select(PhotoRow.id.label("number")).where(PhotoRow.fingerprint.is_not(None)),
        select(PhotoRow.fingerprint.label("number")).where(PhotoRow.fingerprint.is_not(None)),
    )
)
_WAS_TRAINED = LedgerRow.role.in_((LedgerRole.MANUAL, LedgerRole.PSEUDO))
_AUDIT = (
    select(
        AuditRow.face_id, AuditRow.rule, StateRow.photo_id, StateRow.verdict,
        select(LedgerRow.face_id)
        .where(LedgerRow.face_id == AuditRow.face_id, _WAS_TRAINED)
        .exists()
        .label("trained"),
    )
    .join(StateRow, StateRow.face_id == AuditRow.face_id)
    .order_by(AuditRow.face_id)
)  # fmt: skip
