"""The project's data: one SQLite file. The only package that knows SQLAlchemy."""

from __future__ import annotations

import uuid
from pathlib import Path

from sqlalchemy import insert, select

from labeltool.domain import UserError
from labeltool.store.batch import Batches
from labeltool.store.engine import Database, errors, upgrade
from labeltool.store.faces import Faces
from labeltool.store.reviews import Reviews, Threshold, now
from labeltool.store.rounds import Rounds
from labeltool.store.tables import SCHEMA, ProjectRow
from pipnet.scheme import Scheme

FILE = "project.sqlite"

__all__ = ["FILE", "SCHEMA", "Store", "Threshold", "create_project", "open_project"]


class Store:
    """An open project: `faces`, `reviews`, `batches` and `rounds` read and write it; it lies in
    `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = Database(folder / FILE)
        self.faces = Faces(self._database)
        self.reviews = Reviews(self._database)
        self.batches = Batches(self._database)
        self.rounds = Rounds(self._database)
        try:
            with self._database.read() as connection:
                scheme = connection.scalar(select(ProjectRow.scheme))
            if scheme is None:
                raise UserError(f"{folder / FILE} holds no project.", "Put a backup in its place.")
        except BaseException:
            self.close()
            raise
        self.scheme = Scheme.from_json(scheme)

    def be_impatient(self, seconds: float = 0.05) -> None:
        """Writes of this thread give up after so long and raise StoreBusyError: for the window."""
        self._database.patience = seconds

    def version(self) -> int:
        """A number that changes when another process changed the project."""
        return self._database.version()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def create_project(folder: Path, scheme: Scheme) -> Store:
    """Make a new project in `folder`, which may exist without one.

    Raises:
        UserError: there is a project already, or the folder cannot be written.
    """
    file = folder / FILE
    if file.exists():
        raise UserError(f"{folder} already holds a project.", "Open it, or choose another folder.")
    partial = folder / f".{FILE}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        upgrade(partial)
        with errors(partial):
            database = Database(partial)
            try:
                with database.write() as connection:
                    connection.execute(
                        insert(ProjectRow).values(
                            uuid=uuid.uuid4().hex, scheme=scheme.to_json(), created=now()
                        )
                    )
                # the write-ahead log is joined into the file before the file gets its name
                database.checkpoint()
            finally:
                database.close()
        partial.rename(file)
    except OSError as error:
        raise UserError(
            f"No project can be made in {folder}: {error.strerror or error}.",
            "Choose a folder that you may write to.",
        ) from error
    finally:
        for leftover in folder.glob(f".{FILE}.new*"):
            leftover.unlink(missing_ok=True)
    return Store(folder)


def open_project(folder: Path) -> Store:
    """Open a project, upgrading it first if it was made by an older version.

    Raises:
        UserError: not a project, of a newer version, read-only, damaged, or busy.
    """
    file = folder / FILE
    if not file.is_file():
        raise UserError(
            f"{folder} is not a project (there is no {FILE} in it).",
            "Choose a project folder, or make one with 'labeltool new'.",
        )
    upgrade(file)
    store = Store(folder)
    try:
        store._database.probe()
    except BaseException:
        store.close()
        raise
    return store
