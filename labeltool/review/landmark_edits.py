"""Edits of the landmarks of the open face, until the face is decided."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from labeltool.checks.findings import Finding
from labeltool.domain import ABSENT, FINAL, N_, VISIBLE, Changes, Points, UserError, Visibility
from labeltool.review import geometry
from labeltool.review.cost_meter import CostMeter
from labeltool.review.current_face import CurrentFace
from labeltool.review.draft import Draft, moved_indices
from labeltool.store import Store

REMEMBERED_STATES = 2_000
"""Of so many states of faces it is known which points a person placed."""

MEAN_SHAPE_FACES = 100
"""How many faces the mean shape is made of."""


class LandmarkEdits:
    """Edits of one face at a time. They are kept as the face's draft in the project file, each edit
    an undo step."""

    def __init__(self, store: Store, reviewer: str, current: CurrentFace, meter: CostMeter) -> None:
        self._meter = meter
        self._store, self._reviewer, self._current = store, reviewer, current
        self._mean_shape: Points | None = None
        self._placed: OrderedDict[tuple[int, bytes], frozenset[int]] = OrderedDict()

    @property
    def moved(self) -> set[int]:
        """Indices of the points of the open face that differ from its proposal."""
        face = self._current.face
        if face is None or face.points is None:
            return set()
        proposal = None if face.prediction is None else face.prediction.points
        return moved_indices(face.points, proposal)

    @property
    def placed(self) -> frozenset[int]:
        """Indices of the points of the open face that a person put into their place, while others
        may have followed a drag.

        Known for every state of a face that was edited here, also after undo and redo. Of a state
        from elsewhere all points that differ from the proposal count, so that none of them is
        moved; and of a label that lacks landmarks all that it has.
        """
        face = self._current.face
        if face is None or face.points is None:
            return frozenset()
        known = self._placed.get((face.id, face.points.tobytes()))
        if known is None and face.missing is not None and face.verdict in FINAL:
            known = frozenset(np.flatnonzero(~face.missing).tolist())
        return frozenset(self.moved) if known is None else known

    @property
    def stated_visibility(self) -> Visibility | None:
        """The visibility of the drafted points, or of a label that lacks landmarks; None if nobody
        set any."""
        face = self._current.require()
        stated = face.draft_visibility
        if stated is None and face.missing is not None and face.decision is not None:
            stated = face.decision.visibility
        return None if stated is None else face.visibility

    def is_as_proposed(self) -> bool:
        """Whether the edits of a face without a label led back to the proposal."""
        face = self._current.require()
        seen = face.visibility
        return (
            face.verdict not in FINAL
            and face.prediction is not None
            and not self.moved
            and seen is not None
            and bool((seen == VISIBLE).all())
        )

    def move(self, index: int, x: float, y: float) -> Changes:
        """Move one point to (x, y) in image pixels."""
        return self.move_points([index], np.array([[x, y]]))

    def move_points(
        self, indices: Sequence[int], points: Points, placed: Sequence[int] | None = None
    ) -> Changes:
        """Move points to image pixels, (len(indices), 2), as one undo step.

        `placed`: those that a person put into their place, while the others followed; None for all.
        """
        by_hand = self.placed | frozenset(indices if placed is None else placed)
        before = self._draft()
        after, visibility = before.points.copy(), before.visibility
        after[list(indices)] = points
        moved = np.linalg.norm(after - before.points, axis=1)
        if np.isfinite(moved).any():
            self._meter.note_move(self._current.require().id, float(np.nanmax(moved)))
        if visibility is not None:
            visibility = visibility.copy()
            appeared = [i for i in indices if visibility[i] == ABSENT]
            visibility[appeared] = VISIBLE
        return self._save(replace(before, points=after, visibility=visibility), by_hand)

    def set_visibility(self, indices: Sequence[int], visibility: int) -> Changes:
        """Set points to VISIBLE, OCCLUDED or ABSENT, which removes their position.

        A point that was absent gets its last position back, or else the proposed one.

        Raises:
            UserError: a landmark without any position cannot be visible or occluded.
        """
        before, face, chosen = self._draft(), self._current.require(), list(indices)
        after = before.points.copy()
        if visibility == ABSENT:
            after[chosen] = np.nan
        else:
            earlier = self._store.drafts.earlier(self._reviewer, face.id)
            if face.prediction is not None:
                earlier.append(face.prediction.points)
            for index in chosen:
                known = (points[index] for points in earlier if np.isfinite(points[index]).all())
                if not np.isfinite(after[index]).all():
                    after[index] = next(known, after[index])
            if not np.isfinite(after[chosen]).all():
                raise UserError(N_("This landmark has no place yet."), N_("Click where it is."))
        if before.visibility is None:
            stated = np.full(len(after), VISIBLE, np.int8)
        else:
            stated = before.visibility.copy()
        stated[chosen] = visibility
        return self._save(replace(before, points=after, visibility=stated), self.placed)

    def swap_sides(self) -> Changes:
        """Exchange the names of left and right landmarks, where a proposal confused the sides.

        Raises:
            UserError: the scheme has no flip table.
        """
        before, flip = self._draft(), self._flip_table()
        visibility = None if before.visibility is None else before.visibility[flip]
        placed = self._mirrored_placed(flip)
        return self._save(
            replace(before, points=before.points[flip], visibility=visibility), placed
        )

    def mirror(self) -> Changes:
        """Mirror the shape left to right, where a proposal faces the wrong way.

        Raises:
            UserError: the scheme has no flip table.
        """
        before, flip = self._draft(), self._flip_table()
        visibility = None if before.visibility is None else before.visibility[flip]
        points = geometry.mirror(before.points, flip)
        placed = self._mirrored_placed(flip)
        return self._save(replace(before, points=points, visibility=visibility), placed)

    def mend(self, finding: Finding) -> Changes:
        """Move landmarks as the fix of a finding leaves them, or make their visibility agree with
        their places; as one undo step."""
        before = self._draft()
        if finding.mended is None:
            visibility = self._current.require().visibility
            return self._save(replace(before, visibility=visibility), self.placed)
        is_moved = ~np.isclose(before.points, finding.mended, rtol=0, equal_nan=True).all(1)
        return self.move_points(np.flatnonzero(is_moved).tolist(), finding.mended[is_moved])

    def respace(self, chosen: Iterable[int]) -> Changes:
        """Put the points of contours at even distances between the ends of each, along the line
        that they draw, as one undo step.

        `chosen`: points of the contours that are meant; none of them means every contour.

        Raises:
            UserError: the chosen points are on no contour, or the scheme has none.
        """
        before, marked = self._draft(), set(chosen)
        curves = [list(curve) for curve in self._store.scheme.curves]
        wanted = [curve for curve in curves if not marked or marked & set(curve)]
        if not wanted:
            raise UserError(
                N_("There is no contour to space evenly."),
                N_("Select a point of a contour, such as the jaw or a brow."),
            )
        after = before.points.copy()
        for curve in wanted:
            after[curve] = geometry.respace(after[curve])
        placed = self.placed | {i for curve in wanted for i in curve if marked}
        return self._save(replace(before, points=after), placed)

    def discard(self) -> Changes:
        """Discard the edits of the open face; one undo brings them back."""
        if self._current.require().draft is None:
            return Changes()
        return self._save(None, None)

    def mean_shape(self) -> Points | None:
        """The mean shape of this project's faces, see `geometry.mean_shape`. Computed once."""
        if self._mean_shape is None:
            faces = self._store.faces.recent_proposals(MEAN_SHAPE_FACES)
            self._mean_shape = geometry.mean_shape(faces)
        return self._mean_shape

    def earlier_proposal(self) -> Points | None:
        """What the previous round proposed for the open face, (N, 2) image pixels, if it is still
        there."""
        face = self._current.face
        if face is None or face.prediction is None:
            return None
        return self._store.faces.previous_proposal(face.id, face.prediction.id)

    def _flip_table(self) -> NDArray[np.int64]:
        flip = self._store.scheme.flip_table
        if flip is None:
            raise UserError(
                N_("The scheme {scheme!r} does not say which landmarks are pairs."),
                N_("Give it a flip table, in a project of its own."),
                scheme=self._store.scheme.name,
            )
        return flip

    def _draft(self) -> Draft:
        """What an edit starts from: what is shown, or no point placed at all."""
        face = self._current.require()
        shown = None if face.prediction is None else face.prediction.id
        if face.points is None:
            return Draft(np.full((self._store.scheme.count, 2), np.nan))
        stated = face.draft_visibility
        if face.draft is None and face.decision is not None and face.verdict in FINAL:
            stated = face.decision.visibility
        return Draft(face.points, None if stated is None else face.visibility, shown)

    def _mirrored_placed(self, flip: NDArray[np.int64]) -> frozenset[int]:
        by_hand = self.placed
        return frozenset(i for i in range(len(flip)) if int(flip[i]) in by_hand)

    def _save(self, draft: Draft | None, placed: frozenset[int] | None) -> Changes:
        face = self._current.require()
        save = partial(self._store.drafts.save, self._reviewer, face.id)
        if draft is None:
            changes = save(None, None)
        else:
            changes = save(draft.prediction, draft.points, draft.visibility)
        self._current.reload()
        shown = self._current.face
        if placed is not None and shown is not None and shown.points is not None:
            self._placed[shown.id, shown.points.tobytes()] = placed
            while len(self._placed) > REMEMBERED_STATES:
                self._placed.popitem(last=False)
        return changes
