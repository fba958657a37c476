"""Import of photos: find the files, and add them to the project."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from labeltool.domain import N_, Message, UserError, not_written, photo_problem
from labeltool.store import Store
from pipnet.data.images import (
    TIFF_SUFFIXES,
    ImageError,
    classify,
    further_pages,
    read_image,
    walk_files,
)
from pipnet.text import one_line

PAGES_FOLDER = "pages"
"""The folder of a project for pages of TIFF files."""

KINDS_NAMED = 6
"""Kinds of skipped files that are counted by name."""


@dataclass(slots=True)
class PhotoImportSummary:
    """What `add_photos` found: photos that are `new`, already `known`, or `unsupported`.

    `unsupported`: also folders that cannot be listed. `skipped`: all files that are no photos,
    counted by suffix. `left_pages`: how many further pages each TIFF file has that were not added.
    `problems`: of pages that could not be read.
    """

    new: int = 0
    known: int = 0
    unsupported: list[Path] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    left_pages: dict[Path, int] = field(default_factory=dict)
    problems: list[Message] = field(default_factory=list)


def skipped_kinds(skipped: Counter[str]) -> str:
    """How many files of each kind, the most frequent first: "9 .txt, 3 .mov"."""
    ranked = sorted(skipped.items(), key=lambda kind: (-kind[1], kind[0]))
    named = [f"{count:,} {kind}" for kind, count in ranked[:KINDS_NAMED]]
    return ", ".join(named + ["…"] * (len(ranked) > KINDS_NAMED))


def add_photos(
    store: Store, sources: Sequence[Path], *, all_pages: bool = False
) -> PhotoImportSummary:
    """Add the photos of folders (recursively) and files. Their faces are searched by `search`.

    A photo that is in the project already is not added again; one that could not be read before is
    tried again. Of a TIFF file with several pages the first is its photo. The others are left out,
    or with `all_pages` written as PNG files into the project's folder and added.

    Raises:
        UserError: a source does not exist, cannot be listed, or holds no photo at all; pages cannot
            be written.
    """
    added = PhotoImportSummary()
    extracted: list[Path] = []
    for source in sources:
        source = Path(os.path.abspath(source))  # without "..", so that a folder has one name
        if os.path.isdir(source):
            try:
                files, unsupported = walk_files(source)
            except ImageError as error:
                raise UserError(
                    N_("{reason}."), N_("Check its permissions."), reason=photo_problem(error)
                ) from error
            folder = source
        elif os.path.isfile(source):
            files, unsupported, folder = [source], [], source.parent
            if classify(source) == "other":
                unsupported = [source]
        else:
            raise UserError(
                N_("There is no file or folder {path}."), N_("Check the path."), path=source
            )
        photos = [file for file in files if classify(file) == "photo"]
        added.skipped.update(_kind(file) for file in files if classify(file) != "photo")
        unsupported += [file for file in files if classify(file) == "unsupported"]
        unsupported += [photo for photo in photos if not _has_text_name(photo)]
        photos = [photo for photo in photos if _has_text_name(photo)]
        added.unsupported += sorted(unsupported, key=Path.as_posix)
        if not photos and not unsupported:
            raise UserError(
                N_("There is no photo in {path}."),
                N_("Choose a folder with photos."),
                path=source,
            )
        add_folder(store, folder, photos, added)
        extracted += _further_photos(store, photos, added, all_pages=all_pages)
    if extracted:
        add_folder(store, store.folder / PAGES_FOLDER, extracted, added)
    return added


def _further_photos(
    store: Store, photos: Sequence[Path], added: PhotoImportSummary, *, all_pages: bool
) -> list[Path]:
    """The files of further pages of these photos, written if they are wanted; else the pages are
    counted."""
    written: list[Path] = []
    for photo in photos:
        if photo.suffix.lower() not in TIFF_SUFFIXES:
            continue
        try:
            pages = further_pages(photo)
        except ImageError:  # its problem is found when it is searched for faces
            continue
        if pages and not all_pages:
            added.left_pages[photo] = len(pages)
        for page in pages if all_pages else []:
            try:
                written.append(_extract(store, photo, page))
            except ImageError as error:
                added.problems.append(
                    Message(
                        N_("page {page} of {photo} could not be read: {reason}"),
                        page=page + 1, photo=photo, reason=photo_problem(error),
                    )
                )  # fmt: skip
    return written


def _extract(store: Store, photo: Path, page: int) -> Path:
    """The file of a page, named like its TIFF file, in a folder of that file alone."""
    own = hashlib.sha256(os.fsencode(photo)).hexdigest()[:8]
    target = store.folder / PAGES_FOLDER / own / f"{photo.stem}_page_{page + 1}.png"
    if target.exists():
        return target
    pixels = read_image(photo, page=page)
    temporary = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(temporary, "PNG")
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        remedy = N_("Free some space, or import without further pages.")
        raise not_written(target, error, remedy) from error
    return target


def _kind(file: Path) -> str:
    """The suffix of a file, or its name if it has none."""
    return one_line((file.suffix.lower() or file.name)[:20])


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
