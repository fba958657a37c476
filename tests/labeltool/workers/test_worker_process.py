"""Workers as processes of their own, as a window starts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from labeltool.rounds.liveness import Worker
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
