"""`make bench`: how fast the project is, on what it generates itself.

    python -m tests.bench.main [start] [review] [window] [held] [gallery] [beside] [train] [predict]
                               [folder] [exchange] [kill] [--faces N ...]
                               [--photos FOLDER] [--against CHECKOUT] [--times N]

Times depend on the machine and on what else it does; compare rows of one run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        default=[
            "start",
            "review",
            "window",
            "held",
            "gallery",
            "beside",
            "train",
            "predict",
            "errors",
            "folder",
            "exchange",
            "kill",
        ],
    )
    parser.add_argument("--faces", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    parser.add_argument("--photos", type=Path, help="of `folder`; the shipped pictures otherwise")
    parser.add_argument(
        "--against", type=Path, help="of `folder`: another checkout to compare with"
    )
    parser.add_argument("--times", type=int, default=3, help="of `folder`: turns")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    if "start" in arguments.what:
        start()
    if "review" in arguments.what:
        from tests.bench.review import review

        review(arguments.faces)
    if "window" in arguments.what:
        from tests.bench.window import window

        window(arguments.faces)
    if "held" in arguments.what:
        from tests.bench.held_key import held_key

        held_key()
    if "gallery" in arguments.what:
        from tests.bench.gallery import gallery

        gallery(arguments.faces)
    if "beside" in arguments.what:
        from tests.bench.beside import beside

        beside()
    if "train" in arguments.what:
        train()
    if "predict" in arguments.what:
        predict()
    if "errors" in arguments.what:
        expected_errors()
    if "folder" in arguments.what:
        from pipnet import resources
        from tests.bench.folder import folder

        photos = (arguments.photos or resources.path("sample")).resolve()
        folder(photos, arguments.against, arguments.times)
    if "exchange" in arguments.what:
        from tests.bench.exchange import exchange

        exchange(100_000)
    if "kill" in arguments.what:
        kill()


def timed(work: Callable[[], object], times: int) -> list[float]:
    rows = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        rows.append((time.perf_counter() - began) * 1000)
    return rows


def spread(rows: list[float]) -> str:
    rows = sorted(rows)
    return f"{statistics.median(rows):8.1f} {rows[int(len(rows) * 0.95)]:8.1f} {rows[-1]:8.1f}"


def start() -> None:
    code = (
        "import time; t = time.perf_counter()\n"
        "import sys, labeltool.app as a\n"
        "from PySide6.QtWidgets import QApplication\n"
        "q = QApplication([]); a.theme.apply(q, 'light'); w = a.App(a.Settings()).show_welcome()\n"
        "q.processEvents(); print(time.perf_counter() - t, 'torch' in sys.modules)"
    )
    rows = []
    for _ in range(5):
        out = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        ).stdout.split()  # fmt: skip
        assert out[1] == "False"
        rows.append(float(out[0]))
    print(f"\nwelcome page shown after {statistics.median(rows):.2f} s (median of 5 starts)")


def train() -> None:
    """Our training loop beside a plain eager fp32 NCHW loop of the same network, each in a process
    of its own, the plain one before and after ours."""
    print("\ntraining, images/s, 256x256, batch 16, augmentation included")
    for name in ("mobilenet_v2", "resnet18"):
        first = _alone(_plain_loop, name)
        rows = {"ours": _alone(_our_loop, name, 0)}
        if name == "mobilenet_v2":
            kept = "ours, first 4 stages kept (best on a CPU)"
            rows[kept] = _alone(_our_loop, name, 4)
        base = statistics.mean([first, _alone(_plain_loop, name)])
        for what, speed in {"plain eager fp32 NCHW": base, **rows}.items():
            print(f"{name:14}{what:44}{speed:8.1f}{speed / base:8.2f}x")


def _alone(work: Callable[..., float], *arguments: object) -> float:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _people() -> list[Any]:
    from pipnet import resources
    from pipnet.data.boxes import tight_box
    from pipnet.data.labelled_faces import load_labelled
    from pipnet.data.sample import Sample

    people = [
        Sample(Path(face.photo), face.points, (tight_box(face.points),))
        for face in load_labelled(resources.path("sample"))
    ]
    return (people * 2)[:96]


def _begin(name: str, samples: list[Any]) -> Any:
    from pipnet.data.crop import CropConvention
    from pipnet.data.sample import mean_face
    from pipnet.data.scheme import load_scheme
    from pipnet.models.checkpoint import Checkpoint
    from pipnet.models.heads import PIPNet

    convention = CropConvention()
    face = mean_face(samples, convention)
    return Checkpoint(PIPNet(name, 68), load_scheme("300w"), face, convention)


def _our_loop(name: str, freeze: int) -> float:
    from pipnet.training.allocator import retain_freed_memory
    from pipnet.training.config import TrainConfig
    from pipnet.training.trainer import train

    retain_freed_memory()  # as `pipnet train` does
    moments: list[float] = []
    samples = _people()
    train(
        _begin(name, samples), samples, TrainConfig(epochs=4, frozen_stages=freeze),
        on_progress=lambda step: moments.append(time.perf_counter()),
    )  # fmt: skip
    # the first epoch reads the photos
    return 16 * 17 / (moments[23] - moments[6])


def _plain_loop(name: str) -> float:
    import torch

    from pipnet.data.normalisation import normalise
    from pipnet.models.losses import TargetBatch, losses, task_indices
    from pipnet.training.augment import Augmentation
    from pipnet.training.loader import Loader

    samples = _people()
    start = _begin(name, samples)
    network = start.network.train()
    optimiser = torch.optim.Adam(network.parameters(), 1e-4)
    moments = []
    loader = Loader(samples, start.scheme.flip_table, start.convention, augmentation=Augmentation())
    for epoch in range(3):
        for batch in loader.epoch(epoch):
            maps = network(normalise(batch.images).contiguous())
            targets = TargetBatch(
                torch.from_numpy(batch.points_unit).float(), task_indices(batch.tasks)
            )
            optimiser.zero_grad()
            losses(maps, targets, start.table).total().backward()
            optimiser.step()
            moments.append(time.perf_counter())
    return 16 * 11 / (moments[17] - moments[6])


def predict() -> None:
    """One face, batch 1, decode and merge included; the backends take turns in blocks of ten, so
    that threads of one that still wait awake do not slow down the next."""
    import torch

    from pipnet import resources
    from pipnet.data.boxes import tight_box
    from pipnet.data.crop import CropConvention, cut
    from pipnet.data.images import read_image
    from pipnet.data.labelled_faces import load_labelled
    from pipnet.data.normalisation import normalise
    from pipnet.export.onnx import export_onnx
    from pipnet.export.quantize import quantize
    from pipnet.inference.onnx_detector import OnnxDetector
    from pipnet.models.checkpoint import Checkpoint, load
    from pipnet.models.decoding import decode
    from pipnet.models.heads import PIPNet

    print("\nprediction of one face, ms: median, p95, max")
    starter, convention = load(resources.starter()), CropConvention()
    crops = np.stack(
        [
            cut(read_image(Path(one.photo)), convention.crop_box(tight_box(one.points)), convention)
            for one in load_labelled(resources.path("sample"))[:32]
        ]
    )
    crop = crops[:1]
    for name in ("mobilenet_v2", "resnet18"):
        checkpoint = starter  # trained; of the other only the speed is known
        if name != "mobilenet_v2":
            torch.manual_seed(0)
            network = PIPNet(name, 68).eval()
            checkpoint = Checkpoint(network, starter.scheme, starter.meanface, convention)

        def eager(one: Checkpoint = checkpoint) -> None:
            with torch.inference_mode():
                maps = one.network(normalise(crop).contiguous())
            decode(*(part.numpy() for part in maps[:5]), one.table)

        with tempfile.TemporaryDirectory() as folder:
            whole, small = Path(folder) / "m.onnx", Path(folder) / "int8.onnx"
            export_onnx(checkpoint, whole)
            quantize(whole, small, crops)
            fp32, int8 = OnnxDetector(whole), OnnxDetector(small)
            backends = {
                "torch eager fp32": eager,
                "ONNX Runtime fp32": lambda d=fp32: d.predict_crops(crop),
                "ONNX Runtime int8": lambda d=int8: d.predict_crops(crop),
            }
            rows: dict[str, list[float]] = {key: [] for key in backends}
            for _ in range(8):
                for key, work in backends.items():
                    rows[key] += timed(work, 10)[3:]
            base = statistics.median(rows["torch eager fp32"])
            for key, values in rows.items():
                ratio = base / statistics.median(values)
                print(f"{name:14}{key:20}{spread(values)}{ratio:8.2f}x")


def expected_errors() -> None:
    """Bulk prediction of 32 faces, two crops each, with and without expected errors, in turn."""
    from contextlib import nullcontext
    from unittest import mock

    from pipnet import resources
    from pipnet.calibration.calibration_file import find
    from pipnet.calibration.signals import NAMES
    from pipnet.data.boxes import tight_box
    from pipnet.data.images import read_image
    from pipnet.data.labelled_faces import load_labelled
    from pipnet.export.onnx import export_onnx
    from pipnet.inference import crop_detector
    from pipnet.inference.onnx_detector import OnnxDetector
    from pipnet.models.checkpoint import load

    faces = load_labelled(resources.path("sample"))[:32]
    images = [read_image(Path(face.photo)) for face in faces]
    boxes = [tight_box(face.points) for face in faces]
    starter = resources.starter()
    with tempfile.TemporaryDirectory() as folder:
        export_onnx(load(starter), Path(folder) / "m.onnx")
        plain = OnnxDetector(Path(folder) / "m.onnx", threads=1)
        expecting = OnnxDetector(Path(folder) / "m.onnx", threads=1, error_model=find(starter))
    nothing = mock.patch.multiple(
        crop_detector,
        sharpness=lambda crops: np.zeros(len(crops)),
        measure=lambda points, *_: np.zeros((*points.shape[:2], len(NAMES))),
    )

    def predict(detector: OnnxDetector, without: bool) -> None:
        with nothing if without else nullcontext():
            for start in range(0, len(faces), 8):
                part = slice(start, start + 8)
                detector.predict_batch(images[part], boxes[part], ["hand"] * 8)

    rows: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(12):
        for without in rows:
            rows[without] += timed(lambda w=without: predict(plain if w else expecting, w), 1)
    print("\nbulk prediction of 32 faces, ms: median, p95, max")
    for without, values in rows.items():
        print(f"{'landmarks only' if without else 'with expected errors':24}{spread(values)}")
    ratio = statistics.median(rows[False]) / statistics.median(rows[True])
    print(f"with expected errors, times as long: {ratio:.3f}")


def kill() -> None:
    """300 processes that die at a random moment; stops at the first thing that was lost."""
    from contextlib import closing

    from tests.kills import SCENARIOS

    print("\nkill -9 at random moments, then: integrity, state against log, all acknowledged there")
    for kind, weight in SCENARIOS.items():
        with tempfile.TemporaryDirectory() as folder, closing(kind(Path(folder))) as scenario:
            began = time.perf_counter()
            for seed in range(10 * weight):
                scenario.kill(1000 + seed)
            seconds = time.perf_counter() - began
        where = ", ".join(f"{count} {name}" for name, count in scenario.hit.most_common())
        print(
            f"{kind.__name__:12}{10 * weight:4} kills {scenario.said:7,} acknowledged, all found; "
            f"{where}; {seconds:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
