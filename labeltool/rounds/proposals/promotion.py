"""Takes the network of a round into use, and goes back to an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from labeltool.domain import (
    N_,
    Message,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    UserError,
    WriteResult,
    model_name,
    no_progress,
    round_model,
)
from labeltool.rounds.ingest import ResultIngest
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.upkeep.round_files import FILES_DELETED, find_round
from labeltool.store import Store
from labeltool.store.round_records import ADJUSTED_TASK

STARTER_MODEL = "starter"
"""Model name of the starter's proposals; its round has the number 0."""


class Promotion:
    """Promotes rounds and rolls back to them. Decisions of people stay as they are.

    `exclusive`: see `RoundLauncher.exclusive`; nothing is done while a round runs.
    """

    def __init__(
        self,
        store: Store,
        ingest: ResultIngest,
        exclusive: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._store, self._ingest, self._exclusive = store, ingest, exclusive

    def round(self, number: int) -> Round:
        """The training round of this number; of the starter's proposals for 0.

        Raises:
            UserError: there is none, or it did not end with a network.
        """
        if number == 0:
            return self._starter_round(self._store.rounds.all())
        row = find_round(self._store, number)
        if row.status is not RoundStatus.READY:
            raise UserError(
                _NO_NETWORK.get(row.status, N_("Round {number} has not ended yet.")),
                N_("Choose a round that ended with a network."),
                number=number,
            )
        return row

    def _starter_round(self, rows: list[Round]) -> Round:
        found = [row for row in rows if row.model == STARTER_MODEL]
        for row in reversed(found):
            if self._store.rollbacks.rounds_of_model(row.id):
                return row
        raise UserError(
            N_("The starter proposed nothing in this project."),
            N_("Choose one of the rounds that are listed."),
        )

    def in_use(self) -> str:
        """The name of the model in use, empty if there is none."""
        current = self._store.rounds.current()
        return "" if current is None else current.model

    def promote(self, row: Round) -> WriteResult:
        """Take the network of a round that waits for it into use, and offer its proposals.

        Raises:
            UserError: it was promoted before, or its folder is gone.
        """
        with self._exclusive():
            if row.promoted:
                raise self._promoted_before(row)
            self._chunks(row)
            changes = self._store.rollbacks.promote(row.id)
        done = N_("Round {number} is in use now: its proposals are offered.")
        return WriteResult(changes, Message(done, number=row.number))

    def _promoted_before(self, row: Round) -> UserError:
        if self.in_use() == row.model:
            return _in_use(row)
        return UserError(
            N_("Round {number} was promoted before."),
            N_("Roll back to it to offer its proposals again."),
            number=row.number,
        )

    def count_changing(self, row: Round) -> int:
        """How many faces without a label a rollback to a round would give other proposals."""
        ids = self._store.rollbacks.rounds_of_model(row.id)
        faces: set[int] = set()
        for each in self._rows(ids):
            faces |= RunFolder(each.folder).tables.predicted_faces(self._chunks(each))
        return self._store.rollbacks.count_changing(ids, sorted(faces) if faces else None)

    def roll_back(self, reviewer: str, row: Round, progress: Progress = no_progress) -> WriteResult:
        """Offer the proposals of an earlier round again, those that were deleted meanwhile from its
        folder; all of them or, when cancelled, none. Undo takes it back.

        Raises:
            UserError: it is in use, it was never promoted, or its folder is gone.
        """
        with self._exclusive():
            if self.in_use() == row.model:
                raise _in_use(row)
            if row.kind is RoundKind.TRAIN and not row.promoted:
                raise UserError(
                    N_("Round {number} was never promoted."),
                    N_("Promote it to use its network."),
                    number=row.number,
                )
            ids = self._store.rollbacks.rounds_of_model(row.id)
            chunks = [(each, self._chunks(each)) for each in self._rows(ids)]
            for each, names in chunks:
                self._ingest.add_again(each, names, progress)
            model = round_model(row.number) if row.kind is RoundKind.TRAIN else row.model
            return self._store.rollbacks.roll_back(reviewer, ids, model_name(model))

    def _rows(self, ids: list[int]) -> list[Round]:
        rows = {row.id: row for row in self._store.rounds.all()}
        return [rows[round_id] for round_id in ids]

    def _chunks(self, row: Round) -> list[str]:
        """Names of the files with a round's proposals; none for imported and adjusted ones, which
        no folder holds.

        Raises:
            UserError: the folder lacks one, or the network.
        """
        if row.kind is RoundKind.IMPORT or row.task == ADJUSTED_TASK:
            return []
        if row.summary.get(FILES_DELETED):
            raise UserError(
                N_("The files of round {number} were deleted."),
                N_("Choose another round."),
                number=row.number,
            )
        folder = RunFolder(row.folder)
        if row.status is not RoundStatus.READY:  # a prediction that was cancelled offers some
            return sorted(file.name for file in row.folder.glob("predictions-*.npz"))
        missing = folder.missing_files()
        if row.kind is RoundKind.PREDICT and folder.model.name in missing:
            missing.remove(folder.model.name)
        if missing:
            raise UserError(
                N_("The files of {model} are not in {folder} any more."),
                N_("Put the folder back from a copy, or choose another round."),
                model=model_name(row.model),
                folder=row.folder,
            )
        return list((folder.results() or {"chunks": []})["chunks"])


_NO_NETWORK = {
    RoundStatus.FAILED: N_("Round {number} failed: it has no network."),
    RoundStatus.CANCELLED: N_("Round {number} was cancelled: it has no network."),
}


def _in_use(row: Round) -> UserError:
    return UserError(
        N_("The network of {model} is in use already."),
        N_("Choose another round."),
        model=model_name(row.model),
    )
