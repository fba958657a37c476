"""The layouts of a project's arrays, and how a decision keeps landmarks that are not in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from labeltool.domain import ABSENT, FINAL, N_, VISIBLE, UserError
from labeltool.store.arrays.array_types import PointsType, VisibilityType, layout_number, raw
from labeltool.store.arrays.layouts import (
    MAX_LAYOUTS,
    Landmarks,
    Layouts,
    in_use,
    layout_of,
    pack,
)
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import EntryRow, LayoutRow, PredictionRow

CHUNK = 2000
"""Entries that are completed at once."""

_POINTS, _VISIBILITY = PointsType(), VisibilityType()


def read_layouts(connection: Connection) -> dict[int, Landmarks]:
    """Every layout: the ids of its landmarks, by its number."""
    rows = connection.execute(select(LayoutRow.id, LayoutRow.landmarks))
    return {row.id: tuple(json.loads(row.landmarks)) for row in rows}


def number_of(connection: Connection, landmarks: Sequence[int]) -> int:
    """The number of the layout of these landmarks, which is added if there is none.

    Raises:
        UserError: a project has no more.
    """
    written = json.dumps(list(landmarks))
    found = connection.scalar(select(LayoutRow.id).where(LayoutRow.landmarks == written))
    if found is not None:
        return found
    number = (connection.scalar(select(func.max(LayoutRow.id))) or 0) + 1
    if number > MAX_LAYOUTS:
        raise UserError(
            N_("The landmarks of this project were changed too often."),
            N_("Export its labels and import them into a new project."),
        )
    connection.execute(insert(LayoutRow).values(id=number, landmarks=written))
    layouts = in_use()
    if layouts is not None:
        layouts.learn({number: tuple(landmarks)})
    return number


def keep_landmarks(connection: Connection, operation: int, after: int = 0) -> None:
    """Complete the labels that an operation has just made, of its entries with ids above `after`.

    A landmark that was removed from the scheme stays in a label as the label before has it, so that
    nothing decided is lost when the removal is undone. Where a proposal with such a landmark was
    accepted, the label gets points of its own without it, because nobody looked at that one.
    """
    layouts = in_use()
    if layouts is None or layouts.has_one:
        return
    layouts.learn(read_layouts(connection))  # others may have added some
    exceeding = layouts.exceeding()
    if not exceeding:
        return
    values = {"operation": operation, "after": after, "exceeding": exceeding}
    rows = connection.execute(_TO_COMPLETE, values).all()
    numbers = dict[Landmarks, int]()
    for start in range(0, len(rows), CHUNK):
        labels = []
        for row in rows[start : start + CHUNK]:
            landmarks, points, visibility = _completed(layouts, row)
            if landmarks not in numbers:
                numbers[landmarks] = number_of(connection, landmarks)
            number = numbers[landmarks]
            seen = None if visibility is None else pack(visibility, number)
            labels.append({"entry": row.id, "whole": pack(points, number), "seen": seen})
        connection.execute(_COMPLETE, labels)


Label = tuple[Landmarks, NDArray[np.float64], NDArray[np.int8] | None]
"""Ids of landmarks, their points (N, 2), and visibility (N,) if it was stated."""


def _completed(layouts: Layouts, row: Any) -> Label:
    """The landmarks of a label in force, then those that the label before has beside them."""
    here = set(layouts.ids)
    landmarks, points, seen = _label(layouts, row.points or row.proposed, row.visibility)
    if row.points is None:
        landmarks, points, seen = _some(landmarks, points, None, [k in here for k in landmarks])
    if row.before is None:
        return landmarks, points, seen
    others, their_points, their_seen = _label(layouts, row.before, row.before_visibility)
    hidden = [k not in here and k not in landmarks for k in others]
    others, their_points, their_seen = _some(others, their_points, their_seen, hidden)
    if seen is not None or their_seen is not None:
        seen = np.concatenate([_stated(points, seen), _stated(their_points, their_seen)])
    return landmarks + others, np.concatenate([points, their_points]), seen


def _label(layouts: Layouts, points: bytes, visibility: bytes | None) -> Label:
    landmarks = layouts.landmarks(layout_of(points, _POINTS.width))
    seen = None if visibility is None else _VISIBILITY.unpack(visibility)
    return landmarks, _POINTS.unpack(points).reshape(-1, 2), seen


def _some(
    landmarks: Landmarks, points: NDArray[Any], seen: NDArray[Any] | None, chosen: list[bool]
) -> Label:
    kept = np.array(chosen, bool)
    ids = tuple(k for k, is_kept in zip(landmarks, chosen, strict=True) if is_kept)
    return ids, points[kept], None if seen is None else seen[kept]


def _stated(points: NDArray[Any], seen: NDArray[Any] | None) -> NDArray[np.int8]:
    if seen is not None:
        return seen
    return np.where(np.isfinite(points).all(1), VISIBLE, ABSENT).astype(np.int8)


_before = aliased(EntryRow, name="before")
_judged = aliased(PredictionRow, name="judged")
_judged_before = aliased(PredictionRow, name="judged_before")
_label_before = func.coalesce(raw(_before.points), raw(_judged_before.points))
_TO_COMPLETE = (
    select(
        EntryRow.id, raw(EntryRow.points).label("points"),
        raw(EntryRow.visibility).label("visibility"), raw(_judged.points).label("proposed"),
        _label_before.label("before"), raw(_before.visibility).label("before_visibility"),
    )
    .outerjoin(_judged, _judged.id == EntryRow.prediction_id)
    .outerjoin(_before, and_(_before.id == EntryRow.previous, _before.verdict.in_(FINAL)))
    .outerjoin(_judged_before, _judged_before.id == _before.prediction_id)
    .where(
        EntryRow.operation_id == bindparam("operation"),
        EntryRow.id > bindparam("after"),
        EntryRow.verdict.in_(FINAL),
        or_(
            and_(
                EntryRow.points.is_(None),
                layout_number(_judged.points).in_(id_list("exceeding")),
            ),
            layout_number(_label_before).in_(id_list("exceeding")),
        ),
    )
)  # fmt: skip
_COMPLETE = (
    update(EntryRow)
    .where(EntryRow.id == bindparam("entry"))
    .values(points=bindparam("whole"), visibility=bindparam("seen"))
)
