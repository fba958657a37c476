"""The desk of one reviewer: the open face, the queue, landmark edits, decisions. No Qt, no SQL."""

from __future__ import annotations

import getpass
from collections.abc import Sequence

import numpy as np

from labeltool.domain import (
    FINAL,
    N_,
    Box,
    Changes,
    Counts,
    Face,
    Filter,
    Message,
    News,
    ReviewerProgress,
    UserError,
    Verdict,
    WriteResult,
    verdict_name,
)
from labeltool.review.batches import Batches
from labeltool.review.cost_meter import CostMeter
from labeltool.review.current_face import CurrentFace
from labeltool.review.landmark_edits import LandmarkEdits
from labeltool.review.queue import ReviewQueue
from labeltool.review.throughput import Throughput
from labeltool.review.undo_stack import UndoStack
from labeltool.store import Store


def default_reviewer() -> str:
    """The login name of this user, or 'unknown' for a user without one, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class Desk:
    """What one reviewer works on: the open face, and what can be done with it.

    A desk belongs to one thread. Background tasks use the store instead, and their changes reach
    the desk by `refresh` on its own thread.

    `queue`, `edits`, `undo_stack`, `batches`, `throughput`, `meter`: the parts of the desk.
    `visit` and `news`: where this reviewer stopped last time, and what others did since. `counts`:
    of the whole project.
    """

    def __init__(self, store: Store, reviewer: str = "") -> None:
        self._store = store
        self.reviewer = reviewer or default_reviewer()
        last = store.reviewer_progress.load(self.reviewer)
        self.visit: ReviewerProgress | None = None if last is None else last[0]
        self.news: News | None = None if last is None else last[1]
        self.counts: Counts = store.queue.counts()
        self._current = CurrentFace(store)
        wanted = Filter() if self.visit is None else self.visit.filter
        self.queue = ReviewQueue(store, self._current, wanted)
        self.meter = CostMeter(store, self.reviewer)
        self.edits = LandmarkEdits(store, self.reviewer, self._current, self.meter)
        self.throughput = Throughput(store, self.reviewer)
        self.batches = Batches(store, self.reviewer, self.throughput)
        self.undo_stack = UndoStack(
            store, self.reviewer, self._current, self.queue, self.throughput
        )
        if not self.resume():
            self.queue.next_unreviewed()

    @property
    def face(self) -> Face | None:
        """The open face."""
        return self._current.face

    @property
    def has_newer_proposal(self) -> bool:
        """Whether a newer proposal of the open face arrived, which is shown when it is opened
        again."""
        return self._current.has_newer_proposal

    def open(self, face_id: int) -> None:
        """Open a face."""
        self._current.open(face_id)

    def refresh(self, changes: Changes) -> None:
        """Read again what a write changed."""
        if changes.any_face or changes.photos:
            self.counts = self._store.queue.counts()
            self.undo_stack.refresh()
        self.queue.refresh(changes)
        if self.face is not None and (changes.all or self.face.id in changes.faces):
            self._current.refresh()
        self.queue.open_first_if_none()

    # Visits

    def resume(self) -> bool:
        """Open the face where the last visit stopped; returns False if it is not in the queue."""
        face = None if self.visit is None else self.visit.face_id
        if face is None or self.queue.index_of(face) < 0:
            return False
        self.open(face)
        return True

    def save_visit(self) -> None:
        """Save the open face and the filter for the next visit."""
        face = None if self.face is None else self.face.id
        self._store.reviewer_progress.save(self.reviewer, face, self.queue.filter)

    # Decisions on the open face

    def accept(self) -> WriteResult:
        """Accept what is shown: as a correction if points were moved. Opens the next face.

        Raises:
            UserError: no landmark is placed.
        """
        face = self._current.require()
        if face.draft is not None and not self.edits.is_as_proposed():
            if not np.isfinite(face.draft).any():
                raise UserError(
                    N_("No landmark is placed yet."), N_("Place some points, then accept.")
                )
            result = self._decide(Verdict.CORRECTED)
        elif face.missing is not None and face.verdict in FINAL:  # now they are placed
            result = self._decide(Verdict.CORRECTED)
        elif face.verdict in FINAL:
            result = WriteResult(
                Changes(),
                Message(N_("This face is {verdict} already."), verdict=verdict_name(face.verdict)),
            )
        else:
            result = self._decide(Verdict.ACCEPTED)
        self._open_next()
        return result

    def reject(self) -> WriteResult:
        """Reject a bad proposal: the next round offers another. Opens the next face."""
        result = self._decide(Verdict.REJECTED)
        self._open_next()
        return result

    def exclude(self) -> WriteResult:
        """Exclude what is no face or unusable: never offered or trained. Opens the next face."""
        result = self._decide(Verdict.EXCLUDED)
        self._open_next()
        return result

    def unreview(self) -> WriteResult:
        """Make the face unreviewed again. It stays open."""
        result = self._decide(Verdict.UNREVIEWED)
        self._current.open(self._current.require().id)
        return result

    def restore(self, entry_id: int | None) -> WriteResult:
        """Give the face an earlier state of its history; None is the state before any decision."""
        return self._store.history.restore(self.reviewer, self._current.require().id, entry_id)

    def flag(self) -> WriteResult:
        """Flag the face, or unflag it."""
        face = self._current.require()
        return self._store.decisions.flag(self.reviewer, [face.id], not face.flag)

    def _decide(self, verdict: Verdict) -> WriteResult:
        """Decide on the face as it is shown. The log keeps the draft whatever the verdict, so that
        undo brings the edits back. A label has the landmarks that the face was lacking."""
        face = self._current.require()
        completes = face.missing is not None and verdict in FINAL
        shown = None if face.prediction is None else face.prediction.id
        result = self._store.decisions.decide(
            self.reviewer, [face.id], verdict, prediction_id=shown,
            points=face.points if completes else face.draft,
            visibility=self.edits.stated_visibility,
        )  # fmt: skip
        if verdict is not Verdict.UNREVIEWED:
            self.throughput.add(1)
            self.meter.note_decision(face.id)
        return result

    def _open_next(self) -> None:
        decided = self._current.require().id
        if not self.queue.next_unreviewed():
            self.queue.next()
        if self.face is not None and self.face.id == decided:
            self.open(decided)

    # Boxes

    def draw_box(self, photo_id: int, box: Box, *, show: bool = True) -> WriteResult:
        """Add a face that the search missed, by its box in image pixels; `show` opens it."""
        face_id, result = self._store.boxes.draw(self.reviewer, photo_id, box)
        self.refresh(result.changes)
        if show:
            self.open(face_id)
        return result

    def add_whole_photos(self, photos: Sequence[int], *, show: bool = True) -> WriteResult:
        """Add a face as large as its photo to each of these photos; `show` opens the first one,
        unless there are many."""
        result = self._store.boxes.take_whole(self.reviewer, photos)
        if result.changes.faces and show:
            self.refresh(result.changes)
            self.open(min(result.changes.faces))
        return result

    def change_box(self, box: Box, *, repropose: bool = False) -> WriteResult:
        """Change the box of the open face, in image pixels.

        A face without a decision gets a new proposal. `repropose`: a face with a decision or edits
        loses them, until undo, and gets a new proposal too.
        """
        face = self._current.require()
        result = self._store.boxes.change(self.reviewer, face.id, box, repropose=repropose)
        self._current.reload()
        self._current.await_proposal(face.id)
        return result
