"""Writes the results of rounds into the project."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np

from labeltool.domain import (
    N_,
    Changes,
    Message,
    NewPrediction,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    WriteResult,
    no_progress,
    round_model,
)
from labeltool.rounds.adjusting.adjusted_proposals import offer_further
from labeltool.rounds.liveness import RoundSlot, RunningRound
from labeltool.rounds.quality.error_models import save_error_model
from labeltool.rounds.quality.ledger_roles import count_landmarks, count_roles, without_photos
from labeltool.rounds.quality.round_figures import describe_audit, describe_calibration, may_promote
from labeltool.rounds.run_folder import Event, RunFolder, layout_of, takes_over_proposals
from labeltool.rounds.run_inputs import trained_round
from labeltool.rounds.run_tables import RunFolderError
from labeltool.rounds.skipped_photos import (
    Skipped,
    predicted_message,
    read_skipped,
    save_problems,
    trained_message,
)
from labeltool.store import Store
from labeltool.store.round_records import WRITE_BATCH_PREDICTIONS

WRITE_BATCH_LEDGER = 100
"""Rows of the ledger written in one transaction: a few milliseconds."""


def _not_promoted(row: Round) -> Message:
    return Message(
        N_("Round {number} is not promoted: its proposals wait until you promote it."),
        number=row.number,
    )


class ResultIngest:
    """Writes results in small transactions, under a lease, so that only one process does it.

    `skipped`: what the last round that ended could not use.
    """

    def __init__(self, store: Store, slot: RoundSlot) -> None:
        self._store, self._slot = store, slot
        self.skipped = Skipped()
        self._calibrated: int | None = None  # the round whose calibration is stored

    def load_skipped(self, folder: RunFolder) -> None:
        """Read `skipped` from a run folder; empty if the folder is damaged, which `add_results`
        reports."""
        self.skipped = Skipped()
        with suppress(RunFolderError):
            self.skipped = self._read_skipped(folder)

    def _read_skipped(self, folder: RunFolder) -> Skipped:
        """Raises RunFolderError."""
        not_found = (folder.results() or {}).get("not_found", 0)
        return replace(read_skipped(self._store, folder), not_found=not_found)

    def add_results(self, progress: Progress = no_progress) -> WriteResult | None:
        """Add the results of the finished round; None if another process does it.

        Idempotent: a second call, or a second process, adds nothing. The write lock is held for a
        few milliseconds at a time. The results of a training become visible in the last
        transaction, if its network may be promoted.

        Raises:
            RunFolderError: the results are damaged. The round has failed then.
        """
        running = self._slot.get()
        if running is None:
            return None
        row = self._row(running)
        if row.status is not RoundStatus.RUNNING:
            self._release(running)
            return WriteResult(Changes(all=True, rounds=True))
        results, total = self._read_results(running)
        if not self._store.rounds.lease(running.round_id):
            return None
        is_training = running.kind is RoundKind.TRAIN
        if is_training:
            self._store.back_up("round")
            self._store.rounds.set_model(
                running.round_id, round_model(row.number), results["digest"]
            )
        with self._failing():
            takes_over = takes_over_proposals(running.folder)
        add = self._store.rounds.add_predictions
        if running.kind is RoundKind.PREDICT and not takes_over:
            add = self._store.rounds.offer  # type: ignore[assignment]
        self._add_calibration(running)
        self._add_chunks(running, results["chunks"], add, progress)
        with self._failing():
            save_problems(self._store, running.folder, is_finished=True)
        summary = {k: v for k, v in results.items() if k not in ("chunks", "digest")}
        summary["skipped_photos"] = len(self.skipped.photos)
        if is_training:
            summary |= self._add_ledger(running)
            summary["manual_used"] = int(str(row.summary["manual"])) - self.skipped.manual
            # kept here, for superseded predictions are deleted
            movement = self._store.reports.movement(running.round_id)
            summary["movement"] = None if movement is None else movement.to_dict()
        in_use = trained_round(self._store)
        promoted = is_training and may_promote(results, 0 if in_use is None else in_use.number)
        changes = self._store.rounds.finish(
            running.round_id, summary, visible=promoted or takes_over
        )
        self._release(running)
        if promoted:  # or the rounds before are still in use
            while self._store.rounds.prune():
                time.sleep(0.01)  # others may write in between
        if is_training:
            counts = self._store.queue.counts()
            message: Message | None = Message.join(
                trained_message(self.skipped, row, counts.proposed),
                describe_audit(results),
                describe_calibration(results),
                None if promoted else _not_promoted(row),
            )
        else:
            offer_further(self._store)
            message = predicted_message(self.skipped, total)
        return WriteResult(replace(changes, photos=True), message)

    def add_chunk(self, event: Event) -> Changes:
        """Offer the predictions of one chunk of a running prediction at once."""
        running = self._slot.get()
        if (
            running is None
            or running.kind is not RoundKind.PREDICT
            or not self._store.rounds.lease(running.round_id)
        ):
            return Changes()
        self._add_calibration(running)
        faces = self._add_chunks(running, [event.detail], self._store.rounds.offer, no_progress)
        return Changes(faces=frozenset(faces))

    def add_again(self, row: Round, chunks: list[str], progress: Progress) -> None:
        """Add the predictions of an earlier round again, from its folder.

        Raises:
            RunFolderError: a file is damaged. The status of that round stays as it is.
        """
        earlier = RunningRound.from_row(row)
        self._add_chunks(earlier, chunks, self._store.rounds.add_predictions, progress)

    def end(self, event: Event) -> Changes:
        """Record that the running round failed or was cancelled. Nothing else changes."""
        running = self._slot.get()
        if running is None:
            return Changes()
        status = RoundStatus.CANCELLED if event.kind == "cancelled" else RoundStatus.FAILED
        changes = self._store.rounds.end(running.round_id, status, event.reason)
        with suppress(RunFolderError):  # it may be why the round failed
            changes = changes.joined(save_problems(self._store, running.folder, is_finished=False))
        self._release(running)
        return changes

    def end_stale(self) -> bool:
        """End a round that is marked as running although its worker has exited without results.

        Returns whether there was one. The program that followed it could not record its end, or was
        killed before.
        """
        running = self._slot.get()
        event = None if running is None else running.worker.final_event()
        if event is None or event.kind == "finished":
            return False
        self.end(event)
        return True

    def _add_ledger(self, running: RunningRound) -> dict[str, object]:
        """Store what the round used each face for; returns the counts for its summary."""
        with self._failing():
            tables, problems = running.folder.tables, running.folder.problems()
            ledger, faces, labels = tables.ledger(), tables.faces(), tables.labels()
        if ledger is None:
            return {}
        bad = faces.ids[np.isin(faces.photos, list(problems))]
        ledger = without_photos(ledger, bad.tolist())
        lines = list(
            zip(ledger.faces.tolist(), ledger.roles.tolist(), ledger.reasons.tolist(), strict=True)
        )
        for start in range(0, len(lines), WRITE_BATCH_LEDGER):
            with self._store.background_write():
                self._store.ledger.add(running.round_id, lines[start : start + WRITE_BATCH_LEDGER])
            if start % (50 * WRITE_BATCH_LEDGER) == 0:
                self._store.rounds.lease(running.round_id)
        counts: dict[str, object] = {"ledger": count_roles(ledger)}
        if labels is not None:
            counts["landmarks"] = count_landmarks(ledger, labels)
        return counts

    def _add_calibration(self, running: RunningRound) -> None:
        """Store what the expected errors of the round come from, before them."""
        if self._calibrated != running.round_id:
            with self._failing():
                save_error_model(self._store, running.round_id, running.folder)
            self._calibrated = running.round_id

    def _read_results(self, running: RunningRound) -> tuple[dict[str, Any], int]:
        """The results of a finished round, and its number of faces. Sets `skipped`."""
        with self._failing():
            results = running.folder.results()
            if results is None:
                raise RunFolderError(N_("The round ended without results."), N_("Start it again."))
            self.skipped = self._read_skipped(running.folder)
            return results, len(running.folder.tables.faces().ids)

    def _add_chunks(
        self,
        running: RunningRound,
        chunks: list[str],
        add: Callable[[int, list[NewPrediction]], object],
        progress: Progress,
    ) -> list[int]:
        """Add the predictions of some chunks. Returns the ids of the last chunk's faces."""
        rows: list[NewPrediction] = []
        layout = layout_of(running.folder)  # the scheme may have changed since the round started
        for number, name in enumerate(chunks):
            with self._failing():
                found = running.folder.tables.predictions(name)
            rows = [replace(row, layout=layout) for row in found]
            for start in range(0, len(rows), WRITE_BATCH_PREDICTIONS):
                with self._store.background_write():
                    add(running.round_id, rows[start : start + WRITE_BATCH_PREDICTIONS])
            self._store.rounds.lease(running.round_id)
            progress(number + 1, len(chunks))
        return [row.face_id for row in rows]

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Around reading results: damaged files end the running round as failed."""
        try:
            yield
        except RunFolderError as error:
            self.end(Event("failed", reason=error.what, expected=True))
            raise

    def _row(self, running: RunningRound) -> Round:
        return next(row for row in self._store.rounds.all() if row.id == running.round_id)

    def _release(self, running: RunningRound) -> None:
        """The round has ended: wait for its process, and let the next round start."""
        if running.worker.process is not None:
            running.worker.process.wait()
        self._slot.clear(running)
