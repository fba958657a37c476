"""Learns in the background how the landmarks of this project are wrong together."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool.domain import Changes, Progress
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.i18n.translate import tr
from labeltool.store import Store
from pipnet.calibration import residual_file
from pipnet.calibration.residuals import ResidualModel, fit_residuals

DEBOUNCE_MS = 5_000
"""How long more decisions may follow before the model learns from them."""

MAX_CORRECTIONS = 1_000
"""The model learns from so many of the newest corrections."""


class ResidualLearner(QObject):
    """Keeps the residual model of the project: the shipped one of its scheme, updated by the
    corrections; without a shipped one, that of the corrections alone, once there are enough.

    Signals:
        learned: a ResidualModel, or None while there is none.
    """

    learned = Signal(object)

    def __init__(self, store: Store, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks
        self.model: ResidualModel | None = None
        self._is_running = self._is_wanted_again = False
        self._is_open = True
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self.learn)

    @Slot(object)
    def note_changes(self, changes: Changes) -> None:
        """Learn again after a moment, if faces changed."""
        if self._is_open and changes.any_face and not self._debounce.isActive():
            self._debounce.start()

    @Slot()
    def learn(self) -> None:
        """Learn from the corrections that stand now."""
        if self._is_running:
            self._is_wanted_again = True
            return
        self._is_running, self._is_wanted_again = True, False
        self._tasks.run_hidden(
            "residuals", tr("Learning from corrections"), self._learn,
            succeeded=self._done, ended=self._ended,
        )  # fmt: skip

    def _learn(self, _progress: Progress) -> ResidualModel | None:
        return project_residuals(self._store)

    @Slot(object)
    def _done(self, result: object) -> None:
        assert result is None or isinstance(result, ResidualModel)
        self.model = result
        self.learned.emit(result)

    @Slot()
    def _ended(self) -> None:
        self._is_running = False
        if self._is_wanted_again and self._is_open:
            self._debounce.start()

    def close(self) -> None:
        """Learn no more."""
        self._is_open = False
        self._debounce.stop()


def project_residuals(store: Store) -> ResidualModel | None:
    """The residual model of a project as its corrections are now, see `ResidualLearner`."""
    scheme = store.scheme
    model = residual_file.shipped(scheme)
    corrections = [
        row
        for row in store.reports.recent_corrections(MAX_CORRECTIONS)
        if len(row.proposal) == len(row.label) == scheme.count
    ]
    if not corrections:
        return model
    proposals = np.stack([row.proposal for row in corrections])
    labels = np.stack([row.label for row in corrections])
    if model is None:
        return fit_residuals(proposals, labels, scheme)
    return model.updated(proposals, labels, scheme)
