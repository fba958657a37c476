"""Projects whose rounds are run by a fake worker."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from labeltool.domain import Verdict
from labeltool.rounds import controller, liveness, run_inputs
from labeltool.rounds.controller import Rounds
from labeltool.rounds.packs import running
from labeltool.store import Store, open_project
from pipnet import resources
from pipnet.calibration.calibration_file import beside, digest
from pipnet.data.scheme import Scheme
from tests.projects import change

ANN = "ann"
THREE_LIKE_STARTER = Scheme("300w", ("left", "right", "nose"))
"""With `fake`, the scheme of the shipped starter, so that predicting is allowed."""


@pytest.fixture(scope="session")
def light_starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped starter without its weights, 17 MB that a fake worker never reads, and with its
    calibration."""
    shipped = resources.starter()
    light = tmp_path_factory.mktemp("starter") / shipped.name
    with safe_open(shipped, framework="np") as file:
        save_file({}, light, file.metadata())
    calibration = json.loads(beside(shipped).read_text("utf-8"))
    beside(light).write_text(json.dumps(calibration | {"models": [digest(light)]}), "utf-8")
    return light


@pytest.fixture
def fake(monkeypatch, light_starter: Path) -> Callable[[str], None]:
    """Workers are fake ones, and behave as told."""
    worker = Path(__file__).parents[2] / "fake_worker.py"
    monkeypatch.setattr(liveness, "program", lambda: [sys.executable, str(worker)])
    monkeypatch.setattr(resources, "starter", lambda: light_starter)
    for module in (controller, running):
        monkeypatch.setattr(module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(run_inputs, "load_scheme", lambda _name: THREE_LIKE_STARTER)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))

    def behave(how: str) -> None:
        monkeypatch.setenv("FAKE_WORKER", how)

    behave("ok")
    return behave


@pytest.fixture
def started() -> Iterator[list[Rounds]]:
    """Rounds put in here have no worker left at the end."""
    used: list[Rounds] = []
    yield used
    for rounds in used:
        job = rounds.follower.current
        if job is not None and job.worker.process is not None:
            job.worker.process.kill()
            job.worker.process.wait()


@pytest.fixture
def reviewed(project, fake, started):
    """A project of six faces: two accepted, one rejected, one excluded, two not reviewed."""

    def make() -> tuple[Store, Rounds]:
        store = project(6, scheme=THREE_LIKE_STARTER)
        store.decisions.decide(ANN, [1, 2], Verdict.ACCEPTED)
        store.decisions.decide(ANN, [3], Verdict.REJECTED)
        store.decisions.decide(ANN, [4], Verdict.EXCLUDED)
        started.append(Rounds(store))
        return store, started[-1]

    return make


@pytest.fixture(scope="session")
def trained_projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first projects of `trained` are kept, by the number of their rounds."""
    return tmp_path_factory.mktemp("trained")


@pytest.fixture
def trained(reviewed, trained_projects, tmp_path, opened, started):
    """The project of `reviewed` after so many rounds: a copy of the first one made."""

    def make(count: int) -> tuple[Store, Rounds]:
        kept, folder = trained_projects / str(count), tmp_path / "project"
        if kept.exists():
            shutil.copytree(kept, folder)
        else:
            store, rounds = reviewed()
            for _ in range(count):
                train(rounds)
            store.close()
            shutil.copytree(folder, kept)
        opened.append(open_project(folder))
        change(opened[-1], f"UPDATE root SET path = '{tmp_path / 'photos'}'")
        started.append(Rounds(opened[-1]))
        return opened[-1], started[-1]

    return make


def train(rounds: Rounds) -> str:
    """Train a round; returns what is said of it."""
    rounds.launcher.start_training(rounds.launcher.plan())
    return str(rounds.wait(lambda _event: None).message)
