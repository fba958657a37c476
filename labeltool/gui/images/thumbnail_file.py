"""Thumbnails on disk: one SQLite file, least recently used ones are dropped first."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from platformdirs import user_cache_path

from labeltool.domain import N_, UserError

MAX_FILE_BYTES = 1_000_000_000
"""Of some 60,000 faces."""

EMPTY_TIMEOUT_SECONDS = 10.0
"""How long `empty` waits for windows that write."""

_VERSION = 1
MAX_UNSAVED_USES = 64
"""Times of use in memory before they are written, so that reading hardly writes."""

_TABLE = """
CREATE TABLE IF NOT EXISTS thumb (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, bytes INTEGER NOT NULL,
    data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS thumb_used ON thumb (used, bytes);
"""

_T = TypeVar("_T")


class ThumbnailFile:
    """A cache of encoded thumbnails by key, at most `max_bytes` of them.

    Any thread may use it, and several programs may share the file. It never raises: a thumbnail
    that cannot be read is missing, one that cannot be written is dropped, and a damaged file is
    recreated.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_FILE_BYTES) -> None:
        self._path, self._max_bytes = path, max_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._used: dict[bytes, int] = {}
        self._added = 0
        with self._lock:
            self._open()

    def get(self, key: bytes) -> bytes | None:
        """A thumbnail, or None."""

        def read(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute("SELECT data FROM thumb WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            self._used[key] = time.time_ns()
            if len(self._used) >= MAX_UNSAVED_USES:
                self._flush(connection)
            return bytes(row[0])

        return self._do(read)

    def put(self, key: bytes, data: bytes) -> None:
        """Store a thumbnail; the least recently used ones make room."""

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute(
                    "INSERT OR REPLACE INTO thumb (key, used, bytes, data) VALUES (?, ?, ?, ?)",
                    (key, time.time_ns(), len(data), data),
                )
            self._added += len(data)
            # counted again after each hundredth of the limit: other programs add thumbnails too
            if self._added > self._max_bytes // 100:
                self._added = 0
                self._flush(connection)
                self._make_room(connection)

        self._do(write)

    def size(self) -> int:
        """Bytes of all thumbnails."""
        return self._do(_size) or 0

    def close(self) -> None:
        """Close the file."""
        self._do(self._flush)
        with self._lock:
            self._disconnect()

    def _do(self, work: Callable[[sqlite3.Connection], _T]) -> _T | None:
        with self._lock:
            if self._connection is None:
                return None
            try:
                return work(self._connection)
            except sqlite3.OperationalError:  # locked, or the disk is full
                return None
            except sqlite3.DatabaseError:
                self._disconnect()
                self._delete()
                self._open()
                return None

    def _open(self) -> None:
        for attempt in range(2):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = self._connect()
                return
            except (
                OSError,
                sqlite3.OperationalError,
            ):  # no cache: thumbnails are made each time
                self._disconnect()
                return
            except sqlite3.DatabaseError:
                self._disconnect()
                if attempt == 0:
                    self._delete()

    def _connect(self) -> sqlite3.Connection:
        self._connection = connection = sqlite3.connect(
            self._path, timeout=0.2, check_same_thread=False
        )
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError("of another version")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")  # a lost thumbnail is made again
        connection.executescript(_TABLE)
        connection.execute(f"PRAGMA user_version={_VERSION}")
        self._make_room(connection)
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _delete(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _flush(self, connection: sqlite3.Connection) -> None:
        used, self._used = self._used, {}
        with connection:
            connection.executemany(
                "UPDATE thumb SET used = ? WHERE key = ?",
                [(when, key) for key, when in used.items()],
            )

    def _make_room(self, connection: sqlite3.Connection) -> None:
        excess = _size(connection) - self._max_bytes
        if excess <= 0:
            return
        excess += self._max_bytes // 10  # so that this happens rarely
        with connection:
            connection.execute(
                "DELETE FROM thumb WHERE id IN (SELECT id FROM (SELECT id, sum(bytes) OVER "
                "(ORDER BY used, id) - bytes AS before FROM thumb) WHERE before < ?)",
                (excess,),
            )


def _size(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(sum(bytes), 0) FROM thumb").fetchone()[0])


def cache_folder() -> Path:
    """The cache folder of this user; the variable `LABELTOOL_CACHE` may name another one."""
    named = os.environ.get("LABELTOOL_CACHE")
    return Path(named) if named else user_cache_path("labeltool", appauthor=False, opinion=False)


def thumbnail_path() -> Path:
    """Where the thumbnails of this user are."""
    return cache_folder() / "thumbs.sqlite"


def empty(path: Path) -> None:
    """Delete all thumbnails of a file, which windows may have open; nothing of them is left in it.

    Raises:
        UserError: it cannot be emptied.
    """
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=EMPTY_TIMEOUT_SECONDS)) as connection:
            with connection:
                connection.execute("DELETE FROM thumb")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        raise UserError(
            N_("The thumbnails in {path} cannot be deleted: {reason}."),
            N_("Close all windows of labeltool, or delete the file."),
            path=path,
            reason=str(error),
        ) from error
