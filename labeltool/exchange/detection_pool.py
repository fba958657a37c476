"""The face search: a pool of processes that search photos for faces."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from typing import Any

from labeltool.domain import N_, Changes, Message, Progress, UserError
from labeltool.store import Store
from labeltool.worker_process import program

SAVE_SECONDS = 0.5
"""How often found faces are saved."""


def search(store: Store, progress: Progress, changed: Callable[[Changes], None]) -> int:
    """Search every photo that was not searched yet. Returns how many were searched.

    Found faces are saved every SAVE_SECONDS, and `changed` is called with their Changes. So
    cancelling (an exception from `progress`) or a crash loses no more than that, and reviewing can
    begin meanwhile.
    """
    todo = store.photos.unsearched()
    if not todo:
        return 0
    found: list[dict[str, Any]] = []
    saved_at, done = time.monotonic(), 0

    def save() -> None:
        nonlocal saved_at
        if found:
            changed(store.photos.save_search_results(found))
            found.clear()
        saved_at = time.monotonic()

    try:
        with _searchers(min(len(todo), max(1, (os.cpu_count() or 2) - 1))) as ask:
            progress(0, len(todo))
            for photo, answer in ask(todo):
                found.append({"photo": photo, **answer})
                done += 1
                if time.monotonic() - saved_at > SAVE_SECONDS:
                    save()
                progress(done, len(todo))
    finally:
        save()
    return done


class _Searcher:
    """One face search process, restarted after a photo crashes it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        # a file: a pipe that nobody reads would fill up and block the process
        self._stderr = TemporaryFile()  # noqa: SIM115 - closed by `end`

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
            crashed = N_("{photo} could not be read: it crashed the image reader")
            return {"problem": Message(crashed, photo=photo.name)}
        result: dict[str, Any] = json.loads(answer)
        if "problem" in result:
            result["problem"] = Message.from_dict(result["problem"])
        return result

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*program(), "worker", "--detect"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr,
            text=True, encoding="utf-8",
            start_new_session=os.name == "posix",  # Ctrl-C is for this process to handle
        )  # fmt: skip
        assert process.stdout is not None
        self._process = process
        if not process.stdout.readline():
            process.wait()
            self._stderr.seek(0)
            reason = self._stderr.read().decode(errors="replace").strip().splitlines()
            self.close()
            raise UserError(
                N_("The face detector does not start: {reason}"),
                N_("Run 'labeltool doctor' to see what is missing."),
                reason=reason[-1] if reason else Message(N_("no reason given")),
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
        """End the process and close its files."""
        self.close()
        self._stderr.close()


Ask = Callable[[list[tuple[int, Path]]], Iterator[tuple[int, dict[str, Any]]]]


@contextmanager
def _searchers(count: int) -> Iterator[Ask]:
    """A function that searches photos with `count` processes, which end with the block."""
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
