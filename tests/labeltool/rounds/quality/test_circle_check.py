"""Whether circles hold what they should, as the badge says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from labeltool.domain import AuditSet, NewPrediction, RoundKind, Verdict
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.rounds.quality.circle_check import CircleCheck, Trust, check_circles
from labeltool.store import Store
from tests.projects import propose, triangle

ANN = "ann"
MakeProject = Callable[..., Store]


def propose_with_errors(store: Store, faces: Sequence[int], error: float, model: str) -> int:
    """Proposals whose landmarks are all expected to be off by `error`."""
    round_id = store.rounds.add(RoundKind.TRAIN, "std", f"rounds/{model}", {})
    store.rounds.set_model(round_id, model, model)
    rows = [
        NewPrediction(
            face, triangle(face), np.ones(3, np.float32), 1.0, 0.0,
            np.full(3, error, np.float32), error,
        )
        for face in faces
    ]  # fmt: skip
    store.rounds.add_predictions(round_id, rows)
    store.rounds.finish(round_id, {})
    return round_id


def norm(face: int) -> float:
    """The norm of a face of these projects: the root of the area around its points."""
    return float(np.sqrt(np.ptp(triangle(face), axis=0).prod()))


def label(store: Store, faces: Sequence[int], off: float) -> None:
    """Correct the first landmark of each face by so large a share of the norm."""
    for face in faces:
        points = triangle(face).astype(float)
        points[0, 1] -= off * norm(face)
        store.decisions.decide(ANN, [face], Verdict.CORRECTED, points=points)


@pytest.fixture
def store(project: MakeProject) -> Store:
    """Faces 1 to 40 measure; circles reach twice as far as the expected error of 2 %."""
    made = project(50, proposed=False)
    made.audit.add(ANN, range(1, 41), "photo", 0, beside=AuditSet("", ()))
    round_id = propose_with_errors(made, range(1, 51), 0.02, "own")
    made.trust.calibrations.save(round_id, "{}", faces=100, circle_factor=2.0, is_own=True)
    return made


def checked(store: Store) -> CircleCheck:
    found = check_circles(store)
    assert found is not None
    return found


def test_circles_that_nobody_checked_yet_rest_on_their_calibration(store: Store) -> None:
    check = checked(store)
    assert (check.trust, check.points, check.faces) == (Trust.HOLDS, 0, 0)
    assert str(check.sentence) == "Circles rest on 100 labelled faces."
    label(store, range(1, 10), 0.5)  # too few to say anything
    assert checked(store).trust is Trust.HOLDS


def test_circles_that_hold_are_said_to(store: Store) -> None:
    store.decisions.decide(ANN, list(range(1, 31)), Verdict.ACCEPTED)
    check = checked(store)
    assert (check.trust, check.share, check.points, check.faces) == (Trust.HOLDS, 1.0, 90, 30)
    assert str(check.sentence) == "Circles held 100 % of 90 points, expected 90."


def test_circles_that_do_not_hold_turn_amber_then_red_and_say_what_to_do(store: Store) -> None:
    store.decisions.decide(ANN, list(range(1, 16)), Verdict.ACCEPTED)
    label(store, range(16, 31), 0.2)  # one of three landmarks lies outside
    check = checked(store)
    assert check.trust is Trust.DOUBTFUL
    assert 0.8 < check.share < 0.85
    assert str(check.sentence) == (
        "Circles held 83 % of 90 points, expected 90: label 20 more random faces and start a round."
    )
    label(store, range(1, 41), 0.2)
    check = checked(store)
    assert check.trust is Trust.FAILS
    assert "Do not rely on them" in str(check.sentence)


def test_only_labels_of_random_faces_on_proposals_of_this_network_count(store: Store) -> None:
    label(store, range(41, 51), 0.5)  # chosen by a person
    assert checked(store).faces == 0
    label(store, range(1, 21), 0.5)
    newer = propose_with_errors(store, range(21, 41), 0.02, "newer")
    store.trust.calibrations.save(newer, "{}", faces=100, circle_factor=2.0, is_own=True)
    assert checked(store).faces == 0  # the newer network was trained after those
    store.decisions.decide(ANN, [21], Verdict.ACCEPTED)
    assert checked(store).faces == 1


def test_circles_of_another_network_or_of_few_faces_are_doubtful(store: Store) -> None:
    for name, faces, is_own, words in (
        ("borrowed", 100, False, "not calibrated for this network"),
        ("few", 29, True, "rest on 29 faces only"),
    ):
        newer = propose_with_errors(store, range(1, 51), 0.02, name)
        store.trust.calibrations.save(newer, "{}", faces=faces, circle_factor=2.0, is_own=is_own)
        check = checked(store)
        assert check.trust is Trust.DOUBTFUL
        assert words in str(check.sentence)
        assert "start a round" in str(check.sentence)


def test_a_network_without_expected_errors_says_how_to_get_some(store: Store) -> None:
    propose(store, range(1, 51))
    check = checked(store)
    assert check.trust is Trust.DOUBTFUL
    assert "no expected errors" in str(check.sentence)


def test_mean_faces_and_imports_need_no_badge(project: MakeProject) -> None:
    made = project(3, proposed=False)
    assert check_circles(made) is None
    propose(made, [1, 2, 3], model=MEAN_FACE, kind=RoundKind.PREDICT)
    assert check_circles(made) is None


def test_the_first_calibration_of_a_network_stays(store: Store) -> None:
    round_id = store.rounds.all()[-1].id
    store.trust.calibrations.save(round_id, "{}", faces=5, circle_factor=9.0, is_own=False)
    found = store.trust.calibrations.of_round(round_id)
    assert (found.faces, found.circle_factor, found.is_own) == (100, 2.0, True)
    assert store.faces.get(1).prediction.circle_factor == 2.0


def test_faces_judged_for_a_guarantee_count_once_they_have_a_label(store: Store) -> None:
    acceptances = store.trust.acceptances
    candidates = acceptances.candidates(range(41, 51), by_folder=False)
    started = acceptances.start(ANN, "seed", "{}", candidates)
    for number, face in enumerate((41, 42, 43), 1):
        shown = acceptances.show(started, number, face, store.faces.get(face).prediction.id)
        acceptances.answer(shown.token, number > 1)
    planted = acceptances.show(started, 4, 44, None, "planted", 2.0, triangle(44).astype(float))
    acceptances.answer(planted.token, right=True)
    assert checked(store).faces == 0
    label(store, [41], 0.5)
    store.decisions.decide(ANN, [42, 43, 44, 45], Verdict.ACCEPTED)
    check = checked(store)
    assert (check.faces, check.points) == (3, 9)
