"""Export of the manual labels, in formats that other tools read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from labeltool.domain import (
    N_,
    Message,
    PhotoRecord,
    Progress,
    UserError,
    Verdict,
    no_progress,
    system_reason,
)
from labeltool.exchange.formats import LabelFormat, LabelsToWrite
from labeltool.exchange.formats.format_losses import Loss, is_written, losses, title
from labeltool.exchange.formats.format_table import FORMATS, format_named
from labeltool.exchange.formats.written_folder import new_folder
from labeltool.exchange.label_choice import ALL_LABELS, ChosenLabels, LabelChoice, chosen_labels
from labeltool.exchange.label_split import PARTS, Split, parts_of
from labeltool.store import BACKUP_FOLDER, Store
from pipnet.data.images import ImageError, read_header
from pipnet.data.labelled_faces import LabelledFace
from pipnet.data.photo_lookup import content_hash
from pipnet.output import OverwriteError, is_one_of, target_of

ROUNDS = "rounds"
"""The folder of a project's rounds."""


class WouldReplaceError(UserError):
    """Files exist that are replaced only with `force`."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many faces of how many photos were written, and a sentence for each skipped face and
    unreadable photo."""

    faces: int
    photos: int
    problems: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class LossReport:
    """What an export would write, and what its format cannot carry of it.

    `form`: the format's name; `title`: the same in words. `accepted` and `corrected`: faces to
    write, `photos` theirs. `left_out`: faces that the format cannot hold. `unlabelled`: faces under
    the filter that nobody accepted or corrected. `parts`: of a split, each with its faces and
    photos.
    """

    form: str
    title: str
    accepted: int
    corrected: int
    photos: int
    left_out: int
    losses: tuple[Loss, ...]
    unlabelled: int = 0
    parts: tuple[tuple[str, int, int], ...] = ()

    @property
    def faces(self) -> int:
        """How many faces would be written."""
        return self.accepted + self.corrected

    @property
    def content(self) -> Message:
        """Sentences: whose labels these are, and which faces have none."""
        without = Message.counted(
            self.unlabelled,
            N_("1 face under the filter has no label and is not exported."),
            N_("{count:,} faces under the filter have no label and are not exported."),
        )
        return Message.join(
            Message(
                N_(
                    "Labels to export: {faces:,}, of these {corrected:,} corrected and "
                    "{accepted:,} accepted as proposed."
                ),
                faces=self.faces,
                corrected=self.corrected,
                accepted=self.accepted,
            ),
            without if self.unlabelled else None,
            *(
                Message(
                    N_("{part}: labels {faces:,}, photos {photos:,}."),
                    part=part, faces=faces, photos=photos,
                )
                for part, faces, photos in self.parts
            ),
        )  # fmt: skip

    @property
    def sentence(self) -> Message:
        """What is lost, in one sentence."""
        if not self.losses:
            return Message(N_("{format}: nothing is lost."), format=self.title)
        parts = {f"loss{number}": loss.text for number, loss in enumerate(self.losses)}
        listed = Message(", ".join(f"{{{name}}}" for name in parts), **parts)
        return Message(N_("{format}: {losses}."), format=self.title, losses=listed)


def loss_report(
    store: Store, form: str, choice: LabelChoice = ALL_LABELS, split: Split | None = None
) -> LossReport:
    """Say what an export would lose. Nothing is written.

    Raises:
        UserError: there is nothing to export, or it cannot be split.
    """
    known, chosen = format_named(form), chosen_labels(store, choice)
    return _report(store, known, chosen, _in_parts(store, known, chosen, split))


Parts = dict[str, list[LabelledFace]]
"""The faces of each part of a split, of those that the format can hold."""


def _in_parts(store: Store, form: LabelFormat, chosen: ChosenLabels, split: Split | None) -> Parts:
    if split is None:
        return {}
    rows = [row for row in chosen.rows if is_written(form, row)]
    if not rows:
        return {}
    part_of = parts_of(store, split, {row.photo: chosen.photos[row.photo] for row in rows})
    parts: Parts = {part: [] for part in PARTS if part in part_of.values()}
    for row in rows:
        parts[part_of[row.photo]].append(row)
    return parts


def _report(store: Store, form: LabelFormat, chosen: ChosenLabels, parts: Parts) -> LossReport:
    written = [row for row in chosen.rows if is_written(form, row)]
    accepted = sum(row.verdict == Verdict.ACCEPTED for row in written)
    return LossReport(
        form.name, title(form), accepted, len(written) - accepted,
        len({row.photo for row in written}), len(chosen.rows) - len(written),
        losses(form, chosen.rows, store.scheme.names), chosen.unlabelled,
        tuple((part, len(rows), len({r.photo for r in rows})) for part, rows in parts.items()),
    )  # fmt: skip


def export_labels(
    store: Store,
    out: Path,
    form: str,
    progress: Progress = no_progress,
    *,
    choice: LabelChoice = ALL_LABELS,
    split: Split | None = None,
    force: bool = False,
    report: Callable[[LossReport], None] = lambda report: None,
) -> Exported:
    """Write labels of accepted and corrected faces to the file or folder OUT.

    `form`: name of a format in `formats.format_table`. `progress` may raise Cancelled: then nothing
    of the file, or of the folder, was written. Links are followed. `choice`: which labels.
    `split`: OUT is a new or empty folder, with the parts in it. `force`: also replace files of
    other kinds, and the files of a folder. `report`: gets what will be lost,
    before anything is written.

    Raises:
        WouldReplaceError: files are there that only `force` replaces.
        UserError: there is nothing to export, OUT cannot be written, or is of the project or its
        photos; nothing is left half-written.
    """
    chosen, known, scheme = chosen_labels(store, choice), format_named(form), store.scheme
    parts = _in_parts(store, known, chosen, split)
    rows, loss = chosen.rows, _report(store, known, chosen, parts)
    report(loss)
    problems = list[Message]()
    if not loss.faces:
        raise UserError(
            N_(
                "Nothing was written: {suffix} files cannot mark a landmark as absent, and every "
                "labelled face has an absent one."
            ),
            N_("Export them as COCO keypoints, which can."),
            suffix=known.suffix,
        )
    try:
        if known.is_folder or parts:
            target = out
            _check_folders(store, [out], known)
        else:
            target = Path(os.path.realpath(out))
            _check_file(store, out, known, force)
        labels = LabelsToWrite(rows, scheme.names, scheme.edges, scheme.flip, chosen.all_names)
        if known.has_photo_details:
            sizes = {name: _size(photo) for name, photo in chosen.photos.items()}
            hashes = _hashes(chosen.photos, problems)
            labels = replace(labels, sizes=sizes, hashes=hashes)
        if parts:
            by_part = {part: replace(labels, rows=rows) for part, rows in parts.items()}
            with new_folder(out) as folder:
                problems += _write_parts(folder, known, by_part, progress)
        else:
            check = partial(_check_targets, store, out, known, force)
            assert known.write is not None  # every format of the table is written
            problems += known.write(target, labels, progress, check)
    except OSError as error:
        raise UserError(
            N_("{path} cannot be written: {reason}."),
            N_("Choose another place, or free some space."),
            path=out,
            reason=system_reason(error),
        ) from error
    return Exported(loss.faces, loss.photos, tuple(problems))


def _write_parts(
    folder: Path, form: LabelFormat, parts: Mapping[str, LabelsToWrite], progress: Progress
) -> list[Message]:
    if form.write_parts is not None:
        form.write_parts(folder, parts, progress)
        return []
    assert form.write is not None
    done, total = 0, sum(len(labels.rows) for labels in parts.values())
    problems: list[Message] = []
    for part, labels in parts.items():
        name = part if form.is_folder else f"{part}{form.suffix}"

        def partly(count: int, _total: int, before: int = done) -> None:
            progress(min(before + count, total), total)

        problems += form.write(folder / name, labels, partly, lambda _targets: None)
        done += len(labels.rows)
    return problems


# Existing files


def _check_file(store: Store, out: Path, form: LabelFormat, force: bool) -> None:
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


def _check_targets(
    store: Store, out: Path, form: LabelFormat, force: bool, targets: Sequence[Path]
) -> None:
    """Raise unless these files of a folder may be written."""
    _check_folders(store, sorted({target.parent for target in targets}), form)
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


def _check_folders(store: Store, folders: Sequence[Path], form: LabelFormat) -> None:
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
        if _is_of_project(store, real):
            raise _never_written(folder)


def _check_never(store: Store, out: Path, target: Path) -> None:
    """Raise if the file is part of the project or one of its photos, also under another name."""
    if _is_of_project(store, target):
        raise _never_written(out)
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


def _never_written(path: Path) -> UserError:
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


def _is_of_project(store: Store, path: Path) -> bool:
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


# Details of photos


def _size(photo: PhotoRecord) -> tuple[int, int]:
    """Width and height in pixels; (0, 0), which means unknown, for an unreadable photo."""
    if photo.size is not None:
        return photo.size
    try:
        header = read_header(photo.file)
    except ImageError:
        return (0, 0)
    return (header.width, header.height)


def _hashes(photos: Mapping[str, PhotoRecord], problems: list[Message]) -> dict[str, str]:
    """The content hash of each photo, by name. Unreadable photos are reported in `problems`."""
    hashes: dict[str, str] = {}
    for name, photo in photos.items():
        try:
            hashes[name] = photo.sha256 or content_hash(photo.file)
        except OSError as error:
            problems.append(
                Message(
                    N_(
                        "{photo} could not be read: {reason}; its labels are written without the "
                        "hash of its content"
                    ),
                    photo=name,
                    reason=system_reason(error),
                )
            )
    return hashes
