"""Notices when the labels show what the network gets wrong on many faces in the same way."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool.domain import N_, Changes, Message, Progress, UserError
from labeltool.gui.background.round_controller import RoundController
from labeltool.gui.background.tasks import TaskRunner
from labeltool.gui.i18n.translate import tr, translate
from labeltool.review.desk import Desk
from labeltool.rounds.adjusting.adjuster import Learned

DEBOUNCE_MS = 3_000
"""How long more decisions may follow before it is looked again."""

FIRST_LABELS = 20
"""So many labels are waited for before it is looked for the first time."""

MORE_LABELS = 1.5
"""It is looked again with so many times the labels of the last time."""


class AdjustmentWatch(QObject):
    """Learns adjustments of the proposals, and offers adjusted ones when it is told to.

    Signals:
        learned: what was learned by `learn`, a Learned.
        hint: a sentence, once it is worth it to adjust the proposals.
    """

    learned = Signal(object)
    hint = Signal(str, bool)

    def __init__(
        self, desk: Desk, tasks: TaskRunner, rounds: RoundController, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk, self._tasks, self._round = desk, tasks, rounds
        self._looked_at = 0  # labels when it was looked last
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._look)

    @Slot(object)
    def note_changes(self, changes: Changes) -> None:
        """Look again after a moment, if there are enough new labels."""
        if changes.any_face and self._labels() >= self._wanted():
            self._debounce.start()

    def _labels(self) -> int:
        return self._desk.counts.accepted + self._desk.counts.corrected

    def _wanted(self) -> int:
        return max(FIRST_LABELS, round(MORE_LABELS * self._looked_at))

    @Slot()
    def _look(self) -> None:
        if not self._round.rounds.follower.is_running:
            self._looked_at = self._labels()
            self._tasks.run_hidden(
                "residuals", tr("Learning from corrections"), self._learn,
                succeeded=self._found, failed=self._ignore,
            )  # fmt: skip

    def _learn(self, _progress: Progress) -> Learned:
        return self._round.rounds.adjuster.learn()

    @Slot(object)
    def _found(self, result: object) -> None:
        learned = cast(Learned, result)
        if learned.is_worth_offering:
            advice = Message(N_("Rounds > Adjust proposals does that for all undecided faces."))
            self.hint.emit(translate(Message.join(learned.sentence, advice)), False)

    @Slot(Exception)
    def _ignore(self, error: Exception) -> None:
        """Too few labels, or no network, is no news; anything but a UserError is a bug."""
        if not isinstance(error, UserError):
            raise error

    def learn(self) -> None:
        """Learn now, because a person asked for it; `learned` follows, or the reason why not."""
        self._tasks.run(
            "residuals", tr("Learning from corrections"), self._learn,
            cancel_message=tr("Cancelled: no face was changed."), succeeded=self._learned,
        )  # fmt: skip

    @Slot(object)
    def _learned(self, result: object) -> None:
        self.learned.emit(result)

    def offer(self, learned: Learned) -> None:
        """Adjust the proposals of all undecided faces, in the background."""
        self._tasks.run(
            "writes", tr("Adjusting proposals"),
            partial(self._round.rounds.adjuster.offer, self._desk.reviewer, learned),
            cancel_message=tr("Cancelled: no face was changed."),
        )  # fmt: skip

    def close(self) -> None:
        """Look no more."""
        self._debounce.stop()
