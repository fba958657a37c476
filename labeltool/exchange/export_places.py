"""Where an export may write: which files it replaces, and which it never does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from labeltool.domain import N_, Message, UserError
from labeltool.exchange.formats import LabelFormat
from labeltool.exchange.formats.format_table import FORMATS
from labeltool.store import BACKUP_FOLDER, Store
from pipnet.data.images import ImageError, read_header
from pipnet.output import OverwriteError, is_one_of, target_of

ROUNDS = "rounds"
"""The folder of a project's rounds."""


class WouldReplaceError(UserError):
    """Files exist that are replaced only with `force`."""


def check_file(store: Store, out: Path, form: LabelFormat, force: bool) -> None:
    """Raise unless the file OUT may be written."""
    target = Path(os.path.realpath(out))
    _check_never(store, out, target)
    assert form.file_kind is not None
    try:
        target_of(out, form.file_kind, force=force)
    except OverwriteError as error:
        if not error.forcible:
            raise _never_replaced(out) from error
        raise WouldReplaceError(
            N_("{path} already exists, and it is {kind}, not {format}."),
            N_("Choose another name; --force replaces it."),
            path=out,
            format=Message(form.file_text),
            kind=_kind(target),
        ) from error


def check_targets(
    store: Store, out: Path, form: LabelFormat, force: bool, targets: Sequence[Path]
) -> None:
    """Raise unless these files of a folder may be written."""
    check_folders(store, sorted({target.parent for target in targets}), form)
    there = [target for target in targets if os.path.lexists(target)]
    for target in there:
        if target.is_symlink():
            _check_never(store, target, Path(os.path.realpath(target)))
        if target.exists() and not target.is_file():
            raise _never_replaced(target)
    if there and not force:
        raise WouldReplaceError(
            N_("{folder} already holds {count:,} of these files, such as {file}."),
            N_("Choose an empty folder; --force replaces them."),
            folder=out,
            count=len(there),
            file=there[0].relative_to(out),
        )


def check_folders(store: Store, folders: Sequence[Path], form: LabelFormat) -> None:
    """Raise if files in these folders, links followed, would be among photos or in the
    project's own folders."""
    roots = [(root, Path(os.path.realpath(root))) for root in store.photos.roots().values()]
    for folder in folders:
        real = Path(os.path.realpath(folder))
        for root, place in roots:
            if real.is_relative_to(place):
                raise UserError(
                    N_(
                        "{path} is inside the photo folder {root}, where {suffix} files may be "
                        "already."
                    ),
                    N_("Choose another folder, so that no label of yours is overwritten."),
                    path=folder,
                    root=root,
                    suffix=form.suffix,
                )
        if is_of_project(store, real):
            raise of_project(folder)


def _check_never(store: Store, out: Path, target: Path) -> None:
    """Raise if the file is part of the project or one of its photos, also under another name."""
    if is_of_project(store, target):
        raise of_project(out)
    there = target.is_file()
    if there and any(k.file_kind and k.file_kind.recognises(target) for k in FORMATS):
        return  # so it is no photo, and 200,000 photos need not be compared
    photos = list(_photos(store))
    if out.absolute() in photos or target in photos or (there and is_one_of(target, photos)):
        raise UserError(
            N_("{path} is a photo of this project, and photos are never changed."),
            N_("Choose another name."),
            path=out,
        )


def of_project(path: Path) -> UserError:
    return UserError(
        N_("{path} is a part of the project itself, which an export must not replace."),
        N_("Choose another place."),
        path=path,
    )


def _never_replaced(path: Path) -> UserError:
    return UserError(
        N_("{path} is a folder, a database or a device, which are never replaced."),
        N_("Choose another name."),
        path=path,
    )


def is_of_project(store: Store, path: Path) -> bool:
    """Whether a path, links followed, is the project's: its file and what lies beside it under that
    name, backups, rounds; or another name (hard link) of one of those."""
    folder = Path(os.path.realpath(store.folder))
    if path.is_relative_to(folder) and path != folder:
        first = path.relative_to(folder).parts[0].casefold()
        if first in (BACKUP_FOLDER, ROUNDS) or first.lstrip(".").startswith("project."):
            return True
    if not path.is_file() or path.stat().st_nlink == 1:
        return False
    inside = (file for part in (BACKUP_FOLDER, ROUNDS) for file in (folder / part).rglob("*"))
    return is_one_of(path, [*folder.glob("project.*"), *inside])


def _photos(store: Store) -> Iterator[Path]:
    for root_id, root in store.photos.roots().items():
        for path in store.photos.by_path(root_id):
            yield root / path


def _kind(path: Path) -> Message:
    """What kind of file it is, as a part of a sentence."""
    try:
        read_header(path)
        return Message(N_("a photo"))
    except ImageError:
        pass
    with path.open("rb") as file:
        start = file.read(64).lstrip()
    if not start:
        return Message(N_("empty"))
    return Message(N_("other JSON") if start[:1] in b"{[" else N_("a file of another kind"))
