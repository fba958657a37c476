"""Plug-ins, and ONNX files of any origin, on the command line; and the comparison of two."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.pipnet.cli.conftest import Run
from tests.pipnet.drawn import FACE
from tests.pipnet.inference.test_described_onnx import constant_network, described
from tests.plugin_package import install_plugin

FIVE_TOY = """
import numpy as np

FACE = np.array([[0.2, 0.2], [0.8, 0.25], [0.5, 0.55], [0.3, 0.85], [0.75, 0.8]])


class Five:
    scheme = ["left eye", "right eye", "nose", "left mouth", "right mouth"]

    def predict(self, images, boxes):
        boxes = np.array(boxes)[:, None]
        return FACE * boxes[..., 2:] + boxes[..., :2], None
"""
NAMES = 'names = ["left eye", "right eye", "nose", "left mouth", "right mouth"]'


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = install_plugin(tmp_path / "installed", FIVE_TOY, "fives = five_faces:Five")
    monkeypatch.syspath_prepend(folder)
    return "fives"


@pytest.fixture
def network(tmp_path: Path) -> Path:
    file = constant_network(tmp_path / "net.onnx", FACE[None].astype(np.float32))
    return described(file, ('names = ["left", "right", "chin"]', NAMES))


def test_predict_takes_a_plugin_by_its_name(run: Run, plugin: str, photos: Path, tmp_path: Path):
    done = run("predict", "--weights", plugin, photos, "--json", tmp_path / "out.json")
    assert done.code == 0, done.err
    rows = json.loads((tmp_path / "out.json").read_text("utf-8"))["faces"]
    assert len(rows) == 6
    np.testing.assert_allclose(rows[0]["points"], FACE * [50, 70] + [25, 10])


def test_predict_takes_a_described_network(run: Run, network: Path, photos: Path, tmp_path: Path):
    done = run("predict", "--weights", network, photos, "--json", tmp_path / "out.json")
    assert done.code == 0, done.err
    rows = json.loads((tmp_path / "out.json").read_text("utf-8"))["faces"]
    # 70 by 70 around the box, and a quarter of it on each side
    np.testing.assert_allclose(rows[0]["points"], FACE * 105 + [-2.5, -7.5], atol=1e-4)


def test_what_is_unknown_or_broken_is_one_sentence(
    run: Run, plugin: str, network: Path, photos: Path, tmp_path: Path
):
    out = tmp_path / "out.json"
    done = run("predict", "--weights", "fivs", photos, "--json", out)
    assert done.code == 2
    assert "no file and no detector 'fivs'; known: 300w, 300w-renders, fives" in done.err
    source = FIVE_TOY.replace("None\n", "np.zeros(7)\n")
    install_plugin(tmp_path / "other", source, "broken = broken_faces:Five")
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(tmp_path / "other")
        done = run("predict", "--weights", "broken", photos, "--json", out)
    assert (done.code, out.exists()) == (1, False)
    assert "Error: the plug-in 'broken' of broken_faces gives scores of shape (7,)" in done.err
    network.with_suffix(".toml").write_text("x = 1", encoding="utf-8")
    done = run("predict", "--weights", network, photos, "--json", out)
    assert done.code == 1
    assert "net.toml must have one of the entries" in done.err


def test_info_says_what_is_read_of_a_network(run: Run, network: Path):
    row = json.loads(run("info", network, "--json").out)
    assert (row["landmarks"], row["scheme"], row["layout"], row["channels"]) == (
        5, "net", "nchw", "rgb",
    )  # fmt: skip
    assert row["crop"]["around"] == "detected"
    assert row["output"] == "coordinates in units of crop"
    text = run("info", network).out
    assert f"described    {network.with_suffix('.toml')}" in text
    assert "std          [255, 255, 255]" in text


def test_compare_prints_a_paired_table(
    run: Run, plugin: str, network: Path, model: Path, photos: Path
):
    words = ("compare", plugin, network, "--data", photos, "--boxes", "landmarks")
    done = run(*words)
    assert done.code == 0, done.err
    assert (
        f"A: {plugin}\nB: {network}\n6 faces found by both; missed: 0 by A and 0 by B" in done.out
    )
    titles = [line[:18].strip() for line in done.out.splitlines()[5:]]
    assert titles == ["NME %", "curve NME %", "FR10 %", "AUC10", "ms a face"]
    row = json.loads(run(*words, "--json").out)
    assert (row["A"], row["B"], row["faces"]) == (plugin, str(network), 6)
    alone = json.loads(run("evaluate", "--weights", network, "--data", photos, "--json").out)
    assert row["nme"]["b"] == alone["nme"]
    assert row["nme"]["low"] <= row["nme"]["change"] <= row["nme"]["high"]
    assert row["nme"]["change"] == pytest.approx(row["nme"]["b"] - row["nme"]["a"], abs=2e-3)
    # one that knows contours, regions and a norm lends them to the other
    both = json.loads(run("compare", plugin, model, "--data", photos, "--json").out)
    assert (both["norm"], list(both["regions"])) == ("0-1", ["eyes", "rest"])


def test_compare_refuses_other_landmarks(run: Run, plugin: str, photos: Path, tmp_path: Path):
    done = run("compare", plugin, "300w", "--data", photos)
    assert done.code == 1
    assert "left eye, left mouth, nose, right eye, right mouth only in 'fives'" in done.err
    (tmp_path / "weights.pth").touch()
    done = run("compare", plugin, tmp_path / "weights.pth", "--data", photos)
    assert (done.code, "'pipnet convert' it first" in done.err) == (2, True)
