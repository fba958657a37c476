"""Runs of plug-ins and of ONNX files of any origin, in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labeltool.domain import UserError
from labeltool.rounds.run_folder import Event, RunFolder
from labeltool.workers import round_worker
from labeltool.workers.run_photos import RunPhotos
from pipnet.data.scheme import load_scheme
from tests.pipnet.inference.test_described_onnx import constant_network, described
from tests.plugin_package import TOY, install_plugin

MakeRun = Callable[..., RunFolder]
Chosen = Callable[..., RunFolder]


@pytest.fixture
def chosen(make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chosen]:
    """Makes a run of four faces by a plug-in of this source, or by an ONNX file."""
    before = set(sys.modules)

    def made(source: str = TOY, file: Path | None = None, **spec: Any) -> RunFolder:
        monkeypatch.syspath_prepend(install_plugin(tmp_path / "installed", source))
        name = "toy" if file is None else file.name
        detector = {"name": name, "file": file and str(file), "package": "", "is_chosen": True}
        folder = make_run(kind="predict", detector=detector, **spec)
        (folder.path / "labels.npz").unlink()
        return folder

    yield made
    for name in set(sys.modules) & {"toy_face"} - before:
        del sys.modules[name]


def found(folder: RunFolder) -> tuple[dict[str, Any], dict[int, Any]]:
    """Run it; its results, and the predictions by face."""
    results = round_worker._run(folder, RunPhotos(folder))
    rows = [row for name in results["chunks"] for row in folder.tables.predictions(name)]
    return results, {row.face_id: row for row in rows}


def events(folder: RunFolder, kind: str) -> list[Event]:
    return [event for event in RunFolder(folder.path).new_events() if event.kind == kind]


def test_a_plugin_proposes_for_every_face(chosen: Chosen):
    folder = chosen()
    results, rows = found(folder)
    assert sorted(rows) == [0, 1, 2, 3]
    shape = load_scheme("300w").unit_shape()
    for face, (x, y, w, h) in enumerate(folder.tables.faces().boxes):
        np.testing.assert_allclose(rows[face].points, shape * [w, h] + [x, y])
        assert (rows[face].score, rows[face].spread) == (0.75, 0)
        assert rows[face].errors is None
    assert not events(folder, "chunk"), "nothing is offered before all is there"
    assert [event.done for event in events(folder, "progress")][-1:] == [4]
    # the speed of a plug-in says nothing about the networks of the project
    assert sorted(results) == ["chunks", "device", "host", "not_found"]
    assert results["not_found"] == 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("raise RuntimeError('no luck')", "failed: RuntimeError: no luck"),
        ("return SHAPE, None", "gives points of shape (68, 2), not (4, 68, 2)"),
        ("return SHAPE * np.full((len(boxes), 1, 1), np.nan), None", "gives points that are NaN"),
    ],
)
def test_a_plugin_that_fails_is_named_and_leaves_nothing(chosen: Chosen, fault: str, said: str):
    folder = chosen(TOY.replace("        boxes =", f"        {fault}\n        boxes ="))
    assert round_worker.work(folder) == 1
    (event,) = events(folder, "failed")
    assert event.expected
    assert f"the plug-in 'toy' of toy_face {said}" in str(event.reason)
    assert folder.results() is None
    assert not events(folder, "chunk")


def _naming(names: list[str]) -> str:
    """A plug-in whose landmark k lies at k, k of the photo."""
    return TOY.replace('scheme = "300w"', f"scheme = {names!r}").replace(
        "        boxes = np.array",
        f"        at = np.arange({len(names)}.0)[None, :, None] * np.ones((len(boxes), 1, 2))\n"
        "        return at, at[..., 0] / 1000\n        boxes = np.array",
    )


def test_landmarks_of_the_same_names_in_another_order_are_sorted(chosen: Chosen):
    names = load_scheme("300w").names
    _, rows = found(chosen(_naming(list(names[::-1]))))
    np.testing.assert_array_equal(rows[0].points[:, 0], np.arange(68)[::-1])
    np.testing.assert_allclose(rows[0].scores, np.arange(68)[::-1] / 1000, atol=1e-6)


def test_landmarks_of_a_shipped_scheme_follow_the_published_rule(chosen: Chosen):
    folder = chosen(_naming(list(load_scheme("wflw").names)))
    _, rows = found(folder)
    # every second one of the jaw, although some have the names of other places in 300W
    np.testing.assert_array_equal(rows[0].points[:17, 0], np.arange(0, 33, 2))
    assert not events(folder, "notice")


def test_landmarks_that_it_does_not_know_stay_open_and_are_counted(chosen: Chosen):
    folder = chosen(_naming(["nose tip", "chin", "glasses"]))
    _, rows = found(folder)
    places = [load_scheme("300w").names.index(name) for name in ("nose tip", "chin")]
    assert rows[0].points[places, 0].tolist() == [0, 1]
    assert np.isfinite(rows[0].points).all(1).sum() == 2
    assert np.isfinite(rows[0].scores).all()
    (event,) = events(folder, "notice")
    assert str(event.reason) == "The detector knows 2 of 68 landmarks; the others are left open."


def test_other_landmarks_are_refused_with_both_lists(chosen: Chosen):
    folder = chosen(_naming(["beak", "crest"]))
    with pytest.raises(UserError) as caught:
        found(folder)
    said = str(caught.value)
    assert "It finds: beak, crest. The scheme has: right jaw 1, right jaw 2" in said
    assert "… (68)" in said
    assert folder.results() is None


def test_faces_that_a_plugin_does_not_find_are_counted(chosen: Chosen):
    source = TOY.replace("def predict(self, images, boxes)", "def find(self, image)").replace(
        "        boxes = np.array(boxes)[:, None]  # (B, 1, 4)\n",
        "        self.photos = getattr(self, 'photos', 0) + 1\n"
        "        boxes = np.array([[0, 0, 9, 9] if self.photos > 1 else BOX], float)[:, None]\n",
    )
    folder = chosen("")
    x, y, w, h = folder.tables.faces().boxes[0].tolist()
    source = source.replace("class Toy", f"BOX = {[x, y, w, h]}\n\n\nclass Toy")
    (Path(sys.path[0]) / "toy_face.py").write_text(source, encoding="utf-8")
    results, rows = found(folder)
    assert list(rows) == [0]
    assert results["not_found"] == 3


def test_an_onnx_file_proposes(chosen: Chosen, tmp_path: Path):
    file = constant_network(tmp_path / "net.onnx", np.full((1, 68, 2), 0.5, np.float32))
    described(file, ('names = ["left", "right", "chin"]', 'scheme = "300w"'))
    folder = chosen(file=file)
    results, rows = found(folder)
    assert (len(rows), results["not_found"]) == (4, 0)
    for face, row in rows.items():
        assert np.ptp(row.points, axis=0).max() == 0
        x, y, w, h = folder.tables.faces().boxes[face]
        assert (abs(row.points[0] - [x + w / 2, y + h / 2]) < [w, h]).all()


def test_an_onnx_file_without_a_description_fails_with_its_path(chosen: Chosen, tmp_path: Path):
    file = constant_network(tmp_path / "net.onnx", np.full((1, 68, 2), 0.5, np.float32))
    folder = chosen(file=file)
    assert round_worker.work(folder) == 1
    (event,) = events(folder, "failed")
    assert event.expected
    assert f"there is no {file.with_suffix('.toml')} that describes it" in str(event.reason)
