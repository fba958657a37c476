"""A photo as the project knows it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path, PureWindowsPath
from typing import Protocol

from labeltool.domain.messages import N_, Message


def folder_name(folder: Path) -> str:
    """The last part of a photo folder's path, also of one that was written by another system."""
    text = str(folder)
    foreign = PureWindowsPath(text)
    return foreign.name if foreign.is_absolute() and not folder.is_absolute() else folder.name


PHOTO_PROBLEMS = (
    N_("{photo} is not there"),
    N_("{photo} is a folder, not a photo"),
    N_("{photo} is not a file"),
    N_("{photo} is empty (0 bytes)"),
    N_("{photo} is truncated"),
    N_("{photo} is truncated or damaged"),
    N_("{photo} is not an image that can be read"),
    N_("{photo} is {kind}, which is not supported; convert it to JPEG"),
    N_("{photo} is {kind}; install 'labeltool[raw]' to read it, or convert it to JPEG"),
    N_("{photo} holds no preview that can be read; convert it to JPEG ({kind})"),
    N_("{photo} holds a preview of {width} x {height} pixels only; convert it to JPEG"),
    N_("{photo} claims {width} x {height} pixels, more than the limit of {limit} megapixels"),
    N_("{photo} needs more memory than there is"),
    N_("{photo} is {width} x {height} pixels now and was {old_width} x {old_height} before"),
    N_("{photo} could not be opened: {why}"),
    N_("{photo} could not be listed: {why}"),
    N_("{photo} could not be read: {why}"),
)
"""What can be wrong with a photo: the templates of pipnet's `ImageError` after the photo."""


class _PhotoError(Protocol):
    """A `pipnet.data.images.ImageError`."""

    path: Path
    template: str
    values: Mapping[str, object]


def photo_problem(error: _PhotoError, photo: str | Path | None = None) -> Message:
    """What is wrong with a photo, called `photo` or by its file name."""
    values = dict(error.values)
    if "why" in values:
        values["why"] = Message(str(values["why"]))
    name = error.path.name if photo is None else photo
    template = "{photo} " + error.template
    return Message(template, photo=name, **values)


def with_path(problem: Message, photo: Path) -> Message:
    """The problem of a photo that is called by its path instead of its name."""
    return Message(problem.template, **(dict(problem.values) | {"photo": photo}))


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """A photo as the project knows it: `path` below the photo folder `root`, `size` (width, height)
    in pixels and `sha256` of its content once they are known, `problem` if it cannot be used."""

    id: int
    root: str
    path: str
    size: tuple[int, int] | None
    sha256: str | None
    problem: Message | None

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
    problem: Message | None


class PhotoPatterns:
    """Which photos are meant: by file name, path below the photo folder, or full path.

    In `patterns`, `*` stands for any letters, `/` included, `?` for one, and `[ab]` for one of
    these. Capitals count.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        self._match = re.compile("|".join(map(translate, self.patterns)) or r"(?!)").match

    def fit(self, root: str, path: str) -> bool:
        """Whether they mean the photo at `path` (with `/`) below the photo folder `root`."""
        full = f"{root.replace(chr(92), '/').rstrip('/')}/{path}"
        return any(self._match(name) for name in (path.rpartition("/")[2], path, full))


class PhotoNames:
    """Takes the names of photos out of texts.

    Args:
        photos: (photo folder, path below it) of each.
        kept: file names that other photos have too; they are taken out as part of a path only.
    """

    def __init__(self, photos: Collection[tuple[str, str]], kept: Collection[str] = ()) -> None:
        names = set[str]()
        for root, path in photos:
            name = path.rpartition("/")[2]
            names |= {str(Path(root) / path), path} | ({name} - set(kept))
            if name in kept and path == name:
                names.discard(path)
        written = {json.dumps(name)[1:-1] for name in names}  # as in a JSON text, if it is ASCII
        self._names = sorted(names | written, key=lambda name: -len(name))

    def removed_from(self, text: str) -> str:
        """The text with `…` in place of every name."""
        for name in self._names:
            if name in text:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", text)
        return text
