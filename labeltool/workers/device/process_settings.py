"""Settings of a whole worker process: how it shares the computer with the window."""

from __future__ import annotations

import os
from contextlib import suppress

import torch

from pipnet.training.allocator import retain_freed_memory

NICENESS = 10


def worker_threads() -> int:
    """Threads of a worker: one core stays with the window."""
    return max(1, (os.cpu_count() or 2) - 1)


def configure_worker_process() -> None:
    """Give way to the window, keep freed memory, and leave one core to the window.

    For the process's entry point alone: none of this can be taken back.
    """
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    retain_freed_memory()
    # spinning threads of two programs ruin each other
    torch.set_num_threads(worker_threads())
