"""The integrity check of a project: database, log, photos and rounds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from labeltool.domain import (
    N_,
    KnownFile,
    Message,
    PhotosMissingError,
    Progress,
    RoundKind,
    RoundStatus,
    photo_problem,
    with_path,
)
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.upkeep.round_files import FILES_DELETED
from labeltool.store import Store
from pipnet.data.images import ImageError, read_header, read_image, size_change_error

PHOTOS_PER_TASK = 64
"""Photos that a thread checks as one task."""


def check_database(store: Store, repair: bool = False) -> list[str]:
    """The part of `check` that needs only the project file."""
    for round_id in store.rounds.to_refresh():  # results came in, and the program was killed then
        store.rounds.refresh_faces(round_id)
    return store.check(repair=repair)


def check(store: Store, repair: bool = False) -> list[str]:
    """The problems of a project, a sentence each with what to do; empty if there are none.

    `repair` rebuilds what follows from the log; such sentences contain the word "mended".
    """
    if store.read_only and not repair:  # the check writes and rolls back
        with store.private_copy() as copy:
            there, here = str(copy.folder), str(store.folder)
            said = [line.replace(there, here) for line in check_database(copy)]
    else:
        said = check_database(store, repair)
    said += [
        f"the photo folder {root} is gone: say where it is with 'labeltool relocate'"
        for root in _missing_folders(store)
    ]
    for row in store.rounds.all():
        is_kept = row.status is RoundStatus.READY and not row.summary.get(FILES_DELETED)
        if is_kept and row.kind is RoundKind.TRAIN:
            missing = RunFolder(row.folder).missing_files()
            if missing:
                said.append(
                    f"round {row.number} lacks {', '.join(missing)} in {row.folder}: put the "
                    "folder back from a copy, or train again; decisions stay as they are"
                )
    return said


@dataclass(slots=True)
class PhotoCheck:
    """What `check_photos` found, a sentence each that names the photo's path.

    `wrong`: photos that are missing, damaged or changed. `whole`: photos that could not be used
    before and can be now. `unhashed`: how many have no content hash to compare.
    """

    wrong: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    unhashed: int = 0


@dataclass(frozen=True, slots=True)
class _CheckedPhoto:
    """A photo as it is now. `problem`: why it cannot be used. `changed`: it can, but is not the
    file that it was; `now`: what the store would know of it then."""

    problem: Message | None = None
    changed: bool = False
    now: dict[str, Any] | None = None


_UNCHANGED = _CheckedPhoto()


def check_photos(
    store: Store,
    *,
    deep: bool = False,
    repair: bool = False,
    progress: Progress = lambda done, total: None,
) -> PhotoCheck:
    """Check whether every photo, whose folder exists, is still the same file.

    A photo whose size in bytes or modification time differs has its header read; `deep` compares
    the content hash of every photo. Photos that cannot be used become photo problems, those that
    can be used again are none any more. A photo that was edited, or replaced by one of the same
    width and height, is used as before and reported each time, until `repair` accepts it.
    `progress` may raise Cancelled; nothing was changed then.
    """
    there = {root_id: root for root_id, root in store.photos.roots().items() if root.is_dir()}
    files = [file for file in store.photos.known_files() if file.root in there and _was_read(file)]
    checked = PhotoCheck()
    problems: dict[tuple[int, str], Message] = {}
    usable: list[tuple[int, str]] = []
    accepted: dict[int, dict[str, Any]] = {}
    for done, (file, looked) in enumerate(_check_files(files, there, deep), start=1):
        progress(done, len(files))
        if looked is _UNCHANGED:
            continue
        path = there[file.root] / file.path
        if looked.problem is not None:
            problems[file.root, file.path] = looked.problem
            checked.wrong.append(
                f"{with_path(looked.problem, path)}; it is left out until it is put back"
            )
        elif file.problem is not None:
            usable.append((file.root, file.path))
            checked.whole.append(f"{path} can be used again")
        if looked.changed and repair and looked.now is not None:
            accepted[file.photo] = looked.now
            checked.wrong.append(f"mended: {path} is taken as it is now")
        elif looked.changed:
            checked.wrong.append(
                f"{path} was edited or replaced since it was imported; its width and height are "
                "the same. See whether its labels fit; 'labeltool check --repair' takes it as it is"
            )
        checked.unhashed += deep and file.sha256 is None
    if problems or usable:
        store.photos.set_problems(problems, usable)
    if accepted:
        store.photos.accept_files(accepted)
    return checked


def _was_read(file: KnownFile) -> bool:
    """Whether the photo was readable once. Others were never used."""
    return file.width is not None or file.problem is None


def _check_files(
    files: Sequence[KnownFile], roots: dict[int, Path], deep: bool
) -> Iterator[tuple[KnownFile, _CheckedPhoto]]:
    """Check the files in parallel, because disks and networks are slow; yields them in order."""

    def look(start: int) -> list[_CheckedPhoto]:
        group = files[start : start + PHOTOS_PER_TASK]
        return [_look(file, os.path.join(roots[file.root], file.path), deep) for file in group]

    with ThreadPoolExecutor(min(8, (os.cpu_count() or 1) * 2)) as pool:
        looked = pool.map(look, range(0, len(files), PHOTOS_PER_TASK))
        yield from zip(files, chain.from_iterable(looked), strict=True)


def _look(file: KnownFile, name: str, deep: bool) -> _CheckedPhoto:
    try:
        status = os.stat(name)  # creating a Path takes longer than this call
        same_bytes = status.st_size == file.bytes
        same_time = file.modified in (None, status.st_mtime_ns)
        if file.problem is None and same_bytes and same_time and not deep:
            return _UNCHANGED
        path, digest = Path(name), file.sha256
        if deep or not same_bytes:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        changed = not same_bytes if file.sha256 is None else digest != file.sha256
        if changed or file.problem is not None:
            image = read_image(path)  # the header of a truncated file is still readable
            size = image.shape[1], image.shape[0]
        else:
            header = read_header(path)
            size = header.width, header.height
        if file.width and file.height and size != (file.width, file.height):
            raise size_change_error(Path(name), (file.width, file.height), size)
    except ImageError as error:
        return _CheckedPhoto(photo_problem(error))
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        why = "there is no such file or folder" if gone else (error.strerror or str(error))
        broken = ImageError(Path(name), "could not be opened: {why}", {"why": why})
        return _CheckedPhoto(photo_problem(broken))
    now = {"bytes": status.st_size, "modified": status.st_mtime_ns, "sha256": digest}
    return _CheckedPhoto(changed=changed, now=now)


def photos_missing(store: Store) -> PhotosMissingError | None:
    """The error to show if photo folders are missing, as after a move to another computer."""
    missing = _missing_folders(store)
    if not missing:
        return None
    what = N_("The photo folder {folder} is not there.")
    if len(missing) > 1:
        what = N_("{count} photo folders are not there, such as {folder}.")
    remedy = N_("Say where the photos are now; everything else of the project is here.")
    return PhotosMissingError(what, remedy, folder=missing[0], count=len(missing))


def _missing_folders(store: Store) -> list[Path]:
    return [root for root in store.photos.roots().values() if not os.path.isdir(root)]
