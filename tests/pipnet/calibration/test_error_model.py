"""Expected errors learned from labelled faces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from pipnet.calibration.calibration_file import beside, digest, find, from_json, load, save, to_json
from pipnet.calibration.error_model import ErrorModel, fit_error_model
from pipnet.calibration.json_file import CalibrationError
from pipnet.calibration.signals import NAMES, measure
from pipnet.data.scheme import Scheme, load_scheme

Floats = NDArray[np.float64]
COUNT = 12


def draw_faces(seed: int, faces: int, level: float = 0.0) -> tuple[Floats, Floats]:
    """Signals and errors of faces whose votes spread as far as they are off."""
    rng = np.random.default_rng(seed)
    log = rng.normal(0, 0.4, (faces, 1)) + rng.normal(0, 0.3, (faces, COUNT))
    signals = rng.normal(0, 1, (faces, COUNT, len(NAMES)))
    signals[..., NAMES.index("spread")] = log + rng.normal(0, 0.1, log.shape)
    signals[::3, :, NAMES.index("first")] = np.nan
    errors = (
        0.02 * np.exp(log + level) * np.linalg.norm(rng.normal(0, 0.7, (*log.shape, 2)), axis=-1)
    )
    errors[rng.random(errors.shape) < 0.05] = np.nan
    return signals, errors


@pytest.fixture(scope="module")
def model() -> ErrorModel:
    return fit_error_model(*draw_faces(0, 200), "drawn")


def test_expected_errors_follow_the_true_ones(model: ErrorModel) -> None:
    signals, errors = draw_faces(1, 300)
    expected, face = model.expected(signals), model.face_error(signals)
    mean = np.nanmean(errors, axis=1)
    assert spearmanr(face, mean)[0] > 0.75
    labelled = np.isfinite(errors)
    assert spearmanr(expected[labelled], errors[labelled])[0] > 0.4
    assert np.nanmean(errors / expected) == pytest.approx(1, abs=0.1)
    assert (mean / face).mean() == pytest.approx(1, abs=0.1)
    radius = model.radius(signals)
    assert (errors <= radius)[labelled].mean() == pytest.approx(0.9, abs=0.03)


def test_more_spread_is_never_a_smaller_error(model: ErrorModel) -> None:
    signals = np.repeat(draw_faces(2, 1)[0], 5, axis=0)
    signals[:, :, NAMES.index("spread")] = np.linspace(-1, 1, 5)[:, None]
    assert (np.diff(model.expected(signals), axis=0) > 0).all()
    assert (np.diff(model.face_error(signals)) > 0).all()


@pytest.mark.parametrize("faces", [20, 60, 200])
def test_a_few_faces_shift_the_model(model: ErrorModel, faces: int) -> None:
    shifted = model.refit(*draw_faces(3, faces, level=0.7))
    signals, errors = draw_faces(4, 500, level=0.7)
    labelled = np.isfinite(errors)
    before, after = (np.nanmean(errors / m.expected(signals)) for m in (model, shifted))
    assert abs(after - 1) < abs(before - 1) * 0.8
    coverage = (errors <= shifted.radius(signals))[labelled].mean()
    assert coverage == pytest.approx(0.9, abs=0.3 / np.sqrt(faces) + 0.02)
    assert shifted.faces == faces
    watched = model.check(signals, errors)
    assert watched is not None
    assert watched.state != "ok"
    settled = shifted.check(signals, errors)
    assert settled is not None
    assert settled.state == "ok"


def test_few_faces_are_refused_and_nothing_is_lost(model: ErrorModel) -> None:
    with pytest.raises(ValueError, match="at least 9 labelled faces, and there are 5"):
        model.refit(*draw_faces(5, 5))
    with pytest.raises(ValueError, match="signals of 12 landmarks"):
        model.expected(np.zeros((1, COUNT + 1, len(NAMES))))


def test_a_file_gives_back_the_model(model: ErrorModel, tmp_path: Path) -> None:
    save(model, tmp_path / "a.calibration.json")
    loaded = load(tmp_path / "a.calibration.json")
    signals = draw_faces(6, 10)[0]
    assert np.array_equal(loaded.radius(signals), model.radius(signals))
    assert np.array_equal(loaded.face_error(signals), model.face_error(signals))
    assert to_json(from_json(to_json(model))) == to_json(model)


def test_damaged_files_are_named(model: ErrorModel, tmp_path: Path) -> None:
    file = tmp_path / "a.calibration.json"
    good = json.loads(to_json(model))

    def reason(text: str) -> str:
        file.write_text(text, encoding="utf-8")
        with pytest.raises(CalibrationError) as caught:
            load(file)
        assert str(file) in str(caught.value)
        return str(caught.value)

    assert "not a whole JSON file" in reason(to_json(model)[:-40])
    assert "not a calibration" in reason('{"faces": []}')
    assert "not a calibration" in reason("[1]")
    assert "another version" in reason(json.dumps({**good, "pipnet_calibration": 99}))
    assert "does not state 'prior'" in reason(
        json.dumps({key: value for key, value in good.items() if key != "prior"})
    )
    for key, value in {
        "prior": [1.0], "factor": -1, "factor ": 0, "faces": 1.5, "landmarks": 0, "models": [1],
        "summary": 3, "face_prior": "x", "scale": [0] * len(NAMES), "centre": [[None]],
    }.items():  # fmt: skip
        assert "damaged" in reason(json.dumps({**good, key.strip(): value})), key
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CalibrationError, match="not a calibration"):
        load(file)
    with pytest.raises(CalibrationError, match="there is no calibration"):
        load(tmp_path / "none.json")


def test_a_calibration_belongs_to_a_model_file(model: ErrorModel, tmp_path: Path) -> None:
    from dataclasses import replace

    weights = tmp_path / "face.onnx"
    weights.write_bytes(b"one")
    assert find(weights) is None
    save(replace(model, models=(digest(weights),)), beside(weights))
    assert find(weights) is not None
    weights.write_bytes(b"another")
    with pytest.raises(CalibrationError, match="belongs to another model file"):
        find(weights)


@pytest.mark.parametrize(
    "scheme", [load_scheme("300w"), load_scheme("wflw"), Scheme.numbered("five", 5)]
)
@pytest.mark.parametrize("votes", [0, 4])
def test_signals_of_any_scheme(scheme: Scheme, votes: int) -> None:
    rng, count = np.random.default_rng(7), scheme.count
    points = rng.uniform(0, 100, (3, count, 2))
    first = points + 1
    first[1] = np.nan
    signals = measure(
        points, points + rng.normal(0, 1, points.shape),
        points[:, :, None] + rng.normal(0, 1, (3, count, votes, 2)),
        np.ones((3, count)), first, np.ones(3), scheme,
    )  # fmt: skip
    assert signals.shape == (3, count, len(NAMES))
    assert np.isnan(signals[1, :, NAMES.index("first")]).all()
    assert np.isfinite(np.delete(signals, 1, 0)).all()
    errors = np.abs(rng.normal(0, 1, (3, count))) / 100
    fitted = fit_error_model(np.tile(signals, (5, 1, 1)), np.tile(errors, (5, 1)), scheme.name)
    assert np.isfinite(fitted.radius(signals)).all()
    assert (fitted.radius(signals) > 0).all()


def test_a_face_of_no_size_has_an_error() -> None:
    scheme = load_scheme("300w")
    points = np.zeros((1, 68, 2))
    signals = measure(
        points, points, points[:, :, None], np.ones((1, 68)), points, np.zeros(1), scheme
    )
    assert np.isfinite(signals).all()


def test_a_file_of_the_other_kind_is_refused(model: ErrorModel, tmp_path: Path) -> None:
    from pipnet.calibration import residual_file

    file = tmp_path / "a.json"
    save(model, file)
    with pytest.raises(CalibrationError, match=r"a\.json is not a residual model of this program"):
        residual_file.load(file)
    with pytest.raises(CalibrationError, match="could not be read"):
        load(tmp_path)
    file.write_text("[" * 100_000, encoding="utf-8")
    for read in (load, residual_file.load):
        with pytest.raises(CalibrationError, match=r"a\.json is not a whole JSON file"):
            read(file)
