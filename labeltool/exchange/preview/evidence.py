"""Do the labels of a file lie where the project expects them: a shift, another order, a mirror."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Points, Progress, Verdict, import_model
from labeltool.exchange.label_import import PlannedLabel
from labeltool.rounds.mean_face import MEAN_FACE, mean_face
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import Store
from pipnet.data.boxes import Box, tight_box
from pipnet.data.images import ImageError, read_image

if TYPE_CHECKING:
    from pipnet.inference.onnx_detector import OnnxDetector

COMPARED_FACES = 40
"""Faces whose labels are compared with proposals."""

REFERENCE_LABELS = 200
"""Proposals whose mean is the face that mirrored labels are found by."""

FAR_SHARE = 0.15
"""Labels that lie further from the proposals than this share of the face's size are of another
order or mapping: then their shift says nothing."""

LIKELY_SHIFTS = (
    ((-0.5, -0.5), 0.2), ((0.5, 0.5), 0.2), ((-1.0, -1.0), 0.65), ((1.0, 1.0), 0.65)
)  # fmt: skip
"""What can be added to positions that count from another place, and how far each coordinate may
be off then, in pixels: from the corner of the first pixel, and the other way round; from 1; from 0
where 1 was subtracted."""

NEARER_PIXELS = 0.3
"""How much nearer to the proposals a likely shift brings the labels."""

SURE_ERRORS = 3.0
"""A shift counts if it is larger than so many of its standard errors."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How labels lie beside proposals for the same faces.

    `faces`: how many were compared. `shift`: the median of label minus proposal, (x, y) in pixels,
    and `error` its standard error. `distance`: the median distance as a share of the face's size.
    """

    faces: int
    shift: tuple[float, float]
    error: tuple[float, float]
    distance: float

    @property
    def is_far(self) -> bool:
        """Whether the labels cannot be of these landmarks."""
        return self.distance > FAR_SHARE

    @property
    def likely_shift(self) -> tuple[float, float] | None:
        """What to add to the labels if they count from another origin; None if they may count as
        the format says. Networks are off by half a pixel, too: less says little."""
        measured = np.array(self.shift)
        if self.is_far or np.hypot(*measured) < SURE_ERRORS * np.hypot(*self.error):
            return None
        for wanted, within in LIKELY_SHIFTS:
            left = np.abs(measured + wanted)
            if left.max() <= within and np.hypot(*left) + NEARER_PIXELS < np.hypot(*measured):
                return wanted
        return None


def compare(pairs: Sequence[tuple[Points, Points]]) -> Comparison | None:
    """Labels and proposals of faces, (N, 2) each, NaN where absent; None without any."""
    shifts: list[NDArray[np.float64]] = []
    distances: list[float] = []
    for labels, proposal in pairs:
        apart = (labels - proposal)[np.isfinite(labels).all(1) & np.isfinite(proposal).all(1)]
        if not len(apart):
            continue
        *_, width, height = tight_box(proposal)
        shifts.append(np.median(apart, axis=0))
        distances.append(float(np.median(np.hypot(*apart.T)) / np.sqrt(width * height)))
    if not shifts:
        return None
    every = np.stack(shifts)
    middle = np.median(every, axis=0)
    # of a median: 1.2533 standard errors of a mean, whose deviation the median of the distances
    # from the middle gives robustly
    deviation = 1.4826 * np.median(np.abs(every - middle), axis=0)
    error = 1.2533 * deviation / np.sqrt(len(every))
    return Comparison(
        len(every), (float(middle[0]), float(middle[1])), (float(error[0]), float(error[1])),
        float(np.median(distances)),
    )  # fmt: skip


def is_mirrored(points: Points, reference: Points) -> bool:
    """Whether (N, 2) points are those of a mirrored face: the linear map that makes them of the
    reference turns the plane over. Both may have NaN rows."""
    both = np.isfinite(points).all(1) & np.isfinite(reference).all(1)
    if both.sum() < 3:
        return False
    ours, theirs = points[both], reference[both]
    cross = (ours - ours.mean(0)).T @ (theirs - theirs.mean(0))
    # next to nothing where the points lie on a line, which has no sides
    scale = np.linalg.norm(ours - ours.mean(0)) * np.linalg.norm(theirs - theirs.mean(0))
    return bool(np.linalg.det(cross) < -1e-4 * scale**2)


class Evidence:
    """What the labels of a file are compared with: the detector's proposals, and a mean face.

    Where a face has no proposal, the project's network predicts it, if there is one. A prediction
    is made once, whatever mapping is tried.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._predicted: dict[tuple[Path, tuple[int, ...]], Points | None] = {}
        self._network: OnnxDetector | None = None
        self._is_loaded = False
        self._reference: tuple[Points | None] | None = None

    def proposals(
        self, planned: Sequence[PlannedLabel], files: dict[str, Path], progress: Progress
    ) -> list[tuple[Points, Points]]:
        """Labels of up to COMPARED_FACES faces with the proposals for them."""
        pairs = []
        chosen = spread(planned, COMPARED_FACES)
        for number, label in enumerate(chosen):
            progress(number, len(chosen))
            found = self._proposal(label, files)
            if found is not None and len(found) == len(label.row.points):
                pairs.append((label.row.points, found))
        return pairs

    def _proposal(self, label: PlannedLabel, files: dict[str, Path]) -> Points | None:
        box, kind, file = tight_box(label.row.points), "landmarks", files[label.row.photo]
        if label.face is not None and label.verdict != Verdict.REMOVED:
            face = self._store.faces.get(label.face)
            if face is not None:
                proposal = face.prediction
                if proposal is not None and _is_of_a_network(proposal.model):
                    return proposal.points
                box, kind = face.box, face.box_kind
        key = (file, tuple(round(side) for side in box))
        if key not in self._predicted:
            self._predicted[key] = self._predict(file, box, kind)
        return self._predicted[key]

    def _predict(self, file: Path, box: Box, kind: str) -> Points | None:
        if not self._is_loaded:
            self._network, self._is_loaded = _network(self._store), True
        if self._network is None:
            return None
        try:
            pixels = read_image(file)
        except ImageError:
            return None
        points: Points = self._network.predict(pixels, [box], kind)[0].points
        return points

    def reference(self) -> Points | None:
        """A face of the project's scheme as it usually lies, (N, 2), NaN where that is not known;
        None if nothing is known."""
        if self._reference is None:
            self._reference = (_reference_face(self._store),)
        return self._reference[0]


def spread(items: Sequence[PlannedLabel], count: int) -> list[PlannedLabel]:
    """Up to `count` of the items, at even distances."""
    if len(items) <= count:
        return list(items)
    return [items[k * len(items) // count] for k in range(count)]


def _is_of_a_network(model: str) -> bool:
    return model != MEAN_FACE and not model.startswith(import_model(""))


def _network(store: Store) -> OnnxDetector | None:
    """The network that proposes now, if this computer can run it here."""
    current = store.rounds.current()
    if current is None or not _is_of_a_network(current.model):
        return None
    file = RunFolder(current.folder).onnx
    if not file.exists():
        return None
    # imported here: ONNX Runtime is needed only where faces have no proposals
    from pipnet.calibration.json_file import CalibrationError  # noqa: PLC0415
    from pipnet.inference.onnx_detector import OnnxDetector, OnnxError  # noqa: PLC0415

    with suppress(OnnxError, CalibrationError):  # then nothing is compared
        return OnnxDetector(file, threads=1)
    return None


def _reference_face(store: Store) -> Points | None:
    proposals = store.faces.recent_proposals(REFERENCE_LABELS)
    whole = [points for points in proposals if np.isfinite(points).all()]
    if whole:
        return mean_face(whole, store.scheme)
    return store.scheme.unit_shape()
