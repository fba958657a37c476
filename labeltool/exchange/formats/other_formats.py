"""Every format that `pipnet.formats` reads and this program does not write."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from labeltool.domain import N_, Message
from labeltool.exchange.formats import LabelFormat, ReadLabels
from pipnet.formats.label_file import PIXELS, LabelFile
from pipnet.formats.registry import read_labels


def read(path: Path, _hidden: Collection[str] = ()) -> ReadLabels:
    """Read a label file or folder of any format.

    Raises:
        LabelError: it is of no known format, or damaged.
    """
    return as_read_labels(read_labels(path))


def as_read_labels(file: LabelFile) -> ReadLabels:
    """What an import needs of a label file. Its notes are listed with the problems."""
    is_converted = file.unit == PIXELS and not file.is_y_up
    return ReadLabels(
        file.names, file.edges, file.faces, file.flip,
        [Message(N_("{reason}"), reason=f"{note.rstrip('.')}.") for note in file.notes],
        file.photos, file.has_stems, None if is_converted else file, file.format,
        file.origins,
    )  # fmt: skip


def _find(path: Path) -> Path | None:
    return path if path.exists() else None


FORMAT = LabelFormat(
    name="other",
    description=N_("Label files of other tools (*)"),
    suffix="",
    is_folder=False,
    can_mark_absent=True,
    has_photo_details=True,
    find=_find,
    read=read,
    write=None,
)
