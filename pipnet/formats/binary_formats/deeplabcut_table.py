"""DeepLabCut's HDF5 tables: what pandas wrote under the key `df_with_missing`."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from pipnet.data.coco import LabelError
from pipnet.formats.binary_formats.hdf5 import is_like, opened, table, text
from pipnet.formats.label_file import FormatReader, LabelFile
from pipnet.formats.text_formats.deeplabcut import read_rows

if TYPE_CHECKING:
    import h5py

_LEVELS = {
    3: ("scorer", "bodyparts", "coords"),
    4: ("scorer", "individuals", "bodyparts", "coords"),
}


def read(path: Path) -> LabelFile:
    """Read the table as the CSV beside it would be; DeepLabCut trains on this one of the two.

    Raises:
        LabelError: it is no such table, or a damaged one.
    """
    with opened(path, "a DeepLabCut table") as data:
        group = data[_key(data)]
        columns, photos, values = _table(group) if "table" in group else _fixed(group)
        names = _LEVELS.get(len(columns[0]) if columns else 0)
        if names is None:
            raise LabelError(f"{path.name} has columns of another kind than DeepLabCut's.")
        width = len(photos[0]) if photos else 1
        rows = [
            [name, *[""] * (width - 1), *(str(column[level]) for column in columns)]
            for level, name in enumerate(names)
        ]
        rows += (
            [*photo, *("" if np.isnan(value) else repr(float(value)) for value in row)]
            for photo, row in zip(photos, values, strict=True)
        )
    return read_rows(rows, path)


_Table = tuple[list[tuple[Any, ...]], list[tuple[str, ...]], np.ndarray[Any, Any]]
"""Levels of each column, levels of each row, and the values."""


def _key(data: h5py.File) -> str:
    return "df_with_missing" if "df_with_missing" in data else next(iter(data))


def _table(group: h5py.Group) -> _Table:
    """A table of rows, as old versions wrote it: the columns' names are pickled. Columns of each
    type, such as whole numbers, are a block."""
    rows, kinds = table(group, "table"), group["table"].attrs
    blocks = [name for name in rows.dtype.names or () if name.startswith("values_block_")]
    columns = [
        tuple(column)
        for name in blocks
        for column in _StringUnpickler(io.BytesIO(bytes(kinds[f"{name}_kind"]))).load()
    ]
    photos: list[tuple[str, ...]] = [(text(row["index"]),) for row in rows]
    values = [np.asarray(rows[name], np.float64).reshape(len(rows), -1) for name in blocks]
    return columns, photos, np.concatenate(values, axis=1)


def _fixed(group: h5py.Group) -> _Table:
    """Arrays, those of each type of column a block."""
    order, photos = _axis(group, "axis0"), _axis(group, "axis1")
    found: dict[tuple[str, ...], np.ndarray[Any, Any]] = {}
    for block in range(int(group.attrs["nblocks"])):
        columns = _axis(group, f"block{block}_items")
        values = table(group, f"block{block}_values").astype(np.float64)
        if values.shape != (len(photos), len(columns)):
            raise ValueError(f"values {values.shape} for {len(photos)} rows")
        found |= zip(columns, values.T, strict=True)
    return order, photos, np.array([found[column] for column in order]).T


def _axis(group: h5py.Group, name: str) -> list[tuple[str, ...]]:
    if name in group:
        return [(text(value),) for value in table(group, name)]
    levels: list[list[str]] = []
    while f"{name}_level{len(levels)}" in group:
        words = [text(value) for value in table(group, f"{name}_level{len(levels)}")]
        codes = table(group, f"{name}_label{len(levels)}")
        levels.append([words[code] if code >= 0 else "" for code in codes])
    return list(zip(*levels, strict=True))


class _StringUnpickler(pickle.Unpickler):
    """Loads lists, tuples and texts only: a pickle that names any code is refused."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it would run {module}.{name}")


def _fits(path: Path, head: bytes) -> bool:
    if not head.startswith(b"\x89HDF\r\n\x1a\n"):
        return False
    return is_like(
        path, lambda data: any("pandas_type" in item.attrs for item in data.values() if item)
    )


READER = FormatReader("dlc", _fits, read)
