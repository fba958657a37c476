"""Keeps the window responsive while background threads compute."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BACKGROUND_NICENESS = 10

decode_slots = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) - 1))
"""Held while a thread decodes a large photo: one processor is left to the window."""

PHOTO_REST_SECONDS = 0.2
"""After another photo was opened, thumbnails and checks rest this long: longer than a key that is
held down takes to repeat."""

_foreground_idle = threading.Event()
_foreground_idle.set()

_rest_until = 0.0  # by the monotonic clock


def lower_thread_priority() -> None:
    """Give the window's thread precedence over the calling one.

    Linux only: other systems do not let a program order its threads without extra rights.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND_NICENESS)


@contextmanager
def foreground_work() -> Iterator[None]:
    """Enclose work of the window's thread that a person waits for.

    Threads that call `wait_for_foreground` rest meanwhile. They would compete for Python's lock: a
    wheel step of the gallery would take three times as long, a decision half as long again.
    """
    _foreground_idle.clear()
    try:
        yield
    finally:
        _foreground_idle.set()


def wait_for_foreground() -> None:
    """In a background thread, wait until no `foreground_work` is running."""
    _foreground_idle.wait()


def rest_for_photo() -> None:
    """Let threads that call `wait_for_photo` rest for PHOTO_REST_SECONDS from now."""
    global _rest_until
    _rest_until = time.monotonic() + PHOTO_REST_SECONDS


def wait_for_photo() -> None:
    """In a background thread, wait until no photo was opened for PHOTO_REST_SECONDS."""
    while (left := _rest_until - time.monotonic()) > 0:
        time.sleep(left)
