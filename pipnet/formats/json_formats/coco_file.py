"""COCO keypoints, as the tools that write it do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.grouping import has_repeats
from pipnet.formats.label_file import (
    ABSENT,
    OCCLUDED,
    PIXELS,
    VISIBLE,
    LabelFile,
    ListedPhoto,
    flip_of,
    stated_size,
)
from pipnet.formats.reading import (
    id_of,
    kind_of,
    list_of,
    numbers_of,
    object_of,
    text_of,
)

_FACE_POINTS = "face_kpts"
"""Where COCO-WholeBody keeps the 68 landmarks of a person's face."""


_SAID = {
    "boxes": "annotations have a box and no keypoints: left out",
    "hidden": "points have a position and visibility 0: taken for absent",
    "miscounted": "annotations say another num_keypoints than they have",
    "corners": "labelled points are at (0, 0), as many tools write points that were never placed",
    "uncounted": "points at (0, 0) are not counted by num_keypoints: taken for absent",
    "bodies": "faces are those of COCO-WholeBody (face_kpts); bodies are left out",
    "crowds": "annotations stand for a crowd: left out",
}
"""What is noted of annotations or points, after their number."""


def read(path: Path, data: object) -> LabelFile:
    """Read a data set from its parsed JSON `data`.

    Landmarks without names have none; several categories are read, each face with the names of its
    own. Of COCO-WholeBody the faces are read. A skeleton that counts from 0 is recognised by its 0.
    Points with visibility 0 are absent, whatever their position. Where all points have visibility
    1, it says "labelled", so they are visible. A point at (0, 0) that is said to be labelled is
    absent if `num_keypoints` does not count it.

    Raises:
        LabelError: it is not COCO, or an annotation is damaged; names it.
    """
    data = object_of(data, path.name)
    notes: list[str] = []
    photos, details, twice = _images(data, path, notes)
    categories = _categories(data, path, notes)
    faces: list[LabelledFace] = []
    counts = dict.fromkeys(_SAID, 0)
    seen_ids: set[object] = set()
    used_categories: set[object] = set()
    for number, given in enumerate(
        list_of(data.get("annotations"), f"{path.name}: annotations"), 1
    ):
        row = object_of(given, f"{path.name}, annotation number {number}")
        place = f"{path.name}, annotation {row.get('id', number)}"
        key, image = (id_of(row.get(word), f"{place}: its {word}") for word in ("id", "image_id"))
        if "id" in row and key in seen_ids:
            raise LabelError(f"{place} is there twice; every id must be unique.")
        seen_ids.add(key)
        if image not in photos:
            raise LabelError(f"{place}: image_id {image!r} is none of its images.")
        face = _face(row, photos[image], categories, place, counts)
        if face is not None and face.photo not in twice:
            faces.append(face)
            used_categories.add(row.get("category_id"))
    if _is_binary(faces):
        faces = [
            replace(face, visibility=np.where(_seen(face) > 0, VISIBLE, ABSENT).astype(np.int8))
            for face in faces
        ]
        notes.append("every labelled point has visibility 1: taken for visible, not hidden")
    notes += (f"{count} {_SAID[key]}" for key, count in counts.items() if count)
    if not faces:
        notes.append("it holds no labelled face")
    used = {face.names for face in faces} or {row[0] for row in categories.values() if row[0]}
    if faces and len(used) > 1:
        notes.append("faces are of categories with different landmarks, each read with its own")
    elif len(used_categories) > 1:
        titles = {row.get("id"): row.get("name") for row in list_of(data["categories"], path.name)}
        said = ", ".join(sorted(str(titles.get(key)) for key in used_categories))
        notes.append(f"annotations of several categories ({said}) share the list of landmarks")
    found = [row for row in categories.values() if row[0] in used] if len(used) == 1 else []
    names, edges, flip = found[0] if found else (None, (), None)
    return LabelFile("coco", PIXELS, faces, details, names, edges, flip, notes)


def _images(
    data: Mapping[str, Any], path: Path, notes: list[str]
) -> tuple[dict[object, str], dict[str, ListedPhoto], set[str]]:
    """The photos' names by id, what is stated of each, and names that are stated to be of different
    photos."""
    photos: dict[object, str] = {}
    details: dict[str, ListedPhoto] = {}
    twice: set[str] = set()
    for number, given in enumerate(list_of(data.get("images"), f"{path.name}: images"), 1):
        row = object_of(given, f"{path.name}, image number {number}")
        place = f"{path.name}, image {row.get('id', number)}"
        key = id_of(row.get("id"), f"{place}: its id")
        if key in photos:
            raise LabelError(f"{place} is there twice; every id must be unique.")
        name = text_of(row.get("file_name"), f"{place}: its file_name")
        digest = row.get("sha256")
        photos[key] = name
        photo = ListedPhoto(
            stated_size(row.get("width"), row.get("height")),
            digest if isinstance(digest, str) else None,
        )
        if details.setdefault(name, photo) != photo:
            twice.add(name)
    renamed = sum(re.search(r"\.rf\.[0-9a-f]{8,}\.", name) is not None for name in details)
    if renamed:
        notes.append(f"{renamed} photos have the names that Roboflow gave them")
    notes += (
        f"{name} is listed twice, with different sizes or contents: its faces are left out"
        for name in sorted(twice)
    )
    return photos, details, twice


def _is_binary(faces: Sequence[LabelledFace]) -> bool:
    """Whether visibility 1 stands for labelled. Files with verdicts are this program's own, whose 1
    is hidden."""
    return (
        any((_seen(face) > 0).any() for face in faces)
        and all((_seen(face) <= OCCLUDED).all() for face in faces)
        and not any(face.verdict for face in faces)
    )


def _seen(face: LabelledFace) -> NDArray[np.int8]:
    assert face.visibility is not None
    return face.visibility


_Category = tuple[tuple[str, ...] | None, tuple[tuple[int, int], ...], tuple[int, ...] | None]
"""Names, edges from 0 and mirror table."""


def _categories(data: Mapping[str, Any], path: Path, notes: list[str]) -> dict[object, _Category]:
    found: dict[object, _Category] = {}
    for number, given in enumerate(list_of(data.get("categories"), f"{path.name}: categories"), 1):
        row = object_of(given, f"{path.name}, category number {number}")
        place = f"{path.name}, category {row.get('id', number)}"
        names = list_of(row.get("keypoints"), f"{place}: keypoints")
        if not all(isinstance(name, str) for name in names):
            raise LabelError(f"{place}: keypoints must be a list of names.")
        edges = _edges(list_of(row.get("skeleton"), f"{place}: skeleton"), len(names), place, notes)
        flip = flip_of(row.get("flip_idx"), len(names)) if names else None
        if flip is None and names:
            flip = _flip_of_pairs(row.get("flip_pairs"), len(names))
        if has_repeats(names):
            notes.append(f"{place}: keypoints share a name, so they have none")
            names = []
        found[id_of(row.get("id"), f"{place}: its id")] = (tuple(names) or None, edges, flip)
    return found


def _edges(
    pairs: list[Any], count: int, place: str, notes: list[str]
) -> tuple[tuple[int, int], ...]:
    edges = []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise LabelError(f"{place}: skeleton must be a list of pairs.")
        first, second = numbers_of(pair, f"{place}, skeleton")
        edges.append((int(first), int(second)))
    if not edges or not count:
        return ()
    low, high = min(map(min, edges)), max(map(max, edges))
    if low == 0 and high < count:
        notes.append("the skeleton counts from 0, COCO's from 1: read so")
        return tuple(edges)
    if low < 1 or high > count:
        notes.append(f"the skeleton names point {high if high > count else low}: not used")
        return ()
    return tuple((a - 1, b - 1) for a, b in edges)


def _flip_of_pairs(pairs: object, count: int) -> tuple[int, ...] | None:
    if not isinstance(pairs, list) or not pairs:
        return None
    table = list(range(count))
    try:
        for a, b in pairs:
            table[a], table[b] = b, a
    except (TypeError, ValueError, IndexError):
        return None
    return flip_of(table, count)


def _face(
    row: Mapping[str, Any],
    photo: str,
    categories: Mapping[object, _Category],
    place: str,
    counts: dict[str, int],
) -> LabelledFace | None:
    flat, names = row.get("keypoints"), None
    whole_body = row.get(_FACE_POINTS)
    has_body = isinstance(whole_body, list) and bool(whole_body)
    if has_body:
        if row.get("face_valid") is False or not any(whole_body or ()):
            return None
        flat = whole_body
        counts["bodies"] += 1
    elif "category_id" in row:
        category = id_of(row["category_id"], f"{place}: its category_id")
        if category not in categories:
            raise LabelError(f"{place}: category_id {category!r} is none of its categories.")
        names = categories[category][0]
    if flat is None or (isinstance(flat, list) and not flat):
        counts["boxes"] += 1
        return None
    values = _keypoints(flat, names, place)
    visibility = values[:, 2].astype(np.int8)
    absent = visibility == ABSENT
    if row.get("iscrowd") and absent.all():
        counts["crowds"] += 1
        return None
    counts["hidden"] += int((np.nan_to_num(values[absent, :2]) != 0).any(axis=1).sum())
    if not has_body:
        absent |= _uncounted(values, absent, row.get("num_keypoints"), counts)
        visibility[absent] = ABSENT
    points = np.where(absent[:, None], np.nan, values[:, :2])
    box = _box(row.get("face_box" if has_body else "bbox"), place)
    if box is None and not absent.all():
        box = tight_box(points)
    score, verdict = row.get("score"), row.get("verdict")
    return LabelledFace(
        photo, points, box, visibility,
        numbers_of([score], f"{place}, score")[0] if score is not None else None,
        verdict if isinstance(verdict, str) else "", names,
    )  # fmt: skip


def _uncounted(
    values: NDArray[np.float64], absent: NDArray[np.bool_], stated: object, counts: dict[str, int]
) -> NDArray[np.bool_]:
    """(N,): which labelled points at (0, 0) were never placed, as `num_keypoints` tells."""
    corners: NDArray[np.bool_] = (values[:, :2] == 0).all(axis=1) & ~absent
    if isinstance(stated, int) and corners.any() and stated == int((~absent & ~corners).sum()):
        counts["uncounted"] += int(corners.sum())
        return corners
    counts["corners"] += int(corners.sum())
    if isinstance(stated, int):
        counts["miscounted"] += stated != int((~absent).sum())
    return np.zeros_like(absent)


def _keypoints(flat: object, names: tuple[str, ...] | None, place: str) -> NDArray[np.float64]:
    """(N, 3) of x, y and visibility. Where that is 0, x and y may be null or NaN."""
    if not isinstance(flat, list | np.ndarray):
        raise LabelError(f"{place}: keypoints is {kind_of(flat)}, not a list.")
    if len(flat) % 3:
        raise LabelError(
            f"{place}: keypoints has {len(flat)} numbers; x, y and visibility of each point make a "
            f"multiple of 3."
        )
    if names is not None and len(flat) != 3 * len(names):
        raise LabelError(
            f"{place}: it has {len(flat) // 3} keypoints, but its category names {len(names)}."
        )
    if isinstance(flat, list):  # else finite; what is far outside its photo is named with it
        words = list(flat)
        for k in range(0, len(words), 3):
            if words[k + 2] == 0 and any(word is None or word != word for word in words[k : k + 2]):
                words[k : k + 2] = 0, 0
        flat = np.array(numbers_of(words, f"{place}, keypoints"), np.float64)
    values = flat.reshape(-1, 3)
    wrong = ~np.isin(values[:, 2], (0, 1, 2))
    if wrong.any():
        landmark = int(wrong.argmax())
        raise LabelError(
            f"{place}: keypoint {landmark + 1} has visibility {values[landmark, 2]:g}; it must be "
            f"0 (not labelled), 1 (hidden) or 2 (visible)."
        )
    return values


def _box(given: object, place: str) -> Box | None:
    if given is None or given == []:
        return None
    if not isinstance(given, list) or len(given) != 4:
        raise LabelError(f"{place}: bbox must be four numbers: x, y, width, height.")
    x, y, width, height = numbers_of(given, f"{place}, bbox")
    if width < 0 or height < 0:
        raise LabelError(f"{place}: bbox has the size {width:g} x {height:g}, which is negative.")
    return (x, y, width, height) if width and height else None


def fits_json(data: object) -> bool:
    """Whether parsed JSON is of this format."""
    return isinstance(data, dict) and "images" in data and "annotations" in data
