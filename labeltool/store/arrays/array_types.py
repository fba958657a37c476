"""Column types of arrays of landmarks. They are read as the landmarks of the open project."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Dialect,
    Integer,
    LargeBinary,
    String,
    TypeDecorator,
    case,
    cast,
    func,
    type_coerce,
)

from labeltool.store.arrays.layouts import (
    DIGITS,
    FIRST,
    arranged,
    in_use,
    layout_of,
    pack,
    unpack,
)


class ArrayType(TypeDecorator[NDArray[Any]]):
    """An array with a row for each landmark as the bytes of its numbers, read back read-only.

    What was written with other landmarks is read as those of the project, with `missing` for the
    landmarks that it lacks. Bytes are stored as they are (`layouts.pack`).
    """

    impl = LargeBinary
    cache_ok = True
    stored: np.dtype[Any]
    columns: int = 1
    missing: float = np.nan

    @property
    def width(self) -> int:
        """Bytes a landmark."""
        return self.stored.itemsize * self.columns

    def process_bind_param(self, value: NDArray[Any] | None, dialect: Dialect) -> bytes | None:
        """Array to bytes."""
        return value if value is None or isinstance(value, bytes) else self.stored_as(value)

    def stored_as(self, value: NDArray[Any], layout: int | None = None) -> bytes:
        """The bytes of an array of a layout; None for the one that the thread's project works
        with."""
        layouts = in_use()
        if layout is None:
            layout = FIRST if layouts is None else layouts.current
        return pack(np.ascontiguousarray(value, self.stored), layout)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> NDArray[Any] | None:
        """Bytes to an array."""
        return None if value is None else self.in_force(value)

    def in_force(self, value: bytes) -> NDArray[Any]:
        """Stored bytes as an array of the landmarks of the project that the thread reads."""
        number, layouts = layout_of(value, self.width), in_use()
        numbers = np.frombuffer(value, self.stored) if number == FIRST else self.unpack(value)
        if self.columns > 1:
            numbers = numbers.reshape(-1, self.columns)
        if layouts is None or number == layouts.current:
            return numbers
        size = len(layouts.landmarks(number))
        return arranged(numbers, layouts.places(number), size, self.missing)

    def unpack(self, value: bytes) -> NDArray[Any]:
        """The numbers of the stored bytes, whatever landmarks they are of."""
        return unpack(value, self.stored, self.width)


class PointsType(ArrayType):
    """(N, 2) float64 as little-endian bytes."""

    cache_ok = True
    stored = np.dtype("<f8")
    columns = 2


class ScoresType(ArrayType):
    """(N,) float32 as little-endian bytes of half precision: with three digits, so that a
    prediction of 98 landmarks takes half a page of the file instead of a whole one."""

    cache_ok = True
    stored = np.dtype("<f2")

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> NDArray[Any] | None:
        """Bytes to an array."""
        return None if value is None else self.in_force(value).astype(np.float32)


class VisibilityType(ArrayType):
    """(N,) of 0 absent, 1 occluded, 2 visible as bytes; absent where nothing is known."""

    cache_ok = True
    stored = np.dtype(np.int8)
    missing = 0


def raw(column: Any) -> ColumnElement[bytes]:
    """The stored bytes of a column of arrays."""
    return type_coerce(column, LargeBinary)


def layout_number(points: Any) -> ColumnElement[int]:
    """The layout of a column of points; NULL where there are none."""
    size = func.length(raw(points))
    tag = func.substr(raw(points), size - (DIGITS - 1))
    return case(
        (size % (PointsType.stored.itemsize * PointsType.columns) == 0, FIRST),
        else_=cast(cast(tag, String), Integer),
    )
