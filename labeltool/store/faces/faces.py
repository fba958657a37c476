"""Photos and faces."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, bindparam, func, insert, select, text, true, update
from sqlalchemy.dialects.sqlite import insert as upsert

from labeltool.domain import (
    N_,
    Box,
    Card,
    Changes,
    Decision,
    Face,
    KnownFile,
    Message,
    PhotoRecord,
    Points,
    Prediction,
    UserError,
    Verdict,
)
from labeltool.store.database.counters import search_text
from labeltool.store.database.schema import (
    DraftRow,
    EntryRow,
    FaceRow,
    FolderRow,
    ModelRow,
    OperationRow,
    PhotoRow,
    PredictionRow,
    RootRow,
    RoundRow,
    StateRow,
)
from labeltool.store.faces.face_cards import read_cards
from labeltool.store.faces.face_queries import Queue, _ids
from pipnet.data.boxes import SAME_FACE_OVERLAP, match_by_overlap, overlap
from pipnet.data.crop import CropConvention
from pipnet.data.images import size_change_reason

LOOKED_FOR = 50
"""Photos of a folder that are looked for in the place to which it was moved."""


class Faces(Queue):
    """What is there: photo roots, photos, faces and their current state; and lists of faces."""

    # Photos

    def roots(self) -> dict[int, Path]:
        """The folders of photos by id."""
        with self._database.read() as connection:
            rows = connection.execute(select(RootRow.id, RootRow.path))
            return {row.id: Path(row.path) for row in rows}

    def add_root(self, folder: Path) -> int:
        """The id of a photo root, new or known."""
        with self._database.write() as connection:
            known = connection.scalar(select(RootRow.id).where(RootRow.path == str(folder)))
            if known is not None:
                return int(known)
            result = connection.execute(insert(RootRow).values(path=str(folder)))
            return int(result.inserted_primary_key[0])  # type: ignore[index]

    def move_root(self, root_id: int, folder: Path) -> Changes:
        """Say where the photos of a root lie now; those that could not be read are read again.

        Raises:
            UserError: another root of the project is that folder, or no photo of it is there.
        """
        with self._database.write() as connection:
            other = connection.scalar(select(RootRow.id).where(RootRow.path == str(folder)))
            if other is not None and other != root_id:
                raise UserError(
                    N_("{folder} is already a photo folder of this project."), folder=folder
                )
            sample = connection.execute(
                select(PhotoRow.path, PhotoRow.bytes)
                .where(PhotoRow.root_id == root_id)
                .limit(LOOKED_FOR)
            ).all()
            found = [row for row in sample if os.path.isfile(folder / row.path)]
            if sample and not found:
                raise UserError(
                    N_("None of the photos are in {folder} (looked for {file})."),
                    N_("Choose the folder that holds the same files and subfolders as before."),
                    folder=folder,
                    file=sample[0].path,
                )
            connection.execute(
                update(RootRow).where(RootRow.id == root_id).values(path=str(folder))
            )
            connection.execute(
                update(PhotoRow)
                .where(PhotoRow.root_id == root_id, PhotoRow.problem.is_not(None))
                .values(searched=False, problem=None)
            )
        other = sum((folder / row.path).stat().st_size != row.bytes for row in found)
        doubt = N_(
            "{other} of the {looked_at} looked at have another size than before: they may be other "
            "photos."
        )
        note = Message(
            N_("Photos are now read from {folder}."), doubt if other else "",
            folder=folder, other=other, looked_at=len(found),
        )  # fmt: skip
        return Changes(all=True, photos=True, note=note, back=True)

    def known_photos(self, root_id: int) -> dict[str, tuple[int, str | None, int]]:
        """Relative path -> (id, problem, bytes) of a root's photos."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.path, PhotoRow.id, PhotoRow.problem, PhotoRow.bytes).where(
                    PhotoRow.root_id == root_id
                )
            )
            return {row.path: (row.id, row.problem, row.bytes) for row in rows}

    def add_photos(self, root_id: int, photos: Sequence[tuple[str, int]]) -> None:
        """Add (relative path, size in bytes) whose faces are to be found later."""
        with self._database.write() as connection:
            folders = _folders(connection, {folder_of(root_id, path) for path, _ in photos})
            for start in range(0, len(photos), 5000):
                connection.execute(
                    insert(PhotoRow),
                    [
                        {
                            "root_id": root_id, "path": path, "bytes": size, "searched": False,
                            "search": search_text(path),
                            "folder_id": folders[folder_of(root_id, path)],
                        }
                        for path, size in photos[start : start + 5000]
                    ],
                )  # fmt: skip

    def retry_photos(self, ids: Sequence[int]) -> None:
        """Photos that could not be read are to be looked at again."""
        with self._database.write() as connection:
            connection.execute(
                update(PhotoRow)
                .where(PhotoRow.id.in_(_ids(ids)))
                .values(searched=False, problem=None)
            )

    def photos_to_search(self) -> list[tuple[int, Path]]:
        """Photos whose faces were not looked for yet."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.id, PhotoRow.path, RootRow.path.label("root"))
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(PhotoRow.searched.is_(False))
                .order_by(PhotoRow.id)
            )
            return [(row.id, Path(row.root) / row.path) for row in rows]

    def searched(self, results: Sequence[dict[str, Any]]) -> Changes:
        """Keep what the face search found, one mapping a photo.

        Keys: `photo`; either `problem`, or `sha256`, `width`, `height` and `faces`, a list of
        ((x, y, w, h), confidence); `bytes` and `modified` where they are known. A photo that has
        faces and another size than before was replaced: that is its problem then, for its faces and
        their labels belong to the photo before. A face that a label file brought before gets the
        detected box that it would have got had the labels come after; other known faces are not
        found again.
        """
        found: list[tuple[int, Box, str, float | None]] = []
        with self._database.write() as connection:
            for result in _without_replaced(connection, results):
                values: dict[str, Any] = {"searched": True, "problem": result.get("problem")}
                if "problem" not in result:
                    values |= {k: result[k] for k in _FILE_COLUMNS if k in result}
                first = connection.execute(
                    update(PhotoRow)
                    .where(PhotoRow.id == result["photo"], PhotoRow.searched.is_(False))
                    .values(**values)
                )
                if first.rowcount == 0:  # another window searched it meanwhile
                    continue
                detected = [(tuple(box), score) for box, score in result.get("faces", ())]
                for box, score in _new_detections(connection, result["photo"], detected):
                    found.append((result["photo"], box, "detected", score))
            added = _add_faces(connection, found)
        return Changes(faces=frozenset(added), photos=True)

    def set_problems(
        self, found: Mapping[tuple[int, str], str], usable: Collection[tuple[int, str]] = ()
    ) -> Changes:
        """Keep why photos cannot be used, and that others can be used again.

        Args:
            found: reason by (root id, relative path). usable: the same of photos that were read.
        """
        with self._database.write() as connection:
            rows = connection.execute(
                select(PhotoRow.id, PhotoRow.root_id, PhotoRow.path, PhotoRow.problem).where(
                    PhotoRow.problem.is_not(None)
                )
            ).all()
            known = {(row.root_id, row.path): row for row in rows}
            whole = set(usable)
            again = [row.id for key, row in known.items() if key in whole and key not in found]
            fresh = {
                key: reason
                for key, reason in found.items()
                if key not in known or known[key].problem != reason
            }
            if again:
                connection.execute(
                    update(PhotoRow).where(PhotoRow.id.in_(_ids(again))).values(problem=None)
                )
            if fresh:
                connection.execute(
                    text("UPDATE photo SET problem = :reason WHERE root_id = :r AND path = :p"),
                    [{"r": r, "p": p, "reason": reason} for (r, p), reason in fresh.items()],
                )
        return Changes(photos=bool(again or fresh))

    def files_known(self) -> list[KnownFile]:
        """Every photo as it was when its faces were found or labelled."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    PhotoRow.id, PhotoRow.root_id, PhotoRow.path, PhotoRow.bytes, PhotoRow.modified,
                    PhotoRow.sha256, PhotoRow.width, PhotoRow.height, PhotoRow.problem,
                ).order_by(PhotoRow.id)
            )  # fmt: skip
            return [KnownFile(*row) for row in rows]

    def accept_files(self, files: Mapping[int, Mapping[str, Any]]) -> None:
        """Photos, by id, are from now on taken as they are: `bytes`, `modified`, `sha256`."""
        with self._database.write() as connection:
            for photo, columns in files.items():
                connection.execute(update(PhotoRow).where(PhotoRow.id == photo).values(**columns))

    def problems(self) -> list[tuple[int, Path, str]]:
        """Photos that cannot be used: id, file, reason, which begins with the file's name."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.id, PhotoRow.path, PhotoRow.problem, RootRow.path.label("root"))
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(PhotoRow.problem.is_not(None))
                .order_by(PhotoRow.path)
            )
            return [(row.id, Path(row.root) / row.path, str(row.problem)) for row in rows]

    def photos_without_face(self) -> list[tuple[int, Path]]:
        """Photos that were searched and have no face, or only removed ones."""
        face = select(FaceRow.id).join(StateRow, StateRow.face_id == FaceRow.id)
        face = face.where(FaceRow.photo_id == PhotoRow.id, StateRow.verdict != Verdict.REMOVED)
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.id, PhotoRow.path, RootRow.path.label("root"))
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(PhotoRow.searched, PhotoRow.problem.is_(None), ~face.exists())
                .order_by(PhotoRow.path)
            )
            return [(row.id, Path(row.root) / row.path) for row in rows]

    def photo_index(self) -> list[tuple[int, int, str, str, int | None, int | None]]:
        """Every photo that can be read, or could once: id, root id, root, relative path, width,
        height."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    PhotoRow.id, PhotoRow.root_id, RootRow.path, PhotoRow.path,
                    PhotoRow.width, PhotoRow.height,
                )
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(PhotoRow.problem.is_(None) | PhotoRow.width.is_not(None))
                .order_by(PhotoRow.id)
            )  # fmt: skip
            return [tuple(row) for row in rows]  # type: ignore[misc]

    def photo_records(self) -> list[PhotoRecord]:
        """Every photo, also those with a problem."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    PhotoRow.id, RootRow.path.label("root"), PhotoRow.path, PhotoRow.width,
                    PhotoRow.height, PhotoRow.sha256, PhotoRow.problem,
                )
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .order_by(PhotoRow.id)
            )  # fmt: skip
            return [
                PhotoRecord(
                    row.id, row.root, row.path,
                    (row.width, row.height) if row.width and row.height else None,
                    row.sha256, row.problem,
                )
                for row in rows
            ]  # fmt: skip

    def keep_sizes(self, sizes: Mapping[int, tuple[int, int]]) -> None:
        """Keep width and height of photos that are yet to be searched for faces."""
        if sizes:
            with self._database.write() as connection:
                connection.execute(
                    update(PhotoRow)
                    .where(PhotoRow.id == bindparam("photo"), PhotoRow.searched.is_(False))
                    .values(width=bindparam("wide"), height=bindparam("high")),
                    [{"photo": photo, "wide": w, "high": h} for photo, (w, h) in sizes.items()],
                )

    # Faces

    def add_face(self, photo_id: int, box: Box, kind: str) -> tuple[int, Changes]:
        """Add one face by hand; returns its id too."""
        with self._database.write() as connection:
            (face,) = _add_faces(connection, [(photo_id, box, kind, None)])
        return face, Changes(faces=frozenset({face}), photos=True)

    def newest(self) -> int:
        """The id of the newest face, 0 without any."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(FaceRow.id))) or 0

    def add_faces(
        self, faces: Sequence[tuple[int, Box, str]], *, by_operation: bool = False
    ) -> list[int]:
        """Add (photo, box, kind) in one transaction; returns the ids in order.

        `by_operation`: they are removed (Verdict.REMOVED) until an operation gives them an entry.
        """
        with self._database.write() as connection:
            return _add_faces(
                connection, [(*face, None) for face in faces], by_operation=by_operation
            )

    def boxes(
        self, *, with_removed: bool = False
    ) -> list[tuple[int, int, Box, str, str, str | None]]:
        """Every face: id, photo id, box, kind of box, verdict, digest of its model if predicted."""
        kept = StateRow.verdict != Verdict.REMOVED
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    FaceRow.id, FaceRow.photo_id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h,
                    FaceRow.kind, StateRow.verdict, ModelRow.digest,
                )
                .join(StateRow, StateRow.face_id == FaceRow.id)
                .outerjoin(ModelRow, ModelRow.id == StateRow.model_id)
                .where(true() if with_removed else kept)
                .order_by(FaceRow.id)
            )  # fmt: skip
            return [(r[0], r[1], (r[2], r[3], r[4], r[5]), r[6], r[7], r[8]) for r in rows]

    def count_unpredicted(self) -> int:
        """How many unreviewed faces have no proposal."""
        return self._unreviewed("t.round_id = 0", "")

    def count_pseudo(self, not_model: str) -> int:
        """How many unreviewed faces have a proposal of a model other than the one so named."""
        return self._unreviewed("m.name != :name", not_model)

    def _unreviewed(self, condition: str, name: str) -> int:
        query = text(
            "SELECT coalesce(sum(t.faces), 0) FROM face_counter t "
            "LEFT JOIN round r ON r.id = t.round_id "
            f"LEFT JOIN model m ON m.id = r.model_id WHERE t.verdict = 'unreviewed' AND {condition}"
        )
        with self._database.read() as connection:
            return int(connection.execute(query, {"name": name}).scalar_one())

    def pseudo(self, not_model: str, limit: int) -> list[tuple[int, Points]]:
        """Face and landmarks of pseudo-labels, the most confident first."""
        query = _pseudo(not_model).order_by(StateRow.score.desc(), StateRow.face_id).limit(limit)
        with self._database.read() as connection:
            return [(row.face_id, row.points) for row in connection.execute(query)]

    def face(self, face_id: int) -> Face | None:
        """One face with everything a view shows of it."""
        with self._database.read() as connection:
            row = connection.execute(_FACE, {"face": face_id}).one_or_none()
            if row is None:
                return None
            prediction = _prediction(connection, row.draft_prediction or row.prediction_id)
            return Face(
                id=row.id, photo_id=row.photo_id, photo=Path(row.root) / row.path, name=row.path,
                photo_size=(row.width or 0, row.height or 0), box=(row.x, row.y, row.w, row.h),
                box_kind=row.kind, verdict=Verdict(row.verdict), flag=row.flag, offered=row.offered,
                prediction=prediction, decision=_decision(connection, row.entry_id),
                draft=row.draft, draft_visibility=row.draft_visibility,
                draft_prediction=row.draft_prediction,
            )  # fmt: skip

    def faces_of_photo(self, photo_id: int) -> list[tuple[int, Box]]:
        """Id and box of the faces of a photo."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(FaceRow.id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h)
                .join(StateRow, StateRow.face_id == FaceRow.id)
                .where(FaceRow.photo_id == photo_id, StateRow.verdict != Verdict.REMOVED)
                .order_by(FaceRow.id)
            )
            return [(row.id, (row.x, row.y, row.w, row.h)) for row in rows]

    def files(self, ids: Sequence[int]) -> list[Path]:
        """The photos of faces, in their order."""
        with self._database.read() as connection:
            rows = connection.execute(_FILES, {"ids": json.dumps(list(ids))})
            found = {row.id: Path(row.root) / row.path for row in rows}
        return [found[i] for i in ids if i in found]

    def some_proposals(self, count: int) -> list[Points]:
        """Landmarks of up to so many proposals, the newest ones."""
        with self._database.read() as connection:
            query = (
                select(PredictionRow.points)
                .join(RoundRow, RoundRow.id == PredictionRow.round_id)
                .join(StateRow, StateRow.face_id == PredictionRow.face_id)
                .where(RoundRow.sequence.is_not(None), StateRow.verdict != Verdict.REMOVED)
                .order_by(PredictionRow.id.desc())
                .limit(count)
            )
            return list(connection.scalars(query))

    def proposal_before(self, face_id: int, prediction_id: int) -> Points | None:
        """The landmarks proposed for a face before one of its predictions; None if not kept."""
        query = text(
            "SELECT p.points FROM prediction p JOIN round r ON r.id = p.round_id "
            "WHERE p.face_id = :face AND r.sequence < (SELECT b.sequence FROM prediction a "
            "JOIN round b ON b.id = a.round_id WHERE a.id = :prediction) "
            "ORDER BY r.sequence DESC LIMIT 1"
        )
        with self._database.read() as connection:
            found = connection.scalar(query, {"face": face_id, "prediction": prediction_id})
        return None if found is None else np.frombuffer(found, "<f8").reshape(-1, 2)

    def cards(self, ids: Sequence[int]) -> dict[int, Card]:
        """What the gallery draws of these faces."""
        with self._database.read() as connection:
            return read_cards(connection, ids)


_FILE_COLUMNS = ("sha256", "width", "height", "bytes", "modified")


def _without_replaced(
    connection: Connection, results: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """For photos with faces that have another size now, that as their problem."""
    ids = [result["photo"] for result in results]
    face = select(FaceRow.id).where(FaceRow.photo_id == PhotoRow.id)
    rows = connection.execute(
        select(PhotoRow.id, PhotoRow.path, PhotoRow.width, PhotoRow.height).where(
            PhotoRow.id.in_(_ids(ids)), PhotoRow.width.is_not(None), face.exists()
        )
    )
    known = {row.id: row for row in rows}
    checked = []
    for result in results:
        row = known.get(result["photo"])
        if "problem" in result or row is None:
            checked.append(result)
            continue
        before, size = (row.width, row.height), (result["width"], result["height"])
        if size == before:
            checked.append(result)
        else:
            problem = f"{row.path.rpartition('/')[2]} {size_change_reason(before, size)}"
            checked.append({"photo": row.id, "problem": problem})
    return checked


def _pseudo(not_model: str) -> Select[int, Points]:
    return (
        select(StateRow.face_id, PredictionRow.points)
        .join(PredictionRow, PredictionRow.id == StateRow.prediction_id)
        .join(ModelRow, ModelRow.id == StateRow.model_id)
        .where(StateRow.verdict == Verdict.UNREVIEWED, ModelRow.name != not_model)
    )


def _add_faces(
    connection: Connection,
    faces: Sequence[tuple[int, Box, str, float | None]],
    *,
    by_operation: bool = False,
) -> list[int]:
    """Add (photo, box, kind, confidence); returns the ids in order. See `Faces.add_faces`."""
    if not faces:
        return []
    first = (connection.scalar(select(func.max(FaceRow.id))) or 0) + 1
    rows = [
        {
            "id": first + k,
            "photo_id": photo,
            "kind": kind,
            "confidence": confidence,
            "by_operation": by_operation,
        }
        | dict(zip("xywh", map(float, box), strict=True))
        for k, (photo, box, kind, confidence) in enumerate(faces)
    ]
    connection.execute(insert(FaceRow), rows)
    connection.execute(_NEW_STATES, {"first": first})
    return list(range(first, first + len(rows)))


def _new_detections(
    connection: Connection, photo: int, detected: Sequence[tuple[Box, float | None]]
) -> list[tuple[Box, float | None]]:
    """The detected faces that the photo does not have yet; one that labels brought takes its
    detected box."""
    known = connection.execute(
        select(FaceRow.id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h, FaceRow.kind,
               FaceRow.first_box)
        .join(StateRow, StateRow.face_id == FaceRow.id)
        .where(FaceRow.photo_id == photo, StateRow.verdict != Verdict.REMOVED)
    ).all()  # fmt: skip
    if not known or not detected:
        return list(detected)
    convention = CropConvention()
    tight = [convention.landmark_box(box, "detected") for box, _score in detected]
    labelled: dict[int, Box] = {}
    others: list[Box] = []
    for row in known:
        box = (row.x, row.y, row.w, row.h)
        if row.kind == "landmarks" and row.first_box is None:
            labelled[row.id] = box
        else:
            others.append(convention.landmark_box(box, row.kind))
    pairs = {
        (number, face): overlap(box, other)
        for number, box in enumerate(tight)
        for face, other in labelled.items()
    }
    matched = match_by_overlap(pairs)
    for number, face in matched.items():
        (x, y, w, h), score = detected[number]
        connection.execute(
            update(FaceRow)
            .where(FaceRow.id == face)
            .values(x=x, y=y, w=w, h=h, kind="detected", confidence=score)
        )
    return [
        one
        for number, one in enumerate(detected)
        if number not in matched
        and all(overlap(tight[number], box) < SAME_FACE_OVERLAP for box in others)
    ]


def folder_of(root_id: int, path: str) -> str:
    """The folder of a photo as in Filter.folder."""
    inside = path.rpartition("/")[0]
    return f"{root_id}/{inside}" if inside else str(root_id)


def _folders(connection: Connection, paths: set[str]) -> dict[str, int]:
    """The ids of folders by path; those that are not there are made."""
    if paths:
        connection.execute(
            upsert(FolderRow).on_conflict_do_nothing(), [{"path": path} for path in sorted(paths)]
        )
    rows = connection.execute(select(FolderRow.path, FolderRow.id))
    return {row.path: row.id for row in rows if row.path in paths}


# Statements on the way to the next face are made once: to build one takes longer than to run it.
_NEW_STATES = text(
    "INSERT INTO state (face_id, photo_id, folder_id, verdict, flag, offered) "
    "SELECT f.id, p.id, p.folder_id, iif(f.by_operation, 'removed', 'unreviewed'), 0, 0 "
    "FROM face f "
    "JOIN photo p ON p.id = f.photo_id WHERE f.id >= :first ORDER BY f.id"
)
_FACE = (
    select(
        FaceRow.id, FaceRow.photo_id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h,
        FaceRow.kind, PhotoRow.path, PhotoRow.width, PhotoRow.height,
        RootRow.path.label("root"), StateRow.verdict, StateRow.flag, StateRow.offered,
        StateRow.entry_id, StateRow.prediction_id,
        DraftRow.points.label("draft"),
        DraftRow.visibility.label("draft_visibility"),
        DraftRow.prediction_id.label("draft_prediction"),
    )
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .join(RootRow, RootRow.id == PhotoRow.root_id)
    .join(StateRow, StateRow.face_id == FaceRow.id)
    .outerjoin(DraftRow, DraftRow.face_id == FaceRow.id)
    .where(FaceRow.id == bindparam("face"))
)  # fmt: skip
_FILES = (
    select(FaceRow.id, PhotoRow.path, RootRow.path.label("root"))
    .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
    .join(RootRow, RootRow.id == PhotoRow.root_id)
    .where(FaceRow.id.in_(select(text("value FROM json_each(:ids)"))))
)
_PREDICTION = (
    select(
        PredictionRow.id, PredictionRow.round_id, PredictionRow.points, PredictionRow.scores,
        PredictionRow.score, PredictionRow.spread, ModelRow.name,
    )
    .join(RoundRow, RoundRow.id == PredictionRow.round_id)
    .outerjoin(ModelRow, ModelRow.id == RoundRow.model_id)
    .where(PredictionRow.id == bindparam("prediction"))
)  # fmt: skip
_DECISION = (
    select(
        EntryRow.verdict, EntryRow.prediction_id, EntryRow.points, EntryRow.visibility,
        OperationRow.reviewer, OperationRow.time,
    )
    .join(OperationRow, OperationRow.id == EntryRow.operation_id)
    .where(EntryRow.id == bindparam("entry"))
)  # fmt: skip


def _prediction(connection: Connection, prediction_id: int | None) -> Prediction | None:
    if prediction_id is None:
        return None
    row = connection.execute(_PREDICTION, {"prediction": prediction_id}).one()
    return Prediction(
        row.id, row.round_id, row.name or "", row.points, row.scores, row.score, row.spread
    )


def _decision(connection: Connection, entry_id: int | None) -> Decision | None:
    if entry_id is None:
        return None
    row = connection.execute(_DECISION, {"entry": entry_id}).one()
    return Decision(
        Verdict(row.verdict), row.reviewer, row.time, row.prediction_id, row.points, row.visibility
    )
