"""A few timed training steps: `labeltool worker --probe DEVICE BACKBONE`. It loads torch."""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from labeltool.rounds.planning import Recipe
from labeltool.workers.device.process_settings import worker_threads
from pipnet.data.crop import CropConvention
from pipnet.data.sample import Sample
from pipnet.data.scheme import load_scheme
from pipnet.export.onnx import export_onnx
from pipnet.inference.crop_detector import CropDetector
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint
from pipnet.models.devices import peak_memory_bytes, usable_device
from pipnet.models.heads import PIPNet
from pipnet.training.config import TrainConfig
from pipnet.training.trainer import Step, train

STEPS = 5
WARMUP_STEPS = 2
"""Steps that are not timed: memory is allocated and kernels are chosen in them."""

PREDICTED_FACES = 16
PHOTO_SIDE = 512


def measure(device: str, backbone: str) -> dict[str, Any]:
    """Train a few steps on random photos and predict some, as a round does.

    Returns:
        device, backbone, train_images_per_second, predict_faces_per_second, memory_bytes.

    Raises:
        DeviceError: the device cannot be used.
    """
    device = str(usable_device(device))
    scheme = load_scheme("300w")
    mean = np.random.default_rng(0).uniform(0.1, 0.9, (scheme.count, 2))  # any face costs the same
    start = Checkpoint(PIPNet(backbone, scheme.count, 10), scheme, mean, CropConvention())
    times: list[float] = []

    def on_progress(step: Step) -> None:
        times.append(time.perf_counter())

    batch = Recipe(images=0).on(device).batch
    config = TrainConfig(
        epochs=1, batch=batch, device=device,
        frozen_stages=4 if backbone.startswith("mobile") and device == "cpu" else 0,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        trained = train(
            start, _samples(Path(folder), mean, STEPS * batch), config, on_progress=on_progress
        )
    timed = times[-1] - times[WARMUP_STEPS - 1]
    return {
        "device": device,
        "backbone": backbone,
        "train_images_per_second": (STEPS - WARMUP_STEPS) * batch / timed,
        "predict_faces_per_second": _predict_speed(_detector(trained, device)),
        "memory_bytes": peak_memory_bytes(device),
    }


def _samples(folder: Path, mean: np.ndarray[Any, np.dtype[np.float64]], count: int) -> list[Sample]:
    """So many faces, each cut from the photo anew."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 255, (PHOTO_SIDE // 16, PHOTO_SIDE // 16, 3), np.uint8)
    photo = folder / "photo.jpg"
    photo.write_bytes(
        cv2.imencode(".jpg", cv2.resize(noise, (PHOTO_SIDE, PHOTO_SIDE)))[1].tobytes()
    )
    side = PHOTO_SIDE / 2
    points = mean * side + PHOTO_SIDE / 4
    box = (PHOTO_SIDE / 4, PHOTO_SIDE / 4, side, side)
    return [Sample(photo, points, (box,))] * count


def _detector(trained: Checkpoint, device: str) -> CropDetector:
    """What a round predicts with."""
    if device != "cpu":
        return TorchDetector(trained, device)
    with tempfile.TemporaryDirectory() as folder:
        # after so few steps numbers are large and so is what rounding does to them
        export_onnx(trained, Path(folder) / "model.onnx", tolerance=math.inf)
        return OnnxDetector(Path(folder) / "model.onnx", worker_threads(), spin=False)


def _predict_speed(detector: CropDetector) -> float:
    """Faces a second; each is cropped twice."""
    side = detector.convention.side
    crops = np.zeros((detector.batch_size, side, side, 3), np.uint8)
    detector.predict_crops(crops)
    began, done = time.perf_counter(), 0
    while done < PREDICTED_FACES:
        detector.predict_crops(crops)
        done += len(crops)
    return done / 2 / (time.perf_counter() - began)
