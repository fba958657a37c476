"""How long a folder of photos takes to be imported and predicted, beside another checkout."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

STEPS = ("import", "predict")
HERE = Path(__file__).resolve().parents[2]


class Cost(NamedTuple):
    wall: float
    busy: float


def folder(photos: Path, against: Path | None, times: int) -> None:
    """`labeltool import` and `predict` of the photos, each time into a new project.

    `against`: the root of another checkout, which takes turns with this one; the proposals of both
    are compared.
    """
    checkouts = [HERE] if against is None else [against.resolve(), HERE]
    print(f"\nlabeltool import and predict of {photos}")
    print("seconds, and of these on the processor (of all processes)")
    costs: dict[tuple[Path, str], list[Cost]] = {}
    with tempfile.TemporaryDirectory() as name:
        rows: dict[Path, dict[str, NDArray[np.float64]]] = {}
        for turn in range(times):
            for place, checkout in enumerate(checkouts):
                project = Path(name) / f"{place}-{turn}.lproj"
                cache = Path(name) / f"cache-{place}"  # so the first turn exports the network
                _run(checkout, cache, "new", project)
                for step in STEPS:
                    sources = [photos] if step == "import" else []
                    cost = _run(checkout, cache, step, project, *sources)
                    costs.setdefault((checkout, step), []).append(cost)
                    print(
                        f"{turn + 1} {checkout.name:16}{step:8}{cost.wall:8.1f}{cost.busy:8.1f}",
                        flush=True,
                    )
                out = project.with_suffix(".csv")
                _run(checkout, cache, "predictions", project, out, "--format", "csv")
                rows[checkout] = _points(out)
    if against is not None:
        _compare(*(rows[checkout] for checkout in checkouts))
        old, new = (
            Cost(*np.sum([np.median(costs[checkout, step], 0) for step in STEPS], 0))
            for checkout in checkouts
        )
        print(f"both steps, times as fast: {old.wall / new.wall:.2f}, {old.busy / new.busy:.2f}")


def _run(checkout: Path, cache: Path, *arguments: object) -> Cost:
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "labeltool", *map(str, arguments)],
        check=True, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(checkout), "XDG_CACHE_HOME": str(cache)},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(time.perf_counter() - began, busy)


def _points(file: Path) -> dict[str, NDArray[np.float64]]:
    """The landmarks of every face, (N, 2), by photo and box."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    first = header.index("expected_error_px") + 1
    x, y = (
        [i for i in range(first, len(header)) if header[i].endswith(end)] for end in ("_x", "_y")
    )
    box = [header.index(f"box_{name}") for name in "xywh"]
    return {
        " ".join([row[0], *(row[i] for i in box)]): np.array(
            [[row[i] for i in x], [row[i] for i in y]], np.float64
        ).T
        for row in rows
    }


def _compare(before: dict[str, NDArray[np.float64]], after: dict[str, NDArray[np.float64]]) -> None:
    both = sorted(before.keys() & after.keys())
    off = np.array([np.abs(before[face] - after[face]).max() for face in both])
    print(
        f"faces: {len(before)} before, {len(after)} now, {len(both)} with the same box; of these, "
        f"the landmark that is furthest off is {off.max():.3f} px off, and in "
        f"{int((off > 0.1).sum())} faces one is more than 0.1 px off"
    )
