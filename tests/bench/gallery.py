"""How fast the gallery paints while it scrolls: `python -m tests.bench.main gallery`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.review import POINTS, Budgets, Rows, generate, table, timed


def gallery(sizes: list[int]) -> None:
    """Each size in a process of its own, for its memory."""
    tables = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            generate(Path(folder) / "p", size)
            pictures(Path(folder) / "p" / "photos", size)
            tables.append(apart("gallery", "wheel", folder))
    words = f"1920x1080, {POINTS} landmarks, each of 300 wheel steps, ms"
    table(f"gallery, {words}", sizes, [made["took"] for made in tables])
    own = [made["own"] for made in tables]
    budgets: Budgets = dict.fromkeys(own[-1], (16.7, "p95")) | {"memory, MB": (1000, "max")}
    table("of that, computing by the window's thread", sizes, own, budgets)


def apart(module: str, function: str, folder: str) -> dict[str, Any]:
    """What a function of this package prints last, as JSON, in a process without a screen."""
    code = f"import sys; from tests.bench.{module} import {function}; {function}(sys.argv[1])"
    run = subprocess.run(
        [sys.executable, "-c", code, folder], check=True, stdout=subprocess.PIPE, text=True,
        env=os.environ | {
            "QT_QPA_PLATFORM": "offscreen",
            "LABELTOOL_SETTINGS": f"{folder}/settings.ini",
            "LABELTOOL_CACHE": f"{folder}/cache",
            "LABELTOOL_RUNTIME": f"{folder}/runtime",
        },
    )  # fmt: skip
    made: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return made


def pictures(
    folder: Path, size: int, shape: tuple[int, int] = (640, 480), different: int = 300
) -> None:
    """The photos of a generated project: a few different JPEG files under `size` names."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(size):
        file = folder / f"set{number // 1000:03d}" / f"{number:06d}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        if number < different:
            coarse = rng.integers(0, 256, (30, 40, 3), np.uint8)
            Image.fromarray(coarse).resize(shape, Image.Resampling.BICUBIC).save(file)
        else:
            os.link(folder / "set000" / f"{number % different:06d}.jpg", file)


def wheel(folder: str) -> None:
    """Turn the wheel over a project's gallery, once over new faces and once over seen ones; print
    the rows as one line of JSON."""
    import psutil
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    from labeltool.app import App, configure_process
    from labeltool.gui import theme
    from labeltool.gui.settings import Settings

    configure_process()
    application = QApplication([])
    theme.apply(application, "light")
    window = App(Settings()).open(Path(folder) / "p")
    assert window is not None
    window.resize(1920, 1080)
    window.commands.trigger("gallery")
    view = window.views.gallery.grid

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

    took: Rows = {}
    computed: Rows = {}
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
            took[f"{side} px, {name}"], computed[f"{side} px, {name}"] = rows, own
    computed["memory, MB"] = [psutil.Process().memory_info().rss / 1e6]
    window.close()
    print(json.dumps({"took": took, "own": computed}))
