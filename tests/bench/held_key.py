"""A key held down: 50 photos one after the other, each shown before the next one is asked for."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil

from tests.bench.gallery import apart
from tests.bench.review import generate

SHAPES = {"3 megapixels": (2048, 1536), "24 megapixels": (6000, 4000)}
FACES = 250
STEPS = 50
TURNS = 3


def held_key(names: Sequence[str] = tuple(SHAPES)) -> None:
    """Print seconds for 50 photos, and memory, for photos of these sizes."""
    print(f"\nkey held down, {STEPS} photos: s just after opening, s later, memory in MB")
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "p"
            generate(project, FACES)
            _photos(project / "photos", SHAPES[name])
            made = apart("held_key", "measure", folder)
        first, *later = made["seconds"]
        print(f"{name:16}{first:6.2f}{statistics.median(later):6.2f}{made['memory']:8.0f}")


def _photos(folder: Path, shape: tuple[int, int]) -> None:
    """The photos of a generated project: four different JPEG files with grain, under all names."""
    from PIL import Image

    from pipnet import resources

    rng = np.random.default_rng(0)
    for number in range(FACES):
        file = folder / f"set{number // 1000:03d}" / f"{number:06d}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        if number >= 4:
            os.link(folder / "set000" / f"{number % 4:06d}.jpg", file)
            continue
        sample = resources.path("sample", f"portrait-{number + 1:04d}.jpg")
        with Image.open(sample) as photo:
            pixels = np.asarray(photo.convert("RGB").resize(shape, Image.Resampling.BICUBIC))
        grain = rng.normal(0, 5, pixels.shape[:2])[..., None]
        Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(file, quality=90)


def measure(folder: str) -> None:
    """Hold the key down, then print the times as one line of JSON."""
    from PIL import Image
    from PySide6.QtWidgets import QApplication

    from labeltool.app import App, configure_process
    from labeltool.gui import theme
    from labeltool.gui.settings import Settings

    project = Path(folder) / "p"
    with Image.open(project / "photos" / "set000" / "000000.jpg") as photo:
        width, height = photo.size
    configure_process()
    application = QApplication([])
    theme.apply(application, "light")
    window = App(Settings()).open(project)
    assert window is not None
    window.resize(1920, 1080)
    with window.session.store._database.write() as connection:
        connection.exec_driver_sql(f"UPDATE photo SET width = {width}, height = {height}")
    desk, display, process = (
        window.session.desk,
        window.views.editor.photo_display,
        psutil.Process(),
    )

    def until_shown() -> None:
        while desk.face is None or display.displayed != desk.face.photo:
            application.processEvents()
            time.sleep(0.001)  # the window waits for events, and computes nothing meanwhile
        application.processEvents()  # it is painted

    seconds, memory = [], 0
    for _ in range(TURNS):
        until_shown()
        end = time.monotonic() + 1
        while time.monotonic() < end:
            application.processEvents()
            time.sleep(0.001)
        began = time.perf_counter()
        for _ in range(STEPS):
            window.commands.trigger("next")
            until_shown()
            memory = max(memory, process.memory_info().rss)
        seconds.append(time.perf_counter() - began)
    window.close()
    print(json.dumps({"seconds": seconds, "memory": memory / 1e6}))
