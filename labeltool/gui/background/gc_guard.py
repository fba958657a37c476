"""Collects garbage on the window's thread only.

Python collects cycles on whichever thread happens to allocate. If such a cycle holds a widget, Qt
destroys it on a background thread and the program crashes. So the automatic collection is off while
a window exists, and a timer does the same work here.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot


class GarbageCollector(QObject):
    """Lives as long as the program has windows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect the generations whose thresholds are passed, as the interpreter would."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [k for k in range(3) if counts[k] > thresholds[k]]
        if due:
            gc.collect(max(due))
