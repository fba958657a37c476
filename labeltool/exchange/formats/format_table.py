"""The table of label formats: what the command line and the file dialogs offer."""

from __future__ import annotations

from pathlib import Path

from labeltool.exchange.formats import (
    LabelFormat,
    coco,
    other_formats,
    pipnet_lists,
    pts,
    written_formats,
)
from pipnet.formats.registry import folder_of_files
from pipnet.formats.text_formats import pts_files

FORMATS = (coco.FORMAT, pts.FORMAT, *written_formats.FORMATS, pipnet_lists.FORMAT)
"""Every format that is written; the first one is the default of the dialogs."""


OTHER_SUFFIXES = (".yaml", ".mat", ".slp", ".h5")
"""Suffixes of formats that are only read."""


def format_named(name: str) -> LabelFormat:
    """The format of a name. Raises KeyError for an unknown one."""
    return {known.name: known for known in FORMATS}[name]


def find_labels(path: Path) -> tuple[LabelFormat, Path] | None:
    """The format of a label file or folder, and the path to read; None if it is of no format.

    Raises:
        LabelError: a folder holds several files that it could be.
    """
    if path.is_dir() and (reader := folder_of_files(path)) is not None:
        return pts.FORMAT if reader is pts_files.read else other_formats.FORMAT, path
    # folders first: a folder of .pts files may hold a .json file too
    for known in sorted(FORMATS, key=lambda known: not known.is_folder):
        found = known.find(path)
        if found is not None:
            return known, found
    found = other_formats.FORMAT.find(path)
    return None if found is None else (other_formats.FORMAT, found)


def labels_of_chosen_file(file: Path) -> Path:
    """What a file chosen in a dialog stands for: its folder, if its format is a folder of files."""
    return file.parent if file.suffix.lower() == pts.FORMAT.suffix else file


def suffix_patterns() -> str:
    """What a file dialog filters by, as '*.json *.JSON'."""
    lower = dict.fromkeys([*(known.suffix for known in FORMATS), *OTHER_SUFFIXES])
    suffixes = [suffix for known in lower for suffix in (known, known.upper())]
    return " ".join(f"*{suffix}" for suffix in suffixes)
