"""The one running round, as threads share it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from labeltool.domain import RoundKind, UserError
from labeltool.training.folder import Event, RunFolder
from labeltool.training.liveness import Job, JobSlot, Worker


def job(folder: Path, number: int = 1) -> Job:
    run = RunFolder(folder)
    return Job(number, RoundKind.TRAIN, run, Worker(run))


def test_of_many_threads_that_start_a_round_one_does(tmp_path):
    slot, begin, refused, inside = JobSlot(), threading.Barrier(8), [], []

    def start() -> None:
        begin.wait()
        try:
            with slot.starting():
                inside.append(threading.get_ident())
                done.wait()
        except UserError:
            refused.append(threading.get_ident())
            if len(refused) == 7:
                done.set()

    done = threading.Event()
    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(inside), len(refused)) == (1, 7)


def test_a_round_that_is_being_started_is_not_found_twice(tmp_path):
    slot = JobSlot()
    with slot.starting():
        assert not slot.fill(lambda: job(tmp_path))
        slot.set(job(tmp_path, 2))
    assert slot.fill(lambda: job(tmp_path, 3))
    assert slot.get().round_id == 2


def test_the_end_of_one_round_leaves_the_next_alone(tmp_path):
    slot, first = JobSlot(), job(tmp_path)
    slot.set(first)
    slot.clear(first)
    slot.set(second := job(tmp_path, 2))
    slot.clear(first)
    assert slot.get() is second
    with pytest.raises(UserError, match="running in this project already"), slot.starting():
        pass


def test_how_a_worker_ended_is_known_though_its_events_were_read_before(tmp_path):
    running = job(tmp_path)
    with running.folder.alive():
        running.folder.report(Event("started"))
        assert [event.kind for event in running.poll()] == ["started"]
        assert running.worker.last_event() is None
        running.folder.report(Event("failed", detail="why"))
    assert [event.kind for event in running.poll()] == ["failed"]
    assert running.poll() == []
    assert running.worker.last_event().detail == "why"
