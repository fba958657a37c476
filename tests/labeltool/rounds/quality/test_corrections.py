"""What a round made of corrections."""

from __future__ import annotations

import numpy as np
import pytest

from labeltool.domain import Correction
from labeltool.rounds.quality.corrections import Corrections, judge_corrections
from pipnet.data.scheme import Scheme

EYES = Scheme("eyes", ("left", "right", "nose"), nme_pair=(0, 1))
LABEL = np.array([[0.0, 0.0], [100.0, 0.0], [50.0, 50.0]])
"""The norm is 100 pixels: one pixel is one percent."""


def off(nose: float, left: float = 0.0) -> np.ndarray:
    """The label, with two landmarks so many pixels too low."""
    return LABEL + np.array([[0.0, left], [0.0, 0.0], [0.0, nose]])


def judge(*faces: tuple[np.ndarray, np.ndarray], label: np.ndarray = LABEL) -> Corrections:
    """Of faces 1, 2, …: their proposal, and what the new network predicts."""
    numbers = range(1, len(faces) + 1)
    return judge_corrections(
        [Correction(k, proposal, label) for k, (proposal, _) in zip(numbers, faces, strict=True)],
        dict.fromkeys(numbers, label),
        {k: predicted for k, (_, predicted) in zip(numbers, faces, strict=True)},
        EYES,
    )


@pytest.mark.parametrize(
    ("predicted", "verdict"),
    [(0, "learned"), (3.9, "learned"), (4.1, "ignored"), (5.9, "ignored"), (6.1, "unlearned")],
)
def test_one_percent_of_the_norm_tells_them_apart(predicted, verdict):
    found = judge((off(5), off(predicted)))
    assert {name: len(getattr(found, name)) for name in ("learned", "ignored", "unlearned")} == {
        "learned": 0,
        "ignored": 0,
        "unlearned": 0,
    } | {verdict: 1}
    (face,) = getattr(found, verdict)
    assert (face.before, face.after) == (pytest.approx(5), pytest.approx(predicted))


def test_only_the_landmarks_that_a_person_corrected_count():
    # the left eye was right before; the nose is what was corrected
    (face,) = judge((off(5), off(0, left=30))).learned
    assert (face.before, face.after) == (5, 0)


def test_a_face_whose_landmarks_hardly_moved_is_no_correction():
    assert not judge((off(1.9), off(0)))


def test_an_absent_landmark_does_not_count():
    label = LABEL.copy()
    label[2] = np.nan
    assert not judge((off(5), off(0)), label=label)
    assert len(judge((off(5, left=5), off(0)), label=label).learned) == 1


def test_a_face_without_a_norm_is_left_out():
    label = LABEL.copy()
    label[0] = np.nan
    assert not judge((off(5), off(0)), label=label)


def test_the_clearest_face_comes_first():
    found = judge((off(5), off(2)), (off(9), off(1)), (off(5), off(5)), (off(8), off(8)))
    assert [face.face_id for face in found.learned] == [2, 1]
    assert [face.face_id for face in found.ignored] == [4, 3]


def test_faces_that_were_not_trained_or_not_predicted_are_left_out():
    correction = [Correction(1, off(5), LABEL)]
    assert not judge_corrections(correction, {}, {1: LABEL}, EYES)
    assert not judge_corrections(correction, {1: LABEL}, {}, EYES)
