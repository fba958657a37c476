"""Expected errors on the command line: calibrate, predict, evaluate --error, export."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipnet.calibration.calibration_file import beside, load
from pipnet.data.pts import format_pts
from tests.pipnet.cli.conftest import Run
from tests.pipnet.drawn import FACE, draw

FIGURES = ["spearman_face", "spearman_point", "coverage90", "radius90"]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of 24 labelled photos."""
    folder, rng = tmp_path / "many", np.random.default_rng(8)
    folder.mkdir()
    for number in range(24):
        points = FACE * rng.uniform(50, 70) + rng.uniform(15, 30, 2) + rng.normal(0, 1, (5, 2))
        path = folder / f"face{number}.png"
        Image.fromarray(draw(points, (110, 120))).save(path)
        path.with_suffix(".pts").write_text(format_pts(points), encoding="ascii")
    return folder


@pytest.fixture
def calibrated(run: Run, model: Path, many: Path) -> Path:
    """A model file with a calibration beside it."""
    words = ("--weights", model, "--data", many, "--boxes", "landmarks", "--out", beside(model))
    done = run("calibrate", *words)
    assert done.code == 0, done.err
    for name in ("faces", *FIGURES, "coverage_standard_error"):
        assert name in done.out
    assert f"Wrote {beside(model)}." in done.out
    return model


def test_predictions_have_errors_and_circles(
    run: Run, calibrated: Path, many: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    assert (
        run("predict", "--weights", calibrated, many, "--boxes", "whole", "--json", out).code == 0
    )
    rows, factor = json.loads(out.read_text())["faces"], load(beside(calibrated)).factor
    assert len(rows) == 24
    for row in rows:
        assert list(row)[-3:] == ["errors", "radius", "error"]
        np.testing.assert_allclose(row["radius"], np.array(row["errors"]) * factor)
        assert min(row["errors"]) > 0
        assert row["error"] > 0


def test_the_exported_model_expects_the_same(
    run: Run, calibrated: Path, many: Path, tmp_path: Path
) -> None:
    onnx, rows = tmp_path / "exported" / "face.onnx", []
    onnx.parent.mkdir()
    done = run("export", onnx, "--weights", calibrated)
    assert f"Wrote {beside(onnx)}" in done.out
    for weights in (calibrated, onnx):
        out = tmp_path / "out.json"
        words = ("--weights", weights, many, "--boxes", "whole", "--json", out)
        assert run("predict", *words).code == 0
        rows.append(json.loads(out.read_text())["faces"])
    for one, other in zip(*rows, strict=True):
        np.testing.assert_allclose(one["errors"], other["errors"], rtol=0.02)
        np.testing.assert_allclose(one["radius"], other["radius"], rtol=0.02)
        assert one["error"] == pytest.approx(other["error"], rel=0.02)


def test_evaluate_adds_four_figures(run: Run, calibrated: Path, many: Path) -> None:
    plain = json.loads(run("evaluate", "--weights", calibrated, "--data", many, "--json").out)
    words = ("evaluate", "--weights", calibrated, "--data", many, "--error")
    row = json.loads(run(*words, "--json").out)
    assert list(row) == [*plain, *FIGURES]
    assert {key: row[key] for key in plain} == plain
    assert 0.8 < row["coverage90"] <= 1
    assert row["radius90"] > 0
    assert -1 <= row["spearman_face"] <= 1
    out = run(*words).out
    for name in FIGURES:
        assert f"{name} " in out
    done = run(*words, "--units", "crop")
    assert done.code == 2
    assert "leave --units out" in done.err


def test_without_a_calibration(run: Run, model: Path, many: Path) -> None:
    done = run("evaluate", "--weights", model, "--data", many, "--error")
    assert done.code == 1
    assert f"{model} has no calibration" in done.err
    assert "'pipnet calibrate' fits one" in done.err
    assert done.out == ""


def test_a_calibration_that_cannot_be_used_is_named(
    run: Run, calibrated: Path, many: Path, tmp_path: Path
) -> None:
    words = ("predict", "--weights", calibrated, many, "--boxes", "whole")
    good = beside(calibrated).read_text()
    beside(calibrated).write_text(good[:99])
    done = run(*words, "--json", tmp_path / "out.json")
    assert done.code == 1
    assert f"{beside(calibrated)} is not a whole JSON file" in done.err
    beside(calibrated).write_text(good.replace('"models": ["', '"models": ["0'))
    done = run(*words, "--json", tmp_path / "out.json")
    assert "belongs to another model file" in done.err
    assert not (tmp_path / "out.json").exists()
    # and a new one can be fitted over it
    words = ("--weights", calibrated, "--data", many, "--out", beside(calibrated))
    assert run("calibrate", *words).code == 0
    assert run("evaluate", "--weights", calibrated, "--data", many, "--error").code == 0


def test_what_calibrate_refuses(run: Run, model: Path, photos: Path, many: Path) -> None:
    done = run("calibrate", "--weights", model, "--data", photos, "--out", beside(model))
    assert done.code == 1
    assert "at least 20 labelled faces, and 6 could be measured" in done.err
    assert not beside(model).exists()
    done = run("calibrate", "--weights", model, "--data", many, "--out", model)
    assert "is read by this command" in done.err
    other = many / "face0.png"
    done = run("calibrate", "--weights", model, "--data", photos, "--out", other)
    assert "is not a calibration of expected errors" in done.err
