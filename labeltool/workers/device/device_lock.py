"""One round at a time on each device of this machine, whatever project it belongs to.

A worker holds the lock of its device: a locked file in a folder of the user's, which the kernel
unlocks however the process ends. Beside it lies a note for those that wait: whose round it is.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import portalocker
import torch

from labeltool.domain import N_, Message
from labeltool.rounds.run_folder import Event, RunFolder
from pipnet.models.devices import free_cached_memory

POLL_SECONDS = 0.5
"""How often a worker that waits looks whether its device is free."""


class DeviceLock:
    """The lock of a device, for the worker of a run.

    Args:
        spec: of the run folder; says whose round it is.
        device: a torch device.
    """

    def __init__(self, folder: RunFolder, spec: dict[str, Any], device: str) -> None:
        self._folder, self._device = folder, device
        self._owner = {
            "project": spec.get("project", folder.path.name),
            "number": spec.get("number", 0),
        }
        self._file: TextIO | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock, after a wait if need be; see `acquire`."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def acquire(self) -> float:
        """Wait until no other worker holds the device; the run's events say for whose round.

        Returns the seconds waited. Where no lock file can be made, it is as if it were free.

        Raises:
            Cancelled: the user asked to cancel.
        """
        began, told = time.monotonic(), None
        try:
            path = runtime_folder() / f"{device_key(self._device)}.lock"
            file = path.open("a+", encoding="utf-8")
        except OSError:
            return 0.0
        try:
            while not _lock(file):
                reason = self._reason(_read(path.with_suffix(".json")))
                if reason != told:
                    self._folder.report(Event("waiting", reason=reason))
                    told = reason
                self._folder.check_cancel()
                time.sleep(POLL_SECONDS)
        except BaseException:
            file.close()
            raise
        self._file = file
        _write(path.with_suffix(".json"), self._owner)
        return time.monotonic() - began

    def release(self) -> None:
        """Let others use the device, with the memory that this process keeps for reuse."""
        if self._file is not None:
            free_cached_memory(self._device)
            self._file.close()
            self._file = None

    def _reason(self, owner: dict[str, Any]) -> Message:
        device = Message(N_("this CPU") if self._device == "cpu" else N_("the GPU"))
        if not owner:
            return Message(N_("Waits for another round, which uses {device}."), device=device)
        if not owner["number"]:
            words = N_("Waits for a prediction of the project {project}, which uses {device}.")
            return Message(words, project=owner["project"], device=device)
        words = N_("Waits for round {number} of the project {project}, which uses {device}.")
        return Message(words, **owner, device=device)


def runtime_folder() -> Path:
    """The folder of the locks, which all sessions of the user share; made if need be. The variable
    `LABELTOOL_RUNTIME` may name another one.

    Raises:
        OSError: it cannot be made, or another user has made it.
    """
    if named := os.environ.get("LABELTOOL_RUNTIME"):
        folder = Path(named)
    elif os.name == "posix":
        # not by XDG_RUNTIME_DIR: of two sessions only one may have it
        own = Path(f"/run/user/{os.getuid()}")
        temporary = Path(tempfile.gettempdir()) / f"labeltool-{os.getuid()}"
        folder = own / "labeltool" if os.access(own, os.W_OK) else temporary
    else:
        folder = Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir()) / "labeltool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    return folder


def device_key(device: str) -> str:
    """A name of the device that is the same in every process, whichever GPUs it sees."""
    if device.startswith("cuda"):
        return f"cuda-{torch.cuda.get_device_properties(device).uuid}"
    return device


def _lock(file: TextIO) -> bool:
    """Lock the file, unless another process has; True also where the system cannot lock it."""
    try:
        portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
    except portalocker.AlreadyLocked:
        return False
    except portalocker.LockException:
        pass
    return True


def _read(note: Path) -> dict[str, Any]:
    """Whose round it is, as far as this is known."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        owner = json.loads(note.read_text("utf-8"))
        return {"project": str(owner["project"]), "number": int(owner["number"])}
    return {}


def _write(note: Path, owner: dict[str, Any]) -> None:
    """Say whose round it is. The lock holds without that too."""
    partial = note.with_suffix(".partial")
    with suppress(OSError):
        partial.write_text(json.dumps(owner), encoding="utf-8")
        os.replace(partial, note)
