"""The store and the desk against the budget, on projects that are generated here.

Each group is a function from a project to rows: name -> milliseconds. A row's budget stands in
BUDGETS; rows without one are there to compare sizes.
"""

from __future__ import annotations

import contextlib
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from labeltool.domain import Batch, Filter, RoundKind, Verdict
from labeltool.review.desk import Desk
from labeltool.rounds.controller import Rounds
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import freeze_faces
from labeltool.store import Store, create_project, open_project
from labeltool.store.arrays.array_types import ScoresType
from pipnet.data.scheme import Scheme

POINTS = 98
BATCH = 10_000
Rows = dict[str, list[float]]
Budgets = dict[str, tuple[float, str]]

BUDGETS: Budgets = {  # name: (milliseconds, which of the measurements must stay below)
    "open": (2000, "max"),
    "accept and next": (20, "p99"),
    "accept, results coming in": (20, "p99"),
    "accept, another process takes in": (20, "p99"),
    "next face": (50, "p95"),
    "sort: expected error": (300, "max"),
    "sort: change": (300, "max"),
    "sort: last decided": (300, "max"),
    "filter: unreviewed": (300, "max"),
    "filter: error, folder, reviewer": (300, "max"),
    "search: file name": (300, "max"),
    "search: two letters": (300, "max"),
    f"batch of {BATCH:,}": (1500, "max"),
    "its undo": (1500, "max"),
}


def review(sizes: list[int]) -> None:
    """Print the table: a row each, sizes side by side, the budget and whether it was kept."""
    tables = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            generate(Path(folder) / "p", size)
            print(f"{size:,} faces generated in {time.perf_counter() - began:.0f} s", flush=True)
            tables.append(measure(Path(folder) / "p"))
    words = f"{POINTS} landmarks, half of the faces reviewed"
    table(f"store and desk, ms; {words}", sizes, tables, BUDGETS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'memory of this process, MB':34}{'max 1000':>13}{peak:>36.0f}")


def table(title: str, sizes: list[int], rows: list[Rows], budgets: Budgets | None = None) -> None:
    """Print the sizes side by side, each row beside its budget; ! marks what is over it."""
    print(f"\n{title}: median, p95, p99, max")
    print(f"{'':34}{'budget':>13}" + "".join(f"{f'{size:,} faces':>36}" for size in sizes))
    for name in rows[-1]:
        limit, which = (budgets or {}).get(name, (None, ""))
        budget = "" if limit is None else f"{which} {limit}"
        cells = "".join(f"{_cell(row[name], limit, which):>36}" for row in rows)
        print(f"{name:34}{budget:>13}{cells}")


def measure(folder: Path) -> Rows:
    """Every group on one project."""
    rows = opening(folder)
    store = open_project(folder)
    try:
        desk = Desk(store, "bench")
        for group in (deciding, lists, batches, taking_in):
            rows |= group(store, desk)
    finally:
        store.close()
    return rows


def opening(folder: Path) -> Rows:
    """From the file to a desk with a face on it."""

    def work() -> None:
        store = open_project(folder)
        Desk(store, "bench")
        store.close()

    return {"open": timed(work, 3)}


def deciding(_store: Store, desk: Desk) -> Rows:
    """One face at a time, with all that the window has the desk do."""
    return {
        "accept and next": timed(lambda: desk.refresh(desk.accept().changes), 400),
        "next face": timed(desk.queue.next, 200),
        "undo": timed(lambda: desk.refresh(desk.undo_stack.undo().changes), 100),
    }


def lists(store: Store, desk: Desk) -> Rows:
    """Filters, orders, counts."""
    rows: Rows = {}
    for name, wanted in (
        ("filter: unreviewed", Filter("unreviewed")),
        (
            "filter: error, folder, reviewer",
            Filter(error=(0.01, 0.09), folder="1/set", reviewer="others", order="error"),
        ),
        ("sort: expected error", Filter(order="error")),
        ("sort: change", Filter(order="change", descending=True)),
        ("sort: last decided", Filter(order="time")),
        ("search: file name", Filter(text="0001")),
        ("search: every name", Filter(text=".jpg", order="error")),
        ("search: two letters", Filter(text="01")),
    ):
        rows[name] = timed(lambda w=wanted: desk.queue.set_filter(w), 5)
    desk.queue.set_filter(Filter())
    rows["rows of a page"] = timed(lambda: store.queue.rows(desk.queue.faces[:200]), 20)
    rows["counts"] = timed(store.queue.counts, 20)
    rows["counts under a filter"] = timed(lambda: store.queue.facets(Filter(text="01")), 5)
    return rows


def batches(store: Store, desk: Desk) -> Rows:
    """Ten thousand faces at once, and back."""
    many = store.queue.ids(Filter("unreviewed"))[:BATCH]
    plans: list[Batch] = []

    def decide() -> None:
        desk.refresh(
            desk.batches.decide(
                Verdict.ACCEPTED, plans[0].waiting, lambda _done, _total: None
            ).changes
        )

    return {
        "what it would do": timed(
            lambda: plans.append(desk.batches.plan(many, Verdict.ACCEPTED)), 1
        ),
        f"batch of {BATCH:,}": timed(decide, 1),
        "its undo": timed(lambda: desk.refresh(desk.undo_stack.undo().changes), 1),
    }


def taking_in(store: Store, desk: Desk) -> Rows:
    """Decisions while a round's results come in: in a thread, and in another process."""
    rows: Rows = {}
    round_id = results(store, store.queue.ids(Filter())[:20_000], "thread")
    thread = threading.Thread(target=take, args=(store,))
    with busy(thread.start, thread.is_alive, thread.join) as is_busy:
        rows["accept, results coming in"] = deciding_while(desk, is_busy)
    assert store.queue.shown_rounds()[round_id]
    round_id = results(store, store.queue.ids(Filter())[:20_000], "process")
    code = "import sys, tests.bench.review as r; r.take_there(sys.argv[1])"
    process = subprocess.Popen([sys.executable, "-c", code, str(store.folder)])
    with busy(lambda: None, lambda: process.poll() is None, process.wait) as is_busy:
        rows["accept, another process takes in"] = deciding_while(desk, is_busy)
    assert store.queue.shown_rounds()[round_id]
    return rows


def deciding_while(desk: Desk, is_busy: Callable[[], bool]) -> list[float]:
    """Accepts at the pace of a quick person, as long as something goes on."""
    rows = []
    while is_busy():
        rows += timed(lambda: desk.refresh(desk.accept().changes), 1)
        time.sleep(0.03)
    return rows


@contextlib.contextmanager
def busy(
    start: Callable[[], object], is_busy: Callable[[], bool], wait: Callable[[], object]
) -> Iterator[Callable[[], bool]]:
    """Something that goes on meanwhile."""
    start()
    try:
        yield is_busy
    finally:
        wait()


def results(store: Store, faces: list[int], name: str) -> int:
    """A finished training whose proposals wait to be taken in."""
    folder = RunFolder(store.folder / "rounds" / name)
    folder.create({}, *freeze_faces(store, store.faces.boxes()))
    rng = np.random.default_rng(1)
    chunks = []
    for begin in range(0, len(faces), 256):
        ids = np.array(faces[begin : begin + 256], np.int64)
        chunks.append(f"predictions-{begin}.npz")
        folder.write_predictions(
            chunks[-1], faces=ids, points=rng.random((len(ids), POINTS, 2)) * 200 + 100,
            scores=np.ones((len(ids), POINTS), np.float32), score=rng.random(len(ids)),
            spread=rng.random(len(ids)), error=rng.random(len(ids)) / 10,
            errors=rng.random((len(ids), POINTS)).astype(np.float32) / 10,
        )  # fmt: skip
    folder.write_results({"digest": name, "chunks": chunks})
    return store.rounds.add(RoundKind.TRAIN, "std", f"rounds/{name}", {"manual": 0})


def take(store: Store) -> None:
    """Take the waiting results in."""
    rounds = Rounds(store)
    rounds.follower.attach()
    rounds.ingest.add_results()


def take_there(folder: str) -> None:
    """`take` in a process of its own."""
    store = open_project(Path(folder))
    take(store)
    store.close()


def timed(work: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each of so many calls."""
    rows = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        rows.append((time.perf_counter() - began) * 1000)
    return rows


def _cell(rows: list[float], limit: float | None, which: str) -> str:
    rows = sorted(rows)
    marks = {
        "median": statistics.median(rows),
        "p95": rows[int(len(rows) * 0.95)],
        "p99": rows[int(len(rows) * 0.99)],
        "max": rows[-1],
    }
    over = limit is not None and marks[which] > limit
    return " ".join(f"{value:7.1f}" for value in marks.values()) + (" !" if over else "  ")


def generate(folder: Path, size: int) -> None:
    """A project of `size` faces with 98 landmarks, half of them reviewed.

    Rows are written past the store, which would take minutes: it is made for photos that are
    searched one by one.
    """
    store = create_project(folder, Scheme.numbered("bench", POINTS))
    root = store.photos.add_root(folder / "photos")
    store.photos.add(root, [(f"set{i // 1000:03d}/{i:06d}.jpg", 1) for i in range(size)])
    round_id = store.rounds.add(RoundKind.PREDICT, "", "rounds/none", {})
    store.rounds.set_model(round_id, "bench", "bench")
    points = np.random.default_rng(0).random((POINTS, 2)) * 200 + 100
    made = {
        "round": round_id, "points": points.astype("<f8").tobytes(),
        "scores": np.ones(POINTS, ScoresType.stored).tobytes(),
        "errors": np.linspace(0, 0.1, POINTS).astype(ScoresType.stored).tobytes(),
    }  # fmt: skip
    with store._database.write() as connection:
        for statement in (
            "UPDATE photo SET searched = 1, sha256 = '0', width = 640, height = 480",
            "INSERT INTO face (id, photo_id, x, y, w, h, kind, confidence) "
            "SELECT id, id, 100, 100, 200, 200, 'detected', 0.9 FROM photo",
            "INSERT INTO prediction (face_id, round_id, points, scores, score, spread, change, "
            "errors, error) SELECT id, :round, :points, :scores, abs(random()) / 9.3e18, "
            "abs(random()) / 9.3e18, abs(random()) / 9.3e18, :errors, abs(random()) / 9.3e19 "
            "FROM face",
        ):
            connection.exec_driver_sql(statement, made)
    store.rounds.finish(round_id, {}, visible=False)
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE round SET sequence = 1")
    store.check(repair=True)
    faces = store.queue.ids(Filter())
    for begin in range(0, size, 100):
        store.decisions.decide("others", faces[begin : begin + 50], Verdict.ACCEPTED)
    store.close()
