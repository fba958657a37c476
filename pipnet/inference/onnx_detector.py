"""Landmarks with an exported ONNX file, run by ONNX Runtime. No torch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from pipnet.calibration.adjustment import Adjustment
from pipnet.calibration.calibration_file import find
from pipnet.calibration.error_model import ErrorModel
from pipnet.data.crop import CropConvention
from pipnet.data.scheme import Scheme
from pipnet.inference.crop_detector import CropDetector
from pipnet.inference.face_detection import FaceDetector
from pipnet.models.decoding import Landmarks


class OnnxError(ValueError):
    """A file that is not an exported detector; the message names it."""


class ForeignOnnxError(OnnxError):
    """A whole ONNX file that this program did not export."""


def load_onnx(path: Path, threads: int = 0, *, spin: bool = True) -> onnxruntime.InferenceSession:
    """An ONNX file ready to run on the CPU; `threads` and `spin` as `OnnxDetector` has them.

    Raises:
        OnnxError: the file is missing or broken.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common base of their own
        raise OnnxError(f"{path} is not a whole ONNX file: {error}") from error


class OnnxDetector(CropDetector):
    """An exported detector.

    Args:
        path: what `pipnet.export.onnx.export_onnx` wrote.
        threads: cores to use, 0 for all.
        spin: let idle threads wait awake for a moment, which makes a layer follow the other sooner
            and takes the time from other programs.
        face_detector: finds faces where no boxes are given; the default detector if None.
        error_model: for expected errors; the calibration beside the file if None, as far as there
            is one.
        calibrated: False for no expected errors, whatever lies beside the file.

    Raises:
        OnnxError: the file is missing, broken, or of another program.
        CalibrationError: the calibration is damaged, or of another model.
    """

    def __init__(
        self,
        path: Path,
        threads: int = 0,
        face_detector: FaceDetector | None = None,
        *,
        spin: bool = True,
        error_model: ErrorModel | None = None,
        calibrated: bool = True,
    ) -> None:
        self._session = load_onnx(path, threads, spin=spin)
        text = self._session.get_modelmeta().custom_metadata_map.get("pipnet")
        if text is None:
            raise ForeignOnnxError(f"{path} is not a detector of this program")
        try:
            meta = json.loads(text)
            scheme = Scheme.from_json(json.dumps(meta["scheme"]))
            convention = CropConvention.from_mapping(meta["crop"])
            stated = meta.get("adjustment")
            adjustment = (
                None
                if stated is None
                else (Adjustment.from_arrays(stated, scheme.count, int(stated["faces"])))
            )
        except KeyError as error:
            raise OnnxError(f"{path} does not state {error.args[0]!r}") from error
        except (TypeError, ValueError, AttributeError, RecursionError) as error:
            raise OnnxError(f"{path} describes no detector: {error}") from error
        super().__init__(
            scheme,
            convention,
            face_detector,
            find(path) if calibrated and error_model is None else error_model,
            adjustment,
        )

    def predict_crops(self, crops: NDArray[np.uint8]) -> Landmarks:
        """Landmarks of network inputs (B, S, S, 3), RGB, in crop units."""
        points, own, votes, scores = self._session.run(None, {"images": crops})
        return Landmarks(*(np.asarray(part, np.float64) for part in (points, own, votes, scores)))
