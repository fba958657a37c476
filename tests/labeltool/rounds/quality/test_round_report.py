"""Reports of rounds, from run folders made by hand."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from labeltool.domain import UserError, Verdict
from labeltool.rounds.quality.round_report import WORST_FACES, make_report
from labeltool.rounds.run_tables import RunFolderError
from pipnet.data.boxes import tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.sample import Sample
from pipnet.data.scheme import Scheme
from pipnet.evaluation.evaluate import evaluate
from pipnet.inference.results import FaceLandmarks
from tests.measured_rounds import add_measured_round
from tests.projects import triangle

EYES = Scheme(
    "eyes", ("left", "right", "nose"), nme_pair=(0, 1), curves=((0, 1),),
    regions={"eyes": (0, 1), "nose": (2,)},
)  # fmt: skip


def noisy(faces, pixels: float, seed: int = 0) -> dict[int, np.ndarray]:
    """Landmarks off by about so many pixels; the same directions for one seed."""
    rng = np.random.default_rng(seed)
    return {face: triangle(face) + rng.normal(0, pixels, (3, 2)) for face in faces}


def true(faces) -> dict[int, np.ndarray]:
    return {face: triangle(face) for face in faces}


@pytest.fixture
def store(project):
    return project(30, scheme=EYES)


def first_round(store, faces=range(1, 21), pixels: float = 2.0) -> int:
    return add_measured_round(
        store, audit=true(faces), before=noisy(faces, 2 * pixels), after=noisy(faces, pixels)
    )


class TestFigures:
    def test_the_worst_faces_come_first_by_name(self, store):
        first_round(store, range(1, 26))
        report = make_report(store, 1)
        errors = [nme for _, nme in report.worst]
        assert len(errors) == WORST_FACES
        assert errors == sorted(errors, reverse=True)
        assert all(report.photos[face] == f"{face - 1:05d}.jpg" for face, _ in report.worst)

    def test_a_face_that_nothing_normalises_is_left_out(self, store):
        audit = true((1, 2, 3))
        audit[2] = audit[2].copy()
        audit[2][0] = np.nan
        add_measured_round(store, audit=audit, after=noisy((1, 2, 3), 1.0))
        report = make_report(store, 1)
        assert report.figures["faces"] == 2
        assert {face for face, _ in report.worst} == {1, 3}

    def test_json_has_every_figure(self, store):
        first_round(store)
        report = make_report(store, 1)
        written = json.loads(json.dumps(report.to_dict()))
        assert written["round"] == 1
        assert written["audit"]["faces"] == 20
        assert set(written["audit"]["points"]) == {"left", "right", "nose"}
        assert set(written["audit"]["regions"]) == {"eyes", "nose"}
        assert written["audit"]["ced"][-1] == [0.1, 1 - written["audit"]["fr10"] / 100]
        assert written["audit"]["nme"] == store.rounds.all()[-1].summary["audit"]["nme"]

    def test_without_audit_faces_quality_is_unknown(self, store):
        add_measured_round(store, predicted=noisy((1, 2), 1.0))
        report = make_report(store, 1)
        assert report.figures is None
        assert report.comparison is None
        assert report.comparable == ()
        assert report.to_dict()["audit"] is None
        assert "unknown" in str(report.advice.sentence)

    def test_a_deleted_run_folder_leaves_the_figures(self, store):
        first_round(store)
        kept = make_report(store, 1).figures["nme"]
        shutil.rmtree(store.rounds.all()[-1].folder)
        report = make_report(store, 1)
        assert report.figures["nme"] == kept
        assert report.evaluation is None
        assert report.worst == ()
        assert report.to_dict()["audit"]["nme"] == kept

    def test_deleted_predictions_leave_the_figures(self, store):
        first_round(store)
        whole = make_report(store, 1)
        assert whole.corrections is not None
        (store.rounds.all()[-1].folder / "predictions-00000.npz").unlink()
        report = make_report(store, 1)
        assert report.corrections is None
        assert report.to_dict()["corrections"] is None
        assert report.worst == whole.worst

    def test_a_damaged_file_is_said(self, store):
        first_round(store)
        (store.rounds.all()[-1].folder / "audit-errors.npz").write_bytes(b"x")
        with pytest.raises(RunFolderError):
            make_report(store, 1)

    def test_there_must_be_such_a_round(self, store):
        with pytest.raises(UserError, match="no finished training round 7"):
            make_report(store, 7)


def test_figures_equal_those_of_evaluate(store, monkeypatch):
    """The same landmarks and labels, by the function behind `pipnet evaluate`."""
    faces = range(1, 21)
    first_round(store, faces)
    samples = [Sample(store.folder / str(face), triangle(face), (), "std") for face in faces]
    found = noisy(faces, 2.0)

    def predicted(_detector, requests):
        for request in requests:
            points = found[int(request.photo.name)]
            face = FaceLandmarks(
                points, points, np.zeros((len(points), 0, 2)), np.zeros(len(points)),
                np.ones(len(points)), 1.0, tight_box(points),
            )  # fmt: skip
            yield SimpleNamespace(problem=None, faces=[face])

    monkeypatch.setattr("pipnet.evaluation.evaluate.predict_photos", predicted)
    detector: Any = SimpleNamespace(scheme=EYES, convention=CropConvention())
    expected = evaluate(detector, samples)
    report = make_report(store, 1)
    assert report.figures == expected.summary()
    assert report.evaluation.ced() == expected.ced()
    assert report.evaluation.per_point() == expected.per_point()
    assert report.evaluation.per_region() == expected.per_region()


class TestComparison:
    def test_it_is_with_the_network_in_use_before(self, store):
        first_round(store)
        report = make_report(store, 1)
        kept = store.rounds.all()[-1].summary["against"]
        written = report.to_dict()["against"]
        assert {name: written[name] for name in kept} == kept
        assert written["high"] < 0
        assert written["nme_change"] == pytest.approx(
            written["nme_after"] - written["nme_before"], abs=2e-3
        )
        assert report.comparable == (0,)

    def test_with_any_round_on_the_faces_of_both(self, store):
        first_round(store, range(1, 11))
        add_measured_round(
            store, audit=true(range(6, 21)), before=noisy(range(6, 21), 2.0),
            after=noisy(range(6, 21), 1.0, seed=3), against=1,
        )  # fmt: skip
        add_measured_round(
            store, audit=true(range(1, 21)), before=noisy(range(1, 21), 1.0),
            after=noisy(range(1, 21), 0.5), against=2,
        )  # fmt: skip
        report = make_report(store, 3, against=1)
        assert report.comparison.faces.tolist() == list(range(1, 11))
        assert report.comparable == (0, 1, 2)
        assert len(make_report(store, 3).comparison.faces) == 20
        # the starter was measured by round 1
        assert make_report(store, 3, against=0).comparison.faces.tolist() == list(range(1, 11))
        older = make_report(store, 1, against=3)
        assert older.comparison.faces.tolist() == list(range(1, 11))
        assert older.comparison.nme.change == pytest.approx(-report.comparison.nme.change)

    def test_labels_that_changed_since_are_those_of_the_newer_round(self, store):
        first_round(store, range(1, 11))
        moved = {face: triangle(face + 5) for face in range(1, 11)}
        add_measured_round(
            store, audit=moved, before=noisy(range(1, 11), 2.0), after=moved, against=1
        )
        report = make_report(store, 2)
        assert report.comparison.own.errors.max() == 0
        assert report.comparison.other.errors.min() > 0.05

    def test_a_damaged_round_cannot_be_compared_with(self, store):
        first_round(store)
        add_measured_round(store, audit=true(range(1, 21)), after=noisy(range(1, 21), 1.0))
        (store.rounds.all()[-1].folder / "audit-errors.npz").write_bytes(b"x")
        assert make_report(store, 1).comparable == (0,)

    def test_rounds_without_common_faces_cannot_be_compared(self, store):
        first_round(store, range(1, 11))
        add_measured_round(store, audit=true(range(11, 21)), after=noisy(range(11, 21), 1.0))
        assert make_report(store, 2).comparison is None
        with pytest.raises(UserError, match="share no audit faces"):
            make_report(store, 2, against=1)


def test_corrections_are_judged_by_what_the_round_predicts_for_its_labels(store):
    for face, label in ((1, triangle(9)), (2, triangle(10)), (3, triangle(11))):
        store.decisions.decide("ann", [face], Verdict.CORRECTED, points=label)
    store.decisions.decide("ann", [4], Verdict.ACCEPTED)
    labels = {1: triangle(9), 2: triangle(10), 3: triangle(11), 4: triangle(4)}
    predicted = {1: triangle(9), 2: triangle(2), 3: triangle(-5), 4: triangle(4)}
    add_measured_round(store, labels=labels, predicted=predicted)
    found = make_report(store, 1).to_dict()["corrections"]
    assert [row["face"] for row in found["learned"]] == [1]
    assert [row["face"] for row in found["ignored"]] == [2]
    assert [row["face"] for row in found["unlearned"]] == [3]
    assert found["learned"][0]["photo"] == "00000.jpg"
    assert found["learned"][0]["after"] == 0


def test_faces_that_moved_most_come_first(store):
    predicted = {1: triangle(1 + 2), 2: triangle(2 + 8), 3: triangle(3)}
    add_measured_round(store, predicted=predicted)
    report = make_report(store, 1)
    assert [face for face, _ in report.movement.most] == [2, 1, 3]
    moved = report.to_dict()["movement"]
    assert moved["faces"] == 3
    assert moved["most"][0]["photo"] == "00001.jpg"
