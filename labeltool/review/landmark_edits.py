"""What a person does with the landmarks of the face on the desk, until the face is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import (
    ABSENT,
    FINAL,
    N_,
    VISIBLE,
    Changes,
    Face,
    Points,
    UserError,
    Visibility,
)
from labeltool.review.draft import Draft, touched
from labeltool.review.geometry import mean_shape, mirrored
from labeltool.store import Store


class Moves:
    """Moves of the points of one face at a time: kept as its draft, each a step of undo in the
    project file."""

    def __init__(self, store: Store, reviewer: str) -> None:
        self._store = store
        self.reviewer = reviewer
        self.face: Face | None = None
        self._shape: Points | None = None

    def _need_face(self) -> Face:
        if self.face is None:
            raise UserError(N_("No face is open."), N_("Choose one in the list."))
        return self.face

    @property
    def moved(self) -> set[int]:
        """Indices of the points that differ from the proposal, because a person put them there."""
        face = self.face
        if face is None or face.points is None:
            return set()
        return touched(face.points, None if face.prediction is None else face.prediction.points)

    def move(self, index: int, x: float, y: float) -> Changes:
        """Put a point (0-based) at image pixels; undecided until the face is accepted."""
        return self.place([index], np.array([[x, y]]))

    def place(self, indices: Sequence[int], points: Points) -> Changes:
        """Put points (0-based) at image pixels (len(indices), 2), as one step."""
        now = self._drafted()
        after, seen = now.points.copy(), now.visibility
        after[list(indices)] = points
        if seen is not None:
            seen = seen.copy()
            back = [i for i in indices if seen[i] == ABSENT]
            seen[back] = VISIBLE
        return self._step(replace(now, points=after, visibility=seen))

    def see(self, indices: Sequence[int], visibility: int) -> Changes:
        """Say how points can be seen: VISIBLE, OCCLUDED, or ABSENT, which takes their place away.

        A point that was absent comes back where it was before, or where the proposal has it.

        Raises:
            UserError: a landmark without any place cannot be visible or occluded.
        """
        now, face, chosen = self._drafted(), self._need_face(), list(indices)
        after = now.points.copy()
        if visibility == ABSENT:
            after[chosen] = np.nan
        else:
            places = self._store.reviews.earlier_drafts(self.reviewer, face.id)
            if face.prediction is not None:
                places.append(face.prediction.points)
            for index in chosen:
                known = (place[index] for place in places if np.isfinite(place[index]).all())
                if not np.isfinite(after[index]).all():
                    after[index] = next(known, after[index])
            if not np.isfinite(after[chosen]).all():
                raise UserError(N_("This landmark has no place yet."), N_("Click where it is."))
        seen = np.full(len(after), VISIBLE, np.int8) if now.visibility is None else now.visibility
        seen = seen.copy()
        seen[chosen] = visibility
        return self._step(replace(now, points=after, visibility=seen))

    def swap_sides(self) -> Changes:
        """Exchange left and right landmarks where a proposal took one for the other.

        Raises:
            UserError: the scheme does not say which landmarks are a pair.
        """
        now, flip = self._drafted(), self._flip()
        seen = None if now.visibility is None else now.visibility[flip]
        return self._step(replace(now, points=now.points[flip], visibility=seen))

    def mirror(self) -> Changes:
        """Turn the whole face over where a proposal looks the wrong way.

        Raises:
            UserError: the scheme does not say which landmarks are a pair.
        """
        now, flip = self._drafted(), self._flip()
        seen = None if now.visibility is None else now.visibility[flip]
        return self._step(replace(now, points=mirrored(now.points, flip), visibility=seen))

    def _flip(self) -> NDArray[np.int64]:
        flip = self._store.scheme.flip_table
        if flip is None:
            raise UserError(
                N_("The scheme {scheme!r} does not say which landmarks are pairs."),
                N_("Give it a flip table, in a project of its own."),
                scheme=self._store.scheme.name,
            )
        return flip

    def mean_shape(self) -> Points | None:
        """What this project's faces look like on average, see `shapes.mean_shape`."""
        if self._shape is None:
            self._shape = mean_shape(self._store.faces.recent_proposals(100))
        return self._shape

    def earlier_proposal(self) -> Points | None:
        """What the round before proposed for this face, if it is still kept."""
        face = self.face
        if face is None or face.prediction is None:
            return None
        return self._store.faces.previous_proposal(face.id, face.prediction.id)

    def _seen(self) -> Visibility | None:
        """What a person said of how the drafted points can be seen, None for nothing."""
        face = self._need_face()
        return None if face.draft_visibility is None else face.visibility

    def _drafted(self) -> Draft:
        """What a move starts from: what is shown, or nothing placed at all."""
        face = self._need_face()
        shown = None if face.prediction is None else face.prediction.id
        if face.points is None:
            return Draft(np.full((self._store.scheme.count, 2), np.nan))
        stated = face.draft_visibility
        if face.draft is None and face.decision is not None and face.verdict in FINAL:
            stated = face.decision.visibility
        return Draft(face.points, None if stated is None else face.visibility, shown)

    def _step(self, after: Draft | None) -> Changes:
        face = self._need_face()
        save = partial(self._store.reviews.save_draft, self.reviewer, face.id)
        if after is None:
            changes = save(None, None)
        else:
            changes = save(after.prediction, after.points, after.visibility)
        self.face = self._store.faces.get(face.id)
        return changes

    def discard(self) -> Changes:
        """Forget the moves of this face; one undo brings them back."""
        if self._need_face().draft is None:
            return Changes()
        return self._step(None)
