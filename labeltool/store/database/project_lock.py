"""The lock of a project: shared while it is open, exclusive during a migration or a restore."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import portalocker

from labeltool.domain import N_, UserError


class ProjectLock:
    """Every process that has the project open shares it; a migration needs it exclusively."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "project.lock"
        self._file: Any = None

    def acquire_shared(self) -> None:
        """Mark the project as open in this process.

        Raises:
            UserError: it is being upgraded or restored.
        """
        self._take(
            portalocker.LockFlags.SHARED,
            N_("The project is being upgraded or restored right now."),
        )

    def acquire_exclusive(self, what: str) -> None:
        """Make sure that no other process has the project open.

        Raises:
            UserError: one has; `what` is the (marked) message.
        """
        self._take(portalocker.LockFlags.EXCLUSIVE, what)

    def _take(self, flags: portalocker.LockFlags, what: str) -> None:
        self.release()
        try:
            self._file = self._path.open("a+")
        except OSError:
            try:
                self._file = self._path.open("rb")
            except OSError:  # read-only, never opened: opening the database gives a better message
                return
        try:
            portalocker.lock(self._file, flags | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException as error:
            self.release()
            raise UserError(what, N_("Close it there, then open the project again.")) from error

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None
