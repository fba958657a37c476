"""Looks for label files that a reader fails on: `python -m tests.fuzz FOLDER --seconds 600`.

Every label file below FOLDER is damaged in many ways and read. Allowed are a result and a
LabelError that names the file. Anything else, more than CPU_SECONDS or MEMORY_BYTES, or a crash is
printed for each place in the code, and its file is kept below --finds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np

from pipnet.data.images import PHOTO_SUFFIXES
from pipnet.formats.label_file import LabelError
from pipnet.formats.registry import read_labels

CPU_SECONDS = 8
MEMORY_BYTES = 6_000_000_000
MAX_SEED_BYTES = 400_000
"""Larger files are cut: damage at their end is like damage in the middle."""

TOKENS = [
    b"nan", b"NaN", b"inf", b"-Infinity", b"1e309", b"1e30", b"-1", b"0", b"4294967296",
    b"99999999999999999999", b"9" * 5000, b"1_0", b"null", b"true", b"[]", b"{}", b'""', b"''",
    b"[[[[[[[[[[", b"{" * 3000, b"[" * 100_000, b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r",
    b"\n\n\n", b"../../../../etc/passwd", b"C:\\a\\b.jpg", b"/etc/passwd", b'"', b"'", b"<",
    b">", b"&a;", b"&#0;", b"<!DOCTYPE a>", b",,,,", b"\t", b"\xed\xa0\x80", b'"\\ud800"',
    "é사".encode(), b"=", b":", b"- ", b"!!python/object:os.system", b"&a [*a]", b"}", b"]", b"{",
    b"http://[",
]  # fmt: skip
VALUES = [
    None, True, -1, 0, 1, 2**70, 1e308, float("nan"), float("inf"), "", "x", "../../x", "\ud800",
    [], {}, [[]], [None], {"": None}, [1, 2], [1, 2, 3], "1", "nan", -5, 0.5,
]  # fmt: skip


def damaged(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """One to four changes at random places."""
    if rng.random() < 0.4 and data.lstrip()[:1] in (b"{", b"["):
        with contextlib.suppress(ValueError, RecursionError):
            document = {"": json.loads(data)}
            for _ in range(rng.randint(1, 3)):
                _change_value(document, rng)
            return json.dumps(document[""]).encode("utf-8", "surrogatepass")
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        kind = rng.randrange(9)
        if kind == 0 and changed:
            changed[at % len(changed)] = rng.randrange(256)
        elif kind == 1:
            del changed[at : at + rng.choice([1, 2, 8, 100, 5000])]
        elif kind == 2:
            changed[at:at] = rng.choice(TOKENS)
        elif kind == 3:
            del changed[at:]
        elif kind == 4:
            part = changed[at : at + rng.choice([4, 40, 400])]
            changed[at:at] = part * rng.choice([1, 2, 30])
        elif kind == 5:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            changed[at:at] = other[start : start + rng.choice([10, 100, 1000])]
        elif kind == 6:
            numbers = list(re.finditer(rb"-?\d+(\.\d+)?", bytes(changed[at : at + 4000])))
            if numbers:
                found = rng.choice(numbers)
                changed[at + found.start() : at + found.end()] = rng.choice(TOKENS)
        elif kind == 7:
            lines = bytes(changed).split(b"\n")
            rng.shuffle(lines) if rng.random() < 0.2 else lines.pop(rng.randrange(len(lines)))
            changed = bytearray(b"\n".join(lines))
        elif changed:
            changed[at % len(changed)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _change_value(document: dict, rng: random.Random) -> None:
    node, key = document, ""
    while isinstance(node[key], dict | list) and node[key] and rng.random() < 0.9:
        node = node[key]
        key = rng.choice(list(node)) if isinstance(node, dict) else rng.randrange(len(node))
    kind = rng.randrange(4)
    if kind == 0 and isinstance(node, list):
        node.append(node[key])
    elif kind == 1 and (isinstance(node, list) or key):
        del node[key]
    else:
        node[key] = rng.choice(VALUES)


def problem_of(path: Path) -> str | None:
    """What is wrong with how this file was read, None if nothing is."""
    try:
        file = read_labels(path)
    except LabelError as error:
        return None if path.name in str(error) else f"a refusal without the name: {error}"
    except Exception as error:  # noqa: BLE001 - all that is looked for
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "/pipnet/" in frame.filename] or frames
        return (
            f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}: {error}"
        )
    for face in file.faces:
        if face.points.shape != (len(face.visibility), 2):
            return f"{file.format}: shape of the points {face.points.shape}"
        if not (np.isfinite(face.points).all(axis=1) == (face.visibility > 0)).all():
            return f"{file.format}: points and visibility disagree"
        if face.names is not None and len(face.names) != len(face.points):
            return f"{file.format}: {len(face.names)} names for {len(face.points)} points"
        if face.box is not None and not np.isfinite(face.box).all():
            return f"{file.format}: box {face.box}"
    return None


def seeds_of(folder: Path) -> list[Path]:
    """The label files below a folder."""
    return sorted(
        path for path in folder.rglob("*")
        if path.is_file() and path.suffix.lower() not in {*PHOTO_SUFFIXES, ".md"}
    )  # fmt: skip


def work(seeds: list[Path], place: Path, seconds: float, number: int, report: Path) -> None:
    """Damage and read until the time is over; one line of `report` for each problem."""
    rng = random.Random(number)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGPROF, _too_slow)
    contents = [path.read_bytes()[:MAX_SEED_BYTES] for path in seeds]
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        chosen = rng.randrange(len(seeds))
        # by suffix too: what is inside a file decides its format, not its name alone
        name = seeds[chosen].name if rng.random() < 0.9 else "a" + rng.choice(seeds).suffix
        path = place / name
        path.write_bytes(damaged(contents[chosen], contents, rng))
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        problem = problem_of(path)
        signal.setitimer(signal.ITIMER_PROF, 0)
        count += 1
        if problem is not None:
            kept = place / f"find{count}{path.suffix}"
            path.rename(kept)
            with report.open("a") as stream:
                stream.write(json.dumps([problem, str(kept), str(seeds[chosen])]) + "\n")
        else:
            path.unlink()
    with report.open("a") as stream:
        stream.write(json.dumps([None, count, ""]) + "\n")


def _too_slow(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"took more than {CPU_SECONDS} seconds")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--finds", type=Path, default=Path("finds"))
    parser.add_argument("--only", default="", help="part of the path of the files to damage")
    parser.add_argument("--start", type=int, default=0, help="another number, other damage")
    options = parser.parse_args()
    seeds = [path for path in seeds_of(options.folder) if options.only in str(path)]
    options.finds.mkdir(parents=True, exist_ok=True)
    known: dict[str, int] = {}
    end, number, total = time.monotonic() + options.seconds, options.start, 0
    while (left := end - time.monotonic()) > 0:
        place = Path(tempfile.mkdtemp())
        report = place / "report"
        number += 1
        child = os.fork()  # a reader may crash its process
        if child == 0:
            try:
                work(seeds, place, min(left, 60), number, report)
            finally:
                os._exit(0)
        status = os.waitpid(child, 0)[1]
        lines = (
            [json.loads(line) for line in report.read_text().splitlines()]
            if report.exists()
            else []
        )
        if os.WIFSIGNALED(status):
            left_over = [
                path for path in place.iterdir() if not path.name.startswith(("find", "report"))
            ]
            lines += [
                [f"crash by signal {os.WTERMSIG(status)}", str(path), ""] for path in left_over
            ]
        for problem, file, seed in lines:
            if problem is None:
                total += file
                continue
            kind = re.sub(r": .*", "", problem, flags=re.DOTALL)
            known[kind] = known.get(kind, 0) + 1
            if known[kind] <= 3:
                kept = options.finds / f"{number}_{Path(file).name}"
                shutil.move(file, kept)
                print(f"{problem[:300]}\n    {kept} (from {seed})", flush=True)
        shutil.rmtree(place)
    print(f"{total:,} files, {len(known)} kinds of problems: {known}", flush=True)
    sys.exit(bool(known))


if __name__ == "__main__":
    main()
