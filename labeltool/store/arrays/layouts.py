"""Which landmarks stored arrays hold, so that none is rewritten when a scheme changes (ADR 24).

A landmark has an id for ever. A layout is a list of ids: the landmarks of an array in its order. An
array keeps the number of its layout, and is read as the landmarks of the scheme that the open
project works with: reordered, without removed ones, and without values for those it lacks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST = 1
"""The layout of the scheme that a project was made with. Its arrays carry no number."""

DIGITS = 3
"""Digits of the number after the bytes of every other array."""

MAX_LAYOUTS = 10**DIGITS - 1

Landmarks = tuple[int, ...]
"""Ids of landmarks, in the order of an array."""


class Layouts:
    """The layouts of an open project, and the one that it works with.

    Args:
        known: landmark ids by the number of the layout; at least that of `current`.
        current: the layout of the scheme that the project was opened with.
        load: reads the layouts again, because another program may have added some.
    """

    def __init__(
        self,
        known: Mapping[int, Landmarks],
        current: int,
        load: Callable[[], Mapping[int, Landmarks]],
    ) -> None:
        self._known = dict(known)
        self._load = load
        self._places: dict[int, NDArray[np.int64]] = {}
        self._is_outdated = False
        self.current = current
        self.ids = self._known[current]

    def landmarks(self, number: int) -> Landmarks:
        """Ids of the landmarks of a layout."""
        if self._is_outdated or number not in self._known:
            self.learn(self._load())
            self._is_outdated = False
        return self._known[number]

    def learn(self, known: Mapping[int, Landmarks]) -> None:
        """Take in layouts that were added."""
        self._known.update(known)

    def places(self, number: int) -> NDArray[np.int64]:
        """(N,): for each landmark of the project its place in arrays of a layout, -1 for none."""
        found = self._places.get(number)
        if found is None:
            place = {landmark: k for k, landmark in enumerate(self.landmarks(number))}
            found = np.array([place.get(landmark, -1) for landmark in self.ids], np.int64)
            self._places[number] = found
        return found

    def missing(self, number: int) -> NDArray[np.bool_]:
        """(N,): which landmarks of the project arrays of a layout lack."""
        lacking: NDArray[np.bool_] = self.places(number) < 0
        return lacking

    @property
    def has_one(self) -> bool:
        """Whether all arrays have the same landmarks, in the same order."""
        return self.numbers() == [FIRST]

    def incomplete(self) -> list[int]:
        """The layouts that lack a landmark of the project."""
        return [number for number in self.numbers() if self.missing(number).any()]

    def exceeding(self) -> list[int]:
        """The layouts with a landmark that the project has no more."""
        here = set(self.ids)
        return [number for number in self.numbers() if not here.issuperset(self.landmarks(number))]

    def numbers(self) -> list[int]:
        """Every layout of the project."""
        self.landmarks(self.current)
        return list(self._known)

    def ids_of(self, places: Sequence[int]) -> list[int]:
        """Ids of the landmarks at places of the project's scheme."""
        return [self.ids[k] for k in places]

    def places_of(self, ids: Sequence[int]) -> tuple[int, ...]:
        """Places of landmarks in the project's scheme, without those that it has no more."""
        return tuple(self.ids.index(k) for k in ids if k in self.ids)

    def forget(self) -> None:
        """Read the layouts again when they are asked for: what was added is gone with its
        transaction."""
        self._known = {self.current: self.ids}
        self._places = {}
        self._is_outdated = True


_LOCAL = threading.local()


@contextmanager
def using(layouts: Layouts | None) -> Iterator[None]:
    """Read and write arrays of this thread as those of a project, inside the block."""
    before = in_use()
    _LOCAL.layouts = layouts
    try:
        yield
    finally:
        _LOCAL.layouts = before


def in_use() -> Layouts | None:
    """The layouts of the project that this thread reads or writes; None outside of one."""
    found: Layouts | None = getattr(_LOCAL, "layouts", None)
    return found


# The bytes of an array: its numbers, and the number of its layout unless that is the first


def pack(array: NDArray[Any], layout: int) -> bytes:
    """The stored form of an array of a layout."""
    return array.tobytes() + (b"" if layout == FIRST else b"%0*d" % (DIGITS, layout))


def layout_of(stored: bytes, width: int) -> int:
    """The layout of a stored array with `width` bytes a landmark.

    A width of 1 is that of visibilities and marks, none of which is as high as a digit.
    """
    tagged = stored[-1:] >= b"0" if width == 1 else len(stored) % width != 0
    return int(stored[-DIGITS:]) if tagged else FIRST


def unpack(stored: bytes, kind: np.dtype[Any], width: int) -> NDArray[Any]:
    """The numbers of a stored array as they were written, read-only."""
    end = len(stored) - (0 if layout_of(stored, width) == FIRST else DIGITS)
    return np.frombuffer(stored[:end], kind)


def arranged(
    values: NDArray[Any], places: NDArray[np.int64], size: int, fill: float
) -> NDArray[Any]:
    """The rows of `values` (M, …) at `places` (N,), and `fill` where there is none, at -1.

    `size`: M as the layout says; rows of another number are of no landmark that is known.
    """
    if len(values) != size or size == 0:
        chosen = np.full((len(places), *values.shape[1:]), fill, values.dtype)
    else:
        chosen = values.take(places, axis=0, mode="clip")
        chosen[places < 0] = fill
    chosen.setflags(write=False)
    return chosen
