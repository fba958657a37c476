"""Open a project file for reading, whatever characters its path has."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from labeltool.store.database.read_only import file_uri


def connect_read_only(file: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """Open an existing database. `immutable`: nobody writes to it, so no lock is taken."""
    return sqlite3.connect(f"{file_uri(file)}?mode=ro{'&immutable=1' * immutable}", uri=True)
