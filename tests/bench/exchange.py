"""How long label files of 100,000 faces take to come in and to go out, and how much memory."""

from __future__ import annotations

import io
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

LANDMARKS = 68
PHOTOS_A_FOLDER = 1000
WIDTH, HEIGHT = 64, 64

FORMATS = ("coco", "csv", "dlib", "yolo", "cvat", "pts")


def exchange(faces: int, formats: tuple[str, ...] = FORMATS) -> None:
    """One face on each photo, which the project does not know yet; each row in two processes."""
    print(f"\n{faces:,} faces of {LANDMARKS} landmarks, one on each photo")
    print("seconds, of these on the processor, and MB at most")
    print(f"{'':8}{'import':>24}{'export':>24}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_photos(folder / "photos", faces)
        for form in formats:
            source = _alone(_write_labels, folder, form, faces)
            came = _alone(_import, folder / f"project-{form}", source, faces)
            went = _alone(_export, folder / f"project-{form}", folder / f"out-{form}", form, faces)
            cells = (f"{wall:9.1f}{busy:7.1f}{peak:8.0f}" for wall, busy, peak in (came, went))
            print(f"{form:8}{''.join(cells)}", flush=True)
            for used in (source, folder / f"project-{form}", folder / f"out-{form}"):
                shutil.rmtree(used) if used.is_dir() else used.unlink()


def _alone(work: Callable[..., Any], *arguments: object) -> Any:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _photo(number: int) -> str:
    return f"{number // PHOTOS_A_FOLDER:03}/{number:06}.jpg"


def _write_photos(folder: Path, count: int) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), "grey").save(stream, "JPEG")
    for number in range(count):
        file = folder / _photo(number)
        if number % PHOTOS_A_FOLDER == 0:
            file.parent.mkdir(parents=True)
        file.write_bytes(stream.getvalue())


def _write_labels(folder: Path, form: str, faces: int) -> Path:
    """A label file beside the photos, or a folder of them below it, named as its photos are."""
    from labeltool.exchange.formats import LabelsToWrite
    from labeltool.exchange.formats.format_table import format_named
    from pipnet.data.labelled_faces import LabelledFace
    from pipnet.data.scheme import load_scheme

    known, scheme = format_named(form), load_scheme("300w")
    random = np.random.default_rng(0)
    rows = [
        LabelledFace(
            f"photos/{_photo(number)}", random.uniform(4, 60, (LANDMARKS, 2)).round(2), None,
            np.full(LANDMARKS, 2, np.int8),
        )
        for number in range(faces)
    ]  # fmt: skip
    names = [row.photo for row in rows]
    labels = LabelsToWrite(
        rows, scheme.names, scheme.edges, scheme.flip, names,
        dict.fromkeys(names, (WIDTH, HEIGHT)), {},
    )  # fmt: skip
    target = folder / f"labels-{form}" if known.is_folder else folder / f"labels{known.suffix}"
    assert known.write is not None
    known.write(target, labels, lambda done, total: None, lambda targets: None)
    return target


def _import(project: Path, source: Path, faces: int) -> tuple[float, float, float]:
    from labeltool.exchange.label_import import import_labels
    from labeltool.exchange.photo_import import add_photos
    from labeltool.store import create_project
    from pipnet.data.scheme import load_scheme

    store = create_project(project, load_scheme("300w"))
    if source.is_dir():  # these files do not lie beside their photos
        add_photos(store, [source.parent / "photos"])
    began = time.perf_counter(), time.process_time()
    summary = import_labels(store, source, "ann")
    spent = _spent(began)
    store.close()
    assert summary.imported == faces, (summary.imported, list(map(str, summary.problems[:3])))
    return spent


def _export(project: Path, out: Path, form: str, faces: int) -> tuple[float, float, float]:
    from labeltool.exchange.label_export import export_labels
    from labeltool.store import open_project

    store = open_project(project)
    began = time.perf_counter(), time.process_time()
    written = export_labels(store, out, form)
    spent = _spent(began)
    store.close()
    assert written.faces == faces
    return spent


def _spent(began: tuple[float, float]) -> tuple[float, float, float]:
    """Seconds since then, those on the processor, and MB of this process at most."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        time.perf_counter() - began[0],
        time.process_time() - began[1],
        peak / (1e6 if sys.platform == "darwin" else 1e3),
    )
