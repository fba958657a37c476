"""Files that a user names to be written: which may be replaced, and writing whole or not at all."""

from __future__ import annotations

import csv
import errno
import json
import mmap
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MAX_HEADER_BYTES = 100_000_000
"""Bytes of a safetensors header, as the format's own reader bounds it."""

_DISK_ERRORS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO, errno.EROFS)
_SQLITE = b"SQLite format 3\0"


class OverwriteError(Exception):
    """A path that must not be written to: `path`, and `reason`, which continues its name.

    `forcible`: it is only a file of another kind, which the user may allow to be replaced.
    """

    def __init__(self, path: Path, reason: str, *, forcible: bool = False) -> None:
        super().__init__(path, reason)
        self.path, self.reason, self.forcible = path, reason, forcible

    def __str__(self) -> str:
        hint = "; --force replaces it" if self.forcible else ""
        return f"{self.path} {self.reason}{hint}"


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a command writes: its `name` in a sentence, and whether a file is one already."""

    name: str
    recognises: Callable[[Path], bool]


def target_of(
    path: Path, kind: FileKind, *, inputs: Iterable[Path] = (), force: bool = False
) -> Path:
    """The file to write for `path`: the end of its links, so that no link is replaced.

    A file that is there is replaced if it is of this kind or with `force`; never if it is one of
    the `inputs` under any name (link or hard link), a database, or no regular file.

    Raises:
        OverwriteError: it must not be replaced. OSError: it cannot be looked at.
    """
    target = Path(os.path.realpath(path))
    try:
        status = target.stat()
    except FileNotFoundError:
        return target
    if stat.S_ISDIR(status.st_mode):
        raise OverwriteError(path, "is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise OverwriteError(path, "is no regular file")
    if is_one_of(target, inputs):
        raise OverwriteError(path, "is read by this command, so it is not written to")
    if _begins(target, _SQLITE):
        raise OverwriteError(path, "is a database")
    if force or kind.recognises(target):
        return target
    raise OverwriteError(path, f"is there already and is not {kind.name}", forcible=True)


def is_one_of(path: Path, others: Iterable[Path]) -> bool:
    """Whether an existing file is one of the others, under this or another name."""
    status = path.stat()
    for other in others:
        with suppress(OSError):
            if os.path.samestat(status, other.stat()):
                return True
    return False


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a new name beside `path`, which takes its place when the block ends.

    Links are followed. Whatever the block raises leaves what was there before and nothing else, the
    folders that had to be made included. An OSError about the new file names `path`.
    """
    target = Path(os.path.realpath(path))
    made = make_folders(target.parent)
    # A short name of its own: the file's own with an addition may be too long for the file system.
    partial = target.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(partial, target)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError) and (
            error.filename == str(partial)
            or (error.filename is None and error.errno in _DISK_ERRORS)
        ):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; returns the new ones, the deepest first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
    return missing


# What is there already


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _matches(path: Path, *patterns: bytes, end: bytes = b"") -> bool:
    """Whether every pattern is in a file, which may be larger than the memory, and it ends so."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content[-64:].rstrip().endswith(end) and all(
                re.search(pattern, content) for pattern in patterns
            )


def _is_coco(path: Path) -> bool:
    """By its braces and three keys: a whole parse of a large data set takes a minute."""
    keys = (rb'"%s"\s*:\s*\[' % key for key in (b"images", b"annotations", b"categories"))
    return _matches(path, rb"\A(\xef\xbb\xbf)?\s*\{", *keys, end=b"}")


def _is_predictions(path: Path) -> bool:
    return _matches(path, rb'\A\{"faces": \[(\]|\{"image":)', end=b"]}")


def _is_calibration(path: Path) -> bool:
    return _matches(path, rb'\A\{"pipnet_calibration": \d', end=b"}")


def _is_ced(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return next(csv.reader(file), []) == ["error", "share"]
    except (UnicodeDecodeError, csv.Error):
        return False


def _is_detector(path: Path) -> bool:
    # an entry of the protobuf's metadata: field 1, six bytes, the key
    return _matches(path, rb"\x0a\x06pipnet\x12")


def _is_model(path: Path) -> bool:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if not 0 < size <= min(MAX_HEADER_BYTES, path.stat().st_size):
            return False
        try:
            header = json.loads(file.read(size))
            return "pipnet" in header["__metadata__"]
        except (ValueError, TypeError, KeyError):
            return False


def _is_torch(path: Path) -> bool:
    return _begins(path, b"PK\x03\x04") and _matches(path, rb"/data\.pkl")


COCO = FileKind("a COCO keypoints file", _is_coco)
PREDICTIONS = FileKind("a file of predictions", _is_predictions)
CALIBRATION = FileKind("a calibration of expected errors", _is_calibration)
CED = FileKind("a table of an error distribution", _is_ced)
ONNX = FileKind("an exported detector", _is_detector)
MODEL = FileKind("a model file of this program", _is_model)
WEIGHTS = FileKind("a PyTorch weights file", _is_torch)
