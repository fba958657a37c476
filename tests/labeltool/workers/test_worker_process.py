"""Workers as processes of their own, as a window starts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from labeltool.domain import RoundKind
from labeltool.rounds.liveness import RunningRound, Worker
from labeltool.rounds.planning import Recipe
from labeltool.rounds.run_folder import Event, RunFolder
from pipnet import resources
from pipnet.models.checkpoint import load
from tests.waiting import wait_until

MakeRun = Callable[..., RunFolder]

LONG = Recipe(images=100_000, batch=1, lr=1e-3)
"""Hours, in epochs of four steps."""

pytestmark = pytest.mark.slow


@contextmanager
def working(folder: RunFolder) -> Iterator[Worker]:
    """A worker that has ended when the block is left."""
    worker = Worker.start(folder)
    try:
        yield worker
    finally:
        assert worker.process is not None
        worker.process.kill()
        worker.process.wait()


def seen(folder: RunFolder, kind: str) -> list[Event]:
    """The events of a kind so far."""
    return [event for event in RunFolder(folder.path).new_events() if event.kind == kind]


def test_stop_early_ends_a_training_at_its_step_and_keeps_what_it_learned(
    make_run: MakeRun,
) -> None:
    folder = make_run(manual=(0, 1, 2, 3), pseudo=(), recipe=LONG)
    folder.pause()
    with working(folder) as worker:
        wait_until(lambda: seen(folder, "paused"))  # after the first step
        folder.stop_early()
        wait_until(worker.has_exited)
    assert [event.kind for event in folder.new_events()][-1] == "finished"
    trained = [event for event in seen(folder, "progress") if event.stage == "train"]
    assert [event.done for event in trained] == [1]
    assert not seen(folder, "epoch")
    before, after = load(resources.starter()), load(folder.model)
    assert after.summary["epochs_done"] == 0
    moved = [
        float((one - two).abs().max())
        for one, two in zip(
            before.network.state_dict().values(), after.network.state_dict().values(), strict=True
        )
    ]
    assert np.count_nonzero(moved) > 100
    assert sum(len(folder.tables.predictions(name)) for name in folder.results()["chunks"]) == 4


def test_a_training_whose_worker_is_killed_is_gone_on_with(make_run: MakeRun) -> None:
    folder = make_run(manual=(0, 1), pseudo=(), recipe=Recipe(images=16, batch=2, lr=1e-4))
    with working(folder) as first:
        running = RunningRound(1, RoundKind.TRAIN, RunFolder(folder.path), first)
        wait_until(lambda: seen(folder, "progress"))
        first.process.kill()  # the kernel frees both of its locks
        first.process.wait()
        events = list[Event]()

        def has_ended() -> bool:
            events.extend(running.poll())
            return running.has_ended

        wait_until(has_ended, 300)
    kinds = [event.kind for event in events]
    assert kinds.count("started") == 2
    assert kinds.count("notice") == 1
    assert kinds[-1] == "finished"
    running.worker.process.wait()


class TestOneRoundAtATime:
    """On the CPU of this machine."""

    def test_a_round_waits_for_that_of_another_project_and_starts_by_itself(
        self, make_run: MakeRun
    ) -> None:
        first = make_run(manual=(0, 1), pseudo=(), recipe=LONG, name="a", project="A", number=3)
        second = make_run(manual=(0, 1), pseudo=(), name="b", project="B", number=1)
        with working(first) as one:
            wait_until(lambda: seen(first, "progress"))
            with working(second) as two:
                wait_until(lambda: seen(second, "waiting"))
                (event,) = seen(second, "waiting")
                assert str(event.reason) == (
                    "Waits for round 3 of the project A, which uses this CPU."
                )
                assert not seen(second, "started")
                first.cancel()
                wait_until(two.has_exited)
            wait_until(one.has_exited)
        assert [event.kind for event in second.new_events()][-1] == "finished"
        assert [event.kind for event in first.new_events()][-1] == "cancelled"

    def test_the_lock_of_a_worker_that_was_killed_is_free(self, make_run: MakeRun) -> None:
        first = make_run(manual=(0, 1), pseudo=(), recipe=LONG, name="a")
        second = make_run(manual=(0, 1), pseudo=(), name="b")
        with working(first) as one, working(second) as two:
            wait_until(lambda: seen(first, "waiting") or seen(second, "waiting"))
            is_first = bool(seen(second, "waiting"))
            holder, waiting = (one, second) if is_first else (two, first)
            holder.process.kill()
            wait_until(lambda: seen(waiting, "started"))

    def test_a_round_that_pauses_lets_others_go_first(self, make_run: MakeRun) -> None:
        first = make_run(manual=(0, 1), pseudo=(), recipe=LONG, name="a", project="A")
        second = make_run(manual=(0, 1), pseudo=(), recipe=LONG, name="b", project="B", number=2)
        first.pause()
        with working(first) as one:
            wait_until(lambda: seen(first, "paused"))
            with working(second) as two:
                wait_until(lambda: seen(second, "progress"))
                first.resume()
                wait_until(lambda: seen(first, "waiting"))
                (event,) = seen(first, "waiting")
                assert "round 2 of the project B" in str(event.reason)
                before = len(seen(first, "progress"))
                second.cancel()
                wait_until(lambda: len(seen(first, "progress")) > before)
                first.cancel()
                wait_until(lambda: one.has_exited() and two.has_exited())

    def test_a_round_that_waits_can_be_cancelled(self, make_run: MakeRun) -> None:
        first = make_run(manual=(0, 1), pseudo=(), recipe=LONG, name="a")
        second = make_run(manual=(0, 1), pseudo=(), name="b")
        with working(first):
            wait_until(lambda: seen(first, "progress"))
            with working(second) as two:
                wait_until(lambda: seen(second, "waiting"))
                second.cancel()
                wait_until(two.has_exited)
        assert [event.kind for event in second.new_events()] == ["waiting", "cancelled"]
