"""Photos, faces, and the lists of faces that views show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, insert, literal, select, text, true, update

from labeltool.domain import (
    Box,
    Card,
    Changes,
    Counts,
    Decision,
    Face,
    Filter,
    Points,
    Prediction,
    Row,
    UserError,
    Verdict,
)
from labeltool.store.cards import read_cards
from labeltool.store.engine import Database
from labeltool.store.tables import (
    DraftRow,
    EntryRow,
    FaceRow,
    ModelRow,
    OperationRow,
    PhotoRow,
    PredictionRow,
    RootRow,
    RoundRow,
    StateRow,
)


class Faces:
    """What is there: photo roots, photos, faces and their current state."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        """Say where the photos of a root lie now.

        Raises:
            UserError: another root of the project is that folder, or no photo of it is there.
        """
        with self._database.write() as connection:
            other = connection.scalar(select(RootRow.id).where(RootRow.path == str(folder)))
            if other is not None and other != root_id:
                raise UserError(f"{folder} is already a photo folder of this project.")
            sample = connection.scalars(
                select(PhotoRow.path).where(PhotoRow.root_id == root_id).limit(20)
            ).all()
            if sample and not any((folder / path).is_file() for path in sample):
                raise UserError(
                    f"None of the photos are in {folder} (looked for {sample[0]}).",
                    "Choose the folder that holds the same files and subfolders as before.",
                )
            connection.execute(
                update(RootRow).where(RootRow.id == root_id).values(path=str(folder))
            )
        return Changes(all=True, photos=True, note=f"Photos are now read from {folder}.")

    def known_photos(self, root_id: int) -> dict[str, tuple[int, str | None]]:
        """Relative path -> (id, problem) of a root's photos."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.path, PhotoRow.id, PhotoRow.problem).where(
                    PhotoRow.root_id == root_id
                )
            )
            return {row.path: (row.id, row.problem) for row in rows}

    def add_photos(self, root_id: int, photos: Sequence[tuple[str, int]]) -> None:
        """Add (relative path, size in bytes) whose faces are to be found later."""
        with self._database.write() as connection:
            for start in range(0, len(photos), 5000):
                connection.execute(
                    insert(PhotoRow),
                    [
                        {"root_id": root_id, "path": path, "bytes": size, "searched": False}
                        for path, size in photos[start : start + 5000]
                    ],
                )

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
        ((x, y, w, h), confidence).
        """
        added: list[int] = []
        with self._database.write() as connection:
            for result in results:
                values: dict[str, Any] = {"searched": True, "problem": result.get("problem")}
                if "problem" not in result:
                    values |= {k: result[k] for k in ("sha256", "width", "height")}
                first = connection.execute(
                    update(PhotoRow)
                    .where(PhotoRow.id == result["photo"], PhotoRow.searched.is_(False))
                    .values(**values)
                )
                if first.rowcount == 0:  # another window searched it meanwhile
                    continue
                for box, confidence in result.get("faces", ()):
                    added.append(
                        _add_face(connection, result["photo"], box, "detected", confidence)
                    )
        return Changes(faces=frozenset(added), photos=True)

    def problems(self) -> list[tuple[int, Path, str]]:
        """Photos that cannot be used: id, file, reason."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.id, PhotoRow.path, PhotoRow.problem, RootRow.path.label("root"))
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(PhotoRow.problem.is_not(None))
                .order_by(PhotoRow.path)
            )
            return [(row.id, Path(row.root) / row.path, str(row.problem)) for row in rows]

    def photos_without_face(self) -> list[tuple[int, Path]]:
        """Photos that were searched and have no face."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(PhotoRow.id, PhotoRow.path, RootRow.path.label("root"))
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .outerjoin(FaceRow, FaceRow.photo_id == PhotoRow.id)
                .where(PhotoRow.searched, PhotoRow.problem.is_(None), FaceRow.id.is_(None))
                .order_by(PhotoRow.path)
            )
            return [(row.id, Path(row.root) / row.path) for row in rows]

    def photo_index(self) -> list[tuple[int, int, str, str, int | None, int | None]]:
        """Every usable photo: id, root id, root, relative path, width, height."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    PhotoRow.id, PhotoRow.root_id, RootRow.path, PhotoRow.path,
                    PhotoRow.width, PhotoRow.height,
                )
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(PhotoRow.problem.is_(None))
                .order_by(PhotoRow.id)
            )  # fmt: skip
            return [tuple(row) for row in rows]  # type: ignore[misc]

    def label_names(self) -> dict[int, str]:
        """What label files call each photo: its path under its root, after the root's number where
        there are several, for two folders may hold the same path."""
        with self._database.read() as connection:
            rows = connection.execute(select(PhotoRow.id, PhotoRow.root_id, PhotoRow.path)).all()
        several = len({row.root_id for row in rows}) > 1
        return {row.id: f"{row.root_id}/{row.path}" if several else row.path for row in rows}

    # Faces

    def add_face(self, photo_id: int, box: Box, kind: str) -> tuple[int, Changes]:
        """Add one face by hand; returns its id too."""
        with self._database.write() as connection:
            face = _add_face(connection, photo_id, box, kind, None)
        return face, Changes(faces=frozenset({face}), photos=True)

    def add_faces(self, faces: Sequence[tuple[int, Box, str]]) -> list[int]:
        """Add (photo, box, kind) in one transaction; returns the ids in order."""
        with self._database.write() as connection:
            return [_add_face(connection, photo, box, kind, None) for photo, box, kind in faces]

    def boxes(self) -> list[tuple[int, int, Box, str, str, str | None]]:
        """Every face: id, photo id, box, kind of box, verdict, digest of its model if predicted."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    FaceRow.id, FaceRow.photo_id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h,
                    FaceRow.kind, StateRow.verdict, ModelRow.digest,
                )
                .join(StateRow, StateRow.face_id == FaceRow.id)
                .outerjoin(ModelRow, ModelRow.id == StateRow.model_id)
                .order_by(FaceRow.id)
            )  # fmt: skip
            return [(r[0], r[1], (r[2], r[3], r[4], r[5]), r[6], r[7], r[8]) for r in rows]

    def count_unpredicted(self) -> int:
        """How many unreviewed faces have no proposal."""
        with self._database.read() as connection:
            query = select(func.count()).where(
                StateRow.verdict == Verdict.UNREVIEWED, StateRow.prediction_id.is_(None)
            )
            return int(connection.scalar(query) or 0)

    def count_pseudo(self, not_model: str) -> int:
        """How many unreviewed faces have a proposal of a model other than the one so named."""
        with self._database.read() as connection:
            query = _pseudo(not_model).with_only_columns(func.count())
            return int(connection.scalar(query) or 0)

    def pseudo(self, not_model: str, limit: int) -> list[tuple[int, Points]]:
        """Face and landmarks of pseudo-labels, the most confident first."""
        query = _pseudo(not_model).order_by(StateRow.score.desc(), StateRow.face_id).limit(limit)
        with self._database.read() as connection:
            return [(row.face_id, row.points) for row in connection.execute(query)]

    def face(self, face_id: int) -> Face | None:
        """One face with everything a view shows of it."""
        with self._database.read() as connection:
            row = connection.execute(
                select(
                    FaceRow.id, FaceRow.photo_id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h,
                    FaceRow.kind, PhotoRow.path, PhotoRow.width, PhotoRow.height,
                    RootRow.path.label("root"), StateRow.verdict, StateRow.flag, StateRow.offered,
                    StateRow.entry_id, StateRow.prediction_id,
                    DraftRow.points.label("draft"),
                DraftRow.prediction_id.label("draft_prediction"), )
                .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .join(StateRow, StateRow.face_id == FaceRow.id)
                .outerjoin(DraftRow, DraftRow.face_id == FaceRow.id)
                .where(FaceRow.id == face_id)
            ).one_or_none()  # fmt: skip
            if row is None:
                return None
            prediction = _prediction(connection, row.draft_prediction or row.prediction_id)
            return Face(
                id=row.id, photo_id=row.photo_id, photo=Path(row.root) / row.path, name=row.path,
                photo_size=(row.width or 0, row.height or 0), box=(row.x, row.y, row.w, row.h),
                box_kind=row.kind, verdict=Verdict(row.verdict), flag=row.flag, offered=row.offered,
                prediction=prediction, decision=_decision(connection, row.entry_id),
                draft=row.draft, draft_prediction=row.draft_prediction,
            )  # fmt: skip

    def faces_of_photo(self, photo_id: int) -> list[tuple[int, Box]]:
        """Id and box of the faces of a photo."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(FaceRow.id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h)
                .where(FaceRow.photo_id == photo_id)
                .order_by(FaceRow.id)
            )
            return [(row.id, (row.x, row.y, row.w, row.h)) for row in rows]

    def files(self, ids: Sequence[int]) -> list[Path]:
        """The photos of faces, in their order."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(FaceRow.id, PhotoRow.path, RootRow.path.label("root"))
                .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
                .join(RootRow, RootRow.id == PhotoRow.root_id)
                .where(FaceRow.id.in_(_ids(ids)))
            )
            found = {row.id: Path(row.root) / row.path for row in rows}
        return [found[i] for i in ids if i in found]

    # Lists

    def queue(self, wanted: Filter) -> list[int]:
        """Ids of the faces a filter lets through, in its order."""
        order = {
            "file": (StateRow.face_id,),
            "score": (StateRow.score, StateRow.face_id),
            "spread": (StateRow.spread.desc(), StateRow.face_id),
        }[wanted.order]
        query = _matching(select(StateRow.face_id), wanted).order_by(*order)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def to_decide(self, ids: Sequence[int]) -> set[int]:
        """Those of the faces that wait for a person: unreviewed, or offered anew."""
        with self._database.read() as connection:
            query = select(StateRow.face_id).where(
                StateRow.face_id.in_(_ids(ids)),
                StateRow.offered | (StateRow.verdict == Verdict.UNREVIEWED),
            )
            return set(connection.scalars(query))

    def rows(self, ids: Sequence[int]) -> dict[int, Row]:
        """What a list draws of these faces."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(
                    StateRow.face_id, PhotoRow.path, StateRow.verdict, StateRow.flag,
                    StateRow.offered, StateRow.score,
                )
                .join(FaceRow, FaceRow.id == StateRow.face_id)
                .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
                .where(StateRow.face_id.in_(_ids(ids)))
            )  # fmt: skip
            return {
                r.face_id: Row(r.face_id, r.path, Verdict(r.verdict), r.flag, r.offered, r.score)
                for r in rows
            }

    def cards(self, ids: Sequence[int]) -> dict[int, Card]:
        """What the gallery draws of these faces."""
        with self._database.read() as connection:
            return read_cards(connection, ids)

    def counts(self) -> Counts:
        """How many of everything."""
        with self._database.read() as connection:
            verdicts: dict[str, int] = dict(
                connection.execute(
                    select(StateRow.verdict, func.count()).group_by(StateRow.verdict)
                ).all()
            )

            def count(row: Any, *where: Any) -> int:
                return int(
                    connection.scalar(select(func.count()).select_from(row).where(*where)) or 0
                )

            return Counts(
                photos=count(PhotoRow, true()),
                problems=count(PhotoRow, PhotoRow.problem.is_not(None)),
                waiting=count(PhotoRow, PhotoRow.searched.is_(False)),
                faces=sum(verdicts.values()),
                proposed=count(StateRow, StateRow.offered),
                flagged=count(StateRow, StateRow.flag),
                rounds=count(RoundRow, RoundRow.kind == "train", RoundRow.status == "ready"),
                **{str(v): verdicts.get(v, 0) for v in Verdict},
            )


def _ids(ids: Iterable[int]) -> Select[Any]:
    """A list of any length as a subquery: SQLite limits the number of parameters."""
    return select(text("value")).select_from(func.json_each(literal(json.dumps(list(ids)))))


def _pseudo(not_model: str) -> Select[int, Points]:
    return (
        select(StateRow.face_id, PredictionRow.points)
        .join(PredictionRow, PredictionRow.id == StateRow.prediction_id)
        .join(ModelRow, ModelRow.id == StateRow.model_id)
        .where(StateRow.verdict == Verdict.UNREVIEWED, ModelRow.name != not_model)
    )


def _matching(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.verdict == "offered":
        query = query.where(StateRow.offered)
    elif wanted.verdict == "rejected-new":
        query = query.where(StateRow.offered, StateRow.verdict == Verdict.REJECTED)
    elif wanted.verdict is not None:
        query = query.where(StateRow.verdict == wanted.verdict)
    if wanted.flagged:
        query = query.where(StateRow.flag)
    if wanted.text:
        query = (
            query.join(FaceRow, FaceRow.id == StateRow.face_id)
            .join(PhotoRow, PhotoRow.id == FaceRow.photo_id)
            .where(PhotoRow.path.icontains(wanted.text, autoescape=True))
        )
    return query


def _add_face(
    connection: Connection, photo_id: int, box: Box, kind: str, confidence: float | None
) -> int:
    x, y, w, h = (float(v) for v in box)
    result = connection.execute(
        insert(FaceRow).values(
            photo_id=photo_id, x=x, y=y, w=w, h=h, kind=kind, confidence=confidence
        )
    )
    face = int(result.inserted_primary_key[0])  # type: ignore[index]
    connection.execute(
        insert(StateRow).values(face_id=face, verdict=Verdict.UNREVIEWED, flag=False, offered=False)
    )
    return face


def _prediction(connection: Connection, prediction_id: int | None) -> Prediction | None:
    if prediction_id is None:
        return None
    row = connection.execute(
        select(
            PredictionRow.id, PredictionRow.round_id, PredictionRow.points, PredictionRow.scores,
            PredictionRow.score, PredictionRow.spread, ModelRow.name,
        )
        .join(RoundRow, RoundRow.id == PredictionRow.round_id)
        .outerjoin(ModelRow, ModelRow.id == RoundRow.model_id)
        .where(PredictionRow.id == prediction_id)
    ).one()  # fmt: skip
    return Prediction(
        row.id, row.round_id, row.name or "", row.points, row.scores, row.score, row.spread
    )


def _decision(connection: Connection, entry_id: int | None) -> Decision | None:
    if entry_id is None:
        return None
    row = connection.execute(
        select(
            EntryRow.verdict, EntryRow.prediction_id, EntryRow.points, EntryRow.visibility,
            OperationRow.reviewer, OperationRow.time,
        )
        .join(OperationRow, OperationRow.id == EntryRow.operation_id)
        .where(EntryRow.id == entry_id)
    ).one()  # fmt: skip
    return Decision(
        Verdict(row.verdict), row.reviewer, row.time, row.prediction_id, row.points, row.visibility
    )
