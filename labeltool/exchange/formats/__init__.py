"""Label files of other tools: one codec per module, on plain values, without a project.

A codec knows its format's offsets and order; here points are pixels of the upright photo, (0, 0)
the centre of its top-left pixel. A failed write raises OSError and leaves what was there before.

To add a format, write a module with a `FORMAT` and add it to the table in
`formats/format_table.py`. The command line and the file dialogs read that table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labeltool.domain import Message, Progress
from labeltool.exchange.formats.written_folder import write_folder
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import LabelFile, LabelsToWrite, ListedPhoto
from pipnet.output import FileKind, replacing


@dataclass(frozen=True, eq=False)
class ReadLabels:
    """The content of a label file.

    `rows`: its faces; the name of a .pts file's photo is the path of the file without the suffix.
    `photos`: all photos that it lists, by name, also those without a face. `stems`: photo names
    have no suffix. Landmark `names` and `flip` (landmark k of a mirrored face is landmark flip[k]
    of the face) are None if the file states none; `edges` count from 0. `problems`: a sentence for
    each face that was skipped. `file`: what was read, where positions are not pixels from the top
    left yet, see `pipnet.formats.label_file.in_pixels`. `format`: its name, see
    `pipnet.formats.registry`. `origins`: as in `LabelFile`.
    """

    names: tuple[str, ...] | None
    edges: tuple[tuple[int, int], ...]
    rows: list[LabelledFace]
    flip: tuple[int, ...] | None = None
    problems: list[Message] = field(default_factory=list)
    photos: Mapping[str, ListedPhoto] = field(default_factory=dict)
    stems: bool = False
    file: LabelFile | None = None
    format: str = ""
    origins: frozenset[float] = frozenset()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: a sentence for each face and photo that was left out, and how many of
    the faces that the format can hold, and of their photos, are missing."""

    problems: Sequence[Message] = ()
    faces_missing: int = 0
    photos_missing: int = 0


CheckTargets = Callable[[Sequence[Path]], None]
"""Called with the files that are about to be written; raises to prevent it."""


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """A format of label files.

    `name`: on the command line. `description`: in file dialogs (marked text). `suffix`: of its
    files, with the dot. `is_folder`: labels are a folder of files instead of one file.
    `can_mark_absent`: it can state that a landmark is absent. `has_photo_details`: it states sizes
    and hashes of photos. `file_kind` and `file_text` (the same, as marked text): how to recognise a
    file, for a format that is not a folder.

    `find`: the file or folder of this format that a path means, or None. `read`: reads what `find`
    returned; the second argument names sub-folders of photos whose names may begin with a dot.
    `write`: writes the labels, whole or not at all; calls `CheckTargets` before it replaces files
    of a folder. None: the format is only read.
    `write_parts`: writes labels by part, of `label_split.PARTS`, into an empty folder, for a format
    with an own layout; None: each part is a file or folder of its name.
    """

    name: str
    description: str
    suffix: str
    is_folder: bool
    can_mark_absent: bool
    has_photo_details: bool
    find: Callable[[Path], Path | None]
    read: Callable[[Path, Collection[str]], ReadLabels]
    write: Callable[[Path, LabelsToWrite, Progress, CheckTargets], Written] | None
    file_kind: FileKind | None = None
    file_text: str = ""
    write_parts: Callable[[Path, Mapping[str, LabelsToWrite], Progress], Written] | None = None


__all__ = [
    "CheckTargets",
    "LabelFormat",
    "LabelsToWrite",
    "ListedPhoto",
    "ReadLabels",
    "Written",
    "write_folder",
    "write_text_atomically",
]


def write_text_atomically(path: Path, text: Iterable[str]) -> None:
    """Write pieces of text to a file, all or nothing, and create its folder. An OSError, or what
    the pieces raise, leaves the old file."""
    with (
        replacing(path) as partial,
        partial.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        stream.writelines(text)
