"""From photos and boxes to landmarks, whatever runs the network. No torch."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.adjustment import Adjustment
from pipnet.calibration.error_model import ErrorModel
from pipnet.calibration.json_file import CalibrationError
from pipnet.data.boxes import Box
from pipnet.data.crop import CropConvention
from pipnet.data.images import read_image
from pipnet.data.scheme import Scheme
from pipnet.inference import face_detection
from pipnet.inference.face_detection import FaceDetector
from pipnet.inference.results import FaceLandmarks, PhotoLandmarks
from pipnet.memory import is_out_of_memory


class Detector(ABC):
    """What every detector does around its network: boxes, crops, frames.

    `scheme`: the landmarks. `convention`: how a box becomes the network's input. `face_detector`:
    used where no boxes are given; the default face detector if None. `error_model`: fills the
    expected errors of its faces, None for a detector without a calibration. `adjustment`: moves
    the landmarks of the network, None for one without. `batch_size`: how many faces the network
    predicts fastest at once. `most_at_once`: how many it predicts at once at most, halved whenever
    memory runs out, and then `on_smaller_batch` is called with it.
    """

    batch_size = 4  # on a CPU, larger activations leave its caches
    most_at_once: int | None = None
    on_smaller_batch: Callable[[int], object]

    def __init__(
        self,
        scheme: Scheme,
        convention: CropConvention,
        face_detector: FaceDetector | None = None,
        error_model: ErrorModel | None = None,
        adjustment: Adjustment | None = None,
    ) -> None:
        self.scheme, self.convention, self.adjustment = scheme, convention, adjustment
        self._face_detector = face_detector
        self.on_smaller_batch = _warn_smaller_batch
        self._error_model: ErrorModel | None = None
        self.error_model = error_model

    @property
    def error_model(self) -> ErrorModel | None:
        """What fills the expected errors of faces; None without a calibration.

        Setting one of another number of landmarks raises CalibrationError.
        """
        return self._error_model

    @error_model.setter
    def error_model(self, model: ErrorModel | None) -> None:
        if model is not None and model.count != self.scheme.count:
            raise CalibrationError(
                f"the calibration has {model.count} landmarks, the detector {self.scheme.count}"
            )
        self._error_model = model

    @staticmethod
    def from_pretrained(name: str | Path, device: str = "auto") -> Detector:
        """A detector that ships with the package, one from a file, or a plug-in.

        Args:
            name: `300w` (for research only), `300w-renders` (free for any use, less accurate), the
                path of a `.safetensors` file, of an `.onnx` file that `pipnet export` wrote or that
                a `.toml` file beside it describes, or the name of an installed plug-in.
            device: `auto` (CUDA where it works, else the CPU), `cpu`, `cuda` or another torch
                device. An ONNX file runs on the CPU; a plug-in chooses for itself.

        Raises:
            CheckpointError, OnnxError, PluginError: the file, or the plug-in, cannot be used.
            ValueError: the device cannot be used.
        """
        # imported here: it opens every kind of detector, which all are made of this class
        from pipnet.inference.opening import open_detector  # noqa: PLC0415

        return open_detector(name, device)

    def __call__(
        self,
        source: str | Path | NDArray[np.uint8],
        boxes: Sequence[Box] | None = None,
        kind: str = "detected",
    ) -> PhotoLandmarks:
        """Landmarks of all faces of one photo.

        Args:
            source: the path of a photo, or an upright RGB image (H, W, 3) of uint8.
            boxes, kind: see `predict`.

        Raises:
            ImageError: the photo cannot be read.
            ValueError: the image is not (H, W, 3) uint8.
        """
        if isinstance(source, np.ndarray):
            faces = self.predict(source, boxes, kind)
            return PhotoLandmarks(self.scheme, None, tuple(faces), image=source)
        photo = Path(source)
        return PhotoLandmarks(
            self.scheme, photo, tuple(self.predict(read_image(photo), boxes, kind))
        )

    def find_faces(self, image: NDArray[np.uint8]) -> list[Box]:
        """The boxes that the face detector gives an upright RGB image (H, W, 3), in its pixels.

        Raises:
            FaceDetectorMissingError: no face detector is installed.
            ValueError: the image is not (H, W, 3) uint8.
        """
        self._face_detector = self._face_detector or face_detection.load_face_detector()
        return [face.box for face in self._face_detector(checked_image(image))]

    def free_memory(self) -> None:  # noqa: B027 - most have nothing to free
        """Return what the network's allocator keeps for reuse, before it is asked for less."""

    def predict(
        self, image: NDArray[np.uint8], boxes: Sequence[Box] | None = None, kind: str = "detected"
    ) -> list[FaceLandmarks]:
        """Landmarks of one photo's faces, without those that are not `is_found`.

        Args:
            image: upright RGB, (H, W, 3) uint8.
            boxes: image pixels; found by the face detector if None.
            kind: where the boxes come from, one of `pipnet.data.boxes.BOX_KINDS`.

        Raises:
            ValueError: the image is not (H, W, 3) uint8.
        """
        if boxes is None:
            boxes, kind = self.find_faces(image), "detected"
        found = self.predict_batch([image] * len(boxes), boxes, [kind] * len(boxes))
        return [face for face in found if face.is_found]

    def predict_batch(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box],
        kinds: Sequence[str],
        *,
        mirror: bool = False,
    ) -> list[FaceLandmarks]:
        """Landmarks of B faces, each with its own photo, box and kind of box.

        A box that does not come from landmarks only says roughly where the face is, so the face is
        cropped a second time around the landmarks that the first crop gave. A box that is the crop
        itself is taken as it is. `mirror`: predict the mirrored crops too, and give the mean
        points; twice the time for a little accuracy. It does nothing for a scheme that cannot be
        mirrored. When memory runs out, so many faces at once as fit are predicted, from then on.
        """
        found: list[FaceLandmarks] = []
        while len(found) < len(boxes):
            rest = len(boxes) - len(found)
            count = min(self.most_at_once or rest, rest)
            part = slice(len(found), len(found) + count)
            try:
                found += self._predict_part(images[part], boxes[part], kinds[part], mirror)
                continue
            except Exception as error:
                if count == 1 or not is_out_of_memory(error):
                    raise
            # after the handler: the error keeps the tensors of the failed run alive
            self.most_at_once = count // 2
            self.free_memory()
            self.on_smaller_batch(self.most_at_once)
        return found

    @abstractmethod
    def _predict_part(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box],
        kinds: Sequence[str],
        mirror: bool,
    ) -> list[FaceLandmarks]:
        """What `predict_batch` returns, of so many faces as are predicted at once."""


def _warn_smaller_batch(faces: int) -> None:
    warnings.warn(f"memory ran out: {faces} faces are predicted at once from now on", stacklevel=2)


def checked_image(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            f"an image must be (height, width, 3) of uint8, not {image.shape} of {image.dtype}"
        )
    return image
