"""From photos and boxes to landmarks, whatever runs the network. No torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet import resources
from pipnet.data.boxes import Box, overlap, tight_box
from pipnet.data.crop import CropConvention, cut
from pipnet.data.images import read_image
from pipnet.data.scheme import Scheme
from pipnet.inference.face_detection import FaceDetector, load_face_detector
from pipnet.inference.results import FaceLandmarks, PhotoLandmarks
from pipnet.models.decoding import Landmarks, face_score

PRETRAINED = {"300w": resources.STARTER, "300w-renders": resources.RENDERS}
"""Names of the detectors that ship with the package, and their files."""


class Detector(ABC):
    """What every detector does around its network: boxes, crops, frames.

    `scheme`: the landmarks. `convention`: how a box becomes the network's input. `face_detector`:
    used where no boxes are given; the default face detector if None. `batch_size`: how many faces
    the network predicts fastest at once.
    """

    batch_size = 4  # on a CPU, larger activations leave its caches

    def __init__(
        self, scheme: Scheme, convention: CropConvention, face_detector: FaceDetector | None = None
    ) -> None:
        self.scheme, self.convention = scheme, convention
        self._face_detector = face_detector

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
        """Landmarks of network inputs (B, S, S, 3), RGB, in crop units."""

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
        mirrored.
        """
        if len(boxes) == 0:
            return []
        convention = self.convention
        landmark_boxes = [
            convention.landmark_box(box, kind) for box, kind in zip(boxes, kinds, strict=True)
        ]
        areas = [convention.area(box, kind) for box, kind in zip(boxes, kinds, strict=True)]
        found = self._pass(images, areas, mirror)
        rough = [i for i, kind in enumerate(kinds) if kind not in ("landmarks", "crop")]
        again = [i for i in rough if overlap(tight_box(found[i].points), landmark_boxes[i]) > 0.2]
        if again:
            closer = self._pass(
                [images[i] for i in again],
                [convention.crop_box(tight_box(found[i].points)) for i in again],
                mirror,
            )
            for i, face in zip(again, closer, strict=True):
                found[i] = face
        return [
            FaceLandmarks(f.points, f.own, f.votes, f.spread, f.scores, f.score, box)
            for f, box in zip(found, boxes, strict=True)
        ]

    def _pass(
        self, images: Sequence[NDArray[np.uint8]], areas: Sequence[Box], mirror: bool
    ) -> list[FaceLandmarks]:
        """The landmarks of crop areas, which stand in for the boxes."""
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
        spread, scores = result.spread(), face_score(result.scores)
        faces = []
        for i, (x, y, w, h) in enumerate(areas):
            origin = np.array([x, y])
            size = np.array([w, h])
            faces.append(
                FaceLandmarks(
                    points[i] * size + origin,
                    result.own[i] * size + origin,
                    result.votes[i] * size + origin,
                    spread[i] * float(np.sqrt(w * h)),
                    result.scores[i],
                    float(scores[i]),
                    areas[i],
                )
            )
        return faces


def _checked(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            f"an image must be (height, width, 3) of uint8, not {image.shape} of {image.dtype}"
        )
    return image
