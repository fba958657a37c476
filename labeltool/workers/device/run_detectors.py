"""The networks of a run as detectors, which share what they learn about the memory there is."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from labeltool.domain import N_, Message
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.workers.device.process_settings import worker_threads
from pipnet.calibration.error_model import ErrorModel
from pipnet.export.fastest import cached_onnx
from pipnet.export.onnx import ExportError, export_onnx
from pipnet.inference.base import Detector
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.opening import open_onnx
from pipnet.inference.plugins import PluginDetector
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint
from pipnet.output import replacing

MIN_EXPORT_FACES = 500
"""For fewer faces, exporting a network takes longer than ONNX Runtime saves."""


class RunDetectors:
    """Makes the detectors of a run.

    Once memory ran out in one of them, all later ones predict fewer faces at once, and the run's
    events say so.
    """

    def __init__(self, folder: RunFolder, device: str) -> None:
        self._folder, self._device = folder, device
        self._most: int | None = None

    def of(self, checkpoint: Checkpoint, error_model: ErrorModel | None = None) -> Detector:
        """A detector of this network, on the device of the run, whose faces have expected errors
        if there is an error model."""
        return self._sharing(TorchDetector(checkpoint, self._device, error_model=error_model))

    def for_faces(self, checkpoint: Checkpoint, faces: int) -> Detector:
        """As `of`, for so many faces: on a CPU the network is exported if that saves time."""
        if self._device != "cpu" or faces < MIN_EXPORT_FACES:
            return self.of(checkpoint)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / self._folder.onnx.name
            try:
                export_onnx(checkpoint, file)
            except ExportError as error:
                self._report_failed_export(error)
                return self.of(checkpoint)
            return self._exported(file)

    def of_run(self, checkpoint: Checkpoint, error_model: ErrorModel | None) -> Detector:
        """As `of`, for the network that the run proposes with: on a CPU what `write_onnx` wrote."""
        if self._device != "cpu" or not self._folder.onnx.exists():
            return self.of(checkpoint, error_model)
        return self._exported(self._folder.onnx, error_model)

    def other(self, name: str, file: Path | None) -> Detector:
        """The plug-in of that name, or an ONNX file of any origin.

        Raises:
            PluginError, OnnxError, CalibrationError: it cannot be used.
        """
        if file is None:
            return self._sharing(PluginDetector(name))
        return self._sharing(open_onnx(file, worker_threads(), spin=False, calibrated=False))

    def write_onnx(self, checkpoint: Checkpoint, weights: Path) -> None:
        """Write the run's ONNX file: for instant proposals in the window, which does not load
        torch, and for `of_run`. Events say why there is none.

        Args:
            checkpoint: what is in `weights`, the model file.

        Raises:
            OSError: the run folder cannot be written.
        """
        try:
            try:
                cached = cached_onnx(weights)
            except OSError:  # a home that cannot be written, or a full disk
                export_onnx(checkpoint, self._folder.onnx)
                return
            with replacing(self._folder.onnx) as partial:
                shutil.copyfile(cached, partial)
        except ExportError as error:
            self._folder.onnx.unlink(missing_ok=True)  # of a worker that died in this run
            self._report_failed_export(error)

    def _exported(self, file: Path, error_model: ErrorModel | None = None) -> Detector:
        # threads that wait awake would take the time of the window
        return self._sharing(
            OnnxDetector(
                file, worker_threads(), spin=False, error_model=error_model, calibrated=False
            )
        )

    def _sharing(self, detector: Detector) -> Detector:
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

    def _report_failed_export(self, error: ExportError) -> None:
        reason = Message(
            N_("Faces are predicted without ONNX Runtime, which is slower: {reason}."),
            reason=str(error),
        )
        self._folder.report(Event("notice", "predict", reason=reason))
