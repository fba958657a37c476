"""Face boxes for whole photos."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple, Protocol

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipnet import resources
from pipnet.data.boxes import Box, overlap

onnxruntime.disable_telemetry_events()  # its builds for Windows report to the system otherwise


class DetectedFace(NamedTuple):
    """A box in image pixels, which may leave the image, and the detector's confidence, 0 to 1."""

    box: Box
    confidence: float


class FaceDetector(Protocol):
    """Finds the faces of one photo."""

    def __call__(self, image: NDArray[np.uint8]) -> list[DetectedFace]:
        """Faces of an upright RGB image (H, W, 3), the most confident first."""
        ...


class FaceDetectorMissingError(RuntimeError):
    """The face detector cannot be used; the message names its file."""


MAX_SEARCH_SIDE_PIXELS = 640
"""Larger photos are reduced to this; faces of a fortieth of the photo are still found."""

MIN_CONFIDENCE = 0.6
"""Boxes of lower confidence are dropped."""

_MAX_OVERLAP = 0.45
"""Of two boxes that overlap more, the shipped network keeps the more confident one: the limit of
libfacedetection."""


def _shrink(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    height, width = image.shape[:2]
    scale = min(1.0, MAX_SEARCH_SIDE_PIXELS / max(height, width))
    if scale == 1.0:
        return np.ascontiguousarray(image), 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _remove_duplicates(rows: list[DetectedFace]) -> list[DetectedFace]:
    """Confident boxes, best first, without duplicates of a face."""
    kept: list[DetectedFace] = []
    for face in sorted(rows, key=lambda row: -row.confidence):
        if face.confidence >= MIN_CONFIDENCE and all(overlap(face.box, k.box) < 0.5 for k in kept):
            kept.append(face)
    return kept


class ShippedNetwork:
    """The network that ships with the package (see `resources/weights/faces.md`), run by ONNX
    Runtime on one core. Boxes are in whole pixels of the photo as it is searched.

    Raises:
        FaceDetectorMissingError: its file is missing.
    """

    def __init__(self) -> None:
        file = resources.path("weights", resources.FACES)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no common base of their own
            raise FaceDetectorMissingError(f"{file} cannot be used: {error}") from error

    def __call__(self, image: NDArray[np.uint8]) -> list[DetectedFace]:
        small, scale = _shrink(image)
        rows = self._boxes(small)
        found = cv2.dnn.NMSBoxes(
            rows[:, :4].tolist(), rows[:, 4].tolist(), MIN_CONFIDENCE, _MAX_OVERLAP
        )
        faces = []
        for index in np.asarray(found, int).ravel():
            x, y, w, h = np.trunc(rows[index, :4]).tolist()
            if w > 0 and h > 0:
                box = (x / scale, y / scale, w / scale, h / scale)
                faces.append(DetectedFace(box, float(rows[index, 4])))
        return _remove_duplicates(faces)

    def _boxes(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Boxes of every cell that is sure enough, (K, 5): x, y, width, height, confidence."""
        height, width = image.shape[:2]
        padded = np.zeros((-(-height // 32) * 32, -(-width // 32) * 32, 3), np.uint8)
        padded[:height, :width] = image[..., ::-1]  # blue first
        rows = []
        for stride, found in zip(
            (8, 16, 32), self._session.run(None, {"photo": padded}), strict=True
        ):
            y, x = np.nonzero(found[0] >= MIN_CONFIDENCE)
            confidence, dx, dy, w, h = found[:, y, x]
            w, h = np.exp(w) * stride, np.exp(h) * stride
            left, top = (x + dx) * stride - w / 2, (y + dy) * stride - h / 2
            rows.append(np.stack([left, top, w, h, confidence], 1))
        return np.concatenate(rows).astype(np.float32)


class YuNet:
    """A YuNet `.onnx` file run by OpenCV.

    Raises:
        FaceDetectorMissingError: the file is missing or is not a YuNet model.
    """

    def __init__(self, model: Path) -> None:
        if not os.path.isfile(model):
            raise FaceDetectorMissingError(f"there is no YuNet model at {model}")
        try:
            self._net = cv2.FaceDetectorYN.create(str(model), "", (320, 320), MIN_CONFIDENCE)
            self._net.setInputSize((64, 64))
            self._net.detect(np.zeros((64, 64, 3), np.uint8))
        except cv2.error as error:
            raise FaceDetectorMissingError(f"{model} is not a YuNet model") from error

    def __call__(self, image: NDArray[np.uint8]) -> list[DetectedFace]:
        small, scale = _shrink(image)
        self._net.setInputSize((small.shape[1], small.shape[0]))
        _, rows = self._net.detect(np.ascontiguousarray(small[..., ::-1]))
        # without a face OpenCV gives None, whatever its type stubs say
        faces = [] if rows is None else rows.tolist()  # type: ignore[redundant-expr]
        return _remove_duplicates(
            [
                DetectedFace((r[0] / scale, r[1] / scale, r[2] / scale, r[3] / scale), r[14])
                for r in faces
            ]
        )


def load_face_detector(yunet: Path | None = None) -> FaceDetector:
    """The detector to use: the one that ships by default, a YuNet model where a file is given.

    Raises:
        FaceDetectorMissingError: its file cannot be used.
    """
    return ShippedNetwork() if yunet is None else YuNet(yunet)
