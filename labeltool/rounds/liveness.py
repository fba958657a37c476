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
from labeltool.rounds.quality.round_course import RoundCourse
from labeltool.rounds.run_folder import EXIT_DISK_FULL, FINAL_KINDS, Event, RunFolder
from labeltool.rounds.run_tables import RunFolderError
from labeltool.worker_process import program

WORKER_START_SECONDS = 30.0
"""How long a new worker may take until it holds its lock or reports."""

MAX_WORKERS = 4
"""A training whose worker dies is gone on with by another one, until so many have worked on it."""

MAX_POLL_BYTES = 256_000
"""Of events read at once: a window that is opened late in a long round reads hours of them."""


_started: list[subprocess.Popen[bytes]] = []
"""Workers of this program that may still run: they outlive the windows that started them."""

RESUMED = N_("The worker ended unexpectedly. Another one goes on with the training.")


def describe_exit(code: int | None) -> Message:
    """What to say of a worker that ended with this exit code; None is unknown."""
    if code == EXIT_DISK_FULL:
        return Message(N_("The disk is full. Free some space, then try again."))
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
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def start(cls, folder: RunFolder) -> Worker:
        """Start a worker, which outlives this program.

        Raises:
            UserError: it cannot be started.
        """
        return cls(folder, cls._start(folder))

    @staticmethod
    def _start(folder: RunFolder) -> subprocess.Popen[bytes]:
        environment = os.environ | {"OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}
        try:
            with folder.log.open("ab") as log:
                process = subprocess.Popen(
                    [*program(), "worker", str(folder.path.absolute())],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                    env=environment, start_new_session=os.name == "posix",
                )  # fmt: skip
            _started[:] = [other for other in _started if other.poll() is None] + [process]
            return process
        except OSError as error:
            raise UserError(
                N_("The worker cannot be started: {reason}."),
                N_("Free some space or memory, then try again."),
                reason=system_reason(error),
            ) from error

    def has_exited(self) -> bool:
        """Whether it has ended, or never started within WORKER_START_SECONDS."""
        process = self.process
        if process is not None and process.poll() is None:
            return False
        is_alive = self.folder.is_worker_alive()
        if process is not None and not is_alive:
            return True
        if is_alive:
            self.process = None  # or another program was first to start it again
            self.last_seen = time.monotonic()
            return False
        begun = (self.folder.path / "events.jsonl").exists()
        return begun or time.monotonic() - self.last_seen > WORKER_START_SECONDS

    def exit_event(self) -> Event:
        """The event of a worker that exited without reporting one."""
        code = None if self.process is None else self.process.poll()
        return Event("failed", reason=describe_exit(code), expected=code == EXIT_DISK_FULL)

    def resume(self) -> bool:
        """Start a worker again that has died, if another one can go on with its training. Returns
        whether one works now.

        Raises:
            RunFolderError: the folder is lost or damaged.
        """
        with self._lock:
            if not self.has_exited():
                return True
            if not self._can_resume():
                return False
            try:
                self.process = self._start(self.folder)
            except UserError:
                return False
            return True

    def _can_resume(self) -> bool:
        """Whether it has died while it trained, and not too often before."""
        path = self.folder.path
        if self.process is not None and self.process.poll() == EXIT_DISK_FULL:
            return False
        if not (path / "training").is_dir() or (path / "cancel").exists():
            return False
        kinds = [event.kind for event in RunFolder(path).new_events()]
        has_ended = any(kind in FINAL_KINDS for kind in kinds)
        return not has_ended and kinds.count("started") < MAX_WORKERS

    def final_event(self) -> Event | None:
        """How it ended, whether that event was read before or not; None while it lives, or another
        one goes on with its work."""
        try:
            if not self.has_exited():
                return None
            events = RunFolder(self.folder.path).new_events()
            end = next((event for event in reversed(events) if event.is_final), None)
            if end is None and self.resume():
                return None
        except RunFolderError as error:
            return Event("failed", reason=error.what, expected=True)
        return end or self.exit_event()

    def stop(self) -> None:
        """End a worker whose folder is lost or damaged: its results could not be read."""
        with suppress(UserError):
            self.folder.cancel()
        if self.process is not None:
            self.process.terminate()


@dataclass(slots=True, eq=False)
class RunningRound:
    """A running round as this process sees it.

    `has_ended`: its final event was read. `course`: what it has reported.
    """

    round_id: int
    kind: RoundKind
    folder: RunFolder
    worker: Worker
    has_ended: bool = False
    course: RoundCourse = field(default_factory=RoundCourse)

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
            if exited and not events:  # all were read
                events.append(
                    Event("notice", reason=Message(RESUMED))
                    if self.worker.resume()
                    else self.worker.exit_event()
                )
        except RunFolderError as error:
            self.worker.stop()
            self.has_ended = True
            return [Event("failed", reason=error.what, expected=True)]
        for event in events:
            self.course.add(event)
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
