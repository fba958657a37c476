"""Label files in: match their rows to faces, take them as manual labels or as proposals."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from labeltool.domain import (
    Box,
    Cancelled,
    Changes,
    NewLabel,
    NewPrediction,
    Progress,
    RoundKind,
    RoundStatus,
    UserError,
    Verdict,
    mark,
)
from labeltool.formats import LabelledRow, ReadLabels, coco, pts
from labeltool.intake import Added, add_folder
from labeltool.store import Store
from pipnet.crop import CropConvention, overlap, tight_box
from pipnet.images import ImageError, find_photos, read_header
from pipnet.labels import LabelError

_Usable = tuple[int, Box, LabelledRow]  # photo, box of the landmarks, row


@dataclass(slots=True)
class Taken:
    """What became of the rows of a label file.

    `new_faces` of the `taken` matched no face; `kept` had a human decision that stays; `problems`
    are sentences about rows that could not be used.
    """

    taken: int = 0
    new_faces: int = 0
    kept: int = 0
    problems: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)


def read_labels(store: Store, source: Path) -> ReadLabels:
    """Read a COCO file or a folder of `.pts`, and add photos beside them that are not known yet.

    Raises:
        UserError: not readable, or of another number of landmarks than the project.
    """
    try:
        if os.path.isfile(source) and source.suffix == ".json":
            read, beside = coco.read(source), source.parent
        elif os.path.isdir(source) and any(source.rglob("*.pts")):
            beside = source
            files = find_photos(source)[0]
            names = [p.relative_to(source).as_posix() for p in files]
            read = pts.read(source, names or list(store.faces.label_names().values()))
        elif os.path.isdir(source) and len(list(source.glob("*.json"))) == 1:
            return read_labels(store, next(source.glob("*.json")))
        else:
            raise UserError(
                mark("{path} is not a label file."),
                mark("Give a COCO keypoints .json, or a folder with .pts files."),
                path=source,
            )
    except (LabelError, ImageError) as error:
        raise UserError(mark("{reason}"), reason=str(error)) from error
    for row in read.rows:
        if len(row.points) != store.scheme.count:
            raise UserError(
                mark(
                    "{path} has {count} landmarks a face, this project's scheme {scheme!r} has "
                    "{ours}."
                ),
                mark("Import it into a project with that scheme."),
                path=source,
                count=len(row.points),
                scheme=store.scheme.name,
                ours=store.scheme.count,
            )
    _add_beside(store, beside, read)
    return _in_order(read, store.scheme.names)


def _in_order(read: ReadLabels, names: Sequence[str]) -> ReadLabels:
    """The landmarks in the project's order, where the file has the same names in another."""
    if read.names is None or sorted(read.names) != sorted(names):
        return read
    order = [read.names.index(name) for name in names]
    rows = [
        replace(
            row,
            points=row.points[order],
            visibility=None if row.visibility is None else row.visibility[order],
        )
        for row in read.rows
    ]
    return replace(read, rows=rows)


def _add_beside(store: Store, folder: Path, read: ReadLabels) -> None:
    """Register photos that the labels name, that lie beside them and that are not known yet."""
    find = _photo_finder(store)
    missing = {row.photo for row in read.rows if find(row.photo) is None}
    files = sorted(folder.absolute() / name for name in missing if os.path.isfile(folder / name))
    if files:
        add_folder(store, folder.absolute(), files, Added())
        _read_headers(store, set(files))


def _read_headers(store: Store, files: set[Path]) -> None:
    """Photos that come with labels need no face search, only their size."""
    rows: list[dict[str, Any]] = []
    for photo, file in store.faces.photos_to_search():
        if file in files:
            try:
                header = read_header(file)
                rows.append(
                    {"photo": photo, "sha256": None, "width": header.width, "height": header.height}
                )
            except ImageError as error:
                rows.append({"photo": photo, "problem": str(error)})
    store.faces.searched(rows)


def _photo_finder(store: Store) -> Callable[[str], int | None]:
    """Find a photo by the name it has in our label files, or by the longest unique end of a path in
    those of others."""
    names, ends = dict[str, int](), dict[str, list[int]]()
    ours = store.faces.label_names()
    for photo, _root, _folder, path, *_ in store.faces.photo_index():
        names[ours[photo]] = photo
        parts = path.split("/")
        for start in range(len(parts)):
            ends.setdefault("/".join(parts[start:]), []).append(photo)

    def find(name: str) -> int | None:
        parts = name.replace("\\", "/").split("/")
        if "/".join(parts) in names:
            return names["/".join(parts)]
        for start in range(len(parts)):
            found = ends.get("/".join(parts[start:]), [])
            if len(found) == 1:
                return found[0]
        return None

    return find


def take_labels(
    store: Store,
    source: Path,
    reviewer: str,
    *,
    proposals: bool = False,
    progress: Progress = lambda done, total: None,
) -> Taken:
    """Import a label file as manual labels, or as proposals to review.

    Each row goes to the face of its photo whose box overlaps the box of the points most, at least
    by half (intersection over union); else it makes a new face. A human decision is never replaced,
    and the same file again adds nothing. It is one operation, whose undo removes the new faces.
    `progress` may raise Cancelled: then photos beside the file are known, no label is taken, no
    face is new and nothing is offered; the same file again goes on.
    """
    read = read_labels(store, source)
    taken = Taken(problems=list(read.problems))
    usable, found = _matched(store, read, taken, progress)
    with store.cancellable(progress), store.together():
        rows = _with_new_faces(store, usable, found, taken)
        if not proposals:
            _take_labels(store, source, reviewer, rows, taken)
    if proposals:
        _take_proposals(store, source, reviewer, rows, taken, progress)
    return taken


def _take_labels(
    store: Store,
    source: Path,
    reviewer: str,
    rows: list[tuple[int, LabelledRow]],
    taken: Taken,
) -> None:
    labels = [
        NewLabel(
            face,
            Verdict.ACCEPTED if row.verdict == Verdict.ACCEPTED else Verdict.CORRECTED,
            row.points,
            row.visibility,
        )
        for face, row in rows
    ]
    taken.taken, taken.changes = store.reviews.take_labels(reviewer, labels, source.name)
    taken.kept = len(labels) - taken.taken


def _matched(
    store: Store, read: ReadLabels, taken: Taken, progress: Progress
) -> tuple[list[_Usable], dict[int, int]]:
    """The rows that can be used, and the faces of some of them by their numbers."""
    find, convention = _photo_finder(store), CropConvention()
    faces: dict[int, list[tuple[int, Box]]] = {}
    removed = set[int]()
    for face, photo_id, box, kind, verdict, _model in store.faces.boxes(with_removed=True):
        faces.setdefault(photo_id, []).append((face, convention.landmark_box(box, kind)))
        if verdict == Verdict.REMOVED:
            removed.add(face)
    usable: list[_Usable] = []
    for done, row in enumerate(read.rows):
        progress(done, len(read.rows))
        photo = find(row.photo)
        if photo is None:
            taken.problems.append(f"{row.photo} is not a photo of this project")
        elif not np.isfinite(row.points).any():
            taken.problems.append(f"a face of {row.photo} has no landmarks")
        else:
            usable.append((photo, tight_box(row.points), row))
    pairs = [
        (overlap(box, other), number, face)
        for number, (photo, box, _row) in enumerate(usable)
        for face, other in faces.get(photo, ())
    ]
    found, used = dict[int, int](), set[int]()
    # an undone import is taken up again on its own faces, but never beside one that is there
    for share, number, face in sorted(pairs, key=lambda pair: (pair[2] in removed, -pair[0])):
        if share >= 0.5 and number not in found and face not in used:
            found[number] = face
            used.add(face)
    return usable, found


def _with_new_faces(
    store: Store, usable: list[_Usable], found: dict[int, int], taken: Taken
) -> list[tuple[int, LabelledRow]]:
    fresh = [number for number in range(len(usable)) if number not in found]
    boxes = [(usable[number][0], usable[number][1], "landmarks") for number in fresh]
    added = store.faces.add_faces(boxes, by_operation=True)
    removed = {
        face
        for face, *_, verdict, _m in store.faces.boxes(with_removed=True)
        if verdict == Verdict.REMOVED
    }
    of = found | dict(zip(fresh, added, strict=True))
    taken.new_faces = len(removed.intersection(of.values()))
    return [(of[number], row) for number, (*_, row) in enumerate(usable)]


def _take_proposals(
    store: Store,
    source: Path,
    reviewer: str,
    rows: list[tuple[int, LabelledRow]],
    taken: Taken,
    progress: Progress,
) -> None:
    digest = _digest(rows)
    round_id = store.rounds.imported(digest)  # the same proposals again are the same round
    if round_id is None:
        folder = f"rounds/import-{uuid.uuid4().hex[:8]}"
        round_id = store.rounds.add(RoundKind.IMPORT, "", folder, {"source": source.name})
        store.rounds.set_model(round_id, f"import of {source.name}", digest)
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
        with store.taking_turns():
            store.rounds.add_predictions(round_id, batch[start : start + 100])
    new = [row.face_id for row in batch if verdicts[row.face_id] == Verdict.REMOVED]
    taken.changes = store.reviews.take_proposals(reviewer, round_id, new, len(batch), source.name)
    store.rounds.settle(round_id)
    taken.taken, taken.kept = len(batch), len(rows) - len(batch)


def _digest(rows: list[tuple[int, LabelledRow]]) -> str:
    """What tells one import of proposals from another."""
    content = hashlib.sha256()
    for face, row in rows:
        content.update(f"{face} {row.score} ".encode() + row.points.tobytes())
    return content.hexdigest()
