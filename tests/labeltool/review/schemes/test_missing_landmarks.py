"""Landmarks that the scheme got after faces were labelled: listed, proposed, decided."""

from __future__ import annotations

import json

import numpy as np

from labeltool.domain import ABSENT, Filter, NewPrediction, RoundKind, Verdict
from labeltool.exchange.label_export import export_labels
from labeltool.review.desk import Desk
from labeltool.review.schemes.missing_landmarks import MIN_PLACED, MissingLandmarks, fit_landmark
from pipnet.data.scheme import Scheme
from tests.projects import triangle

ME = "ann"
SHAPE = ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0), (0.5, 0.4))
FOUR = Scheme("four", ("left", "right", "nose", "brow"), shape=SHAPE)
BROW = 3


def shape(number: int) -> np.ndarray:
    """A face (4, 2) whose brow follows from the others: they differ in place, size, angle and in
    how long they are."""
    random = np.random.default_rng(number)
    long, wide = random.uniform(0.8, 1.4), random.uniform(0.9, 1.1)
    face = np.array([[-20 * wide, 0.0], [20 * wide, 0.0], [0.0, 40 * long], [0.0, 14 * long]])
    angle, size = random.uniform(-0.4, 0.4), random.uniform(0.7, 1.3)
    turn = size * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return face @ turn + random.uniform(40, 60, 2)


def correct(store, face, points) -> None:
    store.decisions.decide(ME, [face], Verdict.CORRECTED, points=points)


def with_a_new_landmark(store, decided: int):
    """Three landmarks are labelled on some faces; then the scheme gets a fourth."""
    for face in range(1, decided + 1):
        correct(store, face, shape(face)[:3])
    store.schemes.change(ME, FOUR, [0, 1, 2, None])
    store.schemes.follow()
    return store


def test_the_filter_lists_the_labels_that_lack_a_landmark(project):
    store = with_a_new_landmark(project(3), decided=2)
    missing = Filter("missing")
    assert store.queue.ids(missing) == [1, 2]
    assert store.queue.count(missing) == 2
    assert store.queue.facets(Filter()).verdicts["missing"] == 2
    assert store.queue.facets(missing).left == 2
    correct(store, 1, shape(1))
    assert store.queue.ids(missing) == [2]
    store.undo.undo(ME)
    assert store.queue.ids(missing) == [1, 2]
    store.undo.undo(ME)
    store.schemes.follow()
    assert store.queue.count(missing) == 0


def test_a_change_of_other_kinds_leaves_nothing_missing(project):
    store = project(2)
    correct(store, 1, triangle())
    store.schemes.change(ME, Scheme("two", ("nose", "left")), [2, 0])
    store.schemes.follow()
    assert store.queue.count(Filter("missing")) == 0
    assert store.faces.get(1).missing is None


def test_a_missing_landmark_starts_where_the_scheme_has_it(project):
    store = with_a_new_landmark(project(1), decided=1)
    face = Desk(store, ME).face
    assert face.missing.tolist() == [False, False, False, True]
    np.testing.assert_array_equal(face.points[:3], shape(1)[:3])
    left, right, nose, brow = face.points
    middle = (left + right) / 2
    assert 0.2 < np.linalg.norm(brow - middle) / np.linalg.norm(nose - middle) < 0.6
    assert store.faces.get(1).points is not None
    assert np.isnan(store.labels.all()[0][2][BROW]).all()  # nobody has decided on it


def test_accepting_decides_on_what_was_missing(project):
    store = with_a_new_landmark(project(2), decided=2)
    desk = Desk(store, ME)
    desk.queue.set_filter(Filter("missing"))
    desk.open(1)
    shown = desk.face.points
    desk.accept()
    found = {face: (verdict, points) for face, verdict, points, *_ in store.labels.all()}
    assert found[1][0] == Verdict.CORRECTED
    np.testing.assert_array_equal(found[1][1], shown)
    assert desk.face.id == 2
    assert store.queue.ids(Filter("missing")) == [2]
    desk.undo_stack.undo()
    assert np.isnan(store.labels.all()[0][2][BROW]).all()


def test_a_drag_of_a_missing_landmark_leaves_the_others_in_their_place(project):
    store = with_a_new_landmark(project(1), decided=1)
    desk = Desk(store, ME)
    assert desk.edits.placed == {0, 1, 2}
    desk.edits.move(BROW, 51.0, 52.0)
    assert desk.edits.placed == {0, 1, 2, BROW}
    desk.accept()
    np.testing.assert_array_equal(store.labels.all()[0][2][BROW], [51.0, 52.0])
    assert store.queue.count(Filter("missing")) == 0


def test_a_missing_landmark_may_be_absent(project):
    store = with_a_new_landmark(project(1), decided=1)
    desk = Desk(store, ME)
    desk.edits.set_visibility([BROW], ABSENT)
    desk.accept()
    assert store.queue.count(Filter("missing")) == 0
    _, _, points, visibility, *_ = store.labels.all()[0]
    assert np.isnan(points[BROW]).all()
    assert visibility.tolist() == [2, 2, 2, 0]


def test_an_old_proposal_is_accepted_with_the_landmark_that_was_shown(project):
    store = with_a_new_landmark(project(1), decided=0)
    desk = Desk(store, ME)
    shown = desk.face.points
    assert np.isfinite(shown).all()
    assert not desk.edits.moved
    desk.accept()
    _, verdict, points, *_ = store.labels.all()[0]
    assert verdict == Verdict.ACCEPTED
    np.testing.assert_array_equal(points, shown)


def test_a_batch_of_old_proposals_decides_on_what_they_have(project):
    store = with_a_new_landmark(project(2), decided=0)
    store.decisions.decide(ME, [1, 2], Verdict.ACCEPTED)
    assert store.queue.count(Filter("missing")) == 2


def test_after_thirty_faces_it_is_proposed_from_the_shape_of_the_others(project):
    store = with_a_new_landmark(project(MIN_PLACED + 5), decided=MIN_PLACED + 5)
    desk = Desk(store, ME)

    def error(face: int) -> float:
        desk.open(face)
        return float(np.linalg.norm(desk.face.points[BROW] - shape(face)[BROW]))

    for face in range(1, MIN_PLACED):
        correct(store, face, shape(face))
    before = [error(face) for face in range(MIN_PLACED + 1, MIN_PLACED + 6)]
    correct(store, MIN_PLACED, shape(MIN_PLACED))
    after = [error(face) for face in range(MIN_PLACED + 1, MIN_PLACED + 6)]
    assert max(after) < 0.5
    assert np.mean(after) < np.mean(before) / 5


def test_a_face_without_some_of_the_others_gets_a_place_too():
    faces = np.stack([shape(k) for k in range(40)])
    fit = fit_landmark(faces, BROW, np.arange(3))
    partly = shape(50)
    partly[2] = np.nan
    assert np.linalg.norm(fit.propose(partly) - shape(50)[BROW]) < 10
    partly[1] = np.nan
    assert np.isnan(fit.propose(partly)).all()


def test_a_face_that_nobody_proposed_for_stays_empty(project):
    store = with_a_new_landmark(project(1, proposed=False), decided=0)
    assert MissingLandmarks(store).completed(store.faces.get(1)).points is None


def test_exports_leave_a_missing_landmark_out(project, tmp_path):
    store = with_a_new_landmark(project(1), decided=1)
    export_labels(store, tmp_path / "labels.json", "coco")
    written = json.loads((tmp_path / "labels.json").read_text())
    assert written["categories"][0]["keypoints"] == ["left", "right", "nose", "brow"]
    assert written["annotations"][0]["keypoints"][9:] == [0, 0, 0]
    assert written["annotations"][0]["num_keypoints"] == 3


def test_predictions_of_a_round_with_the_landmarks_before_are_read_in_their_own(project):
    store = with_a_new_landmark(project(2), decided=0)
    round_id = store.rounds.add(RoundKind.TRAIN, "std", "rounds/late", {})
    late = NewPrediction(
        1, triangle(3), np.full(3, 0.5, np.float32), 0.5, 0.1, np.full(3, 0.05, np.float32), 0.05, 1
    )  # fmt: skip
    store.rounds.add_predictions(round_id, [late])
    store.rounds.finish(round_id, {})
    prediction = store.faces.get(1).prediction
    np.testing.assert_array_equal(prediction.points[:3], triangle(3))
    assert np.isnan(prediction.points[BROW]).all()
    assert np.isnan(prediction.errors).tolist() == [False, False, False, True]
    assert store.faces.get(1).missing.tolist() == [False, False, False, True]
