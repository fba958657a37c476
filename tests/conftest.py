"""Fixtures for all tests."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot

from pipnet import resources
from tests.waiting import PatientBot

RAM_DISK = Path("/dev/shm")
MIN_RAM_DISK_BYTES = 8_000_000_000
"""Free space from which tests use the RAM disk: that of a machine with 16 GB of memory."""


def _has_ram_disk() -> bool:
    """Whether there is a large one. A project waits for the disk at each commit; this answers at
    once."""
    if not os.access(RAM_DISK, os.W_OK):
        return False
    return shutil.disk_usage(RAM_DISK).free >= MIN_RAM_DISK_BYTES


if "TMPDIR" not in os.environ and _has_ram_disk():
    os.environ["TMPDIR"] = tempfile.tempdir = str(RAM_DISK)

# no test needs a screen; set before anything loads Qt
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if "PYTEST_XDIST_WORKER" in os.environ:  # each has one core; set before anything loads torch
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# no deadline: the time of an example depends on the load of the machine
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Leave all modules out of later garbage collections, which then take 1 ms, not 300 ms."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home folder: tests neither read nor write files of the person who runs them."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
            patch.setenv(name, str(folder))
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            patch.delenv(f"XDG_{name}_HOME", raising=False)
        for name in ("LABELTOOL_SETTINGS", "LABELTOOL_CACHE"):
            patch.delenv(name, raising=False)
        # rounds of tests that run at the same time do not wait for each other
        patch.setenv("LABELTOOL_RUNTIME", str(folder / "runtime"))
        yield folder


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's bot with a longer timeout."""
    return PatientBot(request)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real faces and weights beside the checkout; skips the test without it."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("LABELTOOL_SHARED", beside))
    if not folder.is_dir():
        pytest.skip("the shared data folder is not here")
    return folder


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the shipped pictures, `truth.json` among them: 4 of groups, 48 of one face."""
    return resources.path("sample")


@pytest.fixture
def small_backbone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `mobilenet_v2` of four small blocks, which takes a tenth of the time."""
    blocks = ((1, 16, 1, 2), (2, 24, 1, 2), (2, 32, 1, 2), (2, 48, 1, 2))
    monkeypatch.setattr("pipnet.models.backbones.MOBILENET_V2_BLOCKS", blocks)


@pytest.fixture
def writable(read_only: Path) -> Path:
    """The folder `read_only` under a path that can be written."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a folder twice")
    return read_only.with_name("inside")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that not even root can write to, with the project `p` in it."""
    from tests.projects import make_project  # SQLAlchemy, which few tests need

    inside, outside = tmp_path / "inside", tmp_path / "read-only"
    make_project(inside / "p", 2).close()
    outside.mkdir()
    if os.name != "posix":
        pytest.skip("read-only folders are made with POSIX means here")
    if os.geteuid() != 0:
        shutil.copytree(inside, outside, dirs_exist_ok=True)
        for path in (outside / "p", outside):
            path.chmod(0o555)
        yield outside
        for path in (outside, outside / "p"):
            path.chmod(0o755)
        return
    bound = subprocess.run(["mount", "--bind", inside, outside], capture_output=True, text=True)
    if bound.returncode:
        pytest.skip(f"root writes everywhere, and mount refused: {bound.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", outside], check=True)
        yield outside
    finally:
        subprocess.run(["umount", outside], check=True)
