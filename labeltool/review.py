"""The desk: the queue, the face on it, its unsaved moves, and every decision. No Qt, no SQL."""

from __future__ import annotations

import getpass
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, islice

import numpy as np

from labeltool.domain import (
    FINAL,
    Batch,
    Changes,
    Counts,
    Face,
    Filter,
    Points,
    Progress,
    Seen,
    UndoState,
    UserError,
    Verdict,
)
from labeltool.store import Store, Threshold


def login() -> str:
    """Who reviews here: the login name, or 'unknown' for a user without one, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class Desk:
    """What one reviewer has before them.

    `queue`: ids of the faces under the filter; it stays as it is while single faces are decided, so
    that the list does not jump, and is asked for again when the filter or many faces change. A
    decision judges the face as it was shown, also when newer proposals arrived meanwhile: `newer`
    says that one waits for the face on the desk, and is shown when the face is opened again.
    """

    def __init__(self, store: Store, reviewer: str = "") -> None:
        self._store = store
        self.reviewer = reviewer or login()
        self.filter = Filter()
        self.queue: list[int] = store.faces.queue(self.filter)
        self._places: dict[int, int] | None = None
        self.face: Face | None = None
        self.counts: Counts = store.faces.counts()
        self.undo_state: UndoState = store.reviews.undo_state(self.reviewer)
        self.newer = False
        self._steps: list[Points | None] = []
        self._undone: list[Points | None] = []
        self.next_unreviewed()

    # Where we are

    @property
    def index(self) -> int:
        """Place of the face in the queue, -1 without."""
        return -1 if self.face is None else self.place(self.face.id)

    def place(self, face_id: int) -> int:
        """Place of any face in the queue, -1 if it is not there."""
        if self._places is None:
            self._places = {face_id: place for place, face_id in enumerate(self.queue)}
        return self._places.get(face_id, -1)

    def set_filter(self, wanted: Filter) -> None:
        """Show other faces; stays on the face if it is among them."""
        self.filter = wanted
        self._requeue()

    def _requeue(self) -> None:
        old = self.index
        self.queue, self._places = self._store.faces.queue(self.filter), None
        if self.face is not None and self.index >= 0:
            return
        if self.queue:
            self.open(self.queue[min(max(old, 0), len(self.queue) - 1)])
        else:
            self.face = None

    def open(self, face_id: int) -> None:
        """Put a face on the desk."""
        if self.face is None or self.face.id != face_id:
            self._steps, self._undone = [], []
        self.newer = False
        self.face = self._store.faces.face(face_id)

    def next(self) -> None:
        """The next face of the queue, if there is one."""
        if self.queue and self.index < len(self.queue) - 1:
            self.open(self.queue[self.index + 1])

    def previous(self) -> None:
        """The one before, if there is one."""
        if self.index > 0:
            self.open(self.queue[self.index - 1])

    def next_unreviewed(self) -> bool:
        """The next face, from here on and around, with something to decide; False if none has."""
        here = self.index
        # pieces that grow: the next one is nearly always near, and the way round stays cheap
        ahead = chain(range(here + 1, len(self.queue)), range(max(here, 0)))
        size = 50
        while piece := [self.queue[place] for place in islice(ahead, size)]:
            waiting = self._store.faces.to_decide(piece)
            for face_id in piece:
                if face_id in waiting:
                    self.open(face_id)
                    return True
            size *= 8
        if self.face is None and self.queue:
            self.open(self.queue[0])
        return False

    def refresh(self, changes: Changes) -> None:
        """Read again what a change touched."""
        if changes.any_face or changes.photos:
            self.counts = self._store.faces.counts()
            self.undo_state = self._store.reviews.undo_state(self.reviewer)
        if changes.all:
            self._requeue()
        elif changes.faces:
            self._admit(changes.faces)
        if self.face is not None and (changes.all or self.face.id in changes.faces):
            fresh = self._store.faces.face(self.face.id)
            self.newer = self._newer_proposal_waits(fresh)
            if not self.newer:
                self.face = fresh
        if self.face is None and self.queue:
            self.open(self.queue[0])

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
        """New faces join the end of an unfiltered queue in file order."""
        before = len(self.queue)
        if self.filter == Filter():
            for face_id in sorted(faces):
                place = bisect_left(self.queue, face_id)
                if place == len(self.queue) or self.queue[place] != face_id:
                    self.queue.insert(place, face_id)
        elif not faces.issubset(set(self.queue)):
            fresh = self._store.faces.queue(self.filter)
            known = set(self.queue)
            self.queue += [face_id for face_id in fresh if face_id not in known]
        if len(self.queue) != before:
            self._places = None

    # Decisions on the face

    def accept(self) -> Changes:
        """Accept what is shown: moved points make a correction. Goes to the next face."""
        face = self._need_face()
        if face.draft is not None:
            if not np.isfinite(face.draft).any():
                raise UserError("No landmark is placed yet.", "Place some points, then accept.")
            changes = self._decide(Verdict.CORRECTED, face.draft)
        elif face.verdict in FINAL:
            changes = Changes(note=f"This face is {face.verdict} already.")
        else:
            changes = self._decide(Verdict.ACCEPTED)
        self._advance()
        return changes

    def reject(self) -> Changes:
        """A bad proposal: the next round offers another. Goes to the next face."""
        return self._decided(Verdict.REJECTED)

    def exclude(self) -> Changes:
        """Not a face, or unusable: never offered or trained. Goes to the next face."""
        return self._decided(Verdict.EXCLUDED)

    def unreview(self) -> Changes:
        """Back to unreviewed; stays on the face."""
        self._need_face()
        return self._decide(Verdict.UNREVIEWED)

    def _decided(self, verdict: Verdict) -> Changes:
        self._need_face()
        changes = self._decide(verdict)
        self._advance()
        return changes

    def _decide(self, verdict: Verdict, points: Points | None = None) -> Changes:
        face = self._need_face()
        shown = None if face.prediction is None else face.prediction.id
        changes = self._store.reviews.decide(
            self.reviewer, [face.id], verdict, prediction_id=shown, points=points
        )
        self._steps, self._undone = [], []
        self.face = self._store.faces.face(face.id)
        return changes

    def _advance(self) -> None:
        if not self.next_unreviewed():
            self.next()

    def flag(self) -> Changes:
        """Flag the face, or take its flag away."""
        face = self._need_face()
        return self._store.reviews.flag(self.reviewer, [face.id], not face.flag)

    def _need_face(self) -> Face:
        if self.face is None:
            raise UserError("No face is open.", "Choose one in the list.")
        return self.face

    # Moves

    @property
    def moved(self) -> set[int]:
        """Indices of the points that differ from the proposal, because a person put them there."""
        face = self.face
        if face is None or face.points is None:
            return set()
        if face.prediction is None:
            return set(range(len(face.points)))
        differs = (face.points != face.prediction.points) & ~(
            np.isnan(face.points) & np.isnan(face.prediction.points)
        )
        return {int(i) for i in np.flatnonzero(differs.any(-1))}

    def move(self, index: int, x: float, y: float) -> Changes:
        """Put a point (0-based) at image pixels; undecided until the face is accepted."""
        face = self._need_face()
        points = (
            np.full((self._store.scheme.count, 2), np.nan)
            if face.points is None
            else face.points.copy()
        )
        points[index] = (x, y)
        self._steps.append(face.draft)
        self._undone = []
        return self._save(points)

    def _save(self, points: Points | None) -> Changes:
        face = self._need_face()
        shown = None if face.prediction is None else face.prediction.id
        changes = self._store.reviews.save_draft(self.reviewer, face.id, shown, points)
        self.face = self._store.faces.face(face.id)
        return changes

    def discard(self) -> Changes:
        """Forget the moves of this face."""
        face = self._need_face()
        if face.draft is None:
            return Changes()
        self._steps.append(face.draft)
        return self._save(None)

    # Undo and redo: first the moves of this face, then decisions

    def can_undo(self) -> str | None:
        """What undo would do, in words."""
        return "move" if self._steps else self.undo_state.undo

    def can_redo(self) -> str | None:
        """What redo would do, in words."""
        return "move" if self._undone else self.undo_state.redo

    def undo(self) -> Changes:
        """Take back the last move of this face, or the reviewer's last decision."""
        if self._steps and self.face is not None:
            self._undone.append(self.face.draft)
            return self._save(self._steps.pop())
        return self._goto(self._store.reviews.undo(self.reviewer))

    def redo(self) -> Changes:
        """Do again what undo took back."""
        if self._undone and self.face is not None:
            self._steps.append(self.face.draft)
            return self._save(self._undone.pop())
        return self._goto(self._store.reviews.redo(self.reviewer))

    def _goto(self, changes: Changes) -> Changes:
        """Show the face that came back, or the first of many, so that the person sees what undo
        did; many come back to their places in the queue."""
        if changes.faces:
            self.open(min(changes.faces))
        return changes if len(changes.faces) < 2 else replace(changes, faces=frozenset(), all=True)

    # Batches

    def decide_many(self, faces: Sequence[int], verdict: Verdict) -> Changes:
        """One verdict for many faces, one step of undo."""
        return self._store.reviews.decide(self.reviewer, faces, verdict)

    def plan_batch(self, faces: Sequence[int], verdict: Verdict) -> Batch:
        """What one verdict for these faces would do, to be looked at before it is done."""
        return self._store.batches.plan(faces, verdict)

    def decide_batch(self, verdict: Verdict, seen: Sequence[Seen], progress: Progress) -> Changes:
        """Give the verdict to the faces of a plan that are still as they were, one step of undo."""
        return self._store.batches.run(self.reviewer, verdict, seen, progress)

    def flag_many(self, faces: Sequence[int]) -> Changes:
        """Flag all of the faces, or take the flags away if every one has it."""
        rows = self._store.faces.rows(faces).values()
        return self._store.reviews.flag(self.reviewer, faces, not all(row.flag for row in rows))

    def threshold(self, low: float, high: float = 1.0) -> tuple[str, Threshold] | None:
        """Name of the newest model with unreviewed faces, and those within a score range of it."""
        models = self._store.reviews.models_waiting()
        if not models:
            return None
        model_id, name, _count = models[0]
        return name, Threshold(model_id, low, high)

    def count(self, threshold: Threshold) -> int:
        """How many faces `decide_threshold` would take."""
        return self._store.reviews.count_where(threshold)

    def decide_threshold(self, threshold: Threshold, verdict: Verdict) -> Changes:
        """One verdict for every unreviewed face within a threshold."""
        return self._store.reviews.decide_where(self.reviewer, verdict, threshold)[1]
