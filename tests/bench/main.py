"""`make bench`: how fast the project is, on what it generates itself.

    python -m tests.bench.main [review] [gallery] [train] [predict] [start] [--faces N ...]

Times depend on the machine and on what else it does; compare rows of one run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what", nargs="*", default=["start", "review", "gallery", "train", "predict"]
    )
    parser.add_argument("--faces", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    if "start" in arguments.what:
        start()
    if "review" in arguments.what:
        review(arguments.faces)
    if "gallery" in arguments.what:
        gallery(arguments.faces)
    if "train" in arguments.what:
        train()
    if "predict" in arguments.what:
        predict()


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


def review(sizes: list[int]) -> None:
    from labeltool.domain import Changes, Filter, Verdict
    from labeltool.review import Desk
    from labeltool.store import open_project

    print("\nreview, ms: median, p95, max; 98 landmarks, half of the faces reviewed")
    table: dict[str, list[str]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder) / "p", size)
            rows: dict[str, list[float]] = {}
            began = time.perf_counter()
            store = open_project(Path(folder) / "p")
            desk = Desk(store, "bench")
            rows["open"] = [(time.perf_counter() - began) * 1000]

            def accept(desk: Desk = desk) -> None:
                desk.refresh(desk.accept())

            def next_face(desk: Desk = desk) -> None:
                desk.next()

            rows["accept and next"] = timed(accept, 100)
            rows["next face"] = timed(next_face, 100)
            rows["undo"] = timed(lambda d=desk: d.refresh(d.undo()), 50)
            for name, wanted in (
                ("filter: unreviewed", Filter("unreviewed")),
                ("sort: score", Filter(order="score")),
                ("sort: uncertain", Filter(order="spread")),
                ("search: file name", Filter(text="0001")),
            ):
                rows[name] = timed(lambda s=store, w=wanted: s.faces.queue(w), 10)
            rows["rows of a page"] = timed(lambda s=store, d=desk: s.faces.rows(d.queue[:200]), 20)
            rows["counts"] = timed(store.faces.counts, 20)
            many = store.faces.queue(Filter("unreviewed"))[:10_000]
            name = f"batch of up to {10_000:,}"
            rows[name] = timed(lambda d=desk, m=many: d.decide_many(m, Verdict.REJECTED), 1)
            rows["its undo"] = timed(lambda s=store: s.reviews.undo("bench"), 1)
            rows["refresh of everything"] = timed(lambda d=desk: d.refresh(Changes(all=True)), 5)
            store.close()
        for name, values in rows.items():
            table.setdefault(name, []).append(spread(values))
    print(f"{'':24}" + "".join(f"{f'{size:,} faces':>28}" for size in sizes))
    for name, cells in table.items():
        print(f"{name:24}" + "".join(f"  {cell}" for cell in cells))


def generate(folder: Path, size: int) -> None:
    """A project of `size` faces with 98 landmarks, half of them reviewed."""
    from labeltool.domain import Filter, NewPrediction, RoundKind, Verdict
    from labeltool.store import create_project
    from pipnet.scheme import Scheme

    store = create_project(folder, Scheme.numbered("bench", 98))
    root = store.faces.add_root(folder / "photos")
    store.faces.add_photos(root, [(f"set{i // 1000:03d}/{i:06d}.jpg", 1) for i in range(size)])
    todo = [photo for photo, _ in store.faces.photos_to_search()]
    for begin in range(0, size, 2000):
        store.faces.searched(
            [
                {"photo": photo, "sha256": "0", "width": 640, "height": 480,
                 "faces": [((100.0, 100.0, 200.0, 200.0), 0.9)]}
                for photo in todo[begin : begin + 2000]
            ]
        )  # fmt: skip
    round_id = store.rounds.add(RoundKind.PREDICT, "", "rounds/none", {})
    store.rounds.set_model(round_id, "bench", "bench")
    rng = np.random.default_rng(0)
    points = rng.random((98, 2)) * 200 + 100
    faces = store.faces.queue(Filter())
    for begin in range(0, size, 2000):
        store.rounds.offer(
            round_id,
            [
                NewPrediction(face, points, np.ones(98, np.float32), rng.random(), rng.random())
                for face in faces[begin : begin + 2000]
            ],
        )
    store.rounds.finish(round_id, {}, visible=False)
    for begin in range(0, size, 20):
        store.reviews.decide("others", faces[begin : begin + 10], Verdict.ACCEPTED)
    store.close()


def gallery(sizes: list[int]) -> None:
    """Each size in a process of its own, for its memory."""
    print("\ngallery, 1920x1080, 300 wheel steps each, ms: median, p95, max; 98 landmarks")
    print("computing: without what the window's thread waited for other threads and programs")
    code = "import sys; from tests.bench.main import wheel; wheel(*sys.argv[1:])"
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder) / "p", size)
            pictures(Path(folder) / "p" / "photos", size)
            subprocess.run(
                [sys.executable, "-c", code, folder, str(size)], check=True,
                env=os.environ | {
                    "QT_QPA_PLATFORM": "offscreen",
                    "LABELTOOL_SETTINGS": f"{folder}/settings.ini",
                    "LABELTOOL_CACHE": f"{folder}/cache",
                },
            )  # fmt: skip


def pictures(folder: Path, size: int) -> None:
    """The photos of a generated project: 300 different JPEG files under `size` names."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(size):
        file = folder / f"set{number // 1000:03d}" / f"{number:06d}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        if number < 300:
            coarse = rng.integers(0, 256, (30, 40, 3), np.uint8)
            Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC).save(file)
        else:
            os.link(folder / "set000" / f"{number % 300:06d}.jpg", file)


def wheel(folder: str, size: str) -> None:
    """Turn the wheel over a project's gallery, once over new faces and once over seen ones."""
    import psutil
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    from labeltool.app import App
    from labeltool.gui import theme
    from labeltool.gui.settings import Settings

    application = QApplication([])
    theme.apply(application, "light")
    window = App(Settings()).open(Path(folder) / "p")
    assert window is not None
    window.resize(1920, 1080)
    window.commands.run("gallery")
    view = window.gallery.grid

    def rest(seconds: float) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            application.processEvents()
            time.sleep(0.001)

    def turn(notches: int) -> None:
        middle = QPointF(view.viewport().rect().center())
        event = QWheelEvent(
            middle, view.viewport().mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)
        application.processEvents()

    print(f"{int(size):,} faces")
    for side in (64, 160, 320):
        view.side = side
        view.verticalScrollBar().setValue(0)
        rest(1.5)
        for name, notch in (("new faces", -1), ("back over them", 1)):
            rows, own = [], []
            for _ in range(300):
                began = time.thread_time()
                rows += timed(lambda n=notch: turn(n), 1)
                own.append((time.thread_time() - began) * 1000)
                rest(0.012)
            print(f"  {side:4} px, {name:16}{spread(rows)}   computing{spread(own)}")
    memory = psutil.Process().memory_info().rss / 1e6
    print(f"  memory of the process {memory:8.0f} MB")
    window.close()


def train() -> None:
    """Our training loop beside a plain eager fp32 NCHW loop of the same network."""
    import torch
    from PIL import Image

    from pipnet import resources
    from pipnet.checkpoint import Checkpoint, load
    from pipnet.crop import CropConvention, tight_box
    from pipnet.data import Loader, Sample, mean_face
    from pipnet.loss import TargetBatch, losses, task_indices
    from pipnet.network import PIPNet
    from pipnet.scheme import load_scheme
    from pipnet.train import TrainConfig
    from pipnet.train import train as run

    print("\ntraining, images/s, MobileNetV2, 256x256, batch 16, augmentation included")
    scheme, convention = load_scheme("300w"), CropConvention()
    face = load(resources.starter()).meanface
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        samples = []
        for number in range(96):
            pixels = rng.integers(0, 256, (448, 448, 3), np.uint8)
            photo = Path(folder) / f"{number}.jpg"
            Image.fromarray(pixels).save(photo)
            points = face * 200 + 120 + rng.normal(0, 3, (68, 2))
            samples.append(Sample(photo, points, (tight_box(points),)))
        begin = Checkpoint(
            PIPNet("mobilenet_v2", 68), scheme, mean_face(samples, convention), convention
        )

        def ours(freeze: int) -> float:
            moments: list[float] = []
            config = TrainConfig(epochs=3, freeze=freeze)
            run(
                begin, samples, config, on_progress=lambda step: moments.append(time.perf_counter())
            )
            # the first epoch reads the photos
            return 16 * 11 / (moments[17] - moments[6])

        def plain() -> float:
            network = PIPNet("mobilenet_v2", 68).train()
            optimiser = torch.optim.Adam(network.parameters(), 1e-4)
            moments = []
            for batch in Loader(samples, None, convention).epoch(0):
                maps = network(torch.from_numpy(batch.images))
                targets = TargetBatch(
                    torch.from_numpy(batch.points_unit).float(), task_indices(batch.tasks)
                )
                optimiser.zero_grad()
                losses(maps, targets, begin.table).total().backward()
                optimiser.step()
                moments.append(time.perf_counter())
            return 16 * 5 / (moments[5] - moments[0])

        base = statistics.median(plain() for _ in range(2))
        for name, speed in (
            ("plain eager fp32 NCHW", base),
            ("ours, whole network", ours(0)),
            ("ours, first 4 stages kept (rounds on a CPU, starter)", ours(4)),
        ):
            print(f"{name:56}{speed:8.1f}{speed / base:8.2f}x")


def predict() -> None:
    """One face, batch 1, decode and merge included, interleaved in one run."""
    import torch

    from pipnet import resources
    from pipnet.checkpoint import Checkpoint, load
    from pipnet.crop import CropConvention
    from pipnet.export import export_onnx
    from pipnet.network import PIPNet
    from pipnet.onnx_detector import OnnxDetector
    from pipnet.predict import Detector
    from pipnet.scheme import load_scheme

    print("\nprediction of one face, ms: median, p95, max")
    rng = np.random.default_rng(0)
    face = load(resources.starter()).meanface
    crop = rng.integers(0, 256, (1, 256, 256, 3), np.uint8)
    for name in ("mobilenet_v2", "resnet18"):
        torch.manual_seed(0)
        checkpoint = Checkpoint(
            PIPNet(name, 68).eval(), load_scheme("300w"), face, CropConvention()
        )
        with tempfile.TemporaryDirectory() as folder:
            export_onnx(checkpoint, Path(folder) / "m.onnx")
            backends = {
                "torch eager fp32": Detector(checkpoint),
                "ONNX Runtime fp32": OnnxDetector(Path(folder) / "m.onnx"),
            }
            rows: dict[str, list[float]] = {key: [] for key in backends}
            for _ in range(40):
                for key, detector in backends.items():
                    rows[key] += timed(lambda d=detector: d.predict_crops(crop), 1)
            base = statistics.median(rows["torch eager fp32"][5:])
            for key, values in rows.items():
                ratio = base / statistics.median(values[5:])
                print(f"{name:14}{key:20}{spread(values[5:])}{ratio:8.2f}x")


if __name__ == "__main__":
    main()
