"""Progress of long work, and how a person stops it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (done, total); raises Cancelled when the user asked to stop."""


def no_progress(_done: int, _total: int) -> None:
    """Progress that nobody shows."""


class Cancelled(Exception):  # noqa: N818 - not an error
    """The user asked to stop."""
