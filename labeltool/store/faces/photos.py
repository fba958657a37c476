"""Photo folders, their photos, and the problems of photos that cannot be used."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from sys import intern
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from labeltool.domain import (
    N_,
    Box,
    Changes,
    KnownFile,
    Message,
    PhotoRecord,
    UserError,
    Verdict,
    WriteResult,
    photo_problem,
)
from labeltool.store.database.counters import search_text
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import (
    FaceRow,
    FolderRow,
    MessageType,
    PhotoRow,
    RootRow,
    StateRow,
)
from labeltool.store.faces.faces import add_faces
from pipnet.data.boxes import SAME_FACE_OVERLAP, match_by_overlap, overlap
from pipnet.data.crop import CropConvention
from pipnet.data.images import size_change_error

MOVED_FOLDER_SAMPLE = 50
"""Photos of a moved folder that are looked for at its new path."""

_FILE_COLUMNS = ("sha256", "width", "height", "bytes", "modified", "fingerprint")

# built once: for each photo of a search, building them took longer than running them
_SAVE_SEARCH = update(PhotoRow).where(
    PhotoRow.id == bindparam("photo"), PhotoRow.searched.is_(False)
)
_KNOWN_FACES = (
    select(FaceRow.id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h, FaceRow.kind, FaceRow.first_box)
    .join(StateRow, StateRow.face_id == FaceRow.id)
    .where(FaceRow.photo_id == bindparam("photo"), StateRow.verdict != Verdict.REMOVED)
)


class Photos:
    """Photo folders (roots) and their photos."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def roots(self) -> dict[int, Path]:
        """The photo folders by id."""
        with self._database.read() as connection:
            rows = connection.execute(select(RootRow.id, RootRow.path))
            return {row.id: Path(row.path) for row in rows}

    def add_root(self, folder: Path) -> int:
        """Add a photo folder, unless it is known; returns its id."""
        with self._database.write() as connection:
            known = connection.scalar(select(RootRow.id).where(RootRow.path == str(folder)))
            if known is not None:
                return int(known)
            result = connection.execute(insert(RootRow).values(path=str(folder)))
            return int(result.inserted_primary_key[0])  # type: ignore[index]

    def move_root(self, root_id: int, folder: Path) -> WriteResult:
        """Set the new path of a photo folder. Photos with a problem are searched for faces again.

        Raises:
            UserError: the project has that folder already, or none of the photos is in it.
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
                .limit(MOVED_FOLDER_SAMPLE)
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
        message = Message.join(
            Message(N_("Photos are now read from {folder}."), folder=folder),
            Message(doubt, other=other, looked_at=len(found)) if other else None,
        )
        return WriteResult(Changes(all=True, photos=True), message)

    def by_path(self, root_id: int) -> dict[str, tuple[int, Message | None, int]]:
        """The photos of a root by relative path: (id, problem, bytes)."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.path, PhotoRow.id, PhotoRow.problem, PhotoRow.bytes).where(
                    PhotoRow.root_id == root_id
                )
            )
            return {row.path: (row.id, row.problem, row.bytes) for row in rows}

    def add(self, root_id: int, photos: Sequence[tuple[str, int]]) -> None:
        """Add photos (relative path, size in bytes), not searched for faces yet."""
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

    def retry(self, ids: Sequence[int]) -> None:
        """Clear the problems of photos, and search them for faces again."""
        with self._database.write() as connection:
            connection.execute(
                update(PhotoRow)
                .where(PhotoRow.id.in_(id_list(ids)))
                .values(searched=False, problem=None)
            )

    def unsearched(self) -> list[tuple[int, Path]]:
        """Photos that were not searched for faces yet: id and file."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.id, PhotoRow.path, RootRow.path.label("root"))
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(PhotoRow.searched.is_(False))
                .order_by(PhotoRow.id)
            )
            return [(row.id, Path(row.root) / row.path) for row in rows]

    def save_search_results(self, results: Sequence[dict[str, Any]]) -> Changes:
        """Save the results of face detection, one mapping a photo.

        Keys: `photo`; either `problem`, or `sha256`, `width`, `height` and `faces`, a list of
        ((x, y, w, h), confidence); `bytes`, `modified` and `fingerprint` where they are known.

        A photo with faces whose size differs from before was replaced. That becomes its problem,
        because its faces and labels belong to the old photo. A face from a label file gets the
        matching detected box, as if the labels had come after the detection. Other known faces are
        not added again.
        """
        found: list[tuple[int, Box, str, float | None]] = []
        with self._database.write() as connection:
            for result in _without_replaced(connection, results):
                values: dict[str, Any] = {"searched": True, "problem": result.get("problem")}
                if "problem" not in result:
                    values |= {k: result[k] for k in _FILE_COLUMNS if k in result}
                first = connection.execute(_SAVE_SEARCH, {"photo": result["photo"], **values})
                if first.rowcount == 0:  # another window searched it meanwhile
                    continue
                detected = [(tuple(box), score) for box, score in result.get("faces", ())]
                for box, score in _new_detections(connection, result["photo"], detected):
                    found.append((result["photo"], box, "detected", score))
            added = add_faces(connection, found)
        return Changes(faces=frozenset(added), photos=True)

    def set_problems(
        self, found: Mapping[tuple[int, str], Message], usable: Collection[tuple[int, str]] = ()
    ) -> Changes:
        """Save why photos cannot be used, and clear the problems of photos that were read.

        Args:
            found: the problem by (root id, relative path).
            usable: (root id, relative path) of photos that were read.
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
                    update(PhotoRow).where(PhotoRow.id.in_(id_list(again))).values(problem=None)
                )
            if fresh:
                connection.execute(
                    update(PhotoRow)
                    .where(PhotoRow.root_id == bindparam("root"))
                    .where(PhotoRow.path == bindparam("file"))
                    .values(problem=bindparam("reason", type_=MessageType)),
                    [
                        {"root": root, "file": file, "reason": reason}
                        for (root, file), reason in fresh.items()
                    ],
                )
        return Changes(photos=bool(again or fresh))

    def known_files(self) -> list[KnownFile]:
        """Every photo file as it was when its faces were detected or labelled."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    PhotoRow.id, PhotoRow.root_id, PhotoRow.path, PhotoRow.bytes, PhotoRow.modified,
                    PhotoRow.sha256, PhotoRow.width, PhotoRow.height, PhotoRow.problem,
                ).order_by(PhotoRow.id)
            )  # fmt: skip
            return [KnownFile(*row) for row in rows]

    def accept_files(self, files: Mapping[int, Mapping[str, Any]]) -> None:
        """Accept changed photo files: save their `bytes`, `modified` and `sha256`, by photo id.

        Their fingerprints are forgotten, and read again where they are needed.
        """
        with self._database.write() as connection:
            for photo, columns in files.items():
                changed = update(PhotoRow).where(PhotoRow.id == photo)
                connection.execute(changed.values(**columns, fingerprint=None))

    def problems(self) -> list[tuple[int, Path, Message]]:
        """Photos that cannot be used: id, file, and the reason, which begins with the file name."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.id, PhotoRow.path, PhotoRow.problem, RootRow.path.label("root"))
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(PhotoRow.problem.is_not(None))
                .order_by(PhotoRow.path)
            )
            return [(row.id, Path(row.root) / row.path, row.problem) for row in rows]

    def without_face(self) -> list[tuple[int, Path]]:
        """Photos that were searched and have no face, or only removed ones: id and file."""
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

    def index(self) -> list[tuple[int, int, str, str, int | None, int | None]]:
        """Every photo that can be read, or could be read before.

        Returns: id, root id, root, relative path, width, height.
        """
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
            # each row brings the root's path anew, and there are few
            return [(row[0], row[1], intern(row[2]), *row[3:]) for row in rows]

    def records(self) -> list[PhotoRecord]:
        """Every photo, including those with a problem."""
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

    def save_sizes(self, sizes: Mapping[int, tuple[int, int]]) -> None:
        """Save (width, height) of photos that are not searched for faces yet."""
        if sizes:
            with self._database.write() as connection:
                connection.execute(
                    update(PhotoRow)
                    .where(PhotoRow.id == bindparam("photo"), PhotoRow.searched.is_(False))
                    .values(width=bindparam("wide"), height=bindparam("high")),
                    [{"photo": photo, "wide": w, "high": h} for photo, (w, h) in sizes.items()],
                )


def _without_replaced(
    connection: Connection, results: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The results, where photos with faces whose size has changed get that as their problem."""
    ids = [result["photo"] for result in results]
    face = select(FaceRow.id).where(FaceRow.photo_id == PhotoRow.id)
    rows = connection.execute(
        select(PhotoRow.id, PhotoRow.path, PhotoRow.width, PhotoRow.height).where(
            PhotoRow.id.in_(id_list(ids)), PhotoRow.width.is_not(None), face.exists()
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
            error = size_change_error(Path(row.path), before, size)
            checked.append({"photo": row.id, "problem": photo_problem(error)})
    return checked


def _new_detections(
    connection: Connection, photo: int, detected: Sequence[tuple[Box, float | None]]
) -> list[tuple[Box, float | None]]:
    """The detected faces that the photo does not have yet. Faces from a label file get the box of
    the matching detected face."""
    known = connection.execute(_KNOWN_FACES, {"photo": photo}).all()
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
    """The folder of a photo, as in `Filter.folder`."""
    inside = path.rpartition("/")[0]
    return f"{root_id}/{inside}" if inside else str(root_id)


def _folders(connection: Connection, paths: set[str]) -> dict[str, int]:
    """The ids of folders by path; missing ones are added."""
    if paths:
        connection.execute(
            dialect_of(connection).insert_or_ignore(FolderRow),
            [{"path": path} for path in sorted(paths)],
        )
    rows = connection.execute(select(FolderRow.path, FolderRow.id))
    return {row.path: row.id for row in rows if row.path in paths}
