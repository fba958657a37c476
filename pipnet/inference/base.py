"""From photos and boxes to landmarks, whatever runs the network. No torch."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet import resources
from pipnet.calibration.adjustment import Adjustment
from pipnet.calibration.error_model import ErrorModel
from pipnet.calibration.json_file import CalibrationError
from pipnet.calibration.signals import measure, predicted_norm, sharpness
from pipnet.data.boxes import Box, overlap, tight_box
from pipnet.data.crop import CropConvention, cut
from pipnet.data.images import read_image
from pipnet.data.scheme import Scheme
from pipnet.inference.face_detection import FaceDetector, load_face_detector
from pipnet.inference.results import FaceLandmarks, PhotoLandmarks
from pipnet.memory import is_out_of_memory
from pipnet.models.decoding import Landmarks, face_score

PRETRAINED = {"300w": resources.STARTER, "300w-renders": resources.RENDERS}
"""Names of the detectors that ship with the package, and their files."""


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
        """A detector that ships with the package, or one from a file.

        Args:
            name: `300w` (for research only), `300w-renders` (free for any use, less accurate), or
                the path of a `.safetensors` or `.onnx` file of this package.
            device: `auto` (CUDA where it works, else the CPU), `cpu`, `cuda` or another torch
                device. An ONNX file runs on the CPU.

        Raises:
            CheckpointError, OnnxError: the file cannot be used.
            ValueError: the device cannot be used.
        """
        file = Path(name)
        if str(name) in PRETRAINED and not file.exists():
            file = resources.path("weights", PRETRAINED[str(name)])
        if file.suffix.lower() == ".onnx":
            from pipnet.inference.onnx_detector import OnnxDetector  # noqa: PLC0415

            if device not in ("auto", "cpu"):
                raise ValueError(f"an ONNX file runs on the CPU, not on {device!r}")
            return OnnxDetector(file)
        from pipnet.inference.torch_detector import TorchDetector  # noqa: PLC0415 - loads torch

        return TorchDetector.load(file, device)

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
        self._face_detector = self._face_detector or load_face_detector()
        return [face.box for face in self._face_detector(_checked(image))]

    @abstractmethod
    def predict_crops(self, crops: NDArray[np.uint8]) -> Landmarks:
        """Landmarks of network inputs (B, S, S, 3), RGB, in crop units, not adjusted."""

    def free_memory(self) -> None:  # noqa: B027 - most have nothing to free
        """Return what the network's allocator keeps for reuse, before it is asked for less."""

    def predict(
        self, image: NDArray[np.uint8], boxes: Sequence[Box] | None = None, kind: str = "detected"
    ) -> list[FaceLandmarks]:
        """Landmarks of one photo's faces.

        Args:
            image: upright RGB, (H, W, 3) uint8.
            boxes: image pixels; found by the face detector if None.
            kind: where the boxes come from, one of `pipnet.data.boxes.BOX_KINDS`.

        Raises:
            ValueError: the image is not (H, W, 3) uint8.
        """
        if boxes is None:
            boxes, kind = self.find_faces(image), "detected"
        return self.predict_batch([image] * len(boxes), boxes, [kind] * len(boxes))

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

    def _predict_part(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box],
        kinds: Sequence[str],
        mirror: bool,
    ) -> list[FaceLandmarks]:
        """What `predict_batch` returns, of so many faces as are predicted at once."""
        convention = self.convention
        landmark_boxes = [
            convention.landmark_box(box, kind) for box, kind in zip(boxes, kinds, strict=True)
        ]
        areas = [convention.area(box, kind) for box, kind in zip(boxes, kinds, strict=True)]
        found = self._pass(images, areas, mirror)
        first = np.full_like(found.points, np.nan)
        rough = [i for i, kind in enumerate(kinds) if kind not in ("landmarks", "crop")]
        again = [i for i in rough if overlap(tight_box(found.points[i]), landmark_boxes[i]) > 0.2]
        if again:
            first[again] = found.points[again]
            closer = self._pass(
                [images[i] for i in again],
                [convention.crop_box(tight_box(found.points[i])) for i in again],
                mirror,
            )
            found.replace(again, closer)
        if self.adjustment is not None:
            # last: crops, and means with mirror images, are of what the network itself predicts
            moves = self.adjustment.apply(found.points) - found.points
            found.move(moves)
            first += moves
        return self._faces(found, first, boxes)

    def _pass(
        self, images: Sequence[NDArray[np.uint8]], areas: Sequence[Box], mirror: bool
    ) -> _Found:
        """The landmarks of crop areas."""
        crops = np.stack(
            [
                cut(_checked(image), area, self.convention)
                for image, area in zip(images, areas, strict=True)
            ]
        )
        result = self.predict_crops(crops)
        points, flip = result.points, self.scheme.flip_table
        if mirror and flip is not None:
            mirrored = self.predict_crops(np.ascontiguousarray(crops[:, :, ::-1])).points
            points = (points + (mirrored * [-1, 1] + [1, 0])[:, flip]) / 2
        corner, size = np.split(np.array(areas, np.float64), 2, axis=1)  # (B, 2)
        origin, scale = corner[:, None], size[:, None]
        return _Found(
            points * scale + origin,
            result.own * scale + origin,
            result.votes * scale[:, None] + origin[:, None],
            result.spread() * np.sqrt(size.prod(1))[:, None],
            result.scores,
            sharpness(crops),
        )

    def _faces(
        self, found: _Found, first: NDArray[np.float64], boxes: Sequence[Box]
    ) -> list[FaceLandmarks]:
        """The faces with their expected errors, as far as there is a calibration."""
        signals = measure(
            found.points, found.own, found.votes, found.scores, first, found.sharpness, self.scheme
        )
        errors = radius = face_errors = None
        if self._error_model is not None:
            norm = predicted_norm(found.points, self.scheme)[:, None]
            shares = self._error_model.expected(signals)
            errors, radius = shares * norm, self._error_model.factor * shares * norm
            face_errors = self._error_model.face_error(signals)
        scores = face_score(found.scores)
        return [
            FaceLandmarks(
                found.points[i], found.own[i], found.votes[i], found.spread[i], found.scores[i],
                float(scores[i]), box, signals[i],
                None if errors is None else errors[i],
                None if radius is None else radius[i],
                None if face_errors is None else float(face_errors[i]),
            )
            for i, box in enumerate(boxes)
        ]  # fmt: skip


@dataclass(slots=True, eq=False)
class _Found:
    """The landmarks of B crops in pixels of their photos, as in `FaceLandmarks`, batched.

    `sharpness` (B,): see `pipnet.calibration.signals.sharpness`.
    """

    points: NDArray[np.float64]
    own: NDArray[np.float64]
    votes: NDArray[np.float64]
    spread: NDArray[np.float64]
    scores: NDArray[np.float64]
    sharpness: NDArray[np.float64]

    def replace(self, index: Sequence[int], other: _Found) -> None:
        """Put the rows of `other` at these places."""
        for name in self.__slots__:
            getattr(self, name)[list(index)] = getattr(other, name)

    def move(self, moves: NDArray[np.float64]) -> None:
        """Move the landmarks by (B, N, 2) with what votes for them, so that these disagree as they
        did."""
        self.points = self.points + moves
        self.own = self.own + moves
        self.votes = self.votes + moves[:, :, None]


def _warn_smaller_batch(faces: int) -> None:
    warnings.warn(f"memory ran out: {faces} faces are predicted at once from now on", stacklevel=2)


def _checked(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            f"an image must be (height, width, 3) of uint8, not {image.shape} of {image.dtype}"
        )
    return image
