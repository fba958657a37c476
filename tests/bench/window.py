"""The whole window against the budget, every view open, photos of 24 megapixels.

Each size runs in a process of its own, for its memory. What the window's thread waits for other
programs counts in the first table and not in the second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from labeltool.domain import Filter, Verdict
from tests.bench.gallery import apart, pictures
from tests.bench.review import BATCH, POINTS, Rows, busy, generate, results, table

LARGE = (6000, 4000)

BUDGETS = {  # name: (milliseconds, or megabytes of memory, which of them must stay below)
    "open, to the photo": (2000, "max"),
    "next face": (50, "p95"),
    "accept, the decision": (20, "p99"),
    "accept, to the next face": (50, "p95"),
    "accept, results coming in": (20, "p99"),
    "accept, another process takes in": (20, "p99"),
    "filter: unreviewed": (300, "max"),
    "filter: error, largest first": (300, "max"),
    "sort: expected error": (300, "max"),
    "search: file name": (300, "max"),
    "box drawn, to its proposal": (1000, "max"),
    f"batch of {BATCH:,}": (1500, "max"),
    "its undo": (1500, "max"),
    "memory, MB": (1000, "max"),
}


def window(sizes: list[int]) -> None:
    """Print both tables."""
    tables = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "p"
            generate(project, size)
            # a file can have 65,000 links
            pictures(project / "photos", size, LARGE, different=4)
            model(project / "rounds" / "none")
            os.sync()  # or the first decisions would wait for all this to be written
            tables.append(apart("window", "measure", folder))
    words = f"every view, 24-megapixel photos, {POINTS} landmarks, ms"
    table(f"window, {words}", sizes, [made["took"] for made in tables], BUDGETS)
    table("of that, computing by the window's thread", sizes, [made["own"] for made in tables])


def model(folder: Path) -> None:
    """A network as a round leaves it, with weights by chance."""
    from labeltool.rounds.run_folder import RunFolder
    from pipnet.data.crop import CropConvention
    from pipnet.data.scheme import Scheme
    from pipnet.export.onnx import export_onnx
    from pipnet.models.checkpoint import Checkpoint
    from pipnet.models.heads import PIPNet

    folder.mkdir(parents=True)
    network = PIPNet("mobilenet_v2", POINTS).eval()
    face = np.random.default_rng(0).random((POINTS, 2))
    scheme = Scheme.numbered("bench", POINTS)
    export_onnx(Checkpoint(network, scheme, face, CropConvention()), RunFolder(folder).onnx)


class Clock:
    """Takes the time of what a person does, until it is painted."""

    def __init__(self, events: Callable[[], None]) -> None:
        self.took: Rows = {}
        self.own: Rows = {}
        self.memory: list[float] = []
        self._events, self._process = events, psutil.Process()

    def time(self, name: str, work: Callable[[], object], painted: str = "") -> None:
        """Milliseconds of some work under its name, and until it is painted under the other."""
        self.memory.append(self._process.memory_info().rss / 1e6)
        began = time.perf_counter(), time.thread_time()
        work()
        for at in (name, painted):
            if at == painted:
                self._events()
            if at:
                self.took.setdefault(at, []).append((time.perf_counter() - began[0]) * 1000)
                self.own.setdefault(at, []).append((time.thread_time() - began[1]) * 1000)

    def until(self, done: Callable[[], object], seconds: float = 60.0) -> None:
        """Let the window work."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise TimeoutError
            self._events()
            time.sleep(0.001)

    def rest(self, seconds: float) -> None:
        """As a person does between two keys."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)


def measure(folder: str) -> None:
    """Do everything on one project, then print the rows as one line of JSON."""
    from PySide6.QtWidgets import QApplication

    from labeltool.app import App, configure_process
    from labeltool.gui import theme
    from labeltool.gui.settings import Settings

    configure_process()
    application = QApplication([])
    theme.apply(application, "light")
    clock = Clock(application.processEvents)
    app = App(Settings())

    def opened() -> None:
        made = app.open(Path(folder) / "p")
        assert made is not None
        clock.until(lambda: made.views.canvas.photo is not None)

    clock.time("open, to the photo", opened)
    work = app.window
    work.resize(1920, 1080)
    session, desk = work.session, work.session.desk

    def ready(ahead: int = 1) -> None:
        """The next photo is decoded."""
        near = session.store.faces.photo_files(desk.queue.faces[desk.queue.index + ahead :][:1])
        clock.until(lambda: all(work.views.photos.get(photo)[0] is not None for photo in near))
        clock.rest(0.05)

    def show(wanted: Filter) -> Callable[[], None]:
        return partial(session.show, wanted)

    for _ in range(40):
        ready()
        clock.time("", partial(work.commands.trigger, "next"), "next face")
    for _ in range(300):  # of a hundred, 99 % would be the slowest one
        ready()
        clock.time(
            "accept, the decision",
            partial(work.commands.trigger, "accept"),
            "accept, to the next face",
        )
    for name, wanted in (
        ("filter: unreviewed", Filter("unreviewed")),
        ("filter: error, largest first", Filter(error=(0.01, 0.09), order="error")),
        ("sort: expected error", Filter(order="error")),
        ("search: file name", Filter(text="0001")),
    ):
        for _ in range(5):
            clock.rest(0.5)
            clock.time("", show(wanted), name)
            clock.rest(0.5)
            show(Filter())()

    def boxed() -> None:
        work.views.canvas.box_editor.drawn.emit(1000.0, 800.0, 900.0, 1100.0)
        clock.until(lambda: desk.face is not None and desk.face.prediction is not None)

    for _ in range(10):
        clock.rest(0.5)
        clock.until(lambda: work.views.canvas.photo is not None)
        clock.time("", boxed, "box drawn, to its proposal")
    many = session.store.queue.ids(Filter("unreviewed"))[:BATCH]
    plan = desk.batches.plan(many, Verdict.ACCEPTED)
    decide = partial(
        desk.batches.decide, Verdict.ACCEPTED, plan.waiting, lambda _done, _total: None
    )
    clock.time("", partial(session.writes.submit_for_face, decide), f"batch of {BATCH:,}")
    clock.rest(1)

    def undone() -> None:
        waiting = desk.counts.unreviewed
        work.commands.trigger("undo")
        clock.until(lambda: desk.counts.unreviewed != waiting)

    clock.time("", undone, "its undo")
    clock.rest(1)

    def deciding(name: str, going_on: Callable[[], bool]) -> None:
        while going_on():
            clock.rest(0.05)
            clock.time(name, partial(work.commands.trigger, "accept"))

    some = session.store.queue.ids(Filter())[:20_000]
    results(session.store, some, "here")
    session.round.rounds.follower.attach()
    session.round._take(session.round._take_in)
    deciding("accept, results coming in", lambda: session.round.is_taking)
    results(session.store, some, "there")
    code = "import sys, tests.bench.review as r; r.take_there(sys.argv[1])"
    other = subprocess.Popen([sys.executable, "-c", code, str(session.store.folder)])
    with busy(lambda: None, lambda: other.poll() is None, other.wait) as is_busy:
        deciding("accept, another process takes in", is_busy)
    clock.took["memory, MB"] = clock.memory
    work.close()
    print(json.dumps({"took": clock.took, "own": clock.own}))
