"""Times of the log in local time."""

from __future__ import annotations

from datetime import datetime


def format_local_time(time: str, *, short: bool = False) -> str:
    """Format an ISO time in UTC as local time; `short` omits the current year."""
    local = datetime.fromisoformat(time).astimezone()
    now = short and local.year == datetime.now().astimezone().year
    return local.strftime("%m-%d %H:%M" if now else "%Y-%m-%d %H:%M")
