"""Which photo a label file means by a name: one rule for every format.

In this order: the photo with the stated content hash; the file beside the label file; the photo
with the longest common tail of path parts, if there is only one. Names are compared as written,
then as a path of Windows (backslashes); each exactly, then in Unicode's NFC, then without regard to
case too. A weaker comparison counts only where the stronger ones find nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice
from pathlib import Path, PurePath

from pipnet.data.images import ImageError, classify, find_photos


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _same(text: str) -> str:
    return _nfc(_nfc(text).casefold())


_FORMS: tuple[Callable[[str], str], ...] = (str, _nfc, _same)
"""How names are compared, the strictest first."""

_FACE_NUMBER = re.compile(r"(_det)?_[0-9]+$")
"""The suffix of several .pts files of one photo: `name_1.pts`, `name_2.pts`."""


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A photo that a name may mean.

    `name`: its path from the photo folder's own name down, with forward slashes. `sha256`: of the
    file's content, None where it is not known yet.
    """

    file: Path
    name: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What a name leads to: a file, or None and the `problem`, which continues the name.

    `ambiguous`: several photos fit equally well.
    """

    file: Path | None
    problem: str = ""
    ambiguous: bool = False


def content_hash(file: Path) -> str:
    """SHA-256 of a file's content in hexadecimal digits. Raises OSError."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class PhotoLookup:
    """Leads names in a label file to photos.

    Args:
        folder: where the label file lies; a folder of .pts files itself.
        photos: those that are known. Without any, the photos below `folder`, listed when needed.
    """

    def __init__(self, folder: Path, photos: Iterable[KnownPhoto] | None = None) -> None:
        self._folder = Path(os.path.abspath(folder))
        self._given = None if photos is None else list(photos)
        self._nowhere = "is not there" if self._given is None else "is not a photo of this project"
        self._listings: dict[tuple[Path, int], dict[str, list[Path]]] = {}
        self._beside_names: dict[Path, PhotoNames] = {}
        self._hashes: dict[Path, str | None] = {}

    def find(self, name: str, sha256: str | None = None) -> LookupResult:
        """The photo of a file name, such as COCO's `file_name`, and the content hash stated."""
        named = self._by_name(name)
        if sha256 is None or (named.file is not None and self._hash(named.file) == sha256):
            return named
        same = [photo for photo in self._photos if self._hash(photo.file) == sha256]
        if len(same) == 1:
            return LookupResult(same[0].file)
        if same:
            return self._by_tail(name, _Tails(same)) or LookupResult(None, _choice(same))
        if named.file is None:
            return named
        if self._hash(named.file) is None:
            return LookupResult(
                None,
                f"could be {named.file}, which cannot be read to compare its content; repair or "
                f"replace that photo, then import the labels again",
            )
        return LookupResult(
            None,
            f"is not the photo that was labelled: the content of {named.file} differs; put the "
            f"labelled photo in its place",
        )

    def find_stem(self, path: str) -> LookupResult:
        """The photo of a .pts file by its relative path without the suffix."""
        *folders, stem = path.split("/")
        beside = self._folder.joinpath(*folders)
        if found := self._names_beside(beside).match(stem):
            if len(found) > 1:
                return LookupResult(
                    None, f"could belong to {' or '.join(found)}; rename one of them"
                )
            return LookupResult(self._canonical(beside / found[0]))
        problem = ""
        for form in range(len(_FORMS)):
            if (tail := self._tails.longest_of_stem(folders, stem, form)) is not None:
                if tail.file is not None or tail.ambiguous:
                    return tail
                problem = problem or tail.problem
        return LookupResult(None, problem or self._nowhere)

    def find_all(
        self, names: Mapping[str, str | None], *, stems: bool = False
    ) -> tuple[dict[str, Path], dict[str, str]]:
        """The photos of all names of a label file, each with the content hash stated, and why the
        others are not used. `stems`: they are .pts files without the suffix.

        Two different names that lead to one photo contradict each other: neither is used.
        """
        suffix = ".pts" if stems else ""
        files: dict[str, Path] = {}
        problems: dict[str, str] = {}
        by_file: dict[Path, dict[str, list[str]]] = {}
        for name, sha256 in names.items():
            found = self.find_stem(name) if stems else self.find(name, sha256)
            if found.file is None:
                problems[name] = f"{name}{suffix} {found.problem}"
                continue
            files[name] = found.file
            meant = _photo_meant(name, found.file) if stems else "/".join(next(_spellings(name)))
            by_file.setdefault(found.file, {}).setdefault(meant, []).append(name)
        for file, meant_by in by_file.items():
            if len(meant_by) > 1:
                both = " and ".join(spelled[0] + suffix for spelled in meant_by.values())
                for name in (name for spelled in meant_by.values() for name in spelled):
                    del files[name]
                    problems[name] = (
                        f"{name}{suffix} is not used: {both} would both be {file.name}; "
                        f"leave only the right one in the label file"
                    )
        return files, problems

    # The photos

    @cached_property
    def _photos(self) -> list[KnownPhoto]:
        if self._given is not None:
            return self._given
        try:
            files = find_photos(self._folder)[0]
        except ImageError:
            return []
        top = self._folder
        return [
            KnownPhoto(file, f"{top.name}/{file.relative_to(top).as_posix()}") for file in files
        ]

    @cached_property
    def _by_path(self) -> dict[Path, KnownPhoto]:
        return {photo.file: photo for photo in self._photos}

    @cached_property
    def _tails(self) -> _Tails:
        return _Tails(self._photos)

    def _canonical(self, file: Path) -> Path:
        """The known photo that is the same file (by links too); else the file itself."""
        if self._given is None or file in self._by_path:
            return file
        for photo in self._tails.called(file.name):
            with suppress(OSError):
                if os.path.samefile(photo.file, file):
                    return photo.file
        return file

    def _hash(self, file: Path) -> str | None:
        if self._given is not None and (photo := self._by_path.get(file)) and photo.sha256:
            return photo.sha256
        if file not in self._hashes:
            try:
                self._hashes[file] = content_hash(file)
            except OSError:
                self._hashes[file] = None
        return self._hashes[file]

    # By name

    def _by_name(self, name: str) -> LookupResult:
        for parts in _spellings(name):
            for form in range(len(_FORMS)):
                files = sorted({self._canonical(file) for file in self._beside(parts, form)})
                if len(files) == 1:
                    return LookupResult(files[0])
                if files:
                    return LookupResult(
                        None,
                        f"could be {' or '.join(map(str, files))}; move the label file so that "
                        f"only one of them fits",
                    )
        return self._by_tail(name, self._tails) or LookupResult(None, self._nowhere)

    def _by_tail(self, name: str, tails: _Tails) -> LookupResult | None:
        problem = ""
        for parts in _spellings(name):
            if parts[0] == "/" or ".." in parts:
                whole = Path(os.path.normpath(self._folder.joinpath(*parts)))
                parts = [part for part in whole.parts if part != whole.anchor]
            for form in range(len(_FORMS)):
                if parts and (tail := tails.longest(parts, form)) is not None:
                    if tail.file is not None or tail.ambiguous:
                        return tail
                    problem = problem or tail.problem
        return LookupResult(None, problem) if problem else None

    def _beside(self, parts: list[str], form: int) -> Iterator[Path]:
        """Files that the name leads to from the label file's folder, or from where that folder's
        own path, as far as it begins the name, is left out of it."""
        if parts[0] == "/" or ".." in parts:
            whole = os.path.normpath(self._folder.joinpath(*parts))
            if form == 0 and os.path.isfile(whole):
                yield Path(whole)
            return
        compare = _FORMS[form]
        folders = [compare(part) for part in self._folder.parts]
        wanted = [compare(part) for part in parts]
        for left_out in range(len(parts)):
            if left_out == 0 or folders[-left_out:] == wanted[:left_out]:
                yield from self._files(parts[left_out:], form)

    def _files(self, parts: Sequence[str], form: int) -> Iterator[Path]:
        if form == 0:
            file = self._folder.joinpath(*parts)
            if os.path.isfile(file):
                yield file
            return
        places = [self._folder]
        for part in parts:
            wanted = _FORMS[form](part)
            places = [found for place in places for found in self._listing(place, form, wanted)]
        yield from (place for place in places if place.is_file())

    def _listing(self, folder: Path, form: int, wanted: str) -> list[Path]:
        if (folder, form) not in self._listings:
            entries: dict[str, list[Path]] = {}
            with suppress(OSError):  # not a folder, or not readable: nothing is found in it
                for name in os.listdir(folder):
                    entries.setdefault(_FORMS[form](name), []).append(folder / name)
            self._listings[folder, form] = entries
        return self._listings[folder, form].get(wanted, [])

    def _names_beside(self, folder: Path) -> PhotoNames:
        if folder not in self._beside_names:
            try:
                names = os.listdir(folder)
            except OSError:
                names = []
            photos = [name for name in names if not name.startswith(".")]
            self._beside_names[folder] = PhotoNames(
                name for name in sorted(photos) if classify(Path(name)) == "photo"
            )
        return self._beside_names[folder]


class _Tails:
    """Photos by the last parts of their names."""

    def __init__(self, photos: Sequence[KnownPhoto]) -> None:
        self._photos = [(photo, photo.name.split("/")) for photo in photos]

    @cached_property
    def _by_form(self) -> list[dict[str, list[int]]]:
        tables: list[dict[str, list[int]]] = []
        for compare in _FORMS:
            table: dict[str, list[int]] = {}
            for number, (_photo, parts) in enumerate(self._photos):
                table.setdefault(compare(parts[-1]), []).append(number)
            tables.append(table)
        return tables

    @cached_property
    def _by_folder(self) -> dict[tuple[str, ...], dict[str, KnownPhoto]]:
        folders: dict[tuple[str, ...], dict[str, KnownPhoto]] = {}
        for photo, parts in self._photos:
            folders.setdefault(tuple(parts[:-1]), {})[parts[-1]] = photo
        return folders

    @cached_property
    def _names(self) -> dict[tuple[str, ...], PhotoNames]:
        return {folder: PhotoNames(photos) for folder, photos in self._by_folder.items()}

    @cached_property
    def _folders_with(self) -> dict[str, set[tuple[str, ...]]]:
        """Folders by the names and stems of the photos in them."""
        found: dict[str, set[tuple[str, ...]]] = {}
        for folder, photos in self._by_folder.items():
            for name in photos:
                for key in (_same(name), _same(_stem(name))):
                    found.setdefault(key, set()).add(folder)
        return found

    def called(self, name: str) -> Iterator[KnownPhoto]:
        """Photos whose files are called so, in whatever case."""
        for number in self._by_form[-1].get(_same(name), []):
            yield self._photos[number][0]

    def longest(self, parts: Sequence[str], form: int) -> LookupResult | None:
        """The photo whose name ends as these parts do; None if no file is called so."""
        compare = _FORMS[form]
        wanted = [compare(part) for part in parts]
        numbers = self._by_form[form].get(wanted[-1], [])
        known = [
            (self._photos[n][0], [compare(part) for part in self._photos[n][1]]) for n in numbers
        ]
        return _longest(wanted, known)

    def longest_of_stem(self, folders: Sequence[str], stem: str, form: int) -> LookupResult | None:
        """The photo of a .pts file with this stem in these folders; None if there is no photo for
        that stem."""
        compare = _FORMS[form]
        places = set[tuple[str, ...]]()
        for key in (stem, _FACE_NUMBER.sub("", stem)):
            places |= self._folders_with.get(_same(key), set())
        known = [
            (self._by_folder[place][name], [*map(compare, place), ""])
            for place in sorted(places)
            for name in self._names[place].match(stem)
        ]
        return _longest([*map(compare, folders), ""], known)


def _longest(wanted: list[str], known: list[tuple[KnownPhoto, list[str]]]) -> LookupResult | None:
    """Of photos whose last part agrees, the one with most parts that do.

    Where only the last part agrees and both sides have a folder before it, they contradict each
    other: `train/a.jpg` is not `val/a.jpg`.
    """
    if not known:
        return None
    agreeing: list[tuple[int, KnownPhoto]] = []
    for photo, parts in known:
        common = 0
        for ours, theirs in zip(reversed(wanted), reversed(parts), strict=False):
            if ours != theirs:
                break
            common += 1
        if common > 1 or common in (len(wanted), len(parts)):
            agreeing.append((common, photo))
    if not agreeing:
        return LookupResult(
            None,
            f"is not {known[0][0].name}: only the file name agrees; if it is, name the photo's own "
            f"folder in the label file, or put the label file where its names lead to the photos",
        )
    most = max(common for common, _photo in agreeing)
    best = [photo for common, photo in agreeing if common == most]
    if len(best) > 1:
        return LookupResult(None, _choice(best), ambiguous=True)
    return LookupResult(best[0].file)


def _choice(photos: Sequence[KnownPhoto]) -> str:
    names = [photo.name for photo in photos[:3]] + ["..."] * (len(photos) > 3)
    return f"could be {' or '.join(names)}; name its folder in the label file"


def _spellings(name: str) -> Iterator[list[str]]:
    """The parts of a name as written, then with backslashes as separators. "/" is a part of its
    own in front of an absolute path."""
    for text in dict.fromkeys((name, name.replace("\\", "/"))):
        parts = [part for part in text.split("/") if part not in ("", ".")]
        if parts:
            yield ["/", *parts] if text.startswith("/") else parts


def _photo_meant(path: str, photo: Path) -> str:
    """What the path of a .pts file, without its suffix, says of its photo: several faces of one
    photo say the same."""
    folder, slash, stem = path.rpartition("/")
    if _same(stem) not in (_same(photo.name), _same(photo.stem)):
        stem = _FACE_NUMBER.sub("", stem)
    if _same(stem) == _same(photo.name):
        stem = _stem(stem)
    return folder + slash + stem


class PhotoNames:
    """Names of label files for the photos of one folder, and back.

    Names are compared exactly, then without regard to how accents and Hangul are encoded, then
    without regard to case (file systems differ in both).
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for name in names:
            self._by_name.setdefault(_same(name), []).append(name)
            self._by_stem.setdefault(_same(_stem(name)), []).append(name)

    def match(self, stem: str) -> list[str]:
        """The photos that a label file of this stem may belong to: none, one, or a choice.

        A photo called exactly so (`a.jpg` for `a.jpg.pts`), else with this stem (`a.pts`), else one
        of them for the stem without its `_K` (`a_2.pts`, the second face of `a.jpg`).
        """
        for wanted in (stem, _FACE_NUMBER.sub("", stem)):
            for table, part in ((self._by_name, str), (self._by_stem, _stem)):
                found = table.get(_same(wanted), [])
                for compare in _FORMS:
                    if alike := [n for n in found if compare(part(n)) == compare(wanted)]:
                        return alike
        return []

    def stems(self, name: str, faces: int) -> list[str]:
        """Stems for the label files of so many faces of a photo; `match` leads each back to it.

        The photo's own stem, or its whole name where another photo has the stem too; with `_1`,
        `_2`, … for several faces, leaving out numbers that would name another photo.
        """
        stem = _stem(name)
        alone = self._by_stem.get(_same(stem)) == [name] and _same(stem) not in self._by_name
        base = stem if alone else name
        if faces == 1:
            return [base]
        numbered = (f"{base}_{number}" for number in count(1))
        taken = self._by_name.keys() | self._by_stem.keys()
        free = (stem for stem in numbered if _same(stem) not in taken)
        return list(islice(free, faces))


def _stem(name: str) -> str:
    return PurePath(name).stem
