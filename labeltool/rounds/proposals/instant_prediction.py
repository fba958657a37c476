"""Instant proposals in this process, for a box that a person has just drawn or changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, Changes, Face, NewPrediction, Round, UserError, Verdict
from labeltool.rounds.adjusting.adjusted_proposals import adjusted
from labeltool.rounds.mean_face import MEAN_FACE, mean_face, mean_proposal
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import landmarks_of_round
from labeltool.store import Store
from pipnet.data.images import ImageError, read_image

if TYPE_CHECKING:
    from pipnet.data.scheme import Scheme
    from pipnet.inference.onnx_detector import OnnxDetector
    from pipnet.inference.results import FaceLandmarks


class Instant:
    """Predicts with the model of the current round, through ONNX Runtime. The model is cached."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loaded: tuple[Path, OnnxDetector] | None = None

    def propose(self, face_id: int, pixels: NDArray[np.uint8] | None = None) -> Changes | None:
        """Propose landmarks for one face; None if there is no model.

        `pixels`: its photo, (H, W, 3) RGB, if it is decoded already; None reads the file. A face
        that has a proposal has got another box: the new proposal replaces the old one, unless a
        person decided on the face or changed the box again meanwhile.

        Raises:
            UserError: the photo cannot be read.
        """
        current, face = self._store.rounds.current(), self._store.faces.get(face_id)
        if current is None or face is None:
            return None
        if face.verdict not in (Verdict.UNREVIEWED, Verdict.REJECTED):
            return Changes()
        if current.model == MEAN_FACE:
            labels = [label.points for label in self._store.labels.all()]
            mean = mean_face(labels, self._store.scheme)
            prediction = mean_proposal(face_id, face.box, face.box_kind, mean)
            return self._offer(current, face, prediction)
        model = RunFolder(current.folder).onnx
        if not model.exists():
            return None
        # imported here: ONNX Runtime is needed only once a box was drawn
        from pipnet.calibration.json_file import CalibrationError  # noqa: PLC0415
        from pipnet.inference.onnx_detector import OnnxDetector, OnnxError  # noqa: PLC0415

        if self._loaded is None or self._loaded[0] != model:
            try:
                self._loaded = (model, OnnxDetector(model, threads=1))
            except OnnxError:
                return None  # a worker can still predict, from the model file
            except CalibrationError as error:
                raise UserError(N_("{reason}."), reason=str(error)) from error
        if pixels is None:
            try:
                pixels = read_image(face.photo)
            except ImageError as error:
                raise UserError(N_("{reason}"), reason=str(error)) from error
        found = self._loaded[1].predict(pixels, [face.box], face.box_kind)[0]
        scheme, layout = landmarks_of_round(self._store, current)
        size = float(np.sqrt(face.box[2] * face.box[3]))
        prediction = NewPrediction(
            face_id, found.points, found.scores.astype(np.float32), found.score,
            float(found.spread.mean()) / size, *_errors(found, scheme), layout,
        )  # fmt: skip
        return self._offer(current, face, adjusted(self._store, current.id, prediction))

    def _offer(self, current: Round, face: Face, prediction: NewPrediction) -> Changes:
        now = self._store.faces.get(face.id)
        if now is None or now.box != face.box:
            return Changes()
        return self._store.rounds.offer_anew(current, prediction)


def _errors(
    found: FaceLandmarks, scheme: Scheme
) -> tuple[NDArray[np.float32] | None, float | None]:
    """The expected errors of the landmarks and of the face, shares of the norm; None without an
    error model."""
    from pipnet.calibration.signals import predicted_norm  # noqa: PLC0415

    if found.errors is None:
        return None, None
    shares = found.errors / predicted_norm(found.points[None], scheme)[0]
    return shares.astype(np.float32), found.error
