"""Small pictures of faces on disk: one SQLite file that forgets what was not used for longest."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

MAX_FILE_BYTES = 1_000_000_000
"""Bytes of pictures kept: some 60,000 faces."""

_VERSION = 1
_FLUSH = 64
"""Uses remembered before they are written, so that looking at pictures hardly writes."""

_TABLE = """
CREATE TABLE IF NOT EXISTS thumb (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, bytes INTEGER NOT NULL,
    data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS thumb_used ON thumb (used, bytes);
"""

_T = TypeVar("_T")


class ThumbnailFile:
    """A cache of encoded pictures by key, at most `limit` bytes of them.

    Any thread may use it, and several programs may share the file. It never raises: what cannot be
    read is not there, what cannot be kept is not kept, and a damaged file is made anew.
    """

    def __init__(self, path: Path, limit: int = MAX_FILE_BYTES) -> None:
        self._path, self._limit = path, limit
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._used: dict[bytes, int] = {}
        self._added = 0
        with self._lock:
            self._open()

    def get(self, key: bytes) -> bytes | None:
        """The picture, or None."""

        def read(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute("SELECT data FROM thumb WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            self._used[key] = time.time_ns()
            if len(self._used) >= _FLUSH:
                self._flush(connection)
            return bytes(row[0])

        return self._do(read)

    def put(self, key: bytes, data: bytes) -> None:
        """Keep a picture; those unused for longest make room."""

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute(
                    "INSERT OR REPLACE INTO thumb (key, used, bytes, data) VALUES (?, ?, ?, ?)",
                    (key, time.time_ns(), len(data), data),
                )
            self._added += len(data)
            # counted anew after each hundredth of the limit: other programs add pictures too
            if self._added > self._limit // 100:
                self._added = 0
                self._flush(connection)
                self._make_room(connection)

        self._do(write)

    def size(self) -> int:
        """Bytes of all pictures."""
        return self._do(_size) or 0

    def close(self) -> None:
        """Let go of the file."""
        self._do(self._flush)
        with self._lock:
            self._shut()

    def _do(self, work: Callable[[sqlite3.Connection], _T]) -> _T | None:
        with self._lock:
            if self._connection is None:
                return None
            try:
                return work(self._connection)
            except sqlite3.OperationalError:  # locked, or the disk is full
                return None
            except sqlite3.DatabaseError:
                self._shut()
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
            ):  # no cache then, pictures are made each time
                self._shut()
                return
            except sqlite3.DatabaseError:
                self._shut()
                if attempt == 0:
                    self._delete()

    def _connect(self) -> sqlite3.Connection:
        self._connection = connection = sqlite3.connect(
            self._path, timeout=0.2, check_same_thread=False
        )
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError("made by another version")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")  # nothing here is worth a wait for the disk
        connection.executescript(_TABLE)
        connection.execute(f"PRAGMA user_version={_VERSION}")
        self._make_room(connection)
        return connection

    def _shut(self) -> None:
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
        excess = _size(connection) - self._limit
        if excess <= 0:
            return
        excess += self._limit // 10  # so that this is rare
        with connection:
            connection.execute(
                "DELETE FROM thumb WHERE id IN (SELECT id FROM (SELECT id, sum(bytes) OVER "
                "(ORDER BY used, id) - bytes AS before FROM thumb) WHERE before < ?)",
                (excess,),
            )


def _size(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(sum(bytes), 0) FROM thumb").fetchone()[0])
