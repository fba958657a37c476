"""What happens between the steps of a training."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labeltool.rounds.run_folder import RunFolder
from labeltool.workers import training_watch
from labeltool.workers.run_progress import RunProgress, Stage
from labeltool.workers.training_watch import (
    CONVERGED_AFTER,
    MEASURE_SECONDS,
    MEASURE_SHARE,
    StopEarly,
    TrainingWatch,
)
from pipnet.training.trainer import Step


class Clock:
    now = 50.0

    def monotonic(self) -> float:
        return self.now


@dataclass
class FakeAudit:
    """Measures what it is told, and takes its time."""

    clock: Clock
    errors: list[float] = field(default_factory=list)
    seconds: float = 0.1
    is_measuring: bool = True
    measured: int = 0

    def measure(self, _checkpoint: object, *, samples: bool) -> Any:
        assert samples
        self.measured += 1
        self.clock.now += self.seconds
        if not self.is_measuring:
            return None
        error = self.errors.pop(0) if self.errors else 5.0
        return SimpleNamespace(summary=lambda: {"nme": error, "nme_curve": error / 2})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(training_watch, "time", clock)
    return clock


@pytest.fixture
def audit(clock: Clock) -> FakeAudit:
    return FakeAudit(clock)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def watch_of(
    folder: RunFolder, audit: FakeAudit, *, until_converged: bool = False, is_last: bool = True
) -> TrainingWatch:
    progress = RunProgress(folder, {"train": 10.0, "predict": 10.0})
    progress.plan([Stage("train", 10_000)])
    progress.begin_stage()
    watch = TrainingWatch(
        folder, None, audit, progress, None, "cpu", until_converged=until_converged, batch=16
    )
    watch.begin(None, 16, 100, is_last=is_last)
    return watch


def checkpoint(loss: float = 1.0) -> Any:
    return SimpleNamespace(summary={"losses": {"total": loss}})


def step(averaged: Any = None) -> Step:
    return Step(1, 625, 0, {"total": 0.5}, 1e-4, lambda: averaged)


def epochs_until_stop(watch: TrainingWatch, clock: Clock, losses: list[float]) -> int:
    """How many epochs there are of those with these losses, one every twenty seconds."""
    for epoch, loss in enumerate(losses):
        clock.now += 20
        try:
            watch.on_epoch(epoch, checkpoint(loss))
        except StopEarly:
            return epoch + 1
    return len(losses)


def test_it_measures_at_most_every_ten_seconds_and_a_tenth_of_the_time(
    folder: RunFolder, audit: FakeAudit, clock: Clock
) -> None:
    watch = watch_of(folder, audit)
    for epoch in range(50):
        watch.on_epoch(epoch, checkpoint())
        clock.now += 1
    assert audit.measured == 50 / MEASURE_SECONDS
    audit.seconds, audit.measured = 4.0, 0
    clock.now += 100
    began = clock.now
    for epoch in range(50, 99):
        watch.on_epoch(epoch, checkpoint())
        clock.now += 2
    assert audit.measured * audit.seconds <= 2 * MEASURE_SHARE * (clock.now - began)
    measured = audit.measured
    watch.on_epoch(99, checkpoint())
    assert audit.measured == measured + 1, "the last epoch is always measured"
    events = [event for event in folder.new_events() if event.kind == "epoch"]
    assert len(events) == 100
    assert events[-1].values["nme"] == 5.0
    assert events[-1].values["nme_curve"] == 2.5


def test_it_ends_once_the_audit_error_stops_improving(
    folder: RunFolder, audit: FakeAudit, clock: Clock
) -> None:
    audit.errors = [6.0, 5.0, 4.0] + [4.0] * 20
    watch = watch_of(folder, audit, until_converged=True)
    assert epochs_until_stop(watch, clock, [1.0] * 99) == 3 + CONVERGED_AFTER


def test_an_error_that_falls_slowly_has_not_converged(
    folder: RunFolder, audit: FakeAudit, clock: Clock
) -> None:
    audit.errors = [6.0 * 0.99**epoch for epoch in range(100)]
    watch = watch_of(folder, audit, until_converged=True)
    assert epochs_until_stop(watch, clock, [1.0] * 99) == 99


def test_without_an_audit_set_the_loss_decides(
    folder: RunFolder, audit: FakeAudit, clock: Clock
) -> None:
    audit.is_measuring = False
    watch = watch_of(folder, audit, until_converged=True)
    losses = [1.0, 0.8, 0.6] + [0.6] * 40
    assert epochs_until_stop(watch, clock, losses) == 3 + 2 * CONVERGED_AFTER


@pytest.mark.parametrize("until_converged", [True, False])
def test_only_the_last_training_converges_and_only_if_asked(
    folder: RunFolder, audit: FakeAudit, clock: Clock, until_converged: bool
) -> None:
    watch = watch_of(folder, audit, until_converged=until_converged, is_last=not until_converged)
    assert epochs_until_stop(watch, clock, [1.0] * 30) == 30


def test_what_the_training_on_labels_alone_reached_does_not_end_the_next(
    folder: RunFolder, audit: FakeAudit, clock: Clock
) -> None:
    """Its first epochs may be worse."""
    audit.errors = [4.0] * 10 + [4.2] * 3 + [3.9] * 2
    watch = watch_of(folder, audit, until_converged=True, is_last=False)
    assert epochs_until_stop(watch, clock, [1.0] * 10) == 10
    watch.begin(None, 16, 100, is_last=True)
    assert epochs_until_stop(watch, clock, [1.0] * 5) == 5


def test_a_wish_to_stop_is_met_after_the_step_and_keeps_its_network(
    folder: RunFolder, audit: FakeAudit
) -> None:
    watch, trained = watch_of(folder, audit), checkpoint()
    watch.on_progress(step(trained))
    assert watch.newest is None
    folder.stop_early()
    with pytest.raises(StopEarly):
        watch.on_progress(step(trained))
    assert watch.newest is trained
    with pytest.raises(StopEarly):  # also while pseudo-labels are predicted
        watch.on_predicted(3)
    with pytest.raises(StopEarly):  # and no other training begins
        watch.begin(trained, 16, 100, is_last=True)


def test_progress_counts_images(folder: RunFolder, audit: FakeAudit) -> None:
    watch = watch_of(folder, audit)
    watch.on_progress(step())
    event = folder.new_events()[-1]
    assert (event.stage, event.done, event.total) == ("train", 16, 10_000)
    assert event.losses == {"total": 0.5}
    assert event.values["learning_rate"] == 1e-4


def test_memory_that_runs_out_again_is_said_again_but_only_if_it_is_less(
    folder: RunFolder, audit: FakeAudit
) -> None:
    watch = watch_of(folder, audit)
    for faces in (8, 4, 8, 4, 2):
        watch.on_smaller_batch(faces)
    notices = [str(event.reason) for event in folder.new_events()]
    assert [words.split(" with ")[1].split()[0] for words in notices] == ["8", "4", "2"]
