"""Predictions by other detectors than the networks of the project: what they replace, and after."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import RoundKind, RoundStatus, UserError, Verdict
from labeltool.rounds.controller import Rounds
from labeltool.rounds.proposals.other_detectors import (
    OtherDetector,
    detector_in_use,
    find_detector,
    installed_detectors,
)
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_inputs import trained_round
from tests.labeltool.rounds.conftest import ANN
from tests.plugin_package import install_plugin
from tests.projects import add_faces

TOY = OtherDetector("toy", package="toy_face 1.0")


def ignore(_event: object) -> None:
    pass


def models(store) -> list[str]:
    faces = [store.faces.get(face) for face in sorted(row[0] for row in store.faces.boxes())]
    return ["" if face.prediction is None else face.prediction.model for face in faces]


def predict_by_toy(rounds: Rounds) -> None:
    rounds.launcher.start_predict(detector=TOY)
    rounds.wait(ignore)


def test_open_faces_get_its_proposals_and_decisions_stay(reviewed):
    store, rounds = reviewed()
    labels = [store.faces.get(face).points.copy() for face in (1, 2)]
    predict_by_toy(rounds)
    # two accepted, one rejected, one excluded, two not reviewed
    assert models(store) == ["starter", "starter", "detector toy", "starter", *["detector toy"] * 2]
    for face, points in zip((1, 2), labels, strict=True):
        np.testing.assert_array_equal(store.faces.get(face).points, points)
    row = store.rounds.all()[-1]
    assert (row.kind, row.status, row.model) == (
        RoundKind.PREDICT, RoundStatus.READY, "detector toy",
    )  # fmt: skip
    assert row.summary["detector"] == TOY.to_dict()
    assert store.check() == []


def test_new_faces_are_predicted_by_it_too_until_a_round_is_promoted(reviewed):
    store, rounds = reviewed()
    predict_by_toy(rounds)
    assert detector_in_use(store)[0] == TOY
    assert rounds.launcher.can_predict()
    add_faces(store, 1)
    rounds.launcher.start_predict()
    rounds.wait(ignore)
    assert models(store)[6] == "detector toy"
    assert [row[1:] for row in store.decisions.models_waiting()] == [("detector toy", 3)]
    rounds.launcher.start_training(rounds.launcher.plan())
    rounds.wait(ignore)
    assert detector_in_use(store) is None
    assert models(store)[4:] == ["round 1"] * 3


def test_a_training_starts_from_the_network_that_was_in_use_before(reviewed):
    store, rounds = reviewed()
    rounds.launcher.start_training(rounds.launcher.plan())
    rounds.wait(ignore)
    predict_by_toy(rounds)
    assert trained_round(store).number == 1
    rounds.launcher.start_training(rounds.launcher.plan())
    spec = RunFolder(store.rounds.all()[-1].folder).spec()
    assert spec["weights"] == f"../{trained_round(store).folder.name}/model.safetensors"
    rounds.wait(ignore)


def test_a_rollback_brings_the_network_back_and_the_detector_again(reviewed):
    store, rounds = reviewed()
    rounds.launcher.start_training(rounds.launcher.plan())
    rounds.wait(ignore)
    predict_by_toy(rounds)
    rounds.promotion.roll_back(ANN, rounds.promotion.round(1))
    assert models(store)[4:] == ["round 1"] * 2
    assert detector_in_use(store) is None
    toy = next(row for row in store.rounds.all() if row.model == "detector toy")
    rounds.promotion.roll_back(ANN, toy)
    assert models(store)[4:] == ["detector toy"] * 2
    assert detector_in_use(store)[0] == TOY


def test_chosen_again_it_proposes_anew(reviewed):
    store, rounds = reviewed()
    predict_by_toy(rounds)
    rounds.launcher.start_training(rounds.launcher.plan())
    rounds.wait(ignore)
    predict_by_toy(rounds)
    assert models(store)[4:] == ["detector toy"] * 2
    assert detector_in_use(store)[0] == TOY


def test_one_that_fails_changes_nothing(reviewed, fake):
    store, rounds = reviewed()
    before = models(store)
    fake("fail-expected")
    rounds.launcher.start_predict(detector=TOY)
    with pytest.raises(UserError, match="failed on purpose"):
        rounds.wait(ignore)
    assert models(store) == before
    assert detector_in_use(store) is None
    assert store.rounds.all()[-1].status is RoundStatus.FAILED


def test_nothing_to_predict_is_said(project, fake):
    store = project(1)
    store.decisions.decide(ANN, [1], Verdict.ACCEPTED)
    with pytest.raises(UserError, match="Every face has a decision already"):
        Rounds(store).launcher.start_predict(detector=TOY)


def test_detectors_are_found_by_name_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if not installed_detectors():
        with pytest.raises(UserError, match="no plug-in is installed"):
            find_detector("toy")
    # it is not imported, so it may be broken
    monkeypatch.syspath_prepend(install_plugin(tmp_path / "installed", "no code"))
    assert TOY in installed_detectors()
    assert find_detector("toy") == TOY
    with pytest.raises(UserError, match=r"There is no detector toi.*Choose one of .*toy"):
        find_detector("toi")
    with pytest.raises(UserError, match=r"There is no file .*net\.onnx"):
        find_detector(str(tmp_path / "net.onnx"))
    (tmp_path / "net.onnx").touch()
    found = find_detector(str(tmp_path / "net.onnx"))
    assert (found.name, found.file) == ("net.onnx", tmp_path / "net.onnx")
    assert OtherDetector.from_dict(found.to_dict()) == found
