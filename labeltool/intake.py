"""Photos in: find them, and search them for faces."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from typing import Any

from labeltool.domain import (
    Changes,
    Progress,
    UserError,
    mark,
)
from labeltool.store import Store
from labeltool.training.folder import program
from pipnet.images import ImageError, classify, find_photos

KEEP_EVERY = 0.5
"""Seconds after which what the face search found is kept."""


@dataclass(slots=True)
class Added:
    """What `add_photos` found: photos that are new, known, or of unsupported kinds."""

    new: int = 0
    known: int = 0
    unsupported: list[Path] = field(default_factory=list)


def add_photos(store: Store, sources: Sequence[Path]) -> Added:
    """Add the photos of folders (recursively) and files. Their faces are searched by `search`.

    A photo that is in the project already is not added again; one that could not be read before is
    tried again.

    Raises:
        UserError: a source does not exist, cannot be listed, or holds no photo at all.
    """
    added = Added()
    for source in sources:
        source = Path(os.path.abspath(source))  # without "..": a folder has one name
        if os.path.isdir(source):
            try:
                photos, unsupported = find_photos(source)
            except ImageError as error:
                raise UserError(
                    mark("{reason}."), mark("Check its permissions."), reason=str(error)
                ) from error
            folder = source
        elif os.path.isfile(source):
            kind = classify(source)
            photos = [source] if kind == "photo" else []
            unsupported = [] if kind == "photo" else [source]
            folder = source.parent
        else:
            raise UserError(
                mark("There is no file or folder {path}."), mark("Check the path."), path=source
            )
        unsupported += [photo for photo in photos if not _has_text_name(photo)]
        photos = [photo for photo in photos if _has_text_name(photo)]
        added.unsupported += unsupported
        if not photos and not unsupported:
            raise UserError(
                mark("There is no photo in {path}."),
                mark("Choose a folder with photos."),
                path=source,
            )
        add_folder(store, folder, photos, added)
    return added


def add_folder(store: Store, folder: Path, photos: Sequence[Path], added: Added) -> None:
    """Register photos under the root that holds `folder`, or under `folder` as a new root.

    Several links to one file are one photo.
    """
    everything: dict[Path, tuple[int, str | None, int]] = {}
    root_id, root = None, folder
    for known_id, known in store.faces.roots().items():
        for relative, row in store.faces.known_photos(known_id).items():
            everything[known / relative] = row
        if folder == known or known in folder.parents:
            root_id, root = known_id, known
    fresh = _without_links(photos, {path: row[2] for path, row in everything.items()})
    again = [everything[p][0] for p in photos if p in everything and everything[p][1]]
    added.known += len(photos) - len(fresh)
    added.new += len(fresh)
    if again:
        store.faces.retry_photos(again)
    if fresh:
        root_id = store.faces.add_root(root) if root_id is None else root_id
        store.faces.add_photos(root_id, [(p.relative_to(root).as_posix(), _size(p)) for p in fresh])


def _without_links(photos: Sequence[Path], known: dict[Path, int]) -> list[Path]:
    """The photos that are neither known nor another link to a file that is; `known`: their bytes.

    Of several links to one file the file itself is taken, or else the first.
    """
    fresh = {photo: _status(photo) for photo in photos if photo not in known}
    sizes = {status.st_size for status in fresh.values() if status is not None}
    taken = {_identity(_status(path)) for path, size in known.items() if size in sizes}
    left = set[Path]()
    for photo in sorted(fresh, key=os.path.islink):
        identity = _identity(fresh[photo])
        if identity is None or identity not in taken:
            left.add(photo)
        taken.add(identity)
    return [photo for photo in fresh if photo in left]


def _status(photo: Path) -> os.stat_result | None:
    try:
        return photo.stat()
    except OSError:
        return None


def _identity(status: os.stat_result | None) -> tuple[int, ...] | None:
    """What is the same for all links to a file; size and time too, for some drives number badly."""
    if status is None or status.st_ino == 0:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _has_text_name(photo: Path) -> bool:
    """Whether its name is text at all: on Linux a name may be any bytes, which nothing can keep."""
    try:
        str(photo).encode()
    except UnicodeEncodeError:
        return False
    return True


def _size(photo: Path) -> int:
    try:
        return photo.stat().st_size
    except OSError:
        return 0


# The face search


def search(store: Store, progress: Progress, changed: Callable[[Changes], None]) -> int:
    """Search every photo that was not searched yet; returns how many were.

    What is found is kept every half second, so that cancelling (an exception out of `progress`) or
    a crash loses no more than that, and reviewing can begin meanwhile.
    """
    todo = store.faces.photos_to_search()
    if not todo:
        return 0
    found: list[dict[str, Any]] = []
    said, done = time.monotonic(), 0

    def keep() -> None:
        nonlocal said
        if found:
            changed(store.faces.searched(found))
            found.clear()
        said = time.monotonic()

    try:
        with _searchers(min(len(todo), max(1, (os.cpu_count() or 2) - 1))) as ask:
            progress(0, len(todo))
            for photo, answer in ask(todo):
                found.append({"photo": photo, **answer})
                done += 1
                if time.monotonic() - said > KEEP_EVERY:
                    keep()
                progress(done, len(todo))
    finally:
        keep()
    return done


class _Searcher:
    """One face search process, started again if a photo crashes it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        # a file, for a pipe that nobody reads would fill up and stop the process
        self._complaints = TemporaryFile()  # noqa: SIM115 - closed by `end`

    def ask(self, photo: Path) -> dict[str, Any]:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        answer = ""
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(str(photo)) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        if not answer.endswith("\n"):
            self.close()
            return {"problem": f"{photo.name} could not be read: it crashed the image reader"}
        return dict(json.loads(answer))

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*program(), "worker", "--detect"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints,
            text=True, encoding="utf-8",
            start_new_session=os.name == "posix",  # Ctrl-C is for this process to handle
        )  # fmt: skip
        assert process.stdout is not None
        self._process = process
        if not process.stdout.readline():
            process.wait()
            self._complaints.seek(0)
            reason = self._complaints.read().decode(errors="replace").strip().splitlines()
            self.close()
            raise UserError(
                mark("The face detector does not start: {reason}"),
                mark("Run 'labeltool doctor' to see what is missing."),
                reason=reason[-1] if reason else "no reason given",
            )
        return process

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        process.wait()

    def end(self) -> None:
        """Close for good."""
        self.close()
        self._complaints.close()


Ask = Callable[[list[tuple[int, Path]]], Iterator[tuple[int, dict[str, Any]]]]


@contextmanager
def _searchers(count: int) -> Iterator[Ask]:
    """Ask `count` processes at once; they end with the block."""
    idle: SimpleQueue[_Searcher] = SimpleQueue()
    for _ in range(count):
        idle.put(_Searcher())

    def one(photo: int, file: Path) -> tuple[int, dict[str, Any]]:
        searcher = idle.get()
        try:
            return photo, searcher.ask(file)
        finally:
            idle.put(searcher)

    pool = ThreadPoolExecutor(count, thread_name_prefix="search")

    def ask(todo: list[tuple[int, Path]]) -> Iterator[tuple[int, dict[str, Any]]]:
        rest = iter(todo)
        pending: set[Future[tuple[int, dict[str, Any]]]] = set()
        for photo, file in rest:
            pending.add(pool.submit(one, photo, file))
            if len(pending) >= 2 * count:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)

    try:
        yield ask
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        with suppress(Empty):
            while True:
                idle.get_nowait().end()
