"""Landmarks for faces of photos, with a network run by torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pipnet.checkpoint import Checkpoint, load
from pipnet.data import normalise
from pipnet.decode import Landmarks, decode, decode_coordinates, decode_heatmaps
from pipnet.detector import CropDetector, FaceLandmarks
from pipnet.faces import FaceFinder
from pipnet.network import Coordinates, Heatmaps

__all__ = ["Detector", "FaceLandmarks"]


class Detector(CropDetector):
    """A network ready to predict.

    Args:
        checkpoint: what to predict with.
        device: a torch device name.
        finder: finds faces where no boxes are given; the default detector if None.
    """

    def __init__(
        self, checkpoint: Checkpoint, device: str = "cpu", finder: FaceFinder | None = None
    ) -> None:
        super().__init__(checkpoint.scheme, checkpoint.convention, finder)
        self.checkpoint = checkpoint
        self._device = torch.device(device)
        network = checkpoint.network.to(self._device).eval()
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._table = checkpoint.table

    @staticmethod
    def load(weights: Path, device: str = "cpu") -> Detector:
        """A detector from a model file.

        Raises:
            CheckpointError: the file cannot be used.
        """
        return Detector(load(weights), device)

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
