"""Trainings as real processes: killed and resumed, several at once, and self-training."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pipnet.data.images import find_photos
from pipnet.data.pts import format_pts
from pipnet.models.checkpoint import Checkpoint, load
from tests.pipnet.drawn import FACE, draw

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
PIPNET = (sys.executable, "-m", "pipnet")
TORCHRUN = (
    sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
)  # fmt: skip


def start(words: Sequence[object], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(
            list(map(str, words)), stdout=file, stderr=file, env=ENVIRONMENT
        )  # fmt: skip


def finish(words: Sequence[object], log: Path) -> None:
    assert start(words, log).wait() == 0, log.read_text("utf-8", "replace")[-2000:]


def killed(words: Sequence[object], log: Path, when: Callable[[], bool], delay: float) -> bool:
    """Start, wait for the moment and so many seconds more, kill; whether it was still alive."""
    process = start(words, log)
    try:
        while process.poll() is None and not when():
            time.sleep(0.002)
        end = time.monotonic() + delay
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        alive = process.poll() is None
    finally:
        process.kill()
        process.wait()
    assert alive or process.returncode == 0, log.read_text("utf-8", "replace")[-2000:]
    return alive


def rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def same(one: Checkpoint, two: Checkpoint) -> bool:
    states = one.network.state_dict(), two.network.state_dict()
    return all(torch.equal(states[0][key], states[1][key]) for key in states[0])


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Six labelled photos of a drawn face of five points."""
    folder, rng = tmp_path / "photos", np.random.default_rng(5)
    folder.mkdir()
    for number in range(6):
        points = FACE * rng.uniform(50, 70) + rng.uniform(15, 30, 2) + rng.normal(0, 1, (5, 2))
        path = folder / f"face{number}.png"
        Image.fromarray(draw(points, (110, 120))).save(path)
        path.with_suffix(".pts").write_text(format_pts(points), encoding="ascii")
    return folder


@pytest.fixture
def scheme(tmp_path: Path) -> Path:
    path = tmp_path / "five.toml"
    path.write_text("landmarks = 5\nflip = [1, 0, 2, 4, 3]\nnme_pair = [0, 1]\n")
    return path


@pytest.mark.parametrize("preset", ["best", "paper"])
def test_a_repeatedly_killed_training_gives_the_same_model(
    photos: Path, scheme: Path, tmp_path: Path, preset: str
) -> None:
    log, whole, out = tmp_path / "log", tmp_path / "whole", tmp_path / "killed"
    words = [
        *PIPNET, "train", "--data", photos, "--scheme", scheme, "--neighbours", 0,
        "--epochs", 4, "--batch", 3, "--preset", preset,
    ]  # fmt: skip
    finish([*words, "--out", whole], log)

    def beyond(name: str) -> Callable[[], bool]:
        """When a new version of this file is there."""
        file = out / name
        before = file.stat().st_mtime_ns if file.exists() else None
        return lambda: file.exists() and file.stat().st_mtime_ns != before

    dice, kills = random.Random(preset), 0
    for name in ("model.safetensors", "log.jsonl", "state.pt"):
        again = ["--resume"] if out.exists() else []
        delay = dice.choice([0.0, 0.02, dice.uniform(0, 0.5)])
        kills += killed([*words, "--out", out, *again], log, beyond(name), delay)
        if (out / "model.safetensors").exists():
            assert load(out / "model.safetensors").summary["epochs_done"] >= 1
    assert kills >= 2
    finish([*words, "--out", out, "--resume"], log)
    assert same(load(whole / "model.safetensors"), load(out / "model.safetensors"))
    wanted, found = (
        [{k: v for k, v in row.items() if k != "time"} for row in rows(folder / "log.jsonl")]
        for folder in (whole, out)
    )
    assert [row["epoch"] for row in found] == [1, 2, 3, 4]
    assert found == wanted


def test_two_processes_share_one_training_folder(
    photos: Path, scheme: Path, tmp_path: Path
) -> None:
    out, log = tmp_path / "run", tmp_path / "log"
    words = [
        *TORCHRUN, "-m", "pipnet", "train", "--data", photos, "--out", out, "--scheme", scheme,
        "--neighbours", 0, "--epochs", 3, "--batch", 1, "--holdout", 0.5, "--patience", 9,
    ]  # fmt: skip
    finish(words, log)
    assert [row["epoch"] for row in rows(out / "log.jsonl")] == [1, 2, 3]
    assert [row["epoch"] for row in rows(out / "held_out.jsonl")] == [1, 2, 3]
    assert load(out / "model.safetensors").scheme.count == 5
    assert sorted(file.name for file in out.iterdir()) == [
        "best.safetensors", "held_out.jsonl", "log.jsonl", "model.safetensors", "state.pt",
    ]  # fmt: skip
    assert log.read_text("utf-8").count("Wrote ") == 1
    kept = (out / "model.safetensors").read_bytes()
    finish([*words, "--resume"], log)
    assert (out / "model.safetensors").read_bytes() == kept
    assert len(rows(out / "log.jsonl")) == 3


SCRIPT = """
import os, sys
from pathlib import Path
import numpy as np, torch
from torch import distributed
from pipnet.training.augment import NONE
from pipnet.models.checkpoint import Checkpoint
from pipnet.data.boxes import tight_box
from pipnet.data.crop import CropConvention
from pipnet.training.loader import Sample
from pipnet.data.labelled_faces import load_labelled
from pipnet.models.heads import PIPNet
from pipnet.training import step as training
from pipnet.training.config import TrainConfig
from pipnet.training.trainer import train
from tests.pipnet.drawn import FACE, FIVE

training.is_bfloat16_fast = lambda device: False  # bfloat16 would hide what differs
photos, out, batch = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if "WORLD_SIZE" in os.environ:
    distributed.init_process_group("gloo")
# with weights whose activations keep clear of 0, where rounding would switch a ReLU
torch.manual_seed(1)
start = Checkpoint(PIPNet("resnet18", 5, 3), FIVE, FACE, CropConvention(side=64))
samples = [
    Sample(Path(face.photo), face.points, (tight_box(face.points),))
    for face in load_labelled(photos)
]
config = TrainConfig(
    epochs=3, batch=batch, lr=1e-4, warmup_steps=0, ema_decay=0.0, freeze_batch_norm=True,
    weight_decay=0.0,
)
before = {key: value.clone() for key, value in start.network.export_state().items()}
after = train(start, samples, config, out=out, augmentation=NONE).network.export_state()
if not distributed.is_initialized() or distributed.get_rank() == 0:
    torch.save({key: after[key] - before[key] for key in after}, out / "moved.pt")
if distributed.is_initialized():
    distributed.destroy_process_group()
"""


def test_two_processes_equal_one_with_twice_the_batch_size(photos: Path, tmp_path: Path) -> None:
    script, log = tmp_path / "script.py", tmp_path / "log"
    script.write_text(SCRIPT, encoding="utf-8")
    one, two = tmp_path / "one", tmp_path / "two"
    finish([sys.executable, script, photos, one, 2], log)
    finish([*TORCHRUN, script, photos, two, 1], log)
    moved, found = (torch.load(out / "moved.pt", weights_only=True) for out in (one, two))
    changed = [key for key, value in moved.items() if value.any()]
    assert len(changed) > 60
    for key in moved:
        off = float((found[key] - moved[key]).float().norm())
        assert off <= 0.01 * float(moved[key].float().norm()), f"{key}: {off}"


@pytest.mark.shared
def test_self_training_on_real_faces(shared: Path, tmp_path: Path) -> None:
    """Killed at three tasks of it, and the same in the end as in one go."""
    labels, unlabelled, log = tmp_path / "labels", tmp_path / "unlabelled", tmp_path / "log"
    labels.mkdir()
    unlabelled.mkdir()
    for photo in find_photos(shared / "faces" / "helen")[0][:4]:
        shutil.copy(photo, labels)
        shutil.copy(photo.with_suffix(".pts"), labels)
    frames = find_photos(shared / "faces" / "ytf_unlabeled")[0][:3]
    for photo in frames:
        shutil.copy(photo, unlabelled)
    words = [
        *PIPNET, "selftrain", "--labels", labels, "--unlabelled", unlabelled, "--epochs", 1,
        "--start", shared / "weights" / "mobilenet_v2-b0353104.pth",
    ]  # fmt: skip
    whole, cut, kills = tmp_path / "whole", tmp_path / "cut", 0
    finish([*words, "--out", whole], log)

    def there(name: str) -> Callable[[], bool]:
        return lambda: (cut / name).exists()

    for name in ("stage-0/log.jsonl", "stage-2/pseudo.npz", "stage-4/model.safetensors"):
        kills += killed([*words, "--out", cut], log, there(name), 0.0)
    assert kills == 3
    finish([*words, "--out", cut], log)
    assert same(load(whole / "model.safetensors"), load(cut / "model.safetensors"))
    ledgers = []
    for folder in (whole, cut):
        with (folder / "ledger.csv").open(encoding="utf-8", newline="") as file:
            ledgers.append(list(csv.DictReader(file)))
    assert ledgers[0] == ledgers[1]
    tasks = Counter((row["stage"], row["task"]) for row in ledgers[0])
    faces = tasks["1", "cls3"]
    assert faces >= 0.95 * len(frames), "nearly every frame shows a face"
    assert tasks == {
        (str(stage), task): faces
        for stage, task in enumerate(("cls3", "cls2", "std", "std", "std"), 1)
    }
    places = Counter((row["stage"], row["photo"], row["x"], row["y"]) for row in ledgers[0])
    assert set(places.values()) == {1}, "one row for every pseudo-label and task"
    for row in ledgers[0]:
        assert np.isfinite(float(row["score"]))
        assert np.isfinite(float(row["moved"])) == (row["stage"] != "1")
