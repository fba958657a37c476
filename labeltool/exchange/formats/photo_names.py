"""What label files call the photos of a project: names that mean the same elsewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath


def photo_names(photos: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    """The name of each photo, of (id, photo folder, path below it): the path from the folder's own
    name down, with as many of the folder's parents before it as tell folders of one name apart."""
    rows = list(photos)
    parts = {folder: _parts(folder) for _photo, folder, _path in rows}
    depth = dict.fromkeys(parts, 1)

    def name(folder: str, path: str = "") -> str:
        return "/".join([*parts[folder][-depth[folder] :], *path.split("/")])

    def deepen(named: list[tuple[str, str]]) -> bool:
        """One parent more for each folder of which a name is another folder's too."""
        folders: dict[str, set[str]] = {}
        for text, folder in named:
            folders.setdefault(_same(text), set()).add(folder)
        alike = {folder for group in folders.values() if len(group) > 1 for folder in group}
        alike = {folder for folder in alike if depth[folder] < len(parts[folder])}
        for folder in alike:
            depth[folder] += 1
        return bool(alike)

    while deepen([(name(folder), folder) for folder in parts]):
        pass
    while deepen([(name(folder, path), folder) for _photo, folder, path in rows]):
        pass
    return {photo: name(folder, path) for photo, folder, path in rows}


def _parts(folder: str) -> list[str]:
    """Of a folder's path, as the system on which it was added writes it."""
    windows = PureWindowsPath(folder)
    if not (windows.drive and windows.root):
        return [part for part in PurePosixPath(folder).parts if part != "/"]
    drive = windows.drive.replace(":", "").strip("\\").split("\\")
    return [*drive, *windows.parts[1:]]


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
