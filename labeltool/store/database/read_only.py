"""Project files that cannot be written: in a shared folder, in an archive, on a DVD."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote_from_bytes

from labeltool.domain import N_, ReadOnlyError, UserError


def is_read_only(path: Path) -> bool:
    """Whether a database or its folder cannot be written; SQLite needs both to lock the file."""
    return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def read_only_error(path: Path) -> ReadOnlyError:
    """The error of a write to a read-only project."""
    return ReadOnlyError(
        N_("{path} cannot be written: the project is read-only here."),
        N_(
            "Copy its folder to where you may write and open the copy, or ask for the right to "
            "write."
        ),
        path=path,
    )


def connect(path: Path) -> sqlite3.Connection:
    """Open a database for reading, without creating any file beside it.

    If its write-ahead log exists, the log is read too, and changes are seen. Without one, in a
    read-only folder, the file is read as if it never changed, because SQLite would have to create
    the log. `file_signature` tells whether it did change.

    Raises:
        UserError: there is a log that cannot be read without writing. Without the log, the newest
            decisions would be missing.
    """
    log, index = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    held = log.exists() and log.stat().st_size > 0
    if held and not index.exists() and is_read_only(path):
        raise UserError(
            N_("{log} holds decisions that cannot be read in a read-only folder."),
            N_("Copy the whole folder to where you may write, and open the copy."),
            log=log,
        )
    live = held or (log.exists() and index.exists())
    live = live or not is_read_only(path) or not _uses_log(path)
    options = "mode=ro" if live else "mode=ro&immutable=1"
    return sqlite3.connect(
        f"{file_uri(path)}?{options}", uri=True, isolation_level=None, check_same_thread=False
    )


def file_uri(file: Path) -> str:
    """A path as a URI for SQLite, with every special character quoted.

    Unlike `Path.as_uri`, the URI of a Windows network share has no host: SQLite refuses one.
    """
    path = file.absolute().as_posix()
    return f"file://{'' if path.startswith('/') else '/'}{quote_from_bytes(os.fsencode(path))}"


def _uses_log(path: Path) -> bool:
    """Whether the database uses a write-ahead log: byte 18 of its header."""
    with path.open("rb") as file:
        return file.read(20)[18:19] == b"\2"


def file_signature(path: Path) -> tuple[int, ...]:
    """Changes with every write: inode, size and time of the file, and whether a log exists."""
    log = path.with_name(f"{path.name}-wal")
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, int(log.exists())


def has_log(signature: tuple[int, ...]) -> bool:
    """Whether a database with this `file_signature` had a log, so that reads see changes."""
    return bool(signature[3])


def log_signature(path: Path) -> tuple[int, ...]:
    """Changes with every write to a database with a log; empty without one."""
    try:
        status = path.with_name(f"{path.name}-wal").stat()
    except FileNotFoundError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns
