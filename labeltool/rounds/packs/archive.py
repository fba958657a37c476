"""A zip file that states the SHA-256 of everything in it: a packed round, or its results.

Nothing in it is compressed: photos would not shrink, and what is unpacked is never larger than the
file. `contents.json` is written last: `about`, and the hash of every other file by name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from labeltool.documents import files
from labeltool.domain import N_, Progress, UserError, not_readable, not_written
from pipnet.data.photo_lookup import content_hash
from pipnet.output import FileKind

CONTENTS = "contents.json"
FORMAT = 1
NAME = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*(\.[a-z0-9]+)?")
"""Names of files: none leads out of a folder, and every system can write them."""

NO_ROOM = N_("Free some space, or choose another place, then try again.")
"""What to do where a round cannot be unpacked."""

_BLOCK_BYTES = 1 << 20
_BROKEN = (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError, RuntimeError)
"""What the modules `zipfile` and `json` raise for damaged files."""


@dataclass(frozen=True, slots=True)
class ArchiveKind:
    """What an archive holds: its `name` in the file, what to say of another file, and what to
    do about it."""

    name: str
    refusal: str
    remedy: str


PACK = ArchiveKind(
    "labeltool round",
    N_("{file} is not a packed round."),
    N_("Choose a file that 'labeltool round pack' wrote."),
)
RESULTS = ArchiveKind(
    "labeltool results",
    N_("{file} does not hold the results of a packed round."),
    N_("Choose a file that 'labeltool round run' wrote."),
)


class ArchiveWriter:
    """Adds files to an archive; see `writing`."""

    def __init__(self, archive: zipfile.ZipFile, kind: ArchiveKind) -> None:
        self._zip, self._kind = archive, kind
        self._hashes: dict[str, str] = {}

    def add(self, name: str, content: IO[bytes]) -> None:
        """Add the rest of an open file."""
        digest = hashlib.sha256()
        # always: a file may grow while it is read
        with self._zip.open(_entry(name), "w", force_zip64=True) as entry:
            while block := content.read(_BLOCK_BYTES):
                digest.update(block)
                entry.write(block)
        self._hashes[name] = digest.hexdigest()

    def add_file(self, name: str, file: Path) -> None:
        """Add a file. Raises OSError, which names it if it cannot be opened."""
        with file.open("rb") as stream:
            self.add(name, stream)

    def finish(self, about: dict[str, Any]) -> str:
        """Write the contents; returns the hash of them, which no other archive has."""
        contents = {
            "kind": self._kind.name, "format": FORMAT, "about": about, "files": self._hashes,
        }  # fmt: skip
        written = json.dumps(contents, indent=1).encode()
        self._zip.writestr(_entry(CONTENTS), written)
        return hashlib.sha256(written).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


@contextmanager
def writing(file: Path, kind: ArchiveKind) -> Iterator[ArchiveWriter]:
    """Write an archive, which appears when the block ends; nothing appears if it raises.

    Raises:
        UserError: it cannot be written, or another file is there.
    """
    known = FileKind(kind.name, lambda there: _is_archive(there, kind))
    with files.writing(file, known) as partial, zipfile.ZipFile(partial, "w") as archive:
        yield ArchiveWriter(archive, kind)


def _is_archive(file: Path, kind: ArchiveKind) -> bool:
    try:
        with Archive(file, kind):
            return True
    except UserError:
        return False


class Archive:
    """An archive that is read. Every file in it is compared with its hash before it is used.

    `about`: what its writer said of it. `digest`: the hash of its contents. `names`: its files.

    Raises:
        UserError: it is missing, damaged, or of another kind. All methods raise it for damage.
    """

    def __init__(self, file: Path, kind: ArchiveKind) -> None:
        self.file, self._kind = file, kind
        try:
            self._zip = zipfile.ZipFile(file)
        except OSError as error:
            raise not_readable(file, error) from error
        except _BROKEN as error:
            raise self._refused() from error
        try:
            self._read_contents()
        except BaseException:
            self.close()
            raise

    def _read_contents(self) -> None:
        entries = self._zip.infolist()
        names = [entry.filename for entry in entries]
        with self._damage(CONTENTS):
            if CONTENTS not in names:
                raise self._refused()
            written = self._zip.read(CONTENTS)
            contents = json.loads(written)
            if contents["kind"] != self._kind.name:
                raise self._refused()
            if contents["format"] > FORMAT:
                raise UserError(
                    N_("{file} was written by a newer version of labeltool."),
                    N_("Install the same version on both machines."),
                    file=self.file,
                )
            self.about: dict[str, Any] = dict(contents["about"])
            self._hashes: dict[str, str] = dict(contents["files"])
            if sorted(names) != sorted([*self._hashes, CONTENTS]):
                raise ValueError("files that are not listed")
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise ValueError("compressed files")
        self.digest = hashlib.sha256(written).hexdigest()
        self.names = tuple(self._hashes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def read(self, name: str) -> bytes:
        """The content of a small file."""
        with self._damage(name):
            content = self._zip.read(name)
            if hashlib.sha256(content).hexdigest() != self._hashes[name]:
                raise ValueError("another hash")
            return content

    def unpack(self, folder: Path, place: Callable[[str], str], progress: Progress) -> None:
        """Write every file to the path below `folder` that `place` gives its name.

        `place` raises ValueError for names that have none. A file that is there already, and is the
        same, stays. `progress` may raise Cancelled; what was unpacked stays.

        Raises:
            UserError: the archive is damaged, or the folder cannot be written.
        """
        for done, name in enumerate(self.names):
            progress(done, len(self.names))
            with self._damage(name):
                target = folder / place(name)
                try:
                    self._unpack(name, target)
                except OSError as error:
                    raise not_written(folder, error, NO_ROOM) from error
        progress(len(self.names), len(self.names))

    def _unpack(self, name: str, target: Path) -> None:
        if target.is_file() and content_hash(target) == self._hashes[name]:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.partial")
        with self._zip.open(name) as source, partial.open("wb") as file:
            shutil.copyfileobj(source, file, _BLOCK_BYTES)
        if content_hash(partial) != self._hashes[name]:
            partial.unlink()
            raise ValueError("another hash")
        os.replace(partial, target)

    @contextmanager
    def _damage(self, name: str) -> Iterator[None]:
        try:
            yield
        except _BROKEN as error:
            raise UserError(
                N_("{file} is damaged: {name} in it is not what was packed."),
                N_("Copy it again from the machine that wrote it."),
                file=self.file,
                name=name,
            ) from error
        except OSError as error:
            raise not_readable(self.file, error) from error

    def _refused(self) -> UserError:
        return UserError(self._kind.refusal, self._kind.remedy, file=self.file)
