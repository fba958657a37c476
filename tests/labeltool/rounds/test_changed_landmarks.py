"""Rounds of a project whose landmarks changed: each is read as the landmarks that it knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from labeltool.domain import Filter, RoundKind, Verdict
from labeltool.rounds.quality.round_report import make_report
from labeltool.rounds.reports.report_html import report_html
from labeltool.rounds.run_folder import RunFolder
from pipnet.data.scheme import Scheme
from tests.labeltool.rounds.conftest import ANN, THREE_LIKE_STARTER, train
from tests.measured_rounds import add_measured_round
from tests.projects import add_faces, triangle
from tests.waiting import wait_until

WITH_BROW = Scheme("mine", ("left", "right", "nose", "brow"))
RENAMED = Scheme("mine", ("left", "right", "tip"))
FEWER = Scheme("mine", ("nose", "left"))


def change(store, scheme, sources) -> None:
    store.schemes.change(ANN, scheme, sources)
    store.schemes.follow()


def place_brows(store) -> None:
    """Place the new landmark on the two labelled faces."""
    for face in (1, 2):
        points = np.vstack([store.labels.all()[0][2][:3], [[30.0, 30.0]]])
        store.decisions.decide(ANN, [face], Verdict.CORRECTED, points=points)


def spec_of_newest(store) -> dict:
    return RunFolder(store.rounds.all()[-1].folder).spec()


def test_a_round_after_a_change_trains_the_new_landmarks_with_new_heads(trained):
    store, rounds = trained(1)
    assert rounds.launcher.plan().recipe.first_images == 0  # the network knows the landmarks
    change(store, WITH_BROW, [0, 1, 2, None])
    place_brows(store)
    assert rounds.launcher.plan().recipe.first_images > 0
    train(rounds)
    spec = spec_of_newest(store)
    assert Scheme.from_json(spec["scheme"]) == WITH_BROW
    assert spec["sources"] == spec["in_use"]["sources"] == [0, 1, 2, None]
    face = store.faces.get(5)
    assert face.prediction.points.shape == (4, 2)
    assert np.isfinite(face.prediction.points).all()
    assert face.missing is None


def test_a_landmark_with_another_name_costs_no_training(trained):
    store, rounds = trained(1)
    change(store, RENAMED, [0, 1, 2])
    assert rounds.launcher.plan().recipe.first_images == 0
    train(rounds)
    assert spec_of_newest(store)["sources"] == [0, 1, 2]


def test_a_missing_landmark_is_absent_for_the_training(reviewed):
    store, rounds = reviewed()
    change(store, WITH_BROW, [0, 1, 2, None])
    train(rounds)
    labels = RunFolder(store.rounds.all()[-1].folder).tables.labels()
    assert labels.points.shape[1:] == (4, 2)
    assert np.isnan(labels.points[:, 3]).all()
    assert (labels.visibility[:, 3] == 0).all()
    assert (labels.visibility[:, :3] == 2).all()


def test_the_network_in_use_predicts_its_own_landmarks(trained):
    store, rounds = trained(1)
    change(store, FEWER, [2, 0])
    add_faces(store, 1)
    assert rounds.launcher.can_predict()
    rounds.launcher.start_predict()
    rounds.wait(lambda _event: None)
    spec = spec_of_newest(store)
    assert (Scheme.from_json(spec["scheme"]), spec["layout"]) == (THREE_LIKE_STARTER, 1)
    assert store.faces.get(7).prediction.points.shape == (2, 2)
    store.undo.undo(ANN)
    store.schemes.follow()
    assert np.isfinite(store.faces.get(7).prediction.points).all()


def test_the_starter_predicts_what_the_project_was_made_with(reviewed):
    store, rounds = reviewed()
    change(store, WITH_BROW, [0, 1, 2, None])
    add_faces(store, 1)
    rounds.launcher.start_predict()
    rounds.wait(lambda _event: None)
    assert spec_of_newest(store)["layout"] == 1
    assert store.faces.get(7).missing.tolist() == [False, False, False, True]


def test_a_change_while_a_round_runs_leaves_its_results_right(reviewed, fake):
    store, rounds = reviewed()
    fake("slow")
    rounds.launcher.start_training(rounds.launcher.plan())
    wait_until(lambda: any(event.kind == "progress" for event in rounds.follower.poll()))
    change(store, FEWER, [2, 0])
    rounds.follower.stop_early()
    rounds.wait(lambda _event: None)
    row = store.rounds.all()[-1]
    assert row.kind is RoundKind.TRAIN
    shown = store.faces.get(5).prediction
    assert shown.round_id == row.id
    tables = RunFolder(row.folder).tables
    chunks = [tables.predictions(name) for name in RunFolder(row.folder).results()["chunks"]]
    (found,) = [each.points for chunk in chunks for each in chunk if each.face_id == 5]
    np.testing.assert_array_equal(shown.points, found[[2, 0]])
    assert store.queue.count(Filter("offered")) >= 1


@pytest.mark.parametrize(
    ("scheme", "sources", "is_measured"),
    [(FEWER, [2, 0], True), (RENAMED, [0, 1, 2], True), (WITH_BROW, [0, 1, 2, None], False)],
)
def test_the_report_of_a_round_before_the_change_is_of_the_landmarks_it_knows(
    project, scheme, sources, is_measured
):
    store = project(3, scheme=replace(THREE_LIKE_STARTER, nme_pair=(0, 1)))
    truth = {face: triangle(face) for face in (1, 2, 3)}
    after = {face: triangle(face) + 1 for face in (1, 2, 3)}
    add_measured_round(store, audit=truth, before=after, after=after, labels=truth)
    change(store, scheme, sources)
    report = make_report(store, 1)
    assert (report.evaluation is not None) == is_measured


def test_the_report_leaves_out_a_landmark_that_no_measured_face_has(project):
    store = project(3, scheme=replace(THREE_LIKE_STARTER, nme_pair=(0, 1)))
    change(store, replace(WITH_BROW, nme_pair=(0, 1)), [0, 1, 2, None])
    truth = {face: np.vstack([triangle(face), [[np.nan, np.nan]]]) for face in (1, 2, 3)}
    after = {face: np.vstack([triangle(face) + 1, [[30.0, 30.0]]]) for face in (1, 2, 3)}
    add_measured_round(store, audit=truth, before=after, after=after, labels=truth)
    report = make_report(store, 1)
    assert report.evaluation is not None
    nme = report.evaluation.summary()["nme"]
    assert report.evaluation.per_point() == {"left": nme, "right": nme, "nose": nme, "brow": None}
    assert "nan" not in report_html(report).casefold()
