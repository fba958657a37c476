"""What a worker reports while it works."""

from __future__ import annotations

import time
from typing import Any

from labeltool.rounds.run_folder import Event, RunFolder

REPORT_SECONDS = 0.2
"""Shortest time between two progress events."""


class ProgressReporter:
    """Reports progress a few times a second, with the time left in the whole run."""

    def __init__(self, folder: RunFolder, spec: dict[str, Any]) -> None:
        self._folder = folder
        self._predict_seconds = float(spec.get("predict_seconds", 0.0))
        self._began, self._reported_at = time.monotonic(), 0.0
        self.paused_seconds = 0.0
        """How long the worker has paused."""

    def begin_stage(self) -> None:
        """Restart the clock for a new stage."""
        self._began, self._reported_at = time.monotonic(), 0.0

    def report(self, stage: str, done: int, total: int, losses: dict[str, float]) -> None:
        """Report progress, after a pause if the user wants one."""
        paused = self._folder.wait_while_paused()
        self.paused_seconds += paused
        self._began += paused
        now = time.monotonic()
        if now - self._reported_at < REPORT_SECONDS and done < total:
            self._folder.check_cancel()
            return
        self._reported_at = now
        left = (now - self._began) / max(done, 1) * (total - done)
        if stage == "train":
            left += self._predict_seconds
        self._folder.report(Event("progress", stage, done, total, round(left, 1), losses))
