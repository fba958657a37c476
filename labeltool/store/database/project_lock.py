"""The lock of a project: shared while it is open, exclusive to migrate or restore."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import portalocker

from labeltool.domain import N_, UserError


class ProjectLock:
    """Everyone with the project open shares it; a migration needs it alone."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "project.lock"
        self._file: Any = None

    def share(self) -> None:
        """Say that the project is open here."""
        self._take(
            portalocker.LockFlags.SHARED,
            N_("The project is being upgraded or restored right now."),
        )

    def alone(self, what: str) -> None:
        """Make sure that it is open nowhere else; `what` a marked text says if it is."""
        self._take(portalocker.LockFlags.EXCLUSIVE, what)

    def _take(self, flags: portalocker.LockFlags, what: str) -> None:
        self.release()
        try:
            self._file = self._path.open("a+")
        except OSError:
            try:
                self._file = self._path.open("rb")
            except OSError:  # read-only, and never opened: the database itself says it better
                return
        try:
            portalocker.lock(self._file, flags | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException as error:
            self.release()
            raise UserError(what, N_("Close it there, then open the project again.")) from error

    def release(self) -> None:
        """Let others have it."""
        if self._file is not None:
            self._file.close()
            self._file = None
