"""The desk: the queue, the face on it, its unsaved moves, and every decision. No Qt, no SQL."""

from __future__ import annotations

import getpass
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from labeltool.domain import (
    FINAL,
    N_,
    VISIBLE,
    Batch,
    Box,
    Changes,
    Counts,
    Face,
    Filter,
    Message,
    News,
    Points,
    Progress,
    ReviewerProgress,
    Seen,
    Step,
    UndoState,
    UserError,
    Verdict,
    Visibility,
)
from labeltool.review.landmark_edits import Moves
from labeltool.review.queue import Places
from labeltool.review.throughput import pace
from labeltool.store import LOOKED_AT, Store, Threshold


def login() -> str:
    """Who reviews here: the login name, or 'unknown' for a user without one, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class Desk(Moves):
    """What one reviewer has before them. It belongs to one thread: work in the background uses the
    store, and its changes come back by `refresh` in that thread.

    `queue` stays as it is while single faces are decided, so
    that the list does not jump, and is asked for again when the filter or many faces change. A
    decision judges the face as it was shown, also when newer proposals arrived meanwhile: `newer`
    says that one waits for the face on the desk, and is shown when the face is opened again.
    `revision` changes with the queue. `visit` and `news`: where this reviewer stopped, and what
    others did since.
    """

    def __init__(self, store: Store, reviewer: str = "") -> None:
        super().__init__(store, reviewer or login())
        last = store.reviewer_progress.load(self.reviewer)
        self.visit: ReviewerProgress | None = None if last is None else last[0]
        self.news: News | None = None if last is None else last[1]
        self.filter = Filter() if self.visit is None else self.visit.filter
        self._places = Places(*store.queue.ids_and_waiting(self.filter))
        self.revision = 0
        self.counts: Counts = store.queue.counts()
        self.undo_state: UndoState = store.reviews.undo_state(self.reviewer)
        self.newer = False
        self._new_box: int | None = None
        self._decided_at = deque(
            store.reviewer_progress.recent_decisions(self.reviewer), maxlen=500
        )
        if not self.resume():
            self.next_unreviewed()

    # Where we are

    @property
    def queue(self) -> list[int]:
        """Ids of the faces under the filter, not to be changed."""
        return self._places.faces

    @property
    def index(self) -> int:
        """Place of the face in the queue, -1 without."""
        return -1 if self.face is None else self.place_of(self.face.id)

    def place_of(self, face_id: int) -> int:
        """Place of a face in the queue, -1 if it is not in it."""
        return self._places.of(face_id)

    def set_filter(self, wanted: Filter) -> None:
        """Show other faces; stays on the face if it is among them."""
        self.filter = wanted
        self._requeue()

    def resume(self) -> bool:
        """Go where the last visit stopped; False if that face is not under the filter."""
        face = None if self.visit is None else self.visit.face_id
        if face is None or self.place_of(face) < 0:
            return False
        self.open(face)
        return True

    def keep_visit(self) -> None:
        """Remember this place and filter for the next visit."""
        self._store.reviewer_progress.save(
            self.reviewer, None if self.face is None else self.face.id, self.filter
        )

    @property
    def pace(self) -> float | None:
        """Faces per minute over the recent reviewing; None after too few."""
        return pace(list(self._decided_at))

    def _requeue(self) -> None:
        old = self.index
        self._places = Places(*self._store.queue.ids_and_waiting(self.filter))
        self.revision += 1
        if self.face is not None and self.index >= 0:
            return
        if self.queue:
            self.open(self.queue[min(max(old, 0), len(self.queue) - 1)])
        else:
            self.face = None

    def open(self, face_id: int) -> None:
        """Put a face on the desk."""
        self.newer = False
        self._new_box = None
        self.face = self._store.faces.get(face_id)

    def next(self) -> None:
        """The next face of the queue, if there is one."""
        if self.queue and self.index < len(self.queue) - 1:
            self.open(self.queue[self.index + 1])

    def previous(self) -> None:
        """The one before, if there is one."""
        if self.index > 0:
            self.open(self.queue[self.index - 1])

    def next_unreviewed(self) -> bool:
        """The next face of the queue, from here on and around, with something to decide; False if
        none has."""
        ahead = self._places.waiting(self.index)
        while near := list(islice(ahead, 20)):
            waiting = self._store.queue.waiting(near)
            self._places.hear(near, waiting)
            if waiting:
                self.open(next(face_id for face_id in near if face_id in waiting))
                return True
        if self.face is None and self.queue:
            self.open(self.queue[0])
        return False

    def refresh(self, changes: Changes) -> None:
        """Read again what a change touched."""
        if changes.any_face or changes.photos:
            self.counts = self._store.queue.counts()
            self.undo_state = self._store.reviews.undo_state(self.reviewer)
        if changes.all or self._lost_any(changes.faces):
            self._requeue()
        elif changes.faces:
            self._places.hear(changes.faces, self._store.queue.waiting(list(changes.faces)))
            self._admit(changes.faces)
        if self.face is not None and (changes.all or self.face.id in changes.faces):
            fresh = self._store.faces.get(self.face.id)
            waits = self._newer_proposal_waits(fresh)
            self.newer = waits and self.face.id != self._new_box
            if not self.newer:
                self.face = fresh
            if waits:
                self._new_box = None  # the proposal for it has come
        if self.face is None and self.queue:
            self.open(self.queue[0])

    def _lost_any(self, faces: frozenset[int]) -> bool:
        """Whether a face of the queue was removed."""
        listed = {face_id for face_id in faces if self.place_of(face_id) >= 0}
        return len(self._store.queue.matching(Filter(), listed)) < len(listed)

    def _newer_proposal_waits(self, fresh: Face | None) -> bool:
        """Whether only the proposal changed: what is on the screen stays until the face is left."""
        shown = self.face
        return (
            shown is not None
            and fresh is not None
            and shown.prediction is not None
            and fresh.prediction is not None
            and fresh.prediction.id != shown.prediction.id
            and fresh.verdict is shown.verdict is Verdict.UNREVIEWED
        )

    def _admit(self, faces: frozenset[int]) -> None:
        """New faces take their place in the list of all by file, and join the end of any other."""
        fresh = [face_id for face_id in faces if self.place_of(face_id) < 0]
        if not fresh:
            return
        fresh = self._store.queue.matching(self.filter, fresh)
        if fresh:
            self._places.admit(fresh, sorted_by_id=self.filter == Filter())
            self.revision += 1

    # Decisions on the face

    def accept(self) -> Changes:
        """Accept what is shown: moved points make a correction. Goes to the next face."""
        face = self._need_face()
        if face.draft is not None and not self._is_as_proposed():
            if not np.isfinite(face.draft).any():
                raise UserError(
                    N_("No landmark is placed yet."), N_("Place some points, then accept.")
                )
            changes = self._decide(Verdict.CORRECTED, face.draft, self._seen())
        elif face.verdict in FINAL:
            changes = Changes(
                note=Message(N_("This face is {verdict} already."), verdict=face.verdict)
            )
        else:
            # moves that led back to the proposal come back with an undo
            changes = self._decide(Verdict.ACCEPTED, face.draft, self._seen())
        self._advance()
        return changes

    def _is_as_proposed(self) -> bool:
        """Whether the moves of a face without a label led back to the proposal."""
        face = self._need_face()
        seen = face.visibility
        return (
            face.verdict not in FINAL
            and face.prediction is not None
            and not self.moved
            and seen is not None
            and bool((seen == VISIBLE).all())
        )

    def reject(self) -> Changes:
        """A bad proposal: the next round offers another. Goes to the next face."""
        return self._decided(Verdict.REJECTED)

    def exclude(self) -> Changes:
        """Not a face, or unusable: never offered or trained. Goes to the next face."""
        return self._decided(Verdict.EXCLUDED)

    def unreview(self) -> Changes:
        """Back to unreviewed; stays on the face."""
        face = self._need_face()
        changes = self._decide(Verdict.UNREVIEWED, face.draft, self._seen())
        self.open(face.id)
        return changes

    def _decided(self, verdict: Verdict) -> Changes:
        face = self._need_face()
        # the log keeps what was moved in vain, for undo
        changes = self._decide(verdict, face.draft, self._seen())
        self._advance()
        return changes

    def _decide(
        self, verdict: Verdict, points: Points | None = None, visibility: Visibility | None = None
    ) -> Changes:
        face = self._need_face()
        shown = None if face.prediction is None else face.prediction.id
        changes = self._store.reviews.decide(
            self.reviewer, [face.id], verdict, prediction_id=shown,
            points=points, visibility=visibility,
        )  # fmt: skip
        if verdict is not Verdict.UNREVIEWED:
            self._decided_at.append((time.time(), 1))
        return changes

    def _advance(self) -> None:
        decided = self._need_face().id
        if not self.next_unreviewed():
            self.next()
        if self.face is not None and self.face.id == decided:
            self.open(decided)

    def flag(self) -> Changes:
        """Flag the face, or take its flag away."""
        face = self._need_face()
        return self._store.reviews.flag(self.reviewer, [face.id], not face.flag)

    # Boxes

    def draw_box(self, photo_id: int, box: Box, *, show: bool = True) -> Changes:
        """A face that nobody found, by its box in image pixels; `show` puts it on the desk."""
        face_id, changes = self._store.boxes.draw(self.reviewer, photo_id, box)
        self.refresh(changes)
        if show:
            self.open(face_id)
        return changes

    def take_whole(self, photos: Sequence[int], *, show: bool = True) -> Changes:
        """A face as large as its photo for each of these photos; `show` puts the first on the
        desk, if they are few."""
        changes = self._store.boxes.take_whole(self.reviewer, photos)
        if changes.faces and show:
            self.refresh(changes)
            self.open(min(changes.faces))
        return changes

    def change_box(self, box: Box, *, anew: bool = False) -> Changes:
        """Put the face's box elsewhere, in image pixels.

        A face without a decision gets a new proposal. `anew`: one with a decision or moves loses
        them, one undo away, and gets one too.
        """
        face = self._need_face()
        changes = self._store.boxes.change(self.reviewer, face.id, box, anew=anew)
        self.face = self._store.faces.get(face.id)
        self._new_box = face.id
        return changes

    # Undo and redo: moves and operations in the order in which this reviewer did them

    def can_undo(self) -> str | None:
        """What undo would do, in words."""
        return self.undo_state.undo

    def can_redo(self) -> str | None:
        """What redo would do, in words."""
        return self.undo_state.redo

    def next_step(self, *, redo: bool = False, moves: bool = True) -> Step | None:
        """What undo (or redo) would take now, as the project file says; `moves`: see `undo`."""
        state = self._store.reviews.undo_state(self.reviewer, moves=moves)
        return state.redo_step if redo else state.undo_step

    def undo(self, *, moves: bool = True, asks: bool = False, confirmed: str = "") -> Changes:
        """Take back what the reviewer did last, moves or an operation, and show its face.

        `moves`: False leaves moves as they are. `asks` and `confirmed`: see `Reviews.undo`.
        """
        return self._goto(
            self._store.reviews.undo(self.reviewer, moves=moves, asks=asks, confirmed=confirmed)
        )

    def redo(self, *, asks: bool = False, confirmed: str = "") -> Changes:
        """Do again what undo took back."""
        return self._goto(self._store.reviews.redo(self.reviewer, asks=asks, confirmed=confirmed))

    def restore(self, entry_id: int | None) -> Changes:
        """Give the face an earlier state of its history again; None: of before any decision."""
        face = self._need_face()
        return self._store.history.restore(self.reviewer, face.id, entry_id)

    def _goto(self, changes: Changes) -> Changes:
        """Show the face that came back, or the first of many, so that the person sees what undo
        did; many come back to their places in the queue."""
        self._decided_at = deque(
            self._store.reviewer_progress.recent_decisions(self.reviewer), maxlen=500
        )
        if changes.faces:
            first = min(changes.faces)
            self.open(first)
            self._new_box = min(changes.boxes, default=None)
            if self._need_face().verdict is Verdict.REMOVED:
                self._leave_removed()
            elif len(changes.faces) == 1 and self.index < 0:  # or keys would decide on it unseen
                self._places.admit([first], sorted_by_id=False)
                self.revision += 1
        return changes if len(changes.faces) < 2 else replace(changes, faces=frozenset(), all=True)

    def _leave_removed(self) -> None:
        """The face on the desk was removed: go to another of its photo, or on."""
        gone = self._need_face()
        self._requeue()
        for face_id, *_ in self._store.boxes.of_photo(gone.photo_id):
            if self.place_of(face_id) >= 0:
                self.open(face_id)
                return

    # Batches

    def show_batch(self, operation: int) -> None:
        """Make the faces of a batch the queue."""
        self.set_filter(Filter(batch=operation))

    def plan_batch(self, faces: Sequence[int], verdict: Verdict) -> Batch:
        """What one verdict for these faces would do, to be looked at before it is done."""
        return self._store.batches.plan(faces, verdict)

    def decide_batch(self, verdict: Verdict, seen: Sequence[Seen], progress: Progress) -> Changes:
        """Give the verdict to the faces of a plan that are still as they were, one step of undo."""
        changes = self._store.batches.run(self.reviewer, verdict, seen, progress)
        if len(seen) <= LOOKED_AT:
            self._decided_at.append((time.time(), len(seen)))
        return changes

    def flag_many(self, faces: Sequence[int]) -> Changes:
        """As `toggle_flags`."""
        return toggle_flags(self._store, self.reviewer, faces)

    def threshold(self, low: float, high: float = 1.0) -> tuple[str, Threshold] | None:
        """Name of the newest model with unreviewed faces, and those within a score range of it."""
        models = self._store.reviews.models_waiting()
        if not models:
            return None
        model_id, name, _count = models[0]
        return name, Threshold(model_id, low, high)

    def count(self, threshold: Threshold) -> int:
        """How many unreviewed faces are within a threshold."""
        return self._store.reviews.count_where(threshold)

    def within(self, threshold: Threshold) -> list[int]:
        """The unreviewed faces within a threshold, the least certain first."""
        return self._store.reviews.ids_where(threshold)


def toggle_flags(store: Store, reviewer: str, faces: Sequence[int]) -> Changes:
    """Flag all of the faces, or take the flags away if every one has it."""
    rows = store.queue.rows(faces).values()
    return store.reviews.flag(reviewer, faces, not all(row.flag for row in rows))
