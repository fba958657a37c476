"""Project files in a place that cannot be written: a shared folder, an archive, a DVD."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote_from_bytes

from labeltool.domain import N_, ReadOnlyError, UserError


def is_read_only(path: Path) -> bool:
    """Whether a database or its folder cannot be written; both are, or SQLite could not lock it."""
    return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def refusal(path: Path) -> ReadOnlyError:
    """What to raise where somebody wants to write."""
    return ReadOnlyError(
        N_("{path} cannot be written: the project is read-only here."),
        N_(
            "Copy its folder to where you may write and open the copy, or ask for the right to "
            "write."
        ),
        path=path,
    )


def connect(path: Path) -> sqlite3.Connection:
    """Open a database for reading, without making any file beside it.

    With its write-ahead log there, it is read with the log, live. Without one, in a read-only
    place, it is read as a file that does not change, for SQLite would have to make the log; `stamp`
    tells whether it did change.

    Raises:
        UserError: there is a log, and it cannot be read without writing; to read the file alone
            would leave out the newest decisions.
    """
    log, index = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    held = log.exists() and log.stat().st_size > 0
    if held and not index.exists() and is_read_only(path):
        raise UserError(
            N_("{log} holds decisions that cannot be read in a read-only folder."),
            N_("Copy the whole folder to where you may write, and open the copy."),
            log=log,
        )
    live = held or (log.exists() and index.exists()) or not is_read_only(path) or not _logs(path)
    options = "mode=ro" if live else "mode=ro&immutable=1"
    return sqlite3.connect(
        f"{file_uri(path)}?{options}", uri=True, isolation_level=None, check_same_thread=False
    )


def file_uri(file: Path) -> str:
    """A path as SQLite wants it in a URI: every character that means something there is quoted.

    Unlike `Path.as_uri` this has no host for a network share of Windows, which SQLite refuses.
    """
    path = file.absolute().as_posix()
    return f"file://{'' if path.startswith('/') else '/'}{quote_from_bytes(os.fsencode(path))}"


def _logs(path: Path) -> bool:
    """Whether the database is written by a write-ahead log: byte 18 of its header."""
    with path.open("rb") as file:
        return file.read(20)[18:19] == b"\2"


def stamp(path: Path) -> tuple[int, ...]:
    """What differs once anybody wrote: size and time of the file, and whether a log is there."""
    log = path.with_name(f"{path.name}-wal")
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, int(log.exists())


def has_log(stamped: tuple[int, ...]) -> bool:
    """Whether a database was read live when it had this `stamp`."""
    return bool(stamped[3])


def stamp_of_log(path: Path) -> tuple[int, ...]:
    """What differs once anybody wrote to a database whose log is there."""
    try:
        status = path.with_name(f"{path.name}-wal").stat()
    except FileNotFoundError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns
