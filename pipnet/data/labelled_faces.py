"""Labelled faces from disk: .pts files beside their photos, or a COCO file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box
from pipnet.data.coco import (
    CocoImage,
    LabelError,
    contradictory_names,
    parse_coco,
)
from pipnet.data.images import ImageError, classify, read_header, walk_files
from pipnet.data.label_frames import (
    Size,
    StatedSize,
    choose_frames,
    has_implausible_points,
)
from pipnet.data.photo_lookup import PhotoLookup, PhotoNames
from pipnet.data.pts import read_pts
from pipnet.text import one_line


@dataclass(frozen=True, eq=False)
class LabelledFace:
    """A face with its landmarks, as a label file states them.

    `photo`: the name of its photo in the file; `load_labelled` gives the path instead. `points`
    (N, 2) float64 pixels of the upright photo, (0, 0) the centre of the top-left pixel, NaN where
    unlabelled. `box`: x, y, width, height in pixels, or None. `visibility` (N,) int8 of 0 (not
    labelled), 1 (hidden) or 2 (visible), or None if the format has none. `score` 0..1 of a
    proposal. `verdict`: what a reviewer decided (`accepted`, `corrected`), empty if the file states
    none. `names` of the N landmarks, None if the file has none. `reviewer`: who decided; `round`:
    the number of the training that proposed it; empty and None if unknown.
    """

    photo: str
    points: NDArray[np.float64]
    box: Box | None = None
    visibility: NDArray[np.int8] | None = None
    score: float | None = None
    verdict: str = ""
    names: tuple[str, ...] | None = None
    reviewer: str = ""
    round: int | None = None


def load_labelled(
    source: Path,
    origin: int | None = None,
    *,
    names: Sequence[str] | None = None,
    report: Callable[[str], object] | None = None,
) -> list[LabelledFace]:
    """All labelled faces of a COCO JSON file or of a folder, in a fixed order.

    A folder holds .pts files, at any depth, each beside its photo (the same name, or the name and
    _1, _2, … where a photo shows several faces); or else one COCO JSON file. File names of COCO are
    found as in `pipnet.data.photo_lookup`, from the folder of the JSON. Faces without a single
    labelled point are left out. `origin` is what .pts files count from. `names`: the landmarks in
    the order that is wanted, which those of COCO are brought into.

    Faces that contradict their photo (another photo, another size, landmarks far outside) are
    skipped, and `report` is called with a sentence about each; without `report` they raise.

    Raises:
        LabelError: the source cannot be read, has no usable face, or mixes numbers of landmarks.
    """
    source = Path(source)
    problems: list[str] = []
    if not os.path.isdir(source):
        faces = _from_coco(source, names, problems)
    else:
        try:
            files = walk_files(source)[0]
        except ImageError as error:
            raise LabelError(f"{error}.") from error
        pts = [path for path in files if path.suffix.lower() == ".pts"]
        if pts:
            faces = _from_pts(pts, files, origin)
        else:
            faces = _from_coco(only_json(source), names, problems)
    faces = plausible_faces(faces, problems)
    if problems and (report is None or not faces):
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise LabelError(f"{source.name} cannot be used as it is{more}: {problems[0]}.")
    for problem in problems:
        report(f"{problem}.")  # type: ignore[misc] # there is one: see above
    if not faces:
        raise LabelError(f"{source.name} holds no labelled face; label some, or choose another.")
    for face in faces:
        if len(face.points) != len(faces[0].points):
            raise LabelError(
                f"{source.name} mixes landmark schemes: {Path(faces[0].photo).name} has "
                f"{len(faces[0].points)} points, {Path(face.photo).name} {len(face.points)}. "
                f"Keep each scheme in a folder or file of its own."
            )
    return faces


def landmark_order(
    given: Sequence[str] | None, wanted: Sequence[str], source: str
) -> list[int] | None:
    """Where a file with the landmarks `given` has each of those `wanted`, as many; None: the same
    place.

    The same names are sorted. Numbers (`1`, `p1`, `face-01`) are taken by their order, and a file
    without names, or any names for landmarks that are only numbered, by place. Raises LabelError
    where names differ in any other way, for their order cannot be known then.
    """
    if not given or not any(name.strip() for name in given) or list(given) == list(wanted):
        return None
    if sorted(given) == sorted(wanted) and len(set(given)) == len(given):
        return [given.index(name) for name in wanted]
    ranks, wanted_ranks = _ranks(given), _ranks(wanted)
    if ranks is not None and wanted_ranks is not None:
        return [ranks.index(rank) for rank in wanted_ranks]
    shared = {name.casefold() for name in given} & {name.casefold() for name in wanted}
    if not shared and ranks is not None:
        return [ranks.index(rank) for rank in range(len(ranks))]
    if not shared and wanted_ranks is not None:
        return None
    ours, theirs = set(wanted), set(given)
    raise LabelError(
        f"{source} names other landmarks. Only in the file: {_listed(given, ours)}. Only in the "
        f"scheme: {_listed(wanted, theirs)}. Rename them in the file, or use a scheme with its "
        f"names: by their places left could become right."
    )


def _listed(names: Sequence[str], others: set[str]) -> str:
    only = [name for name in names if name not in others]
    return ", ".join(only) or "none"


def _ranks(names: Sequence[str]) -> list[int] | None:
    """The rank of each name from 0, if they differ only in a number and leave none out."""
    matches = [re.fullmatch(r"([^0-9]*)([0-9]{1,9})([^0-9]*)", name) for name in names]
    parts = [match.groups() for match in matches if match is not None]
    numbers = [int(number) for _before, number, _after in parts]
    same = len({(before, after) for before, _number, after in parts}) == 1
    if len(parts) < len(names) or not same or len(set(numbers)) < len(numbers):
        return None
    first = min(numbers)
    if max(numbers) - first >= len(numbers):
        return None
    return [number - first for number in numbers]


def only_json(folder: Path) -> Path:
    """The one .json file of a folder. Raises LabelError if there is none, or several."""
    found = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".json" and not path.name.startswith(".") and path.is_file()
    )
    if not found:
        raise LabelError(
            f"{folder.name} holds neither .pts files beside photos nor a COCO .json file."
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found[:3])
        raise LabelError(f"{folder.name} holds several .json files ({names}); choose one of them.")
    return found[0]


def _from_pts(pts: Sequence[Path], files: Sequence[Path], origin: int | None) -> list[LabelledFace]:
    names: dict[Path, list[str]] = {}
    for path in files:
        if classify(path) == "photo":
            names.setdefault(path.parent, []).append(path.name)
    beside = {folder: PhotoNames(photos) for folder, photos in names.items()}
    faces = []
    for path in pts:
        found = beside.get(path.parent, PhotoNames([])).match(path.stem)
        if not found:
            raise LabelError(
                f"{path} has no photo beside it: put {path.stem}.jpg (or another kind of photo) "
                f"into the same folder, or take the .pts file out."
            )
        if len(found) > 1:
            raise LabelError(f"{path} could belong to {' or '.join(found)}; rename one of them.")
        read = read_pts(path, origin)
        visibility = None if (read.visibility == 2).all() else read.visibility
        photo = str(path.with_name(found[0]))
        faces.append(LabelledFace(photo, read.points, visibility=visibility))
    return faces


def _from_coco(path: Path, names: Sequence[str] | None, problems: list[str]) -> list[LabelledFace]:
    data = parse_coco(path)
    orders = {
        category.id: landmark_order(category.keypoints, names, path.name)
        for category in data.categories
        if names is not None and len(category.keypoints) == len(names)
    }
    labelled = [row for row in data.annotations if (row.visibility > 0).any()]
    used = {row.image_id for row in labelled}
    images = {image.id: image for image in data.images}
    photos = _photos(path, [image for image in data.images if image.id in used], problems)
    faces: list[LabelledFace] = []
    for row in labelled:
        if (file := photos.get(images[row.image_id].file_name)) is not None:
            order = orders.get(row.category_id)
            points = row.points if order is None else row.points[order]
            seen = row.visibility if order is None else row.visibility[order]
            faces.append(LabelledFace(str(file), points, row.bbox, seen))
    return faces


def _photos(path: Path, images: Sequence[CocoImage], problems: list[str]) -> dict[str, Path]:
    """The photos of a COCO file's images by name, without those of another size."""
    lookup = PhotoLookup(path.parent)
    twice = contradictory_names(images)
    problems += twice.values()
    images = [image for image in images if image.file_name not in twice]
    hashes = {image.file_name: image.sha256 for image in images}
    files, lacking = lookup.find_all(hashes)
    missing = [name for name, problem in lacking.items() if problem == f"{name} is not there"]
    if missing and len(missing) == len(hashes):
        raise LabelError(
            f"none of the photos that {path.name} names is there, such as "
            f"{one_line(path.parent / missing[0])}. Its file names count from the folder it is in."
        )
    for name in missing:  # reading the photo reports it
        files[name] = path.parent / name
        del lacking[name]
    problems += lacking.values()
    return of_stated_size(files, {image.file_name: image.size for image in images}, path, problems)


def of_stated_size(
    files: Mapping[str, Path],
    sizes: Mapping[str, Size | None],
    path: Path,
    problems: list[str],
) -> dict[str, Path]:
    """The photos by name that are as large as the label file `path` states; `problems` gets a
    sentence about each of the others."""
    stated = {name: StatedSize(file, sizes.get(name)) for name, file in files.items()}
    _frames, wrong = choose_frames(stated)
    problems += (
        f"{mismatch.sentence(path.name)}; import it with labeltool, which can turn or scale "
        f"labels, or label it again"
        for mismatch in wrong.values()
    )
    return {name: file for name, file in files.items() if name not in wrong}


def plausible_faces(faces: Sequence[LabelledFace], problems: list[str]) -> list[LabelledFace]:
    """Those whose landmarks lie on their photo or near it."""
    sizes: dict[str, tuple[int, int] | None] = {}
    kept: list[LabelledFace] = []
    for face in faces:
        if face.photo not in sizes:
            try:
                header = read_header(Path(face.photo))
                sizes[face.photo] = (header.width, header.height)
            except ImageError:  # reading the photo reports it
                sizes[face.photo] = None
        size = sizes[face.photo]
        if size is not None and has_implausible_points(face.points, size):
            problems.append(
                f"a face of {Path(face.photo).name} has landmarks far outside the photo "
                f"({size[0]} x {size[1]}); label it again"
            )
        else:
            kept.append(face)
    return kept
