"""A folder of label files is the old one or the new one, whenever the process ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from labeltool.exchange.formats import written_folder
from labeltool.exchange.formats.written_folder import write_folder

OLD = {"a.pts": "old a", "x/b.pts": "old b", "mine.pts": "mine"}
NEW = {"a.pts": "new a", "x/b.pts": "new b", "y/z/c.pts": "new c"}

KILLED_AT_EACH_CALL = """
import json, os, shutil, signal, sys
from pathlib import Path, PurePosixPath
from labeltool.exchange.formats.written_folder import write_folder

place, before, files = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
EVENTS = ("open", "os.", "shutil.", "ctypes.call", "ctypes.dlsym")

def killed_at(number):
    count = 0
    def hook(event, arguments):
        nonlocal count
        if event.startswith(EVENTS):
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

ended, found = False, []
number = 0
while not ended:
    number += 1
    folder = place / str(number) / "out"
    folder.parent.mkdir()
    for name, text in before.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    child = os.fork()
    if child == 0:
        killed_at(number)
        write_folder(
            folder, [(PurePosixPath(name), text) for name, text in files.items()], len(files),
            lambda done, total: None, lambda targets: None,
        )
        os._exit(0)
    ended = os.waitpid(child, 0)[1] == 0
    found.append({
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*")) if path.is_file()
    })
print(json.dumps(found))
"""


def write(folder: Path, files: dict[str, str]) -> None:
    write_folder(
        folder, [(PurePosixPath(name), text) for name, text in files.items()], len(files),
        lambda done, total: None, lambda targets: None,
    )  # fmt: skip


def content(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no kill -9")
@pytest.mark.parametrize("before", [{}, OLD], ids=["new folder", "earlier export"])
def test_a_process_killed_at_any_call_leaves_the_old_folder_or_the_new_one(tmp_path, before):
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_EACH_CALL, tmp_path, json.dumps(before), json.dumps(NEW)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    after = before | NEW
    assert found[0] == before
    assert found[-1] == after
    assert [files for files in found if files not in (before, after)] == []


@pytest.mark.parametrize("at_once", [True, False])
def test_the_files_of_an_earlier_export_are_replaced_and_others_stay(
    tmp_path, monkeypatch, at_once
):
    if not at_once:
        monkeypatch.setattr(written_folder, "_exchanged_at_once", lambda *_: False)
    folder = tmp_path / "out"
    write(folder, OLD)
    (folder / "a.pts").chmod(0o600)
    folder.chmod(0o750)
    write(folder, NEW)
    assert content(folder) == OLD | NEW
    assert folder.stat().st_mode & 0o777 == 0o750
    assert os.listdir(tmp_path) == ["out"]


def test_a_folder_with_other_things_is_not_exchanged(tmp_path, monkeypatch):
    monkeypatch.setattr(written_folder, "_exchange", lambda *_: pytest.fail("exchanged"))
    with_photo, with_link, here = (tmp_path / name for name in ("photo", "link", "here"))
    for folder in (with_photo, with_link, here):
        write(folder, OLD)
    (with_photo / "a.jpg").write_text("photo")
    (tmp_path / "real.pts").write_text("old")
    (with_link / "a.pts").unlink()
    (with_link / "a.pts").symlink_to(tmp_path / "real.pts")
    monkeypatch.chdir(here)
    for folder in (with_photo, with_link, here):
        write(folder, NEW)
        assert {**content(folder), "a.jpg": ""} == OLD | NEW | {"a.jpg": ""}
    assert (tmp_path / "real.pts").read_text() == "new a"
    assert (with_photo / "a.jpg").read_text() == "photo"
    assert sorted(os.listdir(tmp_path)) == ["here", "link", "photo", "real.pts"]


def test_a_file_that_comes_meanwhile_is_kept(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    write(folder, OLD)
    exchange = written_folder._exchange

    def late(real, partial, others):
        (real / "w").mkdir()
        (real / "w" / "late.pts").write_text("late")
        exchange(real, partial, others)

    monkeypatch.setattr(written_folder, "_exchange", late)
    write(folder, NEW)
    assert content(folder) == OLD | NEW | {"w/late.pts": "late"}


def test_nothing_is_left_where_a_check_refuses(tmp_path):
    def refuse(_targets):
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        write_folder(
            tmp_path / "new" / "out", [(PurePosixPath("a.pts"), "a")], 1,
            lambda done, total: None, refuse,
        )  # fmt: skip
    assert os.listdir(tmp_path) == []
