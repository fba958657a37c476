"""Stale-worker detection: whether the worker of a round still lives, and how it ended."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from labeltool.domain import N_, RoundKind, UserError
from labeltool.rounds.run_folder import Event, RunFolder, RunFolderError

START_SECONDS = 30.0
"""How long a new worker may take to show itself."""


def describe_exit(code: int | None) -> str:
    """What to say of a worker that ended with this exit code, or an unknown one (None)."""
    if code is not None and code < 0:
        return (
            f"The worker was killed (signal {-code}), perhaps because memory ran out. "
            "Close other programs and try again."
        )
    return "The worker ended without a word. Its log is in the round's folder; try again."


@dataclass(slots=True)
class Worker:
    """The worker of a run folder. `process` is None if another program started it; `seen` is when
    it was started or seen alive, in seconds of the monotonic clock."""

    folder: RunFolder
    process: subprocess.Popen[bytes] | None = None
    seen: float = field(default_factory=time.monotonic)

    def is_gone(self) -> bool:
        """Whether it has ended, or never started within START_SECONDS."""
        if self.process is not None:
            return self.process.poll() is not None
        if self.folder.is_alive():
            self.seen = time.monotonic()
            return False
        begun = (self.folder.path / "events.jsonl").exists()
        return begun or time.monotonic() - self.seen > START_SECONDS

    def lost(self) -> Event:
        """The event of a worker that ended without one."""
        code = None if self.process is None else self.process.poll()
        return Event("failed", detail=describe_exit(code))

    def last_event(self) -> Event | None:
        """How it ended, also if that event was read before; None while it lives."""
        try:
            if not self.is_gone():
                return None
            events = RunFolder(self.folder.path).new_events()
        except RunFolderError as error:
            return Event("failed", detail=str(error.what), expected=True)
        return next((event for event in reversed(events) if event.ends), self.lost())

    def stop(self) -> None:
        """End a worker whose folder is lost or damaged: nobody can take its results in."""
        with suppress(UserError):
            self.folder.cancel()
        if self.process is not None:
            self.process.terminate()


@dataclass(slots=True, eq=False)
class Job:
    """A running round as this process sees it. `ended`: its last event was read."""

    round_id: int
    kind: RoundKind
    folder: RunFolder
    worker: Worker
    ended: bool = False

    def poll(self) -> list[Event]:
        """What happened since the last call; for one thread only. A folder that is lost or damaged
        is a failure of the round."""
        if self.ended:
            return []
        try:
            if self.worker.process is not None:
                self.folder.check()
            # asked before the last events are read: it may say its last words in between
            gone = self.worker.is_gone()
            events = self.folder.new_events()
        except RunFolderError as error:
            self.worker.stop()
            self.ended = True
            return [Event("failed", detail=str(error.what), expected=True)]
        if gone and not any(event.ends for event in events):
            events.append(self.worker.lost())
        self.ended = any(event.ends for event in events)
        return events


class JobSlot:
    """The one round that runs, as threads of this process share it. The lock is never held while a
    file is written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._starting = False

    def get(self) -> Job | None:
        """The round that runs."""
        with self._lock:
            return self._job

    def fill(self, find: Callable[[], Job | None]) -> bool:
        """Take what `find` finds if the slot is free; returns whether a round runs."""
        with self._lock:
            if self._job is None and not self._starting:
                self._job = find()
            return self._job is not None

    def set(self, job: Job) -> None:
        """A round was started."""
        with self._lock:
            self._job = job

    def clear(self, job: Job) -> None:
        """This round has ended."""
        with self._lock:
            if self._job is job:
                self._job = None

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Around what starts a round, or does the work of one without a worker.

        Raises:
            UserError: a round runs, or another thread is within this block.
        """
        with self._lock:
            if self._starting or self._job is not None:
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
