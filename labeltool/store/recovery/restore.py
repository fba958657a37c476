"""A backup takes the place of a project file that is damaged, which is kept beside it."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from labeltool.domain import N_, DamagedError, Progress, UserError
from labeltool.store.database.project_file import FILE, schema_of
from labeltool.store.database.project_lock import ProjectLock
from labeltool.store.recovery.backups import (
    Backup,
    Facts,
    backups,
    check_file,
    copy_checked,
    facts,
    parts,
)


def newest_good(folder: Path) -> Backup | None:
    """The newest backup that can be read wholly."""
    for backup in backups(folder):
        with suppress(UserError):
            check_file(backup.file)
            return backup
    return None


def facts_now(folder: Path) -> Facts | None:
    """What the project file holds now, None where it cannot be read."""
    with suppress(UserError):
        return facts(folder / FILE)
    return None


def restore(
    folder: Path, source: Path, progress: Progress = lambda done, total: None
) -> Path | None:
    """Put a copy of a backup in the project's place; returns where the file before is kept.

    `progress` counts bytes.

    Raises:
        UserError: the backup is no sound project, or the project is open or cannot be written.
    """
    file = folder / FILE
    if not os.path.isfile(source):
        raise UserError(
            N_("There is no backup {path}."),
            N_("'labeltool restore {folder}' lists them."),
            path=source,
            folder=folder,
        )
    lock = ProjectLock(folder)
    lock.alone(N_("The project must be restored, but another window or command has it open."))
    partial = file.with_name(f"{file.name}.restoring")
    try:
        partial.unlink(missing_ok=True)
        schema_of(source)
        copy_checked(source, partial, progress, closed=True)
        aside = _keep(file)
        # a write-ahead log left here would be played into the new file
        for part in parts(file)[1:]:
            part.unlink()
        os.replace(partial, file)
    except DamagedError as error:
        raise UserError(
            N_("{path} is damaged too."), N_("Choose an older backup."), path=source
        ) from error
    except OSError as error:
        raise UserError(
            N_("{file} could not be restored: {reason}; everything is as it was."),
            N_("Check that there is space, and that you may write there."),
            file=source.name,
            reason=error.strerror or str(error),
        ) from error
    finally:
        for leftover in (partial, partial.with_name(f"{partial.name}-journal")):
            with suppress(OSError):  # a folder that is read-only never had one
                leftover.unlink(missing_ok=True)
        lock.release()
    return aside


def _keep(file: Path) -> Path | None:
    """Give a project file, and a log that belongs to it, a second name."""
    if not file.exists():
        return None
    aside = file.with_name(f"{file.stem}.replaced-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}Z.sqlite")
    for part in parts(file):
        name = aside.with_name(part.name.replace(file.name, aside.name, 1))
        try:
            os.link(part, name)  # takes no space, which may be what is lacking
        except OSError:
            shutil.copyfile(part, name)
    return aside
