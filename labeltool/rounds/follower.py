"""Follows the running round: its state, its events, its worker and its log."""

from __future__ import annotations

from pathlib import Path

from labeltool.domain import RoundKind, RoundStatus
from labeltool.rounds.ingest import ResultIngest
from labeltool.rounds.liveness import RoundSlot, RunningRound
from labeltool.rounds.run_folder import Event
from labeltool.store import Store


class RoundFollower:
    """Reads what the running round reports, and passes on what the user asks of it.

    One thread calls `poll`. The other members may be used from any thread.
    """

    def __init__(self, store: Store, slot: RoundSlot, ingest: ResultIngest) -> None:
        self._store, self._slot, self._ingest = store, slot, ingest

    @property
    def current(self) -> RunningRound | None:
        """The running round, as far as this process knows."""
        return self._slot.get()

    @property
    def is_running(self) -> bool:
        """Whether a round runs, as far as this process knows."""
        return self.current is not None

    @property
    def round_id(self) -> int | None:
        """Id of the running round."""
        running = self.current
        return None if running is None else running.round_id

    @property
    def kind(self) -> RoundKind | None:
        """What kind of round runs."""
        running = self.current
        return None if running is None else running.kind

    @property
    def is_worker_alive(self) -> bool:
        """Whether its worker process lives. A round without a live worker waits for `ingest`."""
        running = self.current
        return running is not None and running.folder.is_worker_alive()

    def attach(self) -> bool:
        """Find a round that another process, or an earlier window, started. Returns whether a round
        runs."""
        return self._slot.fill(self._find)

    def _find(self) -> RunningRound | None:
        if self._store.read_only:  # its results could not be written
            return None
        for row in reversed(self._store.rounds.all()):
            if row.status is RoundStatus.RUNNING and row.kind is not RoundKind.IMPORT:
                return RunningRound.from_row(row)
        return None

    def poll(self) -> list[Event]:
        """The events since the last call. After a final one, call `ingest.add_results` or
        `ingest.end`."""
        running = self.current
        events = [] if running is None else running.poll()
        if running is not None and any(event.is_final for event in events):
            self._ingest.load_skipped(running.folder)
        return events

    def cancel(self) -> None:
        """Ask the running round to stop and keep nothing. It answers with an event."""
        if (running := self.current) is not None:
            running.folder.cancel()

    def stop_early(self) -> None:
        """Ask the training to end now and keep its network."""
        if (running := self.current) is not None:
            running.folder.stop_early()

    def pause(self) -> None:
        """Ask the running round to pause; its worker keeps what it has."""
        if (running := self.current) is not None:
            running.folder.pause()

    def resume(self) -> None:
        """Ask the running round to go on."""
        if (running := self.current) is not None:
            running.folder.resume()

    @property
    def is_paused(self) -> bool:
        """Whether the running round pauses, or was asked to."""
        running = self.current
        return running is not None and running.folder.is_paused

    def log_tail(self) -> str:
        """The last lines of the running round's log."""
        running = self.current
        return "" if running is None else running.folder.log_tail()

    def log_file(self) -> Path | None:
        """The log of the running round."""
        running = self.current
        return None if running is None else running.folder.log
