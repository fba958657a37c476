"""Formats of other tools that `pipnet.formats` reads and whose texts it makes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from labeltool.domain import N_, Progress, UserError
from labeltool.exchange.formats import (
    CheckTargets,
    LabelFormat,
    LabelsToWrite,
    ReadLabels,
    Written,
    other_formats,
    write_folder,
    write_text_atomically,
)
from pipnet.data.coco import LabelError, load_json
from pipnet.formats.json_formats import label_studio, labelme, ljson, via
from pipnet.formats.reading import HEAD_BYTES
from pipnet.formats.registry import FORMATS as KNOWN
from pipnet.formats.text_formats import deeplabcut, face_lists, point_tables, tps, yolo
from pipnet.formats.xml_formats import cvat, dlib_xml
from pipnet.output import FileKind

_CARRIES = {known.name: known.carries for known in KNOWN}


def _none(_path: Path) -> None:
    """Reading is left to `other_formats`, which recognises every format by its content."""


def _read(path: Path, hidden: Collection[str]) -> ReadLabels:
    return other_formats.read(path, hidden)


def _file(
    name: str,
    description: str,
    suffix: str,
    text: Callable[[LabelsToWrite], Iterable[str]],
    fits: Callable[[Path, bytes], bool],
    file_text: str,
) -> LabelFormat:
    def write(
        path: Path, labels: LabelsToWrite, progress: Progress, _check: CheckTargets
    ) -> Written:
        write_text_atomically(path, _with_progress(text(labels), len(labels.rows), progress))
        return Written()

    def recognises(path: Path) -> bool:
        with path.open("rb") as stream:
            return fits(path, stream.read(HEAD_BYTES))

    return LabelFormat(
        name, description, suffix, False, "absent" in _CARRIES[name], True, _none, _read, write,
        FileKind(file_text, recognises), file_text,
    )  # fmt: skip


def _with_progress(pieces: Iterable[str], total: int, progress: Progress) -> Iterator[str]:
    for done, piece in enumerate(pieces):
        progress(min(done, total), total)
        yield piece


_Files = Iterable[tuple[str, str]]


def _folder(
    name: str,
    description: str,
    suffix: str,
    files: Callable[[LabelsToWrite], _Files],
    split_files: Callable[[Mapping[str, LabelsToWrite]], _Files] | None = None,
) -> LabelFormat:
    def write(
        folder: Path, labels: LabelsToWrite, progress: Progress, check: CheckTargets
    ) -> Written:
        write_folder(folder, _once(files(labels)), len(labels.rows), progress, check)
        return Written()

    def write_parts(
        folder: Path, parts: Mapping[str, LabelsToWrite], progress: Progress
    ) -> Written:
        assert split_files is not None
        total = sum(len(labels.rows) for labels in parts.values())
        write_folder(folder, _once(split_files(parts)), total, progress, lambda _targets: None)
        return Written()

    return LabelFormat(
        name, description, suffix, True, "absent" in _CARRIES[name], True, _none, _read, write,
        write_parts=write_parts if split_files else None,
    )  # fmt: skip


def _once(files: _Files) -> Iterator[tuple[PurePosixPath, str]]:
    seen = set[str]()
    for path, text in files:
        if path in seen:
            raise UserError(
                N_("Two photos would have the same label file: {path}."),
                N_("Rename one of them, or export another format."),
                path=path,
            )
        seen.add(path)
        yield PurePosixPath(path), text


def _is_json(fits: Callable[[object], bool]) -> Callable[[Path, bytes], bool]:
    def is_one(path: Path, _head: bytes) -> bool:
        try:
            return fits(load_json(path))
        except LabelError:
            return False

    return is_one


FORMATS = (
    _file("csv", N_("CSV table (*.csv)"), ".csv", point_tables.text, point_tables.is_ours,
          N_("a CSV table of landmarks")),
    _file("cvat", N_("CVAT for images (*.xml)"), ".xml", cvat.text, cvat.READER.fits,
          N_("a CVAT file")),
    _file("labelstudio", N_("Label Studio (*.json)"), ".json", label_studio.text,
          _is_json(label_studio.fits_json), N_("a Label Studio file")),
    _folder("labelme", N_("Folder of labelme files (*)"), ".json", labelme.files),
    _folder("yolo", N_("Folder of YOLO-pose labels (*)"), ".txt", yolo.files, yolo.split_files),
    _file("dlib", N_("dlib imglab (*.xml)"), ".xml", dlib_xml.text, dlib_xml.READER.fits,
          N_("a dlib file")),
    _file("dlc", N_("DeepLabCut table (*.csv)"), ".csv", deeplabcut.text, deeplabcut.READER.fits,
          N_("a DeepLabCut table")),
    _file("wflw", N_("WFLW list (*.txt)"), ".txt", face_lists.wflw_text, face_lists.WFLW.fits,
          N_("a WFLW list")),
    _folder("ljson", N_("Folder of LJSON files (*)"), ".ljson", ljson.files),
    _file("tps", N_("TPS file (*.tps)"), ".tps", tps.text, tps.begins_with_specimen,
          N_("a TPS file")),
    _file("via", N_("VGG Image Annotator (*.json)"), ".json", via.text, _is_json(via.fits_json),
          N_("a VGG Image Annotator file")),
)  # fmt: skip
"""In the order in which the dialogs offer them."""
