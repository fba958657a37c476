"""Which landmarks of a face are selected. No Qt.

Landmarks are indices; -1 stands for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt


class PointSelection:
    """The selected landmarks of one face, and the one that was selected last.

    `on_change` is called after every change of what is selected.
    """

    def __init__(self, on_change: Callable[[], None] | None = None) -> None:
        self._points: npt.NDArray[np.float64] = np.empty((0, 2))
        self._indices: frozenset[int] = frozenset()
        self._last = self._missing = -1
        self._initially_missing: frozenset[int] = frozenset()
        self._on_change = on_change

    @property
    def indices(self) -> frozenset[int]:
        """All selected landmarks."""
        return self._indices

    @property
    def last(self) -> int:
        """The landmark that was selected last, or -1."""
        return self._last

    @property
    def only(self) -> int:
        """The selected landmark if it is the only one, else -1."""
        return self._last if len(self._indices) == 1 else -1

    @property
    def missing(self) -> int:
        """The landmark that the next press places, or -1.

        It had no position when it was selected: a landmark that was just made absent stays absent.
        """
        return -1 if self.is_placed(self._missing) else self._missing

    def placed(self) -> list[int]:
        """The selected landmarks that have a position, in order."""
        return [index for index in sorted(self._indices) if self.is_placed(index)]

    def is_placed(self, index: int) -> bool:
        """Whether the landmark exists and has a position."""
        return 0 <= index < len(self._points) and bool(np.isfinite(self._points[index]).all())

    def set_face(self, points: npt.NDArray[np.float64]) -> None:
        """Another face, with its points (N, 2), NaN where missing: nothing is selected.

        The array is not copied: the positions may change later.
        """
        self._points = points
        placed = np.isfinite(points).all(axis=1)
        self._initially_missing = frozenset(np.flatnonzero(~placed).tolist())
        self.clear()

    def set_points(self, points: npt.NDArray[np.float64]) -> None:
        """A new state of the same face, of as many points: the selection stays."""
        self._points = points

    def select(self, index: int) -> None:
        """Select one landmark alone; none when there is no such landmark."""
        index = index if 0 <= index < len(self._points) else -1
        self.select_many({index} if index >= 0 else (), index)
        self._missing = -1 if self.is_placed(index) else index

    def select_many(self, indices: Iterable[int], last: int = -1) -> None:
        """Select these; `last` is the one to name, by default the first of them."""
        self._missing = -1
        selected = frozenset(indices)
        last = last if last in selected else min(selected, default=-1)
        if (last, selected) == (self._last, self._indices):
            return
        self._last, self._indices = last, selected
        if self._on_change is not None:
            self._on_change()

    def add(self, index: int) -> None:
        """Select this one too."""
        self.select_many({*self._indices, index}, index)

    def toggle(self, index: int) -> None:
        """Select this one too, or no longer."""
        self.select_many(self._indices ^ {index}, index)

    def clear(self) -> None:
        """Select nothing."""
        self.select(-1)

    def select_all(self) -> None:
        """Select every landmark that has a position."""
        self.select_many(np.flatnonzero(np.isfinite(self._points).all(axis=1)).tolist())

    def select_within(
        self, low: tuple[float, float], high: tuple[float, float], *, add: bool = False
    ) -> None:
        """Select the points inside a rectangle between two corners; `add`: besides the others."""
        inside = ((self._points >= low) & (self._points <= high)).all(axis=1)  # NaN is not
        self.select_many({*np.flatnonzero(inside).tolist(), *(self._indices if add else ())})

    def select_next_missing(self) -> None:
        """Select the next landmark that was missing when the face was set, and still is."""
        count = len(self._points)
        for index in (*range(self._last + 1, count), *range(max(self._last, 0))):
            if not self.is_placed(index) and index in self._initially_missing:
                self.select(index)
                return

    def neighbour(self, order: Sequence[int], step: int) -> int:
        """The landmark `step` places after the last selected one in a cyclic order.

        Without a selection: the first of the order, or the last one for a negative step. -1 for an
        empty order.
        """
        if not order:
            return -1
        if self._last < 0:
            return order[0 if step > 0 else -1]
        return order[(order.index(self._last) + step) % len(order)]
