"""Messages for the database errors that a user can do something about."""

from __future__ import annotations

import math
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from labeltool.domain import N_, Cancelled, DamagedError, ReadOnlyError, StoreBusyError, UserError

MIN_FREE_BYTES = 2**20
"""With less free space than this, an I/O error counts as a full disk."""


@contextmanager
def user_errors(path: Path) -> Iterator[None]:
    """Raise UserError for SQLite's errors that a user can fix; all others are bugs and pass."""
    try:
        yield
    except DBAPIError as error:
        known = _known(path, str(error.orig))
        if known is None:
            raise
        raise known from error
    except sqlite3.Error as error:
        known = _known(path, str(error))
        if known is None:
            raise
        raise known from error


def _free(folder: Path) -> float:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return math.inf


def _known(path: Path, text: str) -> UserError | Cancelled | None:
    if text == "interrupted":
        return Cancelled()
    if "locked" in text or "busy" in text:
        return StoreBusyError(
            N_("Another program is writing to {path}."),
            N_("Wait for it to finish, then try again."),
            path=path,
        )
    if "readonly" in text or "unable to open" in text:
        return ReadOnlyError(
            N_("{path} cannot be written."),
            N_("Check that its folder is not read-only and that you may write to it."),
            path=path,
        )
    # an I/O error, if not even the files beside the database can grow
    if "full" in text or ("disk I/O" in text and _free(path.parent) < MIN_FREE_BYTES):
        return UserError(
            N_("The disk of {folder} is full; nothing was lost."),
            N_("Free some space, try again."),
            folder=path.parent,
        )
    if "disk I/O" in text:
        return UserError(
            N_("{path} could not be read or written: the drive reports an error."),
            N_("Check that the drive is there and sound, then open the project again."),
            path=path,
        )
    if any(word in text for word in ("malformed", "not a database", "file format")):
        return DamagedError(
            N_("{path} is damaged."),
            N_(
                "'labeltool restore {folder}' lists its backups; without one, "
                "'sqlite3 project.sqlite .recover' may save what is left."
            ),
            path=path,
            folder=path.parent,
        )
    return None
