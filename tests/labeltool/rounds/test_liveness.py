"""The one running round, as threads share it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labeltool.domain import Message, RoundKind, UserError
from labeltool.rounds import liveness
from labeltool.rounds.liveness import RoundSlot, RunningRound, Worker
from labeltool.rounds.run_folder import EXIT_DISK_FULL, Event, RunFolder

REAL_POPEN = subprocess.Popen


def running_round(folder: Path, number: int = 1) -> RunningRound:
    run = RunFolder(folder)
    return RunningRound(number, RoundKind.TRAIN, run, Worker(run))


def test_of_many_threads_that_start_a_round_one_does(tmp_path):
    slot, begin, refused, inside = RoundSlot(), threading.Barrier(8), [], []

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
    slot = RoundSlot()
    with slot.starting():
        assert not slot.fill(lambda: running_round(tmp_path))
        slot.set(running_round(tmp_path, 2))
    assert slot.fill(lambda: running_round(tmp_path, 3))
    assert slot.get().round_id == 2


def test_the_end_of_one_round_leaves_the_next_alone(tmp_path):
    slot, first = RoundSlot(), running_round(tmp_path)
    slot.set(first)
    slot.clear(first)
    slot.set(second := running_round(tmp_path, 2))
    slot.clear(first)
    assert slot.get() is second
    with pytest.raises(UserError, match="running in this project already"), slot.starting():
        pass


def test_how_a_worker_ended_is_known_though_its_events_were_read_before(tmp_path):
    running = running_round(tmp_path)
    with running.folder.hold_lock():
        running.folder.report(Event("started"))
        assert [event.kind for event in running.poll()] == ["started"]
        assert running.worker.final_event() is None
        running.folder.report(Event("failed", reason=Message("why")))
    assert [event.kind for event in running.poll()] == ["failed"]
    assert running.poll() == []
    assert running.worker.final_event().reason == Message("why")


@pytest.fixture
def working(tmp_path) -> Iterator[RunningRound]:
    """A round whose worker, started here, goes on until it is stopped."""
    (tmp_path / "run").mkdir()
    folder = RunFolder(tmp_path / "run")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield RunningRound(1, RoundKind.TRAIN, folder, Worker(folder, process))
        process.kill()


class TestResume:
    """A worker that died, and may be started again."""

    @pytest.fixture
    def started(self, tmp_path, monkeypatch) -> list[list[str]]:
        """The workers that would be started: they do nothing and end at once."""
        begun, real = list[list[str]](), subprocess.Popen

        def start(words: list[str], **options: object) -> subprocess.Popen[bytes]:
            begun.append(words)
            return real([sys.executable, "-c", ""], **options)

        monkeypatch.setattr(liveness.subprocess, "Popen", start)
        return begun

    def dead(self, folder: Path, *kinds: str) -> RunningRound:
        """A round whose worker reported these events, and is gone."""
        running = running_round(folder)
        for kind in kinds:
            running.folder.report(Event(kind))
        assert [event.kind for event in running.poll()] == list(kinds)
        return running

    def wait(self, running: RunningRound) -> None:
        if running.worker.process is not None:
            running.worker.process.wait(20)

    def test_another_one_goes_on_with_a_training(self, tmp_path, started):
        (tmp_path / "training").mkdir()
        running = self.dead(tmp_path, "started", "progress")
        (event,) = running.poll()
        assert (event.kind, event.reason) == ("notice", Message(liveness.RESUMED))
        assert not running.has_ended
        assert started[0][-2:] == ["worker", str(tmp_path)]
        self.wait(running)

    def test_a_full_disk_is_told_and_no_other_worker_fails_for_it(self, tmp_path, started):
        (tmp_path / "training").mkdir()
        running = self.dead(tmp_path, "started", "progress")
        code = f"import sys; sys.exit({EXIT_DISK_FULL})"
        running.worker.process = REAL_POPEN([sys.executable, "-c", code])
        self.wait(running)
        (event,) = running.poll()
        assert (event.kind, event.expected) == ("failed", True)
        assert "disk is full" in str(event.reason)
        assert started == []

    @pytest.mark.parametrize("why", ["no training", "cancelled", "too often"])
    def test_or_not(self, tmp_path, started, why):
        if why != "no training":
            (tmp_path / "training").mkdir()
        if why == "cancelled":
            (tmp_path / "cancel").touch()
        times = liveness.MAX_WORKERS if why == "too often" else 1
        running = self.dead(tmp_path, *["started"] * times)
        (event,) = running.poll()
        assert event.kind == "failed"
        assert started == []

    def test_a_worker_that_cannot_be_started_is_a_failure(self, tmp_path, monkeypatch):
        def refuse(*_: object, **__: object) -> None:
            raise OSError(12, "Cannot allocate memory")

        monkeypatch.setattr(liveness.subprocess, "Popen", refuse)
        (tmp_path / "training").mkdir()
        (event,) = self.dead(tmp_path, "started").poll()
        assert event.kind == "failed"

    def test_whoever_asks_how_it_ended_starts_it_too(self, tmp_path, started):
        (tmp_path / "training").mkdir()
        running = self.dead(tmp_path, "started")
        assert running.worker.final_event() is None
        assert len(started) == 1
        self.wait(running)

    def test_what_failed_is_not_tried_again(self, tmp_path, started):
        (tmp_path / "training").mkdir()
        running = self.dead(tmp_path, "started", "failed")
        assert running.worker.final_event().kind == "failed"
        assert started == []

    def test_of_two_programs_the_slower_follows_the_worker_of_the_other(self, tmp_path, started):
        (tmp_path / "training").mkdir()
        running = self.dead(tmp_path, "started")
        running.poll()
        running.worker.process.wait(20)  # it found the lock taken
        with RunFolder(tmp_path).hold_lock():
            assert not running.worker.has_exited()
            assert running.worker.process is None
            assert running.poll() == []
        assert running.worker.has_exited()


def test_a_new_worker_cuts_off_half_an_event(tmp_path):
    folder = RunFolder(tmp_path)
    folder.report(Event("started"))
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"kind": "progress", "sta')
    with folder.hold_lock():
        folder.report(Event("started"))
    assert [event.kind for event in RunFolder(tmp_path).new_events()] == ["started", "started"]


@pytest.mark.parametrize("line", ['{"kind": "prog', "[]", '{"what": 1}', "\udcff"])
def test_a_damaged_line_of_the_events_is_a_failed_round_once(working, line):
    events = working.folder.path / "events.jsonl"
    good = '{"kind": "progress"}\n'
    events.write_bytes((good + line + "\n" + good).encode("utf-8", "surrogateescape"))
    (event,) = working.poll()
    assert (event.kind, event.expected) == ("failed", True)
    assert f"{events} cannot be read" in str(event.reason)
    assert working.has_ended
    assert working.poll() == []
    working.worker.process.wait(20)  # nobody could take its results in
    assert (working.folder.path / "cancel").exists()
    assert working.worker.final_event().kind == "failed"  # also to whoever starts the next round


def test_a_lost_folder_is_a_failed_round_once(working):
    assert working.poll() == []
    working.folder.path.rmdir()
    (event,) = working.poll()
    assert event.kind == "failed"
    assert f"{working.folder.path} is not there" in str(event.reason)
    assert working.poll() == []
    working.worker.process.wait(20)


def test_whether_a_worker_lives_is_seen_by_who_may_only_read(tmp_path, monkeypatch):
    folder = RunFolder(tmp_path)
    opened = Path.open

    def read_only(path: Path, mode: str = "r", *rest: object, **options: object) -> object:
        if path.name == "lock" and set(mode) & set("wa+x"):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, mode, *rest, **options)

    with folder.hold_lock():
        monkeypatch.setattr(Path, "open", read_only)
        assert RunFolder(tmp_path).is_worker_alive()
    assert not RunFolder(tmp_path).is_worker_alive()
