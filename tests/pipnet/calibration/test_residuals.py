"""Residual models: exact conditional means, invariance, learning, files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipnet import resources
from pipnet.calibration import residual_file
from pipnet.calibration.json_file import CalibrationError
from pipnet.calibration.residuals import NOISE, ResidualModel, fit_residuals
from pipnet.data.scheme import load_scheme

SCHEME = load_scheme("300w")


@pytest.fixture(scope="module")
def model() -> ResidualModel:
    found = residual_file.find(resources.starter())
    assert found is not None
    return found


def face(model: ResidualModel, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 0.03, model.mean.shape)
    return (model.mean + noise) * 80 + [200, 150]


def test_condition_is_the_block_formula_of_a_gaussian(model: ResidualModel) -> None:
    points = model.mean * 50 + 100  # upright, so that no rotation is involved
    fixed = [3, 30, 48]
    moved = points[fixed] + [[5, -2], [1, 1], [-3, 4]]
    known = [2 * i + axis for i in fixed for axis in (0, 1)]
    rest = [k for k in range(2 * model.count) if k not in known]
    within = model.covariance[np.ix_(known, known)] + NOISE**2 * np.eye(len(known))
    mean = model.covariance[np.ix_(rest, known)] @ np.linalg.inv(within)
    expected = points.ravel().copy()
    expected[rest] += mean @ (moved - points[fixed]).ravel()
    expected[known] = moved.ravel()
    np.testing.assert_allclose(
        model.condition(points, fixed, moved).ravel(), expected, rtol=1e-9, atol=1e-9
    )


def test_one_drag_after_the_other_gives_what_all_at_once_give(model: ResidualModel) -> None:
    points = model.mean * 50 + 100
    moves = {3: [4.0, -2.0], 30: [1.0, 2.0], 48: [-3.0, 1.0]}
    now, touched = points.copy(), list[int]()
    for index, move in moves.items():
        place = points[index] + move
        now = now + (model.response(now, touched, [index]) @ (place - now[index])).reshape(-1, 2)
        touched.append(index)
    at_once = model.condition(points, touched, points[touched] + list(moves.values()))
    assert np.abs(at_once - points).max() > 2
    np.testing.assert_allclose(now[touched], at_once[touched], atol=1e-9)
    assert np.abs(now - at_once).max() < 0.3  # the noise of a placing counts once for each drag


@pytest.mark.parametrize("angle", [0.0, 0.7, -2.5])
@pytest.mark.parametrize("scale", [0.3, 4.0])
def test_rotating_and_scaling_the_face_rotates_and_scales_the_answer(
    model: ResidualModel, angle: float, scale: float
) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points, move = face(model), np.array([[6.0, -3.0]])
    plain = model.condition(points, [8], points[[8]] + move)
    turned = model.condition(points @ turn.T, [8], (points[[8]] + move) @ turn.T)
    np.testing.assert_allclose(turned, plain @ turn.T, rtol=1e-6, atol=1e-6)


def test_a_mirrored_face_gets_the_mirrored_answer(model: ResidualModel) -> None:
    flip = SCHEME.flip_table
    assert flip is not None
    points, move = face(model), np.array([[6.0, -3.0]])
    plain = model.condition(points, [5], points[[5]] + move)
    other = int(flip[5])
    seen = points[flip] * [-1, 1]
    mirrored = model.condition(seen, [other], seen[[other]] + move * [-1, 1])
    np.testing.assert_allclose(mirrored, plain[flip] * [-1, 1], atol=0.02)


def test_fixed_and_absent_landmarks_do_not_move(model: ResidualModel) -> None:
    points = face(model)
    points[[40, 41]] = np.nan
    response = model.response(points, [36, 40], [8])
    shift = (response @ [4.0, 4.0]).reshape(-1, 2)
    assert (shift[[36, 40, 41]] == 0).all()
    assert (shift[8] == 4).all()
    assert np.abs(shift[9]).max() > 1


def test_confident_landmarks_resist(model: ResidualModel) -> None:
    points, errors = face(model), np.full(model.count, 0.03)
    usual = model.response(points, [], [8], errors) @ [0.0, 5.0]
    errors[7] = 0.001
    resisting = model.response(points, [], [8], errors) @ [0.0, 5.0]
    assert 0 < resisting[15] < 0.9 * usual[15]


def test_it_learns_what_faces_have_in_common() -> None:
    rng = np.random.default_rng(1)
    mean = residual_file.load(residual_file.beside(resources.starter())).mean
    points = mean * 60 + 100 + rng.normal(0, 0.5, (200, *mean.shape))
    common = rng.normal(0, 4, (200, 1, 2))
    truth = points + np.where(np.arange(68)[:, None] < 17, common, 0)
    model = fit_residuals(points, truth, SCHEME)
    assert model is not None
    moved = model.condition(points[0], [8], points[0, [8]] + 5) - points[0]
    assert np.abs(moved[:17] - 5).max() < 1
    assert np.abs(moved[20:]).max() < 0.6
    # corrections in which the mouth goes with the jaw change that
    truth[:, 48:] += common
    learned = model.updated(points, truth, SCHEME)
    assert learned.faces > model.faces
    after = learned.condition(points[0], [8], points[0, [8]] + 5) - points[0]
    assert after[60].min() > moved[60].max() + 1


def test_few_faces_give_no_model() -> None:
    points = np.zeros((29, 68, 2))
    assert fit_residuals(points, points, SCHEME) is None


def test_a_file_gives_the_model_back(tmp_path: Path, model: ResidualModel) -> None:
    residual_file.save(model, tmp_path / "a.residuals.json")
    again = residual_file.load(tmp_path / "a.residuals.json")
    assert (again.scheme, again.count, again.faces) == ("300w", 68, model.faces)
    np.testing.assert_allclose(again.covariance, model.covariance, rtol=1e-4, atol=1e-12)
    assert residual_file.find(tmp_path / "b.safetensors") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pipnet_residuals": 9}, "newer"),
        ({"pipnet_residuals": None}, "not a residual model"),
        ({"landmarks": 67}, "finite numbers"),
        ({"faces": -1}, "above 0"),
        ({"mean": ["a"]}, "damaged"),
    ],
)
def test_a_damaged_file_is_named(
    tmp_path: Path, model: ResidualModel, change: dict[str, object], said: str
) -> None:
    path = tmp_path / "x.residuals.json"
    data = json.loads(residual_file.to_json(model)) | change
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CalibrationError, match=said) as raised:
        residual_file.load(path)
    assert "x.residuals.json" in str(raised.value)


def test_a_covariance_of_nothing_is_refused(tmp_path: Path, model: ResidualModel) -> None:
    data = json.loads(residual_file.to_json(model))
    data["covariance"][1] = 5.0
    (tmp_path / "x.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CalibrationError, match="covariance"):
        residual_file.load(tmp_path / "x.json")
