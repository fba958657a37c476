"""The tolerance of a project."""

from __future__ import annotations

from sqlalchemy import select, update

from labeltool.domain import N_, Changes, Message, UserError, WriteResult
from labeltool.domain.tolerance import MAX_TOLERANCE, MIN_TOLERANCE
from labeltool.store.database.engine import Database
from labeltool.store.database.schema import ProjectRow
from labeltool.store.faces.finding_records import Findings
from labeltool.store.trust.acceptances import Acceptances
from labeltool.store.trust.calibrations import Calibrations
from labeltool.store.trust.certificates import Certificates
from labeltool.store.trust.costs import Costs


class Trust:
    """What a project calls right, the `calibrations` of its networks, the `acceptances` with a
    guarantee and their `certificates`, the `findings` of the checks, and the `costs` of
    decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.calibrations = Calibrations(database)
        self.acceptances = Acceptances(database)
        self.certificates = Certificates(database)
        self.findings = Findings(database)
        self.costs = Costs(database)

    def tolerance(self) -> float:
        """By how much a landmark may be off, a share of the scheme's norm."""
        with self._database.read() as connection:
            return float(connection.execute(select(ProjectRow.tolerance)).scalar_one())

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
