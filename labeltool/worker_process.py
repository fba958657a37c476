"""How a worker process is started, and what its end means."""

from __future__ import annotations

import sys


def program() -> list[str]:
    """How to start this program again, also from a frozen bundle."""
    return (
        [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "labeltool"]
    )
