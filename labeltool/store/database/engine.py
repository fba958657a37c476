"""The whole database policy in one file: connections, locks, journal, migration, errors."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from labeltool.domain import N_, Cancelled, Progress, StoreBusyError, UserError
from labeltool.store.database.database_errors import errors
from labeltool.store.database.project_lock import ProjectLock
from labeltool.store.database.read_only import connect, has_log, refusal, stamp, stamp_of_log

LAST_STEP = "last step"
"""Where a connection keeps the key of what was done last through it."""

AT_WORK = 2.0
"""Seconds after a decision for which a person is taken to be at work."""

PAINTED, SOON = 0.015, 0.04
"""Seconds after a decision: until what follows is painted, and until the next one could come."""

NETWORK = {"nfs", "nfs4", "cifs", "smbfs", "smb2", "smb3", "sshfs", "fuse.sshfs", "9p", "afpfs"}


class Database:
    """One project file.

    Readers are many and never wait. Writers are one at a time: inside the process by a lock,
    between processes by BEGIN IMMEDIATE. `write_timeout_seconds` is set per thread.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._lock = threading.Lock()
        self._local = threading.local()
        self._calm = threading.Event()
        self._calm.set()
        self._after = threading.Event()
        self._last_decision = -AT_WORK
        self._seen = -1
        self._alone = ProjectLock(path.parent)
        self._alone.share()
        try:
            if read_only:
                self._stamp = stamp(path)
                self.readers = _read_only_engine(path)
                self._has_log = False
                return
            self.readers = _engine(path, QueuePool)
            self._writer_engine = _engine(path, NullPool)
            with errors(path):
                self._writer = self._writer_engine.connect()
                self._has_log = not on_network_drive(path)
                mode = "WAL" if self._has_log else "DELETE"
                self._writer.exec_driver_sql(f"PRAGMA journal_mode={mode}")
                self._writer.rollback()
        except BaseException:
            self._alone.release()
            raise

    @property
    def write_timeout_seconds(self) -> float:
        """Seconds a write of this thread waits for others before StoreBusyError."""
        return float(getattr(self._local, "write_timeout_seconds", 10.0))

    @write_timeout_seconds.setter
    def write_timeout_seconds(self, seconds: float) -> None:
        self._local.write_timeout_seconds = seconds

    @property
    def last_step(self) -> str:
        """The key of what was done last through this object, see `domain.Step`."""
        if self.read_only or self._writer.closed:
            return ""
        return str(self._writer.info.get(LAST_STEP, ""))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the data, within `transaction` with what was written there."""
        if (joined := getattr(self._local, "joined", None)) is not None:
            yield joined
            return
        with self._steady(), errors(self.path), self.readers.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def _steady(self) -> Iterator[None]:
        """In a read-only project without a log nothing keeps others from writing meanwhile: what
        was read of two states is not used."""
        if not self.read_only:
            yield
            return
        before = stamp(self.path)
        if before != self._stamp:
            self._stamp = before
            self.readers.dispose()  # also those of the other kind, see `read_only.connect`
        try:
            yield
        except (DBAPIError, UserError) as error:
            if stamp(self.path) != before:
                raise _changed_meanwhile() from error
            raise
        if not has_log(before) and stamp(self.path) != before:
            raise _changed_meanwhile()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; it is on disk when the block ends, or nothing of it is.

        Raises:
            StoreBusyError: others kept the lock for too long.
            ReadOnlyError: the project was opened for reading.
            UserError: disk full, read-only, damaged.
        """
        if self.read_only:
            raise refusal(self.path)
        if (joined := getattr(self._local, "joined", None)) is not None:
            yield joined
            return
        deadline = time.monotonic() + self.write_timeout_seconds
        if not self._lock.acquire(timeout=self.write_timeout_seconds):
            raise StoreBusyError(N_("The project is busy with another change."), N_("Try again."))
        try:
            with errors(self.path):
                connection = self._writer
                connection.rollback()
                self._begin(deadline)
                try:
                    with self._stoppable(connection):
                        yield connection
                    connection.commit()
                except BaseException:
                    connection.rollback()
                    raise
        finally:
            self._lock.release()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that this thread writes within is one transaction."""
        with self.write() as connection:
            self._local.joined = connection
            try:
                yield
            finally:
                self._local.joined = None

    @contextmanager
    def interactive_write(self) -> Iterator[None]:
        """Around a write that a person waits for: background writes of this process pause."""
        self._calm.clear()
        try:
            yield
        finally:
            self._last_decision = time.monotonic()
            self._calm.set()
            self._after.set()

    @contextmanager
    def background_write(self) -> Iterator[None]:
        """Around one of many short writes: afterwards others get as long as it took, and longer
        where a person is at work, in this program or another one.

        Only for what can be done again after a power cut: it reaches the disk with the next write
        that is not in turns, or when the log is copied into the file.
        """
        self._calm.wait(1)
        time.sleep(max(0.0, self._last_decision + PAINTED - time.monotonic()))
        began = time.monotonic()
        self._local.repeatable = True
        try:
            yield
        finally:
            self._local.repeatable = False
        if self._has_log:
            # not within the write: a decision would wait for the lock until the disk has it
            self._calm.wait(1)
            self.tidy()
        self._rest(time.monotonic() - began)

    def _rest(self, took: float) -> None:
        """Between two turns. Just after a decision is the best time for one: no other can come."""
        self._after.clear()
        self._others_wrote()
        now = time.monotonic()
        since = now - self._last_decision
        if since < SOON:
            time.sleep(0.002)
            return
        end = now + max(0.002, took * (6 if since < AT_WORK else 1))
        while (left := end - time.monotonic()) > 0 and not self._others_wrote():
            if self._after.wait(min(left, 0.005)):
                break

    def _others_wrote(self) -> bool:
        """Whether another program did, since this was asked the last time: that is taken for a
        decision there."""
        before, number = self._seen, self.version()
        if number == -1:
            return False
        self._seen = number
        if before in (-1, number):
            return False
        self._last_decision = time.monotonic()
        return True

    @contextmanager
    def cancellable(self, progress: Progress) -> Iterator[None]:
        """Let `progress` stop a write of this thread by raising Cancelled, also amid a statement.

        Nothing of the transaction has happened then. It is called with no figures.
        """
        self._local.progress = progress
        try:
            yield
        finally:
            self._local.progress = None

    @contextmanager
    def _stoppable(self, connection: Connection) -> Iterator[None]:
        progress: Progress | None = getattr(self._local, "progress", None)
        if progress is None:
            yield
            return
        asked = time.monotonic()

        def stops() -> bool:
            nonlocal asked
            if time.monotonic() - asked > 0.05:
                asked = time.monotonic()
                try:
                    progress(0, 0)
                except Cancelled:
                    return True
            return False

        progress(0, 0)
        raw: Any = connection.connection.dbapi_connection
        raw.set_progress_handler(stops, 20_000)
        try:
            yield
        finally:
            raw.set_progress_handler(None, 0)

    def _begin(self, deadline: float) -> None:
        """BEGIN IMMEDIATE as soon as other programs let go.

        SQLite's own wait sleeps longer at each try, and so misses the short gaps that a program
        leaves which takes in the results of a round.
        """
        self._writer.begin()
        raw: Any = self._writer.connection.dbapi_connection
        raw.execute("PRAGMA busy_timeout=0")
        # FULL: a decision that was acknowledged survives a power cut as well. Without a log a power
        # cut during anything less could damage the file.
        lazy = self._has_log and getattr(self._local, "repeatable", False)
        raw.execute(f"PRAGMA synchronous={'NORMAL' if lazy else 'FULL'}")
        # Who cannot wait leaves the copying of the log into the file to others, who do it often: a
        # decision that is written meanwhile waits for the disk until one copying is done.
        others_do = lazy or self.write_timeout_seconds < 1
        raw.execute(f"PRAGMA wal_autocheckpoint={20_000 if others_do else 60}")
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(0.0005)
        raw.execute(f"PRAGMA busy_timeout={int(self.write_timeout_seconds * 1000)}")

    def version(self) -> int:
        """A number that changes when anybody but this object's writer changed the file."""
        if self.read_only:
            return hash((stamp(self.path), stamp_of_log(self.path)))
        if not self._lock.acquire(timeout=0.01):
            return -1
        try:
            with errors(self.path):
                number = self._writer.exec_driver_sql("PRAGMA data_version").scalar_one()
                self._writer.rollback()
                return int(number)
        finally:
            self._lock.release()

    def probe(self) -> None:
        """Raise UserError unless the file can be written."""
        with self.write() as connection:
            connection.exec_driver_sql("PRAGMA user_version=0")

    def checkpoint(self) -> None:
        """Join the write-ahead log into the file."""
        with self._lock, errors(self.path):
            self._writer.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.rollback()

    def tidy(self) -> None:
        """Copy the write-ahead log into the file, beside readers and writers."""
        if self.read_only:
            return
        with errors(self.path), self.readers.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Let go of the file."""
        if not self.read_only:
            with self._lock:
                self._writer.close()
            self._writer_engine.dispose()
        self.readers.dispose()
        self._alone.release()


def _engine(path: Path, pool: type[QueuePool] | type[NullPool]) -> Engine:
    engine = create_engine(
        _url(path),
        poolclass=pool,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=10000")
        # the indexes of the queue at 200,000 faces; SQLite's 2 MB would read them anew each time
        connection.execute("PRAGMA cache_size=-16000")

    return engine


def _url(path: Path) -> URL:
    """Not a string: in one, what follows ? or % in the path would be taken for a query."""
    return URL.create("sqlite", database=str(path.absolute()))


def _read_only_engine(path: Path) -> Engine:
    engine = create_engine("sqlite://", creator=partial(connect, path), poolclass=QueuePool)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("PRAGMA cache_size=-16000")

    return engine


def _changed_meanwhile() -> StoreBusyError:
    return StoreBusyError(
        N_("The project was changed elsewhere while it was read."), N_("Try again.")
    )


def on_network_drive(path: Path) -> bool:
    """Whether the file lies on a drive on which a write-ahead log is unsafe."""
    best, kind = "", ""
    with suppress(OSError):
        for part in psutil.disk_partitions(all=True):
            if path.resolve().is_relative_to(part.mountpoint) and len(part.mountpoint) >= len(best):
                best, kind = part.mountpoint, part.fstype.lower()
    return kind in NETWORK
