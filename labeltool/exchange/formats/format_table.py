"""The table of label formats: what the command line and the file dialogs offer."""

from __future__ import annotations

from pathlib import Path

from labeltool.exchange.formats import LabelFormat, coco, pts

FORMATS = (coco.FORMAT, pts.FORMAT)
"""Every format; the first one is the default of the dialogs."""


def format_named(name: str) -> LabelFormat:
    """The format of a name. Raises KeyError for an unknown one."""
    return {known.name: known for known in FORMATS}[name]


def find_labels(path: Path) -> tuple[LabelFormat, Path] | None:
    """The format of a label file or folder, and the path to read; None if it is of no format.

    Raises:
        LabelError: a folder holds several files that it could be.
    """
    # folders first: a folder of .pts files may hold a .json file too
    for known in sorted(FORMATS, key=lambda known: not known.is_folder):
        found = known.find(path)
        if found is not None:
            return known, found
    return None


def labels_of_chosen_file(file: Path) -> Path:
    """What a file chosen in a dialog stands for: its folder, if its format is a folder of files."""
    is_in_folder = any(known.is_folder and file.suffix.lower() == known.suffix for known in FORMATS)
    return file.parent if is_in_folder else file


def suffix_patterns() -> str:
    """What a file dialog filters by, as '*.json *.JSON'."""
    suffixes = [suffix for known in FORMATS for suffix in (known.suffix, known.suffix.upper())]
    return " ".join(f"*{suffix}" for suffix in suffixes)
