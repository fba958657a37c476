"""Export of the manual labels, in formats that other tools read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
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
    not_written,
    system_reason,
)
from labeltool.exchange.export_places import check_file, check_folders, check_targets
from labeltool.exchange.formats import LabelFormat, LabelsToWrite, Written
from labeltool.exchange.formats.format_losses import Loss, is_written, losses, title
from labeltool.exchange.formats.format_table import format_named
from labeltool.exchange.formats.written_folder import new_folder
from labeltool.exchange.label_choice import (
    ALL_LABELS,
    ChosenLabels,
    LabelChoice,
    StoredLabels,
    chosen_labels,
)
from labeltool.exchange.label_split import PARTS, Split, parts_of
from labeltool.store import Store
from pipnet.data.images import ImageError, read_header
from pipnet.data.labelled_faces import LabelledFace
from pipnet.data.photo_lookup import content_hash


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
    return _planned(store, format_named(form), choice, split).report


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is to be written. `parts`: the labels of each part of a split; empty without one."""

    chosen: ChosenLabels
    report: LossReport
    parts: dict[str, StoredLabels]


def _planned(store: Store, form: LabelFormat, choice: LabelChoice, split: Split | None) -> _Plan:
    chosen = chosen_labels(store, choice)
    of_verdict, faces_of = Counter[str](), Counter[str]()

    def counted() -> Iterator[LabelledFace]:
        for row in chosen.rows:
            if is_written(form, row):
                of_verdict[row.verdict] += 1
                faces_of[row.photo] += 1
            yield row

    lost = losses(form, counted(), store.scheme.names)
    accepted, written = of_verdict[Verdict.ACCEPTED], faces_of.total()
    part_of: dict[str, str] = {}
    if split is not None and written:
        part_of = parts_of(store, split, {photo: chosen.photos[photo] for photo in faces_of})
    photos_of = {
        part: {photo for photo, its in part_of.items() if its == part}
        for part in PARTS
        if part in part_of.values()
    }
    report = LossReport(
        form.name, title(form), accepted, written - accepted, len(faces_of),
        len(chosen.rows) - written, lost, chosen.unlabelled,
        tuple(
            (part, sum(faces_of[photo] for photo in photos), len(photos))
            for part, photos in photos_of.items()
        ),
    )  # fmt: skip
    parts = {part: chosen.rows.of_photos(photos) for part, photos in photos_of.items()}
    return _Plan(chosen, report, parts)


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
    known, scheme = format_named(form), store.scheme
    plan = _planned(store, known, choice, split)
    chosen, loss, parts = plan.chosen, plan.report, plan.parts
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
            check_folders(store, [out], known)
        else:
            target = Path(os.path.realpath(out))
            check_file(store, out, known, force)
        labels = LabelsToWrite(
            chosen.rows, scheme.names, scheme.edges, scheme.flip, chosen.all_names
        )
        if known.has_photo_details:
            sizes = {name: _size(photo) for name, photo in chosen.photos.items()}
            hashes = _hashes(chosen.photos, problems)
            files = {name: photo.file for name, photo in chosen.photos.items()}
            labels = replace(labels, files=files, sizes=sizes, hashes=hashes)
        if parts:
            by_part = {part: replace(labels, rows=rows) for part, rows in parts.items()}
            with new_folder(out) as folder:
                written = _write_parts(folder, known, by_part, progress)
        else:
            check = partial(check_targets, store, out, known, force)
            assert known.write is not None  # every format of the table is written
            written = known.write(target, labels, progress, check)
    except OSError as error:
        raise not_written(out, error) from error
    return Exported(
        loss.faces - written.faces_missing, loss.photos - written.photos_missing,
        (*problems, *written.problems),
    )  # fmt: skip


def _write_parts(
    folder: Path, form: LabelFormat, parts: Mapping[str, LabelsToWrite], progress: Progress
) -> Written:
    if form.write_parts is not None:
        return form.write_parts(folder, parts, progress)
    assert form.write is not None
    done, total = 0, sum(len(labels.rows) for labels in parts.values())
    problems: list[Message] = []
    for part, labels in parts.items():
        name = part if form.is_folder else f"{part}{form.suffix}"

        def partly(count: int, _total: int, before: int = done) -> None:
            progress(min(before + count, total), total)

        problems += form.write(folder / name, labels, partly, lambda _targets: None).problems
        done += len(labels.rows)
    return Written(problems)


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
