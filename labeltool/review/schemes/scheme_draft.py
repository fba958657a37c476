"""A landmark scheme while a person makes it: landmarks on a picture, their names and how they
belong together, with undo. Without Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from labeltool.domain import Points
from labeltool.review.schemes.pair_guess import guess_pairs
from pipnet.data.scheme import Scheme
from pipnet.text import one_line

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DraftLandmark:
    """A landmark with a name and a place on the picture, in its pixels.

    `id` stays as it is while landmarks come and go. `source`: its place in the scheme that the
    draft was made from, or None for a new one.
    """

    id: int
    name: str
    x: float
    y: float
    source: int | None = None


@dataclass(frozen=True, slots=True)
class DraftState:
    """All of a draft at one moment. Everything but `landmarks` names landmarks by their ids."""

    name: str = ""
    landmarks: tuple[DraftLandmark, ...] = ()
    edges: tuple[Pair, ...] = ()
    contours: tuple[tuple[int, ...], ...] = ()
    pairs: tuple[Pair, ...] = ()
    regions: tuple[tuple[str, tuple[int, ...]], ...] = ()
    norm: Pair | None = None
    pupils: tuple[tuple[int, ...], ...] = ()

    @property
    def ids(self) -> tuple[int, ...]:
        """Ids of the landmarks, in their order."""
        return tuple(landmark.id for landmark in self.landmarks)


class SchemeDraft:
    """The scheme that is being made. Each method that changes it is one step of undo.

    Args:
        scheme: what it starts from; None for an empty one.
        points: (N, 2) places of its landmarks on the picture, all finite.
    """

    def __init__(self, scheme: Scheme | None = None, points: Points | None = None) -> None:
        self._next_id = 0
        self._undo: list[DraftState] = []
        self._redo: list[DraftState] = []
        self.state = DraftState()
        self._sources = {} if scheme is None else {name: k for k, name in enumerate(scheme.names)}
        if scheme is not None and points is not None:
            self.state = self._state_of(scheme, points)

    # Undo

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._redo)

    def undo(self) -> None:
        """Take the last step back."""
        if self._undo:
            self._redo.append(self.state)
            self.state = self._undo.pop()

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._redo:
            self._undo.append(self.state)
            self.state = self._redo.pop()

    def _change(self, state: DraftState) -> None:
        if state != self.state:
            self._undo.append(self.state)
            self._redo.clear()
            self.state = state

    # Landmarks

    @property
    def points(self) -> Points:
        """(N, 2): where the landmarks are on the picture."""
        rows = [(landmark.x, landmark.y) for landmark in self.state.landmarks]
        return np.array(rows, np.float64).reshape(-1, 2)

    def add(self, x: float, y: float) -> int:
        """Add a landmark after the others; returns its id."""
        taken = {landmark.name for landmark in self.state.landmarks}
        number = len(taken) + 1
        while f"landmark {number}" in taken:
            number += 1
        new = DraftLandmark(self._new_id(), f"landmark {number}", x, y)
        self._change(replace(self.state, landmarks=(*self.state.landmarks, new)))
        return new.id

    def remove(self, ids: Iterable[int]) -> None:
        """Remove landmarks, and all that names them."""
        gone, state = frozenset(ids), self.state
        self._change(
            replace(
                state,
                landmarks=tuple(row for row in state.landmarks if row.id not in gone),
                edges=tuple(edge for edge in state.edges if not gone & set(edge)),
                contours=_without(state.contours, gone, at_least=2),
                pairs=tuple(pair for pair in state.pairs if not gone & set(pair)),
                regions=tuple(
                    (name, kept)
                    for name, members in state.regions
                    if (kept := tuple(k for k in members if k not in gone))
                ),
                norm=None if state.norm is None or gone & set(state.norm) else state.norm,
                pupils=() if gone & {k for row in state.pupils for k in row} else state.pupils,
            )
        )

    def rename(self, landmark: int, name: str) -> None:
        """Give a landmark another name, on one line."""
        self._update({landmark}, lambda row: replace(row, name=" ".join(one_line(name).split())))

    def move(self, ids: Sequence[int], points: Points) -> None:
        """Put landmarks at places (k, 2) of the picture."""
        place = {k: (float(x), float(y)) for k, (x, y) in zip(ids, points, strict=True)}
        self._update(place, lambda row: replace(row, x=place[row.id][0], y=place[row.id][1]))

    def place_all(self, matrix: Points) -> None:
        """Put all landmarks onto another picture, which is no step of undo: the steps before and
        after it show their landmarks there, too.

        Args:
            matrix: (2, 3), takes places on the picture before to the new ones.
        """
        self.state = _placed(self.state, matrix)
        self._undo = [_placed(state, matrix) for state in self._undo]
        self._redo = [_placed(state, matrix) for state in self._redo]

    def _update(self, ids: Iterable[int], change: Callable[[DraftLandmark], DraftLandmark]) -> None:
        wanted = frozenset(ids)
        rows = tuple(change(r) if r.id in wanted else r for r in self.state.landmarks)
        self._change(replace(self.state, landmarks=rows))

    def reorder(self, ids: Iterable[int], steps: int) -> None:
        """Move landmarks towards the start (-1) or the end (1) of the order by a place."""
        rows, moving = list(self.state.landmarks), frozenset(ids)
        places = range(len(rows)) if steps < 0 else range(len(rows) - 1, -1, -1)
        for place in places:
            other = place + steps
            if rows[place].id in moving and 0 <= other < len(rows) and rows[other].id not in moving:
                rows[place], rows[other] = rows[other], rows[place]
        self._change(replace(self.state, landmarks=tuple(rows)))

    # How landmarks belong together

    def connect(self, ids: Sequence[int], *, closed: bool = False) -> None:
        """Draw edges along landmarks in this order, back to the first if `closed`. If all are
        there already, take them away."""
        path = [*ids, ids[0]] if closed and len(ids) > 2 else list(ids)
        wanted = [(a, b) for a, b in pairwise(path) if a != b]
        there = {frozenset(edge) for edge in self.state.edges}
        new = {frozenset(edge) for edge in wanted}
        if new <= there:
            edges = tuple(edge for edge in self.state.edges if frozenset(edge) not in new)
        else:
            edges = (*self.state.edges, *(e for e in wanted if frozenset(e) not in there))
        self._change(replace(self.state, edges=edges))

    def set_contour(self, ids: Sequence[int]) -> None:
        """Make landmarks, in this order, a contour, along which they may slide. If exactly these
        are one already, they are none any more."""
        chosen = set(ids)
        kept = tuple(row for row in self.state.contours if set(row) != chosen)
        if len(kept) == len(self.state.contours) and len(ids) > 1:
            kept = (*kept, tuple(ids))
        self._change(replace(self.state, contours=kept))

    def pair(self, one: int, other: int) -> None:
        """Make two landmarks each other's mirror image."""
        both = {one, other}
        kept = tuple(pair for pair in self.state.pairs if not both & set(pair))
        self._change(replace(self.state, pairs=(*kept, (one, other)) if one != other else kept))

    def unpair(self, ids: Iterable[int]) -> None:
        """Take landmarks out of their pairs: a mirrored face has them where they are."""
        gone = frozenset(ids)
        kept = tuple(pair for pair in self.state.pairs if not gone & set(pair))
        self._change(replace(self.state, pairs=kept))

    def guess_pairs(self) -> None:
        """Pair landmarks by their names and by mirroring the face."""
        ids, names = self.state.ids, [row.name for row in self.state.landmarks]
        found = guess_pairs(self.points, names) if len(ids) > 1 else []
        self._change(replace(self.state, pairs=tuple((ids[a], ids[b]) for a, b in found)))

    def partner(self, landmark: int) -> int | None:
        """The mirror image of a landmark, or None for one in the middle."""
        for one, other in self.state.pairs:
            if landmark in (one, other):
                return other if landmark == one else one
        return None

    def set_region(self, ids: Iterable[int], name: str) -> None:
        """Put landmarks into a region, out of the one that they were in; "" for none."""
        name, moving = " ".join(one_line(name).split()), frozenset(ids)
        regions = {key: [k for k in row if k not in moving] for key, row in self.state.regions}
        if name:
            regions.setdefault(name, []).extend(k for k in self.state.ids if k in moving)
        rows = tuple((key, tuple(row)) for key, row in regions.items() if row)
        self._change(replace(self.state, regions=rows))

    def region(self, landmark: int) -> str:
        """The region of a landmark, "" for none."""
        return next((name for name, row in self.state.regions if landmark in row), "")

    def set_norm(self, one: int, other: int) -> None:
        """Divide errors by the distance of two landmarks; by the box if they are it already."""
        same = self.state.norm is not None and set(self.state.norm) == {one, other}
        self._change(replace(self.state, norm=None if same or one == other else (one, other)))

    def set_name(self, name: str) -> None:
        """Give the scheme another name, on one line."""
        self._change(replace(self.state, name=" ".join(one_line(name).split())))

    def use(self, scheme: Scheme | None, points: Points | None) -> None:
        """Replace everything by a template with its landmarks at `points`, (N, 2); None: by
        nothing. Landmarks with a name of the scheme that the draft was made from are those."""
        state = DraftState(name=self.state.name)
        if scheme is not None and points is not None:
            state = self._state_of(scheme, points)
        self._change(state)

    # Results

    def scheme(self) -> Scheme:
        """The scheme as it is now.

        Raises:
            SchemeError: it is not complete, see `scheme_problems.errors`.
        """
        state = self.state
        at = {landmark: place for place, landmark in enumerate(state.ids)}

        def places(row: Iterable[int]) -> tuple[int, ...]:
            return tuple(at[k] for k in row)

        flip = list(range(len(at)))
        for one, other in state.pairs:
            flip[at[one]], flip[at[other]] = at[other], at[one]
        return Scheme(
            name=state.name,
            names=tuple(landmark.name for landmark in state.landmarks),
            edges=tuple((at[a], at[b]) for a, b in state.edges),
            flip=tuple(flip) if state.pairs else (),
            curves=tuple(places(row) for row in state.contours),
            nme_pair=None if state.norm is None else (at[state.norm[0]], at[state.norm[1]]),
            regions={name: places(row) for name, row in state.regions},
            pupils=tuple(places(row) for row in state.pupils),
            shape=_rounded(self.points),
        )

    def sources(self) -> list[int | None]:
        """For each landmark its place in the scheme that the draft was made from, None: new."""
        return [landmark.source for landmark in self.state.landmarks]

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _state_of(self, scheme: Scheme, points: Points) -> DraftState:
        ids = [self._new_id() for _ in scheme.names]

        def named(row: Iterable[int]) -> tuple[int, ...]:
            return tuple(ids[k] for k in row)

        return DraftState(
            name=scheme.name,
            landmarks=tuple(
                DraftLandmark(ids[k], name, float(x), float(y), self._sources.get(name))
                for k, (name, (x, y)) in enumerate(zip(scheme.names, points, strict=True))
            ),
            edges=tuple((ids[a], ids[b]) for a, b in scheme.edges),
            contours=tuple(named(row) for row in scheme.curves),
            pairs=tuple((ids[a], ids[b]) for a, b in enumerate(scheme.flip) if a < b),
            regions=tuple((name, named(row)) for name, row in scheme.regions.items()),
            norm=None
            if scheme.nme_pair is None
            else (ids[scheme.nme_pair[0]], ids[scheme.nme_pair[1]]),
            pupils=tuple(named(row) for row in scheme.pupils),
        )


def _without(
    rows: Iterable[tuple[int, ...]], gone: frozenset[int], at_least: int
) -> tuple[tuple[int, ...], ...]:
    kept = (tuple(k for k in row if k not in gone) for row in rows)
    return tuple(row for row in kept if len(set(row)) >= at_least)


def _placed(state: DraftState, matrix: Points) -> DraftState:
    rows = []
    for row in state.landmarks:
        x, y = (matrix[:, :2] @ [row.x, row.y] + matrix[:, 2]).tolist()
        rows.append(replace(row, x=x, y=y))
    return replace(state, landmarks=tuple(rows))


def _rounded(points: Points) -> tuple[tuple[float, float], ...]:
    """The points with the larger side of their box 1 long, to a thousandth; () if they are one."""
    low, high = points.min(0), points.max(0)
    size = float((high - low).max())
    if size <= 0:
        return ()
    return tuple((round(x, 3), round(y, 3)) for x, y in ((points - low) / size).tolist())
