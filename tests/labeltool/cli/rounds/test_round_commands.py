"""Training rounds from the command line, with fake workers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from labeltool.domain import RoundStatus, Verdict
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds import liveness
from labeltool.rounds.controller import Rounds
from labeltool.store import Store, open_project
from pipnet.data.scheme import Scheme
from tests.commands import labeltool
from tests.waiting import wait_until


@pytest.fixture
def store(project, monkeypatch) -> Store:
    """A project of four faces, one of them accepted; its workers are fake."""
    worker = Path(__file__).parents[3] / "fake_worker.py"
    monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
    monkeypatch.setenv("PYTHONPATH", str(worker.parents[1]))
    made: Store = project(4, scheme=Scheme("300w", ("left", "right", "nose")))
    made.decisions.decide("ann", [1], Verdict.ACCEPTED)
    return made


def trained(folder: Path) -> list[tuple[RoundStatus, object]]:
    """Status and epochs of the training rounds."""
    store = open_project(folder)
    rows = [row for row in store.rounds.all() if row.kind == "train"]
    store.close()
    return [(row.status, row.summary.get("epochs")) for row in rows]


def test_a_training_starts_those_that_waited_before_it(store):
    Rounds(store).queued.add(RoundOptions(epochs=2))
    store.close()
    out = labeltool("train", store.folder, "--epochs", "3")
    assert out.returncode == 0, out.stderr
    assert "Another round comes first" in out.stderr
    assert trained(store.folder) == [(RoundStatus.READY, 2), (RoundStatus.READY, 3)]


def test_one_that_cannot_start_does_not_hold_up_the_next(store):
    Rounds(store).queued.add(RoundOptions("imagenet", "resnet18"))
    store.close()
    out = labeltool("train", store.folder, "--epochs", "3")
    assert out.returncode == 0, out.stderr
    assert "A round failed: There are no ImageNet weights" in out.stderr
    assert trained(store.folder) == [(RoundStatus.FAILED, None), (RoundStatus.READY, 3)]


def test_an_interrupt_while_it_waits_cancels_it_alone(store, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER", "slow")
    rounds = Rounds(store)
    rounds.launcher.start_training(rounds.launcher.plan(RoundOptions(epochs=2)))
    wait_until(lambda: rounds.follower.is_worker_alive)

    def interrupt(*_args: object, is_ours: bool) -> None:
        assert not is_ours
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Rounds, "wait", interrupt)
        out = labeltool("train", store.folder, "--epochs", "3")
    assert out.returncode == 1
    assert trained(store.folder) == [(RoundStatus.RUNNING, 2), (RoundStatus.CANCELLED, None)]
    rounds.follower.stop_early()
    rounds.wait(lambda event: None)
    assert trained(store.folder)[0] == (RoundStatus.READY, 2)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--backbone", "resnet18"), "starts from ImageNet"),
        (("--full", "--no-pseudo"), "without pseudo-labels"),
        (("--start", "imagenet", "--backbone", "mobilenet_v3"), "no ImageNet weights"),
    ],
)
def test_choices_that_are_impossible_are_refused(store, words, what, monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "empty"))
    store.close()
    out = labeltool("train", store.folder, *words)
    assert out.returncode == 1
    assert what in out.stderr
    assert trained(store.folder) == []


def test_a_worker_that_died_is_said_and_another_one_goes_on(store, monkeypatch):
    monkeypatch.setenv("FAKE_WORKER", "die-once")
    store.close()
    out = labeltool("train", store.folder)
    assert out.returncode == 0, out.stderr
    assert "Another one goes on with the training." in out.stderr
