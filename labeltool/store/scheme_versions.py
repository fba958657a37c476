"""The landmark scheme of a project: its versions, and how one takes the place of another (ADR 24).

An open project works with the scheme that it was opened with, whatever is in force meanwhile, until
it is told to follow.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from labeltool.domain import FINAL, N_, Changes, Message, Points, UserError, WriteResult
from labeltool.store.arrays.layouts import Landmarks, Layouts
from labeltool.store.database.engine import Database
from labeltool.store.database.expressions import id_list, use_index
from labeltool.store.database.finding_schema import CheckedRow, FindingRow
from labeltool.store.database.schema import (
    EntryRow,
    FaceCounterRow,
    OperationRow,
    PredictionRow,
    ProjectRow,
    SchemeRow,
    StateRow,
)
from labeltool.store.database.trust_schema import AcceptanceRow
from labeltool.store.log.operation_log import operate
from labeltool.store.log.stored_layouts import number_of, read_layouts
from pipnet.data.scheme import Scheme

SCHEME = "scheme"
"""The kind of a change of the scheme in the log."""


class SchemeVersions:
    """Reads and changes the scheme.

    `scheme`: what the open project works with. `version`: its number.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.scheme, self.version = self.follow()

    def follow(self) -> tuple[Scheme, int]:
        """Work with the scheme that is in force now, and return it with its number.

        What reads landmarks meanwhile would see their number change.
        """
        with self._database.read() as connection:
            row = connection.execute(_IN_FORCE).one()
            known = read_layouts(connection)
        self._database.layouts = Layouts(known, row.layout_id, self._read_layouts)
        self.scheme, self.version = Scheme.from_json(row.content), row.id
        return self.scheme, self.version

    def _read_layouts(self) -> dict[int, Landmarks]:
        with self._database.read() as connection:
            return read_layouts(connection)

    @property
    def layout(self) -> int:
        """The layout of arrays of `scheme`, see `store.arrays.layouts`."""
        return self._layouts.current

    def named(self, names: Sequence[str]) -> tuple[Scheme, int] | None:
        """The newest version with landmarks of these names, and its layout; None without one.

        This is the scheme that a network was trained for that does not come from a round.
        """
        with self._database.read() as connection:
            for content, layout in connection.execute(_ALL):
                scheme = Scheme.from_json(content)
                if scheme.names == tuple(names):
                    return scheme, int(layout)
        return None

    def sources_from(self, layout: int) -> list[int | None]:
        """For each landmark of `scheme` its place in arrays of a layout; None where it has none."""
        return [None if k < 0 else k for k in self._layouts.places(layout).tolist()]

    @property
    def _layouts(self) -> Layouts:
        assert self._database.layouts is not None
        return self._database.layouts

    def count_labels(self) -> int:
        """How many faces have a label."""
        with self._database.read() as connection:
            return _count_labels(connection)

    def count_labels_with(self, landmark: int) -> int:
        """How many labels know a landmark of `scheme`, by its place."""
        with self._database.read() as connection:
            known = {"layouts": self._layouts_with(landmark)}
            return int(connection.scalar(_COUNT_KNOWING, known) or 0)

    def labels_with(self, landmark: int, limit: int) -> list[Points]:
        """The newest labels that know a landmark of `scheme`, by its place, (N, 2) each."""
        known = {"layouts": self._layouts_with(landmark), "limit": limit}
        with self._database.read() as connection:
            return list(connection.scalars(_KNOWING, known))

    def _layouts_with(self, landmark: int) -> list[int]:
        return [n for n in self._layouts.numbers() if not self._layouts.missing(n)[landmark]]

    def change(self, reviewer: str, scheme: Scheme, sources: Sequence[int | None]) -> WriteResult:
        """Put another scheme in force, as one operation. This object has to `follow` it.

        Labels, proposals and moves stay as they are stored, and are read as the landmarks of the
        new scheme; those that they lack are missing.

        Args:
            sources: for each landmark of `scheme` its place in the one before; None for a new one.

        Raises:
            UserError: somebody changed the scheme meanwhile, or faces are being accepted with a
                guarantee.
        """
        with self._database.write() as connection:
            if connection.scalar(select(ProjectRow.scheme_id)) != self.version:
                raise UserError(
                    N_("Somebody else changed the landmarks of this project meanwhile."),
                    N_("Open the project again, look at its landmarks, and change them then."),
                )
            _check_no_acceptance(connection)
            new = 1 + max(k for row in read_layouts(connection).values() for k in row)
            landmarks = []
            for source in sources:
                landmarks.append(new if source is None else self._layouts.ids[source])
                new += source is None
            operation = operate(connection, reviewer, SCHEME, Message(N_("change of landmarks")))
            connection.execute(
                update(OperationRow)
                .where(OperationRow.id == operation)
                .values(faces=_count_labels(connection))
            )
            version = connection.execute(
                insert(SchemeRow).values(
                    operation_id=operation,
                    previous=self.version,
                    content=scheme.to_json(),
                    layout_id=number_of(connection, landmarks),
                )
            ).inserted_primary_key[0]  # type: ignore[index]
            _put_in_force(connection, int(version))
        message = Message(N_("The landmarks of this project were changed."))
        return WriteResult(Changes(all=True, scheme=True), message, undoable=True)


def step_scheme(connection: Connection, operation: int, *, back: bool) -> bool:
    """Undo or redo a change of the scheme; returns False if another one is in force."""
    row = connection.execute(
        select(SchemeRow.id, SchemeRow.previous).where(SchemeRow.operation_id == operation)
    ).one()
    expected, wanted = (row.id, row.previous) if back else (row.previous, row.id)
    if connection.scalar(select(ProjectRow.scheme_id)) != expected:
        return False
    _check_no_acceptance(connection)
    _put_in_force(connection, wanted)
    return True


def _check_no_acceptance(connection: Connection) -> None:
    is_open = select(AcceptanceRow.id).where(AcceptanceRow.status == "open").limit(1)
    if connection.scalar(is_open) is not None:
        raise UserError(
            N_("Faces are being accepted with a guarantee, for the landmarks as they are."),
            N_("Finish that or end it, then change the landmarks."),
        )


def _put_in_force(connection: Connection, version: int) -> None:
    connection.execute(update(ProjectRow).values(scheme_id=version))
    for found in (FindingRow, CheckedRow):  # of the landmarks before
        connection.execute(delete(found))


def _count_labels(connection: Connection) -> int:
    return int(connection.scalar(_LABELS) or 0)


_LABELS = select(func.sum(FaceCounterRow.faces)).where(FaceCounterRow.verdict.in_(FINAL))
_IN_FORCE = select(SchemeRow.id, SchemeRow.layout_id, SchemeRow.content).join(
    ProjectRow, ProjectRow.scheme_id == SchemeRow.id
)
_ALL = select(SchemeRow.content, SchemeRow.layout_id).order_by(SchemeRow.id.desc())
_COUNT_KNOWING = _LABELS.where(FaceCounterRow.layout.in_(id_list("layouts")))
_KNOWING = use_index(
    select(func.coalesce(EntryRow.points, PredictionRow.points, type_=EntryRow.points.type))
    .select_from(StateRow)
    .join(EntryRow, EntryRow.id == StateRow.entry_id)
    .outerjoin(PredictionRow, PredictionRow.id == EntryRow.prediction_id)
    .where(StateRow.verdict.in_(FINAL), StateRow.layout.in_(id_list("layouts")))
    .order_by(StateRow.effect.desc(), StateRow.face_id)
    .limit(bindparam("limit")),
    StateRow,
    "state_by_effect",
)
