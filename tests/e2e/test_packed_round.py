"""A round that is packed, trained by another program elsewhere, and brought in."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import RoundStatus
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import open_project
from pipnet.data.images import find_photos
from tests.commands import labeltool
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

OPTIONS = ("--epochs", "2", "--device", "cpu")


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "labeltool", *map(str, words)]


def done(*words: object) -> str:
    """Run a command in this process; what it printed."""
    ended = labeltool(*words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture
def project(sample: Path, tmp_path: Path) -> Path:
    """Six photos with proposals, some of them accepted, and two faces to measure by."""
    photos, project = tmp_path / "photos", tmp_path / "project"
    photos.mkdir()
    for photo in find_photos(sample)[0][:8]:
        shutil.copy(photo, photos)
    done("new", project)
    done("import", project, photos)
    done("predict", project)
    done("audit", project, "--faces", "2")
    done("accept", project, "--min-score", "0.7")
    return project


@pytest.fixture
def other(tmp_path: Path) -> dict[str, str]:
    """The environment of the other machine, and its own temporary folder."""
    for name in ("home", "work"):
        (tmp_path / "other" / name).mkdir(parents=True)
    here = str(Path(__file__).parents[2])
    gone = ("LABELTOOL_SETTINGS", "LABELTOOL_CACHE", "TORCH_HOME")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    return kept | {"HOME": str(tmp_path / "other" / "home"), "PYTHONPATH": here}


def newest(project: Path) -> RunFolder:
    store = open_project(project)
    row = store.rounds.all()[-1]
    assert row.status is RoundStatus.READY
    store.close()
    return RunFolder(row.folder)


def test_it_is_the_same_to_the_bit_as_one_trained_here(
    project: Path, other: dict[str, str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    work = tmp_path / "other" / "work"
    done("round", "pack", project, tmp_path / "round.zip", *OPTIONS)
    shutil.move(tmp_path / "round.zip", work)
    (tmp_path / "photos").rename(tmp_path / "not here")
    away = subprocess.run(
        command("round", "run", "round.zip"), cwd=work, env=other, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    assert away.returncode == 0, away.stderr
    assert "round-results.zip" in away.stdout
    assert sorted(file.name for file in work.iterdir()) == ["round-results.zip", "round.zip"]
    (tmp_path / "not here").rename(tmp_path / "photos")
    said = done("round", "bring-in", project, work / "round-results.zip")
    assert said == done("train", copy, *OPTIONS)
    ours, theirs = newest(copy), newest(project)
    assert ours.model.read_bytes() == theirs.model.read_bytes()
    assert ours.onnx.read_bytes() == theirs.onnx.read_bytes()
    results, same = ours.results() or {}, theirs.results() or {}
    assert same["host"] == platform.node()
    for key in ("digest", "chunks", "audit", "against", "lineage", "terms"):  # not the speeds
        assert results[key] == same[key], key
    for name in results["chunks"]:
        for a, b in zip(
            ours.tables.predictions(name), theirs.tables.predictions(name), strict=True
        ):
            assert a.face_id == b.face_id
            np.testing.assert_array_equal(a.points, b.points)
    assert done("check", project) == done("check", copy)


@pytest.mark.skipif(os.name != "posix", reason="kills a group of processes")
def test_one_that_is_killed_goes_on_when_it_is_run_again(
    project: Path, other: dict[str, str], tmp_path: Path
) -> None:
    done("round", "pack", project, tmp_path / "round.zip", *OPTIONS)
    words = command("round", "run", tmp_path / "round.zip", "--out", tmp_path / "out.zip")
    program = subprocess.Popen(words, env=other, stdout=subprocess.DEVNULL)

    def folder() -> RunFolder | None:
        return next(map(RunFolder, tmp_path.glob("*.unfinished")), None)

    def trains() -> bool:
        found = folder()
        assert program.poll() is None
        return found is not None and any(event.losses for event in found.new_events())

    wait_until(trains)
    program.send_signal(signal.SIGKILL)
    program.wait()
    found = folder()
    assert found is not None
    for pid in os.listdir("/proc"):  # its worker has outlived it
        try:
            if str(found.path).encode() in Path("/proc", pid, "cmdline").read_bytes():
                os.kill(int(pid), signal.SIGKILL)
        except OSError:
            continue
    wait_until(lambda: not found.is_worker_alive())
    assert not (tmp_path / "out.zip").exists()
    again = subprocess.run(words, env=other, text=True, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr
    assert folder() is None
    done("round", "bring-in", project, tmp_path / "out.zip")
    assert newest(project).missing_files() == []
