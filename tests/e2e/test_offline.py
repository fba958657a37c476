"""The main job with sockets forbidden, in every process that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labeltool.store import open_project
from pipnet.data.images import find_photos

ROOT = Path(__file__).parents[2]

GUARD = """
import os, sys

FORBIDDEN = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname",
             "socket.gethostbyaddr", "socket.bind", "urllib.Request")

def refuse(event, arguments):
    if event in FORBIDDEN and not isinstance(arguments[-1], (str, bytes)) or event in FORBIDDEN[2:]:
        with open(os.environ["SOCKETS_SEEN"], "a") as seen:
            seen.write(f"{event} {arguments}\\n")
        raise PermissionError(f"{event} is forbidden")

sys.addaudithook(refuse)
with open(os.environ["PROCESSES_SEEN"], "a") as seen:
    seen.write(" ".join(sys.orig_argv) + "\\n")
"""
"""Loaded by every Python process as sitecustomize. Sockets inside of the computer, whose address is
a path, are allowed: multiprocessing has some."""


@pytest.fixture
def guarded(tmp_path: Path):
    """Runs Python with the guard; the two files list what it saw."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, "utf-8")
    sockets, processes = tmp_path / "sockets", tmp_path / "processes"
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "guard"), str(ROOT)]),
        "SOCKETS_SEEN": str(sockets), "PROCESSES_SEEN": str(processes),
        "HOME": str(tmp_path), "LABELTOOL_CACHE": str(tmp_path / "cache"),
    }  # fmt: skip

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *map(str, words)],
            capture_output=True, text=True, check=False, env=environment, cwd=tmp_path,
        )  # fmt: skip

    return run, sockets, processes


def test_the_guard_sees_and_refuses_connections(guarded):
    run, sockets, _processes = guarded
    for code in (
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://localhost')",
        "import socket; socket.socket(2, 2).sendto(b'x', ('127.0.0.1', 9))",
    ):
        done = run("-c", code)
        assert done.returncode != 0
        assert "is forbidden" in done.stderr
    assert len(sockets.read_text("utf-8").splitlines()) == 3


@pytest.mark.slow
def test_the_main_job_needs_and_tries_no_network(guarded, sample, tmp_path):
    run, sockets, processes = guarded
    photos, project = tmp_path / "photos", tmp_path / "project"
    photos.mkdir()
    for photo in find_photos(sample)[0][4:8]:
        (photos / photo.name).write_bytes(photo.read_bytes())

    def job(*words: object) -> str:
        done = run("-m", "labeltool", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    job("new", project)
    job("import", project, photos)
    job("predict", project)
    assert int(job("accept", project, "--min-score", "0")) == 4
    job("train", project, "--epochs", "1", "--device", "cpu", "--no-pseudo")
    job("export", project, tmp_path / "labels.json", "--format", "coco")
    job("doctor", project)
    store = open_project(project)
    counts = store.queue.counts()
    store.close()
    assert (counts.photos, counts.accepted, counts.rounds) == (4, 4, 1)
    assert not sockets.exists()
    started = processes.read_text("utf-8").splitlines()
    rounds = [line for line in started if " worker " in line and "rounds" in line]
    assert len(rounds) == 2  # predict and train
    assert any("multiprocessing" in line or "--detect" in line for line in started)
