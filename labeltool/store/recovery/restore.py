"""Replace a damaged project file with a backup, and keep the damaged file."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from labeltool.domain import N_, DamagedError, Progress, UserError, system_reason
from labeltool.store.database.project_file import FILE, schema_of
from labeltool.store.database.project_lock import ProjectLock
from labeltool.store.recovery.backups import (
    Backup,
    ProjectContents,
    backups,
    check_file,
    copy_checked,
    parts,
    read_contents,
)


def newest_intact_backup(folder: Path) -> Backup | None:
    """The newest backup without damage."""
    for backup in backups(folder):
        with suppress(UserError):
            check_file(backup.file)
            return backup
    return None


def current_contents(folder: Path) -> ProjectContents | None:
    """What the project file contains now; None if it cannot be read."""
    with suppress(UserError):
        return read_contents(folder / FILE)
    return None


def restore(
    folder: Path, source: Path, progress: Progress = lambda done, total: None
) -> Path | None:
    """Replace the project file with a copy of a backup; returns where the old file is kept.

    `progress` counts bytes.

    Raises:
        UserError: the backup is damaged or no project, or the project is open or cannot be written.
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
    lock.acquire_exclusive(
        N_("The project must be restored, but another window or command has it open.")
    )
    partial = file.with_name(f"{file.name}.restoring")
    try:
        partial.unlink(missing_ok=True)
        schema_of(source)
        copy_checked(source, partial, progress, closed=True)
        aside = _keep(file)
        # a write-ahead log that stayed would be applied to the new file
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
            reason=system_reason(error),
        ) from error
    finally:
        for leftover in (partial, partial.with_name(f"{partial.name}-journal")):
            with suppress(OSError):  # a read-only folder never had one
                leftover.unlink(missing_ok=True)
        lock.release()
    return aside


def _keep(file: Path) -> Path | None:
    """Keep a project file, with its journal files, under a second name."""
    if not file.exists():
        return None
    aside = file.with_name(f"{file.stem}.replaced-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}Z.sqlite")
    for part in parts(file):
        name = aside.with_name(part.name.replace(file.name, aside.name, 1))
        try:
            os.link(part, name)  # needs no space, which may be short
        except OSError:
            shutil.copyfile(part, name)
    return aside
