"""The table of formats, and which of them a file is of: found by content, not by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipnet.data.coco import LabelError, load_json
from pipnet.data.images import PHOTO_SUFFIXES, ImageError, walk_files
from pipnet.formats.binary_formats import deeplabcut_table, matlab, sleap
from pipnet.formats.json_formats import coco_file, label_studio, labelme, ljson, via
from pipnet.formats.label_file import FormatReader, LabelFile
from pipnet.formats.reading import read_head
from pipnet.formats.text_formats import deeplabcut, face_lists, point_tables, pts_files, tps, yolo
from pipnet.formats.xml_formats import cvat, dlib_xml


@dataclass(frozen=True, slots=True)
class KnownFormat:
    """A format by its name on the command line, in words, and what its files can carry."""

    name: str
    title: str
    carries: tuple[str, ...]


FORMATS = (
    KnownFormat("coco", "COCO keypoints", ("names", "edges", "box", "occluded", "absent", "score",
                                           "size")),
    KnownFormat("pts", "300W .pts", ("occluded", "absent")),
    KnownFormat("wflw", "WFLW list", ("box",)),
    KnownFormat("cofw", "COFW .mat", ("box", "occluded")),
    KnownFormat("cofw68", "COFW-68 .mat", ("occluded",)),
    KnownFormat("aflw", "AFLW .mat", ("box", "occluded")),
    KnownFormat("pipnet", "PIPNet training list", ()),
    KnownFormat("cvat", "CVAT for images XML", ("names", "box", "occluded", "absent", "size")),
    KnownFormat("labelstudio", "Label Studio JSON", ("names", "box", "absent", "score", "size")),
    KnownFormat("labelme", "labelme and X-AnyLabeling JSON", ("names", "box", "occluded", "absent",
                                                              "score", "size")),
    KnownFormat("yolo", "YOLO-pose", ("names", "box", "occluded", "absent")),
    KnownFormat("dlib", "dlib imglab XML", ("names", "box", "absent", "size")),
    KnownFormat("dlc", "DeepLabCut and Lightning Pose CSV", ("names", "absent", "score")),
    KnownFormat("sleap", "SLEAP .slp and analysis HDF5", ("names", "absent", "score")),
    KnownFormat("ljson", "menpo LJSON", ("names", "edges", "absent")),
    KnownFormat("tps", "TPS of morphometrics", ("absent",)),
    KnownFormat("via", "VGG Image Annotator JSON and CSV", ("names", "absent")),
    KnownFormat("csv", "CSV table", ("names", "box", "occluded", "absent", "score")),
    KnownFormat("openface", "OpenFace CSV", ("score",)),
    KnownFormat("mediapipe", "MediaPipe CSV", ()),
)  # fmt: skip
"""Every format that is read. `carries`: names and edges of landmarks, the box, occluded and absent
landmarks, the score of a proposal, the size of the photo."""

_JSON: tuple[tuple[Callable[[object], bool], Callable[[Path, object], LabelFile]], ...] = (
    (coco_file.fits_json, coco_file.read),
    (labelme.fits_json, labelme.read),
    (ljson.fits_json, ljson.read),
    (label_studio.fits_json, label_studio.read),
    (via.fits_json, via.read),
)

_FILES: tuple[FormatReader, ...] = (
    matlab.READER,
    sleap.READER,
    deeplabcut_table.READER,
    cvat.READER,
    dlib_xml.READER,
    pts_files.READER,
    tps.READER,
    deeplabcut.READER,
    via.CSV_READER,
    point_tables.READER,
    yolo.READER,
    face_lists.PIPNET,
    face_lists.WFLW,
)
"""In the order in which they are tried: those with an unmistakable beginning first."""


def read_labels(path: Path) -> LabelFile:
    """Read a label file or folder of any known format.

    A folder holds .pts files, PIPNet's lists, YOLO labels, labelme or LJSON files, OpenFace's
    tables of photos, or else one label file.

    Raises:
        LabelError: it is of no known format, or damaged; names the place.
    """
    return _reader(path)(path)


def is_coco(path: Path) -> bool:
    """Whether a JSON file is COCO keypoints, though perhaps against their rules.

    Raises:
        LabelError: it is not JSON.
    """
    return coco_file.fits_json(load_json(path))


def _reader(path: Path) -> Callable[[Path], LabelFile]:
    if path.is_dir():
        return _folder_reader(path)
    head = read_head(path)
    if not head.strip():
        raise LabelError(f"{path.name} is empty.")
    for known in _FILES:
        if known.fits(path, head):
            return known.read
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if path.suffix.lower() in (".json", ".ljson") or text[:1] in (b"{", b"["):
        data = load_json(path)
        for fits, read in _JSON:
            if fits(data):
                return partial(_read_json, read, data)
        raise LabelError(f"{path.name} is JSON, but of no known label format.{_hint(data)}")
    if b"<KeyPointLabels" in head:
        raise LabelError(
            f"{path.name} is a labelling configuration of Label Studio, without labels; choose the "
            f"exported JSON."
        )
    raise LabelError(
        f"{path.name} is of no known label format. Known are: "
        f"{', '.join(known.name for known in FORMATS)}."
    )


def _read_json(read: Callable[[Path, object], LabelFile], data: object, path: Path) -> LabelFile:
    return read(path, data)


def _hint(data: object) -> str:
    row = data[0] if isinstance(data, list) and data else data
    if isinstance(row, dict) and "shapes" in row and "tracks" in row:
        return " It looks like a backup of CVAT; export it as CVAT for images 1.1."
    if isinstance(data, dict) and "items" in data and "categories" in data:
        return " It looks like Datumaro; export it as COCO keypoints."
    if isinstance(data, list):
        return " A list of COCO results names no photos: use the data set it was made for."
    if isinstance(data, dict) and ("nodes" in data or "objects" in data):
        return " It looks like Supervisely; export it as COCO keypoints."
    return ""


def folder_of_files(folder: Path) -> Callable[[Path], LabelFile] | None:
    """How to read a folder with a label file for each photo (.pts, YOLO, labelme, .ljson,
    OpenFace), or with PIPNet's lists; None for another folder.

    Raises:
        LabelError: it cannot be listed.
    """
    return _reader_of_files(folder, _files(folder))


def _reader_of_files(folder: Path, files: list[Path]) -> Callable[[Path], LabelFile] | None:
    if any(file.suffix.lower() == ".pts" for file in files):
        return pts_files.read
    if face_lists.pipnet_lists_of(folder):
        return face_lists.read_pipnet_folder
    texts = [file for file in files if file.suffix.lower() == ".txt"]
    if any(yolo.READER.fits(file, read_head(file)) for file in texts[:20]):
        return yolo.read
    jsons = [file for file in files if file.suffix.lower() == ".json"]
    if jsons and all(_is_labelme(file) for file in jsons[:5]):
        return labelme.read
    if any(file.suffix.lower() == ".ljson" for file in files):
        return ljson.read_folder
    tables = [file for file in files if file.suffix.lower() == ".csv"]
    if tables and all(point_tables.is_openface_photo(read_head(file)) for file in tables[:5]):
        return point_tables.read_openface_folder
    return None


def _files(folder: Path) -> list[Path]:
    try:
        return walk_files(folder)[0]
    except ImageError as error:
        raise LabelError(f"{error}.") from error


def _folder_reader(folder: Path) -> Callable[[Path], LabelFile]:
    files = _files(folder)
    read = _reader_of_files(folder, files)
    if read is not None:
        return read
    labels = [file for file in files if file.parent == folder and _is_label_file(file)]
    if not labels:
        raise LabelError(f"{folder.name} holds no label file of a known format.")
    if len(labels) > 1:
        names = ", ".join(file.name for file in labels[:3])
        raise LabelError(f"{folder.name} holds several label files ({names}); choose one of them.")
    return lambda _folder: read_labels(labels[0])


def _is_labelme(file: Path) -> bool:
    head = read_head(file)
    return b'"shapes"' in head and (b'"imagePath"' in head or len(head) >= 65536)


def _is_label_file(file: Path) -> bool:
    if file.suffix.lower() in PHOTO_SUFFIXES:
        return False
    try:
        _reader(file)
    except LabelError:
        return False
    return True
