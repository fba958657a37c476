"""What a project file holds of some photos, and how all of it is deleted for good.

Undo cannot bring anything back: the entries of the log go too. Afterwards no byte of the file is
left of what was deleted, now or at any time before.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import (
    Connection,
    String,
    bindparam,
    delete,
    func,
    inspect,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.pool import NullPool

from labeltool.domain import (
    FINAL,
    N_,
    LedgerRole,
    Message,
    PhotoNames,
    PhotoPatterns,
    RoundKind,
    RoundStatus,
    UserError,
)
from labeltool.store.database import sqlite
from labeltool.store.database.counters import search_text
from labeltool.store.database.database_errors import user_errors
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.expressions import id_list
from labeltool.store.database.finding_schema import CheckedRow, FindingRow, IgnoredFindingRow
from labeltool.store.database.schema import (
    SCHEMA,
    AuditRow,
    DraftRow,
    DraftStepRow,
    EntryRow,
    FaceCounterRow,
    FaceRow,
    FolderRow,
    LedgerRow,
    ModelRow,
    OperationRow,
    PhotoRow,
    PredictionRow,
    ReviewerProgressRow,
    RootRow,
    RoundRow,
    SavedFilterRow,
    StateRow,
    VersionRow,
)
from labeltool.store.database.trust_schema import (
    AcceptanceRow,
    CertificateRow,
    CostRow,
    JudgementRow,
)


class OtherVersionError(UserError):
    """A project file was written by another version of this program."""


FORGOTTEN = Message(N_("deleted for good"))
"""The description of an operation of which nothing is left."""

_WITH_FACE = (
    CheckedRow, IgnoredFindingRow, CostRow, AuditRow, LedgerRow, DraftStepRow, DraftRow, StateRow,
    EntryRow, PredictionRow,
)  # fmt: skip
"""Tables of which every row with a `face_id` goes; StateRow before those that it names."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a project file holds of some photos.

    `photos`: their ids, with the path of the photo folder and the path below it. `roots`: all photo
    folders by id. `kept_names`: file names of the other photos. `acceptances`: ids of those that
    name one of the faces. `trained`: the training rounds whose networks have seen one, by number.
    `packed`: all rounds that another machine trains, by number.
    """

    photos: Mapping[int, tuple[str, str]]
    roots: Mapping[int, str]
    kept_names: frozenset[str]
    faces: tuple[int, ...]
    labels: int
    entries: int
    predictions: int
    audit_faces: int
    acceptances: tuple[int, ...]
    certificates: int
    trained: tuple[int, ...]
    packed: tuple[int, ...]

    @property
    def names(self) -> PhotoNames:
        """Takes the names of these photos out of texts."""
        return PhotoNames(list(self.photos.values()), self.kept_names)


def find_photos(file: Path, patterns: PhotoPatterns, *, closed: bool = False) -> Holdings:
    """What a project file holds of some photos. `closed`: nobody has it open.

    Raises:
        OtherVersionError: it is of another version.
        UserError: it is damaged, or cannot be read.
    """
    engine = sqlite.open_read_only_engine(file, closed=closed)
    try:
        with user_errors(file), engine.connect() as connection:
            sqlite.begin_read(connection)
            _check_version(connection, file)
            return _find(connection, patterns)
    finally:
        engine.dispose()


def forget_photos(file: Path, patterns: PhotoPatterns) -> None:
    """Delete everything that a project file holds of some photos; nobody has it open.

    May be repeated, and cut short at any moment: the rows go in one transaction, and what is left
    of deleted bytes goes with the next call.

    Raises:
        OtherVersionError: it is of another version.
        UserError: it is damaged or cannot be written, or the disk is full.
    """
    engine = sqlite.open_engine(file, NullPool)
    try:
        with user_errors(file), engine.connect() as connection:
            _check_version(connection, file)
            sqlite.prepare_to_forget(connection)
            sqlite.lock_for_writing(connection)
            _delete(connection, _find(connection, patterns))
            connection.commit()
            sqlite.compact(connection)
    finally:
        engine.dispose()


def _check_version(connection: Connection, file: Path) -> None:
    found = None
    if inspect(connection).has_table(VersionRow.__tablename__):
        found = connection.scalar(select(VersionRow.version_num))
    if found != str(SCHEMA):
        raise OtherVersionError(
            N_("{path} is of another version of this program (schema {found})."),
            N_("Open the project once, so that it is upgraded."),
            path=file,
            found=found or "?",
        )


def _find(connection: Connection, patterns: PhotoPatterns) -> Holdings:
    rows = connection.execute(
        select(PhotoRow.id, RootRow.path.label("root"), PhotoRow.path).join(
            RootRow, RootRow.id == PhotoRow.root_id
        )
    ).all()
    photos = {row.id: (row.root, row.path) for row in rows if patterns.fit(row.root, row.path)}
    names = (row.path.rpartition("/")[2] for row in rows if row.id not in photos)
    ids = {"ids": list(photos)}
    faces = list(connection.scalars(_FACES, ids))
    of_faces = {"ids": faces}
    acceptances = _acceptances(connection, faces)
    return Holdings(
        photos,
        dict(connection.execute(select(RootRow.id, RootRow.path)).all()),
        frozenset(names),
        tuple(faces),
        connection.scalars(_LABELS, of_faces).one(),
        connection.scalars(_count(EntryRow), of_faces).one(),
        connection.scalars(_count(PredictionRow), of_faces).one(),
        connection.scalars(_count(AuditRow), of_faces).one(),
        tuple(acceptances),
        connection.scalars(_CERTIFICATES, {"ids": acceptances}).one(),
        tuple(connection.scalars(_TRAINED, of_faces)),
        tuple(connection.scalars(_PACKED)),
    )


def _acceptances(connection: Connection, faces: list[int]) -> list[int]:
    """The acceptances that name one of these faces: as one to accept, or as one that was shown."""
    found = set(connection.scalars(_JUDGED, {"ids": faces}))
    for row in connection.execute(select(AcceptanceRow.id, AcceptanceRow.candidates)):
        candidates = np.frombuffer(zlib.decompress(row.candidates), "<i8").reshape(3, -1)[0]
        if np.isin(candidates, faces).any():
            found.add(row.id)
    return sorted(found)


def _count(table: Any) -> Any:
    return select(func.count()).select_from(table).where(table.face_id.in_(id_list("ids")))


_FACES = select(FaceRow.id).where(FaceRow.photo_id.in_(id_list("ids"))).order_by(FaceRow.id)
_LABELS = _count(StateRow).where(StateRow.verdict.in_(FINAL))
_CERTIFICATES = (
    select(func.count())
    .select_from(CertificateRow)
    .where(CertificateRow.acceptance_id.in_(id_list("ids")))
)
_JUDGED = select(JudgementRow.acceptance_id).where(JudgementRow.face_id.in_(id_list("ids")))
_TRAINED = (
    select(RoundRow.number)
    .where(
        RoundRow.kind == RoundKind.TRAIN,
        RoundRow.id.in_(
            select(LedgerRow.round_id).where(
                LedgerRow.face_id.in_(id_list("ids")),
                LedgerRow.role.in_((LedgerRole.MANUAL, LedgerRole.PSEUDO)),
            )
        ),
    )
    .order_by(RoundRow.number)
)
_PACKED = (
    select(RoundRow.number).where(RoundRow.status == RoundStatus.PACKED).order_by(RoundRow.number)
)


# The deletion


def _delete(connection: Connection, held: Holdings) -> None:
    if not held.photos:
        return
    faces = {"ids": list(held.faces)}
    touched = list(connection.scalars(_TOUCHED, faces))
    doubled = select(FindingRow.face_id).where(FindingRow.other.in_(id_list("ids")))
    connection.execute(delete(CheckedRow).where(CheckedRow.face_id.in_(doubled)), faces)
    is_of_face = or_(FindingRow.face_id.in_(id_list("ids")), FindingRow.other.in_(id_list("ids")))
    connection.execute(delete(FindingRow).where(is_of_face), faces)
    _delete_acceptances(connection, held)
    for table in _WITH_FACE:
        connection.execute(delete(table).where(table.face_id.in_(id_list("ids"))), faces)
    connection.execute(delete(FaceRow).where(FaceRow.id.in_(id_list("ids"))), faces)
    photos = {"ids": list(held.photos)}
    connection.execute(delete(PhotoRow).where(PhotoRow.id.in_(id_list("ids"))), photos)
    dialect_of(connection).rebuild_name_index(connection)
    _delete_empty_folders(connection, {root for root, _path in held.photos.values()})
    connection.execute(delete(FaceCounterRow).where(FaceCounterRow.faces == 0))
    _empty_operations(connection, touched)
    _take_out_names(connection, held)
    _take_out_filters(connection, held)
    broken = dialect_of(connection).broken_references(connection)
    if broken:
        raise RuntimeError(f"rows name what was deleted: {broken[:3]}")


def _delete_acceptances(connection: Connection, held: Holdings) -> None:
    """An acceptance is drawn from one set of faces, and its certificate lists them all: without
    some of them neither would be true."""
    gone = {"ids": list(held.acceptances)}
    ids = id_list("ids")
    connection.execute(delete(CertificateRow).where(CertificateRow.acceptance_id.in_(ids)), gone)
    with sqlite.without_trigger(connection, "judgement_kept"):
        connection.execute(delete(JudgementRow).where(JudgementRow.acceptance_id.in_(ids)), gone)
    connection.execute(delete(AcceptanceRow).where(AcceptanceRow.id.in_(ids)), gone)


def _delete_empty_folders(connection: Connection, roots: set[str]) -> None:
    """Folders are often named after persons."""
    used = select(PhotoRow.folder_id)
    connection.execute(delete(FolderRow).where(FolderRow.id.not_in(used)))
    empty = RootRow.id.not_in(select(PhotoRow.root_id))
    connection.execute(delete(RootRow).where(RootRow.path.in_(roots), empty))


_TOUCHED = select(EntryRow.operation_id).where(EntryRow.face_id.in_(id_list("ids"))).distinct()
_RECOUNT = (
    update(OperationRow)
    .where(OperationRow.id.in_(id_list("ids")), OperationRow.round_id.is_(None))
    .values(
        faces=select(func.count()).where(EntryRow.operation_id == OperationRow.id).scalar_subquery()
    )
)
_LEFT = select(EntryRow.operation_id).where(EntryRow.operation_id.in_(id_list("ids"))).distinct()
_STACKS = select(
    OperationRow.id, OperationRow.undo_top, OperationRow.undo_below, OperationRow.redo_top,
    OperationRow.redo_below,
)  # fmt: skip


def _empty_operations(connection: Connection, touched: list[int]) -> None:
    """Count the faces of operations again. One of which nothing is left stays in the log, because
    ids are never given twice, but says nothing, and leaves the undo and redo stacks."""
    connection.execute(_RECOUNT, {"ids": touched})
    with_rounds = select(OperationRow.id).where(
        OperationRow.id.in_(id_list("ids")), OperationRow.round_id.is_not(None)
    )
    emptied = set(touched) - set(connection.scalars(_LEFT, {"ids": touched}))
    emptied -= set(connection.scalars(with_rounds, {"ids": touched}))
    rows = [row._asdict() for row in connection.execute(_STACKS)]
    below = {
        kind: {row["id"]: row[f"{kind}_below"] for row in rows if row["id"] in emptied}
        for kind in ("undo", "redo")
    }
    changed = []
    for row in rows:
        stacks = {name: _next_kept(row[name], below[name[:4]]) for name in row if name != "id"}
        if stacks != {name: row[name] for name in stacks}:
            changed.append({"which": row["id"], **stacks})
    if changed:
        values: dict[str, Any] = {n: bindparam(n) for n in changed[0] if n != "which"}
        one = update(OperationRow).where(OperationRow.id == bindparam("which"))
        connection.execute(one.values(values), changed)
    connection.execute(
        update(OperationRow)
        .where(OperationRow.id.in_(id_list("ids")))
        .values(description=FORGOTTEN, source=None),
        {"ids": list(emptied)},
    )


def _next_kept(operation: int | None, below: Mapping[int, int | None]) -> int | None:
    while operation is not None and operation in below:
        operation = below[operation]
    return operation


_TEXTS = (
    (OperationRow, "description"), (OperationRow, "source"), (StateRow, "reviewer"),
    (RoundRow, "error"), (RoundRow, "summary"), (RoundRow, "name"), (RoundRow, "note"),
    (RoundRow, "task"), (ModelRow, "name"),
)  # fmt: skip
"""Columns whose texts may name a photo, as the file that labels were read from does."""


def _take_out_names(connection: Connection, held: Holdings) -> None:
    """Take the names of the photos out of all texts, and their faces out of figures of rounds."""
    names = held.names
    for table, column in _TEXTS:
        written = type_coerce(getattr(table, column), String)
        for text in connection.scalars(
            select(written).distinct().where(written.is_not(None))
        ).all():
            clean = names.removed_from(text)
            if clean != text:
                changed = update(table).where(written == text)
                connection.execute(changed.values({column: literal(clean, String)}))
    faces = set(held.faces)
    for row in connection.execute(select(RoundRow.id, RoundRow.summary)).all():
        summary = json.loads(row.summary)
        movement = summary.get("movement") or {}
        most = [item for item in movement.get("most", ()) if item[0] not in faces]
        if len(most) != len(movement.get("most", ())):
            summary["movement"] = movement | {"most": most}
            one = update(RoundRow).where(RoundRow.id == row.id)
            connection.execute(one.values(summary=json.dumps(summary)))


def _take_out_filters(connection: Connection, held: Holdings) -> None:
    """Delete filters that name one of the photos or faces, and forget where reviewers were."""
    ours = [search_text(path) for _root, path in held.photos.values()]
    others = [search_text(path) for path in connection.scalars(select(PhotoRow.path))]
    folders = set(connection.scalars(select(FolderRow.path)))
    faces = set(held.faces)

    def names_one(written: str) -> bool:
        values = json.loads(written)
        text, folder = search_text(str(values.get("text", ""))), str(values.get("folder", ""))
        is_name = bool(text) and any(text in path for path in ours)
        is_empty = bool(folder) and not any(f"{one}/".startswith(f"{folder}/") for one in folders)
        return (
            (is_name and not any(text in path for path in others))
            or is_empty
            or bool(faces & set(values.get("faces", ())))
        )

    for row in connection.execute(select(SavedFilterRow.id, SavedFilterRow.filter)).all():
        if names_one(row.filter):
            connection.execute(delete(SavedFilterRow).where(SavedFilterRow.id == row.id))
    stopped = select(ReviewerProgressRow.reviewer, ReviewerProgressRow.filter)
    for reviewer, written in connection.execute(stopped).all():
        if names_one(written):
            own = update(ReviewerProgressRow).where(ReviewerProgressRow.reviewer == reviewer)
            connection.execute(own.values(filter="{}"))
    gone = ReviewerProgressRow.face_id.in_(id_list("ids"))
    connection.execute(
        update(ReviewerProgressRow).where(gone).values(face_id=None), {"ids": list(faces)}
    )
