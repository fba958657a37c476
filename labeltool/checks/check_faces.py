"""All checks over many faces at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from labeltool.checks import geometry_checks as geometry
from labeltool.checks.findings import Check, Finding
from labeltool.checks.shape_checks import ShapeChecker
from labeltool.checks.shape_model import Floats, ShapeModel, fit_shape_model
from pipnet.data.scheme import Scheme

MAX_USUAL_FACES = 500
"""Faces that say which landmarks are usually near each other, and which lines usually cross."""


@dataclass(frozen=True, eq=False)
class CheckedFaces:
    """F faces to check; those of one photo follow each other, what a person decided first.

    `ids` and `photos` (F,). `points` (F, N, 2) pixels of the upright photo, NaN where absent.
    `photo_sizes` (F, 2) pixels, 0 where unknown. `boxes` (F, 4): where the face's box expects the
    landmarks, NaN where it says nothing of that (a box around a whole photo). `stated` (F, N):
    visibility as somebody said it, and `is_stated` (F,) whether anybody did.
    """

    ids: NDArray[np.int64]
    photos: NDArray[np.int64]
    points: Floats
    photo_sizes: Floats
    boxes: Floats
    stated: NDArray[np.int8]
    is_stated: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(eq=False)
class Checker:
    """The checks of a scheme, with what is usual for the faces of a project.

    `model` is None while there are too few faces for one; checks that need it then find nothing.
    """

    scheme: Scheme
    model: ShapeModel | None = None
    usual_places: NDArray[np.bool_] | None = None
    usual_crossings: Floats | None = None
    _pairs: NDArray[np.int64] = field(init=False)
    _eyes: tuple[tuple[int, ...], ...] = field(init=False)
    _shape: ShapeChecker | None = field(init=False)

    def __post_init__(self) -> None:
        self._pairs = geometry.edge_pairs(self.scheme)
        self._eyes = geometry.eyes(self.scheme)
        self._shape = None if self.model is None else ShapeChecker(self.scheme, self.model)

    @classmethod
    def learned(cls, points: Floats, scheme: Scheme) -> Checker:
        """A checker that knows what is usual among faces (F, N, 2), most of which are right."""
        model = fit_shape_model(points, scheme)
        if model is None:
            return cls(scheme)
        points = points[:: -(-len(points) // MAX_USUAL_FACES)]
        size = geometry.sizes(points, scheme)
        depth = geometry.crossings(points, size, geometry.edge_pairs(scheme))
        usual = np.quantile(depth, 1 - geometry.USUAL_SHARE, axis=0)
        return cls(scheme, model, geometry.usually_near(points, size), usual)

    def unavailable(self) -> list[Check]:
        """Checks that the scheme cannot have, or that need more faces."""
        lacking = []
        if self.scheme.flip_table is None:
            lacking += [Check.SIDES, Check.PAIR]
        if not self.scheme.edges and not self.scheme.curves:
            lacking.append(Check.ORDER)
        if not self._eyes:
            lacking.append(Check.EYE)
        if not len(self._pairs):
            lacking.append(Check.CROSSED)
        if self.model is None:
            lacking += [
                Check.SIDES, Check.PAIR, Check.ORDER, Check.FAR, Check.UNLIKE, Check.SAME_PLACE,
            ]  # fmt: skip
        return [check for check in Check if check in lacking]

    def check(self, faces: CheckedFaces) -> list[Finding]:
        """What is wrong with these faces, the gravest finding of each face first."""
        if not len(faces):
            return []
        size = geometry.sizes(faces.points, self.scheme)
        found = [
            *self._duplicates(faces, size), *self._by_shape(faces),
            *self._eyes_outside(faces, size), *self._outside(faces, size),
            *self._same_place(faces, size), *self._crossed(faces, size), *self._boxes(faces),
            *self._visibility(faces),
        ]  # fmt: skip
        return _gravest_first(found)

    def _duplicates(self, faces: CheckedFaces, size: Floats) -> Iterable[Finding]:
        for later, earlier in geometry.duplicates(faces.points, size, faces.photos):
            yield Finding(int(faces.ids[later]), Check.DUPLICATE, other=int(faces.ids[earlier]))

    def _by_shape(self, faces: CheckedFaces) -> Iterable[Finding]:
        if self._shape is None or self.model is None:
            return
        for row, results in self._shape.check(faces.points).items():
            for result in results:
                mended = result.mended
                if result.check is Check.UNLIKE and np.isfinite(faces.boxes[row]).all():
                    x, y, width, height = map(float, faces.boxes[row])
                    fitted = self.model.fitted_to((x, y, width, height))
                    mended = np.where(np.isfinite(faces.points[row]), fitted, np.nan)
                yield Finding(int(faces.ids[row]), result.check, result.landmarks, mended)

    def _eyes_outside(self, faces: CheckedFaces, size: Floats) -> Iterable[Finding]:
        found = geometry.eyes_outside(faces.points, size, self._eyes)
        for row in np.flatnonzero(found.any(1)).tolist():
            landmarks = [k for eye in np.flatnonzero(found[row]) for k in self._eyes[eye]]
            yield self._moved(faces, row, Check.EYE, landmarks)

    def _outside(self, faces: CheckedFaces, size: Floats) -> Iterable[Finding]:
        found = geometry.outside(faces.points, faces.photo_sizes, size)
        for row in np.flatnonzero(found.any(1)).tolist():
            landmarks = np.flatnonzero(found[row]).tolist()
            moved = self._moved(faces, row, Check.OUTSIDE, landmarks)
            points = faces.points[row] if moved.mended is None else moved.mended
            inside = np.clip(points, 0, faces.photo_sizes[row] - 1)
            mended = faces.points[row].copy()
            mended[landmarks] = inside[landmarks]
            yield Finding(moved.face_id, Check.OUTSIDE, moved.landmarks, mended)

    def _same_place(self, faces: CheckedFaces, size: Floats) -> Iterable[Finding]:
        if self.model is None:  # closed lips are in one place, too
            return
        for row, pairs in enumerate(geometry.same_place(faces.points, size, self.usual_places)):
            pair = next(
                (pair for pair in pairs if self._belong_apart(faces, row, pair, size)), None
            )
            if pair is not None:
                yield self._moved(faces, row, Check.SAME_PLACE, [self._worse(faces, row, pair)],
                                  named=pair)  # fmt: skip

    def _belong_apart(
        self, faces: CheckedFaces, row: int, pair: tuple[int, int], size: Floats
    ) -> bool:
        """Whether the other landmarks of the face expect the two away from each other."""
        assert self.model is not None
        one, other = self.model.expected(faces.points[row], pair)[list(pair)]
        return bool(np.hypot(*(one - other)) >= geometry.MIN_APART_SHARE * size[row])

    def _worse(self, faces: CheckedFaces, row: int, pair: tuple[int, int]) -> int:
        """Which of two landmarks lies farther from where the others expect it."""
        assert self.model is not None
        points = faces.points[row]
        expected = self.model.expected(points, pair)
        off = np.linalg.norm(expected - points, axis=-1)
        return max(pair, key=lambda k: float(off[k]))

    def _crossed(self, faces: CheckedFaces, size: Floats) -> Iterable[Finding]:
        depth = geometry.crossings(faces.points, size, self._pairs)
        usual = 0 if self.usual_crossings is None else self.usual_crossings
        over = depth - np.maximum(geometry.MIN_CROSSING_SHARE, 1.5 * usual)
        for row in np.flatnonzero((over > 0).any(1)).tolist():
            pair = self._pairs[int(np.argmax(over[row]))].tolist()
            yield self._moved(faces, row, Check.CROSSED, self._off_line(faces, row, pair),
                              named=pair)  # fmt: skip

    def _off_line(self, faces: CheckedFaces, row: int, pair: list[int]) -> list[int]:
        """The ends of that one of two lines (a, b, c, d) that fits the other landmarks worse."""
        if self.model is None:
            return pair
        points = faces.points[row]
        off = np.linalg.norm(self.model.expected(points, pair) - points, axis=-1)
        return max((pair[:2], pair[2:]), key=lambda line: float(off[line].sum()))

    def _boxes(self, faces: CheckedFaces) -> Iterable[Finding]:
        share = geometry.overlaps(geometry.tight_boxes(faces.points), faces.boxes)
        for row in np.flatnonzero(share < geometry.MIN_BOX_OVERLAP).tolist():
            yield Finding(int(faces.ids[row]), Check.BOX)

    def _visibility(self, faces: CheckedFaces) -> Iterable[Finding]:
        found = geometry.contradictory(faces.points, faces.stated, faces.is_stated)
        for row in np.flatnonzero(found.any(1)).tolist():
            landmarks = tuple(np.flatnonzero(found[row]).tolist())
            yield Finding(int(faces.ids[row]), Check.VISIBILITY, landmarks)

    def _moved(
        self, faces: CheckedFaces, row: int, check: Check, moved: list[int],
        named: Iterable[int] | None = None,
    ) -> Finding:  # fmt: skip
        """A finding whose fix moves landmarks to where the others expect them."""
        mended = None
        if self.model is not None:
            mended = self.model.expected(faces.points[row], moved)
        landmarks = tuple(sorted(moved if named is None else named))
        return Finding(int(faces.ids[row]), check, landmarks, mended)


_EXPLAINS = {  # what is a mere consequence of a graver finding is not reported beside it
    Check.SIDES: {Check.PAIR, Check.ORDER, Check.FAR, Check.UNLIKE, Check.CROSSED, Check.EYE},
    Check.PAIR: {Check.CROSSED, Check.EYE, Check.UNLIKE},
    Check.ORDER: {Check.CROSSED, Check.UNLIKE},
    Check.EYE: {Check.FAR, Check.CROSSED},
    Check.UNLIKE: {Check.CROSSED, Check.SAME_PLACE},
}


def _gravest_first(found: list[Finding]) -> list[Finding]:
    """Sorted by face and gravity, without what another finding of the face explains."""
    by_face: dict[int, set[Check]] = {}
    for finding in found:
        by_face.setdefault(finding.face_id, set()).add(finding.check)
    kept = [
        finding
        for finding in found
        if not any(finding.check in _EXPLAINS.get(check, ()) for check in by_face[finding.face_id])
    ]
    order = {check: place for place, check in enumerate(Check)}
    return sorted(kept, key=lambda each: (each.face_id, order[each.check]))
