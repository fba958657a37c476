"""Boxes that people draw and move. Each change is an operation of the log, like a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, literal, select, update

from labeltool.domain import FINAL, N_, Box, Changes, Message, Verdict, WriteResult
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import DraftRow, EntryRow, FaceRow, PhotoRow, StateRow
from labeltool.store.faces.faces import add_faces
from labeltool.store.log.operation_log import enter_new, finish, operate, removed_face

DRAWN = "hand"
"""The kind of a box that a person drew or moved; one of `pipnet.data.boxes.BOX_KINDS`."""

WHOLE = "whole"
"""The kind of a box around the whole photo; one of `pipnet.data.boxes.BOX_KINDS`."""

MAX_INSTANT_FACES = 20
"""Up to so many faces get their proposals in the window; for more, a worker is started."""


_OF_PHOTO = (  # built once, because it runs for every face that is shown
    select(FaceRow.id, FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h, StateRow.verdict)
    .join(StateRow, StateRow.face_id == FaceRow.id)
    .where(FaceRow.photo_id == bindparam("photo"))
    .where(StateRow.verdict != Verdict.REMOVED)
    .order_by(FaceRow.id)
)


class Boxes:
    """Writes boxes. Every method is one transaction and returns what it changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def draw(self, reviewer: str, photo_id: int, box: Box) -> tuple[int, WriteResult]:
        """Add a face by its box (x, y, width, height in pixels of the photo); returns its id too.

        Undo removes it (Verdict.REMOVED).
        """
        with self._database.write() as connection:
            (face,) = _draw(connection, reviewer, {photo_id: box}, DRAWN, Message(N_("draw a box")))
        faces = frozenset({face})
        changes = Changes(faces=faces, photos=True, boxes=faces)
        return face, WriteResult(changes, Message(N_("Drew a box.")), undoable=True)

    def take_whole(self, reviewer: str, photos: Sequence[int]) -> WriteResult:
        """Add a face to each of these photos, with a box around the whole photo. Undo removes them.

        The changes name up to `MAX_INSTANT_FACES` faces; more are too many for instant proposals.
        """
        size = select(PhotoRow.id, PhotoRow.width, PhotoRow.height)
        with self._database.write() as connection:
            rows = connection.execute(size.where(PhotoRow.id.in_(id_list(photos))))
            boxes = {
                row.id: (-0.5, -0.5, float(row.width or 1), float(row.height or 1)) for row in rows
            }
            what = Message.counted(
                len(boxes), N_("take a photo whole"), N_("take {count:,} photos whole")
            )
            faces = _draw(connection, reviewer, boxes, WHOLE, what)
        added = frozenset(faces)
        changes = Changes(faces=added, photos=True, boxes=added)
        if len(faces) > MAX_INSTANT_FACES:
            changes = Changes(all=True, photos=True)
        message = Message.counted(
            len(boxes), N_("Took the photo whole."), N_("Took {count:,} photos whole.")
        )
        return WriteResult(changes, message, undoable=True)

    def change(
        self, reviewer: str, face_id: int, box: Box, *, repropose: bool = False
    ) -> WriteResult:
        """Change a face's box (x, y, width, height in pixels of the photo).

        The decision on the face stays, with its landmarks, and so does a draft. With `repropose`
        both are dropped, and the face gets a new proposal to review; undo brings both back.

        Raises:
            UserError: the face was removed.
        """
        with self._database.write() as connection:
            row = connection.execute(
                select(
                    FaceRow.x, FaceRow.y, FaceRow.w, FaceRow.h, FaceRow.kind, FaceRow.first_box,
                    StateRow.verdict, StateRow.flag, StateRow.entry_id,
                    DraftRow.face_id.label("draft"),
                )
                .join(StateRow, StateRow.face_id == FaceRow.id)
                .outerjoin(DraftRow, DraftRow.face_id == FaceRow.id)
                .where(FaceRow.id == face_id, StateRow.verdict != Verdict.REMOVED)
            ).one_or_none()  # fmt: skip
            if row is None:
                raise removed_face()
            wanted = [*(float(value) for value in box), DRAWN]
            before = [row.x, row.y, row.w, row.h, row.kind]
            if wanted[:4] == before[:4]:
                return WriteResult()
            if row.first_box is None:
                connection.execute(
                    update(FaceRow).where(FaceRow.id == face_id).values(first_box=before)
                )
            operation = operate(connection, reviewer, "box", Message(N_("move the box")))
            kept = select(
                literal(operation), literal(operation), StateRow.face_id, StateRow.entry_id,
                StateRow.verdict, StateRow.flag, EntryRow.prediction_id, EntryRow.points,
                EntryRow.visibility, literal(wanted, EntryRow.box.type),
            ).outerjoin(EntryRow, EntryRow.id == StateRow.entry_id)  # fmt: skip
            if repropose and (row.verdict in FINAL or row.draft is not None):
                verdict = Verdict.UNREVIEWED if row.verdict in FINAL else row.verdict
                kept = (
                    select(
                        literal(operation), literal(operation), StateRow.face_id,
                        StateRow.entry_id, literal(str(verdict)), StateRow.flag,
                        DraftRow.prediction_id, DraftRow.points, DraftRow.visibility,
                        literal(wanted, EntryRow.box.type),
                    )
                    .outerjoin(DraftRow, DraftRow.face_id == StateRow.face_id)
                )  # fmt: skip
            names = [
                "operation_id", "effect", "face_id", "previous", "verdict", "flag",
                "prediction_id", "points", "visibility", "box",
            ]  # fmt: skip
            connection.execute(
                insert(EntryRow).from_select(names, kept.where(StateRow.face_id == face_id))
            )
            finish(connection, operation)
            if repropose:
                connection.execute(delete(DraftRow).where(DraftRow.face_id == face_id))
        faces = frozenset({face_id})
        changes = Changes(faces=faces, boxes=faces)
        return WriteResult(changes, Message(N_("Moved the box.")), undoable=True)

    def of_photo(self, photo_id: int) -> list[tuple[int, Box, Verdict]]:
        """Id, box and verdict of each face of a photo, without removed faces."""
        with self._database.read() as connection:
            rows = connection.execute(_OF_PHOTO, {"photo": photo_id})
            return [(r.id, (r.x, r.y, r.w, r.h), Verdict(r.verdict)) for r in rows]


def _draw(
    connection: Connection, reviewer: str, boxes: Mapping[int, Box], kind: str, description: Message
) -> list[int]:
    """Add a face for each box (by photo id) as one operation; returns their ids."""
    added = [(photo, box, kind, None) for photo, box in boxes.items()]
    faces = add_faces(connection, added, by_operation=True)
    enter_new(connection, operate(connection, reviewer, "draw", description), faces)
    return faces
