"""Deletes what a run folder holds of some photos: names, boxes, labels, predictions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import PhotoNames
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunPhoto, reading
from pipnet.output import replacing

Fits = Callable[[int, str, str], bool]
"""Whether a photo is meant, by the id and path of its folder, and its path below that."""

_TABLES = ("labels.npz", "audit.npz", "ledger.npz", "audit-errors.npz", "samples.npz")
_OF_NO_FACE = {"mean", "offset", "weights"}
"""Columns of these tables that have no row for each face."""

_TEXTS = ("worker.log", "events.jsonl")


def find_in(folder: RunFolder, fits: Fits) -> list[int]:
    """The places of the photos that are meant in the photo list of a run folder.

    Raises:
        RunFolderError: a file is damaged.
    """
    roots = folder.tables.roots()
    return [
        place
        for place, row in enumerate(folder.tables.photo_rows())
        if row.path and fits(row.root, roots.get(row.root, ""), row.path)
    ]


def forget_in(folder: RunFolder, fits: Fits) -> None:
    """Delete what a run folder holds of the photos that are meant. Networks stay.

    May be repeated, and cut short at any moment: what tells which faces are of these photos is
    deleted last.

    Raises:
        UserError: a worker is busy there.
        RunFolderError: a file is damaged.
        OSError: a file cannot be written.
    """
    with folder.hold_lock():
        places = find_in(folder, fits)
        if places:
            _forget_photos(folder, places)
        _forget_empty_roots(folder)


def _forget_photos(folder: RunFolder, places: list[int]) -> None:
    tables = folder.tables
    rows, roots, faces = tables.photo_rows(), tables.roots(), tables.faces()
    ours = np.isin(faces.photos, places)
    # the state of a training holds pseudo-labels, and goes on with no other faces
    shutil.rmtree(folder.path / "training", ignore_errors=True)
    chunks = folder.path.glob("predictions-*.npz")
    for table in (*(folder.path / name for name in _TABLES), *chunks):
        _delete_rows(table, faces.ids[ours])
    problems = folder.problems()
    if not problems.keys().isdisjoint(places):
        kept = {place: why for place, why in problems.items() if place not in places}
        folder.write_problems(kept)
    meant = [(roots.get(rows[place].root, ""), rows[place].path) for place in places]
    others = {Path(row.path).name for place, row in enumerate(rows) if place not in set(places)}
    for name in _TEXTS:
        _take_out(folder.path / name, PhotoNames(meant, others))
    for partial in folder.path.glob("*.partial"):
        partial.unlink()
    left = faces.of(faces.ids[~ours])
    columns = {"photos": left.photos, "boxes": left.boxes, "kinds": left.kinds}
    folder.write_table("faces.npz", ids=left.ids, **columns)
    _write(folder.path / "photos.json", json.dumps(_without(rows, set(places))).encode())


def _without(rows: list[RunPhoto], places: Collection[int]) -> list[RunPhoto]:
    """A photo without a name stays in the place of each, so that the places of the others hold."""
    return [RunPhoto(row.root, "") if place in places else row for place, row in enumerate(rows)]


def _forget_empty_roots(folder: RunFolder) -> None:
    """Take out the paths of photo folders of which no photo is left: they may name a person."""
    used = {row.root for row in folder.tables.photo_rows() if row.path}
    roots = folder.tables.roots()
    if any(path and root not in used for root, path in roots.items()):
        left = {root: path if root in used else "" for root, path in roots.items()}
        spec = json.dumps(folder.spec() | {"roots": left}, indent=1)
        _write(folder.path / "spec.json", spec.encode())


def _delete_rows(file: Path, faces: NDArray[np.int64]) -> None:
    """Delete the rows of some faces from a table; one of which no row is left is deleted, unless it
    holds predictions, which a complete round must not lack."""
    if not file.exists():
        return
    with reading(file), file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
        columns: dict[str, NDArray[Any]] = dict(data)
    kept = ~np.isin(columns["faces"], faces)
    if kept.all():
        return
    if not kept.any() and file.name in _TABLES:
        file.unlink()
        return
    for name in columns.keys() - _OF_NO_FACE:
        columns[name] = columns[name][kept]
    with replacing(file) as partial, partial.open("wb") as out:
        np.savez(out, allow_pickle=False, **columns)


def _take_out(file: Path, names: PhotoNames) -> None:
    if not file.exists():
        return
    text = file.read_text(encoding="utf-8", errors="surrogateescape")
    clean = names.removed_from(text)
    if clean != text:
        _write(file, clean.encode("utf-8", errors="surrogateescape"))


def _write(file: Path, content: bytes) -> None:
    with replacing(file) as partial:
        partial.write_bytes(content)
