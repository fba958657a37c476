"""The current state of each face, as it follows from the log and the predictions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text


def settle(connection: Connection, where: str, parameters: dict[str, Any]) -> None:
    """Recompute the state of some faces from their entry and their predictions.

    A manual label shows the prediction it judged; every other face the one of the visible round
    with the highest sequence. A rejected face is offered a prediction that it did not reject.
    """
    connection.execute(
        text(
            "UPDATE state SET verdict = coalesce(e.verdict, 'unreviewed'), "
            "flag = coalesce(e.flag, 0), effect = e.effect, "
            "prediction_id = CASE WHEN e.verdict IN ('accepted', 'corrected') "
            "AND e.prediction_id IS NOT NULL THEN e.prediction_id ELSE "
            "(SELECT p.id FROM prediction p JOIN round r ON r.id = p.round_id "
            "WHERE p.face_id = f.face_id AND r.sequence IS NOT NULL "
            "ORDER BY r.sequence DESC LIMIT 1) END "
            "FROM state f LEFT JOIN entry e ON e.id = f.entry_id "
            f"WHERE f.face_id = state.face_id AND state.{where}"
        ),
        parameters,
    )
    connection.execute(
        text(
            "UPDATE state SET offered = CASE verdict "
            "WHEN 'unreviewed' THEN prediction_id IS NOT NULL "
            "WHEN 'rejected' THEN prediction_id IS NOT NULL AND prediction_id IS NOT "
            "(SELECT e.prediction_id FROM entry e WHERE e.id = state.entry_id) ELSE 0 END, "
            "(score, spread, change, model_id) = "
            "(SELECT p.score, p.spread, p.change, r.model_id FROM prediction p "
            "JOIN round r ON r.id = p.round_id WHERE p.id = state.prediction_id) "
            f"WHERE {where}"
        ),
        parameters,
    )


def settle_boxes(connection: Connection, where: str, parameters: dict[str, Any]) -> int:
    """Put the boxes of some faces where the log says; returns how many were elsewhere.

    Faces whose box nobody ever changed have no `first_box` and are left alone.
    """
    result = connection.execute(
        text(
            "UPDATE face SET x = b.x, y = b.y, w = b.w, h = b.h, kind = b.kind FROM "
            "(SELECT id, box ->> 0 AS x, box ->> 1 AS y, box ->> 2 AS w, box ->> 3 AS h, "
            "box ->> 4 AS kind FROM (SELECT f.id, coalesce(e.box, f.first_box) AS box "
            "FROM state s JOIN face f ON f.id = s.face_id LEFT JOIN entry e ON e.id = s.entry_id "
            f"WHERE f.first_box IS NOT NULL AND s.{where})) b WHERE face.id = b.id "
            "AND (face.x, face.y, face.w, face.h, face.kind) != (b.x, b.y, b.w, b.h, b.kind)"
        ),
        parameters,
    )
    return int(result.rowcount)


def rebuild(connection: Connection) -> int:
    """Make the current state anew; returns how many rows or boxes were lost or differed."""
    connection.execute(text("CREATE TEMP TABLE before AS SELECT * FROM state"))
    connection.execute(
        text(
            "INSERT INTO state (face_id, verdict, flag, offered) SELECT id, 'unreviewed', 0, 0 "
            "FROM face WHERE id NOT IN (SELECT face_id FROM state)"
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
