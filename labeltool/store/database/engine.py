"""Connections to a project's database, and who may write when."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from labeltool.domain import N_, Cancelled, Progress, StoreBusyError, UserError
from labeltool.store.arrays.layouts import Layouts, using
from labeltool.store.database import sqlite
from labeltool.store.database.database_errors import user_errors
from labeltool.store.database.project_lock import ProjectLock
from labeltool.store.database.read_only import (
    file_signature,
    has_log,
    log_signature,
    read_only_error,
)

LAST_STEP = "last step"
"""Where a connection keeps the key of what was done last through it."""

WRITE_TIMEOUT_SECONDS = 10.0
"""How long a write waits for the lock, unless its thread chose otherwise."""

ACTIVE_SECONDS = 2.0
"""A person counts as active for so long after a decision."""

REPAINT_SECONDS = 0.015
"""After a decision, until the window has painted the next face: background writes wait."""

MIN_DECISION_GAP_SECONDS = 0.04
"""The next decision cannot come sooner: until then the lock is free for background writes."""

MIN_PAUSE_SECONDS = 0.002
"""The shortest pause after a background write."""

ACTIVE_PAUSE_FACTOR = 6
"""While a person is active, the pause after a background write is so many times its duration."""

INTERACTIVE_WAIT_SECONDS = 1.0
"""The longest time that a background write waits for an interactive one to end."""

VERSION_LOCK_SECONDS = 0.01
"""The longest wait for the lock to look for changes by others."""

CANCEL_CHECK_SECONDS = 0.05
"""Time between two calls of `progress` during a write."""

SHORT_TIMEOUT_SECONDS = 1.0
"""A writer with a shorter timeout leaves copying the log into the file to others."""

NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smbfs",
    "smb2",
    "smb3",
    "sshfs",
    "fuse.sshfs",
    "9p",
    "afpfs",
}


class Database:
    """One project file.

    1. Any number of readers see a consistent snapshot each, and never wait for a writer.
    2. One writer at a time: a lock inside the process, `BEGIN IMMEDIATE` between processes.
    3. A write waits `write_timeout_seconds` of its thread for both, then raises StoreBusyError.
    4. A write is one transaction; `transaction` joins several writes of a thread into one.
    5. A committed write survives a power cut, except a background write, which can be repeated.
    6. `interactive_write` marks a write that a person waits for; background writes wait meanwhile.
    7. `background_write` marks one of many short writes, and pauses after it.
    8. That pause is as long as the write took, and longer while a person is active.
    9. Just after a decision the pause is short, because the next decision cannot come at once.
    10. A change by another process counts as a decision there: background writes make room for it.
    11. Arrays of landmarks are read and written as those of `layouts`, the scheme of the project.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self.layouts: Layouts | None = None
        self._lock = threading.Lock()
        self._local = threading.local()
        self._no_interactive_write = threading.Event()
        self._no_interactive_write.set()
        self._interactive_write_ended = threading.Event()
        self._last_decision = -ACTIVE_SECONDS
        self._seen_version = -1
        self._project_lock = ProjectLock(path.parent)
        self._project_lock.acquire_shared()
        try:
            if read_only:
                self._signature = file_signature(path)
                self.readers = sqlite.open_read_only_engine(path)
                self._has_log = False
                return
            self.readers = sqlite.open_engine(path, QueuePool)
            self._writer_engine = sqlite.open_engine(path, NullPool)
            with user_errors(path):
                self._writer = self._writer_engine.connect()
                self._has_log = not is_on_network_drive(path)
                sqlite.set_journal(self._writer, write_ahead=self._has_log)
                self._writer.rollback()
        except BaseException:
            self._project_lock.release()
            raise

    @property
    def write_timeout_seconds(self) -> float:
        """Seconds a write of this thread waits for others before StoreBusyError."""
        return float(getattr(self._local, "write_timeout_seconds", WRITE_TIMEOUT_SECONDS))

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
        """A consistent snapshot of the data; inside `transaction`, with what was written there."""
        if (joined := getattr(self._local, "joined", None)) is not None:
            yield joined
            return
        with (
            self._checked_for_changes(),
            user_errors(self.path),
            using(self.layouts),
            self.readers.connect() as connection,
        ):
            sqlite.begin_read(connection)
            yield connection

    @contextmanager
    def _checked_for_changes(self) -> Iterator[None]:
        """Raise StoreBusyError if the file changed during a read. Without a log nothing keeps
        others from writing to a project that is read-only here, and a read could mix two states."""
        if not self.read_only:
            yield
            return
        before = file_signature(self.path)
        if before != self._signature:
            self._signature = before
            self.readers.dispose()  # also those of the other kind, see `read_only.connect`
        try:
            yield
        except (DBAPIError, UserError) as error:
            if file_signature(self.path) != before:
                raise _changed_meanwhile() from error
            raise
        if not has_log(before) and file_signature(self.path) != before:
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
            raise read_only_error(self.path)
        if (joined := getattr(self._local, "joined", None)) is not None:
            yield joined
            return
        deadline = time.monotonic() + self.write_timeout_seconds
        if not self._lock.acquire(timeout=self.write_timeout_seconds):
            raise StoreBusyError(N_("The project is busy with another change."), N_("Try again."))
        try:
            with user_errors(self.path):
                connection = self._writer
                connection.rollback()
                self._begin(deadline)
                try:
                    with self._interruptible(connection), using(self.layouts):
                        yield connection
                    connection.commit()
                except BaseException:
                    connection.rollback()
                    if self.layouts is not None:
                        self.layouts.forget()  # one that was added is gone
                    raise
        finally:
            self._lock.release()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes of this thread inside the block one transaction; an outer one goes on."""
        if getattr(self._local, "joined", None) is not None:
            yield
            return
        with self.write() as connection:
            self._local.joined = connection
            try:
                yield
            finally:
                self._local.joined = None

    @contextmanager
    def interactive_write(self) -> Iterator[None]:
        """Around a write that a person waits for: background writes of this process pause."""
        self._no_interactive_write.clear()
        try:
            yield
        finally:
            self._last_decision = time.monotonic()
            self._no_interactive_write.set()
            self._interactive_write_ended.set()

    @contextmanager
    def background_write(self) -> Iterator[None]:
        """Around one of many short writes: pauses after it, so that other writers get the lock.

        Only for what can be repeated after a power cut: it reaches the disk with the next other
        write, or when the log is copied into the file.
        """
        self._no_interactive_write.wait(INTERACTIVE_WAIT_SECONDS)
        time.sleep(max(0.0, self._last_decision + REPAINT_SECONDS - time.monotonic()))
        began = time.monotonic()
        self._local.repeatable = True
        try:
            yield
        finally:
            self._local.repeatable = False
        if self._has_log:
            # not inside the write: a decision would wait for the lock until the disk has the data
            self._no_interactive_write.wait(INTERACTIVE_WAIT_SECONDS)
            self.checkpoint()
        self._pause(time.monotonic() - began)

    def _pause(self, took: float) -> None:
        """Between two background writes. Just after a decision it is short: no other can come."""
        self._interactive_write_ended.clear()
        self._note_changes_by_others()
        now = time.monotonic()
        since = now - self._last_decision
        if since < MIN_DECISION_GAP_SECONDS:
            time.sleep(MIN_PAUSE_SECONDS)
            return
        factor = ACTIVE_PAUSE_FACTOR if since < ACTIVE_SECONDS else 1
        end = now + max(MIN_PAUSE_SECONDS, took * factor)
        while (left := end - time.monotonic()) > 0 and not self._note_changes_by_others():
            if self._interactive_write_ended.wait(min(left, 0.005)):
                break

    def _note_changes_by_others(self) -> bool:
        """Whether another program wrote since the last call; that counts as a decision there."""
        before, version = self._seen_version, self.data_version()
        if version == -1:
            return False
        self._seen_version = version
        if before in (-1, version):
            return False
        self._last_decision = time.monotonic()
        return True

    @contextmanager
    def cancellable(self, progress: Progress) -> Iterator[None]:
        """Let `progress` cancel a write of this thread, even during a statement, by raising
        Cancelled. Nothing of the transaction has happened then. It is called with (0, 0)."""
        self._local.progress = progress
        try:
            yield
        finally:
            self._local.progress = None

    @contextmanager
    def _interruptible(self, connection: Connection) -> Iterator[None]:
        progress: Progress | None = getattr(self._local, "progress", None)
        if progress is None:
            yield
            return
        asked = time.monotonic()

        def should_stop() -> bool:
            nonlocal asked
            if time.monotonic() - asked > CANCEL_CHECK_SECONDS:
                asked = time.monotonic()
                try:
                    progress(0, 0)
                except Cancelled:
                    return True
            return False

        progress(0, 0)
        with sqlite.interruptible(connection, should_stop):
            yield

    def _begin(self, deadline: float) -> None:
        """Begin a transaction as soon as other programs release the lock."""
        self._writer.begin()
        # Without a log, a power cut during a write that is not durable could damage the file.
        repeatable = self._has_log and getattr(self._local, "repeatable", False)
        timeout = self.write_timeout_seconds
        sqlite.begin_write(
            self._writer, deadline, durable=not repeatable,
            defer_checkpoint=repeatable or timeout < SHORT_TIMEOUT_SECONDS, timeout=timeout,
        )  # fmt: skip

    def data_version(self) -> int:
        """A number that changes when anybody but this object's writer changed the file; -1 while
        this object's writer is busy."""
        if self.read_only:
            return hash((file_signature(self.path), log_signature(self.path)))
        if not self._lock.acquire(timeout=VERSION_LOCK_SECONDS):
            return -1
        try:
            with user_errors(self.path):
                number = sqlite.data_version(self._writer)
                self._writer.rollback()
                return number
        finally:
            self._lock.release()

    def check_writable(self) -> None:
        """Raise UserError unless the file can be written."""
        with self.write() as connection:
            sqlite.touch(connection)

    def checkpoint(self, *, truncate: bool = False) -> None:
        """Copy the write-ahead log into the file, beside readers and writers.

        `truncate`: wait for them, and empty the log.
        """
        if self.read_only:
            return
        if truncate:
            with self._lock, user_errors(self.path):
                sqlite.checkpoint(self._writer, truncate=True)
                self._writer.rollback()
            return
        with user_errors(self.path), self.readers.connect() as connection:
            sqlite.checkpoint(connection)

    def close(self) -> None:
        """Close the file."""
        if not self.read_only:
            with self._lock:
                self._writer.close()
            self._writer_engine.dispose()
        self.readers.dispose()
        self._project_lock.release()


def _changed_meanwhile() -> StoreBusyError:
    return StoreBusyError(
        N_("The project was changed elsewhere while it was read."), N_("Try again.")
    )


def is_on_network_drive(path: Path) -> bool:
    """Whether the file lies on a drive on which a write-ahead log is unsafe."""
    best, kind = "", ""
    with suppress(OSError):
        for part in psutil.disk_partitions(all=True):
            if path.resolve().is_relative_to(part.mountpoint) and len(part.mountpoint) >= len(best):
                best, kind = part.mountpoint, part.fstype.lower()
    return kind in NETWORK_FILE_SYSTEMS
