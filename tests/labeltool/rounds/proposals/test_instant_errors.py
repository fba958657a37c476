"""Expected errors of a proposal that the window makes itself."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from labeltool.domain import RoundKind, UserError
from labeltool.rounds.proposals.instant_prediction import Instant
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import Store
from pipnet import resources
from pipnet.calibration.calibration_file import find, to_json
from pipnet.calibration.signals import predicted_norm
from pipnet.data.images import read_image
from pipnet.data.scheme import Scheme, load_scheme
from pipnet.export.onnx import export_onnx
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.models.checkpoint import load
from tests.projects import make_project

BOX = (150.0, 100.0, 250.0, 300.0)


@pytest.fixture
def store(tmp_path: Path, sample: Path, opened: list[Store]) -> Store:
    """A project with one photo, whose face a person has just drawn."""
    photos = tmp_path / "photos"
    photos.mkdir()
    shutil.copy(sample / "portrait-0001.jpg", photos)
    made = make_project(tmp_path / "project", scheme=load_scheme("300w"))
    opened.append(made)
    made.photos.add(made.photos.add_root(photos), [("portrait-0001.jpg", 1)])
    ((photo, _file),) = made.photos.unsearched()
    made.faces.add([(photo, BOX, "hand")])
    round_id = made.rounds.add(RoundKind.PREDICT, "", "rounds/x", {})
    made.rounds.set_model(round_id, "starter", "digest")
    made.rounds.finish(round_id, {}, visible=True)
    return made


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter as an ONNX file."""
    file = tmp_path_factory.mktemp("exported") / "starter.onnx"
    export_onnx(load(resources.starter()), file)
    return file


@pytest.fixture
def folder(store: Store, exported: Path) -> RunFolder:
    """The run folder of a prediction with the starter."""
    made = RunFolder(store.folder / "rounds" / "x")
    made.path.mkdir(parents=True)
    shutil.copy(exported, made.onnx)
    return made


def test_it_has_the_expected_errors_of_the_calibration_beside_the_network(
    folder: RunFolder, store: Store
) -> None:
    folder.write_calibration(to_json(replace(find(resources.starter()), models=())))
    Instant(store).propose(1)
    face = store.faces.get(1)
    found = OnnxDetector(folder.onnx, threads=1).predict(read_image(face.photo), [BOX], "hand")[0]
    norm = predicted_norm(found.points[None], store.scheme)[0]
    np.testing.assert_allclose(face.prediction.errors * norm, found.errors, rtol=1e-3)
    assert face.prediction.error == pytest.approx(found.error, rel=1e-3)


def test_without_a_calibration_it_has_none(folder: RunFolder, store: Store) -> None:
    Instant(store).propose(1)
    prediction = store.faces.get(1).prediction
    assert (prediction.errors, prediction.error) == (None, None)


def test_a_network_of_the_landmarks_before_a_change_predicts_its_own(
    folder: RunFolder, store: Store
) -> None:
    folder.write_calibration(to_json(replace(find(resources.starter()), models=())))
    spec = {"scheme": store.scheme.to_json(), "layout": store.schemes.layout}
    (folder.path / "spec.json").write_text(json.dumps(spec))
    kept = list(range(67, 0, -1))
    fewer = Scheme("fewer", tuple(store.scheme.names[k] for k in kept))
    store.schemes.change("ann", fewer, kept)
    store.schemes.follow()
    Instant(store).propose(1)
    face = store.faces.get(1)
    found = OnnxDetector(folder.onnx, threads=1).predict(read_image(face.photo), [BOX], "hand")[0]
    np.testing.assert_allclose(face.prediction.points, found.points[kept])
    norm = predicted_norm(found.points[None], load_scheme("300w"))[0]
    np.testing.assert_allclose(face.prediction.errors * norm, found.errors[kept], rtol=1e-3)


def test_a_damaged_calibration_is_an_error_that_names_it(folder: RunFolder, store: Store) -> None:
    folder.write_calibration("{")
    with pytest.raises(UserError, match=r"model\.calibration\.json"):
        Instant(store).propose(1)
