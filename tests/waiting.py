"""Waiting in tests: for a condition, never for a fixed time.

One generous timeout serves every test, because a busy machine may be slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

WAIT_SECONDS = 60
"""The timeout of every wait; most conditions hold within a fraction of a second."""

WAIT_MS = WAIT_SECONDS * 1000


def wait_until(condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Poll until the condition holds.

    Raises:
        AssertionError: it did not hold within `seconds`.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"the condition did not hold within {seconds:.0f} s"
        time.sleep(0.01)


class PatientBot(QtBot):
    """pytest-qt's bot with a longer default timeout; its 5 s are too short on a busy machine."""

    def waitUntil(self, callback: Callable[[], Any], *, timeout: int = WAIT_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = WAIT_MS, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitExposed(self, widget: Any, *, timeout: int = WAIT_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)
