"""A project of an older schema is upgraded as a copy, which takes its place only when whole."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from labeltool.domain import UserError, Verdict
from labeltool.store import BACKUP_FOLDER, FILE, SCHEMA, backups, open_project
from labeltool.store import migrate as migrate_module
from labeltool.store.database.project_lock import ProjectLock
from tests.projects import make_project, next_migration, propose, sql, triangle, verdicts

NEXT = SCHEMA + 1

REBUILD = """
def upgrade():
    with op.batch_alter_table("face") as table:
        table.add_column(sa.Column("note", sa.String(), nullable=False, server_default="new"))
"""
BROKEN = """
def upgrade():
    op.execute("DELETE FROM entry")
    op.execute("UPDATE state SET verdict = 'excluded'")
    raise RuntimeError("half-way")
"""
ORPHANS = """
def upgrade():
    op.execute("DELETE FROM photo")
"""


@pytest.fixture
def migrate(tmp_path, monkeypatch):
    """Add a migration to the program, as its next version would."""

    def add(body: str) -> None:
        program = tmp_path / "program"
        number = next_migration(program, body)
        monkeypatch.setattr(migrate_module, "__file__", str(program / "migrate.py"))
        monkeypatch.setattr(migrate_module, "SCHEMA", number)

    return add


@pytest.fixture
def old(tmp_path) -> Path:
    """The folder of a reviewed project of today's schema."""
    store = make_project(tmp_path / "오래된 프로젝트", 4)
    propose(store, [1, 2, 3, 4])
    store.decisions.decide("ann", [1], Verdict.ACCEPTED)
    store.decisions.decide("ann", [2], Verdict.CORRECTED, points=triangle(0.5))
    store.decisions.decide("ben", [3], Verdict.REJECTED)
    store.undo.undo("ben")
    store.close()
    return store.folder


def backup_of(folder: Path) -> Path:
    (backup,) = backups(folder)
    assert backup.reason == "upgrade"
    return backup.file


def schema(file: Path) -> str:
    connection = sqlite3.connect(file)
    ((number,),) = connection.execute("SELECT version_num FROM alembic_version")
    connection.close()
    return number


def test_an_upgrade_keeps_all_data_and_a_backup(old, migrate):
    migrate(REBUILD)
    before = open_tables(old / FILE)
    store = open_project(old)
    assert sql(store, "SELECT DISTINCT note FROM face") == [("new",)]
    assert verdicts(store)[:2] == [Verdict.ACCEPTED, Verdict.CORRECTED]
    assert store.check() == []
    assert store.undo.undo("ann").changes.faces == {2}
    store.undo.redo("ben")
    assert verdicts(store)[2] is Verdict.REJECTED
    store.close()
    assert schema(old / FILE) == str(NEXT)
    assert schema(backup_of(old)) == str(SCHEMA)
    assert open_tables(backup_of(old)) == before
    assert {p.name for p in old.iterdir()} == {FILE, BACKUP_FOLDER, "project.lock"}


def open_tables(file: Path) -> dict[str, list]:
    connection = sqlite3.connect(file)
    names = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    connection.close()
    return rows


@pytest.mark.parametrize(
    ("body", "error"), [(BROKEN, RuntimeError), (ORPHANS, UserError), ("x = 1 / 0", Exception)]
)
def test_a_migration_that_fails_leaves_the_file_as_it_was(old, migrate, monkeypatch, body, error):
    before = open_tables(old / FILE)
    migrate(body)
    with pytest.raises(error):
        open_project(old)
    assert {p.name for p in old.iterdir()} == {FILE, "project.lock"}
    assert open_tables(old / FILE) == before
    monkeypatch.undo()
    store = open_project(old)
    assert store.check() == []
    store.close()


def test_a_full_disk_leaves_the_file_as_it_was(old, migrate, monkeypatch):
    before = open_tables(old / FILE)
    migrate(REBUILD)

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(migrate_module, "_verify", full)
    with pytest.raises(UserError, match="is full; nothing was lost"):
        open_project(old)
    assert open_tables(old / FILE) == before
    assert {p.name for p in old.iterdir()} == {FILE, "project.lock"}


def test_an_open_project_is_not_upgraded(old, migrate):
    code = (
        "import sys, pathlib\n"
        "from labeltool.store import open_project\n"
        "store = open_project(pathlib.Path(sys.argv[1]))\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(old)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"open\n"
        migrate(REBUILD)
        with pytest.raises(UserError, match="another window or command has it open") as caught:
            open_project(old)
        assert "Close it there" in str(caught.value.remedy)
        assert schema(old / FILE) == str(SCHEMA)
        other.kill()
    open_project(old).close()
    assert schema(old / FILE) == str(NEXT)


def test_a_project_that_is_being_upgraded_cannot_be_opened(old):
    lock = ProjectLock(old)
    lock.acquire_exclusive("upgraded")
    with pytest.raises(UserError, match="being upgraded or restored right now"):
        open_project(old)
    lock.release()
    open_project(old).close()


def test_a_project_upgraded_meanwhile_is_not_upgraded_twice(old, migrate, monkeypatch):
    migrate(REBUILD)
    alone = ProjectLock.acquire_exclusive

    def after_another(lock, why):
        monkeypatch.setattr(ProjectLock, "acquire_exclusive", alone)
        open_project(old).close()
        alone(lock, why)

    monkeypatch.setattr(ProjectLock, "acquire_exclusive", after_another)
    open_project(old).close()
    assert schema(backup_of(old)) == str(SCHEMA)


def test_a_new_project_has_the_schema_of_the_newest_migration(old):
    folder = Path(migrate_module.__file__).parent / "migrations"
    assert ScriptDirectory(folder).get_current_head() == schema(old / FILE) == str(SCHEMA)
