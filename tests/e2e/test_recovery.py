"""Damaged projects, backups, full disks and other programs, from the command line."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labeltool.domain import RoundKind, Verdict
from labeltool.store import BACKUP_FOLDER, FILE, backups, open_project
from labeltool.store.database import engine
from tests.commands import labeltool, status
from tests.projects import change, make_project, propose, write_photos


def refused(*words: object) -> str:
    """What a command says that fails with a sentence, and with no traceback."""
    out = labeltool(*words)
    assert out.returncode == 1
    assert out.stderr.startswith("Error: ")
    assert "Traceback" not in out.stderr
    return out.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Three faces; the backup holds one decision, the project two."""
    store = make_project(tmp_path / "프로젝트", 3)
    propose(store, [1, 2, 3], [0.9, 0.6, 0.3], model="starter", kind=RoundKind.PREDICT)
    store.decisions.decide("ann", [1], Verdict.ACCEPTED)
    store.back_up("work")
    store.decisions.decide("ann", [2], Verdict.ACCEPTED)
    store.close()
    write_photos(tmp_path / "photos", 3)
    return store.folder


def test_a_damaged_project_is_reported_and_can_be_restored(project):
    content = (project / FILE).read_bytes()
    (project / FILE).write_bytes(b"\xa5" * len(content))
    said = refused("status", project)
    assert "is damaged" in said
    assert f"labeltool restore {project}" in said
    assert "is damaged" in refused("check", project)

    listed = labeltool("restore", project)
    assert listed.returncode == 0
    (line,) = listed.stdout.splitlines()
    name = backups(project)[0].file.name
    assert line.startswith(name)
    assert line.endswith("3 faces          1 operation")

    restored = labeltool("restore", project, "--from", name)
    assert restored.returncode == 0, restored.stderr
    (kept,) = project.glob("project.replaced-*.sqlite")
    assert kept.name in restored.stdout
    assert kept.read_bytes() == b"\xa5" * len(content)
    assert status(project)["accepted"] == 1
    assert labeltool("check", project).stdout == "Everything is in order.\n"


def test_restore_can_take_the_newest_readable_backup(project):
    broken = project / BACKUP_FOLDER / "99999-2099-01-01T00-00-00-000Z-work.sqlite"
    broken.write_bytes(b"x" * 9000)
    assert "damaged" in labeltool("restore", project).stdout.splitlines()[0]
    assert "is damaged too" in refused("restore", project, "--from", broken.name)
    assert labeltool("restore", project, "--from", "newest").returncode == 0
    assert status(project)["accepted"] == 1


def test_a_restore_that_is_impossible_says_why(project, tmp_path):
    assert "There is no backup" in refused("restore", project, "--from", "nothing")
    assert "has no backups" in refused("restore", tmp_path)
    assert "no backup that can be read" in refused("restore", tmp_path, "--from", "newest")
    store = open_project(project)
    assert "must be restored, but another window" in refused("restore", project, "--from", "newest")
    store.close()
    assert status(project)["accepted"] == 2


def test_a_command_makes_the_daily_backup(project):
    old = backups(project)[0].file
    moment = datetime.now(UTC) - timedelta(days=2)
    old.rename(old.with_name(f"{moment:%Y-%m-%dT%H-%M-%S}-000Z-work.sqlite"))
    assert labeltool("status", project).returncode == 0
    assert [b.reason for b in backups(project)] == ["day", "work"]
    assert labeltool("status", project).returncode == 0
    assert len(backups(project)) == 2


def test_check_names_the_missing_files_of_a_round(project):
    store = open_project(project)
    new = propose(store, [3])
    folder = store.rounds.all()[-1].folder
    change(store, f"UPDATE round SET folder = 'rounds/한' WHERE id = {new}")
    store.close()
    assert not folder.exists()
    out = labeltool("check", project)
    assert out.returncode == 1
    assert "round 1 lacks results.json in" in out.stdout
    assert "rounds/한" in out.stdout
    assert "decisions stay as they are" in out.stdout


def test_check_repairs_damaged_indexes(project):
    store = open_project(project)
    change(store, "PRAGMA writable_schema=ON")
    old, new = "flag, face_id", "score, face_id"
    change(
        store,
        f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}') WHERE name = 'state_flag'",
    )
    store.close()
    assert "the database file is damaged" in labeltool("check", project).stdout
    mended = labeltool("check", project, "--repair")
    assert mended.returncode == 0, mended.stderr
    assert "are mended" in mended.stdout
    assert labeltool("check", project).stdout == "Everything is in order.\n"


def test_a_project_locked_by_another_program_is_reported(project, monkeypatch):
    monkeypatch.setattr(engine, "WRITE_TIMEOUT_SECONDS", 0.1)
    other = sqlite3.connect(project / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said = refused("accept", project, "--min-score", "0.1")
    other.execute("ROLLBACK")
    other.close()
    assert "Another program is writing" in said
    assert "Wait for it" in said
    assert status(project)["accepted"] == 2


def test_a_read_only_project_can_be_counted_checked_and_exported(sample, tmp_path, read_only):
    assert status(read_only / "p")["faces"] == 2
    checked = labeltool("check", read_only / "p")
    assert "is gone: say where" in checked.stdout  # of photos that never were
    assert "1 problem was found" in checked.stderr
    said = refused("accept", read_only / "p", "--min-score", "0.1")
    assert "No unreviewed face" in said
    for words in (
        ("import", read_only / "p", sample),
        ("predict", read_only / "p"),
        ("check", read_only / "p", "--repair"),
        ("relocate", read_only / "p", tmp_path),
    ):
        assert "read-only" in refused(*words).casefold()
    assert "nothing to export" in refused(
        "export", read_only / "p", tmp_path / "labels.json", "--format", "coco"
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"mount refused: {made.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_reported_and_nothing_is_lost(project, small_disk):
    shutil.copytree(project, small_disk / "p")
    room = shutil.disk_usage(small_disk).free
    (small_disk / "other").write_bytes(b"x" * (room - room % 4096))
    said = refused("accept", small_disk / "p", "--min-score", "0.1")
    assert "is full; nothing was lost. Free some space" in said
    (small_disk / "other").unlink()
    assert status(small_disk / "p")["accepted"] == 2
    assert labeltool("accept", small_disk / "p", "--min-score", "0.1").stdout == "1\n"
    assert labeltool("check", small_disk / "p").stdout == "Everything is in order.\n"
