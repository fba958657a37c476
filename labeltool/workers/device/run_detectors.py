"""The networks of a run as detectors, which share what they learn about the memory there is."""

from __future__ import annotations

from labeltool.domain import N_, Message
from labeltool.rounds.run_folder import Event, RunFolder
from pipnet.calibration.error_model import ErrorModel
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint


class RunDetectors:
    """Makes the detectors of a run.

    Once memory ran out in one of them, all later ones predict fewer faces at once, and the run's
    events say so.
    """

    def __init__(self, folder: RunFolder, device: str) -> None:
        self._folder, self._device = folder, device
        self._most: int | None = None

    def of(self, checkpoint: Checkpoint, error_model: ErrorModel | None = None) -> TorchDetector:
        """A detector of this network, on the device of the run, whose faces have expected errors
        if there is an error model."""
        detector = TorchDetector(checkpoint, self._device, error_model=error_model)
        detector.most_at_once = self._most
        detector.on_smaller_batch = self._on_smaller_batch
        return detector

    def _on_smaller_batch(self, faces: int) -> None:
        self._most = faces
        reason = Message.counted(
            faces,
            N_("Memory ran out. Faces are predicted one at a time from now on, which is slower."),
            N_("Memory ran out. {count} faces are predicted at once from now on, which is slower."),
        )
        self._folder.report(Event("notice", "predict", reason=reason))
