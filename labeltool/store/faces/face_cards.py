"""What the gallery draws of many faces, in one query."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Row, text

from labeltool.domain import FINAL, Card, Verdict

_CARDS = text("""
SELECT s.face_id, s.verdict, s.flag, s.offered, s.score, f.x, f.y, f.w, f.h, f.kind, o.path,
       r.path AS root, p.points AS proposed, p.scores, e.points AS decided,
       d.points AS draft
FROM json_each(:ids) j
JOIN state s ON s.face_id = j.value
JOIN face f ON f.id = s.face_id
JOIN photo o ON o.id = f.photo_id
JOIN root r ON r.id = o.root_id
LEFT JOIN draft d ON d.face_id = s.face_id
LEFT JOIN prediction p ON p.id = coalesce(d.prediction_id, s.prediction_id)
LEFT JOIN entry e ON e.id = s.entry_id
""")


def read_cards(connection: Connection, ids: Sequence[int]) -> dict[int, Card]:
    """The cards of those of the faces that exist."""
    rows = connection.execute(_CARDS, {"ids": json.dumps(list(ids))})
    return {row.face_id: _card(row) for row in rows}


def _card(row: Row[tuple[object, ...]]) -> Card:
    verdict = Verdict(row.verdict)
    by_hand = row.draft if row.draft is not None else row.decided if verdict in FINAL else None
    proposed = None if row.proposed is None else np.frombuffer(row.proposed, "<f8").reshape(-1, 2)
    points, moved = proposed, None
    if by_hand is not None:
        points = np.frombuffer(by_hand, "<f8").reshape(-1, 2)
        moved = np.ones(len(points), bool) if proposed is None else (points != proposed).any(-1)
    return Card(
        id=row.face_id, photo=Path(row.root) / row.path, name=row.path,
        box=(row.x, row.y, row.w, row.h),
        box_kind=row.kind, verdict=verdict, flag=bool(row.flag), offered=bool(row.offered),
        score=row.score, draft=row.draft is not None, points=points,
        scores=None if row.scores is None else np.frombuffer(row.scores, "<f4"), moved=moved,
    )  # fmt: skip
