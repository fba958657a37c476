"""The current state of each face, as it follows from the log and the predictions."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, text


def settle(connection: Connection, where: str, parameters: dict[str, Any]) -> None:
    """Recompute the state of some faces from their entry and their predictions.

    A manual label shows the prediction it judged; every other face the one of the visible round
    with the highest sequence. A rejected face is offered a prediction that it did not reject. A
    face that an operation added is removed while it has no entry.
    """
    connection.execute(_settling(where), parameters)


@cache
def _settling(where: str) -> TextClause:
    return text(
        "UPDATE state SET verdict = n.verdict, flag = n.flag, effect = n.effect, "
        "reviewer = n.reviewer, prediction_id = n.shown, offered = CASE n.verdict "
        "WHEN 'unreviewed' THEN n.shown IS NOT NULL "
        "WHEN 'rejected' THEN n.shown IS NOT NULL AND n.shown IS NOT n.judged ELSE 0 END, "
        "score = p.score, spread = p.spread, change = p.change, round_id = p.round_id, "
        "model_id = r.model_id FROM (SELECT f.face_id, e.effect, o.reviewer, "
        "coalesce(e.verdict, iif(c.by_operation, 'removed', 'unreviewed')) AS verdict, "
        "coalesce(e.flag, 0) AS flag, "
        "e.prediction_id AS judged, CASE WHEN e.verdict IN ('accepted', 'corrected') "
        "AND e.prediction_id IS NOT NULL THEN e.prediction_id ELSE "
        "(SELECT q.id FROM prediction q JOIN round v ON v.id = q.round_id "
        "WHERE q.face_id = f.face_id AND v.sequence IS NOT NULL "
        "ORDER BY v.sequence DESC LIMIT 1) END AS shown "
        "FROM state f JOIN face c ON c.id = f.face_id LEFT JOIN entry e ON e.id = f.entry_id "
        f"LEFT JOIN operation o ON o.id = e.effect WHERE f.{where}) n "
        "LEFT JOIN prediction p ON p.id = n.shown LEFT JOIN round r ON r.id = p.round_id "
        "WHERE n.face_id = state.face_id"
    )


def settle_boxes(connection: Connection, where: str, parameters: dict[str, Any]) -> int:
    """Put the boxes of some faces where the log says; returns how many were elsewhere.

    Faces whose box nobody ever changed have no `first_box` and are left alone.
    """
    return int(connection.execute(_settling_boxes(where), parameters).rowcount)


@cache
def _settling_boxes(where: str) -> TextClause:
    return text(
        "UPDATE face SET x = b.x, y = b.y, w = b.w, h = b.h, kind = b.kind FROM "
        "(SELECT id, box ->> 0 AS x, box ->> 1 AS y, box ->> 2 AS w, box ->> 3 AS h, "
        "box ->> 4 AS kind FROM (SELECT f.id, coalesce(e.box, f.first_box) AS box "
        "FROM state s JOIN face f ON f.id = s.face_id LEFT JOIN entry e ON e.id = s.entry_id "
        f"WHERE f.first_box IS NOT NULL AND s.{where})) b WHERE face.id = b.id "
        "AND (face.x, face.y, face.w, face.h, face.kind) != (b.x, b.y, b.w, b.h, b.kind)"
    )


def rebuild(connection: Connection) -> int:
    """Make the current state anew; returns how many rows or boxes were lost or differed."""
    connection.execute(text("CREATE TEMP TABLE before AS SELECT * FROM state"))
    connection.execute(
        text(
            "INSERT INTO state (face_id, verdict, flag, offered, photo_id, folder_id) "
            "SELECT f.id, iif(f.by_operation, 'removed', 'unreviewed'), 0, 0, p.id, p.folder_id "
            "FROM face f "
            "JOIN photo p ON p.id = f.photo_id WHERE f.id NOT IN (SELECT face_id FROM state)"
        )
    )
    connection.execute(
        text(
            "UPDATE state SET entry_id = (SELECT max(id) FROM entry "
            "WHERE entry.face_id = state.face_id)"
        )
    )
    settle(connection, "face_id IS NOT NULL", {})
    query = text("SELECT count(*) FROM (SELECT * FROM state EXCEPT SELECT * FROM before)")
    differ = int(connection.execute(query).scalar_one())
    connection.execute(text("DROP TABLE before"))
    return differ + settle_boxes(connection, "face_id IS NOT NULL", {})
