"""Backups are whole or not there, rotate, and take the place of a damaged file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from labeltool.domain import Cancelled, DamagedError, StoreBusyError, UserError, Verdict
from labeltool.store import (
    BACKUP_FOLDER,
    FILE,
    Store,
    backups,
    create_project,
    current_contents,
    newest_intact_backup,
    open_project,
    read_contents,
    restore,
)
from labeltool.store.database import engine
from labeltool.store.log import operation_log as log
from labeltool.store.recovery import backups as backups_module
from tests.projects import THREE, make_project, sql, verdicts

ANN = "ann"


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / BACKUP_FOLDER).iterdir()}


def pretend(folder: Path, moment: datetime, reason: str = "work", size: int = 10) -> str:
    """An old backup, by its name."""
    (folder / BACKUP_FOLDER).mkdir(exist_ok=True)
    name = f"{moment:%Y-%m-%dT%H-%M-%S}-000Z-{reason}.sqlite"
    (folder / BACKUP_FOLDER / name).write_bytes(b"x" * size)
    return name


def overwrite(file: Path, start: int, size: int) -> None:
    with file.open("r+b") as stream:
        stream.seek(start)
        stream.write(b"\xa5" * size)


class TestMaking:
    def test_a_backup_includes_the_write_ahead_log(self, project):
        store = project(5)
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        assert (store.folder / f"{FILE}-wal").stat().st_size > 0
        before = datetime.now(UTC)
        made = store.back_up("work")
        assert [row.file for row in backups(store.folder)] == [made.file]
        assert made.reason == "work"
        assert before <= made.time <= datetime.now(UTC)
        held = read_contents(made.file)
        assert (held.faces, held.operations) == (5, 1)
        assert names(store.folder) == {made.file.name}

    def test_a_backup_is_one_snapshot_and_blocks_no_writer(self, project, monkeypatch):
        store = project(60)
        monkeypatch.setattr(backups_module, "_COPY_BYTES", 4096)
        face = iter(range(1, 61))

        def decide(_done: int, _total: int) -> None:
            number = next(face, None)
            if number is not None:
                store.decisions.decide(ANN, [number], Verdict.REJECTED)

        made = store.back_up("work", decide)
        assert read_contents(made.file).operations == 0
        decided = next(face, 61) - 1
        assert verdicts(store).count(Verdict.REJECTED) == decided > 5

    def test_a_backup_without_a_write_ahead_log_is_complete(self, project, monkeypatch):
        monkeypatch.setattr(engine, "is_on_network_drive", lambda path: True)
        store = project(40)
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        assert read_contents(store.back_up("work").file).operations == 1
        writer = sqlite3.connect(store.folder / FILE, isolation_level=None)
        writer.execute("BEGIN EXCLUSIVE")
        started: list[str] = []
        monkeypatch.setattr(backups_module, "BUSY_TIMEOUT_SECONDS", 0.1)
        with pytest.raises(StoreBusyError):  # it is never copied while somebody writes
            store.back_up("work", lambda done, total: started.append("step"))
        writer.close()
        assert started == []

    def test_a_cancelled_backup_leaves_no_file(self, project):
        store = project(3)

        def cancel(_done: int, _total: int) -> None:
            raise Cancelled

        with pytest.raises(Cancelled):
            store.back_up("work", cancel)
        assert names(store.folder) == set()

    def test_a_backup_without_enough_space_is_refused(self, project, monkeypatch):
        store = project(3)
        usage = shutil.disk_usage(store.folder)._replace(free=backups_module.MIN_FREE_BYTES)
        monkeypatch.setattr(backups_module.shutil, "disk_usage", lambda folder: usage)
        with pytest.raises(UserError, match="no room for a backup") as caught:
            store.back_up("work")
        assert caught.value.remedy
        assert names(store.folder) == set()

    def test_a_disk_that_fills_up_leaves_no_partial_backup(self, project, monkeypatch):
        store = project(3)

        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(backups_module.os, "fsync", full)
        with pytest.raises(UserError, match=r"No backup could be made in .* no space left"):
            store.back_up("work")
        assert names(store.folder) == set()

    def test_a_damaged_project_is_not_backed_up_and_old_backups_stay(self, project):
        store = project(2000)
        good = store.back_up("work").file.name
        store._database.checkpoint()
        page = sql(store, "SELECT rootpage FROM sqlite_master WHERE name = 'state_by_error'")[0][0]
        overwrite(store.folder / FILE, (page - 1) * 4096, 4096)
        with pytest.raises(DamagedError, match="is damaged"):
            store.back_up("work")
        assert names(store.folder) == {good}

    def test_partial_files_of_killed_processes_are_deleted_later(self, project):
        store = project(1)
        (store.folder / BACKUP_FOLDER).mkdir()
        old, fresh = (store.folder / BACKUP_FOLDER / f".x.{n}.partial" for n in (1, 2))
        for partial in (old, fresh):
            partial.touch()
        os.utime(old, (0, 0))
        made = store.back_up("work")
        assert names(store.folder) == {fresh.name, made.file.name}


class TestKeeping:
    NOON = datetime.now().astimezone().replace(hour=12, minute=0, second=0).astimezone(UTC)

    def test_the_newest_backups_and_one_a_day_are_kept(self, tmp_path):
        hours = [pretend(tmp_path, self.NOON - timedelta(hours=h)) for h in range(8)]
        days = [pretend(tmp_path, self.NOON - timedelta(days=d, hours=1)) for d in range(1, 11)]
        pretend(tmp_path, self.NOON - timedelta(days=3, hours=2))
        backups_module.delete_old_backups(tmp_path)
        assert names(tmp_path) == {*hours[:5], *days[:6]}

    def test_the_last_backup_before_an_upgrade_is_kept(self, tmp_path):
        rows = [pretend(tmp_path, self.NOON - timedelta(hours=h)) for h in range(5)]
        last = pretend(tmp_path, self.NOON - timedelta(days=90), "upgrade")
        pretend(tmp_path, self.NOON - timedelta(days=90, hours=1), "upgrade")
        backups_module.delete_old_backups(tmp_path)
        assert names(tmp_path) == {*rows, last}

    def test_the_total_size_is_limited_but_two_are_always_kept(self, tmp_path, monkeypatch):
        rows = [pretend(tmp_path, self.NOON - timedelta(hours=h), size=40) for h in range(5)]
        monkeypatch.setattr(backups_module, "MAX_TOTAL_BYTES", 130)
        backups_module.delete_old_backups(tmp_path)
        assert names(tmp_path) == set(rows[:3])
        monkeypatch.setattr(backups_module, "MAX_TOTAL_BYTES", 10)
        backups_module.delete_old_backups(tmp_path)
        assert names(tmp_path) == set(rows[:2])

    def test_a_large_backup_is_deleted_in_small_parts(self, tmp_path, monkeypatch):
        monkeypatch.setattr(backups_module, "_TRUNCATE_BYTES", 100)
        monkeypatch.setattr(backups_module, "_kept", lambda rows: rows[:1])
        new, old = (pretend(tmp_path, self.NOON - timedelta(k), size=1000) for k in (0, 1))
        seen: list[tuple[int, list[str]]] = []
        fsync = os.fsync

        def watched(file: int) -> None:
            seen.append((os.fstat(file).st_size, [row.file.name for row in backups(tmp_path)]))
            fsync(file)

        monkeypatch.setattr(os, "fsync", watched)
        backups_module.delete_old_backups(tmp_path)
        assert [size for size, _ in seen] == list(range(900, 0, -100))
        assert all(listed == [new] for _, listed in seen)
        assert names(tmp_path) == {new}
        assert old != new

    def test_other_files_are_not_deleted(self, tmp_path):
        (tmp_path / BACKUP_FOLDER).mkdir()
        (tmp_path / BACKUP_FOLDER / "mine.sqlite").touch()
        for hours in range(8):
            pretend(tmp_path, self.NOON - timedelta(days=20, hours=hours))
        backups_module.delete_old_backups(tmp_path)
        assert "mine.sqlite" in names(tmp_path)
        assert len(backups(tmp_path)) == 5

    def test_a_backup_is_due_after_a_day(self, project):
        store = project(1)
        assert not store.backup_is_due()
        pretend(store.folder, datetime.now(UTC) - timedelta(hours=25))
        assert store.backup_is_due()
        store.back_up("day")
        assert not store.backup_is_due()


class TestWrongClock:
    """What was made while the clock was ahead, or years behind, is no reason to make none."""

    @pytest.fixture
    def clock(self, monkeypatch) -> Callable[[int], None]:
        """Sets the clock so many days off."""
        shift = timedelta(0)

        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:
                return datetime.now(tz) + shift

        def set_to(days: int) -> None:
            nonlocal shift
            shift = timedelta(days=days)

        monkeypatch.setattr(backups_module, "datetime", Clock)
        monkeypatch.setattr(log, "datetime", Clock)
        return set_to

    @pytest.mark.parametrize("days", [40, 36_500])
    def test_a_backup_from_the_future_does_not_stop_daily_backups(self, project, clock, days):
        store = project(1)
        clock(days)
        store.back_up("day")
        made = []
        for day in range(5):
            clock(day)
            if store.backup_is_due():
                made.append(store.back_up("day"))
                assert not store.backup_is_due()
        assert len(made) == 5
        rows = backups(store.folder)
        assert [row.file for row in rows[:5]] == [row.file for row in made[::-1]]
        assert rows[5].time - rows[4].time > timedelta(days=20)

    def test_a_backup_of_a_project_from_the_future_is_due(self, tmp_path, clock):
        clock(40)
        store = create_project(tmp_path / "p", THREE)
        assert not store.backup_is_due()
        clock(0)
        assert store.backup_is_due()
        store.close()

    @pytest.mark.parametrize("days", [40, -3000])
    def test_the_newest_backup_has_the_latest_work(self, project, clock, days):
        store = project(3)
        held = []
        for face, day in enumerate((0, days, 0), 1):
            clock(day)
            store.decisions.decide(ANN, [face], Verdict.EXCLUDED)
            held.append(store.back_up("work").file)
        assert [row.file for row in backups(store.folder)] == held[::-1]
        newest = newest_intact_backup(store.folder)
        assert newest is not None
        assert read_contents(newest.file).operations == 3
        store.close()
        restore(store.folder, newest.file)
        again = open_project(store.folder)
        assert verdicts(again).count(Verdict.EXCLUDED) == 3
        again.close()

    def test_a_backup_after_a_restore_counts_as_newer(self, project, clock):
        store = project(9)
        for face in range(1, 5):
            store.decisions.decide(ANN, [face], Verdict.EXCLUDED)
            store.back_up("work")
        store.close()
        restore(store.folder, backups(store.folder)[-1].file)
        again = open_project(store.folder)
        again.decisions.decide(ANN, [9], Verdict.EXCLUDED)
        made = again.back_up("work")
        again.close()
        newest = newest_intact_backup(again.folder)
        assert newest is not None
        assert newest.file == made.file
        assert read_contents(newest.file).operations == 2

    def test_backups_from_the_future_do_not_displace_new_ones(self, project, clock):
        store = project(1)
        clock(40)
        for _ in range(6):
            store.back_up("work")
        clock(0)
        made = [store.back_up("work").file for _ in range(3)]
        assert [row.file for row in backups(store.folder)][:3] == made[::-1]
        store.close()


class TestRestoring:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        """A closed project with one decision in its backup and another one since."""
        store = make_project(tmp_path / "사진", 30)
        store.decisions.decide(ANN, [1], Verdict.EXCLUDED)
        store.back_up("work")
        store.decisions.decide(ANN, [2], Verdict.EXCLUDED)
        store.close()
        return store.folder

    def excluded(self, folder: Path) -> int:
        store = open_project(folder)
        try:
            assert store.check() == []
            return verdicts(store).count(Verdict.EXCLUDED)
        finally:
            store.close()

    @pytest.mark.parametrize("damage", ["overwritten", "truncated", "empty", "gone", "no row"])
    def test_a_damaged_file_is_replaced_and_kept(self, folder, damage):
        file = folder / FILE
        if damage == "overwritten":
            overwrite(file, 0, 8000)
        elif damage == "truncated":
            file.write_bytes(file.read_bytes()[:5000])
        elif damage == "empty":
            file.write_bytes(b"")
        elif damage == "gone":
            file.unlink()
        else:
            connection = sqlite3.connect(file)
            connection.execute("DELETE FROM project")
            connection.commit()
            connection.close()
        content = file.read_bytes() if file.exists() else None
        with pytest.raises(DamagedError, match="labeltool restore"):
            self.read(folder)
        kept = restore(folder, newest_intact_backup(folder).file)
        assert self.excluded(folder) == 1
        if content is None:
            assert kept is None
        else:
            assert kept.read_bytes() == content
        assert not list(folder.glob("*.restoring"))
        assert backups(folder)

    def read(self, folder: Path) -> None:
        store = open_project(folder)
        try:
            for face in range(1, 31):
                store.faces.get(face)
        finally:
            store.close()

    def test_a_restore_keeps_the_write_ahead_log_with_the_old_file(self, folder, tmp_path):
        store = open_project(folder)
        store.decisions.decide(ANN, [3, 4], Verdict.EXCLUDED)
        shutil.copytree(folder, tmp_path / "killed")  # as a killed program leaves it
        store.close()
        folder = tmp_path / "killed"
        log = (folder / f"{FILE}-wal").read_bytes()
        overwrite(folder / FILE, 0, 100)
        kept = restore(folder, newest_intact_backup(folder).file)
        assert kept.with_name(f"{kept.name}-wal").read_bytes() == log
        assert self.excluded(folder) == 1

    def test_restoring_over_an_intact_project_keeps_it_complete(self, folder, tmp_path):
        assert current_contents(folder).operations == 2
        kept = restore(folder, backups(folder)[0].file)
        assert (
            current_contents(folder).operations
            == read_contents(backups(folder)[0].file).operations
            == 1
        )
        assert self.excluded(folder) == 1
        restore(folder, kept)
        assert self.excluded(folder) == 2

    def test_a_damaged_backup_is_skipped_and_refused(self, folder):
        file = folder / FILE
        good = backups(folder)[0].file
        bad = good.with_name(pretend(folder, datetime.now(UTC) + timedelta(hours=1)))
        before = file.read_bytes()
        assert newest_intact_backup(folder).file == good
        with pytest.raises(UserError, match="is damaged too"):
            restore(folder, bad)
        assert file.read_bytes() == before
        assert not list(folder.glob("*.replaced*"))

    def test_an_open_project_cannot_be_restored(self, folder):
        store = open_project(folder)
        with pytest.raises(UserError, match="must be restored, but another window"):
            restore(folder, backups(folder)[0].file)
        store.close()
        assert self.excluded(folder) == 2

    def test_a_missing_backup_is_reported(self, folder):
        with pytest.raises(UserError, match="There is no backup"):
            restore(folder, folder / "nothing.sqlite")

    def test_a_full_disk_changes_nothing(self, folder, monkeypatch):
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(backups_module.os, "fsync", full)
        before = (folder / FILE).read_bytes()
        with pytest.raises(UserError, match="everything is as it was"):
            restore(folder, backups(folder)[0].file)
        assert (folder / FILE).read_bytes() == before
        assert {p.name for p in folder.iterdir()} == {FILE, BACKUP_FOLDER, "project.lock"}

    def test_without_backups_there_is_no_intact_one(self, tmp_path):
        create_project(tmp_path / "p", THREE).close()
        assert newest_intact_backup(tmp_path / "p") is None

    def test_a_file_without_a_project_has_no_contents(self, tmp_path):
        for name in (FILE, "other.sqlite"):
            sqlite3.connect(tmp_path / name).close()
        assert current_contents(tmp_path) is None
        with pytest.raises(DamagedError, match="holds no project"):
            read_contents(tmp_path / "other.sqlite")
        assert current_contents(tmp_path / "nowhere") is None


def test_two_backups_at_once_do_not_interfere(project):
    store: Store = project(50)
    failed: list[UserError] = []

    def make() -> None:
        try:
            store.back_up("work")
        except UserError as error:
            failed.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert 1 <= len(backups(store.folder)) <= 4
    assert all(read_contents(row.file).faces == 50 for row in backups(store.folder))


def test_a_restore_into_a_read_only_folder_is_refused(project, monkeypatch):
    store = project(2)
    source = store.back_up("work")
    store.close()

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(UserError, match="read-only file system; everything is as it was"):
        restore(store.folder, source.file)
