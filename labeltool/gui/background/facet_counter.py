"""How many faces there are under the filters, counted in the background after each change."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool.domain import Filter, Progress, SavedFilter
from labeltool.gui.background.tasks import Lane, Task
from labeltool.gui.i18n.translate import tr
from labeltool.review.desk import Desk
from labeltool.review.facets import FacetCounts, count_facets
from labeltool.store import Store

WAIT_MS = 200
"""After a change, how long others may follow before the faces are counted."""


class Counting(QObject):
    """Surveys for the filter of a desk: some filters walk over every face.

    Signals:
        surveyed: a FacetCounts, a moment after `soon`.
        failed: an Exception.
    """

    surveyed = Signal(object)
    failed = Signal(Exception)

    def __init__(self, store: Store, desk: Desk, lane: Lane, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._desk, self._lane = store, desk, lane
        self._busy, self._open = False, True
        self._saved: list[SavedFilter] = []
        self._due = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._due.timeout.connect(self._begin)

    def soon(self, *, others_follow: bool = False) -> None:
        """Count a moment from now; `others_follow`: not put off if it is due already."""
        if self._open and not (others_follow and self._due.isActive()):
            self._due.start()

    def stop(self) -> None:
        """Begin no more."""
        self._open = False
        self._due.stop()

    def saved_filter(self, meant: int | None) -> SavedFilter | None:
        """The saved filter that is on; of several that ask the same the one with the id `meant`."""
        on = [saved for saved in self._saved if saved.filter == self._desk.queue.filter]
        return next((saved for saved in on if saved.id == meant), on[0] if on else None)

    @Slot()
    def _begin(self) -> None:
        if self._busy:
            self._due.start()
            return
        self._busy = True
        task = Task(tr("Counting"), self)
        task.ended.connect(self._ended)
        work = partial(self._count, self._desk.queue.filter)
        self._lane.start(task, work, succeeded=self._counted, failed=self._broke)

    def _count(self, wanted: Filter, _progress: Progress) -> tuple[Filter, FacetCounts]:
        return wanted, count_facets(self._store, wanted)

    @Slot(object)
    def _counted(self, result: object) -> None:
        assert isinstance(result, tuple)
        wanted, found = result
        self._saved = [saved for saved, _ in found.saved]
        if wanted == self._desk.queue.filter:
            self.surveyed.emit(found)

    @Slot(Exception)
    def _broke(self, error: Exception) -> None:
        self.failed.emit(error)

    @Slot()
    def _ended(self) -> None:
        self._busy = False
