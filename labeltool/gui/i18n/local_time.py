"""Times of the log as the clock on the wall."""

from __future__ import annotations

from datetime import datetime


def format_local_time(time: str, *, short: bool = False) -> str:
    """A time of the log (UTC) as the clock on the wall shows it; `short`: no year if it is now."""
    local = datetime.fromisoformat(time).astimezone()
    now = short and local.year == datetime.now().astimezone().year
    return local.strftime("%m-%d %H:%M" if now else "%Y-%m-%d %H:%M")
