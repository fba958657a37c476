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
    from pipnet.crop import CropConvention
    from pipnet.detector import Detector
    from pipnet.faces import FoundFace, face_finder
    from pipnet.images import ImageError, read_image
    from pipnet.results import FaceLandmarks, PhotoLandmarks
    from pipnet.scheme import Scheme, load_scheme
    from pipnet.stream import predict_photos

__version__ = "0.1.0"

_MODULES = {
    "CropConvention": "pipnet.crop",
    "Detector": "pipnet.detector",
    "FaceLandmarks": "pipnet.results",
    "FoundFace": "pipnet.faces",
    "ImageError": "pipnet.images",
    "PhotoLandmarks": "pipnet.results",
    "Scheme": "pipnet.scheme",
    "face_finder": "pipnet.faces",
    "load_scheme": "pipnet.scheme",
    "predict_photos": "pipnet.stream",
    "read_image": "pipnet.images",
}
"""Where each public name is defined."""

__all__ = [
    "CropConvention",
    "Detector",
    "FaceLandmarks",
    "FoundFace",
    "ImageError",
    "PhotoLandmarks",
    "Scheme",
    "face_finder",
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
