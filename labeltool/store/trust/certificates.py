"""Certificates, and what they are made of and checked by."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, insert, or_, select

from labeltool.domain import N_, Message, UserError
from labeltool.store.arrays.array_types import PointsType, raw
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    EntryRow,
    FaceRow,
    OperationRow,
    PhotoRow,
    PredictionRow,
    StateRow,
)
from labeltool.store.database.trust_schema import AcceptanceRow, CertificateRow
from labeltool.store.log.operation_log import now

CHUNK = 5000
"""Faces whose landmarks are read at once."""


class CertificateSummary(NamedTuple):
    """A stored certificate. `left` of the `faces` of its operation are as that left them."""

    digest: str
    time: str
    reviewer: str
    description: Message
    faces: int
    left: int


class Certificates:
    """The certificates of a project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, acceptance_id: int, operation_id: int, digest: str, document: str) -> None:
        """Store a certificate: its JSON and the SHA-256 of that."""
        with self._database.write() as connection:
            connection.execute(
                insert(CertificateRow).values(
                    digest=digest, acceptance_id=acceptance_id, operation_id=operation_id,
                    time=now(), document=zlib.compress(document.encode(), 1),
                )
            )  # fmt: skip

    def all(self) -> list[CertificateSummary]:
        """Every certificate, the newest first."""
        with self._database.read() as connection:
            return [CertificateSummary(*row) for row in connection.execute(_ALL)]

    def knows(self, digest: str) -> bool:
        """Whether the project holds the certificate with this digest."""
        query = select(CertificateRow.id).where(CertificateRow.digest == digest)
        with self._database.read() as connection:
            return connection.scalar(query) is not None

    def document(self, digest: str) -> str:
        """The JSON of the certificate whose digest begins so.

        Raises:
            UserError: none or several do.
        """
        begins = CertificateRow.digest.startswith(digest, autoescape=True)
        with self._database.read() as connection:
            rows = list(connection.scalars(select(CertificateRow.document).where(begins).limit(2)))
        if len(rows) != 1:
            raise UserError(
                N_("No certificate is called {name}.")
                if not rows
                else N_("Several certificates begin with {name}."),
                N_("'labeltool certificate list' shows them all."),
                name=digest,
            )
        return zlib.decompress(rows[0]).decode()

    def contents(self, faces: Sequence[int], predictions: Sequence[int]) -> list[tuple[str, str]]:
        """What faces are made of, in their order: SHA-256 of the photo's file, and of the proposal.

        An empty text stands for what is unknown or gone. The hash of a proposal is that of its
        landmarks as little-endian float64, x before y, as the network gave them.
        """
        found = dict[int, tuple[str, str]]()
        with self._database.read() as connection:
            for start in range(0, len(faces), CHUNK):
                part = [int(face) for face in faces[start : start + CHUNK]]
                photos = dict(connection.execute(_PHOTOS, {"ids": part}).all())
                wanted = [int(each) for each in predictions[start : start + CHUNK]]
                points = {
                    row.id: hashlib.sha256(PointsType().unpack(row.points).tobytes()).hexdigest()
                    for row in connection.execute(_POINTS, {"ids": wanted})
                }
                for face, prediction in zip(part, wanted, strict=True):
                    found[face] = photos.get(face) or "", points.get(prediction, "")
        return [found[int(face)] for face in faces]

    def proposals_now(self, faces: Sequence[int]) -> dict[int, int | None]:
        """The proposal that each face shows or was judged by, by face."""
        found = dict[int, int | None]()
        with self._database.read() as connection:
            for start in range(0, len(faces), CHUNK):
                part = [int(face) for face in faces[start : start + CHUNK]]
                found.update(dict(connection.execute(_NOW, {"ids": part}).all()))
        return found


_PHOTOS = (
    select(FaceRow.id, PhotoRow.sha256)
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .where(FaceRow.id.in_(id_list("ids")))
)
_POINTS = select(PredictionRow.id, raw(PredictionRow.points).label("points")).where(
    PredictionRow.id.in_(id_list("ids"))
)
_NOW = select(StateRow.face_id, StateRow.prediction_id).where(StateRow.face_id.in_(id_list("ids")))
_LEFT = (
    select(func.count())
    .select_from(EntryRow)
    .join(StateRow, StateRow.face_id == EntryRow.face_id)
    .where(
        EntryRow.operation_id == CertificateRow.operation_id,
        or_(StateRow.entry_id == EntryRow.id, StateRow.effect == CertificateRow.operation_id),
    )
    .correlate(CertificateRow)
    .scalar_subquery()
)
_ALL = (
    select(
        CertificateRow.digest, CertificateRow.time, AcceptanceRow.reviewer,
        OperationRow.description, OperationRow.faces, _LEFT,
    )
    .join(AcceptanceRow, AcceptanceRow.id == CertificateRow.acceptance_id)
    .join(OperationRow, OperationRow.id == CertificateRow.operation_id)
    .order_by(CertificateRow.id.desc())
)  # fmt: skip
