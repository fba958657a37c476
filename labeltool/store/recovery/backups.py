"""Backups of the project file, made and checked while others write to it."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from labeltool.domain import N_, DamagedError, Progress, UserError, system_reason
from labeltool.store.database.database_errors import user_errors
from labeltool.store.database.file_access import connect_read_only
from labeltool.store.database.read_only import file_uri

BACKUP_FOLDER = "backups"
KEPT_NEWEST_BACKUPS = 5
"""Newest backups that are kept whatever their age."""

KEPT_DAYS = 7
"""Days of which the newest backup is kept too."""

MAX_TOTAL_BYTES = 4 * 2**30
"""Size of all backups together; the newest two are kept in any case."""

MIN_FREE_BYTES = 64 * 2**20
"""Free disk space that a backup leaves, so that decisions can still be saved."""

BUSY_TIMEOUT_SECONDS = 10.0
"""Wait for the lock where the journal does not let readers and a writer work side by side."""

_COPY_BYTES = 2 * 2**20  # copied at a time
_TRUNCATE_BYTES = 16 * 2**20  # freed at a time
_PAUSE_SECONDS = 0.005  # after each of them, so that a decision does not wait for the disk
_NAME = re.compile(r"(?:(\d+)-)?(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3})Z-([a-z]+)\.sqlite")
_TIME = "%Y-%m-%dT%H-%M-%S-%f"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the project file: when it was made (aware, UTC), why, and how many bytes it is.

    `number` counts the backups of a project; 0 for a file without one. It tells which one is newer,
    because the clock may have been wrong.
    """

    file: Path
    number: int
    time: datetime
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class ProjectContents:
    """How many photos, faces and logged operations a project file has, and the last one's time."""

    photos: int
    faces: int
    operations: int
    last: str | None


def backups(folder: Path) -> list[Backup]:
    """The backups of the project in `folder`, the newest first, even if the clock was wrong."""
    found = []
    there = os.path.isdir(folder / BACKUP_FOLDER)  # Path.glob raises for a name that is too long
    for file in (folder / BACKUP_FOLDER).glob("*.sqlite") if there else ():
        name = _NAME.fullmatch(file.name)
        if name is not None:
            # %f reads the three digits as a fraction of a second
            moment = datetime.strptime(name[2], _TIME).replace(tzinfo=UTC)
            number = int(name[1] or 0)
            found.append(Backup(file, number, moment, name[3], file.stat().st_size))
    return sorted(found, key=lambda backup: (backup.number, backup.time), reverse=True)


def back_up(file: Path, reason: str, progress: Progress = lambda done, total: None) -> Backup:
    """Copy the project file while others write to it. The copy is complete, or does not exist.

    Deletes old backups that are no longer kept. `reason`: one word, lower case.

    Raises:
        DamagedError: the project file is damaged; all older backups stay.
        UserError: not enough space, or the folder cannot be written.
        Cancelled: by `progress`, which counts bytes.
    """
    folder = file.parent / BACKUP_FOLDER
    moment = datetime.now(UTC)
    number = 1 + max((backup.number for backup in backups(file.parent)), default=0)
    name = f"{number:05d}-{moment.strftime(_TIME)[:-3]}Z-{reason}.sqlite"
    partial = folder / f".{name}.{uuid4().hex}.partial"
    try:
        folder.mkdir(exist_ok=True)
        _sweep(folder)
        _check_room(file, folder)
        copy_checked(file, partial, progress, closed=False)
        os.replace(partial, folder / name)
        delete_old_backups(folder.parent)
    except OSError as error:
        raise UserError(
            N_("No backup could be made in {folder}: {reason}."),
            N_("Check that there is space, and that you may write there."),
            folder=folder,
            reason=system_reason(error),
        ) from error
    finally:
        for leftover in (partial, partial.with_name(f"{partial.name}-journal")):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
    return Backup(folder / name, number, moment, reason, (folder / name).stat().st_size)


def _sweep(folder: Path) -> None:
    """Delete the partial files of processes that were killed."""
    for partial in folder.glob(".*.partial*"):
        with suppress(OSError):
            if time.time() - partial.stat().st_mtime > 3600:
                partial.unlink()


def _check_room(file: Path, folder: Path) -> None:
    need = sum(part.stat().st_size for part in parts(file)) + MIN_FREE_BYTES
    free = shutil.disk_usage(folder).free
    if free < need:
        raise UserError(
            N_(
                "There is no room for a backup of {file}: it wants {need} MB, and {free} MB are "
                "free."
            ),
            N_("Free some space."),
            file=file.name,
            need=need // 2**20,
            free=free // 2**20,
        )


def parts(file: Path) -> list[Path]:
    """The project file and those of its journal files that exist."""
    return [
        part
        for suffix in ("", "-wal", "-shm", "-journal")
        if (part := file.with_name(file.name + suffix)).exists()
    ]


def _copy(source: sqlite3.Connection, partial: Path, progress: Progress) -> None:
    with closing(source):
        if source.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            # One snapshot for the whole copy: a write neither restarts it nor waits for it. With
            # the other journals a write would wait.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(partial.absolute(), isolation_level=None)) as target:
            target.execute("PRAGMA synchronous=OFF")
            with partial.open("rb+") as flushed:
                size = source.execute("PRAGMA page_size").fetchone()[0]

                def step(_status: int, remaining: int, total: int) -> None:
                    # flushed in small parts, or a decision would wait for all of them
                    os.fsync(flushed.fileno())
                    time.sleep(_PAUSE_SECONDS)
                    progress((total - remaining) * size, total * size)

                source.backup(target, pages=max(1, _COPY_BYTES // size), progress=step)
                os.fsync(flushed.fileno())


def copy_checked(source: Path, partial: Path, progress: Progress, *, closed: bool) -> None:
    """Copy a project file and check the whole copy. `closed`: nobody has the file open.

    Raises:
        DamagedError: the source is damaged.
    """
    with user_errors(source):
        # a file that may be open is read under SQLite's locks
        opened = (
            _open(source)
            if closed
            else sqlite3.connect(f"{file_uri(source)}?mode=rw", BUSY_TIMEOUT_SECONDS, uri=True)
        )
        _copy(opened, partial, progress)
    check_file(partial, source)


def check_file(file: Path, original: Path | None = None) -> None:
    """Check a whole project file.

    Raises:
        DamagedError: it is damaged. The message names `original`, if `file` is a copy of it.
    """
    name = original or file
    with user_errors(name), closing(_open(file)) as connection:
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise DamagedError(
            N_("{path} is damaged ({reason})."),
            N_("A backup has to take its place."),
            path=name,
            reason=said,
        )


def read_contents(file: Path) -> ProjectContents:
    """Count what a project file, open or closed, contains.

    Raises:
        DamagedError: it cannot be read.
    """
    query = (
        "SELECT (SELECT count(*) FROM photo), (SELECT count(*) FROM face), count(*), max(time) "
        "FROM operation"
    )
    with user_errors(file), closing(_open(file)) as connection:
        try:
            return ProjectContents(*connection.execute(query).fetchone())
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            raise DamagedError(N_("{path} holds no project."), path=file) from error


def _open(file: Path) -> sqlite3.Connection:
    """Open read-only; without a write-ahead log no file is created beside it."""
    logged = file.with_name(f"{file.name}-wal").exists()
    return connect_read_only(file, immutable=not logged)


def is_backup_due(folder: Path, created: str) -> bool:
    """Whether every backup is older than a day; without backups, whether the project is.

    `created`: when the project was made (ISO 8601). Times in the future are ignored: the clock was
    wrong then.
    """
    times = [backup.time for backup in backups(folder)] or [datetime.fromisoformat(created)]
    now = datetime.now(UTC)
    return not any(timedelta(0) <= now - time <= timedelta(days=1) for time in times)


def delete_old_backups(folder: Path) -> None:
    """Delete the backups of a project that are no longer kept."""
    rows = backups(folder)
    kept = _kept(rows)
    for backup in rows:
        if backup not in kept:
            with suppress(OSError):
                _delete(backup.file)


def _delete(file: Path) -> None:
    """Delete a large file in small parts, because a decision would wait for the disk otherwise."""
    doomed = file.with_name(f".{file.name}.partial")
    os.replace(file, doomed)  # from now on it does not count as a backup
    with doomed.open("rb+") as shrinking:
        for size in range(doomed.stat().st_size - _TRUNCATE_BYTES, 0, -_TRUNCATE_BYTES):
            shrinking.truncate(size)
            os.fsync(shrinking.fileno())
            time.sleep(_PAUSE_SECONDS)
    doomed.unlink()


def _kept(rows: list[Backup]) -> list[Backup]:
    """Of all backups, newest first, those to keep: the newest ones, one a day, and the last one
    before an upgrade, within MAX_TOTAL_BYTES."""
    days: dict[date, Backup] = {}
    for backup in rows:
        days.setdefault(backup.time.astimezone().date(), backup)
    wanted = {*rows[:KEPT_NEWEST_BACKUPS], *list(days.values())[:KEPT_DAYS]}
    wanted |= set([backup for backup in rows if backup.reason == "upgrade"][:1])
    kept: list[Backup] = []
    size = 0
    for backup in rows:
        if backup in wanted and (len(kept) < 2 or size + backup.size <= MAX_TOTAL_BYTES):
            kept.append(backup)
            size += backup.size
    return kept
