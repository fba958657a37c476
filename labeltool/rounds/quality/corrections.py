"""What a round made of the corrections that it was trained on: learned, ignored or unlearned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Correction, Points
from pipnet.data.scheme import Scheme

CORRECTED_PERCENT = 2.0
"""A landmark counts as corrected if its label lies so far from the proposal, in percent of the norm
(for 300W the distance of the outer eye corners). Less than that is a matter of taste."""

CLEAR_PERCENT = 1.0
"""A clear change of the mean distance of a face's corrected landmarks, in percent of the norm."""


@dataclass(frozen=True, slots=True)
class CorrectedFace:
    """A corrected face: mean distance of its corrected landmarks from the label, in percent of the
    norm, by the proposal that was corrected and by the new network."""

    face_id: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Corrections:
    """Corrected faces that a round trained on, by what it made of them; the largest change, or in
    `ignored` the largest distance, first.

    `learned`: the new network is nearer to the label by CLEAR_PERCENT or more. `unlearned`: it is
    farther by as much. `ignored`: neither, although the proposal was off by CORRECTED_PERCENT.
    """

    learned: tuple[CorrectedFace, ...] = ()
    ignored: tuple[CorrectedFace, ...] = ()
    unlearned: tuple[CorrectedFace, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.learned or self.ignored or self.unlearned)


def judge_corrections(
    corrections: Iterable[Correction],
    labels: Mapping[int, Points],
    predicted: Mapping[int, Points],
    scheme: Scheme,
) -> Corrections:
    """Compare proposals, labels and the new network's landmarks, all in image pixels.

    Args:
        corrections: of any faces. labels: what the round was trained on, by face.
        predicted: the new network's landmarks by face; faces that miss in either are left out.
    """
    faces = []
    for correction in corrections:
        face = correction.face_id
        if face in labels and face in predicted:
            found = _judge(face, correction.proposal, labels[face], predicted[face], scheme)
            if found is not None:
                faces.append(found)
    learned = [face for face in faces if face.before - face.after >= CLEAR_PERCENT]
    unlearned = [face for face in faces if face.after - face.before >= CLEAR_PERCENT]
    ignored = [face for face in faces if abs(face.after - face.before) < CLEAR_PERCENT]
    return Corrections(
        tuple(sorted(learned, key=lambda face: face.after - face.before)),
        tuple(sorted(ignored, key=lambda face: -face.after)),
        tuple(sorted(unlearned, key=lambda face: face.before - face.after)),
    )


def _judge(
    face: int, proposal: Points, label: Points, predicted: Points, scheme: Scheme
) -> CorrectedFace | None:
    """None if no landmark counts as corrected, or nothing normalises the distances."""
    from pipnet.evaluation.metrics import norm_distance  # noqa: PLC0415 (it loads SciPy)

    norm = float(norm_distance(label[None], scheme)[0])
    if not norm > 0:
        return None
    before, after = _percent(proposal, label, norm), _percent(predicted, label, norm)
    corrected = (before >= CORRECTED_PERCENT) & np.isfinite(after)  # NaN is not
    if not corrected.any():
        return None
    return CorrectedFace(face, float(before[corrected].mean()), float(after[corrected].mean()))


def _percent(points: Points, label: Points, norm: float) -> NDArray[np.float64]:
    """Distances of landmarks from the label, (N, 2) -> (N,)."""
    distances: NDArray[np.float64] = np.linalg.norm(points - label, axis=-1)
    return distances / norm * 100
