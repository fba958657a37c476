"""Reads HDF5 of unknown origin: bounded, with nothing from other files."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipnet.data.coco import LabelError
from pipnet.formats.reading import MAX_POSITION

if TYPE_CHECKING:
    import h5py

MAX_TABLE_BYTES = 1_000_000_000
"""A table of more is refused before it is read: a compressed one takes a thousandth of that."""

_DAMAGE = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError,
    ValueError, pickle.UnpicklingError,
)  # fmt: skip
"""What h5py, and code that meets other content than it expects, raise for a damaged file."""


@contextmanager
def opened(path: Path, kind: str) -> Iterator[h5py.File]:
    """The open file; `kind` says what it should be, as "a SLEAP file".

    Raises:
        LabelError: it is damaged; also for errors inside of the block.
    """
    import h5py  # noqa: PLC0415 - the window does not load it at its start

    try:
        with h5py.File(path) as data:
            yield data
    except _DAMAGE as error:
        if isinstance(error, LabelError):
            raise
        raise LabelError(f"{path.name} is not {kind} that can be read: {error}.") from error


def is_like(path: Path, test: Callable[[h5py.File], bool]) -> bool:
    """Whether the content passes the test; a damaged file does not."""
    try:
        with opened(path, "HDF5") as data:
            return test(data)
    except LabelError:
        return False


def table(data: h5py.Group, name: str) -> NDArray[Any]:
    """The whole content of a table.

    Raises:
        ValueError: it is of unreasonable size, or refers to another file.
    """
    import h5py  # noqa: PLC0415

    if isinstance(data.get(name, getlink=True), h5py.ExternalLink):
        raise ValueError(f"{name} is a link to another file")
    return content(data[name], name)


def content(found: object, name: str) -> NDArray[Any]:
    """The whole content of what `name` leads to, which should be a table.

    Raises:
        ValueError: it is none, of unreasonable size, or refers to another file.
    """
    import h5py  # noqa: PLC0415

    if not isinstance(found, h5py.Dataset):
        raise ValueError(f"{name} is no table")
    if found.external or found.is_virtual:
        raise ValueError(f"{name} keeps its content in another file")
    if found.size is not None and found.size * found.dtype.itemsize > MAX_TABLE_BYTES:
        raise ValueError(f"{name} claims {found.size:,} values")
    return np.asarray(found[()])


def text(value: object) -> str:
    """A text as HDF5 stores it."""
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def check_positions(points: NDArray[np.float64], place: str) -> None:
    """Raise LabelError for positions (..., 2) that are on no photo; NaN is none and may stay."""
    wrong = np.isinf(points) | (np.abs(points) > MAX_POSITION)
    if wrong.any():
        raise LabelError(f"{place}: {points[wrong][0]:g} is no position; label this point again.")
