"""The project file: its name and its schema version."""

from __future__ import annotations

from pathlib import Path

from labeltool.domain import N_, DamagedError, UserError
from labeltool.store.database.database_errors import user_errors
from labeltool.store.database.read_only import connect

FILE = "project.sqlite"

FORGETTING = "forgetting.json"
"""The file of a project in which photos are being deleted for good: which ones. A project with it
must not be opened before that has ended."""


def schema_of(path: Path) -> int:
    """The number of the newest migration that a file has had.

    Raises:
        UserError: the file is no project database, or cannot be read.
    """
    with user_errors(path):
        connection = connect(path)
        try:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            if not tables:
                raise DamagedError(
                    N_("{path} is empty, so it is not a project."),
                    N_(
                        "'labeltool restore {folder}' lists its backups; without one, make a new "
                        "project in another folder."
                    ),
                    path=path,
                    folder=path.parent,
                )
            row = None
            if {"alembic_version", "face"} <= tables:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if row is None or not row[0].isdecimal():
                raise UserError(
                    N_("{path} is not a project of this program."),
                    N_("Choose another folder."),
                    path=path,
                )
            return int(row[0])
        finally:
            connection.close()
