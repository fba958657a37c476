"""Label Studio: tasks with annotations and predictions, or the flat JSON-MIN."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import numpy as np

from pipnet.data.boxes import Box, tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.grouping import check_grouping, containing, has_repeats, same_landmarks
from pipnet.formats.label_file import (
    FRACTION,
    OCCLUDED,
    PIXELS,
    VISIBLE,
    LabelFile,
    LabelsToWrite,
    ListedPhoto,
    box_of,
    by_photo,
    common_names,
)
from pipnet.formats.reading import forward_slashes, list_of, number_of, object_of

_POINTS = "keypointlabels"
_BOXES = "rectanglelabels"
_RESULTS = ("annotations", "completions", "predictions")
_WORDS = (_POINTS, "labels", "choices")
"""Values that name a point or describe it; each but the first in a region of its own with the id of
the point."""

_HIDDEN_WORD = re.compile(r"(occlu|hidden|invisib|not.?visib)", re.IGNORECASE)
"""What a label or choice says of a hidden landmark."""


@dataclass
class _Region:
    """A point or a box in fractions of the photo."""

    id: str
    label: str
    at: tuple[float, float]
    size: tuple[float, float] | None = None
    parent: str = ""
    is_hidden: bool = False


@dataclass
class _Result:
    """The regions of one annotation or prediction."""

    points: list[_Region] = field(default_factory=list)
    boxes: list[_Region] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    others: int = 0
    turned: int = 0


def read(path: Path, data: object) -> LabelFile:
    """Read an export from its parsed JSON `data`.

    Positions are percent of the photo's size. They become pixels if the file states every size,
    else they stay fractions. A point belongs to the rectangle that it names as parent or is related
    to in either direction, else to the smallest rectangle around it. A second label or a choice for
    a point may say that it is occluded. Of several annotations of a task the one marked as ground
    truth is read, else the newest; predictions where there is none.

    Raises:
        LabelError: it is not Label Studio, or a region is damaged; names the task.
    """
    tasks = data if isinstance(data, list) else [data]
    notes: list[str] = []
    faces: list[tuple[LabelledFace, tuple[int, int] | None]] = []
    photos: dict[str, ListedPhoto] = {}
    turned = 0
    for number, given in enumerate(tasks, 1):
        place = f"{path.name}, task {number}"
        task = _whole_task(object_of(given, place))
        try:
            photo = _photo(task, notes)
        except ValueError as error:  # an address that is none
            raise LabelError(f"{place}: the photo's name: {error}.") from error
        is_flat = not any(key in task for key in _RESULTS)
        score = None
        if is_flat:
            result = _flat_result(task, place)
            notes.append("JSON-MIN does not say which points belong together")
        else:
            chosen, is_prediction = _chosen(task, place, notes)
            if chosen is None:
                photos[photo] = ListedPhoto()
                continue
            result = _result(list_of(chosen.get("result"), f"{place}: result"), place)
            if is_prediction:
                notes.append("predictions are read where nobody annotated")
                stated = chosen.get("score")
                score = 0.0 if stated is None else number_of(stated, place)
        photos[photo] = ListedPhoto(result.size)
        if result.others:
            notes.append(f"task {number}: {result.others} regions are no points or rectangles")
        turned += result.turned
        check_grouping(len(result.points), len(result.boxes), place)
        faces += ((face, result.size) for face in _faces(photo, result, score, notes))
    renamed = sum(re.match(r"[0-9a-f]{8}-", photo) is not None for photo in photos)
    said = (
        (turned, "regions were drawn on a turned photo: check where they lie"),
        (renamed, "photos have the names that Label Studio gave them"),
    )
    notes += (f"{count} {words}" for count, words in said if count)
    has_sizes = all(size is not None for _face, size in faces)
    if not has_sizes:
        notes.append("photo sizes are not stated: positions are fractions of the photo")
    rows = same_landmarks(
        [_scaled(face, size if has_sizes else None) for face, size in faces], path.name
    )
    return LabelFile(
        "labelstudio", PIXELS if has_sizes else FRACTION, rows, photos,
        common_names(rows) if rows else None, notes=list(dict.fromkeys(notes)),
    )  # fmt: skip


def _whole_task(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The task of an annotation as cloud storage has it, one a file with its task inside."""
    task = row.get("task")
    if isinstance(task, dict) and "result" in row:
        return {**task, "annotations": [row]}
    return row


def _photo(task: Mapping[str, Any], notes: list[str]) -> str:
    """The name of a task's photo: the uploaded file, or what its data refer to."""
    data = task.get("data")
    if isinstance(task.get("file_upload"), str) and task["file_upload"]:
        return str(task["file_upload"])
    values = data if isinstance(data, dict) else task
    texts = [value for value in values.values() if isinstance(value, str)]
    video = _video_frame(task)
    if video and not texts:
        return video
    likely = [text for text in texts if PurePosixPath(urlsplit(text).path).suffix or "?d=" in text]
    name = values.get("image") if isinstance(values.get("image"), str) else None
    reference = name or (likely[0] if likely else "")
    parts = urlsplit(reference)
    local = parse_qs(parts.query).get("d")
    if local:  # /data/local-files/?d=folder/photo.jpg
        return local[0]
    if parts.scheme in ("http", "https", "s3", "gs", "azure-blob"):
        notes.append("photos are named by addresses; only their file names are used")
        return PurePosixPath(unquote(parts.path)).name
    if parts.path.startswith("/data/upload/"):
        return PurePosixPath(unquote(parts.path)).name
    return unquote(reference)


def _video_frame(task: Mapping[str, Any]) -> str | None:
    """The photo that sleap-io names: one of a list, or `VIDEO frame N`."""
    meta = task.get("meta")
    video = meta.get("video") if isinstance(meta, dict) else None
    if not isinstance(video, dict) or type(frame := video.get("frame_idx")) is not int:
        return None
    name = video.get("filename")
    if isinstance(name, list) and 0 <= frame < len(name) and isinstance(name[frame], str):
        return forward_slashes(name[frame])
    return f"{PurePosixPath(name).name} frame {frame}" if isinstance(name, str) else None


def _chosen(
    task: Mapping[str, Any], place: str, notes: list[str]
) -> tuple[Mapping[str, Any] | None, bool]:
    """The annotation of a task to read, and whether it is a prediction."""
    key = "annotations" if "annotations" in task else "completions"
    rows = [
        object_of(row, f"{place}: an annotation")
        for row in list_of(task.get(key), f"{place}: {key}")
    ]
    kept = [row for row in rows if not row.get("was_cancelled")]
    if len(kept) < len(rows):
        notes.append("skipped tasks (was_cancelled) are left out")
    if len(kept) > 1:
        notes.append("of several annotations of a photo, the ground truth or the newest is read")
    truths = [row for row in kept if row.get("ground_truth")] or kept
    if truths:
        if task.get("predictions"):
            notes.append("predictions are left out where somebody annotated")
        return max(truths, key=_age), False
    predictions = list_of(task.get("predictions"), f"{place}: predictions")
    if predictions:
        return object_of(predictions[-1], f"{place}: a prediction"), True
    return None, False


def _age(row: Mapping[str, Any]) -> tuple[str, int]:
    number = row.get("id")
    return str(row.get("updated_at", "")), number if isinstance(number, int) else 0


def _result(rows: list[Any], place: str) -> _Result:
    found = _Result()
    for number, given in enumerate(rows, 1):
        where = f"{place}, region {number}"
        row = object_of(given, where)
        if row.get("type") == "relation":
            found.links.append((str(row.get("from_id")), str(row.get("to_id"))))
            continue
        value, key = row.get("value"), str(row.get("id", number))
        value = value if isinstance(value, dict) else {}
        words = [list_of(value[kind], where) for kind in _WORDS if kind in value]
        found.words.setdefault(key, []).extend(str(word) for texts in words for word in texts)
        if _POINTS in value or _BOXES in value or row.get("type") == "keypoint":
            _add(found, value, key, str(row.get("parentID") or ""), where)
            _add_size(found, row)
            found.turned += bool(row.get("image_rotation"))
        else:
            found.others += not words
    _name(found)
    return found


def _name(found: _Result) -> None:
    """Give points their labels, which may stand in regions of their own, and their visibility."""
    for region in found.points:
        words = found.words.get(region.id, [])
        region.is_hidden = len(words) > 1 and any(map(_HIDDEN_WORD.search, words))
        names = [word for word in words if not _HIDDEN_WORD.search(word)]
        region.label = region.label if region.label in names else (names or words or [""])[0]


def _flat_result(task: Mapping[str, Any], place: str) -> _Result:
    found = _Result()
    for value in task.values():
        for number, row in enumerate(value if isinstance(value, list) else ()):
            if isinstance(row, dict) and (_POINTS in row or _BOXES in row):
                key = f"{len(found.points)}-{number}"
                found.words[key] = list(map(str, list_of(row.get(_POINTS), place)))
                _add(found, row, key, "", place)
                _add_size(found, row)
    _name(found)
    return found


def _add(found: _Result, value: Mapping[str, Any], key: str, parent: str, place: str) -> None:
    at = (number_of(value.get("x"), place) / 100, number_of(value.get("y"), place) / 100)
    names = list_of(value.get(_POINTS) or value.get(_BOXES), place)
    label = str(names[0]) if names else ""
    if _BOXES not in value:
        found.points.append(_Region(key, label, at, parent=parent))
        return
    size = (number_of(value.get("width"), place) / 100, number_of(value.get("height"), place) / 100)
    found.boxes.append(_Region(key, label, at, size))


def _add_size(found: _Result, row: Mapping[str, Any]) -> None:
    width, height = row.get("original_width"), row.get("original_height")
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        found.size = (width, height)


def _faces(
    photo: str, result: _Result, score: float | None, notes: list[str]
) -> Iterator[LabelledFace]:
    boxes = {region.id: index for index, region in enumerate(result.boxes)}
    areas: list[Box] = [(*region.at, *(region.size or (0.0, 0.0))) for region in result.boxes]
    linked: dict[str, int] = {}
    for first, second in result.links:
        for point, box in ((first, second), (second, first)):
            if box in boxes and point not in boxes:
                linked[point] = boxes[box]
    groups: dict[int | None, list[_Region]] = {}
    for region in result.points:
        owner = boxes.get(region.parent, linked.get(region.id))
        owner = containing(region.at, areas) if owner is None else owner
        groups.setdefault(owner, []).append(region)
    for index, members in groups.items():
        labels = [region.label for region in members]
        points = np.array([region.at for region in members], np.float64)
        is_named = all(labels) and not has_repeats(labels)
        if not is_named:
            notes.append("landmarks of a face share a label, or have none, so they have no names")
        yield LabelledFace(
            photo, points, areas[index] if index is not None else None,
            np.array([OCCLUDED if region.is_hidden else VISIBLE for region in members], np.int8),
            score, names=tuple(labels) if is_named else None,
        )  # fmt: skip


def _scaled(face: LabelledFace, size: tuple[int, int] | None) -> LabelledFace:
    """The face in pixels of a photo of this size, or as it is; with a box."""
    width, height = size or (1, 1)
    points = face.points * [width, height]
    box = face.box
    if box is not None:
        box = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    elif size is not None:
        box = tight_box(points)
    return LabelledFace(
        face.photo, points, box, face.visibility, face.score, face.verdict, face.names
    )


def fits_json(data: object) -> bool:
    """Whether parsed JSON is of this format."""
    row = data[0] if isinstance(data, list) and data else data
    if not isinstance(row, dict):
        return False
    row = _whole_task(row)
    if "data" in row and any(key in row for key in _RESULTS):
        return True
    return "images" not in row and any(
        isinstance(value, list) and value and isinstance(value[0], dict)
        and (_POINTS in value[0] or _BOXES in value[0])
        for value in row.values()
    )  # fmt: skip


def is_csv(header: Sequence[str], row: Sequence[str] | None) -> bool:
    """Whether a table is an export of Label Studio, which has JSON in its cells."""
    return "annotation_id" in header or (
        "lead_time" in header and any(cell.lstrip().startswith("[{") for cell in row or ())
    )


def text(labels: LabelsToWrite) -> Iterator[str]:
    """The JSON of tasks: a rectangle for each face, with its points as children. Proposals, which
    have a score, are predictions. Absent landmarks are left out, and occlusion is lost."""
    yield "["
    for number, (photo, rows) in enumerate(by_photo(labels.rows)):
        width, height = labels.sizes[photo]
        task: dict[str, Any] = {
            "id": number + 1, "data": {"image": f"/data/local-files/?d={quote(photo)}"},
            "annotations": [], "predictions": [],
        }  # fmt: skip
        for kind, is_kind in (("annotations", False), ("predictions", True)):
            faces = [row for row in rows if (row.score is not None) == is_kind]
            result = [
                region
                for face, row in enumerate(faces, 1)
                for region in _regions(row, f"{kind[0]}{face}", labels.names, (width, height))
            ]
            if result:
                scores = [row.score for row in faces if row.score is not None]
                extra = {"score": float(np.mean(scores))} if scores else {}
                task[kind].append({"id": number + 1, "result": result, **extra})
        yield f"{', ' if number else ''}{json.dumps(task, ensure_ascii=False)}"
    yield "]\n"


def _regions(
    row: LabelledFace, key: str, names: Sequence[str], size: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    width, height = size
    base = {
        "to_name": "image", "image_rotation": 0, "original_width": width,
        "original_height": height,
    }  # fmt: skip
    x, y, w, h = box_of(row)
    yield base | {
        "id": key, "type": _BOXES, "from_name": "box",
        "value": {
            "x": 100 * x / width, "y": 100 * y / height, "width": 100 * w / width,
            "height": 100 * h / height, "rotation": 0, _BOXES: ["face"],
        },
    }  # fmt: skip
    for landmark, (name, (x, y)) in enumerate(zip(names, row.points.tolist(), strict=True)):
        if x == x:
            yield base | {
                "id": f"{key}-{landmark}", "type": _POINTS, "from_name": "landmarks",
                "parentID": key,
                "value": {
                    "x": 100 * x / width, "y": 100 * y / height, "width": 0.5, _POINTS: [name]
                },
            }  # fmt: skip
