"""PIPNet facial landmark detection: schemes, training, prediction and metrics.

    from pipnet import Detector

    faces = Detector.from_pretrained("300w")("photo.jpg")
    faces[0].points  # (68, 2) float64, pixels of the upright photo
    faces.draw()  # the photo with its landmarks, (H, W, 3) uint8 RGB

Importing the package is cheap: a name is loaded when it is first used, and torch only by what
needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipnet.data.crop import CropConvention
    from pipnet.data.images import ImageError, read_image
    from pipnet.data.scheme import Scheme, load_scheme
    from pipnet.inference.base import Detector
    from pipnet.inference.face_detection import DetectedFace, load_face_detector
    from pipnet.inference.pipeline import PhotoRequest, predict_photos
    from pipnet.inference.results import FaceLandmarks, PhotoLandmarks

__version__ = "0.1.0"

_MODULES = {
    "CropConvention": "pipnet.data.crop",
    "Detector": "pipnet.inference.base",
    "FaceLandmarks": "pipnet.inference.results",
    "DetectedFace": "pipnet.inference.face_detection",
    "ImageError": "pipnet.data.images",
    "PhotoLandmarks": "pipnet.inference.results",
    "PhotoRequest": "pipnet.inference.pipeline",
    "Scheme": "pipnet.data.scheme",
    "load_face_detector": "pipnet.inference.face_detection",
    "load_scheme": "pipnet.data.scheme",
    "predict_photos": "pipnet.inference.pipeline",
    "read_image": "pipnet.data.images",
}
"""Where each public name is defined."""

__all__ = [
    "CropConvention",
    "DetectedFace",
    "Detector",
    "FaceLandmarks",
    "ImageError",
    "PhotoLandmarks",
    "PhotoRequest",
    "Scheme",
    "load_face_detector",
    "load_scheme",
    "predict_photos",
    "read_image",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'pipnet' has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
