"""Files that cannot be opened, disks that are full, others that write: a sentence, and no loss."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import literal, select
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from labeltool.domain import (
    Cancelled,
    Filter,
    ReadOnlyError,
    StoreBusyError,
    UserError,
    Verdict,
)
from labeltool.project.integrity import check
from labeltool.store import FILE, Store, create_project, open_project
from labeltool.store.database import engine, project_file
from labeltool.store.database.engine import Database
from labeltool.store.database.project_lock import ProjectLock
from labeltool.store.database.sqlite import open_engine
from tests.projects import ENDLESS, THREE, change, fill_disk, sql, triangle, verdicts
from tests.waiting import WAIT_SECONDS

ANN = "ann"


def closed(project, faces: int = 3) -> Path:
    """The folder of a closed project with one decision in it."""
    store = project(faces)
    store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
    store.close()
    return store.folder


def raw(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / FILE)
    connection.execute(statement)
    connection.commit()
    connection.close()


class TestNotAProject:
    def refused(self, folder: Path, what: str) -> None:
        file = folder / FILE
        before = file.read_bytes() if file.is_file() else None
        with pytest.raises(UserError, match=what) as caught:
            open_project(folder)
        assert caught.value.remedy
        assert str(folder) in str(caught.value.what)
        assert (file.read_bytes() if file.is_file() else None) == before
        assert not list(folder.glob("*.upgrading*"))
        assert not list(folder.glob("*.backup.*"))

    def test_a_folder_without_a_project(self, tmp_path):
        self.refused(tmp_path, "is not a project")

    def test_a_folder_that_is_not_there(self, tmp_path):
        self.refused(tmp_path / "없는 폴더", "is not a project")

    def test_a_file_instead_of_a_folder(self, tmp_path):
        (tmp_path / "file").touch()
        self.refused(tmp_path / "file", "is not a project")

    def test_an_empty_file(self, tmp_path):
        (tmp_path / FILE).touch()
        self.refused(tmp_path, "is empty")

    def test_a_text_file(self, tmp_path):
        (tmp_path / FILE).write_text("faces\n" * 1000)
        self.refused(tmp_path, "is damaged")

    def test_the_database_of_another_program(self, tmp_path):
        raw(tmp_path, "CREATE TABLE tracks (id INTEGER)")
        self.refused(tmp_path, "is not a project of this program")

    def test_the_database_of_another_program_with_migrations_too(self, project):
        folder = closed(project)
        raw(folder, "UPDATE alembic_version SET version_num = '1f2e3d'")
        self.refused(folder, "is not a project of this program")

    def test_a_project_without_its_one_row(self, project):
        folder = closed(project)
        raw(folder, "DELETE FROM project")
        self.refused(folder, "holds no project")

    def test_a_newer_schema_is_named_with_both_numbers(self, project):
        folder = closed(project)
        raw(folder, "UPDATE alembic_version SET version_num = '99'")
        self.refused(folder, "newer version of this program .schema 99, this version knows")

    @pytest.mark.parametrize("place", [0, 40, 100])
    def test_a_damaged_file(self, project, place):
        folder = closed(project)
        content = bytearray((folder / FILE).read_bytes())
        content[place : place + 3000] = b"\xa5" * 3000
        (folder / FILE).write_bytes(content)
        self.refused(folder, "is damaged|is not a project")


def test_damage_found_during_a_read_raises_a_damaged_error(project):
    folder = closed(project, 400)
    content = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(content[: len(content) // 2])

    def read_everything() -> None:
        store = open_project(folder)
        try:
            for face in range(1, 401):
                store.faces.get(face)
        finally:
            store.close()

    with pytest.raises(UserError, match="is damaged"):
        read_everything()


def test_check_reports_and_repairs_a_damaged_index(project, again):
    store = project(5)
    change(store, "PRAGMA writable_schema=ON")
    change(
        store,
        "UPDATE sqlite_master SET sql = replace(sql, 'flag, face_id', 'score, face_id') "
        "WHERE name = 'state_flag'",
    )
    store.close()
    store = again(store)
    (said,) = store.check()
    assert said.startswith("the database file is damaged: ")


class TestReadOnly:
    def test_a_read_only_project_can_be_read(self, read_only, opened):
        before = {path.name: path.read_bytes() for path in (read_only / "p").iterdir()}
        store = open_project(read_only / "p")
        opened.append(store)
        assert store.read_only
        assert store.queue.counts().faces == 2
        assert check(store) == [
            f"the photo folder {gone} is gone: say where it is with 'labeltool relocate'"
            for gone in store.photos.roots().values()
        ]
        for write in (
            lambda: store.decisions.decide("ann", [1], Verdict.EXCLUDED),
            lambda: store.photos.add_root(read_only),
            lambda: store.reviewer_progress.save("ann", None, Filter()),
        ):
            with pytest.raises(ReadOnlyError, match="the project is read-only here") as caught:
                write()
            assert "Copy its folder" in str(caught.value.remedy)
        store.checkpoint()
        store.close()
        after = {path.name: path.read_bytes() for path in (read_only / "p").iterdir()}
        assert after == before

    def test_writes_of_another_process_are_visible(self, read_only, writable, opened):
        looking = open_project(read_only / "p")
        opened.append(looking)
        watch = looking.detect_changes()
        version = watch.data_version()
        working = open_project(writable / "p")
        opened.append(working)
        assert looking.queue.counts().excluded == 0
        for count, face in enumerate((1, 2), 1):
            working.decisions.decide("ann", [face], Verdict.EXCLUDED)
            assert watch.data_version() != version
            version = watch.data_version()
            assert looking.queue.counts().excluded == count
        assert watch.data_version() == version
        working.close()
        assert looking.queue.counts().excluded == 2

    def test_a_read_during_a_write_without_a_log_is_discarded(self, read_only, writable, opened):
        looking = open_project(read_only / "p")
        opened.append(looking)

        def read_while_another_writes() -> None:
            with looking._database.read() as connection:
                connection.exec_driver_sql("SELECT 1")
                working = open_project(writable / "p")
                working.decisions.decide("ann", [1], Verdict.EXCLUDED)
                working.close()

        with pytest.raises(StoreBusyError, match="changed elsewhere"):
            read_while_another_writes()
        assert looking.queue.counts().excluded == 1

    def test_an_unreadable_log_stops_opening(self, read_only, writable, opened, tmp_path):
        working = open_project(writable / "p")
        working.decisions.decide("ann", [1], Verdict.EXCLUDED)
        log = writable / "p" / f"{FILE}-wal"
        kept = log.read_bytes()
        assert kept
        working.close()
        log.write_bytes(kept)
        with pytest.raises(UserError, match="holds decisions that cannot be read") as caught:
            open_project(read_only / "p")
        assert "Copy the whole folder" in str(caught.value.remedy)
        shutil.copytree(read_only / "p", tmp_path / "copy")
        copy = open_project(tmp_path / "copy")
        opened.append(copy)
        assert copy.queue.counts().excluded == 1

    def test_an_open_project_cannot_be_upgraded_or_restored(self, read_only, writable, opened):
        if not (read_only / "p" / "project.lock").exists():
            pytest.skip("nobody had it open")
        opened.append(open_project(read_only / "p"))
        lock = ProjectLock(writable / "p")
        with pytest.raises(UserError, match="in use"):
            lock.acquire_exclusive("in use")

    def test_no_project_can_be_created_there(self, read_only):
        with pytest.raises(UserError, match=r"No project can be made|cannot be written") as caught:
            create_project(read_only / "new", THREE)
        assert caught.value.remedy


class TestFullDisk:
    def test_a_write_that_does_not_fit_is_rolled_back(self, project, again):
        store = project(300)
        store.decisions.decide(ANN, [1], Verdict.CORRECTED, points=triangle(0.5))
        fill_disk(store)
        with pytest.raises(UserError, match="is full; nothing was lost") as caught:
            store.decisions.decide(ANN, range(1, 301), Verdict.EXCLUDED)
        assert caught.value.remedy
        assert verdicts(store).count(Verdict.EXCLUDED) == 0
        assert verdicts(store)[0] is Verdict.CORRECTED
        assert store.check() == []
        store.close()
        store = again(store)  # with room again
        store.decisions.decide(ANN, range(1, 301), Verdict.EXCLUDED)
        assert verdicts(store) == [Verdict.EXCLUDED] * 300
        store.undo.undo(ANN)
        assert verdicts(store)[0] is Verdict.CORRECTED

    def test_decisions_on_a_full_disk_fail_without_partial_rows(self, project):
        store = project(60)
        fill_disk(store, 1)
        done = 0

        def reject_all() -> None:
            nonlocal done
            for face in range(1, 61):
                store.decisions.decide(ANN, [face], Verdict.REJECTED)
                done += 1

        with pytest.raises(UserError, match="is full"):
            reject_all()
        assert verdicts(store).count(Verdict.REJECTED) == done > 0
        assert sql(store, "SELECT count(*) FROM operation")[0] == (done,)


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE state SET flag = 1")
print("held", flush=True)
sys.stdin.read()
"""


class TestWritesOfOtherProcesses:
    @pytest.fixture
    def held(self, project) -> Iterator[tuple[Store, subprocess.Popen]]:
        """A project whose write lock another process holds until its input ends."""
        store = project(3)
        store.set_write_timeout(0.1)
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, store.folder / FILE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with process:
            assert process.stdout.readline() == b"held\n"
            yield store, process
            process.kill()

    def test_a_write_times_out_while_reads_continue(self, held):
        store, _process = held
        with pytest.raises(StoreBusyError) as caught:
            store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        assert "Another program is writing" in str(caught.value.what)
        assert caught.value.remedy
        assert verdicts(store) == [Verdict.UNREVIEWED] * 3
        assert not store.faces.get(1).flag

    def test_a_killed_writer_releases_the_lock(self, held):
        store, process = held
        process.kill()
        process.wait()
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        assert verdicts(store)[0] is Verdict.ACCEPTED
        assert not store.faces.get(1).flag
        assert store.check() == []

    def test_a_write_with_a_long_timeout_waits_for_the_lock(self, held):
        store, process = held
        store.set_write_timeout(WAIT_SECONDS)
        release = threading.Timer(0.3, process.stdin.close)
        release.start()
        store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
        release.join()
        assert verdicts(store)[0] is Verdict.ACCEPTED

    def test_opening_waits_for_the_lock_then_raises(self, held, monkeypatch):
        store, _process = held
        monkeypatch.setattr(Database, "write_timeout_seconds", 0.1)
        with pytest.raises(StoreBusyError):
            open_project(store.folder)

    def test_the_write_timeout_belongs_to_one_thread(self, project):
        store = project(1)
        store.set_write_timeout(0.05)
        other: list[float] = []
        thread = threading.Thread(
            target=lambda: other.append(store._database.write_timeout_seconds)
        )
        thread.start()
        thread.join()
        assert (store._database.write_timeout_seconds, other) == (0.05, [10.0])

    def test_a_writing_thread_makes_another_wait_or_time_out(self, project):
        store = project(2)
        store.set_write_timeout(0.05)
        with store._database.write():
            failed: list[type] = []

            def write() -> None:
                store.set_write_timeout(0.05)
                try:
                    store.decisions.flag(ANN, [1], True)
                except UserError as error:
                    failed.append(type(error))

            thread = threading.Thread(target=write)
            thread.start()
            thread.join()
        assert failed == [StoreBusyError]

    def test_two_processes_that_write_lose_nothing(self, project, again):
        store = project(60)
        other = again(store)

        def review(who: str, mine: Store, faces: range) -> None:
            for face in faces:
                mine.decisions.decide(who, [face], Verdict.ACCEPTED)

        threads = [
            threading.Thread(target=review, args=("ann", store, range(1, 31))),
            threading.Thread(target=review, args=("ben", other, range(31, 61))),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert verdicts(store) == [Verdict.ACCEPTED] * 60
        assert store.check() == []
        count = "SELECT reviewer, count(*) FROM operation GROUP BY reviewer"
        assert sql(store, count) == [("ann", 30), ("ben", 30)]


def test_an_unknown_database_error_is_not_a_user_error(project):
    store = project(1)
    with pytest.raises(IntegrityError):
        change(
            store,
            "INSERT INTO draft (face_id, reviewer, points, time) VALUES (999, 'x', x'00', 'now')",
        )
    store.decisions.flag(ANN, [1], True)


def test_a_write_that_raises_is_rolled_back(project):
    store = project(1)

    def break_off() -> None:
        with store._database.write() as connection:
            connection.exec_driver_sql("UPDATE state SET flag = 1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert not store.faces.get(1).flag


class TestNetworkDrive:
    @pytest.mark.parametrize(
        ("kind", "is_network"), [("nfs4", True), ("CIFS", True), ("ext4", False), ("9p", True)]
    )
    def test_the_longest_matching_mount_point_decides(
        self, monkeypatch, tmp_path, kind, is_network
    ):
        class Part:
            def __init__(self, mountpoint: str, fstype: str) -> None:
                self.mountpoint, self.fstype = mountpoint, fstype

        parts = [Part("/", "ext4"), Part(str(tmp_path), kind), Part("/nowhere", "nfs")]
        monkeypatch.setattr(engine.psutil, "disk_partitions", lambda **_: parts)
        assert engine.is_on_network_drive(tmp_path / "p" / FILE) is is_network

    def test_a_network_drive_gets_no_write_ahead_log(self, monkeypatch, project):
        folder = closed(project)
        monkeypatch.setattr(engine, "is_on_network_drive", lambda path: True)
        store = open_project(folder)
        mode = store._database._writer.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        store.decisions.decide(ANN, [2], Verdict.REJECTED)
        store.close()
        assert mode == "delete"
        assert not (folder / f"{FILE}-wal").exists()


def test_cancelling_a_long_statement_rolls_it_back(project):
    store = project(2)
    asked = 0

    def progress(_done: int, _total: int) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise Cancelled

    def write() -> None:
        with store.cancellable(progress), store._database.write() as connection:
            connection.exec_driver_sql("UPDATE state SET flag = 1")
            connection.exec_driver_sql(ENDLESS)

    with pytest.raises(Cancelled):
        write()
    assert asked == 2
    assert not store.faces.get(1).flag
    store.decisions.decide(ANN, [1], Verdict.ACCEPTED)  # which nobody wants to stop
    assert asked == 2


@pytest.mark.parametrize(("network", "lazily"), [(False, 1), (True, 2)])
def test_only_background_writes_do_not_wait_for_the_disk(project, monkeypatch, network, lazily):
    monkeypatch.setattr(engine, "is_on_network_drive", lambda path: network)
    store = project(1)

    def written() -> int:
        with store._database.write() as connection:
            return connection.exec_driver_sql("PRAGMA synchronous").scalar_one()

    assert written() == 2
    with store.background_write():
        assert written() == lazily
    assert written() == 2


def test_a_background_write_copies_the_log_without_the_lock(project, monkeypatch):
    store = project(1)
    database = store._database
    log = database.path.with_name(f"{project_file.FILE}-wal")
    copy_log, free = database.checkpoint, []

    def watched() -> None:
        free.append(not database._lock.locked())
        copy_log()

    monkeypatch.setattr(database, "checkpoint", watched)
    for flag in range(200):
        with store.background_write(), database.write() as connection:
            connection.exec_driver_sql(f"UPDATE state SET flag = {flag % 2}")
            assert free == [True] * flag
    assert free == [True] * 200
    assert log.stat().st_size < 400_000  # it starts again each time


class Clock:
    """In place of the module `time`: sleeping takes no time, and at moments something happens."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        end = self.now + seconds
        while self.due and self.due[0][0] <= end:
            moment, happens = self.due.pop(0)
            self.now = max(self.now, moment)
            happens()
        self.now = max(self.now, end)


class Signalled:
    """In place of an Event that one thread waits for: whoever would set it is run by the clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._is_set = clock, False

    def set(self) -> None:
        self._is_set = True

    def clear(self) -> None:
        self._is_set = False

    def wait(self, seconds: float) -> bool:
        end = self._clock.now + seconds
        while not self._is_set and self._clock.now < end:
            self._clock.sleep(min(0.0005, end - self._clock.now))
        return self._is_set


def simulate(monkeypatch, store: Store) -> Clock:
    """From now on the store sleeps and waits on a clock of its own."""
    clock = Clock()
    monkeypatch.setattr(engine, "time", clock)
    monkeypatch.setattr(store._database, "_interactive_write_ended", Signalled(clock))
    monkeypatch.setattr(store._database, "_last_decision", clock.now - engine.ACTIVE_SECONDS)
    return clock


@pytest.mark.parametrize("here", [True, False])
def test_background_writes_run_just_after_a_decision_of_any_process(project, monkeypatch, here):
    store = project(1)
    database, clock = store._database, simulate(monkeypatch, store)
    ended: list[float] = []

    def decide() -> None:
        if here:
            with database.interactive_write():
                clock.now += 0.005
        else:
            raw(store.folder, f"UPDATE state SET flag = {len(ended) % 2}")
        ended.append(clock.now)

    pause = 0.12
    clock.due = [(clock.now + pause * number, decide) for number in range(1, 21)]
    after: list[float] = []
    while clock.due:
        with store.background_write():
            after += [clock.now - ended[-1]] if ended else []
            clock.sleep(0.003)
    # but for a decision in the moment in which a turn begins
    assert sorted(after)[len(after) // 5] >= engine.REPAINT_SECONDS
    soon = sum(seconds < engine.MIN_DECISION_GAP_SECONDS for seconds in after)
    later = pause - engine.MIN_DECISION_GAP_SECONDS
    assert (
        soon / (engine.MIN_DECISION_GAP_SECONDS - engine.REPAINT_SECONDS)
        > 1.5 * (len(after) - soon) / later
    )


def test_background_writes_pause_longer_while_a_person_is_active(project, monkeypatch):
    store = project(1)
    database, clock = store._database, simulate(monkeypatch, store)

    def rested() -> float:
        before = clock.now
        database._pause(0.02)
        return clock.now - before

    alone = rested()
    assert alone == pytest.approx(0.02)
    with database.interactive_write():
        pass
    clock.sleep(2 * engine.MIN_DECISION_GAP_SECONDS)
    assert rested() > 3 * alone
    monkeypatch.setattr(engine, "ACTIVE_SECONDS", 0.0)
    assert rested() == pytest.approx(alone)


def test_a_statement_is_compiled_once_for_all_projects(tmp_path):
    def run(file: Path, value: int) -> CacheStats:
        with open_engine(file, NullPool).connect() as connection:
            result = connection.execute(select(literal(value).label("only_here")))
            assert result.scalar_one() == value
            return result.context.cache_hit

    assert run(tmp_path / "one", 1) is CacheStats.CACHE_MISS
    assert run(tmp_path / "two", 2) is CacheStats.CACHE_HIT
