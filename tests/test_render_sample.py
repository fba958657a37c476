"""The script that renders the sample, where what it needs is installed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
MARKS = SCRIPTS / "sample" / "landmarks.json"


def test_every_landmark_is_a_mean_of_vertices():
    rows = json.loads(MARKS.read_text())
    assert len(rows) == 68
    for row in rows:
        assert sum(weight for _vertex, weight in row) == pytest.approx(1, abs=1e-3)
        assert all(weight > 0 and vertex >= 0 for vertex, weight in row)


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("anny", "numba")),
    reason="anny and numba are only installed to render",
)
def test_a_seed_gives_the_shipped_picture_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import render_sample

    monkeypatch.setattr(sys, "argv", ["render_sample.py", str(tmp_path), "--count=1", "--groups=0"])
    assert render_sample.main() == 0
    (face,) = json.loads((tmp_path / "truth.json").read_text())["annotations"]
    shipped = SCRIPTS.parent / "resources" / "sample"
    truth = json.loads((shipped / "truth.json").read_text())
    (image,) = [i for i in truth["images"] if i["file_name"] == "portrait-0001.jpg"]
    (known,) = [a for a in truth["annotations"] if a["image_id"] == image["id"]]
    assert np.allclose(face["keypoints"], known["keypoints"], atol=0.01)
    one, other = (folder / "portrait-0001.jpg" for folder in (tmp_path, shipped))
    assert abs(one.stat().st_size - other.stat().st_size) < 500
