"""Undo and redo of one reviewer: landmark edits and operations in the order in which they were
done."""

from __future__ import annotations

from dataclasses import replace

from labeltool.domain import Message, Step, UndoState, Verdict, WriteResult
from labeltool.review.current_face import CurrentFace
from labeltool.review.queue import ReviewQueue
from labeltool.review.throughput import Throughput
from labeltool.store import Store


class UndoStack:
    """What one reviewer can undo and redo.

    The stack itself is in the project file, so it survives a restart and is shared by all windows
    of that reviewer. `state` is a copy of its top.
    """

    def __init__(
        self,
        store: Store,
        reviewer: str,
        current: CurrentFace,
        queue: ReviewQueue,
        throughput: Throughput,
    ) -> None:
        self._store, self._reviewer = store, reviewer
        self._current, self._queue, self._throughput = current, queue, throughput
        self.state: UndoState = store.undo.state(reviewer)

    def refresh(self) -> None:
        """Read `state` again."""
        self.state = self._store.undo.state(self._reviewer)

    @property
    def undo_text(self) -> Message | None:
        """What undo would do, in words; None if there is nothing to undo."""
        return self.state.undo

    @property
    def redo_text(self) -> Message | None:
        """What redo would do, in words; None if there is nothing to redo."""
        return self.state.redo

    def next_step(self, *, redo: bool = False, moves: bool = True) -> Step | None:
        """The step that undo (or redo) would take now, read from the project file. `moves` as in
        `undo`."""
        state = self._store.undo.state(self._reviewer, moves=moves)
        return state.redo_step if redo else state.undo_step

    def undo(self, *, moves: bool = True, asks: bool = False, confirmed: str = "") -> WriteResult:
        """Undo the reviewer's last step, landmark edits or an operation, and open its face.

        `moves`: False skips landmark edits. `asks` and `confirmed`: see `store.undo`.
        """
        return self._show(
            self._store.undo.undo(self._reviewer, moves=moves, asks=asks, confirmed=confirmed)
        )

    def redo(self, *, asks: bool = False, confirmed: str = "") -> WriteResult:
        """Redo the step that was undone last, and open its face."""
        return self._show(self._store.undo.redo(self._reviewer, asks=asks, confirmed=confirmed))

    def _show(self, result: WriteResult) -> WriteResult:
        """Open the face that changed, or the first of several, so that the reviewer sees the
        effect."""
        self._throughput.reload()
        changes = result.changes
        if changes.faces:
            first = min(changes.faces)
            self._current.open(first)
            self._current.await_proposal(min(changes.boxes, default=None))
            if self._current.require().verdict is Verdict.REMOVED:
                self._leave_removed()
            elif len(changes.faces) == 1 and self._queue.index < 0:
                self._queue.append(first)  # or keys would decide on a face that no list shows
        if len(changes.faces) < 2:
            return result
        return replace(result, changes=replace(changes, faces=frozenset(), all=True))

    def _leave_removed(self) -> None:
        """The open face was removed: open another face of its photo, or the next of the queue."""
        photo = self._current.require().photo_id
        self._queue.reload()
        for face_id, *_ in self._store.boxes.of_photo(photo):
            if self._queue.index_of(face_id) >= 0:
                self._current.open(face_id)
                return
