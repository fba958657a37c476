"""Import of label files: match their rows to faces, add them as manual labels or as proposals."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from labeltool.domain import (
    N_,
    Box,
    Cancelled,
    Changes,
    Message,
    NewPrediction,
    PhotoRecord,
    Progress,
    RoundKind,
    RoundStatus,
    UserError,
    Verdict,
    import_model,
)
from labeltool.exchange.label_problems import size_mismatch
from labeltool.exchange.label_source import LabelSource, read_label_source
from labeltool.exchange.photo_import import PhotoImportSummary, add_folder
from labeltool.store import Store
from pipnet.data.boxes import SAME_FACE_OVERLAP, match_by_overlap, overlap, tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.images import ImageError, read_header
from pipnet.data.label_frames import (
    LabelFrame,
    SizeMismatch,
    StatedSize,
    has_implausible_points,
)
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.label_file import in_pixels

_Usable = tuple[int, Box, LabelledFace]  # photo, box of the landmarks, row


@dataclass(slots=True)
class LabelImportSummary:
    """What an import did with the rows of a label file.

    `imported`: how many became labels or proposals, `new_faces` of them faces that are new.
    `already_decided`: how many were not imported because a person had decided on the face.
    `problems`: a sentence for each row that could not be used. `has_unsearched_photos`: photos
    beside the file were added to the project and must be searched for more faces. `is_logged`: the
    import is an operation of the log, which can be undone.
    """

    imported: int = 0
    new_faces: int = 0
    already_decided: int = 0
    problems: list[Message] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    has_unsearched_photos: bool = False
    is_logged: bool = False


def import_labels(
    store: Store,
    source: Path | LabelSource,
    reviewer: str,
    *,
    proposals: bool = False,
    turn: bool = False,
    scale: bool = False,
    progress: Progress = lambda done, total: None,
) -> LabelImportSummary:
    """Import a label file as manual labels, or as proposals to review.

    Photos that the file names and that lie beside it come into the project. Each row goes to the
    face of its photo whose box overlaps the box of the points most, at least by half (intersection
    over union); else it makes a new face. A human decision is never replaced, and the same file
    again adds nothing. It is one operation, whose undo removes the new faces. `turn`, `scale`: take
    faces that were labelled before the photo's EXIF turn, or on a copy of another size. `progress`
    may raise Cancelled: then photos beside the file are known, nothing is imported, no face is new
    and nothing is offered; the same file again goes on.

    Raises:
        UserError: not readable, or with other landmarks than the project's.
    """
    if isinstance(source, Path):
        source = read_label_source(store, source)
    if not source.form.has_photo_details and (turn or scale):
        raise UserError(
            N_("{path} holds {suffix} files, which do not state the size of their photos."),
            N_("Only labels of a COCO file can be turned or scaled."),
            path=source.path,
            suffix=source.form.suffix,
        )
    summary = LabelImportSummary(problems=list(source.problems))
    photos = _add_photos(store, source, summary)
    rows = _upright_rows(source, photos, summary, turn=turn, scale=scale)
    newest = store.faces.newest_id()
    usable, found = _matched(store, rows, progress)
    with store.cancellable(progress), store.transaction():
        if store.faces.newest_id() != newest:  # faces were found meanwhile
            usable, found = _matched(store, rows, progress)
        of_faces = _with_new_faces(store, usable, found, summary)
        if not proposals:
            _add_labels(store, source.path, reviewer, of_faces, summary)
    if proposals:
        _add_proposals(store, source.path, reviewer, of_faces, summary, progress)
    return summary


@dataclass(frozen=True)
class PlannedLabel:
    """What an import would do with a row: `face` is the one that it belongs to, None for a new one,
    `verdict` what a person said of that. The row's points are pixels of the upright photo."""

    row: LabelledFace
    face: int | None
    verdict: str


def plan_labels(
    store: Store,
    source: LabelSource,
    *,
    turn: bool = False,
    scale: bool = False,
    progress: Progress = lambda done, total: None,
) -> tuple[list[PlannedLabel], list[Message]]:
    """The usable rows of a label file with the faces that an import would give them to, and a
    sentence for each row that could not be used. Changes nothing.

    Photos that are not in the project count with the size that `source.sizes` says.
    """
    known = {record.file: record for record in store.photos.records()}
    photos = {
        name: known.get(file) or _not_added_yet(-number, file, source.sizes.get(name))
        for number, (name, file) in enumerate(source.files.items(), 1)
    }
    summary = LabelImportSummary()
    rows = _upright_rows(source, photos, summary, turn=turn, scale=scale)
    usable, found = _matched(store, rows, progress)
    verdicts = {face: verdict for face, *_, verdict, _m in store.faces.boxes(with_removed=True)}
    planned = [
        PlannedLabel(row, face, verdicts.get(face, "") if face is not None else "")
        for number, (_photo, _box, row) in enumerate(usable)
        for face in [found.get(number)]
    ]
    return planned, summary.problems


def _not_added_yet(number: int, file: Path, stated: StatedSize | None) -> PhotoRecord:
    """A photo beside the label file, as it will be once it is in the project."""
    size = None if stated is None else stated.here
    return PhotoRecord(number, str(file.parent), file.name, size, None, None)


def import_photos(store: Store, source: LabelSource) -> PhotoImportSummary:
    """Add the photos that a label file names, without its labels."""
    before = {record.file for record in store.photos.records()}
    _add_photos(store, source, LabelImportSummary())
    files = set(source.files.values())
    return PhotoImportSummary(len(files - before), len(files & before))


def _add_photos(
    store: Store, source: LabelSource, summary: LabelImportSummary
) -> dict[str, PhotoRecord]:
    """The project's photos by their names in the file. New ones beside the file are added first."""
    known = {record.file: record for record in store.photos.records()}
    files = sorted({file for file in source.files.values() if file not in known})
    if files:
        folder = source.path if os.path.isdir(source.path) else source.path.parent
        folder = Path(os.path.abspath(folder))
        inside = [file for file in files if folder in file.parents]
        outside = [file for file in files if folder not in file.parents]
        if inside:
            add_folder(store, folder, inside, PhotoImportSummary())
        if outside:
            parents = [str(file.parent) for file in outside]
            add_folder(store, Path(os.path.commonpath(parents)), outside, PhotoImportSummary())
        known = {record.file: record for record in store.photos.records()}
        sizes = _sizes(known[file] for file in files if file in known)
        store.photos.save_sizes(sizes)
        known |= {
            file: replace(known[file], size=sizes[known[file].id])
            for file in files
            if file in known and known[file].id in sizes
        }
        summary.has_unsearched_photos = True
    return {name: known[file] for name, file in source.files.items()}


def _sizes(records: Iterable[PhotoRecord]) -> dict[int, tuple[int, int]]:
    """Width and height by photo id. Unreadable photos are missing; the face search reports them."""
    sizes: dict[int, tuple[int, int]] = {}
    for record in records:
        with suppress(ImageError):
            header = read_header(record.file)
            sizes[record.id] = (header.width, header.height)
    return sizes


def _upright_rows(
    source: LabelSource,
    photos: Mapping[str, PhotoRecord],
    summary: LabelImportSummary,
    *,
    turn: bool,
    scale: bool,
) -> list[tuple[int, LabelledFace]]:
    """The usable rows in pixels of their upright photos, each with its photo id."""
    stated = {
        name: replace(size, here=size.here or photos[name].size)
        for name, size in source.sizes.items()
    }
    frames, wrong = replace(source, sizes=stated).frames(turn=turn, scale=scale)
    summary.problems += [_remedied(mismatch, source.path) for mismatch in wrong.values()]
    unread = set[str]()
    sizes: dict[int, tuple[int, int]] = {}
    rows: list[tuple[int, LabelledFace]] = []
    for row in source.read.rows:
        photo = photos.get(row.photo)
        if photo is None or row.photo in wrong:
            continue
        if photo.size is None and photo.id not in sizes:
            sizes |= _sizes([photo])
        size = photo.size or sizes.get(photo.id)
        row = _upright(row, source, size, frames.get(row.photo))
        if size is None:
            if row.photo not in unread:
                summary.problems.append(
                    Message(N_("{photo} cannot be used: the photo cannot be read"), photo=row.photo)
                )
            unread.add(row.photo)
        elif np.isnan(row.points).all():
            summary.problems.append(
                Message(N_("a face of {photo} has no landmarks"), photo=row.photo)
            )
        elif has_implausible_points(row.points, size):
            summary.problems.append(
                Message(
                    N_(
                        "a face of {photo} has landmarks far outside the photo ({size}); label it "
                        "again"
                    ),
                    photo=row.photo,
                    size=f"{size[0]} x {size[1]}",
                )
            )
        else:
            rows.append((photo.id, row))
    return rows


def _upright(
    row: LabelledFace, source: LabelSource, size: tuple[int, int] | None, frame: LabelFrame | None
) -> LabelledFace:
    """A row in pixels of its upright photo, of this size, with the shift of the source."""
    if source.read.file is not None and size is not None:
        row = in_pixels(row, source.read.file, size)
    if frame is not None:
        row = replace(row, points=frame.to_upright(row.points), box=None)
    if source.shift != (0.0, 0.0):
        row = replace(row, points=row.points + source.shift, box=None)
    return row


def _remedied(mismatch: SizeMismatch, path: Path) -> Message:
    """What differs, and which command line option imports the labels anyway."""
    frame = mismatch.frame
    if frame is None:
        return Message(
            N_("{reason}; label the photo as it is here"),
            reason=size_mismatch(mismatch, path.name),
        )
    options = ["--turn"] * frame.turned + ["--scale"] * frame.scaled
    return Message(
        N_("{reason}; import it with {options} if that is so"),
        reason=size_mismatch(mismatch, path.name), options=" ".join(options),
    )  # fmt: skip


def _add_labels(
    store: Store,
    source: Path,
    reviewer: str,
    rows: list[tuple[int, LabelledFace]],
    summary: LabelImportSummary,
) -> None:
    summary.imported, summary.changes = store.decisions.take_labels(reviewer, rows, source.name)
    summary.already_decided = len(rows) - summary.imported
    summary.is_logged = summary.imported > 0


def _matched(
    store: Store, rows: Sequence[tuple[int, LabelledFace]], progress: Progress
) -> tuple[list[_Usable], dict[int, int]]:
    """The rows with their boxes, and the matching faces by row number."""
    convention = CropConvention()
    faces: dict[int, list[tuple[int, Box]]] = {}
    removed = set[int]()
    for face, photo_id, box, kind, verdict, _model in store.faces.boxes(with_removed=True):
        faces.setdefault(photo_id, []).append((face, convention.landmark_box(box, kind)))
        if verdict == Verdict.REMOVED:
            removed.add(face)
    usable: list[_Usable] = []
    shares: dict[tuple[int, int], float] = {}
    for number, (photo, row) in enumerate(rows):
        progress(number, len(rows))
        box = tight_box(row.points)
        usable.append((photo, box, row))
        shares |= {(number, face): overlap(box, other) for face, other in faces.get(photo, ())}
    found = match_by_overlap(
        {pair: share for pair, share in shares.items() if pair[1] not in removed}
    )
    # after an undone import, reuse the faces that it had added, but never beside an existing one
    again = match_by_overlap(
        {
            pair: share
            for pair, share in shares.items()
            if pair[1] in removed and pair[0] not in found
        }
    )
    return usable, found | again


def _with_new_faces(
    store: Store, usable: list[_Usable], found: dict[int, int], summary: LabelImportSummary
) -> list[tuple[int, LabelledFace]]:
    """Each row with its face id; rows without a match add a face. A second row of the same face is
    skipped."""
    placed: dict[int, list[Box]] = {}
    for number in found:
        placed.setdefault(usable[number][0], []).append(usable[number][1])
    fresh: list[int] = []
    for number, (photo, box, row) in enumerate(usable):
        if number in found:
            continue
        others = placed.setdefault(photo, [])
        if any(overlap(box, other) > SAME_FACE_OVERLAP for other in others):
            x, y = (round(box[0] + box[2] / 2), round(box[1] + box[3] / 2))
            summary.problems.append(
                Message(
                    N_(
                        "{photo} has the face around {x}, {y} more than once; the others are left "
                        "out"
                    ),
                    photo=row.photo,
                    x=x,
                    y=y,
                )
            )
            continue
        others.append(box)
        fresh.append(number)
    boxes = [(usable[number][0], usable[number][1], "landmarks") for number in fresh]
    added = store.faces.add(boxes, by_operation=True)
    removed = {
        face
        for face, *_, verdict, _m in store.faces.boxes(with_removed=True)
        if verdict == Verdict.REMOVED
    }
    of = found | dict(zip(fresh, added, strict=True))
    summary.new_faces = len(removed.intersection(of.values()))
    return [(of[number], row) for number, (*_, row) in enumerate(usable) if number in of]


def _add_proposals(
    store: Store,
    source: Path,
    reviewer: str,
    rows: list[tuple[int, LabelledFace]],
    summary: LabelImportSummary,
    progress: Progress,
) -> None:
    digest = _digest(rows)
    round_id = store.rounds.imported(
        digest
    )  # importing the same proposals again reuses their round
    if round_id is None:
        folder = f"rounds/import-{uuid.uuid4().hex[:8]}"
        round_id = store.rounds.add(RoundKind.IMPORT, "", folder, {"source": source.name})
        store.rounds.set_model(round_id, import_model(source.name), digest)
    open_to = (Verdict.UNREVIEWED, Verdict.REJECTED, Verdict.REMOVED)
    verdicts = {face: verdict for face, *_, verdict, _m in store.faces.boxes(with_removed=True)}
    undecided = {face for face, verdict in verdicts.items() if verdict in open_to}
    batch = [
        NewPrediction(
            face,
            row.points,
            np.full(len(row.points), 0.0 if row.score is None else row.score, np.float32),
            0.0 if row.score is None else float(np.clip(row.score, 0, 1)),
            0.0,
        )
        for face, row in rows
        if face in undecided
    ]
    for start in range(0, len(batch), 100):
        try:
            progress(start, len(batch))
        except Cancelled:
            store.rounds.end(round_id, RoundStatus.CANCELLED)
            raise
        with store.background_write():
            store.rounds.add_predictions(round_id, batch[start : start + 100])
    new = [row.face_id for row in batch if verdicts[row.face_id] == Verdict.REMOVED]
    summary.is_logged, summary.changes = store.decisions.take_proposals(
        reviewer, round_id, new, len(batch), source.name
    )
    store.rounds.refresh_faces(round_id)
    summary.imported, summary.already_decided = len(batch), len(rows) - len(batch)


def _digest(rows: list[tuple[int, LabelledFace]]) -> str:
    """A hash that identifies this set of proposals."""
    content = hashlib.sha256()
    for face, row in rows:
        content.update(f"{face} {row.score} ".encode() + row.points.tobytes())
    return content.hexdigest()
