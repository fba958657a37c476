"""Landmarks that are looked at one by one decide their faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import NewPrediction, RoundKind, UserError, Verdict
from labeltool.store import PASSED, UNMARKED, WRONG, SeenLandmark, Store, open_project
from tests.projects import make_project, triangle


def propose(store: Store, faces: list[int], errors: np.ndarray | None = None) -> None:
    """Offer the triangle for these faces, with expected errors (F, 3)."""
    round_id = store.rounds.add(RoundKind.PREDICT, "", f"rounds/{len(store.rounds.all())}", {})
    store.rounds.set_model(round_id, "model", f"digest {round_id}")
    offered = [
        NewPrediction(
            face, triangle(round_id), np.full(3, 0.25, np.float32), 0.25, 0.1,
            errors=None if errors is None else errors[place].astype(np.float32),
        )
        for place, face in enumerate(faces)
    ]  # fmt: skip
    store.rounds.offer(round_id, offered)
    store.rounds.finish(round_id, {}, visible=False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = make_project(tmp_path / "p", 3)
    propose(made, [1, 2, 3], np.array([[0.5, 0.1, 0.2], [0.25, 0.3, 0.2], [0.125, 0.2, 0.2]]))
    yield made
    made.close()


def look(store: Store, landmark: int, marks: dict[int, int]) -> None:
    table = store.decisions.landmark_checks.some(list(marks))
    on = dict(zip(table.faces.tolist(), table.predictions.tolist(), strict=True))
    seen = [SeenLandmark(face, on[face], mark) for face, mark in marks.items()]
    store.decisions.landmark_checks.check("me", landmark, seen)


def verdict(store: Store, face: int) -> Verdict:
    found = store.faces.get(face)
    assert found is not None
    return found.verdict


def test_a_face_is_accepted_when_its_last_landmark_passes(store: Store) -> None:
    for landmark in range(3):
        assert verdict(store, 1) is Verdict.UNREVIEWED
        look(store, landmark, {1: PASSED, 2: WRONG if landmark == 1 else PASSED})
    assert verdict(store, 1) is Verdict.ACCEPTED
    assert verdict(store, 2) is Verdict.UNREVIEWED
    table = store.decisions.landmark_checks.table()
    assert table.faces.tolist() == [2, 3]
    assert table.marks.tolist() == [[PASSED, WRONG, PASSED], [UNMARKED] * 3]
    assert table.errors[:, 0].tolist() == [0.25, 0.125]


def test_moved_points_make_a_correction(store: Store) -> None:
    moved = triangle(1)
    moved[2] += 3
    prediction = store.faces.get(1).prediction.id
    store.drafts.save("me", 1, prediction, moved)
    for landmark in range(3):
        look(store, landmark, {1: PASSED})
    face = store.faces.get(1)
    assert face.verdict is Verdict.CORRECTED
    assert face.draft is None
    np.testing.assert_array_equal(face.points, moved)
    store.undo.undo("me")
    face = store.faces.get(1)
    assert face.verdict is Verdict.UNREVIEWED
    np.testing.assert_array_equal(face.draft, moved)
    assert store.decisions.landmark_checks.some([1]).marks.tolist() == [[PASSED, PASSED, UNMARKED]]
    store.undo.redo("me")
    assert verdict(store, 1) is Verdict.CORRECTED
    assert store.faces.get(1).draft is None


def test_undo_and_redo_of_a_page_that_decided_nothing(store: Store) -> None:
    look(store, 0, {1: PASSED, 2: WRONG})
    result = store.undo.undo("me")
    assert result.changes.faces == {1, 2}
    assert not store.decisions.landmark_checks.table().marks.any()
    store.undo.redo("me")
    assert store.decisions.landmark_checks.table().marks[:, 0].tolist() == [PASSED, WRONG, UNMARKED]


def test_a_new_proposal_and_a_later_move_reset_marks(store: Store) -> None:
    look(store, 0, {1: PASSED, 2: PASSED})
    look(store, 1, {1: PASSED, 2: PASSED})
    moved = triangle(1)
    moved[0] += 3
    store.drafts.save("me", 1, store.faces.get(1).prediction.id, moved)
    assert store.decisions.landmark_checks.table().marks[:2].tolist() == [
        [UNMARKED, PASSED, UNMARKED], [PASSED, PASSED, UNMARKED],
    ]  # fmt: skip
    propose(store, [2])
    table = store.decisions.landmark_checks.table()
    assert not table.marks[1].any()
    assert table.errors[1].tolist() == [0.75] * 3  # no error model: by the score


def test_a_face_that_shows_another_proposal_is_left_alone(store: Store) -> None:
    old = store.decisions.landmark_checks.some([1]).predictions[0]
    propose(store, [1])
    with pytest.raises(UserError, match="changed meanwhile"):
        store.decisions.landmark_checks.check("me", 0, [SeenLandmark(1, int(old), PASSED)])
    assert not store.decisions.landmark_checks.table().marks.any()


def test_a_decided_face_with_a_wrong_landmark_is_set_back(store: Store) -> None:
    moved = triangle(1)
    moved[2] += 3
    prediction = store.faces.get(1).prediction.id
    store.drafts.save("me", 1, prediction, moved)
    for landmark in range(3):
        look(store, landmark, {1: PASSED})
    store.decisions.landmark_checks.check("me", 2, [SeenLandmark(1, prediction, WRONG)])
    face = store.faces.get(1)
    assert face.verdict is Verdict.UNREVIEWED
    np.testing.assert_array_equal(face.draft, moved)
    assert store.decisions.landmark_checks.some([1]).marks.tolist() == [[PASSED, PASSED, WRONG]]
    store.undo.undo("me")
    face = store.faces.get(1)
    assert (face.verdict, face.draft) == (Verdict.CORRECTED, None)


def test_a_face_that_was_set_back_begins_anew(store: Store) -> None:
    for landmark in range(3):
        look(store, landmark, {1: PASSED})
    store.decisions.decide("me", [1], Verdict.UNREVIEWED)
    assert not store.decisions.landmark_checks.some([1]).marks.any()


def test_a_reverted_page_may_be_looked_at_again(store: Store) -> None:
    for landmark in range(3):
        look(store, landmark, {1: PASSED, 2: PASSED})
    store.history.revert_batch("you", store.history.batches()[0].id)
    assert (
        store.decisions.landmark_checks.table().marks[:2].tolist()
        == [[PASSED, PASSED, UNMARKED]] * 2
    )


def test_marks_survive_another_process(store: Store, tmp_path: Path) -> None:
    look(store, 0, {1: PASSED})
    again = open_project(tmp_path / "p")
    assert again.decisions.landmark_checks.table().marks[0].tolist() == [PASSED, UNMARKED, UNMARKED]
    again.close()
    assert store.check() == []
