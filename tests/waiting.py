"""Waiting in tests: until something is so, and never for a fixed while.

How long a busy machine takes tells nothing, so that one generous bound does for all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

WAIT_SECONDS = 60
"""How long a test waits at most for what takes a fraction of a second on an idle machine."""

WAIT_MS = WAIT_SECONDS * 1000


def wait_until(condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Ask again and again until the condition holds.

    Raises:
        AssertionError: it did not within so many seconds.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not so within {seconds:.0f} s"
        time.sleep(0.01)


class PatientBot(QtBot):
    """pytest-qt's bot, whose own 5 s are too few for a busy machine."""

    def waitUntil(self, callback: Callable[[], Any], *, timeout: int = WAIT_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = WAIT_MS, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitExposed(self, widget: Any, *, timeout: int = WAIT_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)
