"""A reviewing process that is killed at any moment loses nothing that it acknowledged."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from labeltool.domain import Verdict
from labeltool.store import open_project
from tests.projects import make_project, propose, sql, verdicts

SINGLES = 400
BATCH = 10_000
KILLS = 10

REVIEW = """
import itertools, json, sys
from pathlib import Path
from labeltool.domain import Filter, Verdict
from labeltool.store import open_project

singles, batch = int(sys.argv[2]), int(sys.argv[3])
store = open_project(Path(sys.argv[1]))
verdicts = {row[0]: row[4] for row in store.faces.boxes()}
waiting = iter([face for face in range(1, singles + 1) if verdicts[face] == "unreviewed"])
both = ["excluded", "rejected"]
if verdicts[singles + 1] == "excluded":
    both.reverse()
faces = range(singles + 1, singles + batch + 1)
say = lambda *what: print(json.dumps(what), flush=True)
say("open")
for verdict in itertools.cycle(both):
    for face in itertools.islice(waiting, 8):
        store.reviews.decide("ann", [face], Verdict.ACCEPTED)
        say("face", face)
    say("begin", verdict)
    store.reviews.decide("ann", faces, Verdict(verdict))
    say("batch", verdict)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no kill -9")
@pytest.mark.timeout(200)
def test_a_killed_process_loses_nothing_acknowledged_and_leaves_no_half_batch(tmp_path):
    store = make_project(tmp_path / "p", SINGLES + BATCH)
    propose(store, range(1, SINGLES + 1))
    store.close()
    accepted: set[int] = set()
    batch, hit = "unreviewed", Counter()
    for kill in range(KILLS):
        lines = _killed(store.folder, random.Random(kill).uniform(0.0, 0.35))
        said = [json.loads(line) for line in lines]
        accepted |= {row[1] for row in said if row[0] == "face"}
        begun = [row[1] for row in said if row[0] == "begin"]
        acknowledged = [batch, *(row[1] for row in said if row[0] == "batch")]
        store = open_project(store.folder)
        now = verdicts(store)
        assert sql(store, "PRAGMA integrity_check") == [("ok",)]
        assert store.reviews.check() == []
        assert all(now[face - 1] is Verdict.ACCEPTED for face in accepted)
        (batch,) = set(now[SINGLES:])
        assert batch in (acknowledged[-1], begun[-1] if begun else None)
        hit["in a batch" if len(begun) == len(acknowledged) else "elsewhere"] += 1
        assert now[:SINGLES].count(Verdict.ACCEPTED) <= len(accepted) + kill + 1
        store.close()
    assert accepted
    assert hit["in a batch"] > 0


def _killed(folder: Path, seconds: float) -> list[bytes]:
    """Whole lines that a reviewing process said before it was killed, so long after it began."""
    command = [sys.executable, "-c", REVIEW, str(folder), str(SINGLES), str(BATCH)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b'["open"]\n'
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        lines = process.stdout.readlines()
        timer.join()
    assert process.returncode == -signal.SIGKILL
    return [line for line in lines if line.endswith(b"\n")]
