"""Rounds that wait for the running one, and rounds that pause."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import Cancelled, RoundKind, RoundStatus, UserError, Verdict
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds import run_folder
from labeltool.rounds.controller import Rounds
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import Store, open_project
from tests.labeltool.rounds.conftest import ANN
from tests.projects import triangle
from tests.waiting import wait_until

TWO_EPOCHS = RoundOptions(epochs=2)


def ignore(_event: object) -> None:
    pass


def start(rounds: Rounds) -> None:
    rounds.launcher.start_training(rounds.launcher.plan())


def statuses(store: Store) -> list[RoundStatus]:
    return [row.status for row in store.rounds.all() if row.kind is RoundKind.TRAIN]


class TestQueue:
    def test_a_round_that_waits_takes_the_labels_there_are_when_it_starts(self, reviewed, fake):
        store, rounds = reviewed()
        fake("slow")
        start(rounds)
        round_id = rounds.queued.add(TWO_EPOCHS)
        assert [row.id for row in rounds.queued.all()] == [round_id]
        assert statuses(store) == [RoundStatus.RUNNING, RoundStatus.QUEUED]
        assert rounds.queued.start_next() is None
        assert statuses(store)[1] is RoundStatus.QUEUED
        store.decisions.decide(ANN, [5], Verdict.CORRECTED, points=triangle(4))
        rounds.follower.stop_early()
        rounds.wait(ignore)

        fake("ok")
        assert rounds.queued.start_next() is not None
        row = store.rounds.all()[-1]
        assert (row.id, row.number, row.status) == (round_id, 2, RoundStatus.RUNNING)
        folder = RunFolder(row.folder)
        labels = folder.tables.labels()
        assert labels is not None
        assert 5 in labels.faces[labels.manual]
        assert folder.spec()["epochs"] == 2
        rounds.wait(ignore)
        assert statuses(store) == [RoundStatus.READY] * 2
        assert rounds.queued.start_next() is None

    def test_rounds_start_in_the_order_in_which_they_were_queued(self, reviewed):
        store, rounds = reviewed()
        ids = [rounds.queued.add(RoundOptions(epochs=n)) for n in (3, 4)]
        for round_id in ids:
            rounds.queued.start_next()
            assert rounds.follower.round_id == round_id
            rounds.wait(ignore)
        assert [row.summary["epochs"] for row in store.rounds.all()[-2:]] == [3, 4]

    def test_it_is_there_after_the_program_was_closed(self, reviewed, started):
        store, rounds = reviewed()
        rounds.queued.add(TWO_EPOCHS)
        folder = store.folder
        store.close()
        again = open_project(folder)
        try:
            started.append(Rounds(again))
            started[-1].queued.start_next()
            started[-1].wait(ignore)
            assert statuses(again) == [RoundStatus.READY]
        finally:
            again.close()

    def test_one_that_was_cancelled_does_not_start(self, reviewed):
        store, rounds = reviewed()
        round_id = rounds.queued.add(TWO_EPOCHS)
        assert "was cancelled" in str(rounds.queued.remove(round_id).message)
        assert rounds.queued.remove(round_id).message is None
        assert rounds.queued.start_next() is None
        assert statuses(store) == [RoundStatus.CANCELLED]

    def test_of_two_programs_only_one_starts_it(self, reviewed, monkeypatch):
        store, rounds = reviewed()
        round_id = rounds.queued.add(TWO_EPOCHS)
        freeze = rounds.launcher._store.faces.boxes

        def boxes():
            store.rounds.start_queued(round_id, "std", "rounds/elsewhere", {})
            return freeze()

        monkeypatch.setattr(store.faces, "boxes", boxes)
        assert rounds.queued.start_next() is None
        assert rounds.follower.current is None
        assert list((store.folder / "rounds").iterdir()) == []

    def test_one_that_cannot_start_has_failed_and_does_not_hold_up_the_next(self, reviewed):
        store, rounds = reviewed()
        rounds.queued.add(RoundOptions("imagenet", "resnet18"))
        rounds.queued.add(TWO_EPOCHS)
        with pytest.raises(UserError, match="no ImageNet weights"):
            rounds.queued.start_next()
        assert statuses(store) == [RoundStatus.FAILED, RoundStatus.QUEUED]
        rounds.queued.start_next()
        rounds.wait(ignore)

    def test_a_cancelled_start_cancels_it(self, reviewed):
        store, rounds = reviewed()
        rounds.queued.add(TWO_EPOCHS)

        def cancel(_done: int, _total: int) -> None:
            raise Cancelled

        with pytest.raises(Cancelled):
            rounds.queued.start_next(cancel)
        assert statuses(store) == [RoundStatus.CANCELLED]


class TestPause:
    def test_a_paused_worker_waits_and_then_goes_on(self, reviewed, fake):
        store, rounds = reviewed()
        fake("slow")
        start(rounds)
        rounds.follower.pause()
        kinds = until(rounds, "paused")
        assert rounds.follower.is_paused
        rounds.follower.poll()
        steps = kinds.count("progress")
        rounds.follower.resume()
        until(rounds, "progress")
        assert steps < 1000
        rounds.follower.stop_early()
        rounds.wait(ignore)
        assert statuses(store) == [RoundStatus.READY]

    def test_a_pause_lasts_while_no_program_is_open(self, reviewed, fake, started):
        store, rounds = reviewed()
        fake("slow")
        start(rounds)
        rounds.follower.pause()
        until(rounds, "paused")
        later = Rounds(store)  # as another window sees it
        assert later.follower.attach()
        assert later.follower.is_paused
        assert "paused" in [event.kind for event in later.follower.poll()]
        later.follower.cancel()
        with pytest.raises(Cancelled):
            later.wait(ignore)
        assert statuses(store) == [RoundStatus.CANCELLED]

    def test_a_worker_that_pauses_can_be_stopped_early(self, reviewed, fake):
        store, rounds = reviewed()
        fake("slow")
        start(rounds)
        rounds.follower.pause()
        until(rounds, "paused")
        rounds.follower.stop_early()
        rounds.wait(ignore)
        assert statuses(store) == [RoundStatus.READY]

    def test_the_time_of_a_pause_is_told(self, tmp_path, monkeypatch):
        folder = RunFolder(tmp_path)
        assert folder.wait_while_paused() == 0
        folder.pause()
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            folder.resume()

        clock = iter(np.arange(10.0, 20.0, 3.0))
        monkeypatch.setattr(run_folder.time, "sleep", sleep)
        monkeypatch.setattr(run_folder.time, "monotonic", lambda: float(next(clock)))
        assert folder.wait_while_paused() == 3.0
        assert len(slept) == 1
        assert [event.kind for event in folder.new_events()] == ["paused", "resumed"]


def until(rounds: Rounds, kind: str) -> list[str]:
    """Kinds of events up to one of this kind."""
    seen: list[str] = []

    def came() -> bool:
        seen.extend(event.kind for event in rounds.follower.poll())
        return kind in seen

    wait_until(came)
    return seen
