"""Counts the faces under each filter in the background, after changes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool.domain import Filter, Progress, SavedFilter
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.i18n.translate import tr
from labeltool.review.desk import Desk
from labeltool.review.facets import FacetCounts, count_facets
from labeltool.store import Store

DEBOUNCE_MS = 200
"""How long more changes may follow before the faces are counted."""


class FacetCounter(QObject):
    """Counts for the filter of a desk; in the background, as some filters read every face.

    `chosen_filter`: the id of the saved filter whose menu was opened last, or None. `round_names`:
    the names of rounds by their id, set by the view that lists them.

    Signals:
        counted: a FacetCounts, a moment after `schedule`.
    """

    counted = Signal(object)

    def __init__(self, store: Store, desk: Desk, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._desk, self._tasks = store, desk, tasks
        self.chosen_filter: int | None = None
        self.round_names: dict[int, str] = {}
        self._is_counting, self._is_open = False, True
        self._saved: list[SavedFilter] = []
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._start)

    def schedule(self, *, extend: bool = True) -> None:
        """Count after a moment without changes; `extend`: False keeps a count that is due
        already where it is, so that a series of changes cannot put it off."""
        if self._is_open and (extend or not self._debounce.isActive()):
            self._debounce.start()

    def saved_filter(self) -> SavedFilter | None:
        """The saved filter that is on; of several equal ones the `chosen_filter`."""
        on = [saved for saved in self._saved if saved.filter == self._desk.queue.filter]
        chosen = (saved for saved in on if saved.id == self.chosen_filter)
        return next(chosen, on[0] if on else None)

    @Slot()
    def _start(self) -> None:
        if self._is_counting:
            self._debounce.start()
            return
        self._is_counting = True
        self._tasks.run_hidden(
            "queries", tr("Counting"), partial(self._count, self._desk.queue.filter),
            succeeded=self._counted, ended=self._ended,
        )  # fmt: skip

    def _count(self, wanted: Filter, _progress: Progress) -> tuple[Filter, FacetCounts]:
        return wanted, count_facets(self._store, wanted)

    @Slot(object)
    def _counted(self, result: object) -> None:
        assert isinstance(result, tuple)
        wanted, found = result
        self._saved = [saved for saved, _ in found.saved]
        if wanted == self._desk.queue.filter:
            self.counted.emit(found)

    @Slot()
    def _ended(self) -> None:
        self._is_counting = False

    def close(self) -> None:
        """Count no more."""
        self._is_open = False
        self._debounce.stop()
