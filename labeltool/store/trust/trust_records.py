"""The tolerance of a project."""

from __future__ import annotations

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.orm import aliased

from labeltool.domain import N_, Changes, Message, UserError, WriteResult
from labeltool.domain.tolerance import MAX_TOLERANCE, MIN_TOLERANCE
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import ProjectRow
from labeltool.store.database.trust_schema import JudgementRow
from labeltool.store.faces.finding_records import Findings
from labeltool.store.trust.acceptances import Acceptances
from labeltool.store.trust.adjustments import Adjustments
from labeltool.store.trust.calibrations import Calibrations
from labeltool.store.trust.certificates import Certificates
from labeltool.store.trust.costs import Costs


class Trust:
    """What a project calls right, the `calibrations` of its networks and `adjustments` of their
    proposals, the `acceptances` with a guarantee and their `certificates`, the `findings` of the
    checks, and the `costs` of decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.calibrations = Calibrations(database)
        self.adjustments = Adjustments(database)
        self.acceptances = Acceptances(database)
        self.certificates = Certificates(database)
        self.findings = Findings(database)
        self.costs = Costs(database)

    def tolerance(self) -> float:
        """By how much a landmark may be off, a share of the scheme's norm."""
        with self._database.read() as connection:
            return float(connection.execute(select(ProjectRow.tolerance)).scalar_one())

    def repeats(self) -> tuple[int, int]:
        """How many faces were judged a second time, and how many of them otherwise than at
        first."""
        with self._database.read() as connection:
            count, differing = connection.execute(_REPEATS).one()
        return int(count), int(differing or 0)

    def set_tolerance(self, tolerance: float) -> WriteResult:
        """Say by how much a landmark may be off, a share of the scheme's norm.

        Raises:
            UserError: it is not a number from MIN_TOLERANCE to MAX_TOLERANCE.
        """
        if not MIN_TOLERANCE <= tolerance <= MAX_TOLERANCE:
            raise UserError(
                N_("A tolerance is {low} to {high} % of the norm, not {percent} %."),
                N_("Choose another one."),
                low=f"{MIN_TOLERANCE * 100:g}",
                high=f"{MAX_TOLERANCE * 100:g}",
                percent=f"{tolerance * 100:g}",
            )
        with self._database.write() as connection:
            connection.execute(update(ProjectRow).values(tolerance=tolerance))
        said = Message(
            N_("A landmark is right within {percent} % of the norm."),
            percent=f"{tolerance * 100:g}",
        )
        return WriteResult(Changes(all=True), said)


_again, _first = aliased(JudgementRow), aliased(JudgementRow)
_REPEATS = (
    select(func.count(), func.sum(case((_again.answer != _first.answer, 1), else_=0)))
    .select_from(_again)
    .join(
        _first,
        and_(
            _first.acceptance_id == _again.acceptance_id,
            _first.face_id == _again.face_id,
            _first.kind == "real",
        ),
    )
    .where(_again.kind == "repeat", _again.answer.is_not(None), _first.answer.is_not(None))
)
