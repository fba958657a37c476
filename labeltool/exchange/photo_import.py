"""Import of photos: find the files, and add them to the project."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labeltool.domain import N_, Message, UserError, photo_problem
from labeltool.store import Store
from pipnet.data.images import ImageError, classify, find_photos


@dataclass(slots=True)
class PhotoImportSummary:
    """What `add_photos` found: photos that are `new`, already `known`, or `unsupported`."""

    new: int = 0
    known: int = 0
    unsupported: list[Path] = field(default_factory=list)


def add_photos(store: Store, sources: Sequence[Path]) -> PhotoImportSummary:
    """Add the photos of folders (recursively) and files. Their faces are searched by `search`.

    A photo that is in the project already is not added again; one that could not be read before is
    tried again.

    Raises:
        UserError: a source does not exist, cannot be listed, or holds no photo at all.
    """
    added = PhotoImportSummary()
    for source in sources:
        source = Path(os.path.abspath(source))  # without "..", so that a folder has one name
        if os.path.isdir(source):
            try:
                photos, unsupported = find_photos(source)
            except ImageError as error:
                raise UserError(
                    N_("{reason}."), N_("Check its permissions."), reason=photo_problem(error)
                ) from error
            folder = source
        elif os.path.isfile(source):
            kind = classify(source)
            photos = [source] if kind == "photo" else []
            unsupported = [] if kind == "photo" else [source]
            folder = source.parent
        else:
            raise UserError(
                N_("There is no file or folder {path}."), N_("Check the path."), path=source
            )
        unsupported += [photo for photo in photos if not _has_text_name(photo)]
        photos = [photo for photo in photos if _has_text_name(photo)]
        added.unsupported += unsupported
        if not photos and not unsupported:
            raise UserError(
                N_("There is no photo in {path}."),
                N_("Choose a folder with photos."),
                path=source,
            )
        add_folder(store, folder, photos, added)
    return added


def add_folder(
    store: Store, folder: Path, photos: Sequence[Path], added: PhotoImportSummary
) -> None:
    """Register photos under the root that holds `folder`, or under `folder` as a new root.

    Several links to one file are one photo.
    """
    everything: dict[Path, tuple[int, Message | None, int]] = {}
    root_id, root = None, folder
    for known_id, known in store.photos.roots().items():
        for relative, row in store.photos.by_path(known_id).items():
            everything[known / relative] = row
        if folder == known or known in folder.parents:
            root_id, root = known_id, known
    fresh = _without_links(photos, {path: row[2] for path, row in everything.items()})
    again = [everything[p][0] for p in photos if p in everything and everything[p][1]]
    added.known += len(photos) - len(fresh)
    added.new += len(fresh)
    if again:
        store.photos.retry(again)
    if fresh:
        root_id = store.photos.add_root(root) if root_id is None else root_id
        store.photos.add(root_id, [(p.relative_to(root).as_posix(), _size(p)) for p in fresh])


def _without_links(photos: Sequence[Path], known: dict[Path, int]) -> list[Path]:
    """The photos that are neither known nor another link to a file that is; `known`: their bytes.

    Of several links to one file the file itself is taken, or else the first.
    """
    fresh = {photo: _status(photo) for photo in photos if photo not in known}
    sizes = {status.st_size for status in fresh.values() if status is not None}
    taken = {_identity(_status(path)) for path, size in known.items() if size in sizes}
    left = set[Path]()
    for photo in sorted(fresh, key=os.path.islink):
        identity = _identity(fresh[photo])
        if identity is None or identity not in taken:
            left.add(photo)
        taken.add(identity)
    return [photo for photo in fresh if photo in left]


def _status(photo: Path) -> os.stat_result | None:
    try:
        return photo.stat()
    except OSError:
        return None


def _identity(status: os.stat_result | None) -> tuple[int, ...] | None:
    """What all links to a file share. Size and time are included because some drives reuse
    inodes."""
    if status is None or status.st_ino == 0:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _has_text_name(photo: Path) -> bool:
    """Whether its name is text: on Linux a name may be any bytes, which cannot be stored."""
    try:
        str(photo).encode()
    except UnicodeEncodeError:
        return False
    return True


def _size(photo: Path) -> int:
    try:
        return photo.stat().st_size
    except OSError:
        return 0
