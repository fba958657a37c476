"""Landmarks for faces of photos, with a network run by torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pipnet.calibration.calibration_file import find
from pipnet.calibration.error_model import ErrorModel
from pipnet.data.normalisation import normalise
from pipnet.inference.crop_detector import CropDetector
from pipnet.inference.face_detection import FaceDetector
from pipnet.models.checkpoint import Checkpoint, load
from pipnet.models.decoding import Landmarks, decode, decode_coordinates, decode_heatmaps
from pipnet.models.devices import free_cached_memory, usable_device
from pipnet.models.heads import Coordinates, Heatmaps


class TorchDetector(CropDetector):
    """A network ready to predict.

    Args:
        checkpoint: what to predict with.
        device: a torch device name, or `auto` for CUDA where it works, else the CPU.
        face_detector: finds faces where no boxes are given; the default detector if None.
        error_model: for expected errors, None for none.

    Raises:
        DeviceError: the device cannot be used.
        CalibrationError: the error model is of other landmarks.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        device: str = "cpu",
        face_detector: FaceDetector | None = None,
        error_model: ErrorModel | None = None,
    ) -> None:
        super().__init__(
            checkpoint.scheme, checkpoint.convention, face_detector, error_model,
            checkpoint.adjustment,
        )  # fmt: skip
        self.checkpoint = checkpoint
        self._device = usable_device(device)
        if self._device.type != "cpu":
            self.batch_size = 16
        network = checkpoint.network.to(self._device).eval()
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._table = checkpoint.table

    @staticmethod
    def load(weights: Path, device: str = "cpu") -> TorchDetector:
        """A detector from a model file, with the calibration that lies beside it, if any.

        Raises:
            CheckpointError: the file cannot be used.
            CalibrationError: the calibration is damaged, or of another model.
        """
        return TorchDetector(load(weights), device, error_model=find(weights))

    def free_memory(self) -> None:
        free_cached_memory(str(self._device))

    def predict_crops(self, crops: NDArray[np.uint8]) -> Landmarks:
        """Landmarks of network inputs (B, S, S, 3), in crop units."""
        with torch.inference_mode():
            output = self._network(normalise(crops, self._device))
        parts = [part.float().cpu().numpy() for part in output[:5]]
        if isinstance(output, Coordinates):
            return decode_coordinates(parts[0])
        if isinstance(output, Heatmaps):
            return decode_heatmaps(parts[0])
        return decode(parts[0], parts[1], parts[2], parts[3], parts[4], self._table)
