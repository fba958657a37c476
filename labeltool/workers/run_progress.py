"""What a worker reports while it works."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from labeltool.rounds.run_folder import Event, RunFolder

REPORT_SECONDS = 0.2
"""Shortest time between two progress events."""

WINDOW_SECONDS = 30.0
"""A speed is that of so many seconds, so that the slow first images are soon forgotten."""

MIN_WINDOW_SECONDS = 2.0
"""Before so many seconds a speed is what was planned."""

MAX_ASIDE_SHARE = 0.15
"""What goes aside is no larger share of the work in the long run; the first time it seems to be."""

FINISH_SECONDS = 5.0
"""How long a worker takes for what no stage counts: model files, and what the others wait for."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a run. `kind`: train, prepare (pseudo-labels), measure (on the audit faces, and
    for the adjustment; it is never begun, and counts as time to come) or predict.

    `units`: images to train or faces to predict. `cost` of one, in images or in predictions of a
    face. `on`: what is trained on, labels or both these and pseudo-labels.
    """

    kind: str
    units: int
    cost: float = 1.0
    on: str = ""

    @property
    def work(self) -> str:
        """What its speed is the speed of."""
        return "train" if self.kind == "train" else "predict"


class Lock(Protocol):
    """What a `DeviceLock` does, which loads torch."""

    def acquire(self) -> float:
        """Wait for the device; returns the seconds waited."""

    def release(self) -> None:
        """Let others use it."""


class _Speedometer:
    """The speed of a kind of work, over the seconds in which it was done.

    `units` done in `seconds`, in this process, of which `aside` went into something else; `planned`
    and `speed`: units a second as planned, and lately without what went aside, None until then.
    """

    def __init__(self, planned: float) -> None:
        self.units = self.seconds = self.aside = 0.0
        self.planned = planned
        self.speed: float | None = None
        self._window: deque[tuple[float, float]] = deque()

    def add(self, units: float, seconds: float, aside: float) -> None:
        """Some work was done."""
        self.units += units
        self.seconds += seconds
        self.aside += aside
        now = self.seconds - self.aside
        # from the end of the first step on, which takes several times as long as the next
        self._window.append((now, self.units))
        while len(self._window) > 2 and now - self._window[1][0] > WINDOW_SECONDS:
            self._window.popleft()
        began, before = self._window[0]
        if now - began > MIN_WINDOW_SECONDS and self.units > before:
            self.speed = (self.units - before) / (now - began)

    @property
    def aside_share(self) -> float:
        """Seconds that go aside for each second of work."""
        work = self.seconds - self.aside
        return min(self.aside / work, MAX_ASIDE_SHARE) if work > 0 else 0.0


class RunProgress:
    """Reports progress a few times a second, with the time left in the whole run.

    The stages are planned, then each is begun in turn.

    Args:
        speeds: images trained and faces predicted a second, by `train` and `predict`, until they
            are measured.
        lock: that of the device, which is free while the run pauses.
    """

    def __init__(
        self, folder: RunFolder, speeds: dict[str, float], lock: Lock | None = None
    ) -> None:
        self._folder, self._lock = folder, lock
        self._speeds = {work: _Speedometer(speed) for work, speed in speeds.items()}
        self._stages: list[Stage] = []
        self._place = -1
        self._done = 0
        self._last_at = self._reported_at = self._aside = 0.0

    def plan(self, stages: Sequence[Stage]) -> None:
        """Set the stages of the run, before the first begins."""
        self._stages = list(stages)

    def begin_stage(self, place: int | None = None) -> None:
        """Begin the next stage, or the one at this place."""
        self._place = self._place + 1 if place is None else place % len(self._stages)
        self.resume_at(0)

    def resume_at(self, done: int) -> None:
        """The stage goes on from here; what was done before was not done in this process."""
        self._done, self._last_at, self._reported_at = done, time.monotonic(), 0.0
        self._aside = 0.0

    def went_aside(self, seconds: float) -> None:
        """So many seconds went into something beside the stage, which comes again and again."""
        self._aside += seconds

    def report(self, done: int, losses: dict[str, float] | None = None, **values: float) -> None:
        """Report how many units of the stage are done, after a pause if the user wants one.

        Raises:
            Cancelled: the user asked to cancel.
        """
        self._last_at += self._wait_while_paused()
        now, stage = time.monotonic(), self._stage
        work = self._speeds[stage.work]
        work.add((done - self._done) * stage.cost, now - self._last_at, self._aside)
        self._done, self._last_at, self._aside = done, now, 0.0
        if now - self._reported_at < REPORT_SECONDS and done < stage.units:
            self._folder.check_cancel()
            return
        self._reported_at = now
        self._report("progress", losses, values)

    def report_epoch(self, losses: dict[str, float], **values: float) -> None:
        """Report the end of an epoch: its mean losses, and what was measured."""
        self._report("epoch", losses, values)

    def average_speeds(self) -> dict[str, float]:
        """How many units were done in a second in this process: `train_images_per_second` and
        `predict_faces_per_second`, those that are known."""
        names = {"train": "train_images_per_second", "predict": "predict_faces_per_second"}
        return {
            names[kind]: work.units / work.seconds
            for kind, work in self._speeds.items()
            if work.units > 0 and work.seconds > 0
        }

    def _wait_while_paused(self) -> float:
        """Returns the seconds until the run goes on; another one may have taken the device."""
        if self._lock is None or not self._folder.is_paused:
            return self._folder.wait_while_paused()
        self._lock.release()
        return self._folder.wait_while_paused() + self._lock.acquire()

    @property
    def _stage(self) -> Stage:
        return self._stages[self._place]

    def _report(self, kind: str, losses: dict[str, float] | None, values: dict[str, float]) -> None:
        stage = self._stage
        done, total = self._done, stage.units
        if stage.kind == "train":  # all trainings are one line
            trainings = [s.units for s in self._stages if s.kind == "train"]
            place = sum(s.kind == "train" for s in self._stages[: self._place])
            done, total = sum(trainings[:place]) + done, sum(trainings)
            speed = self._speed("train")
            values = {"images_per_second": round(speed, 2), **values}
        seconds = round(self._seconds_left(), 1)
        self._folder.report(
            Event(kind, stage.kind, done, total, seconds, losses or {}, values, detail=stage.on)
        )

    def _seconds_left(self) -> float:
        rest = max(self._stage.units - self._done, 0)
        coming = [replace(self._stage, units=rest), *self._stages[self._place + 1 :]]
        left = 0.0
        for stage in coming:
            aside = self._speeds[stage.work].aside_share
            left += stage.units * stage.cost / self._speed(stage.work) * (1 + aside)
        return left + (FINISH_SECONDS if len(coming) > 1 else 0.0)

    def _speed(self, work: str) -> float:
        """Units of a work a second: as measured, or else as planned at the pace of the others."""
        meter = self._speeds[work]
        return meter.planned * self._pace if meter.speed is None else meter.speed

    @property
    def _pace(self) -> float:
        """How fast this machine is now against the plan, by all works that were measured."""
        found = [m.speed / m.planned for m in self._speeds.values() if m.speed is not None]
        return sum(found) / len(found) if found else 1.0


def run_speeds(spec: dict[str, Any]) -> dict[str, float]:
    """The speeds that were planned with."""
    speeds = spec.get("speeds", {})
    return {"train": speeds.get("train", 10.0), "predict": speeds.get("predict", 15.0)}
