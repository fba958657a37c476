"""The lock of a device, beside the tests of whole workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import portalocker
import pytest

from labeltool.domain import Cancelled
from labeltool.rounds.run_folder import RunFolder
from labeltool.workers.device import device_lock
from labeltool.workers.device.device_lock import DeviceLock, runtime_folder


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LABELTOOL_RUNTIME", str(tmp_path / "runtime"))
    return tmp_path / "runtime"


def lock_of(tmp_path: Path, name: str, **spec: Any) -> DeviceLock:
    (tmp_path / name).mkdir(exist_ok=True)
    return DeviceLock(RunFolder(tmp_path / name), spec, "cpu")


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ('{"project": "faces", "number": 0}', "Waits for a prediction of the project faces"),
        ('{"project": "faces", "number": 4}', "Waits for round 4 of the project faces"),
        ("", "Waits for another round"),
        ('{"project": 1}', "Waits for another round"),
    ],
)
def test_it_says_for_what_it_waits(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch, note: str, words: str
) -> None:
    holder = lock_of(tmp_path, "a")
    lock = lock_of(tmp_path, "b")
    with holder.held():
        (runtime / "cpu.json").write_text(note)
        monkeypatch.setattr(device_lock.time, "sleep", lambda _: lock._folder.cancel())
        with pytest.raises(Cancelled):
            lock.acquire()
    (event,) = lock._folder.new_events()
    assert str(event.reason) == f"{words}, which uses this CPU."
    with lock.held():  # and nothing is left of the attempt
        pass


def test_another_owner_is_said_once_it_is_known(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, lock = lock_of(tmp_path, "a", project="A", number=1), lock_of(tmp_path, "b")
    notes = iter([None, '{"project": "C", "number": 2}', None])

    def sleep(_seconds: float) -> None:
        note = next(notes, "end")
        if note == "end":
            holder.release()
        elif note:
            (runtime / "cpu.json").write_text(note)

    monkeypatch.setattr(device_lock.time, "sleep", sleep)
    holder.acquire()
    lock.acquire()
    lock.release()
    said = [str(event.reason) for event in lock._folder.new_events()]
    assert [words.split(",")[0] for words in said] == [
        "Waits for round 1 of the project A", "Waits for round 2 of the project C",
    ]  # fmt: skip


def test_without_a_folder_for_it_a_round_runs_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LABELTOOL_RUNTIME", str(tmp_path / "file"))
    lock = lock_of(tmp_path, "a")
    with lock.held():
        pass
    assert not lock._folder.new_events()


@pytest.mark.skipif(os.name != "posix", reason="other systems have other folders")
def test_all_sessions_of_a_user_share_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LABELTOOL_RUNTIME")
    monkeypatch.setattr(device_lock.os, "access", lambda *_: False)  # as without /run/user
    monkeypatch.setattr(device_lock.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "session"))
    folder = runtime_folder()
    assert folder == tmp_path / f"labeltool-{os.getuid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(device_lock.os, "getuid", lambda: os.geteuid() + 1)
    (tmp_path / f"labeltool-{os.geteuid() + 1}").mkdir()
    with pytest.raises(PermissionError, match="belongs to another user"):
        runtime_folder()


def test_where_the_system_cannot_lock_files_a_round_runs_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise portalocker.LockException("no locks here")

    monkeypatch.setattr(device_lock.portalocker, "lock", fail)
    lock = lock_of(tmp_path, "a")
    with lock.held():
        pass
    assert not lock._folder.new_events()
