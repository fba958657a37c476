"""Waiting in tests: for a condition, never for a fixed time.

One generous timeout serves every test, because a busy machine may be slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from labeltool.gui.window import MainWindow

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


def wait_until_idle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until no face is sought, no round runs, and every face has a proposal."""
    session = window.session
    qtbot.waitUntil(
        lambda: (
            not (
                session.importer.is_searching
                or session.round.rounds.follower.is_running
                or session.round.is_taking
                or session.store.faces.count_unpredicted()
            )
        ),
        timeout=300_000,
    )


class PatientBot(QtBot):
    """pytest-qt's bot with a longer default timeout; its 5 s are too short on a busy machine."""

    def waitUntil(self, callback: Callable[[], Any], *, timeout: int = WAIT_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = WAIT_MS, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitExposed(self, widget: Any, *, timeout: int = WAIT_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)
