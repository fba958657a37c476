"""What decisions cost: time and moves of points. It stays in the project file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, select

from labeltool.domain import N_, Changes, Message, WriteResult
from labeltool.store.database.engine import Database
from labeltool.store.database.trust_schema import CostRow, UnmeasuredReviewerRow
from labeltool.store.log.operation_log import now

RECENT_DECISIONS = 200
"""Decisions that say what the next face will cost."""


@dataclass(frozen=True, slots=True)
class MeanCost:
    """What a face cost on average over `faces` decisions: active seconds, moves of points, and
    pixels of the photo that they went."""

    faces: int
    seconds: float
    drags: float
    pixels: float


class Costs:
    """The measured costs of decisions, each reviewer's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_measured(self, reviewer: str) -> bool:
        """Whether a reviewer's decisions are measured: unless they switched it off."""
        with self._database.read() as connection:
            return connection.scalar(_IS_UNMEASURED, {"reviewer": reviewer}) is None

    def add(
        self, reviewer: str, face_id: int, seconds: float, drags: int, pixels: float
    ) -> Changes:
        """Note what a decision cost."""
        with self._database.write() as connection:
            connection.execute(
                insert(CostRow).values(
                    face_id=face_id, reviewer=reviewer, time=now(), seconds=seconds, drags=drags,
                    pixels=pixels,
                )
            )  # fmt: skip
        return Changes()

    def today(self, reviewer: str) -> MeanCost | None:
        """What a face cost a reviewer today, in the time zone of this computer; None without
        any."""
        morning = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        since = morning.astimezone(UTC).isoformat(timespec="milliseconds")
        return self._mean(_SINCE, {"reviewer": reviewer, "since": since})

    def recent(self) -> MeanCost | None:
        """What the last faces cost whoever reviewed them, see RECENT_DECISIONS; None without
        any."""
        return self._mean(_RECENT, {})

    def _mean(self, query: Select[*tuple[Any, ...]], values: dict[str, str]) -> MeanCost | None:
        with self._database.read() as connection:
            faces, seconds, drags, pixels = connection.execute(query, values).one()
        return MeanCost(faces, seconds, drags, pixels) if faces else None

    def set_measured(self, reviewer: str, on: bool) -> WriteResult:
        """Measure a reviewer's decisions from now on; or no longer, which deletes what was
        measured of them."""
        with self._database.write() as connection:
            connection.execute(_NO_LONGER_UNMEASURED, {"reviewer": reviewer})
            if not on:
                connection.execute(insert(UnmeasuredReviewerRow).values(reviewer=reviewer))
                connection.execute(_DELETE, {"reviewer": reviewer})
        said = (
            N_("The time and moves that a face takes are measured. They stay in this project.")
            if on
            else N_("Time and moves are no longer measured; what was measured is deleted.")
        )
        return WriteResult(Changes(filters=True), Message(said))


# built once: they run after every decision
_OF_REVIEWER = CostRow.reviewer == bindparam("reviewer")
_IS_UNMEASURED = select(UnmeasuredReviewerRow.reviewer).where(
    UnmeasuredReviewerRow.reviewer == bindparam("reviewer")
)
_NO_LONGER_UNMEASURED = delete(UnmeasuredReviewerRow).where(
    UnmeasuredReviewerRow.reviewer == bindparam("reviewer")
)
_DELETE = delete(CostRow).where(_OF_REVIEWER)
_SINCE = select(
    func.count(), func.avg(CostRow.seconds), func.avg(CostRow.drags), func.avg(CostRow.pixels)
).where(_OF_REVIEWER, CostRow.time >= bindparam("since"))
_newest = (
    select(CostRow.seconds, CostRow.drags, CostRow.pixels)
    .order_by(CostRow.id.desc())
    .limit(RECENT_DECISIONS)
    .subquery()
)
_RECENT = select(
    func.count(), func.avg(_newest.c.seconds), func.avg(_newest.c.drags),
    func.avg(_newest.c.pixels),
)  # fmt: skip
