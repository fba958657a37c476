"""Measures the networks of a round on the audit faces."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeltool.rounds.run_folder import RunFolder
from labeltool.workers.device.run_detectors import RunDetectors
from labeltool.workers.round_prediction import error_columns, predict_table
from labeltool.workers.run_photos import RunPhotos
from pipnet.calibration.adjustment import Adjustment
from pipnet.calibration.error_model import ErrorModel
from pipnet.data.scheme import Scheme
from pipnet.evaluation.compare import paired_change
from pipnet.evaluation.evaluate import Evaluation
from pipnet.evaluation.metrics import norm_distance
from pipnet.inference.results import FaceLandmarks
from pipnet.models.checkpoint import Checkpoint

MAX_SAMPLES = 8
"""Faces whose landmarks are shown while the network learns."""


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """A network on the A audit faces that could be measured: `faces` (A,) ids, `points` and `truth`
    (A, N, 2) image pixels; `signals` (A, N, K), see `pipnet.calibration.signals`."""

    faces: NDArray[np.int64]
    points: NDArray[np.float64]
    truth: NDArray[np.float64]
    signals: NDArray[np.float64]
    evaluation: Evaluation

    def summary(self) -> dict[str, float]:
        """The figures of results.json, percent but for `faces` and `auc10`."""
        figures = self.evaluation.summary()
        return {name: figures[name] for name in ("faces", "nme", "nme_curve", "fr10", "auc10")}


class Audit:
    """The audit faces of a run, and a few faces whose landmarks are shown meanwhile.

    Args:
        error_model: of the network that the training starts from; it colours the landmarks shown.
    """

    def __init__(
        self,
        folder: RunFolder,
        photos: RunPhotos,
        scheme: Scheme,
        detectors: RunDetectors,
        error_model: ErrorModel | None = None,
    ) -> None:
        self._folder, self._photos, self._error_model = folder, photos, error_model
        self._scheme, self._detectors = scheme, detectors
        self._table = folder.tables.faces()
        self._truth: dict[int, NDArray[np.float64]] = {}
        self._adjustment: Adjustment | None = None
        table = folder.tables.audit()
        if table is not None:
            if table.mean is not None and table.offset is not None and table.weights is not None:
                self._adjustment = Adjustment(table.mean, table.offset, table.weights)
            rows = zip(table.faces.tolist(), table.points, strict=True)
            self._truth = {
                face: points
                for face, points in sorted(rows, key=itemgetter(0))
                if face in self._table.ids and _is_measurable(points, scheme)
            }
        self._samples = self._choose_samples()
        self._last: tuple[Checkpoint, Measurement | None] | None = None

    @property
    def faces(self) -> int:
        """How many faces one measurement predicts."""
        return len(self._truth.keys() | set(self._samples))

    @property
    def is_measuring(self) -> bool:
        """Whether there are faces to measure by."""
        return bool(self._truth)

    def measure(self, checkpoint: Checkpoint, *, samples: bool = False) -> Measurement | None:
        """Predict the audit faces by their boxes, as proposals are made; None without any.

        The network of the last call is not measured again. `samples`: also predict the faces to
        show, and write `samples.npz`.
        """
        wanted = set(self._truth) | (set(self._samples) if samples else set())
        if not wanted:
            return None
        if self._last is not None:
            last, measured = self._last
            if last.network is checkpoint.network and last.adjustment is checkpoint.adjustment:
                return measured
        found = self._predict(checkpoint, wanted)
        shown = [face for face in self._samples if face in found]
        if samples and shown:
            faces_shown = [found[face] for face in shown]
            self._folder.write_table(
                "samples.npz",
                faces=np.array(shown, np.int64),
                points=np.stack([face.points for face in faces_shown]),
                **error_columns(faces_shown, self._scheme, of_faces=False),
            )
        faces = [face for face in self._truth if face in found]
        result = None
        if faces:
            rows = [found[face] for face in faces]
            result = self._measurement(
                np.array(faces, np.int64), np.stack([row.points for row in rows]),
                np.stack([row.signals for row in rows if row.signals is not None]),
            )  # fmt: skip
        self._last = checkpoint, result
        return result

    def _measurement(
        self, faces: NDArray[np.int64], points: NDArray[np.float64], signals: NDArray[np.float64]
    ) -> Measurement:
        truth = np.stack([self._truth[face] for face in faces.tolist()])
        evaluation = Evaluation.of_points(points, truth, self._scheme)
        return Measurement(faces, points, truth, signals, evaluation)

    def results(
        self, after: Measurement | None, in_use: Checkpoint | None, number: int
    ) -> dict[str, Any]:
        """`audit` and `against` of results.json; writes audit-errors.npz.

        Args:
            after: of the new network.
            in_use: the network in use before, if it has the same scheme; its landmarks are adjusted
                as its proposals are. number: its round, 0 for the starter.
        """
        if after is None:
            return {"audit": None, "against": None}
        before = None if in_use is None else self.measure(in_use)
        if before is not None and self._adjustment is not None:  # people see adjusted proposals
            points = self._adjustment.apply(before.points)
            before = self._measurement(before.faces, points, before.signals)
        if before is not None:
            # a photo may have become unusable in between
            both = np.intersect1d(before.faces, after.faces)
            before, after = (
                self._measurement(both, one.points[kept], one.signals[kept])
                for one in (before, after)
                for kept in [np.isin(one.faces, both)]
            )
        unknown = np.full_like(after.points, np.nan)
        self._folder.write_table(
            "audit-errors.npz",
            faces=after.faces,
            points_before=unknown if before is None else before.points,
            points_after=after.points,
            errors_before=unknown[..., 0] if before is None else before.evaluation.errors,
            errors_after=after.evaluation.errors,
        )
        return {
            "audit": after.summary(),
            "against": None if before is None else _against(before, after, number),
        }

    def _choose_samples(self) -> list[int]:
        """Audit faces, then faces that are not trained on as labels; the same in every epoch."""
        labels = self._folder.tables.labels()
        if labels is None:
            return []
        others = np.setdiff1d(self._table.ids, labels.faces[labels.manual])
        others = np.setdiff1d(others, np.array(list(self._truth), np.int64))
        rng = np.random.default_rng(0)
        rows = [*rng.permutation(list(self._truth)), *rng.permutation(others)]
        return [int(face) for face in rows[:MAX_SAMPLES]]

    def _predict(self, checkpoint: Checkpoint, faces: set[int]) -> dict[int, FaceLandmarks]:
        """Landmarks of the faces whose photos can be used, by id. Raises Cancelled."""
        part = self._table.of(faces)
        detector = self._detectors.of(checkpoint, self._error_model)
        found = predict_table(
            detector, part, self._photos, on_batch=lambda _: self._folder.check_cancel()
        )
        return {int(part.ids[index]): face for index, face in found}


def _is_measurable(points: NDArray[np.float64], scheme: Scheme) -> bool:
    is_placed = bool(np.isfinite(points).all(-1).any())
    return is_placed and bool(norm_distance(points[None], scheme)[0] > 0)


def _against(before: Measurement, after: Measurement, number: int) -> dict[str, float] | None:
    """The change of the NME in percent points and its interval; None for too few faces."""
    change = paired_change(before.evaluation.nme_per_face(), after.evaluation.nme_per_face())
    if change is None:
        return None
    values = {"nme_change": change.change, "low": change.low, "high": change.high}
    return {"round": number, **{name: round(100 * value, 3) for name, value in values.items()}}
