"""Work too long for the window's thread: lanes, progress by signal, cancel by exception."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from labeltool.domain import Cancelled, Progress

Work = Callable[[Progress], object]


class Task(QObject):
    """One piece of background work. Its signals arrive in the thread that made it.

    `progressed`: done, total, seconds left. Exactly one of `succeeded`, `failed` and `cancelled`
    follows, and then `ended`; a lane lets go of the task after that. `farewell`: a sentence for the
    person who cancelled it, or empty.
    """

    progressed = Signal(int, int, float)
    succeeded = Signal(object)
    failed = Signal(Exception)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, name: str, parent: QObject, farewell: str = "") -> None:
        super().__init__(parent)
        self.name, self.farewell = name, farewell
        self._stop = threading.Event()
        self._said = 0.0

    def cancel(self) -> None:
        """Ask the work to stop at its next progress call."""
        self._stop.set()

    def _progress(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if done == 0:
            self._began = now
        if now - self._said > 0.1 or done in (0, total):
            self._said = now
            left = (now - self._began) / done * (total - done) if done else 0.0
            self.progressed.emit(done, total, left)

    def run(self, work: Work) -> None:
        """Do the work in the calling thread."""
        self._began = time.monotonic()
        try:
            result = work(self._progress)
        except Cancelled:
            self.cancelled.emit()
        except Exception as error:  # noqa: BLE001 - handed to the window's thread, which raises it
            self.failed.emit(error)
        else:
            self.succeeded.emit(result)
        self.ended.emit()


class Lane:
    """Tasks one after the other; separate lanes do not wait for each other."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._tasks: set[Task] = set()

    def start(
        self,
        task: Task,
        work: Work,
        *,
        succeeded: Callable[[object], None],
        failed: Callable[[Exception], None],
    ) -> Task:
        """Queue work. The slots, bound methods, are connected before it can begin."""
        task.succeeded.connect(succeeded)
        task.failed.connect(failed)
        task.ended.connect(task.deleteLater)
        with self._lock:
            self._tasks.add(task)

        def run() -> None:
            try:
                task.run(work)
            finally:
                with self._lock:
                    self._tasks.discard(task)

        self._pool.submit(run)
        return task

    def close(self) -> None:
        """Cancel everything and wait for it."""
        with self._lock:
            for task in self._tasks:
                task.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
