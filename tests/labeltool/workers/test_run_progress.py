"""Progress events, and the time left in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeltool.domain import Cancelled
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.workers import run_progress
from labeltool.workers.run_progress import FINISH_SECONDS, RunProgress, Stage

STAGES = [
    Stage("train", 1000), Stage("prepare", 300, cost=2.0), Stage("train", 3000),
    Stage("predict", 500),
]  # fmt: skip
SPEEDS = {"train": 10.0, "predict": 20.0}


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(run_progress, "time", clock)
    return clock


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


@pytest.fixture
def progress(folder: RunFolder, clock: Clock) -> RunProgress:
    progress = RunProgress(folder, SPEEDS)
    progress.plan(STAGES)
    return progress


def work(
    progress: RunProgress, clock: Clock, units: int, speed: float, step: int = 16, pause: float = 0
) -> None:
    """Do a stage at a speed, with a pause after every tenth step."""
    progress.begin_stage()
    for done in range(step, units + step, step):
        clock.now += step / speed + (pause if done // step % 10 == 0 else 0)
        progress.report(min(done, units))


def test_trainings_are_one_line_and_predictions_one_each(
    progress: RunProgress, folder: RunFolder, clock: Clock
) -> None:
    for stage in STAGES:
        work(progress, clock, stage.units, 50)
    ends: dict[tuple[str, int], int] = {}
    for event in folder.new_events():
        assert event.kind == "progress"
        ends[event.stage, event.total] = event.done
    assert ends == {("train", 4000): 4000, ("prepare", 300): 300, ("predict", 500): 500}


def test_before_anything_is_measured_the_time_left_is_as_planned(
    progress: RunProgress, folder: RunFolder, clock: Clock
) -> None:
    progress.begin_stage()
    clock.now += 0.5
    progress.report(16)
    (event,) = folder.new_events()
    wanted = (1000 - 16 + 3000) / 10 + (2 * 300 + 500) / 20 + FINISH_SECONDS
    assert event.seconds == pytest.approx(wanted, abs=0.1)
    assert event.values["images_per_second"] == 10


@pytest.mark.parametrize(("train", "predict"), [(40, 18), (4, 22), (11, 19)])
def test_after_a_minute_the_time_left_is_right_within_a_fifth(
    progress: RunProgress, folder: RunFolder, clock: Clock, train: float, predict: float
) -> None:
    """However fast it is, and though a measurement takes a second after every tenth step and the
    first images three times as long. Predictions are about as fast as was planned."""
    began, events = clock.now, list[tuple[float, Event]]()
    for stage in STAGES:
        progress.begin_stage()
        speed = train if stage.kind == "train" else predict / stage.cost
        for done in range(10, stage.units + 10, 10):
            is_cold = stage is STAGES[0] and done <= 30
            clock.now += 10 / speed * (3 if is_cold else 1) + (1 if done % 100 == 0 else 0)
            progress.report(min(done, stage.units))
            events.extend((clock.now, event) for event in folder.new_events())
    end = clock.now + FINISH_SECONDS
    late = [(at, event) for at, event in events if at - began > 60]
    assert len(late) > 50
    for at, event in late:
        assert event.seconds == pytest.approx(end - at, rel=0.2, abs=2 * FINISH_SECONDS)


def test_it_is_right_where_all_is_slow_and_measurements_come_seldom_but_take_long(
    progress: RunProgress, folder: RunFolder, clock: Clock
) -> None:
    """A machine that does a quarter of what was planned; it measures for 8 of 88 seconds. Neither
    is known of the predictions that come last."""
    progress.plan([Stage("train", 2000), Stage("measure", 60), Stage("predict", 600)])
    began, events, measure_at = clock.now, list[tuple[float, Event]](), clock.now + 5
    progress.begin_stage()
    for done in range(16, 2016, 16):
        clock.now += 16 / 2.5
        progress.report(min(done, 2000))
        events.extend((clock.now, event) for event in folder.new_events())
        if clock.now >= measure_at:
            clock.now += 8
            progress.went_aside(8)
            measure_at = clock.now + 80
    clock.now += 60 / 5 + FINISH_SECONDS
    progress.begin_stage(-1)
    for done in range(4, 604, 4):
        clock.now += 4 / 5
        progress.report(done)
        events.extend((clock.now, event) for event in folder.new_events())
    for at, event in events:
        if at - began > 60:
            assert event.seconds == pytest.approx(clock.now - at, rel=0.1, abs=10)
    assert events[-1][1].seconds == 0
    # what a round plans with holds the measurements
    assert progress.average_speeds()["train_images_per_second"] == pytest.approx(2.28, abs=0.03)


def test_the_first_step_which_is_slow_says_nothing_of_the_others(
    progress: RunProgress, folder: RunFolder, clock: Clock
) -> None:
    """Photos are opened and memory is allocated in it."""
    progress.plan([Stage("train", 1600)])
    progress.begin_stage()
    for done in range(16, 160, 16):
        clock.now += 30 if done == 16 else 2
        progress.report(done)
    event = folder.new_events()[-1]
    assert event.seconds == pytest.approx((1600 - event.done) / 8, rel=0.01)


def test_it_reports_a_few_times_a_second_and_always_at_the_end(
    progress: RunProgress, folder: RunFolder, clock: Clock
) -> None:
    work(progress, clock, 1000, 1000, step=1)
    events = folder.new_events()
    assert 3 <= len(events) <= 7
    assert events[-1].done == 1000


def test_a_pause_is_no_work(
    progress: RunProgress, folder: RunFolder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(progress, clock, 500, 20)

    def pause() -> float:
        clock.now += 3600
        return 3600.0

    with monkeypatch.context() as patch:
        patch.setattr(folder, "wait_while_paused", pause)
        progress.report(500)
    clock.now += 25
    progress.report(1000)
    assert progress.average_speeds() == {"train_images_per_second": pytest.approx(20, rel=0.05)}
    assert folder.new_events()[-1].seconds < 300


def test_what_another_worker_did_is_not_the_speed_of_this_one(
    progress: RunProgress, folder: RunFolder, clock: Clock
) -> None:
    progress.begin_stage()
    progress.resume_at(600)
    clock.now += 10
    progress.report(700)
    event = folder.new_events()[-1]
    assert (event.done, event.values["images_per_second"]) == (700, 10)
    assert progress.average_speeds() == {"train_images_per_second": 10}


def test_the_speed_of_predictions_counts_mirrored_ones_twice(
    progress: RunProgress, clock: Clock
) -> None:
    progress.begin_stage(1)
    clock.now += 30
    progress.report(300)
    progress.begin_stage(-1)
    clock.now += 25
    progress.report(500)
    assert progress.average_speeds() == {"predict_faces_per_second": 20}


def test_a_cancel_is_noticed_between_two_reports(
    progress: RunProgress, folder: RunFolder, clock: Clock
) -> None:
    progress.begin_stage()
    progress.report(1)
    folder.cancel()
    with pytest.raises(Cancelled):
        progress.report(2)


def test_a_training_says_what_it_is_on(folder: RunFolder) -> None:
    progress = RunProgress(folder, {"train": 10.0, "predict": 10.0})
    progress.plan(
        [Stage("train", 8, on="labels"), Stage("prepare", 2), Stage("train", 8, on="both")]
    )
    for units in (8, 2, 8):
        progress.begin_stage()
        progress.report(units)
    seen = [(event.stage, event.detail) for event in folder.new_events()]
    assert seen == [("train", "labels"), ("prepare", ""), ("train", "both")]


def test_an_epoch_is_reported_whenever_it_ends(
    progress: RunProgress, folder: RunFolder, clock: Clock
) -> None:
    progress.begin_stage()
    progress.report(1)
    progress.report_epoch({"total": 0.5}, nme=4.5)
    event = folder.new_events()[-1]
    assert (event.kind, event.stage, event.done, event.total) == ("epoch", "train", 1, 4000)
    assert event.losses == {"total": 0.5}
    assert event.values["nme"] == 4.5
