"""The landmarks of manual labels that are not visible, counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, func, select

from labeltool.domain import ABSENT, FINAL, OCCLUDED, LandmarkCounts, Visibility
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list
from labeltool.store.database.schema import EntryRow, StateRow


class LabelLandmarks:
    """Counts them again only after a label changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: tuple[object, LandmarkCounts] = None, LandmarkCounts()

    def count(self, without: Collection[int]) -> LandmarkCounts:
        """Those of every manual label, but for those of the faces `without`."""
        with self._database.read() as connection:
            newest = connection.scalar(_NEWEST)  # every change of a label adds an entry
            layouts = self._database.layouts
            key = newest, frozenset(without), layouts
            if key != self._counted[0]:
                left_out = {"without": sorted(without)}
                if layouts is not None and layouts.has_one:
                    found = connection.execute(_COUNTS, left_out).one()
                    counts = LandmarkCounts(int(found.occluded), int(found.absent))
                else:
                    counts = _counted(connection.scalars(_STATED, left_out))
                self._counted = key, counts
        return self._counted[1]


_NEWEST = select(func.max(EntryRow.id))
_HEX = func.hex(EntryRow.visibility)  # 00, 01 or 02 for each landmark


def _count(digit: str) -> ColumnElement[int]:
    return func.length(_HEX) - func.length(func.replace(_HEX, digit, ""))


def _counted(visibilities: Iterable[Visibility]) -> LandmarkCounts:
    occluded = absent = 0
    for seen in visibilities:
        occluded += int((seen == OCCLUDED).sum())
        absent += int((seen == ABSENT).sum())
    return LandmarkCounts(occluded, absent)


_STATED = (
    select(EntryRow.visibility)
    .select_from(EntryRow)
    .join(StateRow, (StateRow.face_id == EntryRow.face_id) & (StateRow.entry_id == EntryRow.id))
    .where(
        EntryRow.visibility.is_not(None),
        StateRow.verdict.in_(FINAL),
        StateRow.face_id.not_in(id_list("without")),
    )
)
_COUNTS = _STATED.with_only_columns(
    func.total(_count("1")).label("occluded"),
    func.total(_count("0") - func.length(EntryRow.visibility)).label("absent"),
)
