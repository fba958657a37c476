"""Create a project file, or upgrade a copy of one and replace the original when it is complete."""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from pathlib import Path

from sqlalchemy import create_engine, insert
from sqlalchemy.pool import NullPool

from labeltool.domain import N_, UserError
from labeltool.store.arrays.layouts import FIRST
from labeltool.store.database.database_errors import user_errors
from labeltool.store.database.dialects import dialect_of
from labeltool.store.database.project_file import schema_of
from labeltool.store.database.project_lock import ProjectLock
from labeltool.store.database.schema import (
    SCHEMA,
    Base,
    LayoutRow,
    ProjectRow,
    SchemeRow,
    VersionRow,
)
from labeltool.store.database.sqlite import (
    disable_foreign_keys,
    lock_for_writing,
    open_engine,
    url,
)
from labeltool.store.recovery.backups import back_up
from pipnet.data.scheme import Scheme


def create(path: Path, scheme: Scheme, created: str) -> None:
    """Create a project file of the newest schema in one transaction.

    `created`: the time (UTC, ISO 8601). If this is cut short, the file is empty, which no one takes
    for a project.
    """
    engine = open_engine(path, NullPool)
    try:
        with user_errors(path), engine.connect() as connection:
            lock_for_writing(connection)
            Base.metadata.create_all(connection)
            connection.execute(insert(VersionRow).values(version_num=str(SCHEMA)))
            landmarks = json.dumps(list(range(scheme.count)))
            connection.execute(insert(LayoutRow).values(id=FIRST, landmarks=landmarks))
            first = {"id": 1, "layout_id": FIRST, "content": scheme.to_json()}
            connection.execute(insert(SchemeRow).values(first))
            project = {"uuid": uuid.uuid4().hex, "scheme_id": 1, "created": created}
            connection.execute(insert(ProjectRow).values(project))
            connection.commit()
    finally:
        engine.dispose()


def upgrade(path: Path) -> None:
    """Upgrade a project file: migrate a copy, check it, then replace the file with it.

    Raises:
        UserError: written by a newer version; open elsewhere; no space; damaged.
    """
    found = schema_of(path)
    if found > SCHEMA:
        raise UserError(
            N_(
                "{path} was written by a newer version of this program (schema {found}, "
                "this version knows {known})."
            ),
            N_("Update this program, then open the project again."),
            path=path,
            found=found,
            known=SCHEMA,
        )
    if found == SCHEMA:
        return
    lock = ProjectLock(path.parent)
    lock.acquire_exclusive(
        N_("The project must be upgraded, but another window or command has it open.")
    )
    partial = path.with_name(path.name + ".upgrading")
    try:
        if schema_of(path) != found:  # another program has just upgraded it
            return
        with user_errors(path):
            _copy(path, partial)
            run_migrations(partial)
            _verify(partial)
            back_up(path, "upgrade")
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
        lock.release()


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    old, new = sqlite3.connect(source.absolute()), sqlite3.connect(target.absolute())
    try:
        old.backup(new)
    finally:
        new.close()
        old.close()


def _verify(path: Path) -> None:
    engine = open_engine(path, NullPool)
    with engine.connect() as connection:
        dialect = dialect_of(connection)
        broken = dialect.broken_references(connection) or dialect.find_damage(connection)
    engine.dispose()
    if broken:
        raise UserError(
            N_("The upgrade of {file} failed its check; it was left as it was."), file=path.name
        )


def run_migrations(path: Path) -> None:
    """Run the migrations that a file has not had, in place."""
    # Imported here: alembic costs a fifth of a second, and a project is seldom upgraded.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    engine = create_engine(url(path), poolclass=NullPool)
    with engine.connect() as connection:
        # Table rebuilds drop parents: foreign keys are off before BEGIN and checked afterwards.
        disable_foreign_keys(connection)
        connection.commit()
        config = Config()
        # ConfigParser takes % for the start of a placeholder
        folder = str(Path(__file__).parent / "migrations").replace("%", "%%")
        config.set_main_option("script_location", folder)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()
