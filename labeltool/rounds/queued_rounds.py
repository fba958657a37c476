"""Training rounds that wait until the running round has ended."""

from __future__ import annotations

from typing import Any

from labeltool.domain import (
    N_,
    Changes,
    Message,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    WriteResult,
)
from labeltool.domain.progress import no_progress
from labeltool.domain.round_options import RoundOptions
from labeltool.rounds.launcher import RoundLauncher
from labeltool.store import Store


class QueuedRounds:
    """The queue of rounds, oldest first, shared by all programs that have the project open.

    The queue holds what was chosen. A round's labels are those there are when it starts.
    """

    def __init__(self, store: Store, launcher: RoundLauncher) -> None:
        self._store, self._launcher = store, launcher

    def all(self) -> list[Round]:
        """The rounds that wait."""
        return [row for row in self._store.rounds.all() if row.status is RoundStatus.QUEUED]

    def add(self, options: RoundOptions) -> int:
        """Queue a training round; returns its id."""
        summary: dict[str, object] = {"options": options.to_dict()}
        return self._store.rounds.add(RoundKind.TRAIN, "", "", summary, RoundStatus.QUEUED)

    def remove(self, round_id: int) -> WriteResult:
        """Cancel a round that waits; nothing happens if it has started meanwhile."""
        row = next((row for row in self.all() if row.id == round_id), None)
        if row is None:
            return WriteResult(Changes(rounds=True))
        changes = self._store.rounds.end(round_id, RoundStatus.CANCELLED)
        return WriteResult(changes, Message(N_("The waiting round was cancelled.")))

    def start_next(self, progress: Progress = no_progress) -> WriteResult | None:
        """Start the round that has waited longest; None if there is none, or while a round runs.

        Raises:
            UserError: the round cannot be started, which ends it; or another program is writing,
                and it goes on waiting.
            Cancelled: from `progress`; the round that waited is cancelled.
        """
        waiting = self.all()
        if not waiting or self._launcher.is_busy():
            return None
        options = waiting[0].summary["options"]
        return self._launcher.start_queued(waiting[0].id, chosen(options), progress)


def chosen(options: Any) -> RoundOptions:
    """The options of a round's summary."""
    return RoundOptions(**options)
