"""Stale-worker detection: whether the worker of a round still lives, and how it ended."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field

from labeltool.training.folder import Event, RunFolder

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
        if not self.is_gone():
            return None
        events = RunFolder(self.folder.path).new_events()
        return next((event for event in reversed(events) if event.ends), self.lost())
