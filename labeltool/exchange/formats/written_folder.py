"""Folders of label files, written beside and put in place when they are whole."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from labeltool.domain import N_, Progress, UserError
from pipnet.output import make_folders, replacing

_RELATIVE_TO_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD, and RENAME_EXCHANGE of Linux, which is RENAME_SWAP of macOS."""


FileContent = tuple[PurePosixPath, str | bytes]
"""A relative path, and what is written there; texts as UTF-8."""


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Yield a new folder beside OUT, which becomes OUT when the block ends, and else is deleted.

    Raises:
        UserError: OUT is there and is no empty folder.
    """
    target = Path(os.path.realpath(out))
    if os.path.lexists(target) and not (target.is_dir() and not os.listdir(target)):
        raise UserError(
            N_("{path} is there already, and it is not an empty folder."),
            N_("Choose another name."),
            path=out,
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{uuid.uuid4().hex}.tmp")
    partial.mkdir()
    try:
        yield partial
        with suppress(FileNotFoundError):
            target.rmdir()  # it is empty; Windows renames onto nothing that is there
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_folder(
    folder: Path,
    files: Iterable[FileContent],
    total: int,
    progress: Progress,
    check: Callable[[Sequence[Path]], None],
) -> None:
    """Write files to relative paths in a folder, and put them in place when all are written.

    A new folder, an empty one, and one that holds nothing but files with the suffixes of these
    are put in place at once: whoever ends the process leaves the old folder or the new one. Files
    that are not written stay. Into a folder with other files, or with links, which are followed,
    the new ones are moved one after the other.

    `progress` may raise until then, and so may `check`, which gets the files to write just before.
    Raises OSError, and ValueError for a path that leaves the folder.
    """
    real = Path(os.path.realpath(folder))
    made = make_folders(real.parent)
    partial = None
    try:
        partial = _new_folder_for(real)
        written: dict[PurePosixPath, None] = {}
        for path, text in files:
            progress(min(len(written), total), total)
            _check_inside(path)
            (partial / path).parent.mkdir(parents=True, exist_ok=True)
            (partial / path).write_bytes(text if isinstance(text, bytes) else text.encode())
            written[path] = None
        check([folder / path for path in written])
        if not real.exists():
            partial.rename(real)
        elif (others := _others(real, partial, written)) is not None:
            _exchange(real, partial, others)
            _keep_new_files(real, partial)
        else:
            _move(real, partial, written)
        made = []
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
        for parent in made:
            with suppress(OSError):
                parent.rmdir()


def _check_inside(path: PurePosixPath) -> None:
    if path.is_absolute() or ".." in path.parts or not path.name:
        raise ValueError(f"{str(path)!r} is not a path inside the folder")


def _new_folder_for(real: Path) -> Path:
    """A new folder beside this one; inside of it where it is a disk of its own, or where nothing
    can be made beside it."""
    name = f".{uuid.uuid4().hex}.tmp"
    beside = real.with_name(name)
    try:
        beside.mkdir()
    except OSError:
        if not real.exists():
            raise
    else:
        if not real.exists() or beside.stat().st_dev == real.stat().st_dev:
            return beside
        beside.rmdir()
    inside = real / name
    inside.mkdir()
    return inside


def _others(
    real: Path, partial: Path, written: Iterable[PurePosixPath]
) -> list[PurePosixPath] | None:
    """The files of a folder that are not written; None where it must not be exchanged: it holds
    links or files of other kinds, or the process works in it."""
    if partial.parent != real.parent or Path.cwd().is_relative_to(real):
        return None
    known = set(written)
    suffixes = {path.suffix for path in known}
    others = []
    for place, folders, names in os.walk(real):
        if any(os.path.islink(os.path.join(place, name)) for name in [*folders, *names]):
            return None
        if any(Path(name).suffix not in suffixes for name in names):
            return None
        inside = PurePosixPath(Path(place).relative_to(real).as_posix())
        others += [inside / name for name in names if inside / name not in known]
    return others


def _exchange(real: Path, partial: Path, others: Sequence[PurePosixPath]) -> None:
    """Let the new folder take the place of the old one, with other files that this one holds."""
    for path in others:
        (partial / path).parent.mkdir(parents=True, exist_ok=True)
        os.link(real / path, partial / path)
    shutil.copymode(real, partial)
    if not _exchanged_at_once(real, partial):
        # whoever ends the process between these leaves both, the old one under a name with a dot
        aside = partial.with_name(f".{uuid.uuid4().hex}.tmp")
        real.rename(aside)
        partial.rename(real)
        aside.rename(partial)


def _keep_new_files(real: Path, old: Path) -> None:
    """Move what another program has put into the old folder since it was looked at."""
    for place, _folders, names in os.walk(old):
        inside = Path(place).relative_to(old)
        for name in names:
            if not os.path.lexists(real / inside / name):
                (real / inside).mkdir(parents=True, exist_ok=True)
                os.replace(Path(place, name), real / inside / name)


def _exchanged_at_once(real: Path, partial: Path) -> bool:
    """Exchange the names of two folders in one step, where the system can."""
    names = (os.fsencode(real), os.fsencode(partial))
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(library.renamex_np(*names, _EXCHANGE) == 0)
        here = _RELATIVE_TO_HERE
        return bool(library.renameat2(here, names[0], here, names[1], _EXCHANGE) == 0)
    return False


def _move(real: Path, partial: Path, written: Iterable[PurePosixPath]) -> None:
    """Move the files into the folder, one after the other."""
    for path in written:
        target = real / path
        if target.is_symlink():
            with replacing(target) as copy:
                shutil.copyfile(partial / path, copy)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(partial / path, target)
