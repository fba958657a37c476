"""A round's worker without a network: `python fake_worker.py worker FOLDER`.

The environment variable FAKE_WORKER sets its behaviour: ok (proposes the box's corners for every
face), fail, silent (exits without an event), hang (works until cancelled or killed), slow (reports
progress until it is stopped early, then continues as ok), damaged (writes unreadable results),
unreadable (as ok, without the photos of faces 1 and 5, which are truncated), unreadable-fail,
fail-expected (as fail, with an error that needs no log), die-once (dies while it trains; another
worker goes on), die (so do all that follow). FAKE_RESULTS: JSON that is added to the results of a
training.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from labeltool.domain import Cancelled, Message
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.rounds.run_tables import FaceTable

CHUNK = 2


def work(folder: RunFolder, behaviour: str) -> int:
    folder.report(Event("started", detail="fake"))
    try:
        if folder.tables.labels() is not None:
            _train(folder, behaviour)
        chunks = _predict(folder, _unreadable(folder) if "unreadable" in behaviour else {})
    except Cancelled:
        folder.report(Event("cancelled"))
        return 0
    if "fail" in behaviour:
        print("fake worker: a reason in the log", flush=True)
        expected = behaviour == "fail-expected"
        folder.report(Event("failed", reason=Message("It failed on purpose."), expected=expected))
        return 1
    if behaviour == "damaged":
        (folder.path / chunks[-1]).write_bytes(b"")
    folder.write_results(
        {
            "digest": _digest(folder), "chunks": chunks, "device": "cpu", "host": platform.node(),
            "train_images_per_second": 20.0, "predict_faces_per_second": 30.0,
        } | json.loads(os.environ.get("FAKE_RESULTS", "{}") if folder.model.exists() else "{}")
    )  # fmt: skip
    folder.report(Event("finished"))
    return 0


def _digest(folder: RunFolder) -> str:
    return hashlib.sha256(folder.model.read_bytes()).hexdigest() if folder.model.exists() else ""


def _train(folder: RunFolder, behaviour: str) -> None:
    training = folder.path / "training"
    if behaviour == "die" or (behaviour == "die-once" and not training.exists()):
        training.mkdir(exist_ok=True)
        os.kill(os.getpid(), signal.SIGKILL)
    step = 0
    while behaviour in ("hang", "slow") and not folder.should_stop_early:
        step += 1
        folder.wait_while_paused()
        folder.report(Event("progress", "train", step, 1000, 5.0, {"total": 1 / step}))
        time.sleep(0.02)
    about = {"scheme": json.loads(folder.spec()["scheme"]), "folder": folder.path.name}
    save_file({}, folder.model, {"pipnet": json.dumps(about)})


def _unreadable(folder: RunFolder) -> dict[int, str]:
    faces, photos = folder.tables.faces(), folder.tables.photos()
    places = faces.photos[np.isin(faces.ids, (1, 5))].tolist()
    problems = {
        place: Message("{photo} is truncated", photo=photos[place].name) for place in places
    }
    folder.write_problems(problems)
    return problems


def _predict(folder: RunFolder, without: dict[int, str]) -> list[str]:
    faces = folder.tables.faces()
    used = ~np.isin(faces.photos, list(without))
    faces = FaceTable(faces.ids[used], faces.photos[used], faces.boxes[used], faces.kinds[used])
    count = len(folder.spec()["scheme"].split('"names": [')[1].split("]")[0].split(","))
    chunks = []
    for start in range(0, len(faces.ids), CHUNK):
        part = slice(start, start + CHUNK)
        x, y, w, h = faces.boxes[part].T
        corners = np.stack([np.stack([x, y], -1), np.stack([x + w, y + h], -1)], 1)
        size = len(x)
        name = f"predictions-{len(chunks):05d}.npz"
        folder.write_predictions(
            name,
            is_offered="detector" not in folder.spec(),
            faces=faces.ids[part],
            points=np.stack([np.resize(face, (count, 2)) for face in corners]),
            scores=np.full((size, count), 0.9, np.float32),
            score=np.full(size, 0.9),
            spread=np.full(size, 0.05),
        )
        chunks.append(name)
        folder.report(Event("progress", "predict", start + size, len(faces.ids)))
    return chunks


def main() -> int:
    behaviour = os.environ.get("FAKE_WORKER", "ok")
    if behaviour == "silent":
        return 0
    folder = RunFolder(Path(sys.argv[2]))
    with folder.hold_lock():
        return work(folder, behaviour)


if __name__ == "__main__":
    sys.exit(main())
