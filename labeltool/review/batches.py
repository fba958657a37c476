"""Verdicts and flags for many faces at once."""

from __future__ import annotations

from collections.abc import Sequence

from labeltool.domain import Batch, Progress, Seen, Verdict, WriteResult
from labeltool.review.throughput import Throughput
from labeltool.store import MAX_VIEWED_FACES, Store, Threshold


class Batches:
    """What one reviewer does to many faces in one operation."""

    def __init__(self, store: Store, reviewer: str, throughput: Throughput) -> None:
        self._store, self._reviewer, self._throughput = store, reviewer, throughput

    def plan(self, faces: Sequence[int], verdict: Verdict) -> Batch:
        """What the verdict would do to these faces, for a preview. Writes nothing."""
        return self._store.batches.plan(faces, verdict)

    def decide(self, verdict: Verdict, seen: Sequence[Seen], progress: Progress) -> WriteResult:
        """Give the verdict to those faces of a plan that have not changed since, as one undo
        step."""
        result = self._store.batches.run(self._reviewer, verdict, seen, progress)
        if len(seen) <= MAX_VIEWED_FACES:
            self._throughput.add(len(seen))
        return result

    def toggle_flags(self, faces: Sequence[int]) -> WriteResult:
        """See the function `toggle_flags`."""
        return toggle_flags(self._store, self._reviewer, faces)

    def threshold(self, low: float, high: float = 1.0) -> tuple[str, Threshold] | None:
        """The newest model with unreviewed faces, and the threshold for its scores `low`..`high`
        (0..1); None without such a model."""
        models = self._store.decisions.models_waiting()
        if not models:
            return None
        model_id, name, _count = models[0]
        return name, Threshold(model_id, low, high)

    def count_within(self, threshold: Threshold) -> int:
        """How many unreviewed faces are within a threshold."""
        return self._store.decisions.count_where(threshold)

    def faces_within(self, threshold: Threshold) -> list[int]:
        """Ids of the unreviewed faces within a threshold, lowest score first."""
        return self._store.decisions.ids_where(threshold)


def toggle_flags(store: Store, reviewer: str, faces: Sequence[int]) -> WriteResult:
    """Flag all of these faces, or unflag them if every one is flagged."""
    rows = store.queue.rows(faces).values()
    return store.decisions.flag(reviewer, faces, not all(row.flag for row in rows))
