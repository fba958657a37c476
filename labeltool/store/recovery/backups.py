"""Backups of the project file: made beside the work, checked, kept for a week, bounded in size."""

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

from labeltool.domain import N_, DamagedError, Progress, UserError
from labeltool.store.database.database_errors import errors
from labeltool.store.database.file_access import connect_read_only
from labeltool.store.database.read_only import file_uri

FOLDER = "backups"
NEWEST = 5
"""Backups kept whatever their age."""
DAYS = 7
"""Days of which the newest backup is kept besides."""
LIMIT = 4 * 2**30
"""Bytes that all backups together may take; the newest two are kept in any case."""
RESERVE = 64 * 2**20
"""Bytes that a backup leaves free on the disk, so that decisions still fit."""

BUSY_TIMEOUT_SECONDS = 10.0
"""Seconds to wait for others where the journal lets one write or read only."""

_CHUNK, _PIECE = 2 * 2**20, 16 * 2**20  # bytes written, and given back, at a time
_NAME = re.compile(r"(?:(\d+)-)?(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3})Z-([a-z]+)\.sqlite")
_TIME = "%Y-%m-%dT%H-%M-%S-%f"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the project file: when it was made (aware, UTC), why, and how many bytes it is.

    `number` counts the backups of a project, 0 for a file without one. It tells which is newer, for
    the clock may have been wrong.
    """

    file: Path
    number: int
    time: datetime
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a project file holds: its photos, faces and logged operations, the newest one's time."""

    photos: int
    faces: int
    operations: int
    last: str | None


def backups(folder: Path) -> list[Backup]:
    """The backups of the project in `folder`, the newest first, whatever the clock said then."""
    found = []
    there = os.path.isdir(folder / FOLDER)  # Path.glob raises for a name that is too long
    for file in (folder / FOLDER).glob("*.sqlite") if there else ():
        name = _NAME.fullmatch(file.name)
        if name is not None:
            # %f reads the three digits as a fraction of a second
            moment = datetime.strptime(name[2], _TIME).replace(tzinfo=UTC)
            number = int(name[1] or 0)
            found.append(Backup(file, number, moment, name[3], file.stat().st_size))
    return sorted(found, key=lambda backup: (backup.number, backup.time), reverse=True)


def back_up(file: Path, reason: str, progress: Progress = lambda done, total: None) -> Backup:
    """Copy the project file while others go on writing to it; the copy is whole or not there.

    Older backups that are not needed any more are deleted. `reason`: one word, lower case.

    Raises:
        DamagedError: the project file is damaged; its older backups all stay.
        UserError: no room, or the folder cannot be written.
        Cancelled: by `progress`, which counts bytes.
    """
    folder = file.parent / FOLDER
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
        thin_out(folder.parent)
    except OSError as error:
        raise UserError(
            N_("No backup could be made in {folder}: {reason}."),
            N_("Check that there is space, and that you may write there."),
            folder=folder,
            reason=error.strerror or str(error),
        ) from error
    finally:
        for leftover in (partial, partial.with_name(f"{partial.name}-journal")):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)
    return Backup(folder / name, number, moment, reason, (folder / name).stat().st_size)


def _sweep(folder: Path) -> None:
    """Delete what killed processes left behind."""
    for partial in folder.glob(".*.partial*"):
        with suppress(OSError):
            if time.time() - partial.stat().st_mtime > 3600:
                partial.unlink()


def _check_room(file: Path, folder: Path) -> None:
    need = sum(part.stat().st_size for part in parts(file)) + RESERVE
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
    """The project file and what SQLite keeps beside it, as far as they are there."""
    return [
        part
        for suffix in ("", "-wal", "-shm", "-journal")
        if (part := file.with_name(file.name + suffix)).exists()
    ]


def _copy(source: sqlite3.Connection, partial: Path, progress: Progress) -> None:
    with closing(source):
        if source.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            # one snapshot for the whole copy: a writer does not make it begin anew, nor does it
            # wait; with the other journals it would wait
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(partial.absolute(), isolation_level=None)) as target:
            target.execute("PRAGMA synchronous=OFF")
            with partial.open("rb+") as flushed:
                size = source.execute("PRAGMA page_size").fetchone()[0]

                def step(_status: int, remaining: int, total: int) -> None:
                    # written out bit by bit, or a decision would wait for all of it
                    os.fsync(flushed.fileno())
                    time.sleep(0.005)
                    progress((total - remaining) * size, total * size)

                source.backup(target, pages=max(1, _CHUNK // size), progress=step)
                os.fsync(flushed.fileno())


def copy_checked(source: Path, partial: Path, progress: Progress, *, closed: bool) -> None:
    """Copy a project file and read the copy wholly; `closed` says that nobody writes to it.

    Raises:
        DamagedError: the source is damaged.
    """
    with errors(source):
        # a file that may be open is read under SQLite's locks
        opened = (
            _open(source)
            if closed
            else sqlite3.connect(f"{file_uri(source)}?mode=rw", BUSY_TIMEOUT_SECONDS, uri=True)
        )
        _copy(opened, partial, progress)
    check_file(partial, source)


def check_file(file: Path, original: Path | None = None) -> None:
    """Read a project file wholly.

    Raises:
        DamagedError: it is damaged; said of `original`, if `file` is a copy of it.
    """
    name = original or file
    with errors(name), closing(_open(file)) as connection:
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise DamagedError(
            N_("{path} is damaged ({reason})."),
            N_("A backup has to take its place."),
            path=name,
            reason=said,
        )


def facts(file: Path) -> Facts:
    """What a project file, open or closed, holds.

    Raises:
        DamagedError: so much of it cannot be read.
    """
    query = (
        "SELECT (SELECT count(*) FROM photo), (SELECT count(*) FROM face), count(*), max(time) "
        "FROM operation"
    )
    with errors(file), closing(_open(file)) as connection:
        try:
            return Facts(*connection.execute(query).fetchone())
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            raise DamagedError(N_("{path} holds no project."), path=file) from error


def _open(file: Path) -> sqlite3.Connection:
    """Read only, to look at: without a write-ahead log nothing is made beside the file."""
    logged = file.with_name(f"{file.name}-wal").exists()
    return connect_read_only(file, immutable=not logged)


def is_due(folder: Path, created: str) -> bool:
    """Whether every backup, or without one the project made at `created`, is older than a day.

    Times in the future do not count: the clock was wrong then.
    """
    times = [backup.time for backup in backups(folder)] or [datetime.fromisoformat(created)]
    now = datetime.now(UTC)
    return not any(timedelta(0) <= now - time <= timedelta(days=1) for time in times)


def thin_out(folder: Path) -> None:
    """Delete the backups of a project that are not kept."""
    rows = backups(folder)
    kept = _kept(rows)
    for backup in rows:
        if backup not in kept:
            with suppress(OSError):
                _delete(backup.file)


def _delete(file: Path) -> None:
    """Delete a large file bit by bit: at once, and a decision would wait until the disk is done."""
    doomed = file.with_name(f".{file.name}.partial")
    os.replace(file, doomed)  # from now on it is no backup
    with doomed.open("rb+") as shrinking:
        for size in range(doomed.stat().st_size - _PIECE, 0, -_PIECE):
            shrinking.truncate(size)
            os.fsync(shrinking.fileno())
            time.sleep(0.005)
    doomed.unlink()


def _kept(rows: list[Backup]) -> list[Backup]:
    """Of backups, newest first: some, one a day, the last one of an older schema, in bounds."""
    days: dict[date, Backup] = {}
    for backup in rows:
        days.setdefault(backup.time.astimezone().date(), backup)
    wanted = {*rows[:NEWEST], *list(days.values())[:DAYS]}
    wanted |= set([backup for backup in rows if backup.reason == "upgrade"][:1])
    kept: list[Backup] = []
    size = 0
    for backup in rows:
        if backup in wanted and (len(kept) < 2 or size + backup.size <= LIMIT):
            kept.append(backup)
            size += backup.size
    return kept
