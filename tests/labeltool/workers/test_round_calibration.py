"""The error model of a round's network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labeltool.rounds.quality.error_models import is_own, read_error_model, start_calibration
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunFolderError
from labeltool.workers.round_audit import Measurement
from labeltool.workers.round_calibration import refitted, start_error_model, write_error_model
from pipnet import resources
from pipnet.calibration.calibration_file import find
from pipnet.calibration.error_model import ErrorModel
from pipnet.calibration.signals import NAMES
from pipnet.data.scheme import Scheme, load_scheme
from pipnet.evaluation.evaluate import Evaluation

SCHEME = load_scheme("300w")


@pytest.fixture
def start() -> ErrorModel:
    found = find(resources.starter())
    assert found is not None
    return found


def measurement(faces: int, start: ErrorModel, times: float = 1.0) -> Measurement:
    """Faces whose landmarks are off, in any direction, by about `times` what is expected."""
    rng = np.random.default_rng(0)
    truth = np.tile(rng.random((68, 2)) * 200, (faces, 1, 1))
    truth[:, 36], truth[:, 45] = (50.0, 80.0), (150.0, 80.0)  # the norm is 100 pixels
    signals = np.tile(start.centre, (faces, 1, 1))
    size = 100 * times * start.expected(signals) * rng.exponential(1.0, (faces, 68))
    angle = rng.random((faces, 68)) * 2 * np.pi
    points = truth + size[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    evaluation = Evaluation.of_points(points, truth, SCHEME)
    return Measurement(np.arange(faces), points, truth, signals, evaluation)


def test_a_network_with_larger_errors_gets_larger_circles(start: ErrorModel) -> None:
    signals = start.centre[None]
    usual, worse = (refitted(start, measurement(40, start, times), SCHEME) for times in (1.0, 3.0))
    assert is_own(usual)
    assert usual.faces == worse.faces == 40
    assert (worse.radius(signals) > 1.5 * usual.radius(signals)).mean() > 0.95


@pytest.mark.parametrize("faces", [0, 8])
def test_with_too_few_faces_the_last_error_model_stays_and_says_so(
    start: ErrorModel, faces: int
) -> None:
    measured = measurement(faces, start, 5.0) if faces else None
    last = refitted(start, measured, SCHEME)
    assert not is_own(last)
    assert (last.factor, last.faces) == (start.factor, start.faces)
    np.testing.assert_array_equal(last.prior, start.prior)


def test_a_network_whose_start_has_no_error_model_gets_one_from_many_faces(
    start: ErrorModel,
) -> None:
    assert refitted(None, measurement(59, start), SCHEME) is None
    made = refitted(None, measurement(60, start), SCHEME)
    assert is_own(made)
    assert (made.faces, made.count, made.centre.shape) == (60, 68, (68, len(NAMES)))


def test_an_error_model_belongs_to_the_files_it_was_written_for(
    start: ErrorModel, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path)
    for file in (folder.model, folder.onnx):
        file.write_bytes(file.name.encode())
    said = write_error_model(folder, refitted(start, None, SCHEME), [folder.model, folder.onnx])
    assert said == {"faces": start.faces, "is_own": False}
    assert find(folder.model).models == find(folder.onnx).models
    assert not is_own(find(folder.onnx))


def test_a_start_of_another_scheme_gives_none(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert start_error_model(folder, SCHEME) is None
    folder.start_calibration.write_text(start_calibration(resources.starter()))
    assert start_error_model(folder, SCHEME).count == 68
    assert start_error_model(folder, Scheme.numbered("few", 5)) is None


def test_a_damaged_error_model_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "model.calibration.json"
    assert read_error_model(file) is None
    file.write_text('{"pipnet_calibration": 1}')
    with pytest.raises(RunFolderError, match=r"model\.calibration\.json"):
        read_error_model(file)
