"""Background tasks: work too long for the window's thread.

Progress comes by signal, cancellation is an exception raised out of the progress call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import QObject, Signal, Slot

from labeltool.domain import Cancelled, Changes, Progress, UserError, WriteResult
from labeltool.gui.i18n.translate import tr

if TYPE_CHECKING:
    from labeltool.store import Store

Work = Callable[[Progress], object]

PROGRESS_SECONDS = 0.1
"""Progress is reported no more often than this."""


class Task(QObject):
    """One piece of background work. Its signals arrive in the thread that made it.

    `progressed`: done, total, seconds left. Exactly one of `succeeded`, `failed` and `cancelled`
    follows, and then `ended`, after which a lane drops the task. `cancel_message`: the sentence to
    show if the work is cancelled, or empty.
    """

    progressed = Signal(int, int, float)
    succeeded = Signal(object)
    failed = Signal(Exception)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, name: str, parent: QObject, cancel_message: str = "") -> None:
        super().__init__(parent)
        self.name, self.cancel_message = name, cancel_message
        self._stop = threading.Event()
        self._reported_at = 0.0

    def cancel(self) -> None:
        """Ask the work to stop at its next progress call."""
        self._stop.set()

    def _progress(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if done == 0:
            self._started_at = now
        if now - self._reported_at > PROGRESS_SECONDS or done in (0, total):
            self._reported_at = now
            left = (now - self._started_at) / done * (total - done) if done else 0.0
            self.progressed.emit(done, total, left)

    def run(self, work: Work) -> None:
        """Do the work in the calling thread."""
        self._started_at = time.monotonic()
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
    """A queue of tasks with one thread; lanes do not wait for each other."""

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
        """Cancel every task and wait for them to end."""
        with self._lock:
            for task in self._tasks:
                task.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)


LaneName = Literal[
    "import",
    "results",
    "writes",
    "instant",
    "start",
    "packs",
    "queries",
    "previews",
    "backups",
    "checks",
    "residuals",
]


class TaskRunner(QObject):
    """The background tasks of a window, by lane.

    Slots that are passed in are bound methods: Qt disconnects those when their object dies.

    Signals:
        started: a Task that a person may watch and cancel.
        changed: Changes that a task made, or its WriteResult.
        failed: the UserError of a task.
        message: a sentence for the message bar, and whether Undo makes sense beside it.
    """

    started = Signal(object)
    changed = Signal(object)
    failed = Signal(object)
    message = Signal(str, bool)

    def __init__(self, store: Store, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._lanes: dict[LaneName, Lane] = {name: Lane(name) for name in get_args(LaneName)}

    def run(
        self, lane: LaneName, name: str, work: Work, *,
        cancel_message: str, succeeded: Callable[[object], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        ended: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        """Start a task that a person sees and can cancel.

        `succeeded` and `failed` replace `publish` and `report`, which take what it returns or
        raises.
        """
        task = Task(name, self, cancel_message)
        task.cancelled.connect(self._cancelled)
        if ended is not None:
            task.ended.connect(ended)
        self.started.emit(task)
        self._start(lane, task, work, succeeded, failed)

    def run_hidden(
        self, lane: LaneName, name: str, work: Work, *,
        succeeded: Callable[[object], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        ended: Callable[[], None] | None = None,
        progressed: Callable[[int, int], None] | None = None,
    ) -> Task:  # fmt: skip
        """Start a task that the window does not show; otherwise like `run`. The caller may show its
        progress and cancel it."""
        task = Task(name, self)
        if ended is not None:
            task.ended.connect(ended)
        if progressed is not None:
            task.progressed.connect(progressed)
        self._start(lane, task, work, succeeded, failed)
        return task

    def write(
        self, name: str, operation: Callable[[], Changes | WriteResult],
        succeeded: Callable[[object], None] | None = None,
    ) -> None:  # fmt: skip
        """Run a long write in the background: one transaction, which changes nothing if cancelled.

        The operation uses the store, not the desk: the desk belongs to the window's thread.
        """

        def work(progress: Progress) -> Changes | WriteResult:
            with self._store.cancellable(progress):
                return operation()

        message = tr("Cancelled: no face was changed.")
        self.run("writes", name, work, cancel_message=message, succeeded=succeeded)

    def _start(
        self, lane: LaneName, task: Task, work: Work,
        succeeded: Callable[[object], None] | None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:  # fmt: skip
        self._lanes[lane].start(
            task, work, succeeded=succeeded or self.publish, failed=failed or self.report
        )

    @Slot(object)
    def publish(self, result: object) -> None:
        """Emit `changed` for the result of a task, if it is of a write."""
        if isinstance(result, Changes | WriteResult):
            self.changed.emit(result)

    @Slot(Exception)
    def report(self, error: Exception) -> None:
        """Emit `failed` for a UserError; any other error is a bug and is raised."""
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)

    @Slot()
    def _cancelled(self) -> None:
        task = self.sender()
        self.changed.emit(Changes(photos=True))  # of an import, photos that were added stay
        if isinstance(task, Task) and task.cancel_message:
            self.message.emit(task.cancel_message, False)

    def close(self) -> None:
        """Cancel every task and wait for them to end."""
        for lane in self._lanes.values():
            lane.close()
