"""A photo as the project knows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PureWindowsPath


def folder_name(folder: Path) -> str:
    """The last part of a photo folder's path, also of one that was written by another system."""
    text = str(folder)
    foreign = PureWindowsPath(text)
    return foreign.name if foreign.is_absolute() and not folder.is_absolute() else folder.name


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """A photo as the project knows it: `path` below the photo folder `root`, `size` (width, height)
    in pixels and `sha256` of its content once they are known, `problem` if it cannot be used."""

    id: int
    root: str
    path: str
    size: tuple[int, int] | None
    sha256: str | None
    problem: str | None

    @property
    def file(self) -> Path:
        """Where it lies."""
        return Path(self.root) / self.path


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A photo's file when its faces were found or labelled; None where that is not known.

    `root`: id of its root, `path`: where it lies under that. `modified`: nanoseconds since 1970.
    `problem`: why it cannot be used now.
    """

    photo: int
    root: int
    path: str
    bytes: int
    modified: int | None
    sha256: str | None
    width: int | None
    height: int | None
    problem: str | None
