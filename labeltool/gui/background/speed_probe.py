"""How fast this computer trains: a few timed steps in a process of their own, kept for later."""

from __future__ import annotations

import json
from typing import Any, Protocol

from PySide6.QtCore import QObject, QProcess, Signal, Slot

from labeltool.worker_process import program


class KnownSpeeds(Protocol):
    """Where measured speeds are kept."""

    speeds: dict[str, object]


class SpeedProbe(QObject):
    """Measures the speed of a device with a backbone, once for this computer.

    Signals:
        measured: the measurement that ran has ended; if it failed, nothing more is known.
    """

    measured = Signal()

    def __init__(self, settings: KnownSpeeds, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._process = QProcess(self)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._subject = ""
        self._tried: set[str] = set()

    @property
    def is_running(self) -> bool:
        """Whether a measurement runs."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def known(self, device: str, backbone: str) -> dict[str, Any]:
        """What was measured, see `labeltool.workers.timed_steps.measure`; empty if nothing was."""
        found = self._settings.speeds.get(f"{device} {backbone}")
        return found if isinstance(found, dict) else {}

    def measure(self, device: str, backbone: str) -> bool:
        """Begin a measurement, unless one runs or this one was tried; returns whether one runs."""
        subject = f"{device} {backbone}"
        if not self.is_running and subject not in self._tried:
            self._tried.add(subject)
            self._subject = subject
            first, *rest = program()
            self._process.start(first, [*rest, "worker", "--probe", device, backbone])
        return self.is_running

    def stop(self) -> None:
        """End a running measurement."""
        if self.is_running:
            self._tried.discard(self._subject)
            self._process.kill()
            self._process.waitForFinished()

    @Slot()
    def _finished(self) -> None:
        line = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        try:
            found = json.loads(line)
        except ValueError:
            found = None  # it was stopped, or the device cannot be used
        if isinstance(found, dict):
            self._settings.speeds = self._settings.speeds | {self._subject: found}
        self.measured.emit()

    @Slot()
    def _failed(self) -> None:
        if self._process.error() is QProcess.ProcessError.FailedToStart:
            self.measured.emit()
