"""SLEAP: .slp projects, and HDF5 files of an analysis."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import tight_box
from pipnet.data.coco import LabelError
from pipnet.data.labelled_faces import LabelledFace
from pipnet.formats.binary_formats.hdf5 import check_positions, is_like, opened, table, text
from pipnet.formats.label_file import (
    ABSENT,
    PIXELS,
    VISIBLE,
    FormatReader,
    LabelFile,
    listed,
    seen_where_placed,
)
from pipnet.formats.reading import forward_slashes

if TYPE_CHECKING:
    import h5py

_CORNER_ORIGIN_BEFORE = 1.1
"""Files of an earlier format count from the corner of the first pixel, not from its centre."""

_LAST_FORMAT = 3.0


def read(path: Path) -> LabelFile:
    """Read the instances of a project, or the tracks of an analysis.

    What a person labelled is read; predictions, with their scores, where nobody labelled anything.
    A photo of an image list has its own name; a frame of a video is `VIDEO frame N`. Landmarks are
    in the order of the skeleton.

    Raises:
        LabelError: it is another HDF5 file, or a damaged one.
    """
    with opened(path, "a SLEAP file") as data:
        if "metadata" in data and "frames" in data:
            return _project(data, path)
        if "tracks" in data and "node_names" in data:
            return _analysis(data, path)
        raise LabelError(f"{path.name} is HDF5, but neither a SLEAP project nor an analysis.")


def _project(data: h5py.File, path: Path) -> LabelFile:
    attributes = data["metadata"].attrs
    version = float(attributes["format_id"])
    if version >= _LAST_FORMAT:
        raise LabelError(f"{path.name} has the format {version:g}; up to 2.x is known.")
    described = json.loads(text(attributes["json"]))
    skeletons = [_skeleton(row, described) for row in described["skeletons"]]
    videos = [json.loads(text(row)) for row in table(data, "videos_json")]
    frames, instances = table(data, "frames"), table(data, "instances")
    stored = {0: table(data, "points"), 1: table(data, "pred_points")}
    offset = 0.5 if version < _CORNER_ORIGIN_BEFORE else 0.0
    is_labelled = bool((instances["instance_type"] == 0).any())
    faces: list[LabelledFace] = []
    notes: list[str] = []
    photos: list[str] = []
    for frame in frames:
        photo = _photo(videos[int(frame["video"])], int(frame["frame_idx"]))
        photos.append(photo)
        for row in instances[int(frame["instance_id_start"]) : int(frame["instance_id_end"])]:
            kind = int(row["instance_type"])
            if is_labelled and kind == 1:
                continue
            rows = stored[kind][int(row["point_id_start"]) : int(row["point_id_end"])]
            names = skeletons[int(row["skeleton"])]
            points = np.stack([rows["x"], rows["y"]], -1).astype(np.float64) - offset
            score = float(row["score"]) if kind == 1 else None
            place = f"{path.name}, {photo}"
            faces.append(_face(photo, points, rows["visible"], names, score, place))
    if offset:
        notes.append("positions count from the corner of the first pixel; moved by half a pixel")
    if not is_labelled and len(instances):
        notes.append("predictions are read: nobody labelled anything")
    elif (instances["instance_type"] == 1).any():
        notes.append("predictions are left out")
    if any(" frame " in photo for photo in photos):
        notes.append("it names frames of a video, not photos")
    common = skeletons[0] if len(set(skeletons)) == 1 else None
    return LabelFile(
        "sleap", PIXELS, faces, listed(photos), common, notes=notes, origins=frozenset([offset])
    )


def _face(
    photo: str,
    points: NDArray[np.float64],
    visible: NDArray[np.bool_],
    names: tuple[str, ...],
    score: float | None,
    place: str,
) -> LabelledFace:
    if len(points) != len(names):
        raise LabelError(f"{place}: {len(points)} points for the {len(names)} of its skeleton.")
    visibility = seen_where_placed(points)
    # a point that is not `visible` was never placed
    visibility[~visible.astype(bool)] = ABSENT
    points[visibility == ABSENT] = np.nan
    check_positions(points, place)
    box = tight_box(points) if (visibility == VISIBLE).any() else None
    return LabelledFace(photo, points, box, visibility, score, names=names)


def _skeleton(row: dict[str, Any], described: dict[str, Any]) -> tuple[str, ...]:
    """Names in the order of the skeleton, which refers to the file's list of nodes."""
    nodes = [node["name"] if isinstance(node, dict) else str(node) for node in described["nodes"]]
    return tuple(nodes[int(entry["id"])] for entry in row["nodes"])


def _photo(video: dict[str, Any], frame: int) -> str:
    backend = video.get("backend", video)
    names = backend.get("filenames") or backend.get("filename")
    if isinstance(names, list):
        return forward_slashes(str(names[frame]).replace("\\", "/"))
    name = PurePosixPath(str(names or "video").replace("\\", "/")).name
    return f"{name} frame {frame}"


def _analysis(data: h5py.File, path: Path) -> LabelFile:
    tracks = table(data, "tracks").astype(np.float64)  # (track, xy, node, frame)
    names = tuple(text(name) for name in table(data, "node_names"))
    if tracks.ndim != 4 or tracks.shape[1] != 2 or tracks.shape[2] != len(names):
        raise LabelError(f"{path.name}: tracks {tracks.shape} do not fit {len(names)} nodes.")
    check_positions(tracks, path.name)
    video = text(table(data, "video_path")[()]) if "video_path" in data else path.stem
    name = PurePosixPath(video.replace("\\", "/")).name
    faces = []
    for frame in range(tracks.shape[3]):
        for track in tracks[..., frame]:
            points = np.ascontiguousarray(track.T)
            visibility = seen_where_placed(points)
            if visibility.any():
                faces.append(
                    LabelledFace(
                        f"{name} frame {frame}", points, tight_box(points), visibility, names=names
                    )
                )
    photos = listed([f"{name} frame {frame}" for frame in range(tracks.shape[3])])
    notes = ["it names frames of a video, not photos"]
    return LabelFile("sleap", PIXELS, faces, photos, names, notes=notes)


def _fits(path: Path, head: bytes) -> bool:
    is_hdf5 = head.startswith(b"\x89HDF\r\n\x1a\n")
    return is_hdf5 and (
        path.suffix.lower() == ".slp" or path.name.endswith(".analysis.h5") or _has_tracks(path)
    )


def _has_tracks(path: Path) -> bool:
    return is_like(path, lambda data: "node_names" in data or "videos_json" in data)


READER = FormatReader("sleap", _fits, read)
