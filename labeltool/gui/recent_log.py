"""The last lines of the program's log, for bug reports."""

from __future__ import annotations

import logging
from collections import deque

LOG_LINES = 50


class RecentLog(logging.Handler):
    """Keeps the last `LOG_LINES` lines of the program's log, which is not written to a file."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.lines: deque[str] = deque(maxlen=LOG_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the lines of a record."""
        self.lines.extend(self.format(record).splitlines())
