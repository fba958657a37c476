"""What the shape of other faces says of a face: swapped, out of order, far off, unlike all others.

A face is looked at closely only if a landmark, or the whole of it, lies farther off than is usual.
Then every rearrangement of its landmarks is tried; if one makes the face like the others, that is
the finding. Else landmarks are put where the others expect them, the worst first, until none is
left that lies far off.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from labeltool.checks.findings import Check
from labeltool.checks.rearrangements import Rearrangement, rearrangements
from labeltool.checks.shape_model import Floats, ShapeModel
from pipnet.data.scheme import Scheme

MIN_SWAP_GAIN = 2.0
"""How much a rearrangement must lower the squared distance of a face from the others, in units of
the squared usual offset of its landmarks."""

MAX_SWAPPED_OFFSET = 0.75
"""How far the renamed landmarks may lie off afterwards, as a share of how far they did before."""

MAX_TURNED_SHARE = 0.4
"""What must be left of the squared distance when both sides of a face change their names."""

FAR_FACTOR = 2.4
"""How many times the usual offset a landmark must lie off to be reported."""

MIN_FAR_SHARE = 0.08
"""A landmark this near to where it is expected (share of the norm) is never reported."""

UNLIKE_FACTOR = 1.5
"""How many times the usual distance a face must lie off to be unlike all others."""

MAX_FAR_SHARE = 0.2
"""With more of its landmarks far off, the whole face is unlike others."""


@dataclass(frozen=True, eq=False)
class ShapeResult:
    """What is wrong with one face: a check, its landmarks, and the face as the fix leaves it."""

    check: Check
    landmarks: tuple[int, ...]
    mended: Floats | None


@dataclass(frozen=True, eq=False)
class ShapeChecker:
    """Checks faces of a scheme against a shape model."""

    scheme: Scheme
    model: ShapeModel
    _moves: list[Rearrangement] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_moves", rearrangements(self.scheme))

    def check(self, points: Floats) -> dict[int, list[ShapeResult]]:
        """What is wrong with faces (F, N, 2), in pixels, by their place; good ones are left out."""
        usable = np.isfinite(points).all(-1).sum(1) >= 2
        rows = np.flatnonzero(usable)
        if not len(rows):
            return {}
        whole = self.model.complete(points[rows])
        aligned = self.model.align(whole)[0]
        suspicion = self._suspicion(aligned)
        found: dict[int, list[ShapeResult]] = {}
        for place in np.flatnonzero(suspicion > 1):
            result = self._examine(points[rows[place]])
            if result:
                found[int(rows[place])] = result
        return found

    def _suspicion(self, aligned: Floats) -> Floats:
        """Above 1 (F,) for faces that deserve a closer look."""
        offset = self.model.offsets(aligned)[0] / self.model.usual_offset
        distance = self.model.distances(aligned) / self.model.usual_distance
        suspicion: Floats = np.maximum(offset.max(1) / 1.2, distance)
        return suspicion

    def _examine(self, given: Floats) -> list[ShapeResult]:
        absent = np.asarray(~np.isfinite(given).all(-1))
        swapped = self._rearranged(given)
        found = [] if swapped is None else [swapped]
        if swapped is not None and swapped.mended is not None:
            if swapped.check is Check.SIDES:
                return found
            given = swapped.mended
            absent = np.asarray(~np.isfinite(given).all(-1))
        points = self.model.complete(given[None])[0]
        far = self.far(points, absent)
        if len(far) > MAX_FAR_SHARE * len(points):
            return found or [ShapeResult(Check.UNLIKE, (), None)]
        if far:
            mended = np.where(absent[:, None], np.nan, self.model.expected(points, far))
            return [*found, ShapeResult(Check.FAR, tuple(sorted(far)), mended)]
        if not found and self._distance(points[None])[0] > UNLIKE_FACTOR:
            return [ShapeResult(Check.UNLIKE, (), None)]
        return found

    def _distance(self, points: Floats) -> Floats:
        """Distances (F,) in units of the usual one."""
        return self.model.distances(self.model.align(points)[0]) / self.model.usual_distance

    def _rearranged(self, points: Floats) -> ShapeResult | None:
        """The rearrangement that brings a face nearest to the others, if it does so by far."""
        if not self._moves:
            return None
        tried = np.stack([np.arange(len(points)), *(move.order for move in self._moves)])
        aligned = self.model.align(self.model.complete(points[tried]))[0]
        squared = self.model.distances(aligned) ** 2
        best = int(np.argmin(squared[1:])) + 1
        move = self._moves[best - 1]
        mended = points[move.order]
        if move.check is Check.SIDES:  # turns the whole face, so no landmark stands out before
            is_better = squared[best] < MAX_TURNED_SHARE * squared[0]
            return ShapeResult(move.check, (), mended) if is_better else None
        renamed = list(move.landmarks)
        offset = self.model.offsets(aligned[[0, best]])[0] / self.model.usual_offset
        before, after = offset[:, renamed].max(1)
        least = MIN_SWAP_GAIN * float((self.model.usual_offset[renamed] ** 2).mean())
        is_better = squared[0] - squared[best] >= least and after <= MAX_SWAPPED_OFFSET * before
        is_usual = squared[best] <= (UNLIKE_FACTOR * self.model.usual_distance) ** 2
        if not (is_better and is_usual and before > 1):
            return None
        return ShapeResult(move.check, move.landmarks, mended)

    def far(self, points: Floats, absent: NDArray[np.bool_] | None = None) -> list[int]:
        """Landmarks of one face (N, 2) that lie far from where the others expect them, the worst
        first; absent ones are never among them."""
        found: list[int] = []
        left = points.copy()
        while len(found) <= MAX_FAR_SHARE * len(points):
            deviations, shares = self.model.offsets(self.model.align(left[None])[0])
            ratio = deviations[0] / self.model.usual_offset
            ratio[shares[0] < MIN_FAR_SHARE] = 0
            ratio[found] = 0
            if absent is not None:
                ratio[absent] = 0
            worst = int(np.argmax(ratio))
            if ratio[worst] < FAR_FACTOR:
                break
            found.append(worst)
            left = self.model.expected(points, found)
        return found
