"""The rounds of one project: start them, follow them, add their results."""

from __future__ import annotations

import time
from collections.abc import Callable

from labeltool.domain import Cancelled, UserError, WriteResult
from labeltool.rounds.adjusting.adjuster import ProposalAdjuster
from labeltool.rounds.follower import RoundFollower
from labeltool.rounds.ingest import ResultIngest
from labeltool.rounds.launcher import RoundLauncher
from labeltool.rounds.liveness import RoundSlot, failure
from labeltool.rounds.proposals.promotion import Promotion
from labeltool.rounds.queued_rounds import QueuedRounds
from labeltool.rounds.run_folder import Event
from labeltool.store import Store

POLL_SECONDS = 0.1
"""How often `Rounds.wait` looks for events."""

LEASE_RETRY_SECONDS = 0.2
"""How often `Rounds.wait` asks whether another process has added the results."""


class Rounds:
    """Starts, follows and ingests the rounds of one project. One runs at a time.

    One thread polls `follower`; background threads use the rest.
    """

    def __init__(self, store: Store) -> None:
        slot = RoundSlot()
        self.ingest = ResultIngest(store, slot)
        self.follower = RoundFollower(store, slot, self.ingest)
        self.launcher = RoundLauncher(store, slot, self.follower, self.ingest)
        self.queued = QueuedRounds(store, self.launcher)
        self.promotion = Promotion(store, self.ingest, self.launcher.exclusive)
        self.adjuster = ProposalAdjuster(store, self.launcher.exclusive)

    def wait(self, on_event: Callable[[Event], None], *, is_ours: bool = True) -> WriteResult:
        """Follow the running round to its end and add its results: for the command line.

        Ctrl-C, and whatever `on_event` raises, cancels the round if it `is_ours`.

        Raises:
            UserError: the round failed.
            Cancelled: it was cancelled.
        """
        try:
            while True:
                for event in self.follower.poll():
                    on_event(event)
                    result = self._handle(event)
                    if result is not None:
                        return result
                time.sleep(POLL_SECONDS)
        except UserError:
            raise
        except BaseException as error:
            if not is_ours:
                raise
            self._cancel_and_wait()
            if isinstance(error, KeyboardInterrupt):
                raise Cancelled from None
            raise

    def _handle(self, event: Event) -> WriteResult | None:
        """Do what an event requires; returns what the whole round did, after its last one."""
        if event.kind == "chunk":
            self.ingest.add_chunk(event)
        elif event.kind == "finished":
            while (result := self.ingest.add_results()) is None:
                time.sleep(LEASE_RETRY_SECONDS)  # another process adds them
            return result
        elif event.kind == "failed":
            running = self.follower.current
            assert running is not None
            error = failure(event, running.folder)
            self.ingest.end(event)
            raise error
        elif event.kind == "cancelled":
            self.ingest.end(event)
            raise Cancelled
        return None

    def _cancel_and_wait(self) -> None:
        """Cancel the running round, and wait until its worker has exited."""
        self.follower.cancel()
        while (running := self.follower.current) is not None:
            if any(event.is_final for event in running.poll()) or running.has_ended:
                self.ingest.end(Event("cancelled"))
            else:
                time.sleep(POLL_SECONDS)
