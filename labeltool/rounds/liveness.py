"""Stale-worker detection: whether the worker of a round still lives, and how it ended."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from labeltool.domain import N_, Message, Round, RoundKind, UserError, system_reason
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.rounds.run_tables import RunFolderError
from labeltool.worker_process import program

WORKER_START_SECONDS = 30.0
"""How long a new worker may take until it holds its lock or reports."""

MAX_POLL_BYTES = 256_000
"""Of events read at once: a window that is opened late in a long round reads hours of them."""


def describe_exit(code: int | None) -> Message:
    """What to say of a worker that ended with this exit code; None is unknown."""
    if code is not None and code < 0:
        return Message(
            N_(
                "The worker was killed (signal {number}), perhaps because memory ran out. Close "
                "other programs and try again."
            ),
            number=-code,
        )
    return Message(
        N_("The worker stopped unexpectedly. Its log is in the round's folder; try again.")
    )


def failure(event: Event, folder: RunFolder) -> UserError:
    """The error to raise for an event that a round failed; it ends with the log's last lines,
    unless the event explains the failure."""
    tail = "" if event.expected else folder.log_tail()
    ends = N_("The log {file} ends with:\n{tail}") if tail else ""
    return UserError(N_("{reason}"), ends, reason=event.reason or "", file=folder.log, tail=tail)


@dataclass(slots=True)
class Worker:
    """The worker of a run folder. `process` is None if another program started it; `last_seen` is
    when it was started or seen alive, in seconds of the monotonic clock."""

    folder: RunFolder
    process: subprocess.Popen[bytes] | None = None
    last_seen: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, folder: RunFolder) -> Worker:
        """Start a worker, which outlives this program.

        Raises:
            UserError: it cannot be started.
        """
        environment = os.environ | {"OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}
        try:
            with folder.log.open("ab") as log:
                process = subprocess.Popen(
                    [*program(), "worker", str(folder.path.absolute())],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    env=environment, start_new_session=os.name == "posix",
                )  # fmt: skip
        except OSError as error:
            raise UserError(
                N_("The worker cannot be started: {reason}."),
                N_("Free some space or memory, then try again."),
                reason=system_reason(error),
            ) from error
        return cls(folder, process)

    def has_exited(self) -> bool:
        """Whether it has ended, or never started within WORKER_START_SECONDS."""
        if self.process is not None:
            return self.process.poll() is not None
        if self.folder.is_worker_alive():
            self.last_seen = time.monotonic()
            return False
        begun = (self.folder.path / "events.jsonl").exists()
        return begun or time.monotonic() - self.last_seen > WORKER_START_SECONDS

    def exit_event(self) -> Event:
        """The event of a worker that exited without reporting one."""
        code = None if self.process is None else self.process.poll()
        return Event("failed", reason=describe_exit(code))

    def final_event(self) -> Event | None:
        """How it ended, whether that event was read before or not; None while it lives."""
        try:
            if not self.has_exited():
                return None
            events = RunFolder(self.folder.path).new_events()
        except RunFolderError as error:
            return Event("failed", reason=error.what, expected=True)
        return next((event for event in reversed(events) if event.is_final), self.exit_event())

    def stop(self) -> None:
        """End a worker whose folder is lost or damaged: its results could not be read."""
        with suppress(UserError):
            self.folder.cancel()
        if self.process is not None:
            self.process.terminate()


@dataclass(slots=True, eq=False)
class RunningRound:
    """A running round as this process sees it. `has_ended`: its final event was read."""

    round_id: int
    kind: RoundKind
    folder: RunFolder
    worker: Worker
    has_ended: bool = False

    @classmethod
    def from_row(cls, row: Round) -> RunningRound:
        """The round of a database row."""
        folder = RunFolder(row.folder)
        return cls(row.id, row.kind, folder, Worker(folder))

    def poll(self) -> list[Event]:
        """The events since the last call, or the first of them if there are many; for one thread
        only. A folder that is lost or damaged is a failure of the round."""
        if self.has_ended:
            return []
        try:
            if self.worker.process is not None:
                self.folder.ensure_exists()
            # before the events are read: it may report its last event in between
            exited = self.worker.has_exited()
            events = self.folder.new_events(MAX_POLL_BYTES)
        except RunFolderError as error:
            self.worker.stop()
            self.has_ended = True
            return [Event("failed", reason=error.what, expected=True)]
        if exited and not events:  # all were read
            events.append(self.worker.exit_event())
        self.has_ended = any(event.is_final for event in events)
        return events


class RoundSlot:
    """The one running round, shared by the threads of this process. The lock is never held while a
    file is written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: RunningRound | None = None
        self._starting = False

    def get(self) -> RunningRound | None:
        """The running round."""
        with self._lock:
            return self._running

    def fill(self, find: Callable[[], RunningRound | None]) -> bool:
        """Put what `find` returns into the slot if it is free. Returns whether a round runs."""
        with self._lock:
            if self._running is None and not self._starting:
                self._running = find()
            return self._running is not None

    def set(self, running: RunningRound) -> None:
        """Set the round that was started."""
        with self._lock:
            self._running = running

    def clear(self, running: RunningRound) -> None:
        """Empty the slot, if this round is in it."""
        with self._lock:
            if self._running is running:
                self._running = None

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Around starting a round, or doing the work of one without a worker.

        Raises:
            UserError: a round runs, or another thread is within this block.
        """
        with self._lock:
            if self._starting or self._running is not None:
                raise UserError(
                    N_("A round is running in this project already."),
                    N_("Wait for it, or cancel it first."),
                )
            self._starting = True
        try:
            yield
        finally:
            with self._lock:
                self._starting = False
