"""When Qt objects are destroyed: on the window's thread, and parents before their children.

Python collects cycles on whichever thread happens to allocate. If such a cycle holds a widget, Qt
destroys it on a background thread and the program crashes. So the automatic collection is off while
a window exists, and a timer does the same work here.

The collector takes the members of a cycle in any order, too. Of a window that nobody holds any more
it destroys a layout or a toolbar first and a child of it later, and the program crashes when the
child tells its parent. So Qt destroys windows, and the collector finds only what is left in Python.
"""

from __future__ import annotations

import gc
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer, Slot
from shiboken6 import delete, isValid

RETRY_MS = 50
"""Pause before it is checked again whether a dialog is still open."""

_doomed: dict[int, QObject] = {}  # by their ids, oldest first; held, so not garbage


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


def destroy_soon(*objects: QObject) -> None:
    """Let Qt destroy these with their children, in this order, once the event loop runs.

    Not while a dialog is open: the code that opened it goes on afterwards with its parent.
    """
    _doomed.update((id(doomed), doomed) for doomed in objects)
    QTimer.singleShot(0, partial(_destroy, objects))


def destroy_now() -> None:
    """Do at once what `destroy_soon` has put off, at the end of the program."""
    _delete(tuple(_doomed.values()))


def _destroy(objects: tuple[QObject, ...]) -> None:
    if QThread.currentThread().loopLevel() > 1:
        QTimer.singleShot(RETRY_MS, partial(_destroy, objects))
    else:
        _delete(objects)


def _delete(objects: tuple[QObject, ...]) -> None:
    # children that are to be deleted anyway: Python would keep those that die with their parent
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    for doomed in objects:
        _doomed.pop(id(doomed), None)
        if isValid(doomed):
            delete(doomed)
